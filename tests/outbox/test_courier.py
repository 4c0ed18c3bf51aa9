import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NoReturn, ParamSpec, TypeVar

import pytest
from sample_orders import order as an_order
from waits import PATIENCE, until
from webhook_receiver import SECRET, Receiver, answer, receiving

from kiosk.journal import Entry, Journal, JournalError, OutboxRow, OutboxState
from kiosk.outbox import Courier, Webhook, backoff
from kiosk.sale.commands import SendResult, Topic
from kiosk.sale.order import Order

pytestmark = pytest.mark.anyio
P = ParamSpec("P")
T = TypeVar("T")


def now() -> datetime:
    return datetime.now(UTC)


def at_once(_attempts: int) -> float:
    return 0.0


def for_an_hour(_attempts: int) -> float:
    return 3600.0


class JournalRows:
    """The journal as the daemon lends it to the courier: away from the event loop, one call at a time."""

    def __init__(self, journal: Journal, thread: Executor) -> None:
        self.journal = journal
        self.thread = thread
        self._turn = asyncio.Lock()

    async def _call(self, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.thread, partial(work, *given, **named))

    async def due(self, at: datetime) -> OutboxRow | datetime | None:
        async with self._turn:
            return await self._call(self.journal.due, at)

    async def delivered(self, sequence: int, at: datetime) -> OutboxRow | None:
        async with self._turn:
            await self._call(self.journal.delivered, sequence, at)
            due = await self._call(self.journal.due, at)
        return due if isinstance(due, OutboxRow) else None

    async def postpone(self, sequence: int, attempts: int, why: str) -> None:
        async with self._turn:
            await self._call(self.journal.postpone, sequence, attempts, why)

    async def refused(self, sequence: int, at: datetime) -> None:
        async with self._turn:
            await self._call(self.journal.refused, sequence, at)

    async def quarantine(self, sequence: int, why: str, again: datetime | None) -> None:
        async with self._turn:
            await self._call(self.journal.quarantine, sequence, why, again)

    async def post(self, count: int, order: Order | None = None) -> None:
        async with self._turn:
            entry = Entry(now(), (order,) if order else (), results=(SendResult(Topic.FAULT, now(), order),) * count)
            await self._call(self.journal.write, entry)

    async def in_state(self, state: OutboxState) -> list[int]:
        async with self._turn:
            return sorted(row.sequence for row in self.journal.rows(state, 1000))


@pytest.fixture
async def rows(tmp_path: Path) -> AsyncIterator[JournalRows]:
    # a courier that is cancelled leaves its call behind, in the thread: it is through before the journal is closed
    with Journal.open(tmp_path, "kiosk-0001") as journal, ThreadPoolExecutor(1) as thread:
        yield JournalRows(journal, thread)


@asynccontextmanager
async def courier(
    rows: JournalRows, url: str, delay: Callable[[int], float] = at_once, limit: float = 10.0
) -> AsyncIterator[Courier]:
    """A courier at work until the end of the block."""
    async with Webhook(url, SECRET, limit=limit) as webhook:
        courier = Courier(rows, webhook, now, delay)
        work = asyncio.create_task(courier.run())
        try:
            yield courier
            assert not work.done()  # whatever happened, it goes on
        finally:
            work.cancel()
            await asyncio.wait([work])


async def settled(rows: JournalRows, receiver: Receiver) -> None:
    """Until nothing waits any more; then every signature is checked."""
    async with asyncio.timeout(PATIENCE):
        while await rows.in_state(OutboxState.PENDING):
            await asyncio.sleep(0.005)
    receiver.verify()


async def test_what_waits_is_delivered_in_order_and_once(rows: JournalRows) -> None:
    await rows.post(20)
    async with receiving() as receiver, courier(rows, receiver.url):
        await settled(rows, receiver)
        assert receiver.sequences == list(range(1, 21))
        assert len(set(receiver.ids)) == 20


