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

    async def oldest(self) -> OutboxRow | None:
        """The first result that waits."""
        rows = await self._surely(lambda journal: journal.pending(1))
        return rows[0] if rows else None

    async def delivered(self, sequence: int, at: datetime) -> None:
        """The operator has it."""
        await self._surely(lambda journal: journal.delivered(sequence, at))
        self._changed()

    async def postpone(self, sequence: int, attempts: int, why: str) -> None:
        """It waits on."""
        await self._surely(lambda journal: journal.postpone(sequence, attempts, why))
        self._changed()

    async def quarantine(self, sequence: int, why: str) -> None:
        """It is set aside."""
        await self._surely(lambda journal: journal.quarantine(sequence, why))
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
