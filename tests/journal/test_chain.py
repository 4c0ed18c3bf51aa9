"""The chain: whatever another hand does to the journal is found, and what the daemon does is not."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sample_orders import NOON, order

from kiosk.journal import Answer, Entry, Journal, Quality, read
from kiosk.journal.file import FILE, STEPS, migrate
from kiosk.sale.commands import Pay, SendResult, Topic

LATER = NOON + timedelta(seconds=5)


def some_sales(journal: Journal, first: int = 1, count: int = 3) -> None:
    for number in range(first, first + count):
        one = order(f"K1-{number:06}")
        journal.write(Entry(NOON, orders=(one,), intents=(Pay(one),)))
        result = SendResult(Topic.DECLINED, LATER, one)
        journal.write(Entry(LATER, orders=(one,), answers=(Answer(one.id, "pay", "declined"),), results=(result,)))


def by_another_hand(directory: Path, *statements: str) -> None:
    connection = sqlite3.connect(directory / FILE)
    for statement in statements:
        assert connection.execute(statement).rowcount > 0
    connection.commit()
    connection.close()


def test_what_the_daemon_wrote_is_as_it_wrote_it(journal: Journal) -> None:
    assert journal.verify() == ()
    some_sales(journal)
    journal.postpone(1, 1, "no answer")
    journal.quarantine(1, "410")
    journal.retry(None)
    journal.delivered(1, LATER)
    assert journal.verify() == ()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE orders SET amount_minor = 100 WHERE number = 2", "orders 2 was altered"),
        ("UPDATE orders SET state = 'released' WHERE number = 3", "orders 3 was altered"),
        ("UPDATE intents SET answer = 'approved' WHERE number = 1", "intents 1 was altered"),
        ("UPDATE outbox SET body = '{}' WHERE sequence = 2", "outbox 2 was altered"),
        ("DELETE FROM outbox WHERE sequence = 2", "outbox 2 is missing"),
        ("DELETE FROM intents WHERE number = 3", "intents 3 is missing"),
        (
            "INSERT INTO intents (order_id, kind, at) VALUES ('K1-000001', 'refund', 'now')",
            "intents 4 was written by another hand",
        ),
        (
            "UPDATE boots SET boot_id = 'another'",
            "link 1 (2026-11-23T12:00:00+08:00) was altered, or the one before it",
        ),
    ],
)
def test_a_row_that_another_hand_touched_is_named(journal: Journal, tmp_path: Path, statement: str, said: str) -> None:
    some_sales(journal)
    by_another_hand(tmp_path, statement)
    assert journal.verify()[0] == said


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE chain SET at = '2026-11-23T13:00:00+08:00' WHERE number = 3", "link 3 (2026-11-23T13:00:00+08:00)"),
        ("UPDATE chain SET clock = 'synchronised' WHERE number = 1", "link 1 "),
        ("UPDATE chain SET boot_us = boot_us + 1 WHERE number = 2", "link 2 "),
        ("DELETE FROM chain WHERE number = 4", "the chain lacks link 4"),
        ("DELETE FROM chain WHERE number < 4", "the chain lacks links 1 to 3"),
    ],
)
def test_a_link_that_another_hand_touched_is_named(journal: Journal, tmp_path: Path, statement: str, said: str) -> None:
    some_sales(journal)
    by_another_hand(tmp_path, statement)
    assert journal.verify()[0].startswith(said)


def test_the_last_links_can_not_be_taken_away_unseen(journal: Journal, tmp_path: Path) -> None:
    some_sales(journal)
    by_another_hand(tmp_path, "DELETE FROM chain WHERE number = 6")
    assert journal.verify() != ()


def test_a_journal_of_the_first_version_begins_its_chain_with_the_next_write(
    tmp_path: Path, script: Callable[[str], str]
) -> None:
    connection = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    migrate(connection, [script(STEPS[0])])
    connection.execute(
        "INSERT INTO orders SELECT 7, 'K0-1', 'c', 'ORDER_CODE', 100, 'KRW', 'not_charged',"
        """ '{"verdict": "expired"}', 1, :at, :at, :at, NULL, 0, 0, NULL, NULL, 0, '[]', 0""",
        {"at": NOON.isoformat()},
    )
    connection.close()
    with Journal.open(tmp_path, "kiosk-0001") as journal:
        assert journal.verify() == ("orders 7 was written by another hand",)
        some_sales(journal)
        assert journal.verify() == ()
        by_another_hand(tmp_path, "DELETE FROM orders WHERE id = 'K1-000002'")
        assert "orders 9 is missing" in journal.verify()


def test_each_link_says_how_good_the_time_was_and_in_which_run_of_the_machine(tmp_path: Path) -> None:
    quality = Quality.UNKNOWN
    with Journal.open(tmp_path, "kiosk-0001", lambda: quality) as journal:
        some_sales(journal, count=1)
        quality = Quality.SYNCHRONISED
        some_sales(journal, first=2, count=1)
        rows = [tuple(row) for row in journal._connection.execute("SELECT clock, boot, boot_us FROM chain")]
    assert [row[0] for row in rows] == ["unknown", "unknown", "synchronised", "synchronised"]
    assert {row[1] for row in rows} == {1}
    assert [row[2] for row in rows] == sorted(row[2] for row in rows)
    with read(tmp_path) as reader:
        assert reader.newest_at() == LATER
