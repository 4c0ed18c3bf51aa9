"""The outbox's rows, by way of the one writer: a disk that takes nothing holds the outbox up, and loses nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from waits import until

from kiosk.app import rows
from kiosk.app.inbox import Inbox
from kiosk.app.recorder import Recorder
from kiosk.app.rows import JournalRows
from kiosk.journal import Entry, Journal, OutboxRow, OutboxState
from kiosk.sale.commands import SendResult, Topic
from kiosk.sale.events import Event, Part, PartFailed, PartRecovered

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Scene:
    """Two results in a journal, its rows, and what the sale was told."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.inbox = Inbox(asyncio.get_running_loop())
        self.changes = 0
        self.told: list[Event] = []
        self.recorder = Recorder(journal, self.inbox)
        self.rows = JournalRows(self.recorder, self.changed)
        journal.write(Entry(NOW, results=(SendResult(Topic.FAULT, NOW), SendResult(Topic.RECOVERED, NOW))))

    def changed(self) -> None:
        self.changes += 1

    def states(self) -> list[OutboxState]:
        return [row.state for row in reversed(self.journal.rows(None, 10))]

    async def listen(self) -> None:
        while True:
            self.told += (await self.inbox.next()).events


@pytest.fixture
async def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    monkeypatch.setattr(rows, "RETRY", 0.02)
    scene = Scene(Journal.open(tmp_path, "kiosk-0001"))
    listening = asyncio.create_task(scene.listen())
    yield scene
    listening.cancel()
    await scene.recorder.close()


async def test_the_oldest_goes_first_and_what_was_delivered_is_gone(scene: Scene) -> None:
    first = await scene.rows.due(NOW)
    assert isinstance(first, OutboxRow)
    second = await scene.rows.delivered(first.sequence, NOW)
    assert second == await scene.rows.due(NOW)
    assert isinstance(second, OutboxRow)
    assert await scene.rows.delivered(second.sequence, NOW) is None
    assert (first.sequence, second.sequence, await scene.rows.due(NOW)) == (1, 2, None)
    assert scene.changes == 2


async def test_what_waits_stays_the_oldest_and_what_is_set_aside_does_not(scene: Scene) -> None:
    await scene.rows.postpone(1, 3, "HTTP 503")
    waiting = await scene.rows.due(NOW)
    assert isinstance(waiting, OutboxRow)
    assert (waiting.sequence, waiting.attempts) == (1, 3)
    await scene.rows.refused(1, NOW)
    await scene.rows.quarantine(1, "HTTP 400", NOW + timedelta(hours=1))
    following = await scene.rows.due(NOW)
    assert isinstance(following, OutboxRow)
    assert following.sequence == 2
    assert scene.states() == [OutboxState.QUARANTINED, OutboxState.PENDING]
    assert scene.changes == 2
    assert await scene.rows.delivered(2, NOW) is None  # the other is due in an hour, and not before


async def test_what_the_disk_does_not_take_is_tried_until_it_does_and_told_once(scene: Scene) -> None:
    scene.journal._connection.execute("PRAGMA query_only = 1")
    delivering = asyncio.create_task(scene.rows.delivered(1, NOW))
    await until(lambda: scene.told)
    await asyncio.sleep(0.2)  # ten more tries
    assert [type(event) for event in scene.told] == [PartFailed]
    assert not delivering.done()
    scene.journal._connection.execute("PRAGMA query_only = 0")
    await delivering
    await until(lambda: PartRecovered(Part.JOURNAL) in scene.told)
    assert scene.states() == [OutboxState.DELIVERED, OutboxState.PENDING]


async def test_what_is_set_aside_is_a_fault_until_the_last_of_it_is_delivered(scene: Scene) -> None:
    for sequence in (1, 2):
        await scene.rows.quarantine(sequence, "answered 404", NOW)
    await until(lambda: len(scene.told) == 1)
    (failed,) = scene.told
    assert isinstance(failed, PartFailed)
    assert (failed.part, failed.what) == (Part.OUTBOX, "result 1 is set aside: answered 404; look at `kiosk outbox`")
    await scene.rows.delivered(1, NOW)
    await asyncio.sleep(0.05)
    assert len(scene.told) == 1
    await scene.rows.delivered(2, NOW)
    await until(lambda: PartRecovered(Part.OUTBOX) in scene.told)