async def test_a_report_that_fails_holds_up_the_later_ones_and_keeps_its_id(rows: JournalRows) -> None:
    await rows.post(3)
    bad = [answer(503), b"", answer(429), b"nonsense", answer(500)]
    async with receiving(answer(200), *bad) as receiver, courier(rows, receiver.url):
        await settled(rows, receiver)
        assert receiver.sequences == [1, 2, 2, 2, 2, 2, 2, 3]
        assert len(set(receiver.ids[1:7])) == 1
        assert len(set(receiver.bodies[1:7])) == 1
        assert len(set(receiver.ids)) == 3


async def test_a_server_that_never_answers_loses_nothing(rows: JournalRows) -> None:
    await rows.post(2)
    async with receiving(None, None) as receiver, courier(rows, receiver.url, limit=0.1):
        await settled(rows, receiver)
        assert receiver.sequences == [1, 1, 1, 2]


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404])
async def test_a_server_that_refuses_for_a_moment_is_a_server_that_is_away(rows: JournalRows, status: int) -> None:
    await rows.post(3)
    async with receiving(answer(status), answer(status)) as receiver, courier(rows, receiver.url):
        await settled(rows, receiver)
        assert receiver.sequences == [1, 1, 1, 2, 3]
        assert len(set(receiver.ids[:3])) == 1
        assert await rows.in_state(OutboxState.QUARANTINED) == []


async def test_what_is_gone_is_set_aside_at_once_and_the_next_one_goes_on(rows: JournalRows) -> None:
    await rows.post(3)
    async with receiving(answer(200), answer(410)) as receiver, courier(rows, receiver.url):
        await settled(rows, receiver)
        assert receiver.sequences == [1, 2, 3]
        assert await rows.in_state(OutboxState.QUARANTINED) == [2]
        assert await rows.in_state(OutboxState.DELIVERED) == [1, 3]


