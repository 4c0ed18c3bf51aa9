"""Write, then act: with a real journal on a real disk, and a disk that is full."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sample_orders import order as an_order
from waits import PATIENCE, until

from hardware.board import open_board
from kiosk.app.inbox import Inbox
from kiosk.app.opening import open_all
from kiosk.app.recorder import Job, Recorder, answer_of
from kiosk.app.tasks import running
from kiosk.demo.stage import write_config
from kiosk.journal import Answer, Entry, Journal, JournalError
from kiosk.sale.commands import Cancel, Command, Inquire, Pay, Release, SendResult, Topic
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
from kiosk.sale.order import GivenBack, Reason, Releasing
from kiosk.sale.outcome import Accepted, NotSent, Refused, Unknown
from kiosk.settings import load
from kiosk.settings.credentials import read_credentials

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Scene:
    """A recorder whose commands are noted instead of performed."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.performed: list[Command] = []
        self.told = 0
        self.inbox = Inbox(asyncio.get_running_loop())
        self.recorder = Recorder(journal, self.inbox, 0.2)

        self.writing = asyncio.create_task(
            self.recorder.run(lambda command, _: self.performed.append(command), self._report)
        )

    def _report(self) -> None:
        self.told += 1

    def fill_the_disk(self) -> None:
        pages = self.journal._connection.execute("PRAGMA page_count").fetchone()[0]
        self.journal._connection.execute(f"PRAGMA max_page_count = {pages}")

    def make_room(self) -> None:
        self.journal._connection.execute("PRAGMA max_page_count = 1000000")

    async def put(self, *commands: Command, **entry: object) -> tuple[str, ...]:
        handled: asyncio.Future[tuple[str, ...]] = asyncio.get_running_loop().create_future()
        self.recorder.put(Job(Entry(at=NOW, **entry), commands, 0.0, handled, ()))
        await asyncio.wait((handled, self.writing), return_when=asyncio.FIRST_COMPLETED)
        return handled.result() if handled.done() else self.writing.result()  # a dead writer fails the test


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    scene = Scene(Journal.open(tmp_path, "kiosk-0001"))
    yield scene
    scene.writing.cancel()
    await scene.recorder.close()


async def _heavy(scene: Scene) -> None:
    """Write until the full disk refuses."""
    order = an_order()
    for _ in range(50):
        result = SendResult(Topic.FAULT, NOW, details={"reason": "x" * 2000})
        await scene.put(Inquire(order), results=(result,))


async def test_a_command_is_performed_only_when_its_record_is_on_disk(scene: Scene) -> None:
    order = an_order()
    pay = Pay(order)
    await scene.put(pay, orders=(order,), intents=(pay,))
    assert scene.performed == [pay]
    assert [attempt.kind for attempt in scene.journal.unanswered()] == ["pay"]


async def test_a_full_disk_refuses_the_sale_and_is_made_up_for_when_there_is_room(scene: Scene) -> None:
    scene.fill_the_disk()
    with pytest.raises(JournalError):
        await _heavy(scene)
    order = an_order()
    pay = Pay(order)
    with pytest.raises(JournalError):
        await scene.put(pay, orders=(order,), intents=(pay,))
    assert pay not in scene.performed
    events = [event for _ in range(2) for event in (await scene.inbox.next()).events]
    assert any(isinstance(event, PartFailed) and event.part is Part.JOURNAL for event in events)
    assert any(isinstance(event, PayAnswered) and isinstance(event.outcome, NotSent) for event in events)

    with pytest.raises(JournalError, match="nothing was done"):  # room or not: it waits behind what waits already
        await scene.put(orders=(an_order("K1-000002"),))
    scene.make_room()
    while True:  # and nothing else has to be written for the disk to be tried again
        async with asyncio.timeout(PATIENCE):
            events = (await scene.inbox.next()).events
        if events == (PartRecovered(Part.JOURNAL),):
            break
    assert scene.journal.order(order.id) == order
    assert scene.journal.order("K1-000002")
    assert scene.recorder.settled


