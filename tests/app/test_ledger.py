"""Write, then act: with a real journal on a real disk, and a disk that is full."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sample_orders import order as an_order

from kiosk.app.inbox import Inbox
from kiosk.app.ledger import Job, Ledger
from kiosk.journal import Entry, Journal, JournalError
from kiosk.sale.commands import Command, Inquire, Pay, Report, Topic
from kiosk.sale.events import Part, PartFailed, PartRecovered, PayAnswered
from kiosk.sale.outcome import NotSent

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Scene:
    """A ledger whose commands are noted instead of performed."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.performed: list[Command] = []
        self.reported = 0
        self.inbox = Inbox(asyncio.get_running_loop())
        self.ledger = Ledger(journal, self.inbox, lambda command, _: self.performed.append(command), self._report)

    def _report(self) -> None:
        self.reported += 1

    def fill_the_disk(self) -> None:
        pages = self.journal._connection.execute("PRAGMA page_count").fetchone()[0]
        self.journal._connection.execute(f"PRAGMA max_page_count = {pages}")

    def make_room(self) -> None:
        self.journal._connection.execute("PRAGMA max_page_count = 1000000")

    async def put(self, *commands: Command, **entry: object) -> tuple[str, ...]:
        handled: asyncio.Future[tuple[str, ...]] = asyncio.get_running_loop().create_future()
        self.ledger.put(Job(Entry(at=NOW, **entry), commands, 0.0, handled, ()))
        return await handled


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    with Journal.open(tmp_path, "kiosk-0001") as journal:
        scene = Scene(journal)
        task = asyncio.create_task(scene.ledger.run())
        yield scene
        task.cancel()


async def _heavy(scene: Scene) -> None:
    """Write until the full disk refuses."""
    order = an_order()
    for _ in range(50):
        report = Report(Topic.FAULT, NOW, details={"reason": "x" * 2000})
        await scene.put(Inquire(order), reports=(report,))


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
    events = [event for _ in range(3) for event in (await scene.inbox.next()).events]
    assert any(isinstance(event, PartFailed) and event.part is Part.JOURNAL for event in events)
    assert any(isinstance(event, PayAnswered) and isinstance(event.outcome, NotSent) for event in events)

    scene.make_room()
    await scene.put(orders=(an_order(),))
    assert (await scene.inbox.next()).events == (PartRecovered(Part.JOURNAL),)
    assert scene.journal.order(order.id) == order
    assert scene.ledger.settled


async def test_a_question_is_asked_even_when_the_disk_is_full(scene: Scene) -> None:
    scene.fill_the_disk()
    with pytest.raises(JournalError):
        await _heavy(scene)
    assert isinstance(scene.performed[-1], Inquire)


async def test_the_outbox_is_woken_for_a_report_and_for_nothing_else(scene: Scene) -> None:
    await scene.put(orders=(an_order(),))
    assert scene.reported == 0
    await scene.put(reports=(Report(Topic.FAULT, NOW, details={"part": "camera"}),))
    assert scene.reported == 1


async def test_a_look_up_sees_what_was_handed_over_before_it(scene: Scene) -> None:
    order = an_order()
    scene.ledger.put(Job(Entry(at=NOW, orders=(order,)), (), 0.0, None, ()))
    assert await scene.ledger.look_up(lambda journal: journal.order(order.id)) == order
    assert await scene.ledger.look_up(lambda journal: journal.newest_id()) == order.id


async def test_a_look_up_is_refused_while_the_disk_does_not_take_what_was_handed_over(scene: Scene) -> None:
    scene.fill_the_disk()
    with pytest.raises(JournalError):
        await _heavy(scene)
    with pytest.raises(JournalError):
        await scene.ledger.look_up(lambda journal: journal.newest_id())
