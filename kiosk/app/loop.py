"""The consumer: takes one letter after another, steps the machine, shows what came of it, hands on what is to be done.

It is the only task that touches the state. Keys are answered at once: the panel is brought in line before anything
waits for the disk or the network. One timer wakes it, re-armed after each step.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from kiosk.app.clock import Clock
from kiosk.app.current import Current
from kiosk.app.inbox import Inbox, Letter
from kiosk.app.recorder import Job, Recorder, answer_of
from kiosk.journal import Entry
from kiosk.sale import machine, show
from kiosk.sale.commands import Cancel, Pay, Refund, Release, SendResult
from kiosk.sale.deadlines import next_wake
from kiosk.sale.events import Event, Moment, Woken
from kiosk.sale.order import NEVER
from kiosk.sale.panel import Panel

_log = logging.getLogger(__name__)


class Loop:
    """The consumer of `current`. `present` gets each new panel, with the time its cause was posted.

    `troubled` is called when what is wrong with the kiosk, or the panel, is another than before.
    """

    def __init__(
        self,
        current: Current,
        clock: Clock,
        inbox: Inbox,
        recorder: Recorder,
        present: Callable[[Panel, float], None],
        troubled: Callable[[], None],
    ) -> None:
        self._current = current
        self._clock = clock
        self._inbox = inbox
        self._recorder = recorder
        self._present = present
        self._troubled = troubled

    def adopt(self, step: machine.Step, entry: Entry) -> None:
        """Begin with what recovery found."""
        self._current.state = step.state
        self._record(step, entry, self._clock.now().mono, None)

    async def run(self) -> None:
        """Consume for ever. The first panel is always presented: a machine that starts in trouble says so."""
        current, now = self._current, self._clock.now()
        current.panel = show.panel(current.state, now)
        self._present(current.panel, now.mono)
        self._troubled()
        while True:
            letter, due = await self._next()
            now = self._clock.now(at_least=due)
            before, shown = current.state, current.panel
            self._handle(letter, now)
            self._show(now, letter.posted)
            if current.panel.name is not shown.name or current.state.troubles != before.troubles:
                self._troubled()
            current.beat = now.mono

    def _handle(self, letter: Letter, now: Moment) -> None:
        """Step for each of its events; whoever waits for the letter is told with the last one's record."""
        notes: tuple[str, ...] = ()
        for event in letter.events[:-1]:
            notes += self._step(event, now, letter.posted, (), None)
        self._step(letter.events[-1], now, letter.posted, notes, letter.handled)

    async def _next(self) -> tuple[Letter, float]:
        """The next letter; or when the timer fires, its own, with the time that it was set for."""
        now = self._clock.now()
        wake = min(next_wake(self._current.state), show.next_tick(self._current.state, now))
        try:
            async with asyncio.timeout(None if wake == NEVER else max(0.0, wake - now.mono)):
                return await self._inbox.next(), 0.0
        except TimeoutError:
            return Letter((Woken(),)), wake

    def _step(
        self,
        event: Event,
        now: Moment,
        posted: float,
        before: tuple[str, ...],
        handled: asyncio.Future[tuple[str, ...]] | None,
    ) -> tuple[str, ...]:
        """Take one step and hand on its record; its notes. `before`: those of the letter's events before it."""
        session = self._current.state.session
        step = machine.step(self._current.state, event, now)
        self._current.state = step.state
        for note in step.notes:
            _log.info("%s", note, extra={"EVENT": type(event).__name__})
        if type(session) is not type(step.state.session):
            _log.debug("%s -> %s", type(session).__name__, type(step.state.session).__name__)
        entry = Entry(at=now.at, answers=answer_of(event))
        self._record(replace(step, notes=(*before, *step.notes)), entry, posted, handled)
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
            intents=tuple(one for one in step.commands if isinstance(one, Pay | Cancel | Refund | Release)),
            results=tuple(one for one in step.commands if isinstance(one, SendResult)),
        )
        commands = tuple(one for one in step.commands if not isinstance(one, SendResult))
        job = Job(entry, commands, posted, handled, step.notes)
        if job.writes or commands or handled:
            self._recorder.put(job)

    def _show(self, now: Moment, posted: float) -> None:
        panel = show.panel(self._current.state, now)
        if panel != self._current.panel:
            self._current.panel = panel
            self._present(panel, posted)