class Clock:
    """The daemon's clock, which a test moves."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead


async def test_one_that_is_refused_for_long_lets_the_others_go_and_is_tried_every_hour(rows: JournalRows) -> None:
    clock = Clock()
    await rows.post(2)
    replies = (answer(404), answer(404), answer(200), answer(503), answer(200))
    async with receiving(*replies) as receiver, Webhook(receiver.url, SECRET) as webhook:
        work = Courier(rows, webhook, clock, for_an_hour)
        running = asyncio.create_task(work.run())
        await until(lambda: receiver.sequences == [1])
        await until(lambda: rows.journal.pending(1)[0].attempts == 1)
        clock.ahead = timedelta(minutes=15)
        work.wake()
        await until(lambda: receiver.sequences == [1, 1, 2])
        await until(lambda: rows.journal.counts() == (0, 1))
        for hour, seen in ((timedelta(hours=1, minutes=16), 4), (timedelta(hours=2, minutes=17), 5)):
            work.wake()
            await asyncio.sleep(0.05)
            assert len(receiver.sequences) == seen - 1  # not before its hour
            clock.ahead = hour
            work.wake()
            await until(lambda seen=seen: len(receiver.sequences) == seen)
        await until(lambda: rows.journal.counts() == (0, 0))
        assert receiver.sequences == [1, 1, 2, 1, 1]
        assert len(set(receiver.ids)) == 2
        running.cancel()
        await asyncio.wait([running])


async def test_after_three_days_it_is_for_a_person(rows: JournalRows) -> None:
    clock = Clock()
    await rows.post(1)
    await rows.refused(1, now())
    await rows.quarantine(1, "answered 401", now())
    clock.ahead = timedelta(days=3)
    async with receiving(answer(401)) as receiver, Webhook(receiver.url, SECRET) as webhook:
        running = asyncio.create_task(Courier(rows, webhook, clock, at_once).run())
        await until(lambda: receiver.sequences == [1])
        await until(lambda: rows.journal.rows(None, 1)[0].attempts == 2)
        running.cancel()
        await asyncio.wait([running])
    assert rows.journal.due(clock() + timedelta(days=30)) is None
    assert rows.journal.counts() == (0, 1)


async def test_results_of_an_order_stay_in_their_order(rows: JournalRows) -> None:
    one, other = an_order("K1-000001"), an_order("K1-000002")
    for order in (one, one, other):
        await rows.post(1, order)
    await rows.quarantine(1, "answered 404", now() + timedelta(hours=1))
    async with receiving() as receiver, courier(rows, receiver.url) as at_work:
        await until(lambda: receiver.sequences == [3])
        await asyncio.sleep(0.1)
        assert receiver.sequences == [3]  # the second waits for the first
        rows.journal.retry(None)
        at_work.wake()
        await settled(rows, receiver)
        assert receiver.sequences == [3, 1, 2]


async def test_a_report_put_back_is_delivered_with_the_same_id(rows: JournalRows) -> None:
    await rows.post(2)
    async with receiving(answer(410)) as receiver, courier(rows, receiver.url) as at_work:
        await settled(rows, receiver)
        rows.journal.retry(None)
        at_work.wake()
        await settled(rows, receiver)
        assert receiver.sequences == [1, 2, 1]
        assert receiver.ids[0] == receiver.ids[2]


async def test_a_new_report_wakes_the_courier(rows: JournalRows) -> None:
    async with receiving() as receiver, courier(rows, receiver.url) as at_work:
        for count in range(1, 4):
            await rows.post(1)
            at_work.wake()
            await until(lambda count=count: receiver.sequences == list(range(1, count + 1)))


async def test_when_the_network_comes_back_the_next_try_is_at_once(rows: JournalRows) -> None:
    await rows.post(2)
    async with receiving(answer(500)) as receiver, courier(rows, receiver.url, for_an_hour) as at_work:
        await until(lambda: rows.journal.pending(1)[0].attempts == 1)
        at_work.wake()
        await settled(rows, receiver)
        assert receiver.sequences == [1, 1, 2]


async def test_without_a_wake_the_courier_waits_as_long_as_it_is_told(rows: JournalRows) -> None:
    asked: list[int] = []

    def delay(attempts: int) -> float:
        asked.append(attempts)
        return 0.3

    await rows.post(1)
    async with receiving(answer(500), answer(500)) as receiver, courier(rows, receiver.url, delay):
        start = time.monotonic()
        await settled(rows, receiver)
        assert time.monotonic() - start >= 0.6
    assert asked == [1, 2]


async def test_a_wait_that_the_server_asks_for_is_kept_even_when_woken(rows: JournalRows) -> None:
    await rows.post(1)
    busy = answer(503, "retry-after: 1")
    async with receiving(busy) as receiver, courier(rows, receiver.url, for_an_hour) as at_work:
        await until(lambda: len(receiver.bodies) == 1)
        start = time.monotonic()
        at_work.wake()
        await settled(rows, receiver)
        assert time.monotonic() - start >= 0.9


async def test_failed_tries_are_counted_on_through_a_restart(rows: JournalRows) -> None:
    await rows.post(1)
    async with receiving(answer(500), answer(502)) as receiver:
        for failed in (1, 2):
            async with courier(rows, receiver.url, for_an_hour):
                await until(lambda failed=failed: rows.journal.pending(1)[0].attempts == failed)
        assert rows.journal.pending(1)[0].trouble == "answered 502"
        async with courier(rows, receiver.url, for_an_hour):
            await settled(rows, receiver)
        assert len(set(receiver.ids)) == 1


async def test_a_courier_stopped_in_the_middle_sends_the_same_report_again(rows: JournalRows) -> None:
    await rows.post(2)
    async with receiving(None) as receiver:
        async with courier(rows, receiver.url):
            await until(lambda: len(receiver.bodies) == 1)
        async with courier(rows, receiver.url):
            await settled(rows, receiver)
        assert receiver.sequences == [1, 1, 2]
        assert receiver.ids[0] == receiver.ids[1]


async def test_reports_wait_for_a_server_that_is_away_and_go_when_it_is_back(rows: JournalRows) -> None:
    await rows.post(3)
    async with receiving() as receiver:
        url = receiver.url
    async with courier(rows, url, backoff.delay) as at_work:
        await until(lambda: rows.journal.pending(1)[0].attempts >= 1)
        async with receiving(port=int(url.split(":")[2].split("/")[0])) as receiver:
            at_work.wake()
            await settled(rows, receiver)
            assert receiver.sequences == [1, 2, 3]


async def test_a_place_that_can_not_remember_holds_up_the_outbox_and_nothing_else(rows: JournalRows) -> None:
    await rows.post(2)
    rows.journal._connection.execute("PRAGMA query_only = ON")  # as a disk that has become read-only
    tries: list[int] = []

    def soon(failures: int) -> float:
        tries.append(failures)
        return 0.01

    async with receiving() as receiver, courier(rows, receiver.url, soon):
        await until(lambda: len(tries) > 3)
        assert tries[:3] == [1, 2, 3], "less and less often"
        rows.journal._connection.execute("PRAGMA query_only = OFF")
        await settled(rows, receiver)
        assert set(receiver.sequences) == {1, 2}
        assert len(set(receiver.ids)) == 2


async def test_after_a_delivery_failures_are_counted_anew(rows: JournalRows) -> None:
    await rows.post(1)
    tries: list[int] = []

    def soon(failures: int) -> float:
        tries.append(failures)
        return 0.01

    def disk(*, takes: bool) -> None:
        rows.journal._connection.execute(f"PRAGMA query_only = {'OFF' if takes else 'ON'}")

    disk(takes=False)
    async with receiving() as receiver, courier(rows, receiver.url, soon) as at_work:
        await until(lambda: len(tries) > 1)
        disk(takes=True)
        await settled(rows, receiver)
        await rows.post(1)
        disk(takes=False)
        tries.clear()
        at_work.wake()
        await until(lambda: tries)
        assert tries[0] == 1
        disk(takes=True)
        await settled(rows, receiver)


async def test_a_poster_with_a_bug_does_not_end_the_daemon(rows: JournalRows) -> None:
    class Broken(Webhook):
        async def post(self, *_: object) -> NoReturn:
            raise ZeroDivisionError

    await rows.post(1)
    tries: list[int] = []
    async with Broken("http://127.0.0.1:9/", SECRET) as webhook:
        work = asyncio.create_task(Courier(rows, webhook, now, lambda failures: tries.append(failures) or 0.01).run())
        await until(lambda: len(tries) > 2)
        assert not work.done()
        work.cancel()
        await asyncio.wait([work])
    assert await rows.in_state(OutboxState.PENDING) == [1]


async def test_with_nothing_to_deliver_the_courier_leaves_the_journal_alone(rows: JournalRows) -> None:
    looks = 0

    class Counted(JournalRows):
        async def due(self, at: datetime) -> OutboxRow | datetime | None:
            nonlocal looks
            looks += 1
            return await super().due(at)

    async with receiving() as receiver, courier(Counted(rows.journal, rows.thread), receiver.url):
        await until(lambda: looks >= 1)
        await asyncio.sleep(0.3)
        assert looks == 1


@pytest.mark.parametrize(
    "note",
    [
        lambda journal: journal.postpone(1, 1, "no answer"),
        lambda journal: journal.delivered(1, now()),
        lambda journal: journal.quarantine(1, "gone"),
        lambda journal: journal.refused(1, now()),
        lambda journal: journal.retry(None),
    ],
)
async def test_what_the_disk_does_not_take_is_told_in_one_line(
    rows: JournalRows, note: Callable[[Journal], object]
) -> None:
    await rows.post(1)
    rows.journal._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(JournalError, match="can't be written"):
        note(rows.journal)