async def test_what_a_full_disk_refused_comes_to_it_together_with_the_answer_that_says_so(scene: Scene) -> None:
    scene.fill_the_disk()
    with pytest.raises(JournalError):
        await _heavy(scene)
    paid = an_order(phase=Releasing(), paid_at=NOW)
    drop = Release(paid)
    with pytest.raises(JournalError):
        await scene.put(drop, orders=(paid,), intents=(drop,))
    assert drop not in scene.performed
    back = an_order(phase=GivenBack(Reason.JAM), paid_at=NOW)
    answer = Answer(paid.id, "release", "the journal could not be written")
    with pytest.raises(JournalError):
        await scene.put(orders=(back,), answers=(answer,))
    seen = []

    def looked_at(journal: Journal) -> None:
        order = journal.order(paid.id)
        seen.append(type(order.phase) if order else None)

    scene.make_room()
    while not scene.recorder.settled:
        await scene.recorder.call(looked_at)
        await asyncio.sleep(0.01)
    assert Releasing not in seen, "after a crash it would be taken for goods that are out"
    assert scene.journal.order(paid.id) == back


async def test_whoever_waits_for_a_record_may_give_up_and_the_next_one_is_written_all_the_same(scene: Scene) -> None:
    waiting: asyncio.Future[tuple[str, ...]] = asyncio.get_running_loop().create_future()
    scene.recorder.put(Job(Entry(at=NOW, orders=(an_order(),)), (), 0.0, waiting, ()))
    waiting.cancel()
    await scene.put(orders=(an_order("K1-000002"),))
    assert scene.journal.order("K1-000001")


async def test_two_who_use_the_journal_at_once_take_turns(scene: Scene) -> None:
    order = an_order()
    entries = [Entry(at=NOW, orders=(replace(order, id=f"K1-{number:06}"),)) for number in range(40)]
    calls = (scene.recorder.call(lambda journal, one=entry: journal.write(one)) for entry in entries)
    await asyncio.gather(*calls)
    assert len(scene.journal.orders(None, None, 100)) == 40


async def test_an_intent_is_on_disk_before_it_is_performed_though_its_order_has_not_changed(scene: Scene) -> None:
    order = an_order()
    await scene.put(orders=(order,))
    cancel = Cancel(order)
    await scene.put(cancel, intents=(cancel,))
    assert [attempt.kind for attempt in scene.journal.unanswered()] == ["cancel"]
    await scene.put(answers=(Answer(order.id, "cancel", "accepted"),))
    assert scene.journal.unanswered() == ()


@pytest.mark.parametrize(
    ("event", "kind", "text"),
    [
        (PayAnswered("K1-1", Refused("100002 bad field")), "pay", "refused: 100002 bad field"),
        (PayAnswered("K1-1", Unknown()), "pay", "unknown"),
        (CancelAnswered("K1-1", Accepted()), "cancel", "accepted"),
        (CancelAnswered("K1-1", NotSent("no route")), "cancel", "notsent: no route"),
        (RefundAnswered("K1-1", "R1", Refused("100005 too much")), "refund", "refused: 100005 too much"),
        (ReleaseAnswered("K1-1"), "release", "done"),
        (ReleaseAnswered("K1-1", "nothing fell"), "release", "nothing fell"),
    ],
)
async def test_the_journal_has_what_came_of_each_intent_in_words(event: Event, kind: str, text: str) -> None:
    assert answer_of(event) == (Answer("K1-1", kind, text),)


async def test_a_writing_task_that_dies_ends_whoever_waits_for_it(tmp_path: Path) -> None:
    async def waits(journal: Journal) -> None:
        async with running() as tasks:
            recorder = Recorder(journal, Inbox(asyncio.get_running_loop()))
            tasks.begin(recorder.run(lambda *_: 1 / 0, lambda: None))
            recorder.put(Job(Entry(at=NOW), (Inquire(an_order()),), 0.0, None, ()))
            await recorder.look_up(lambda journal: journal.newest_id())

    with Journal.open(tmp_path, "kiosk-0001") as journal:
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ExceptionGroup) as died:
                await waits(journal)
    assert died.group_contains(ZeroDivisionError)


async def test_a_question_is_asked_even_when_the_disk_is_full(scene: Scene) -> None:
    scene.fill_the_disk()
    with pytest.raises(JournalError):
        await _heavy(scene)
    assert isinstance(scene.performed[-1], Inquire)


async def test_the_outbox_is_woken_for_a_report_and_for_nothing_else(scene: Scene) -> None:
    await scene.put(orders=(an_order(),))
    assert scene.told == 0
    await scene.put(results=(SendResult(Topic.FAULT, NOW, details={"part": "camera"}),))
    assert scene.told == 1


