"""The consumer: takes one letter after another, steps the machine, shows what came of it, hands on what is to be done.

It is the only task that touches the state. Keys are answered at once: the panel is brought in line before anything
waits for the disk or the network. One timer wakes it, re-armed after each step.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from kiosk.app.clock import Clock
from kiosk.app.inbox import Inbox, Letter
from kiosk.app.ledger import Job, Ledger, answer_of
from kiosk.journal import Entry
from kiosk.sale import machine, show
from kiosk.sale.commands import Cancel, GiveBack, Pay, Release, Report
from kiosk.sale.deadlines import next_wake
from kiosk.sale.events import Event, Moment, Woken
from kiosk.sale.order import NEVER
from kiosk.sale.panel import Panel
from kiosk.sale.state import Kiosk

_log = logging.getLogger(__name__)


class Loop:
    """The state and its consumer. `present` gets each new panel, with the time its cause was posted.

    `troubled` is called when what is wrong with the kiosk, or the panel, is another than before.
    """

    def __init__(
        self,
        state: Kiosk,
        clock: Clock,
        inbox: Inbox,
        ledger: Ledger,
        present: Callable[[Panel, float], None],
        troubled: Callable[[], None],
    ) -> None:
        self.state = state
        self._clock = clock
        self._inbox = inbox
        self._ledger = ledger
        self._present = present
        self._troubled = troubled
        self.panel = show.panel(state, clock.now())
        self.beat = clock.now().mono

    def adopt(self, step: machine.Step, entry: Entry) -> None:
        """Begin with what recovery found."""
        self.state = step.state
        self._record(step, entry, self._clock.now().mono, None)

    async def run(self) -> None:
        """Consume for ever. The first panel is always presented: a machine that starts in trouble says so."""
        now = self._clock.now()
        self.panel = show.panel(self.state, now)
        self._present(self.panel, now.mono)
        self._troubled()
        while True:
            letter, due = await self._next()
            now = self._clock.now(at_least=due)
            before = self.state
            notes = tuple(note for event in letter.events[:-1] for note in self._step(event, now, letter, last=False))
            self._step(letter.events[-1], now, letter, last=True, notes=notes)
            shown = self.panel
            self._show(now, letter.posted)
            if self.panel.name is not shown.name or self.state.troubles != before.troubles:
                self._troubled()
            self.beat = now.mono

    async def _next(self) -> tuple[Letter, float]:
        """The next letter; or when the timer fires, its own, with the time that it was set for."""
        now = self._clock.now()
        wake = min(next_wake(self.state), show.next_tick(self.state, now))
        try:
            async with asyncio.timeout(None if wake == NEVER else max(0.0, wake - now.mono)):
                return await self._inbox.next(), 0.0
        except TimeoutError:
            return Letter((Woken(),)), wake

    def _step(
        self, event: Event, now: Moment, letter: Letter, *, last: bool, notes: tuple[str, ...] = ()
    ) -> tuple[str, ...]:
        before = self.state.session
        step = machine.step(self.state, event, now)
        self.state = step.state
        for note in step.notes:
            _log.info("%s", note, extra={"EVENT": type(event).__name__})
        if type(before) is not type(self.state.session):
            _log.debug("%s -> %s", type(before).__name__, type(self.state.session).__name__)
        entry = Entry(at=now.at, answers=answer_of(event))
        step = replace(step, notes=(*notes, *step.notes))
        self._record(step, entry, letter.posted, letter.handled if last else None)
        return step.notes

    def _record(
        self, step: machine.Step, entry: Entry, posted: float, handled: asyncio.Future[tuple[str, ...]] | None
    ) -> None:
        for order in step.changed:
            phase = type(order.phase).__name__
            _log.info("order %s: %s", order.id, phase, extra={"ORDER_ID": order.id, "EVENT": phase})
        entry = replace(
            entry,
            orders=step.changed,
            intents=tuple(one for one in step.commands if isinstance(one, Pay | Cancel | GiveBack | Release)),
            reports=tuple(one for one in step.commands if isinstance(one, Report)),
        )
        commands = tuple(one for one in step.commands if not isinstance(one, Report))
        job = Job(entry, commands, posted, handled, step.notes)
        if job.writes or commands or handled:
            self._ledger.put(job)

    def _show(self, now: Moment, posted: float) -> None:
        panel = show.panel(self.state, now)
        if panel != self.panel:
            self.panel = panel
            self._present(panel, posted)
