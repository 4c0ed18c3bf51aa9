"""What is so now: one value for all who show it, written by the one who makes it."""

from dataclasses import dataclass

from kiosk.sale import show
from kiosk.sale.events import Moment
from kiosk.sale.panel import Panel
from kiosk.sale.state import Kiosk
from kiosk.screens.pages import Page


@dataclass(slots=True)
class Current:
    """The loop writes `state`, `panel` and `beat` (when it last handled a letter, in monotonic seconds).

    The service desk writes `page`, which stands on the display instead of the panel while a technician is there.
    """

    state: Kiosk
    panel: Panel
    beat: float
    page: Page | None = None


def at_start(state: Kiosk, now: Moment) -> Current:
    """Of a daemon that has handled nothing yet."""
    return Current(state, show.panel(state, now), now.mono)
