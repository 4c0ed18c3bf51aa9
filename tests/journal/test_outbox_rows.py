import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from query_plans import plan_of
from sample_orders import NOON, order

from kiosk.journal import Entry, Journal, JournalReader, OutboxState
from kiosk.sale.commands import SendResult, Topic

LATER = NOON + timedelta(minutes=1)
FAULT = SendResult(Topic.FAULT, NOON, None, {"part": "camera"})


def post(journal: Journal, count: int) -> None:
    journal.write(Entry(NOON, results=(FAULT,) * count))


def sequences(journal: Journal) -> list[int]:
    return [row.sequence for row in journal.pending(100)]


def test_a_report_is_written_as_the_operator_gets_it(journal: Journal) -> None:
    paid = order(gateway_id="G1")
    journal.write(Entry(NOON, orders=(paid,), results=(SendResult(Topic.PAID, LATER, paid, {"reason": "결제"}),)))
    (row,) = journal.pending(10)
    assert (row.topic, row.order_id, row.at, row.attempts) == ("payment.paid", "K1-000001", LATER, 0)
    assert json.loads(row.body) == {
        "type": "payment.paid",
        "timestamp": "2026-11-23T12:01:00+08:00",
        "data": {
            "kiosk_id": "kiosk-0001",
            "sequence": 1,
            "journal_head": "0" * 64,
            "order_id": "K1-000001",
            "gateway_order_id": "G1",
            "product": "ORDER_CODE",
            "amount": {"value": "1500", "currency": "KRW"},
            "reason": "결제",
        },
    }


def test_a_report_about_no_order_has_the_same_keys(journal: Journal) -> None:
    post(journal, 1)
    (row,) = journal.pending(10)
    assert json.loads(row.body)["data"] == {
        "kiosk_id": "kiosk-0001",
        "sequence": 1,
        "journal_head": "0" * 64,
        "order_id": None,
        "gateway_order_id": None,
        "product": None,
        "amount": None,
        "part": "camera",
    }


def test_details_do_not_take_the_place_of_what_a_report_always_says(journal: Journal) -> None:
    journal.write(Entry(NOON, results=(SendResult(Topic.FAULT, NOON, None, {"sequence": "7", "kiosk_id": "x"}),)))
    data = json.loads(journal.pending(1)[0].body)["data"]
    assert (data["sequence"], data["kiosk_id"]) == (1, "kiosk-0001")


def test_each_report_has_the_next_number_and_an_id_of_its_own(tmp_path: Path, journal: Journal) -> None:
    post(journal, 2)
    post(journal, 1)
    journal.close()
    with Journal.open(tmp_path, "kiosk-0001") as again:
        post(again, 1)
        rows = again.pending(10)
    assert [row.sequence for row in rows] == [1, 2, 3, 4]
    assert len({row.id for row in rows}) == 4
    assert all(row.id.startswith("msg_") and len(row.id) == 36 for row in rows)


def test_numbers_go_on_when_old_rows_have_been_removed(journal: Journal) -> None:
    post(journal, 3)
    journal._connection.execute("DELETE FROM outbox")
    post(journal, 1)
    assert sequences(journal) == [4]


def test_reports_are_pending_in_their_order_until_delivered(journal: Journal) -> None:
    post(journal, 3)
    journal.delivered(1, LATER)
    assert sequences(journal) == [2, 3]
    assert [row.sequence for row in journal.pending(1)] == [2]
    (row,) = journal.rows(OutboxState.DELIVERED, 10)
    assert (row.sequence, row.delivered_at) == (1, LATER)


def test_a_report_that_is_postponed_keeps_its_place_id_and_body(journal: Journal) -> None:
    post(journal, 2)
    before = journal.pending(1)[0]
    journal.postpone(1, 3, "answered 503")
    after = journal.pending(1)[0]
    assert (after.sequence, after.id, after.body) == (before.sequence, before.id, before.body)
    assert (after.attempts, after.trouble) == (3, "answered 503")


def test_a_report_that_is_set_aside_lets_the_next_one_go_and_can_be_put_back(journal: Journal) -> None:
    post(journal, 3)
    journal.quarantine(1, "answered 410")
    assert sequences(journal) == [2, 3]
    (row,) = journal.rows(OutboxState.QUARANTINED, 10)
    assert (row.sequence, row.attempts, row.trouble) == (1, 1, "answered 410")
    assert journal.counts() == (2, 1)

    assert journal.retry(1) == 1
    assert sequences(journal) == [1, 2, 3]
    assert journal.pending(1)[0].attempts == 0


def test_all_that_was_set_aside_can_be_put_back_at_once(journal: Journal) -> None:
    post(journal, 3)
    journal.delivered(1, LATER)
    journal.quarantine(2, "answered 410")
    journal.quarantine(3, "answered 410")
    assert journal.retry(None) == 2
    assert journal.counts() == (2, 0)


def test_only_what_was_set_aside_can_be_put_back(journal: Journal) -> None:
    post(journal, 2)
    journal.delivered(1, LATER)
    assert [journal.retry(sequence) for sequence in (1, 2, 3)] == [0, 0, 0]
    assert sequences(journal) == [2]


def test_rows_are_listed_newest_first(journal: Journal) -> None:
    post(journal, 3)
    journal.delivered(2, LATER)
    assert [row.sequence for row in journal.rows(None, 2)] == [3, 2]
    assert [row.sequence for row in journal.rows(OutboxState.PENDING, 10)] == [3, 1]


def test_ten_thousand_waiting_reports_do_not_make_the_next_one_harder_to_find(journal: Journal) -> None:
    post(journal, 10_000)
    for sequence in range(1, 4):
        journal.delivered(sequence, LATER)
    plan = plan_of(journal, lambda: journal.pending(1))
    assert plan == "SEARCH outbox USING INDEX outbox_pending (state=?)"  # and nothing is sorted
    assert [row.sequence for row in journal.pending(1)] == [4]
    assert "USING COVERING INDEX outbox_pending" in plan_of(journal, lambda: JournalReader.counts(journal))


def test_what_waits_is_counted_as_it_changes_and_again_when_the_journal_is_opened(
    tmp_path: Path, journal: Journal
) -> None:
    def both() -> tuple[int, int]:
        assert journal.counts() == JournalReader.counts(journal), "as SQLite counts"
        return journal.counts()

    post(journal, 5)
    assert both() == (5, 0)
    journal.delivered(1, NOON)
    journal.delivered(1, NOON)  # as after a crash: it is no news
    journal.delivered(99, NOON)
    assert both() == (4, 0)
    journal.quarantine(2, "410")
    journal.quarantine(2, "410", LATER)
    journal.quarantine(3, "410")
    assert both() == (2, 2)
    journal.delivered(2, NOON)
    assert both() == (2, 1)
    assert (journal.retry(3), journal.retry(3), journal.retry(None)) == (1, 0, 0)
    assert both() == (3, 0)
    with pytest.raises(sqlite3.IntegrityError):
        journal.write(Entry(NOON, results=(SendResult(Topic.PAID, NOON, order("K1-999999")),)))
    assert both() == (3, 0), "what is not on disk is not counted"
    journal.close()
    with Journal.open(tmp_path, "kiosk-0001") as again:
        assert again.counts() == (3, 0)
