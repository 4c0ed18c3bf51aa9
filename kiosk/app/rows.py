"""The outbox's rows, kept by the journal and written by the daemon's one writer."""

from collections.abc import Callable
from datetime import datetime

from kiosk.app.ledger import Ledger
from kiosk.journal import OutboxRow


class JournalRows:
    """`kiosk.outbox.Rows` over the ledger. `changed` is told of each change."""

    def __init__(self, ledger: Ledger, changed: Callable[[], None]) -> None:
        self._ledger = ledger
        self._changed = changed

    async def oldest(self) -> OutboxRow | None:
        """The first report that waits."""
        rows = await self._ledger.call(lambda journal: journal.pending(1))
        return rows[0] if rows else None

    async def delivered(self, sequence: int, at: datetime) -> None:
        """The operator has it."""
        await self._ledger.call(lambda journal: journal.delivered(sequence, at))
        self._changed()

    async def postpone(self, sequence: int, attempts: int, why: str) -> None:
        """It waits on."""
        await self._ledger.call(lambda journal: journal.postpone(sequence, attempts, why))
        self._changed()

    async def quarantine(self, sequence: int, why: str) -> None:
        """It is set aside."""
        await self._ledger.call(lambda journal: journal.quarantine(sequence, why))
        self._changed()
