"""What must survive power loss: orders, intents and their answers, the outbox.

One SQLite file, `journal.db` in the state directory, with one writer: the daemon. Whatever `Journal.write` returned
from is on disk, and a sale shares its transaction with the result about it. This room knows the sale's values and
SQLite; it must not know the gateway, the network, or who reads the results.
"""

from kiosk.journal.file import JournalError
from kiosk.journal.reader import JournalReader, read
from kiosk.journal.records import Answer, Attempt, Counts, Entry, Kind, OutboxRow, OutboxState
from kiosk.journal.rows import STATES
from kiosk.journal.stamp import Quality
from kiosk.journal.writer import Journal

__all__ = [
    "STATES",
    "Answer",
    "Attempt",
    "Counts",
    "Entry",
    "Journal",
    "JournalError",
    "JournalReader",
    "Kind",
    "OutboxRow",
    "OutboxState",
    "Quality",
    "read",
]
