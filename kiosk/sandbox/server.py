"""The sandbox as one running server: puts books, faults, notifier and both sides together, and starts and stops them.

async with Sandbox() as sandbox:
...  # sandbox.url, as http://127.0.0.1:43210
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from kiosk.gateway.wire import Dialect
from kiosk.sandbox.api import GatewaySide
from kiosk.sandbox.books import Books
from kiosk.sandbox.faults import Faults
from kiosk.sandbox.merchants import Merchant
from kiosk.sandbox.notify import Notifier
from kiosk.sandbox.payments import Refusal, Shopper
from kiosk.sandbox.serving import serving
from kiosk.sandbox.shopper import PENNILESS, WELL_OFF, ShopperSide, refused
from kiosk.serving.routed import Routed

NOTIFY_AGAIN = (300.0, 600.0, 900.0)  # seconds between the four tries of a NOTIFICATION (gateway/README.md)


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """How the sandbox is set up. `port` 0: a free one. `zone` is the gateway's: of expireAt and the cancel cut-off.

    `now` gives aware times. `notify_again`: seconds between the tries of a NOTIFICATION, after the first. `dialect`:
    only its paths and `qr_value` matter here; digest and salt belong to the merchants' keys. The first of `shoppers`
    is the one who pays where none is named.
    """

    merchants: Sequence[Merchant] = field(default_factory=lambda: (Merchant(),))
    shoppers: Sequence[Shopper] = (Shopper(WELL_OFF), Shopper(PENNILESS, "0"))
    host: str = "127.0.0.1"
    port: int = 0
    dialect: Dialect = field(default_factory=Dialect)
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("Asia/Singapore"))
    now: Callable[[], datetime] = _utc
    notify_again: Sequence[float] = NOTIFY_AGAIN


class Sandbox:
    """A local gateway. Serves between `start` and `stop`, or within `async with`; starts once."""

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        self._settings = settings or SandboxSettings()
        self._house = contextlib.AsyncExitStack()
        self._url = ""

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end; "" before it has started."""
        return self._url

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        settings = self._settings
        closing = asyncio.Event()

        async def pause(seconds: float) -> None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(closing.wait(), seconds)

        faults = Faults()
        notifier = Notifier(settings.merchants, faults, settings.zone, settings.notify_again)
        books = Books(settings.zone, settings.shoppers, notifier.announce)
        gateway = GatewaySide(
            books,
            faults,
            notifier,
            settings.merchants,
            dialect=settings.dialect,
            zone=settings.zone,
            now=settings.now,
            pause=pause,
        )
        shopper = ShopperSide(books, faults, notifier, settings.merchants, settings.now)
        app = Routed([*gateway.routes, *shopper.routes], {Refusal: refused, ValidationError: refused})
        async with contextlib.AsyncExitStack() as house:
            house.push_async_callback(notifier.aclose)
            self._url = await house.enter_async_context(serving(app, settings.host, settings.port))
            house.callback(closing.set)
            self._house = house.pop_all()

    async def stop(self) -> None:
        """Stop listening, and give up the NOTIFICATIONs that are under way. A second stop does nothing."""
        await self._house.aclose()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
