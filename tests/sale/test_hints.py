"""NOTIFICATIONs as hints: DETAIL is asked at once and done; where it can't be had, a signed word counts after 5 s."""

import pytest
from sale_examples import Till, results, rules, showing

from kiosk.sale.commands import Cancel, Inquire, Release, Topic
from kiosk.sale.events import GaveUp
from kiosk.sale.money import Amount
from kiosk.sale.order import Awaiting, Closing, GivingBack, NotCharged, Product, Reason, Releasing, Requested, Verdict
from kiosk.sale.outcome import Absent, Approved, Closed, Declined, NotSent, Pending, Refused, Trust, Unknown

SILENCE = pytest.mark.parametrize("silence", [Unknown("no answer"), NotSent("no connection")])


def asked(till: Till) -> int:
    """How often DETAIL was asked about an order."""
    return sum(isinstance(command, Inquire) for command in till.asked)


def test_what_detail_says_is_done_not_what_was_notified() -> None:
    till = showing()
    assert Inquire in map(type, till.notify(till.success(), Trust.SIGNED))
    till.detail(Declined())
    assert till.phase == NotCharged(Verdict.DECLINED)


def test_a_payment_that_detail_confirms_is_released_at_once() -> None:
    till = showing()
    till.notify(till.success(), Trust.SIGNED)
    assert Release in map(type, till.detail(till.success()))


@SILENCE
def test_where_detail_can_not_be_had_a_signed_notification_is_believed_after_five_seconds(
    silence: Unknown | NotSent,
) -> None:
    till = showing()
    till.notify(till.success(), Trust.SIGNED)
    till.detail(silence)
    till.wait(2.9)
    assert asked(till) == 1
    till.wait(0.2)  # three seconds after the first
    assert asked(till) == 2
    till.wait(1.8)
    assert isinstance(till.phase, Awaiting)
    till.wait(0.2)
    assert isinstance(till.phase, Releasing)
    assert Topic.PAID in results(till.asked)


def test_a_detail_that_hangs_does_not_keep_the_shopper_from_the_goods() -> None:
    till = showing()
    till.notify(till.success(), Trust.SIGNED)
    till.wait(5.1)
    assert isinstance(till.phase, Releasing)
    till.detail(Unknown("no answer within 8 s"))
    assert isinstance(till.phase, Releasing)


@SILENCE
def test_one_that_can_be_read_in_two_ways_is_never_believed(silence: Unknown | NotSent) -> None:
    till = showing()
    till.notify(till.success(), Trust.AMBIGUOUS)
    for _ in range(3):
        till.detail(silence)
        till.wait(3.1)
    assert isinstance(till.phase, Awaiting)
    till.detail(till.success())
    assert isinstance(till.phase, Releasing)


@pytest.mark.parametrize("said", [Pending(), Absent()])
def test_a_detail_that_denies_it_is_believed_and_asked_again(said: Pending | Absent) -> None:
    till = showing()
    till.notify(till.success(), Trust.SIGNED)
    till.detail(said)
    till.wait(3.1)
    till.detail(Unknown("no answer"))
    till.wait(10)
    assert isinstance(till.phase, Awaiting)
    assert Topic.PAID not in results(till.asked)


def test_an_answer_to_a_question_from_before_it_does_not_deny_it() -> None:
    till = showing()
    till.wait(5.1)  # DETAIL is under way
    assert asked(till) == 1
    till.notify(till.success(), Trust.SIGNED)
    till.detail(Pending())
    till.wait(3.1)
    assert asked(till) == 2
    till.wait(2)
    assert isinstance(till.phase, Releasing)


def test_another_amount_is_no_hint_and_a_fault() -> None:
    till = showing()
    till.notify(Approved(till.record.id, "UQ-1", Amount(7, "KRW")), Trust.SIGNED)
    assert Topic.FAULT in results(till.asked)
    till.wait(5.0)
    assert not isinstance(till.phase, Releasing)


def test_a_payment_code_whose_pay_is_silent_is_released_by_a_signed_notification() -> None:
    till = Till(rules(Product.PAYMENT_CODE))
    till.keys("1500#")
    till.scan()
    till.notify(till.success(), Trust.SIGNED)
    assert isinstance(till.phase, Requested)
    assert asked(till) == 0  # nothing can be asked before PAY is answered
    till.wait(5.1)
    assert isinstance(till.phase, Releasing)


def test_a_pay_that_is_answered_meanwhile_leads_to_detail_at_once() -> None:
    till = Till(rules(Product.ORDER_CODE))
    till.keys("1500#")
    till.notify(till.success(), Trust.SIGNED)
    till.pay(Pending("UQ-1", "https://pay.example/1"))
    assert asked(till) == 1


def test_a_pay_that_is_refused_though_a_payment_was_notified_is_looked_at_at_once() -> None:
    till = Till(rules(Product.ORDER_CODE))
    till.keys("1500#")
    till.notify(till.success(), Trust.SIGNED)
    till.pay(Refused("100002 bad field"))
    assert till.phase == NotCharged(Verdict.NOT_SENT)
    assert asked(till) == 1
    till.detail(till.success())
    assert isinstance(till.phase, GivingBack)


def test_a_shopper_who_gives_up_is_given_the_money_back_though_detail_is_silent() -> None:
    till = showing()
    till.notify(till.success(), Trust.SIGNED)
    till.tell(GaveUp(till.record.id, Reason.GAVE_UP))
    assert isinstance(till.phase, Closing)
    till.detail(Unknown("no answer"))
    assert not any(isinstance(command, Cancel) for command in till.asked)
    till.wait(5.1)
    assert isinstance(till.phase, Releasing | GivingBack)


def test_the_operator_may_believe_signatures_at_once() -> None:
    till = Till(rules(Product.ORDER_CODE, confirm_notifications=False))
    till.keys("1500#")
    till.pay(Pending("UQ-1", "https://pay.example/1"))
    till.notify(till.success(), Trust.AMBIGUOUS)
    assert isinstance(till.phase, Awaiting)
    till.notify(till.success(), Trust.SIGNED)
    assert isinstance(till.phase, Releasing)


def test_closed_is_a_hint_too() -> None:
    till = showing()
    till.notify(Closed(), Trust.SIGNED)
    assert isinstance(till.phase, Awaiting)
    till.detail(till.success())
    assert isinstance(till.phase, Releasing)
