"""The machine, as the front panel needs to know it. Values and a contract; the daemon fulfils it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from kiosk.sale.money import Amount
from kiosk.sale.order import Product
from kiosk.sale.panel import Lights, Name


class How(StrEnum):
    """What is done with keys: pressed one after the other, one held down for long, or two pressed together."""

    PRESS = "press"
    HOLD = "hold"
    TOGETHER = "together"


class NotSimulated(Exception):  # noqa: N818 - no error of the program
    """A real board has fingers, a lens and goods of its own."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The present, as `GET /api/state` gives it. `latencies`: medians in seconds, by what was timed."""

    state: Name
    amount: Amount | None
    order_id: str | None
    product: Product | None
    screen: tuple[str, ...]
    qr: str | None
    lights: Lights
    released: int
    online: bool
    pending: int
    quarantined: int
    kiosk_id: str
    language: str
    simulated: bool
    latencies: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One of the last orders."""

    id: str
    claim: str
    at: datetime
    product: Product
    amount: Amount
    state: str


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One of the last results that the operator is told. `state`: pending, delivered or quarantined."""

    sequence: int
    type: str
    order_id: str | None
    at: datetime
    state: str


class Machine(Protocol):
    """The machine behind the panel. On a real board, `press`, `look`, `confirm` and `jam` raise NotSimulated."""

    def snapshot(self) -> Snapshot:
        """The present."""

    def picture(self) -> bytes:
        """The display's pixels, PNG."""

    def changes(self) -> AsyncIterator[Snapshot]:
        """The present, then one for each change; a slow reader skips to the newest."""

    async def press(self, keys: str, how: How) -> None:
        """Press keys. ValueError, one line, for what is no key."""

    async def look(self, picture: bytes) -> None:
        """Hold a PNG or JPEG before the camera. ValueError, one line, for what is none."""

    async def seen(self) -> bytes | None:
        """What the camera sees now, PNG; None when nothing is held before it."""

    async def confirm(self) -> bool:
        """The goods of the release under way are out; False when none is."""

    async def jam(self) -> bool:
        """The goods get stuck."""

    async def orders(self, limit: int) -> list[OrderLine]:
        """The last orders, newest first."""

    async def told(self, limit: int) -> list[ResultLine]:
        """The last results for the operator, newest first."""
