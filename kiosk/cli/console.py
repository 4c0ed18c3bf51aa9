"""The terminal, as all commands write on it."""

import sys
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from kiosk.app.printable import as_wide, printable


class PlainConsole(Console):
    """Whatever is printed, and wherever it came from, the only controls that reach the terminal are our own styles."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The parts of what is printed; a part with controls is rich's own."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(as_wide(segment.text), segment.style)


def write(text: str) -> None:
    """Print as it is, for programs to read, or to be read again as a file."""
    print(printable(text))  # noqa: T201 - a program's word to its user


def complain(lines: str) -> None:
    """Print on stderr."""
    print(printable(lines), file=sys.stderr)  # noqa: T201 - likewise
