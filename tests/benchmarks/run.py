"""All rows, or those that are named: `python tests/benchmarks/run.py [ROW...] [--quick] [--json FILE] [--keep]`.

Each figure is held against what it must be; a ratio or a count also against the one that was kept (figures.json), and
one that is a fifth worse, or missed what it reached before, ends the run with 1. --keep keeps the figures of this run.
"""

import argparse
import importlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from platform import machine, python_version

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from interleaved import Figure
from rich.console import Console
from rich.table import Table

ROWS = (
    *("start", "memory", "idle", "panel", "key", "frame", "pay", "card"),
    *("outbox", "years", "backlog", "codes", "display", "phones"),
)
KEPT = Path(__file__).with_name("figures.json")


def main() -> None:
    """Measure, print, compare."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    asked.add_argument("--quick", action="store_true", help="fewer rounds, smaller journals: not to be kept")
    asked.add_argument("--json", type=Path, metavar="FILE")
    asked.add_argument("--keep", action="store_true", help="keep these figures, to compare the next ones with")
    given = asked.parse_args()
    console = Console()
    found: list[Figure] = []
    for number, row in enumerate(given.rows or ROWS, 1):
        console.print(f"[{number}/{len(given.rows or ROWS)}] {row}", markup=False)
        for one in importlib.import_module(row).measure(quick=given.quick):
            found.append(one)
            console.print(f"  {one.what}: {one.value:.2f} {one.unit}", markup=False)
    before = json.loads(KEPT.read_text())["figures"] if KEPT.exists() else {}
    lost = [one for one in found if one.kept and one.name in before and one.lost(before[one.name])]
    lost += [one for one in found if not one.good and one.name in before and _was_good(one, before)]
    console.print(_table(found, before, lost))
    told = _told(found, before if given.keep else {})
    if given.json:
        given.json.write_text(json.dumps(told, indent=1) + "\n")
    if given.keep:
        KEPT.write_text(json.dumps(told, indent=1) + "\n")
    sys.exit(1 if lost and not given.keep else 0)


def _was_good(one: Figure, before: dict[str, float]) -> bool:
    """Whether the kept one was what it must be. A time is no such thing: this may be another machine."""
    kept = before[one.name]
    return one.kept and (one.most is None or kept <= one.most) and (one.least is None or kept >= one.least)


def _told(found: list[Figure], before: dict[str, float]) -> dict[str, object]:
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{machine()}, Python {python_version()}",
        "figures": before | {one.name: round(one.value, 3) for one in found},
    }


def _table(found: list[Figure], before: dict[str, float], lost: list[Figure]) -> Table:
    table = Table("row", "what", "value", "must be", "kept", "")
    for one in found:
        must = f"<= {one.most:g}" if one.most is not None else f">= {one.least:g}" if one.least is not None else ""
        word = "LOST" if one in lost else "" if one.good else "not reached"
        kept = f"{before[one.name]:g}" if one.name in before else ""
        table.add_row(one.row, one.what, f"{one.value:.2f} {one.unit}", must, kept, word)
    return table


if __name__ == "__main__":
    main()
