"""What a technician at the machine works with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from kiosk.app.drain import Drain
from kiosk.app.inbox import Inbox
from kiosk.app.lookup import Lookup
from kiosk.app.recorder import Recorder
from kiosk.diagnostics.status import PartStatus, Status
from kiosk.sale.panel import Lights, Sound

if TYPE_CHECKING:
    from kiosk.diagnostics.findings import Finding


class Parts(Protocol):
    """The board, as the menu works it. What they raise is DeviceTrouble."""

    @property
    def size(self) -> tuple[int, int]:
        """Of the display, in pixels."""

    async def test(self, name: str) -> PartStatus | None:
        """One part's self-test."""

    def lamps(self, lights: Lights) -> None:
        """Shine as said."""

    def sound(self, sound: Sound) -> None:
        """Begin to play it."""

    async def release(self, latest: float) -> str | None:
        """One line of trouble, or None."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the menu works with. `status` gives the present, `examine` tries the gateway and the way to it.

    `panel`: the page's address at an address of this machine, with what lets one device in; None when only this machine
    may see it. `restart` ends the daemon, which is then started anew; None: nobody would. `secret` signs the status,
    `keys` are those of the keypad, `open_money` counts the payments that are not settled.
    """

    inbox: Inbox
    recorder: Recorder
    lookup: Lookup
    parts: Parts
    drain: Drain
    zone: ZoneInfo
    secret: str = field(repr=False)
    keys: str
    status: Callable[[], Awaitable[Status]]
    examine: "Callable[[], Awaitable[tuple[Finding, ...]]]"
    panel: Callable[[str], str | None]
    open_money: Callable[[], int]
    restart: Callable[[], None] | None
