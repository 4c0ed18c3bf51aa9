"""A journal with years of sales in it, or with results that wait: one sale as the daemon writes it, many times over."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sample_orders import order

from kiosk.journal import Answer, Entry, Journal
from kiosk.sale.commands import Pay, Release, SendResult, Topic
from kiosk.sale.order import Awaiting, Released, Releasing, Requested

APART = 30_000_000  # microseconds between two sales
TODAY = datetime(2026, 11, 28, 12, tzinfo=UTC)  # of the newest, by its own account
_SERIES = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})"


def past_sales(directory: Path, count: int) -> None:
    """Write so many sales that ended in goods, each told to the operator: their orders and their results."""
    began = datetime.now(UTC) - timedelta(microseconds=APART) * (count + 1)
    with Journal.open(directory, "kiosk-0001") as journal:
        one_sale(journal, "kiosk-0001-000000000000", began)
        tell_all(journal)
    with closing(sqlite3.connect(directory / "journal.db", isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000")
        series = _SERIES.format(count=count)
        _again(connection, series, "orders", {"number": 1, "id": "printf('kiosk-0001-%012d', n)",
            "claim": "printf('%06d', n % 1000000)", "gateway_id": "'UQ' || n",
            "created_us": f"created_us + n * {APART}", "since_us": f"since_us + n * {APART}",
            "paid_us": f"paid_us + n * {APART}"})  # fmt: skip
        results = connection.execute("SELECT count(*) FROM outbox").fetchone()[0]
        _again(connection, series, "outbox", {"sequence": results, "order_id": "printf('kiosk-0001-%012d', n)"})
        connection.execute("UPDATE sqlite_sequence SET seq = (SELECT max(sequence) FROM outbox)")
        connection.executescript("PRAGMA journal_mode = WAL")


def waiting_results(directory: Path, count: int) -> None:
    """Write so many results that wait for the operator."""
    with Journal.open(directory, "kiosk-0001") as journal:
        for begun in range(0, count, 1000):
            posts = tuple(SendResult(Topic.FAULT, TODAY) for _ in range(min(1000, count - begun)))
            journal.write(Entry(TODAY, results=posts))


def one_sale(journal: Journal, order_id: str, at: datetime) -> None:
    """Write a sale by a code on the display, as the daemon does: four transactions."""
    requested = order(order_id, Requested(), created_at=at, expire_at=at, since=at)
    journal.write(Entry(at, (requested,), (Pay(requested),)))
    awaiting = replace(requested, phase=Awaiting("https://qr.example/" + "x" * 40), gateway_id=f"UQ{order_id[-12:]}")
    journal.write(Entry(at, (awaiting,), answers=(Answer(awaiting.id, "pay", "pending"),)))
    releasing = replace(awaiting, phase=Releasing(), paid_at=at)
    journal.write(Entry(at, (releasing,), (Release(releasing),), results=(SendResult(Topic.PAID, at, releasing),)))
    released = replace(releasing, phase=Released(), released=True)
    result = SendResult(Topic.RELEASE_DONE, at, released)
    journal.write(Entry(at, (released,), answers=(Answer(released.id, "release", "done"),), results=(result,)))


def tell_all(journal: Journal) -> int:
    """Tell the operator what waits, a transaction for each; how many there were."""
    rows = journal.pending(100)
    for row in rows:
        journal.delivered(row.sequence, TODAY)
    return len(rows)


def _again(connection: sqlite3.Connection, series: str, table: str, changed: dict[str, str | int]) -> None:
    """Each row once more for each number of the series; of a key: how many rows there are of it to a sale."""
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    taken = [f"{column} + n * {changed[column]}" if isinstance(changed.get(column), int)
             else str(changed.get(column, column)) for column in columns]  # fmt: skip
    into = f"INSERT INTO {table} ({', '.join(columns)})"
    connection.execute(f"{into} {series} SELECT {', '.join(taken)} FROM n, {table}")  # noqa: S608 - all of it from above
