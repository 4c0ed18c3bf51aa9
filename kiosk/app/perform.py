"""Carrying out: each command in a task of its own, each answer back through the inbox. Every command is answered."""

import asyncio
import time
from typing import Protocol, TypeVar, assert_never

from kiosk.app.clock import Clock
from kiosk.app.inbox import Inbox
from kiosk.app.lookup import Lookup
from kiosk.app.stopwatch import Stopwatch
from kiosk.app.tasks import Tasks
from kiosk.gateway.client import Gateway
from kiosk.journal import JournalError
from kiosk.sale.commands import Cancel, Command, Inquire, Pay, Probe, Refund, Release, SendResult, ServiceKey
from kiosk.sale.events import (
    CancelAnswered,
    DetailAnswered,
    Event,
    Part,
    PartFailed,
    PartRecovered,
    PayAnswered,
    ProbeAnswered,
    RefundAnswered,
    ReleaseAnswered,
)
from kiosk.sale.order import GivingBack, Order
from kiosk.sale.outcome import Approved, DetailOutcome, Outcome, Pending, Unknown

T = TypeVar("T", bound=Outcome)
BEGUN_WITHIN = 4.0  # seconds: a release takes 15 s at most, and after 20 s (Rules.release) the money goes back


class Releaser(Protocol):
    """What drops the goods or lifts the barrier."""

    async def release(self, latest: float) -> str | None:
        """Release once; one line of trouble, or None when the goods are out. Not begun after `latest`, monotonic."""


class Performer:
    """Turns commands into requests and releases."""

    def __init__(
        self,
        tasks: Tasks,
        gateway: Gateway,
        releaser: Releaser,
        inbox: Inbox,
        clock: Clock,
        stopwatch: Stopwatch,
        lookup: Lookup,
    ) -> None:
        self._tasks = tasks
        self._gateway = gateway
        self._releaser = releaser
        self._inbox = inbox
        self._clock = clock
        self._stopwatch = stopwatch
        self._lookup = lookup
        self.under_way = 0
        self._awaited: dict[str, asyncio.Future[DetailOutcome]] = {}

    def begin(self, command: Command, began: float) -> None:
        """Start a command whose record is on disk. `began`: when its cause was posted, in monotonic seconds."""
        self.under_way += 1
        self._tasks.begin(self._finish(command, began))

    def next_detail(self, order_id: str) -> "asyncio.Future[DetailOutcome]":
        """DETAIL's next answer about an order, for somebody who waits for it."""
        known = self._awaited.get(order_id)
        if known is None or known.done():
            known = self._awaited[order_id] = asyncio.get_running_loop().create_future()
        return known

    async def _finish(self, command: Command, began: float) -> None:
        try:
            events = await self._carry_out(command, began)
        finally:
            self.under_way -= 1
        self._inbox.post(*events)

    async def _carry_out(self, command: Command, began: float) -> tuple[Event, ...]:
        match command:
            case Pay(order, code):
                self._stopwatch.took("key to PAY", time.monotonic() - began)
                return self._heard(PayAnswered(order.id, await self._own(order, await self._gateway.pay(order, code))))
            case Inquire(order):
                seen = await self._own(order, await self._gateway.detail(order))
                if (waiting := self._awaited.pop(order.id, None)) and not waiting.done():
                    waiting.set_result(seen)
                return self._heard(DetailAnswered(order.id, seen))
            case Cancel(order):
                return self._heard(CancelAnswered(order.id, await self._gateway.cancel(order)))
            case Refund(order):
                back = order.phase
                if not isinstance(back, GivingBack):
                    raise TypeError(f"{order.id} is not being given back")
                outcome = await self._gateway.refund(order, back.refund_id, back.amount, str(back.why))
                return self._heard(RefundAnswered(order.id, back.refund_id, outcome))
            case Probe():
                return self._heard(ProbeAnswered(await self._gateway.probe()))
            case Release(order):
                return (ReleaseAnswered(order.id, await self._releaser.release(began + BEGUN_WITHIN)),)
            case SendResult() | ServiceKey():
                raise TypeError(f"{type(command).__name__}: a result is written, and a key is the service desk's")
            case _:
                assert_never(command)

    async def _own(self, order: Order, outcome: T) -> T | Unknown:
        """The first time an order learns its gateway's id: one that another order has can't be believed."""
        if order.gateway_id is None and isinstance(outcome, Approved | Pending):
            try:
                return await self._lookup.own(order, outcome, outcome.gateway_id)
            except JournalError as error:
                return Unknown(f"it can't be said whose answer that is: {error}")
        return outcome

    def _heard(self, event: Event) -> tuple[Event, ...]:
        """An answer, and what it tells of the time."""
        self._clock.learn(self._gateway.clock_news())
        distrust = self._clock.distrust()
        return (PartFailed(Part.CLOCK, distrust) if distrust else PartRecovered(Part.CLOCK), event)
