"""Write, then act: each step's record goes to disk first, and only then are its commands carried out.

One writer. The journal's fsync blocks, so it runs in a thread, one call at a time; meanwhile keys are still answered.
When the disk does not take a record, what it asked for is not done: each of its intents is answered "not sent", the
record is kept and tried again every few seconds, and the kiosk is out of service until the disk has it.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar, assert_never

from kiosk.app.inbox import Inbox
from kiosk.journal import Answer, Entry, Journal, JournalError
from kiosk.sale.commands import Cancel, Command, GiveBack, Intent, Pay, Release
from kiosk.sale.events import (
    CancelAnswered,
    Event,
    Part,
    PartFailed,
    PartRecovered,
    PayAnswered,
    RefundAnswered,
    ReleaseAnswered,
)
from kiosk.sale.order import GivingBack
from kiosk.sale.outcome import Declined, NotSent, Outcome, Refused, Unknown

T = TypeVar("T")
RETRY = 5.0  # seconds between two tries to write


@dataclass(frozen=True, slots=True)
class Job:
    """A step's record and commands. `began`: when what caused them was posted, in monotonic seconds."""

    entry: Entry
    commands: tuple[Command, ...]
    began: float
    handled: asyncio.Future[tuple[str, ...]] | None
    notes: tuple[str, ...]

    @property
    def writes(self) -> bool:
        """Whether there is anything for the disk: idle keys and questions write nothing."""
        return bool(self.entry.orders or self.entry.intents or self.entry.answers or self.entry.reports)


class Ledger:
    """The writing task. `beat`: when the journal last answered, in monotonic seconds."""

    def __init__(
        self,
        journal: Journal,
        inbox: Inbox,
        perform: Callable[[Command, float], None],
        reported: Callable[[], None],
        retry: float = RETRY,
    ) -> None:
        self._journal = journal
        self._inbox = inbox
        self._perform = perform
        self._reported = reported
        self._jobs: asyncio.Queue[Job] = asyncio.Queue()
        self._retry = retry
        self._unwritten: list[Entry] = []
        self._try_at = 0.0
        self._pen = asyncio.Lock()
        self._failed = False
        self.beat = 0.0

    def put(self, job: Job) -> None:
        """Hand over a step's record and commands."""
        self._jobs.put_nowait(job)

    async def call(self, work: Callable[[Journal], T]) -> T:
        """Use the journal, between two records. Raises JournalError as `work` does."""
        async with self._pen:
            try:
                return await asyncio.to_thread(work, self._journal)
            finally:
                self.beat = time.monotonic()

    async def answer(self) -> None:
        """Ask the journal for anything: `beat` is new once it has answered, be it that it can't."""
        with contextlib.suppress(JournalError):
            await self.call(lambda journal: journal.counts())

    async def look_up(self, work: Callable[[Journal], T]) -> T:
        """Read from the journal what is true now: after all that was handed over before is on disk.

        Raises JournalError, also when the disk does not take what was.
        """
        caught_up: asyncio.Future[tuple[str, ...]] = asyncio.get_running_loop().create_future()
        self.put(Job(Entry(at=datetime.now(UTC)), (), 0.0, caught_up, ()))
        await caught_up
        return await self.call(work)

    @property
    def settled(self) -> bool:
        """Nothing waits to be written."""
        return self._jobs.empty() and not self._unwritten and not self._pen.locked()

    async def run(self) -> None:
        """Write and perform, for ever."""
        while True:
            job = await self._next()
            if job is None:
                await self._try()
            elif await self._taken(job):
                for command in job.commands:
                    self._perform(command, job.began)
                if job.entry.reports:
                    self._reported()
                if job.handled and not job.handled.done():
                    job.handled.set_result(job.notes)
            else:
                self._refuse(job)

    async def _next(self) -> Job | None:
        """The next job; None when it is time to try the disk again."""
        if not self._unwritten:
            return await self._jobs.get()
        try:
            async with asyncio.timeout_at(self._try_at):
                return await self._jobs.get()
        except TimeoutError:
            return None

    async def _taken(self, job: Job) -> bool:
        """Whether its record is on disk.

        Behind one that the disk did not take it waits, and all that waits goes in one transaction: of what was refused,
        the disk never has the wish without the answer that it was not done.
        """
        if not job.writes:
            return not (job.handled and self._unwritten)
        self._unwritten.append(job.entry)
        return len(self._unwritten) == 1 and await self._try()

    async def _try(self) -> bool:
        try:
            await self.call(lambda journal: journal.write(*self._unwritten))
        except JournalError as error:
            self._failed = True
            self._try_at = asyncio.get_running_loop().time() + self._retry
            self._inbox.post(PartFailed(Part.JOURNAL, str(error)))
            return False
        self._unwritten.clear()
        if self._failed:
            self._failed = False
            self._inbox.post(PartRecovered(Part.JOURNAL))
        return True

    def _refuse(self, job: Job) -> None:
        for command in job.commands:
            if isinstance(command, Pay | Cancel | GiveBack | Release):
                self._inbox.post(not_done(command))
            else:  # questions move nothing, and are to be answered
                self._perform(command, job.began)
        if job.handled and not job.handled.done():
            job.handled.set_exception(JournalError("the journal could not be written; nothing was done"))


def not_done(intent: Intent) -> Event:
    """The answer to an intent that was not carried out because it could not be recorded."""
    outcome = NotSent("the journal could not be written")
    match intent:
        case Pay(order):
            return PayAnswered(order.id, outcome)
        case Cancel(order):
            return CancelAnswered(order.id, outcome)
        case GiveBack(order):
            refund_id = order.phase.refund_id if isinstance(order.phase, GivingBack) else ""
            return RefundAnswered(order.id, refund_id, outcome)
        case Release(order):
            return ReleaseAnswered(order.id, outcome.reason)
        case _:
            assert_never(intent)


def answer_of(event: Event) -> tuple[Answer, ...]:
    """What the journal notes down of an answer to an intent."""
    match event:
        case PayAnswered(order_id, outcome):
            return (Answer(order_id, "pay", _words(outcome)),)
        case CancelAnswered(order_id, outcome):
            return (Answer(order_id, "cancel", _words(outcome)),)
        case RefundAnswered(order_id, _, outcome):
            return (Answer(order_id, "refund", _words(outcome)),)
        case ReleaseAnswered(order_id, trouble):
            return (Answer(order_id, "release", trouble or "done"),)
        case _:
            return ()


def _words(outcome: Outcome) -> str:
    name = type(outcome).__name__.lower()
    match outcome:
        case Declined(reason) | Refused(reason) | NotSent(reason) | Unknown(reason) if reason:
            return f"{name}: {reason}"
        case _:
            return name
