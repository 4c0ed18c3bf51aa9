import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sample_orders import NOON, order, won

from kiosk.journal import Answer, Attempt, Entry, Journal
from kiosk.sale.commands import Cancel, Intent, Pay, Refund, Release, SendResult, Topic
from kiosk.sale.events import PaymentCode
from kiosk.sale.order import GivingBack, Plan, Product, Reason, Releasing, Way

LATER = NOON + timedelta(seconds=3)
ORDER = order("K1-000001")


@pytest.mark.parametrize(
    ("intent", "kind"),
    [
        (Pay(ORDER), "pay"),
        (Cancel(ORDER), "cancel"),
        (Refund(replace(ORDER, phase=GivingBack(Reason.JAM, won(1500), Way.REFUND, "K1-000001R1"))), "refund"),
        (Release(replace(ORDER, phase=Releasing())), "release"),
    ],
)
def test_an_intent_is_on_disk_before_its_answer(journal: Journal, intent: Intent, kind: str) -> None:
    journal.write(Entry(NOON, orders=(ORDER,), intents=(intent,)))
    assert journal.unanswered() == (Attempt("K1-000001", kind, NOON),)

    journal.write(Entry(LATER, answers=(Answer("K1-000001", kind, "approved"),)))
    assert journal.unanswered() == ()
    assert journal.history("K1-000001") == (Attempt("K1-000001", kind, NOON, "approved", LATER),)


def test_an_answer_closes_the_oldest_intent_of_its_order_and_kind(journal: Journal) -> None:
    other = order("K1-000002")
    journal.write(Entry(NOON, orders=(ORDER, other), intents=(Pay(ORDER), Cancel(ORDER), Cancel(other))))
    journal.write(Entry(LATER, intents=(Cancel(ORDER),)))
    journal.write(Entry(LATER, answers=(Answer("K1-000001", "cancel", "no answer"),)))
    assert journal.unanswered() == (
        Attempt("K1-000001", "pay", NOON),
        Attempt("K1-000002", "cancel", NOON),
        Attempt("K1-000001", "cancel", LATER),
    )


def test_an_answer_never_belongs_to_an_intent_that_begins_with_it(journal: Journal) -> None:
    journal.write(Entry(NOON, orders=(ORDER,), intents=(Cancel(ORDER),)))
    journal.write(Entry(LATER, intents=(Cancel(ORDER),), answers=(Answer("K1-000001", "cancel", "no answer"),)))
    assert journal.history("K1-000001") == (
        Attempt("K1-000001", "cancel", NOON, "no answer", LATER),
        Attempt("K1-000001", "cancel", LATER),
    )


def test_an_answer_to_nothing_is_a_bug_and_writes_nothing(journal: Journal) -> None:
    with pytest.raises(ValueError, match="no pay of order K1-000001 waits for an answer"):
        journal.write(Entry(NOON, orders=(ORDER,), answers=(Answer("K1-000001", "pay", "approved"),)))
    assert journal.order("K1-000001") is None


def test_an_entry_is_written_whole_or_not_at_all(journal: Journal) -> None:
    unknown = order("K1-000002")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        journal.write(
            Entry(NOON, (ORDER,), (Pay(ORDER), Pay(unknown)), results=(SendResult(Topic.DECLINED, NOON, ORDER),))
        )
    assert journal.order("K1-000001") is None
    assert journal.unanswered() == ()
    assert journal.pending(10) == ()

    journal.write(Entry(NOON, (ORDER,), (Pay(ORDER),), results=(SendResult(Topic.DECLINED, NOON, ORDER),)))
    assert [row.sequence for row in journal.pending(10)] == [1]


def test_a_payment_code_never_reaches_the_disk(tmp_path: Path, journal: Journal) -> None:
    code = PaymentCode("281010897274821897274821")
    scanned = order(product=Product.PAYMENT_CODE, plan=Plan(code=code))
    journal.write(Entry(NOON, orders=(scanned,), intents=(Pay(scanned, code),)))
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"K1-000001" in written
    assert code.value.encode() not in written
