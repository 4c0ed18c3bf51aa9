"""The terminal, as all commands write on it."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from kiosk.app.printable import as_wide


class PlainConsole(Console):
    """Whatever is printed, and wherever it came from, the only controls that reach the terminal are our own styles."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The parts of what is printed; a part with controls is rich's own."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(as_wide(segment.text), segment.style)
