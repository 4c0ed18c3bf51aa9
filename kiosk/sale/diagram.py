"""The state diagrams of kiosk/sale/README.md, drawn from the tables in `transitions`.

`python -m kiosk.sale.diagram` prints them. Knows Mermaid's words and the page's two markers, no transition's meaning.
"""

import argparse
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from kiosk.sale.events import Checked, OrderMoved, StopWanted
from kiosk.sale.order import GivenBack, NotCharged, Released, Requested, Unresolved
from kiosk.sale.state import OutOfService
from kiosk.sale.transitions import ORDER_ROWS, SESSION_ROWS, OrderRow, SessionRow

_UNSAID = (Checked, OrderMoved, StopWanted)  # the machine's own words, and what ends every screen alike


def draw(rows: Iterable[OrderRow | SessionRow], start: type, ends: Iterable[type] = ()) -> str:
    """A Mermaid state diagram: an edge for each two states, labelled with what leads from one to the other."""
    edges: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for to in row.to - {row.state}:
            events = edges.setdefault((row.state.__name__, to.__name__), [])
            events += [] if row.event in _UNSAID else [row.event.__name__]
    lines = [f"[*] --> {start.__name__}"]
    for (one, other), events in sorted(edges.items()):
        lines.append(f"{one} --> {other}: {', '.join(events)}" if events else f"{one} --> {other}")
    lines += [f"{state.__name__} --> [*]" for state in ends]
    return "\n".join(("stateDiagram-v2", *(f"    {line}" for line in lines)))


def diagrams() -> dict[str, str]:
    """Each diagram by the name of its marker."""
    return {
        "session": draw(SESSION_ROWS, OutOfService),
        "order": draw(ORDER_ROWS, Requested, (Released, GivenBack, NotCharged, Unresolved)),
    }


def renewed(text: str) -> str:
    """The text with each diagram between its markers drawn anew. Raises ValueError where a marker is missing."""
    for name, diagram in diagrams().items():
        found = re.search(rf"<!-- diagram:{name} -->\n(.*?)<!-- /diagram -->", text, re.DOTALL)
        if found is None:
            raise ValueError(f"no lines <!-- diagram:{name} --> and <!-- /diagram -->")
        text = f"{text[: found.start(1)]}```mermaid\n{diagram}\n```\n{text[found.end(1) :]}"
    return text


def main(arguments: list[str] | None = None) -> int:
    """Print both diagrams, or bring a file's in line with the tables, or check that they are."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.sale.diagram", description=main.__doc__)
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--check", metavar="FILE", type=Path, help="exit 1 if the file's diagrams are not the tables'")
    chosen.add_argument("--write", metavar="FILE", type=Path, help="draw the file's diagrams anew")
    options = parser.parse_args(arguments)
    file: Path | None = options.check or options.write
    if file is None:
        sys.stdout.write("\n\n".join(diagrams().values()) + "\n")
        return 0
    try:
        before = file.read_text(encoding="utf-8")
        after = renewed(before)
    except (OSError, ValueError) as error:
        parser.error(f"{file}: {error}")
    if options.write:
        file.write_text(after, encoding="utf-8")
        return 0
    if before != after:
        sys.stderr.write(f"{file}: the diagrams are old; python -m kiosk.sale.diagram --write {file}\n")
    return int(before != after)


if __name__ == "__main__":
    sys.exit(main())
