"""`kiosk diagnose --interactive`: the technician's terminal, and the protocol that is left behind."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.control import Control
from rich.text import Text

from kiosk.app.attending import ask_status
from kiosk.app.devices.alone import walked
from kiosk.app.diagnose import checks_of, diagnosis
from kiosk.app.printable import printable
from kiosk.cli.console import PlainConsole
from kiosk.cli.findingspage import STYLES, report_page, summary
from kiosk.cli.program import fail
from kiosk.diagnostics.findings import Group
from kiosk.diagnostics.protocol import Protocol, page, signed
from kiosk.settings import Settings, SettingsError
from kiosk.settings.credentials import read_one

SHADES = " .:-=+*#%@"
PREVIEW = (64, 22)  # characters


class Terminal:
    """A technician at a terminal, or a program that answers for one on stdin."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def tell(self, line: str) -> None:
        """A line to read."""
        self._console.print(line)

    def ask(self, question: str) -> bool:
        """Yes or no; without an answer, no."""
        try:
            return typer.confirm(printable(question))
        except typer.Abort:
            if sys.stdin.isatty():  # Ctrl-C
                raise
            return False

    def keys(self, every: str, seen: str, last: str) -> None:
        """Light up what was pressed: on a terminal in place."""
        line = Text()
        for key in every:
            line.append(f" {key} ", "reverse green" if key == last else "green" if key in seen else "dim")
        self._console.print(line, end="\r" if self._console.is_terminal else "\n")

    def look(self, frame: NDArray[np.uint8], line: str) -> None:
        """A picture of the camera, in letters; on a terminal only."""
        if not self._console.is_terminal:
            return
        small = np.asarray(Image.fromarray(np.ascontiguousarray(frame)).resize(PREVIEW)) // 26
        rows = ("".join(SHADES[shade] for shade in row) for row in small)
        self._console.control(Control.home(), Control.clear())
        self._console.print("\n".join((*rows, line)), markup=False, highlight=False)


def walk_through(settings: Settings, file: Path, *, operate: bool, out: Path) -> bool:
    """Diagnose, walk through the parts with the technician, and leave the protocol in `out`; whether all is well."""
    try:
        ask_status(settings.kiosk.state_dir)
    except ConnectionError:
        pass
    else:
        fail(
            "the daemon has the parts: systemctl stop kiosk, then again; and systemctl start kiosk when you are done", 2
        )
    console = PlainConsole(highlight=False)
    checks = tuple(check for check in checks_of(settings, file) if check.group is not Group.SERVICE)
    report = asyncio.run(diagnosis(checks, settings.kiosk.id, lambda _check, _finding: None))
    console.print(report_page(report), summary(report))
    steps = []
    for step in walked(settings, Terminal(console), operate=operate):
        console.print(Text(f"{step.name}: {step.grade}: {step.finding}", STYLES[step.grade]))
        steps.append(step)
    protocol = Protocol(
        kiosk_id=settings.kiosk.id, version=version("kiosk"), at=datetime.now(UTC), steps=tuple(steps), report=report
    )
    written = _keep(signed(protocol, _secret(settings)), out)
    console.print(f"the protocol: {written} and {written.with_suffix('.html')}, to print")
    return protocol.ok


def _keep(protocol: Protocol, out: Path) -> Path:
    file = out / f"{protocol.kiosk_id}-{protocol.at:%Y%m%d-%H%M%S}.json"
    try:
        file.write_text(json.dumps(protocol.model_dump(mode="json"), ensure_ascii=False, indent=2), encoding="utf-8")
        file.with_suffix(".html").write_text(page(protocol), encoding="utf-8")
    except OSError as error:
        fail(f"{file}: the protocol can't be written: {error.strerror}; name another directory with --out", 1)
    return file


def _secret(settings: Settings) -> str:
    """What signs: the webhook-secret; "" where there is none."""
    try:
        return str(read_one(settings.kiosk.credentials_dir / "webhook-secret"))
    except SettingsError:
        return ""
