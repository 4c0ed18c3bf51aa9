"""The courier: one task that takes results to the operator, in their order.

A result that can't be delivered now holds up the later ones; one that the server refuses for long (`refusal`) is set
aside and the next goes on, save those of the same order. The courier keeps nothing: after a crash it begins again with
the oldest result that waits.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import NoReturn, Protocol

from kiosk.outbox import backoff, refusal
from kiosk.outbox.webhook import Delivered, Later, Refused, Webhook

_log = logging.getLogger(__name__)


class Row(Protocol):
    """A result that waits: its place, its webhook-id, the JSON text to send, and how many tries have failed."""

    @property
    def sequence(self) -> int:
        """1, 2, 3... without gaps."""

    @property
    def id(self) -> str:
        """Its webhook-id, the same through all retries."""

    @property
    def body(self) -> str:
        """The JSON text to send."""

    @property
    def attempts(self) -> int:
        """How many tries have failed."""

    @property
    def refused_at(self) -> datetime | None:
        """When the server refused it first."""

    @property
    def set_aside(self) -> bool:
        """Whether later results may go before it."""


class Rows(Protocol):
    """Where the results are kept. The daemon carries these out in its one writing task.

    What they raise holds up the outbox, and nothing else: the courier tries again, less and less often.
    """

    async def due(self, at: datetime) -> Row | datetime | None:
        """The result to be delivered now. A time: nothing now, one then; None: nothing at all."""

    async def delivered(self, sequence: int, at: datetime) -> Row | None:
        """Remember that the operator has it. Returns the one that is to be delivered then, if one is there already."""

    async def postpone(self, sequence: int, attempts: int, why: str) -> None:
        """Remember that so many tries have failed, and why the last one did; it goes on waiting."""

    async def refused(self, sequence: int, at: datetime) -> None:
        """Remember when the server refused it first, if that is not known yet."""

    async def quarantine(self, sequence: int, why: str, again: datetime | None) -> None:
        """Set it aside, and let the later ones go. `again`: until then; None: for a person. Never delete it."""


class Courier:
    """Delivers what waits in `rows` to `webhook`, as long as `run` runs.

    `now` is the time by the clock that the daemon trusts, aware. `delay` gives the seconds to wait after so many
    failed tries.
    """

    def __init__(
        self,
        rows: Rows,
        webhook: Webhook,
        now: Callable[[], datetime],
        delay: Callable[[int], float] = backoff.delay,
    ) -> None:
        self._rows = rows
        self._webhook = webhook
        self._now = now
        self._delay = delay
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is a new result, one was put back, or the network came back: try at once.

        Only a wait that the server itself asked for (Retry-After) is kept. To be called in the event loop's thread.
        """
        self._woken.set()

    async def run(self) -> NoReturn:
        """Deliver for ever. Cancel it to stop: a result on its way then is sent again, with the same id."""
        failures = 0  # since one was delivered, or refused
        row: Row | None = None  # in hand
        while True:
            try:
                if row is None:
                    row = await self._look()
                else:
                    row = await self._deliver(row)
                    failures = 0
            except Exception:  # noqa: BLE001 - whatever it is, the sale goes on, and the result is in the journal
                failures += 1
                row = None
                _log.exception("the courier stumbled, and tries again", extra={"EVENT": "CourierFailed"})
                await asyncio.sleep(self._delay(failures))

    async def _look(self) -> Row | None:
        """The result to be delivered now. Where there is none, sleep until it is time to look again."""
        self._woken.clear()  # before looking, so that no result comes between the look and the sleep
        row = await self._rows.due(now := self._now())
        if row is None:
            await self._woken.wait()
        elif isinstance(row, datetime):
            await self._pause((row - now).total_seconds())
        else:
            return row
        return None

    async def _deliver(self, row: Row) -> Row | None:
        """Send it once, and remember what became of it. Returns the next, if it is known already."""
        answer = await self._webhook.post(row.id, row.body, self._now())
        match answer:
            case Delivered():
                _log.debug("result %d delivered", row.sequence)  # a hundred thousand of them after an outage
                return await self._rows.delivered(row.sequence, self._now())
            case Refused(why, gone):
                await self._refused(row, why, gone=gone)
            case Later(why, _) if row.set_aside:
                await self._rows.quarantine(row.sequence, why, self._now() + refusal.AGAIN)
            case Later(why, wait):
                await self._wait(row, why, wait)
        return None

    async def _refused(self, row: Row, why: str, *, gone: bool) -> None:
        now = self._now()
        match refusal.verdict(now, refused_at=row.refused_at, set_aside=row.set_aside, gone=gone):
            case refusal.SetAside(again):
                _log.error("result %d set aside, the operator's server will not have it: %s", row.sequence, why)
                await self._rows.quarantine(row.sequence, why, again)
            case refusal.Wait():
                await self._rows.refused(row.sequence, now)
                await self._wait(row, why)

    async def _wait(self, row: Row, why: str, wait: float = 0.0) -> None:
        attempts = row.attempts + 1
        _log.warning("result %d waits, try %d failed: %s", row.sequence, attempts, why)
        await self._rows.postpone(row.sequence, attempts, why)
        await asyncio.sleep(wait)
        await self._pause(self._delay(attempts) - wait)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass
