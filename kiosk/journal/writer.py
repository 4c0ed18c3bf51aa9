"""Writing the journal. One process has it open for writing, and in that one task writes, one call at a time."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self
from uuid import uuid4

from kiosk.journal.body import body
from kiosk.journal.file import explained, lock, open_for_writing
from kiosk.journal.reader import JournalReader
from kiosk.journal.records import Answer, Entry, Kind
from kiosk.journal.rows import row_of
from kiosk.sale.commands import Cancel, GiveBack, Intent, Pay, Release, Report
from kiosk.sale.order import Order

_UPSERT = """
    INSERT INTO orders (id, claim, product, amount_minor, currency, state, phase, ended, created_at, expire_at, since,
        paid_at, created_us, since_us, paid_us, gateway_id, released, refunds, refunds_asked)
    VALUES (:id, :claim, :product, :amount_minor, :currency, :state, :phase, :ended, :created_at, :expire_at, :since,
        :paid_at, :created_us, :since_us, :paid_us, :gateway_id, :released, :refunds, :refunds_asked)
    ON CONFLICT (id) DO UPDATE SET
        product = excluded.product, amount_minor = excluded.amount_minor, currency = excluded.currency,
        state = excluded.state, phase = excluded.phase, ended = excluded.ended, created_at = excluded.created_at,
        expire_at = excluded.expire_at, since = excluded.since, paid_at = excluded.paid_at,
        created_us = excluded.created_us, since_us = excluded.since_us, paid_us = excluded.paid_us,
        gateway_id = excluded.gateway_id, released = excluded.released, refunds = excluded.refunds,
        refunds_asked = excluded.refunds_asked
"""


class Journal(JournalReader):
    """The journal of a state directory, to be written. Whatever a method returned from is on disk, whole.

    When a method raises, nothing of it is: JournalError for a disk that is full, read-only or broken, so that the same
    may be tried again; any other error is a bug of the caller.
    """

    def __init__(self, directory: Path, connection: sqlite3.Connection, held: int, kiosk_id: str) -> None:
        super().__init__(directory, connection)
        self._held = held
        self._kiosk_id = kiosk_id

    @classmethod
    def open(cls, directory: Path, kiosk_id: str) -> Self:
        """Open the journal in a state directory, or begin it, and keep every other daemon out until it is closed.

        Raises JournalError when another daemon has it, and when it can't be opened, is damaged, or is newer than this
        program. The lock follows a forked child: child processes are to be spawned.
        """
        held = lock(directory)
        try:
            return cls(directory, open_for_writing(directory), held, kiosk_id)
        except BaseException:
            os.close(held)
            raise

    def close(self) -> None:
        """Let go of the file and of the directory."""
        super().close()
        if self._held >= 0:
            os.close(self._held)
            self._held = -1

    def write(self, entry: Entry) -> None:
        """Write an entry in one transaction.

        Raises ValueError for an answer to an intent that was never begun, or is answered already, and
        sqlite3.IntegrityError for an order that is not in the journal or a gateway id that another order has.
        """
        with self._transaction():
            for order in entry.orders:
                self._record(order)
            for answer in entry.answers:  # before the intents: none answers what begins with it
                self._answer(answer, entry.at)
            for intent in entry.intents:
                self._begin(intent, entry.at)
            for report in entry.reports:
                self._post(report)

    def delivered(self, sequence: int, at: datetime) -> None:
        """The operator has a report."""
        with self._transaction():
            self._connection.execute(
                "UPDATE outbox SET state = 'delivered', trouble = '', delivered_at = ? WHERE sequence = ?",
                (at.isoformat(), sequence),
            )

    def postpone(self, sequence: int, attempts: int, why: str) -> None:
        """A report could not be delivered, now for the `attempts`-th time; it waits, and the later ones with it."""
        with self._transaction():
            self._connection.execute(
                "UPDATE outbox SET attempts = ?, trouble = ? WHERE sequence = ?", (attempts, why, sequence)
            )

    def quarantine(self, sequence: int, why: str) -> None:
        """The operator's server will not have a report: set it aside, so that the later ones can go."""
        with self._transaction():
            self._connection.execute(
                "UPDATE outbox SET state = 'quarantined', attempts = attempts + 1, trouble = ? WHERE sequence = ?",
                (why, sequence),
            )

    def retry(self, sequence: int | None) -> int:
        """Put one report that was set aside, or all of them (None), back to be delivered; returns how many."""
        with self._transaction():
            return self._connection.execute(
                "UPDATE outbox SET state = 'pending', attempts = 0"
                " WHERE state = 'quarantined' AND (:sequence IS NULL OR sequence = :sequence)",
                {"sequence": sequence},
            ).rowcount

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with explained(self._path, "written"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite itself takes back what a full disk stopped
                    self._connection.execute("ROLLBACK")
                raise

    def _record(self, order: Order) -> None:
        self._connection.execute(_UPSERT, row_of(order))

    def _answer(self, answer: Answer, at: datetime) -> None:
        answered = self._connection.execute(
            "UPDATE intents SET answer = :text, answered_at = :at WHERE number = (SELECT min(number) FROM intents"
            " WHERE order_id = :order_id AND kind = :kind AND answered_at IS NULL)",
            {"text": answer.text, "at": at.isoformat(), "order_id": answer.order_id, "kind": answer.kind},
        )
        if answered.rowcount != 1:
            raise ValueError(f"no {answer.kind} of order {answer.order_id} waits for an answer")

    def _begin(self, intent: Intent, at: datetime) -> None:
        self._connection.execute(
            "INSERT INTO intents (order_id, kind, at) VALUES (?, ?, ?)",
            (intent.order.id, _kind(intent), at.isoformat()),
        )

    def _post(self, report: Report) -> None:
        (last,) = self._connection.execute(
            "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox'"
        ).fetchone()
        sequence = last + 1
        self._connection.execute(
            "INSERT INTO outbox (sequence, id, topic, order_id, at, body) VALUES (?, ?, ?, ?, ?, ?)",
            (
                sequence,
                f"msg_{uuid4().hex}",
                report.topic.value,
                report.order.id if report.order else None,
                report.at.isoformat(),
                body(report, self._kiosk_id, sequence),
            ),
        )


def _kind(intent: Intent) -> Kind:
    match intent:
        case Pay():
            return "pay"
        case Cancel():
            return "cancel"
        case GiveBack():
            return "refund"
        case Release():
            return "release"
