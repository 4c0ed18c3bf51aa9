"""Reading the journal: what the daemon takes up on start, and what people ask about orders and results.

Every question is one statement, so each answer is of one moment, whatever the daemon writes meanwhile.
"""

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

from kiosk.journal.chain import findings
from kiosk.journal.file import FILE, explained, open_for_reading
from kiosk.journal.records import Attempt, Counts, OutboxRow, OutboxState
from kiosk.journal.rows import EPOCH, PHASES, STATES, microseconds, order_of
from kiosk.journal.soundness import damage
from kiosk.sale.numbering import read_claim
from kiosk.sale.order import Order

if TYPE_CHECKING:
    from kiosk.journal.takings import Takings

_FEW = "ended = 1 AND state IN ('given_back', 'settled')"
_OPEN = ("requested", "awaiting", "closing", "cancelling", "confirming", "releasing", "giving_back")
_KNOWN = dict.fromkeys(_OPEN, "ended = 0") | dict.fromkeys(("given_back", "settled"), _FEW)  # and an index is of it
_BY_TIME = ("unresolved", "unconfirmed", "given_back", "settled")  # which their index is by


class JournalReader:
    """Questions to the journal of a state directory. Calls may come from any thread, but never two at once.

    Each raises JournalError when the file can't be read.
    """

    def __init__(self, directory: Path, connection: sqlite3.Connection) -> None:
        self._path = directory / FILE
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def open_orders(self) -> tuple[Order, ...]:
        """Orders to be taken up, oldest first: those not ended, those a look is owed to, and those left to a person."""
        return self._orders(
            "SELECT * FROM orders WHERE number IN (SELECT number FROM orders WHERE ended = 0"
            " UNION ALL SELECT number FROM orders WHERE owed = 1"
            " UNION ALL SELECT number FROM orders WHERE state = 'unresolved') ORDER BY number"
        )

    def order(self, order_id: str) -> Order | None:
        """The order with this id."""
        return self._order("SELECT * FROM orders WHERE id = :id", id=order_id)

    def by_gateway_id(self, gateway_id: str) -> Order | None:
        """The order that the gateway knows by this id."""
        return self._order("SELECT * FROM orders WHERE gateway_id = :id", id=gateway_id)

    def find(self, text: str) -> Order | None:
        """The order a person means: by its id, the gateway's id, or its claim code as they read it; the newest such."""
        return self._order(
            "SELECT * FROM orders WHERE id = :text OR gateway_id = :text OR claim = :text OR claim = :claim"
            " ORDER BY id = :text DESC, gateway_id IS :text DESC, number DESC LIMIT 1",
            text=text.strip(),
            claim=read_claim(text),
        )

    def orders(
        self, since: datetime | None, state: str | None, limit: int, until: datetime | None = None
    ) -> tuple[Order, ...]:
        """At most `limit` orders, newest first: made from `since` until before `until`, in `state`, one of STATES.

        Raises ValueError for a state that there is not.
        """
        if state is not None and state not in STATES:
            raise ValueError(f"{state!r} is no state of an order; expected one of {', '.join(STATES)}")
        wanted = ["TRUE"]
        if since is not None:
            wanted.append("created_us >= :since")
        if until is not None:
            wanted.append("created_us < :until")
        if state in PHASES:  # in words of the statement, for there are indices of the orders in one state
            wanted += [f"state = '{state}'", _KNOWN.get(state, "TRUE")]
        elif state is not None:
            wanted.append("state = 'not_charged' AND json_extract(phase, '$.verdict') = :state")
        by_time = since is not None or until is not None or state in _BY_TIME
        order = "created_us DESC, number" if by_time else "number"
        return self._orders(
            f"SELECT * FROM orders WHERE {' AND '.join(wanted)} ORDER BY {order} DESC LIMIT :limit",  # noqa: S608 - all of it ours
            since=None if since is None else microseconds(since),
            until=None if until is None else microseconds(until),
            state=state,
            limit=limit,
        )

    def newest_id(self) -> str | None:
        """The id of the order that was written last, for the next one's to be greater; None in a new journal."""
        found = self._select("SELECT id FROM orders ORDER BY number DESC LIMIT 1")
        return str(found[0]["id"]) if found else None

    def unanswered(self) -> tuple[Attempt, ...]:
        """Intents never answered, oldest first: after a crash, what may or may not have happened."""
        return self._attempts("SELECT * FROM intents WHERE answered_at IS NULL ORDER BY number")

    def history(self, order_id: str) -> tuple[Attempt, ...]:
        """All that was begun for an order, with the answers, oldest first."""
        return self._attempts("SELECT * FROM intents WHERE order_id = :id ORDER BY number", id=order_id)

    def takings(self, start: datetime, end: datetime) -> "Takings":
        """What became of the money that came in from `start` until before `end`.

        Orders made before `end` that are unresolved or unconfirmed now are all listed, until a person settles them.
        """
        from kiosk.journal.takings import takings  # noqa: PLC0415 - who sells makes no reports

        orders = self._orders(
            "SELECT * FROM orders WHERE number IN (SELECT number FROM orders WHERE paid_us >= :start AND paid_us < :end"
            " UNION SELECT number FROM orders WHERE state = 'unresolved' AND created_us < :end"
            " UNION SELECT number FROM orders WHERE state = 'unconfirmed' AND created_us < :end) ORDER BY number",
            start=microseconds(start),
            end=microseconds(end),
        )
        return takings(orders)

    def due(self, at: datetime) -> OutboxRow | datetime | None:
        """The result that is to be delivered now: one set aside whose time has come, or the first that waits.

        What waits behind one of the same order that is set aside, waits for that. A time: nothing now, one then.
        """
        aside = self._outbox(
            "SELECT * FROM outbox WHERE state = 'quarantined' AND again_us IS NOT NULL ORDER BY again_us LIMIT 1"
        )
        if aside and aside[0].again_at and aside[0].again_at <= at:
            return aside[0]
        free = self._outbox(
            "SELECT * FROM outbox AS one WHERE state = 'pending' AND NOT EXISTS ("
            " SELECT 1 FROM outbox AS held WHERE held.state = 'quarantined' AND held.again_us IS NOT NULL"
            " AND held.order_id = one.order_id AND held.sequence < one.sequence) ORDER BY sequence LIMIT 1"
        )
        return free[0] if free else aside[0].again_at if aside else None

    def pending(self, limit: int) -> tuple[OutboxRow, ...]:
        """At most `limit` results that wait, in the order in which they are to be delivered."""
        return self._outbox("SELECT * FROM outbox WHERE state = 'pending' ORDER BY sequence LIMIT :limit", limit=limit)

    def rows(self, state: OutboxState | None, limit: int) -> tuple[OutboxRow, ...]:
        """At most `limit` results, newest first; of `state`, or of all."""
        return self._outbox(
            "SELECT * FROM outbox WHERE :state IS NULL OR state = :state ORDER BY sequence DESC LIMIT :limit",
            state=state,
            limit=limit,
        )

    def row(self, sequence: int) -> OutboxRow | None:
        """The result of this number."""
        found = self._outbox("SELECT * FROM outbox WHERE sequence = :sequence", sequence=sequence)
        return found[0] if found else None

    def results(self, order_id: str) -> tuple[OutboxRow, ...]:
        """What the operator was told, or is to be told, of an order, oldest first."""
        return self._outbox("SELECT * FROM outbox WHERE order_id = :id ORDER BY sequence", id=order_id)

    def counts(self) -> Counts:
        """How many results wait, and how many were set aside."""
        (row,) = self._select(
            "SELECT (SELECT count(*) FROM outbox WHERE state = 'pending') AS pending,"
            " (SELECT count(*) FROM outbox WHERE state = 'quarantined') AS quarantined"
        )
        return Counts(row["pending"], row["quarantined"])

    def newest_at(self) -> datetime | None:
        """When the newest link was written, by the clock of then."""
        found = self._select("SELECT at FROM chain ORDER BY number DESC LIMIT 1")
        return _time(found[0]["at"]) if found else None

    def damage(self) -> str | None:
        """What is wrong with the file itself, in one line; None: it is whole."""
        with explained(self._path, "read"):
            return damage(self._connection)

    def verify(self) -> tuple[str, ...]:
        """One line for each row that was altered, added or taken away by another hand than the daemon's."""
        with explained(self._path, "read"):
            self._connection.execute("BEGIN")  # one moment, whatever the daemon writes meanwhile
            try:
                return tuple(findings(self._connection))
            finally:
                self._connection.execute("ROLLBACK")

    def _select(self, statement: str, **values: str | int | None) -> list[sqlite3.Row]:
        with explained(self._path, "read"):
            return self._connection.execute(statement, values).fetchall()

    def _orders(self, statement: str, **values: str | int | None) -> tuple[Order, ...]:
        return tuple(order_of(row) for row in self._select(statement, **values))

    def _order(self, statement: str, **values: str | int | None) -> Order | None:
        return next(iter(self._orders(statement, **values)), None)

    def _attempts(self, statement: str, **values: str | int | None) -> tuple[Attempt, ...]:
        return tuple(
            Attempt(row["order_id"], row["kind"], _time(row["at"]), row["answer"], _maybe_time(row["answered_at"]))
            for row in self._select(statement, **values)
        )

    def _outbox(self, statement: str, **values: str | int | None) -> tuple[OutboxRow, ...]:
        return tuple(
            OutboxRow(
                sequence=row["sequence"],
                id=row["id"],
                topic=row["topic"],
                order_id=row["order_id"],
                at=_time(row["at"]),
                body=row["body"],
                state=OutboxState(row["state"]),
                attempts=row["attempts"],
                trouble=row["trouble"],
                delivered_at=_maybe_time(row["delivered_at"]),
                refused_at=_moment(row["refused_us"]),
                again_at=_moment(row["again_us"]),
            )
            for row in self._select(statement, **values)
        )


def read(directory: Path) -> JournalReader:
    """Open the journal in a state directory for reading, beside the daemon that writes it.

    Raises JournalError when there is none, or it is of another version than this program.
    """
    return JournalReader(directory, open_for_reading(directory))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe_time(text: str | None) -> datetime | None:
    return None if text is None else _time(text)


def _moment(us: int | None) -> datetime | None:
    return None if us is None else EPOCH + timedelta(microseconds=us)