async def test_a_look_up_sees_what_was_handed_over_before_it(scene: Scene) -> None:
    order = an_order()
    scene.recorder.put(Job(Entry(at=NOW, orders=(order,)), (), 0.0, None, ()))
    assert await scene.recorder.look_up(lambda journal: journal.order(order.id)) == order
    assert await scene.recorder.look_up(lambda journal: journal.newest_id()) == order.id


async def test_a_look_up_is_refused_while_the_disk_does_not_take_what_was_handed_over(scene: Scene) -> None:
    scene.fill_the_disk()
    with pytest.raises(JournalError):
        await _heavy(scene)
    with pytest.raises(JournalError):
        await scene.recorder.look_up(lambda journal: journal.newest_id())


class Pen:
    """Something that is done with the journal, and takes until it is let go on."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.found: str | None = "never asked"

    def work(self, journal: Journal) -> None:
        self.begun.set()
        self.go_on.wait(PATIENCE)
        self.found = journal.newest_id()


async def test_who_gives_up_goes_at_once_and_nobody_has_the_journal_before_their_thread_is_done(scene: Scene) -> None:
    pen, beat = Pen(), scene.recorder.beat
    asked = asyncio.create_task(scene.recorder.call(pen.work))
    await until(pen.begun.is_set)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    order = an_order()
    writing = asyncio.create_task(scene.put(orders=(order,)))
    await asyncio.sleep(0.1)
    assert not writing.done()
    assert not scene.recorder.settled
    assert scene.recorder.beat == beat
    pen.go_on.set()
    await writing
    assert pen.found is None  # asked before the order was there
    assert scene.recorder.beat > beat


async def test_a_journal_is_not_closed_under_a_thread_when_the_daemon_ends(tmp_path: Path) -> None:
    pen, inbox = Pen(), Inbox(asyncio.get_running_loop())
    nobody = "http://127.0.0.1:9"
    settings = load(write_config(tmp_path, gateway=nobody, operator=nobody, panel_port=0))
    house = contextlib.AsyncExitStack()
    opened = open_all(house, settings, read_credentials(settings), open_board, inbox)
    asked = asyncio.create_task(opened.recorder.call(pen.work))
    await until(pen.begun.is_set)
    asked.cancel()
    closing = asyncio.create_task(house.aclose())
    await asyncio.sleep(0.1)
    assert not closing.done()
    pen.go_on.set()
    await closing
    assert pen.found is None


async def test_a_journal_that_was_taken_away_is_a_trouble_before_anybody_sells_by_it(
    scene: Scene, tmp_path: Path
) -> None:
    await scene.put(orders=(an_order(),))
    (tmp_path / "journal.db-wal").unlink()
    await scene.recorder.answer()
    (failed,) = (await scene.inbox.next()).events
    assert isinstance(failed, PartFailed)
    assert failed.part is Part.JOURNAL
    assert "journal.db-wal is gone" in failed.what
    with pytest.raises(JournalError, match="is gone"):
        await scene.recorder.look_up(lambda journal: journal.newest_id())
    with pytest.raises(JournalError, match="nothing was done"):
        await scene.put(Pay(an_order("K1-000002")), orders=(an_order("K1-000002"),))
    assert scene.performed == []


async def test_a_disk_that_answers_again_is_no_trouble_any_more(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise JournalError("the journal can't be read: disk I/O error")

    with monkeypatch.context() as patched:
        patched.setattr(scene.journal, "newest_id", broken)
        await scene.recorder.answer()
    await scene.recorder.answer()
    events = [event for _ in range(2) for event in (await scene.inbox.next()).events]
    assert [type(event) for event in events] == [PartFailed, PartRecovered]


async def test_by_a_journal_that_is_damaged_nobody_sells_whatever_it_answers_meanwhile(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_: sqlite3.Connection) -> str:
        return "row 17 missing from index orders_claim"

    monkeypatch.setattr("kiosk.journal.soundness.damage", damaged)
    await scene.recorder.look()
    await scene.recorder.answer()
    (event,) = (await scene.inbox.next()).events
    assert isinstance(event, PartFailed)
    assert event.part is Part.JOURNAL
    assert "damaged: row 17 missing" in event.what
    assert scene.recorder.health.ails(Part.JOURNAL)
