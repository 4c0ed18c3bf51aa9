"""The journal as an outbox: a result is put on disk, found, and noted as delivered; beside other people's queues.

Each puts the same text of 500 bytes and waits for the disk at each put, as ours does, whatever it does by itself. Ours
also chains what it wrote, knows two reasons to hold a result back, and shares its transaction with the sale: that is
why none of them is used; litequeue is not made for power cuts (synchronous=NORMAL), diskcache drops what is taken.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import diskcache
import litequeue
import persistqueue
from interleaved import Figure, median, ratio, seconds, turns
from past import TODAY

from kiosk.journal import Entry, Journal, OutboxRow
from kiosk.sale.commands import SendResult, Topic

TEXT = "x" * 500


def _ours(directory: Path, closes: ExitStack) -> Callable[[], None]:
    journal = closes.enter_context(Journal.open(directory, "kiosk-0001"))

    def once() -> None:
        journal.write(Entry(TODAY, results=(SendResult(Topic.FAULT, TODAY),)))
        due = journal.due(TODAY)
        assert isinstance(due, OutboxRow)
        journal.delivered(due.sequence, TODAY)

    return once


def _persist_queue(directory: Path, closes: ExitStack) -> Callable[[], None]:
    queue = persistqueue.SQLiteAckQueue(str(directory), auto_commit=True)
    closes.callback(queue.close)

    def once() -> None:
        queue.put(TEXT)
        queue.ack(queue.get())

    return once


def _litequeue(directory: Path, closes: ExitStack) -> Callable[[], None]:
    queue = litequeue.LiteQueue(str(directory / "queue.db"))
    queue.conn.execute("PRAGMA synchronous = FULL")
    closes.callback(queue.conn.close)

    def once() -> None:
        queue.put(TEXT)
        queue.done(queue.pop().message_id)

    return once


def _diskcache(directory: Path, closes: ExitStack) -> Callable[[], None]:
    cache = closes.enter_context(diskcache.Cache(str(directory), sqlite_synchronous=2))

    def once() -> None:
        cache.push(TEXT)
        cache.peek()
        cache.pull()

    return once


QUEUES = {"ours": _ours, "persist-queue": _persist_queue, "litequeue": _litequeue, "diskcache": _diskcache}


def measure(*, quick: bool) -> Iterator[Figure]:
    """All of them in turn, on a real disk (/var/tmp)."""
    with tempfile.TemporaryDirectory(prefix="kiosk-outbox-", dir="/var/tmp") as parent, ExitStack() as closes:
        things = {}
        for name, opened in QUEUES.items():
            directory = Path(parent, name)
            directory.mkdir(mode=0o700)
            things[name] = seconds(opened(directory, closes))
        took = turns(50 if quick else 500, things)
    yield Figure("outbox", "a result, put, found and noted", median(took["ours"]) * 1000, "ms")
    for name in QUEUES:
        if name != "ours":
            yield Figure("outbox", f"beside {name}", ratio(took, "ours", name), "x", kept=True)
