"""The outbox's rows, kept by the journal and written by the daemon's one writer.

A disk that does not take a record holds up the outbox, as it does the sale, until it does: what was delivered has to be
remembered before the next result goes.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from kiosk.app.recorder import RETRY, Recorder
from kiosk.journal import Journal, JournalError, OutboxRow
from kiosk.sale.events import Part

T = TypeVar("T")


class JournalRows:
    """`kiosk.outbox.Rows` over the recorder. `changed` is told of each change."""

    def __init__(self, recorder: Recorder, changed: Callable[[], None]) -> None:
        self._recorder = recorder
        self._changed = changed

    async def due(self, at: datetime) -> OutboxRow | datetime | None:
        """The result to be delivered now, or when there will be one."""
        return await self._surely(lambda journal: journal.due(at))

    async def delivered(self, sequence: int, at: datetime) -> OutboxRow | None:
        """The operator has it. Returns the next that is to be delivered, in the same turn at the journal."""

        def next_one(journal: Journal) -> OutboxRow | datetime | None:
            journal.delivered(sequence, at)
            return journal.due(at)

        due = await self._surely(next_one)
        if self._recorder.health.ails(Part.OUTBOX) and not (await self._surely(lambda journal: journal.counts()))[1]:
            self._recorder.health.works(Part.OUTBOX)
        self._changed()
        return due if isinstance(due, OutboxRow) else None

    async def refused(self, sequence: int, at: datetime) -> None:
        """It was refused, at first then."""
        await self._surely(lambda journal: journal.refused(sequence, at))

    async def postpone(self, sequence: int, attempts: int, why: str) -> None:
        """It waits on."""
        await self._surely(lambda journal: journal.postpone(sequence, attempts, why))
        self._changed()

    async def quarantine(self, sequence: int, why: str, again: datetime | None) -> None:
        """It is set aside, which is a fault until the last of them is delivered."""
        await self._surely(lambda journal: journal.quarantine(sequence, why, again))
        self._recorder.health.failed(Part.OUTBOX, f"result {sequence} is set aside: {why}; look at `kiosk outbox`")
        self._changed()

    async def _surely(self, work: Callable[[Journal], T]) -> T:
        while True:
            try:
                done = await self._recorder.call(work)
            except JournalError as error:
                self._recorder.health.failed(Part.JOURNAL, str(error))
                await asyncio.sleep(RETRY)
            else:
                self._recorder.health.works(Part.JOURNAL)
                return done
