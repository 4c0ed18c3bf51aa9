"""Write, then act: each step's record goes to disk first, and only then are its commands carried out.

One writer. The journal's fsync blocks, so it runs in a thread, one call at a time; meanwhile keys are still answered.
When the disk does not take a record, what it asked for is not done: each of its intents is answered "not sent", the
record is kept and tried again every few seconds, and the kiosk is out of service until the disk has it.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias, TypeVar, assert_never

from kiosk.app.devices.health import PartHealth
from kiosk.app.inbox import Inbox
from kiosk.journal import Answer, Entry, Journal, JournalError
from kiosk.sale.commands import Cancel, Command, Intent, Pay, Refund, Release
from kiosk.sale.events import CancelAnswered, Event, Part, PayAnswered, RefundAnswered, ReleaseAnswered
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
        return bool(self.entry.orders or self.entry.intents or self.entry.answers or self.entry.results)


Perform: TypeAlias = Callable[[Command, float], None]


class Recorder:
    """The writing task. `beat`: when the journal last answered, in monotonic seconds. `health`: of its disk."""

    def __init__(self, journal: Journal, inbox: Inbox, retry: float = RETRY) -> None:
        self._journal = journal
        self._inbox = inbox
        self._jobs: asyncio.Queue[Job] = asyncio.Queue()
        self._retry = retry
        self._unwritten: list[Entry] = []
        self._try_at = 0.0
        self._pen = asyncio.Lock()
        self.health = PartHealth(inbox)
        self.beat = 0.0

    def put(self, job: Job) -> None:
        """Hand over a step's record and commands."""
        self._jobs.put_nowait(job)

    async def call(self, work: Callable[[Journal], T]) -> T:
        """Use the journal, between two records. Raises JournalError as `work` does.

        A thread can't be cancelled: who is goes at once, but nobody else has the journal before the thread is done.
        """
        await self._pen.acquire()
        thread = asyncio.get_running_loop().run_in_executor(None, _with, self._journal, work)
        thread.add_done_callback(self._put_down)
        return await asyncio.shield(thread)

    def _put_down(self, _: asyncio.Future[T]) -> None:
        self.beat = time.monotonic()
        self._pen.release()

    async def close(self) -> None:
        """Close the journal, once no thread is at it."""
        async with self._pen:
            self._journal.close()

    async def answer(self) -> None:
        """Ask the journal for anything: `beat` is new once it has answered, be it that it can't.

        One that was taken away is a trouble from then on, before anybody sells by it.
        """
        try:
            await self.call(lambda journal: journal.newest_id())
        except JournalError as error:
            self.health.failed(Part.JOURNAL, str(error))
        else:
            if not self._unwritten:
                self.health.works(Part.JOURNAL)

    async def look(self) -> None:
        """Look at the journal's whole file, beside whoever uses it. By one that is damaged nobody sells any more."""
        try:
            await asyncio.wrap_future(self._journal.look())
        except JournalError as error:
            self.health.lost(Part.JOURNAL, str(error))

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

    async def run(self, perform: Perform, results_wait: Callable[[], None]) -> None:
        """Write and perform, for ever.

        `perform` begins a command, and is told when its cause was; `results_wait` is called when some are on disk.
        """
        while True:
            job = await self._next()
            if job is None:  # it is time to try the disk again, for what it refused before
                await self._write()
                continue
            recorded = await self._record(job)
            for command in job.commands:
                if recorded or not isinstance(command, Pay | Cancel | Refund | Release):
                    perform(command, job.began)
                else:
                    self._inbox.post(not_done(command))
            if recorded and job.entry.results:
                results_wait()
            _answer(job, recorded=recorded)

    async def _next(self) -> Job | None:
        """The next job; None when it is time to try the disk again."""
        if not self._unwritten:
            return await self._jobs.get()
        try:
            async with asyncio.timeout_at(self._try_at):
                return await self._jobs.get()
        except TimeoutError:
            return None

    async def _record(self, job: Job) -> bool:
        """Write its record, if it has one; whether the disk has all that it is about.

        Behind one that the disk did not take it waits, and all that waits goes in one transaction: of what was refused,
        the disk never has the wish without the answer that it was not done.
        """
        disk_refuses = bool(self._unwritten)
        if not job.writes:
            return not (disk_refuses and job.handled)
        self._unwritten.append(job.entry)
        return not disk_refuses and await self._write()

    async def _write(self) -> bool:
        """Write all that waits; whether the disk took it."""
        try:
            await self.call(lambda journal: journal.write(*self._unwritten))
        except JournalError as error:
            self._try_at = asyncio.get_running_loop().time() + self._retry
            self.health.failed(Part.JOURNAL, str(error))
            return False
        self._unwritten.clear()
        self.health.works(Part.JOURNAL)
        return True


def _with(journal: Journal, work: Callable[[Journal], T]) -> T:
    """Use the journal, if it is the one that was opened: what is read off another is not true."""
    journal.check()
    return work(journal)


def _answer(job: Job, *, recorded: bool) -> None:
    """Tell whoever waits for the job, unless they have gone."""
    if job.handled is None or job.handled.done():
        return
    if recorded:
        job.handled.set_result(job.notes)
    else:
        job.handled.set_exception(JournalError("the journal could not be written; nothing was done"))


def not_done(intent: Intent) -> Event:
    """The answer to an intent that was not carried out because it could not be recorded."""
    outcome = NotSent("the journal could not be written")
    match intent:
        case Pay(order):
            return PayAnswered(order.id, outcome)
        case Cancel(order):
            return CancelAnswered(order.id, outcome)
        case Refund(order):
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
