"""Writing the journal. One process has it open for writing, and in that one task writes, one call at a time."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal, Self, TypeAlias
from uuid import uuid4

from kiosk.journal.chain import wrote
from kiosk.journal.file import explained, lock, open_for_writing
from kiosk.journal.identity import Identity
from kiosk.journal.links import link, newest_link
from kiosk.journal.reader import JournalReader
from kiosk.journal.records import Answer, Counts, Entry, Kind, OutboxState
from kiosk.journal.result import body
from kiosk.journal.rows import microseconds, row_of
from kiosk.journal.soundness import WAIT, in_use, look
from kiosk.journal.stamp import Quality, stamp
from kiosk.sale.commands import Cancel, Intent, Pay, Refund, Release, SendResult
from kiosk.sale.order import Order

_INSERT = """
    INSERT INTO orders (id, claim, product, amount_minor, currency, state, phase, ended, created_at, expire_at, since,
        paid_at, created_us, since_us, paid_us, gateway_id, released, refunds, refunds_asked, owed)
    VALUES (:id, :claim, :product, :amount_minor, :currency, :state, :phase, :ended, :created_at, :expire_at, :since,
        :paid_at, :created_us, :since_us, :paid_us, :gateway_id, :released, :refunds, :refunds_asked, :owed)
"""
Key: TypeAlias = tuple[str, int]  # a row, by its letter in `chain` and its number


class Journal(JournalReader):
    """The journal of a state directory, to be written. Whatever a method returned from is on disk, whole; only
    `delivered` leaves that to the next that is written.

    When a method raises, nothing of it is: JournalError for a disk that is full, read-only or broken, so that the same
    may be tried again; any other error is a bug of the caller.
    """

    def __init__(
        self,
        directory: Path,
        connection: sqlite3.Connection,
        held: int,
        kiosk_id: str,
        quality: Callable[[], Quality] = lambda: Quality.UNKNOWN,
    ) -> None:
        super().__init__(directory, connection)
        self._held = held
        self._kiosk_id = kiosk_id
        self._quality = quality
        self._look: Future[None] | None = None
        self._counts = super().counts()
        with explained(self._path, "opened"):
            stamp(quality())  # what is read once for all is read while descriptors are to be had
            self._identity = Identity(directory)
            try:
                self._identity.find_head(connection)
            except BaseException:
                self._identity.close()
                raise

    @classmethod
    def open(cls, directory: Path, kiosk_id: str, quality: Callable[[], Quality] = lambda: Quality.UNKNOWN) -> Self:
        """Open the journal in a state directory, or begin it, and keep every other daemon out until it is closed.

        `quality` says at each write how good the time is.

        Raises JournalError when another daemon has it, and when it can't be opened, is damaged, is newer than this
        program, or is not the one that was written last. The lock follows a forked child: child processes are to be
        spawned.
        """
        held = lock(directory)
        connection = None
        try:
            left = in_use(directory)
            connection = open_for_writing(directory)
            journal = cls(directory, connection, held, kiosk_id, quality)
        except BaseException:
            if connection is not None:
                connection.close()
            os.close(held)
            raise
        try:
            if left:
                journal.look().result(WAIT)
        except TimeoutError:
            pass  # it is found out beside the daemon
        except BaseException:
            journal.close()
            raise
        return journal

    def look(self) -> Future[None]:
        """The look at the whole file, which is begun when it is first asked for and takes as long as it takes.

        JournalError: it is damaged.
        """
        if self._look is None:
            self._look = look(self._path.parent)
        return self._look

    def close(self) -> None:
        """Let go of the file and of the directory."""
        super().close()
        self._identity.close()
        if self._held >= 0:
            os.close(self._held)
            self._held = -1

    def write(self, *entries: Entry) -> None:
        """Write entries, in their order and in one transaction: all of them, or none.

        Raises ValueError for an answer to an intent that was never begun, or is answered already, and
        sqlite3.IntegrityError for an order that is not in the journal or a gateway id that another order has.
        """
        head = None
        with self._transaction():
            for entry in entries:
                rows: list[Key] = [("o", self._record(order)) for order in entry.orders]
                rows += [("i", self._answer(answer, entry.at)) for answer in entry.answers]
                rows += [("i", self._begin(intent, entry.at)) for intent in entry.intents]  # no answer is to these
                rows += [("x", self._post(result)) for result in entry.results]
                head = link(self._connection, entry.at, self._quality(), wrote(self._connection, rows))
        self._moved(None, OutboxState.PENDING, sum(len(entry.results) for entry in entries))
        if head:
            self._identity.keep_head(*head)

    def counts(self) -> Counts:
        """How many results wait, and how many were set aside: kept, for to count a hundred thousand takes a while."""
        return self._counts

    def check(self) -> None:
        """See that the files are those that were opened. Raises JournalError: nothing is written into others."""
        self._identity.check()

    def delivered(self, sequence: int, at: datetime) -> None:
        """The operator has a result. After a power cut they may be sent it again, with the same id: a card that is
        waited for takes longer than to send it, and wears.
        """
        with self._transaction("NORMAL"):
            before = self._state_of(sequence)
            self._connection.execute(
                "UPDATE outbox SET state = 'delivered', trouble = '', delivered_at = ?, again_us = NULL"
                " WHERE sequence = ?",
                (at.isoformat(), sequence),
            )
        self._moved(before, OutboxState.DELIVERED)

    def postpone(self, sequence: int, attempts: int, why: str) -> None:
        """A result could not be delivered, now for the `attempts`-th time; it waits, and the later ones with it."""
        with self._transaction():
            self._connection.execute(
                "UPDATE outbox SET attempts = ?, trouble = ? WHERE sequence = ?", (attempts, why, sequence)
            )

    def refused(self, sequence: int, at: datetime) -> None:
        """The operator's server refused a result, at first; when it did first is kept until it is put back."""
        with self._transaction():
            self._connection.execute(
                "UPDATE outbox SET refused_us = coalesce(refused_us, ?) WHERE sequence = ?",
                (microseconds(at), sequence),
            )

    def quarantine(self, sequence: int, why: str, again: datetime | None = None) -> None:
        """A result is refused: set it aside, so that the later ones can go. `again`: until then; None: until it is
        put back.
        """
        with self._transaction():
            before = self._state_of(sequence)
            self._connection.execute(
                "UPDATE outbox SET state = 'quarantined', attempts = attempts + 1, trouble = ?, again_us = ?"
                " WHERE sequence = ?",
                (why, microseconds(again) if again else None, sequence),
            )
        self._moved(before, OutboxState.QUARANTINED)

    def retry(self, sequence: int | None) -> int:
        """Put one result that was set aside, or all of them (None), back to be delivered; returns how many."""
        with self._transaction():
            put_back = self._connection.execute(
                "UPDATE outbox SET state = 'pending', attempts = 0, refused_us = NULL, again_us = NULL"
                " WHERE state = 'quarantined' AND (:sequence IS NULL OR sequence = :sequence)",
                {"sequence": sequence},
            ).rowcount
        self._moved(OutboxState.QUARANTINED, OutboxState.PENDING, put_back)
        return put_back

    def _state_of(self, sequence: int) -> OutboxState | None:
        found = self._connection.execute("SELECT state FROM outbox WHERE sequence = ?", (sequence,)).fetchone()
        return OutboxState(found["state"]) if found else None

    def _moved(self, before: OutboxState | None, after: OutboxState, count: int = 1) -> None:
        """Count so many results in another state, once that is on disk."""
        pending, quarantined = (
            kept + count * ((after is state) - (before is state))
            for state, kept in zip((OutboxState.PENDING, OutboxState.QUARANTINED), self._counts, strict=True)
        )
        self._counts = Counts(pending, quarantined)

    @contextmanager
    def _transaction(self, synchronous: Literal["FULL", "NORMAL"] = "FULL") -> Iterator[None]:
        """NORMAL: the disk is not waited for; what is written is whole, and there with the next that is waited for."""
        with explained(self._path, "written"):
            self.check()
            self._connection.execute(f"PRAGMA synchronous = {synchronous}")
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite itself takes back what a full disk stopped
                    self._connection.execute("ROLLBACK")
                raise

    def _record(self, order: Order) -> int:
        """Write an order; of one that is there already only what changed, for each index that is touched wears."""
        new = row_of(order)
        old = self._connection.execute("SELECT * FROM orders WHERE id = ?", (order.id,)).fetchone()
        if old is None:
            return int(self._connection.execute(_INSERT, new).lastrowid or 0)
        changed = [column for column, value in new.items() if value != old[column]]
        if changed:
            self._connection.execute(
                f"UPDATE orders SET {', '.join(f'{column} = :{column}' for column in changed)} WHERE id = :id",  # noqa: S608 - columns of row_of
                new,
            )
        return int(old["number"])

    def _answer(self, answer: Answer, at: datetime) -> int:
        number = self._connection.execute(
            "SELECT min(number) FROM intents WHERE order_id = ? AND kind = ? AND answered_at IS NULL",
            (answer.order_id, answer.kind),
        ).fetchone()[0]
        if number is None:
            raise ValueError(f"no {answer.kind} of order {answer.order_id} waits for an answer")
        self._connection.execute(
            "UPDATE intents SET answer = ?, answered_at = ? WHERE number = ?", (answer.text, at.isoformat(), number)
        )
        return int(number)

    def _begin(self, intent: Intent, at: datetime) -> int:
        begun = self._connection.execute(
            "INSERT INTO intents (order_id, kind, at) VALUES (?, ?, ?)",
            (intent.order.id, _kind(intent), at.isoformat()),
        )
        return int(begun.lastrowid or 0)

    def _post(self, result: SendResult) -> int:
        (last,) = self._connection.execute(
            "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox'"
        ).fetchone()
        sequence = last + 1
        self._connection.execute(
            "INSERT INTO outbox (sequence, id, topic, order_id, at, body) VALUES (?, ?, ?, ?, ?, ?)",
            (
                sequence,
                f"msg_{uuid4().hex}",
                result.topic.value,
                result.order.id if result.order else None,
                result.at.isoformat(),
                body(result, self._kiosk_id, sequence, newest_link(self._connection)[1]),
            ),
        )
        return int(sequence)


def _kind(intent: Intent) -> Kind:
    match intent:
        case Pay():
            return "pay"
        case Cancel():
            return "cancel"
        case Refund():
            return "refund"
        case Release():
            return "release"
