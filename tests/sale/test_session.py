"""Stories of shoppers, operators and failing parts: each test's name and body are a line of the specification."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from sale_examples import NOON, SCANNED, SHOWN, Till, approved, at, kinds, order, results, rules, showing, won

from kiosk.sale.commands import Cancel, Command, Inquire, Pay, Probe, Refund, Release, SendResult, Topic
from kiosk.sale.deadlines import next_wake
from kiosk.sale.events import (
    CancelAnswered,
    CancelWanted,
    CodeNotShowable,
    CodeScanned,
    DetailAnswered,
    EntryPaid,
    Event,
    InquiryWanted,
    Moment,
    Part,
    PartFailed,
    PartRecovered,
    PayAnswered,
    ProbeAnswered,
    RefundWanted,
    ReleaseAnswered,
    Reloaded,
    RulesChanged,
    StopWanted,
)
from kiosk.sale.machine import start
from kiosk.sale.money import Amount
from kiosk.sale.numbering import number_of, order_id, order_number
from kiosk.sale.order import (
    IN_DOUBT,
    Awaiting,
    Cancelling,
    Closing,
    Confirming,
    GivenBack,
    GivingBack,
    NotCharged,
    Phase,
    Product,
    Reason,
    Released,
    Releasing,
    Requested,
    Unconfirmed,
    Unresolved,
    Verdict,
    Way,
)
from kiosk.sale.outcome import (
    Absent,
    Accepted,
    Approved,
    Closed,
    ConfirmedRefund,
    Declined,
    NotSent,
    Pending,
    Refused,
    Unknown,
)
from kiosk.sale.panel import Name, Text
from kiosk.sale.payment_code import PaymentCode
from kiosk.sale.recovery import recover
from kiosk.sale.rules import Rules

LOST, OFFLINE = Unknown("no answer"), NotSent("no connection")
SHOWN_ONLY, SCANNED_ONLY, STATIC_ONLY = (
    rules(one) for one in (Product.ORDER_CODE, Product.PAYMENT_CODE, Product.ENTRY_CODE)
)


def heading(till: Till) -> Text:
    return till.panel.lines[0].text


def scanning() -> Till:
    """A till that looks for a payment code over 1500 KRW."""
    till = Till(SCANNED_ONLY)
    till.keys("1500#")
    assert till.name is Name.SCANNING
    return till


def paying() -> Till:
    """A till that has sent PAY with a scanned code."""
    till = scanning()
    till.scan()
    assert till.name is Name.PAYING
    return till


def sold(terms: Rules = SHOWN_ONLY) -> Till:
    """A till that has just sold something."""
    till = Till(terms)
    till.keys("1500#")
    till.pay(Pending("UQ-1", SHOWN))
    till.notify(till.success())
    till.release()
    assert till.name is Name.PAID
    return till


def static(minor: int = 1500, **fields: object) -> EntryPaid:
    values = {"paid_at": NOON, **fields}
    ours = values.pop("ours", True)
    return EntryPaid(replace(Approved(None, "UQ-static", won(minor)), **values), ours=ours)


# --- amounts ---------------------------------------------------------------------------------------------------------


def test_digits_enter_an_amount_in_whole_won() -> None:
    till = Till()
    till.keys("1500")
    assert till.name is Name.ENTERING
    assert till.panel.amount == won(1500)


def test_leading_zeros_are_nothing() -> None:
    till = Till()
    till.keys("00100")
    assert till.panel.amount == won(100)


def test_the_last_digits_are_decimals_where_the_currency_has_some() -> None:
    dollars = Rules("K1", (Product.ORDER_CODE,), Amount(100, "SGD"), Amount(20_000, "SGD"))
    till = Till(dollars)
    till.keys("1505")
    assert till.panel.amount == Amount.parse("15.05", "SGD")
    assert kinds(till.keys("#")) == [Pay]


@pytest.mark.parametrize("keys", ["#", "0#", "000#", "99#"])
def test_too_little_is_told_and_nothing_is_sent(keys: str) -> None:
    till = Till(SHOWN_ONLY)
    assert till.keys(f"1*{keys}") == []
    assert heading(till) is Text.TOO_LITTLE
    assert till.panel.lines[0].amount == won(100)


@pytest.mark.parametrize("digits", ["200001", "999999999999", "1" * 500])
def test_too_much_is_told_and_nothing_is_sent(digits: str) -> None:
    till = Till(SHOWN_ONLY)
    assert till.keys(f"{digits}#") == []
    assert heading(till) is Text.TOO_MUCH
    assert till.panel.lines[0].amount == won(200_000)


@pytest.mark.parametrize("digits", ["100", "200000"])
def test_the_limits_themselves_are_sold(digits: str) -> None:
    assert kinds(Till(SHOWN_ONLY).keys(f"{digits}#")) == [Pay]


def test_a_told_shopper_may_go_on() -> None:
    till = Till(SHOWN_ONLY)
    till.keys("50#")
    assert kinds(till.keys("0#")) == [Pay]
    assert till.record.amount == won(500)


def test_star_clears_and_then_leaves() -> None:
    till = Till()
    till.keys("15*")
    assert till.panel.amount == won(0)
    till.keys("*")
    assert till.name is Name.IDLE


def test_an_amount_that_nobody_finishes_goes_away() -> None:
    till = Till()
    till.keys("15")
    till.wait(29)
    till.keys("0")
    till.wait(29.9)
    assert till.name is Name.ENTERING
    till.wait(0.2)
    assert till.name is Name.IDLE


# --- choosing --------------------------------------------------------------------------------------------------------


def test_several_ways_are_offered_in_the_operators_order() -> None:
    till = Till(rules(Product.PAYMENT_CODE, Product.ORDER_CODE))
    till.keys("1500#")
    assert till.name is Name.CHOOSING
    assert [(line.number, line.product) for line in till.panel.lines if line.text is Text.OPTION] == [
        (1, Product.PAYMENT_CODE),
        (2, Product.ORDER_CODE),
    ]
    till.keys("2")
    assert till.record.product is Product.ORDER_CODE


@pytest.mark.parametrize(
    ("product", "name"),
    [
        (Product.ORDER_CODE, Name.REQUESTING),
        (Product.CASHIER_PAYMENT, Name.REQUESTING),
        (Product.PAYMENT_CODE, Name.SCANNING),
        (Product.ENTRY_CODE, Name.SHOWING_CODE),
    ],
)
def test_a_single_way_needs_no_choosing(product: Product, name: Name) -> None:
    till = Till(rules(product))
    till.keys("1500#")
    assert till.name is name


def test_a_way_whose_part_is_broken_is_not_offered() -> None:
    till = Till(rules(Product.ORDER_CODE, Product.PAYMENT_CODE, Product.CASHIER_PAYMENT))
    till.tell(PartFailed(Part.CAMERA, "no frames"))
    till.keys("1500#")
    assert [line.product for line in till.panel.lines if line.product] == [Product.ORDER_CODE, Product.CASHIER_PAYMENT]


def test_nobody_chooses_and_the_machine_is_free_again() -> None:
    till = Till()
    till.keys("1500#")
    till.wait(30)
    assert till.name is Name.IDLE


# --- a shown code ----------------------------------------------------------------------------------------------------


def test_a_shown_code_is_paid_as_a_notification_says() -> None:
    till = showing()
    assert kinds(till.notify(till.success())) == [Topic.PAID, Release]
    assert till.name is Name.RELEASING
    assert kinds(till.release()) == [Topic.RELEASE_DONE]
    assert till.name is Name.PAID
    till.wait(6)
    assert till.name is Name.IDLE
    assert till.phase == Released()
    assert not till.state.orders


def test_a_shown_code_is_paid_as_detail_says_when_the_notification_never_comes() -> None:
    till = showing()
    assert till.wait(4.9) == []
    assert kinds(till.wait(0.2)) == [Inquire]
    till.detail(Pending("UQ-1", SHOWN))
    assert till.wait(2.8) == []
    assert kinds(till.wait(0.4)) == [Inquire]
    assert kinds(till.detail(till.success())) == [Topic.PAID, Release]


def test_a_success_heard_twice_releases_once() -> None:
    till = showing()
    till.wait(5)
    till.notify(till.success())
    assert till.detail(till.success()) == []
    assert till.notify(till.success()) == []
    till.release()
    assert till.notify(till.success()) == []
    assert kinds(till.asked).count(Release) == 1


def test_a_code_that_expires_gets_one_last_detail_then_cancel_then_detail() -> None:
    till = showing()
    till.wait(5)
    while till.mono < 119:
        till.detail(Pending("UQ-1", SHOWN))
        till.wait(3)
    assert till.phase == Awaiting(SHOWN)
    till.wait(120 - till.mono)
    assert till.phase == Closing(Reason.EXPIRED)
    till.detail(Pending("UQ-1", SHOWN))
    till.wait(3)
    assert kinds(till.detail(Pending("UQ-1", SHOWN))) in ([Cancel], [])
    assert till.phase == Cancelling(Reason.EXPIRED)
    till.cancel(Accepted())
    till.wait(3)
    assert results(till.detail(Closed())) == [Topic.EXPIRED]
    assert till.phase == NotCharged(Verdict.EXPIRED, Reason.EXPIRED)
    assert till.name is Name.EXPIRED


def test_star_gives_up_and_closes_the_code_at_the_gateway() -> None:
    till = showing()
    assert kinds(till.keys("*")) == [Inquire]
    assert till.name is Name.CHECKING
    assert kinds(till.detail(Pending("UQ-1", SHOWN))) == [Cancel]
    till.cancel(Accepted())
    till.wait(3)
    assert results(till.detail(Closed())) == [Topic.CANCELLED]
    assert till.name is Name.CANCELLED
    assert heading(till) is Text.CANCELLED


def test_what_was_paid_in_the_very_moment_of_giving_up_is_honoured() -> None:
    till = showing()
    till.keys("*")
    assert kinds(till.detail(till.success())) == [Topic.PAID, Release]
    assert till.name is Name.RELEASING


def test_a_code_that_no_phone_could_read_is_closed_and_another_way_is_offered() -> None:
    till = showing()
    assert kinds(till.tell(CodeNotShowable("42 modules do not fit"))) == [Topic.FAULT, Inquire]
    till.detail(Pending("UQ-1", SHOWN))
    till.cancel(Accepted())
    till.wait(3)
    till.detail(Closed())
    assert heading(till) is Text.OTHER_WAY
    till.keys("#")
    assert till.name is Name.CHOOSING


def test_pay_unknown_for_a_code_never_shown_closes_the_order() -> None:
    till = Till(SHOWN_ONLY)
    till.wait(15)
    till.keys("1500#")
    assert kinds(till.pay(LOST)) == [Probe]
    till.tell(ProbeAnswered(Absent()))
    assert till.phase == Closing(Reason.UNANSWERED)
    assert kinds(till.wait(3)) == [Inquire]
    assert kinds(till.detail(Absent())) == [Cancel]


def test_given_up_before_pay_is_answered_is_closed_as_soon_as_it_is() -> None:
    till = Till(SHOWN_ONLY)
    till.keys("1500#*")
    assert till.phase == Requested(close=Reason.GAVE_UP)
    assert till.name is Name.CHECKING
    assert kinds(till.pay(Pending("UQ-1", SHOWN))) == [Inquire]
    assert till.panel.qr is None


# --- a scanned code --------------------------------------------------------------------------------------------------


def test_a_payment_code_is_paid_at_once() -> None:
    till = scanning()
    (pay,) = till.scan()
    assert isinstance(pay, Pay)
    assert pay.code == SCANNED
    assert kinds(till.pay(till.success())) == [Topic.PAID, Release]
    till.release()
    assert till.name is Name.PAID


def test_a_payment_code_is_processed_and_then_paid() -> None:
    till = paying()
    till.pay(Pending("UQ-1"))
    assert till.name is Name.PAYING
    assert till.wait(2.9) == []
    assert kinds(till.wait(0.2)) == [Inquire]
    assert kinds(till.detail(till.success())) == [Topic.PAID, Release]


def test_a_payment_code_without_an_answer_is_asked_about_for_a_minute_then_cancelled() -> None:
    till = paying()
    till.pay(LOST)
    asked = []
    while isinstance(till.phase, Awaiting):
        asked += kinds(till.wait(3))
        till.detail(Pending("UQ-1"))
    assert till.mono == pytest.approx(60, abs=3)
    assert Cancel not in asked
    assert asked.count(Inquire) == pytest.approx(20, abs=2)
    if isinstance(till.phase, Closing):
        till.wait(3)
        till.detail(Pending("UQ-1"))
    assert till.phase == Cancelling(Reason.UNANSWERED)
    till.cancel(Accepted())
    till.wait(3)
    till.detail(Closed())
    assert till.phase == NotCharged(Verdict.CANCELLED, Reason.UNANSWERED)


def test_a_payment_the_gateway_never_heard_of_is_cancelled_all_the_same_before_it_is_given_up() -> None:
    till = paying()
    till.pay(LOST)
    for _ in range(4):
        assert till.phase == Awaiting()
        till.wait(3)
        till.detail(Absent())
    assert till.phase == Cancelling(Reason.UNANSWERED)
    till.cancel(Absent())
    while isinstance(till.phase, Confirming):
        assert till.name is Name.CHECKING, "nothing charged is said only when it is known"
        assert [line.text for line in till.panel.lines] == [Text.CHECKING, Text.AMOUNT, Text.CLAIM]
        till.wait(3)
        till.detail(Absent())
    assert till.phase == NotCharged(Verdict.CANCELLED, Reason.UNANSWERED)
    assert till.mono >= 60, "the code's own life is over"


def test_what_reached_the_gateway_late_within_the_codes_life_is_found_before_anything_is_said() -> None:
    till = paying()
    till.pay(LOST)
    for _ in range(4):
        till.wait(3)
        till.detail(Absent())
    till.cancel(Absent())
    for _ in range(8):
        till.wait(3)
        till.detail(Absent())
    assert till.name is Name.CHECKING
    till.wait(3)
    assert kinds(till.detail(till.success())) == [Topic.PAID, Cancel]
    assert heading(till) is Text.MONEY_BACK


def test_a_code_that_was_never_shown_can_be_paid_by_nobody_and_is_given_up_sooner() -> None:
    till = Till(SHOWN_ONLY)
    till.keys("1500#")
    till.pay(LOST)
    till.wait(3)
    till.detail(Absent())
    till.cancel(Absent())
    for _ in range(4):
        till.wait(3)
        till.detail(Absent())
    assert till.phase == NotCharged(Verdict.CANCELLED, Reason.UNANSWERED)
    assert till.mono < 25


def test_cancel_that_overtook_pay_is_sent_again() -> None:
    till = paying()
    till.pay(LOST)
    for _ in range(4):
        till.wait(3)
        till.detail(Absent())
    till.cancel(Absent())
    asked = []
    while Cancel not in asked:
        assert till.mono < 200
        asked += kinds(till.detail(Pending("UQ-1")))
        asked += kinds(till.wait(3))
    assert till.phase == Cancelling(Reason.UNANSWERED)


@pytest.mark.parametrize(
    "code", ["https://example.com", "WIFI:S:x;P:secret;;", "123", "1" * 33, "2810108972748218972748x", ""]
)
def test_what_is_no_payment_code_is_told_and_nothing_is_sent(code: str) -> None:
    till = scanning()
    assert till.scan(code) == []
    assert heading(till) is Text.NOT_A_PAYMENT_CODE
    assert till.panel.camera
    assert kinds(till.scan()) == [Pay]


def test_a_poster_that_has_been_in_view_all_along_is_not_told_of() -> None:
    till = scanning()
    before = till.panel
    till.tell(CodeScanned(PaymentCode("https://shop.example"), held_up=False))
    assert till.panel == before
    assert Pay in kinds(till.tell(CodeScanned(SCANNED, held_up=False)))  # a phone that was held up already


def test_no_code_for_thirty_seconds_leads_back_to_the_choice() -> None:
    till = Till(rules(Product.ORDER_CODE, Product.PAYMENT_CODE))
    till.keys("1500#2")
    till.wait(29.9)
    assert till.name is Name.SCANNING
    till.wait(0.2)
    assert till.name is Name.CHOOSING
    assert not till.panel.camera


def test_a_wrong_code_does_not_keep_the_camera_on_for_ever() -> None:
    till = scanning()
    for _ in range(40):
        till.scan("123")
        till.wait(1)
    assert till.name is Name.IDLE


def test_the_code_is_in_no_record() -> None:
    till = paying()
    assert till.record.plan.code == SCANNED
    till.pay(Pending("UQ-1"))
    assert till.record.plan.code is None
    assert SCANNED.value not in repr(till.state)
    assert SCANNED.value not in repr(till.asked)


# --- PAY that can't be sent, and trying again ------------------------------------------------------------------------


def test_a_pay_that_could_not_be_sent_is_repeated_with_the_same_order_and_code_three_times_at_most() -> None:
    till = paying()
    pays = [command for command in till.asked if isinstance(command, Pay)]
    for _ in range(5):
        if till.record.ended:
            break
        till.pay(OFFLINE)
        pays += [command for command in till.wait(1) if isinstance(command, Pay)]
    assert len(pays) == 3
    assert {pay.order.id for pay in pays} == {till.record.id}
    assert {pay.code for pay in pays} == {SCANNED}
    assert till.phase == NotCharged(Verdict.NOT_SENT)
    assert heading(till) is Text.NOT_SENT


def test_given_up_between_two_tries_nothing_more_is_sent() -> None:
    till = paying()
    till.pay(OFFLINE)
    till.keys("*")
    assert till.phase == NotCharged(Verdict.NOT_SENT, Reason.GAVE_UP)
    assert Pay not in kinds(till.wait(100))


def test_pay_is_never_repeated_once_it_may_have_been_sent() -> None:
    till = paying()
    till.pay(LOST)
    for _ in range(200):
        assert Pay not in kinds(till.wait(3))
        till.detail(Absent())
        till.cancel(Absent())


def test_a_declined_payment_may_be_tried_again_with_a_new_order() -> None:
    till = paying()
    assert kinds(till.pay(Declined("no funds"))) == [Topic.DECLINED]
    assert till.name is Name.DECLINED
    first = till.record.id
    till.keys("#")
    assert till.name is Name.SCANNING
    assert till.scan() == []  # the same phone is still before the camera, and a code is used once
    (pay,) = till.scan("281010897274821897274822")
    assert pay.order.id != first
    assert pay.order.amount == won(1500)


def test_a_code_that_the_gateway_refuses_is_declined_and_no_fault_of_the_kiosk() -> None:
    till = paying()
    assert kinds(till.pay(Refused("this payment code was used"))) == [Topic.DECLINED]
    assert till.name is Name.DECLINED


def test_nothing_is_tried_again_after_a_payment_in_doubt() -> None:
    till = paying()
    till.pay(LOST)
    till.wait(3 + 90)
    assert heading(till) is Text.IN_DOUBT
    till.keys("#")
    assert heading(till) is Text.IN_DOUBT


def test_two_orders_in_one_millisecond_have_two_ids() -> None:
    till = Till(SCANNED_ONLY)
    ids = set()
    for number in range(3):
        till.keys("1500#")
        till.scan(f"28101089727482189727482{number}")
        till.pay(Declined())
        ids.add(till.record.id)
    assert len(ids) == 3


def test_a_clock_that_steps_back_over_a_restart_repeats_no_order_id() -> None:
    till = Till(SCANNED_ONLY)
    till.keys("1500#")
    till.scan()
    newest = till.record.id
    again_up = recover(start(SCANNED_ONLY), (), till.now, newest).state
    assert number_of(newest) == till.state.last_id == again_up.last_id
    long_ago = Moment(0.0, till.now.at - timedelta(days=365))
    assert order_id("K1", order_number(again_up.last_id, long_ago)) > newest
    assert number_of("not-one-of-ours") == 0


def test_an_order_id_fits_the_gateway_with_its_refund() -> None:
    till = Till(replace(SHOWN_ONLY, kiosk_id="kiosk-0001-abcdefg"))
    till.keys("1500#")
    assert len(till.record.id) <= 28
    assert till.record.claim == till.record.id[-6:]


# --- the static code -------------------------------------------------------------------------------------------------


def test_the_static_code_is_shown_when_idle_where_it_is_the_only_way() -> None:
    till = Till(STATIC_ONLY)
    assert till.panel.qr == STATIC_ONLY.entry_code
    assert kinds(till.tell(static())) == [Topic.PAID, Release]
    till.release()
    assert till.name is Name.PAID
    assert till.record.gateway_id == "UQ-static"


def test_the_static_code_is_shown_when_chosen_and_credits_the_amount_asked_for() -> None:
    till = Till()
    till.keys("1500#4")
    assert till.panel.qr == till.state.rules.entry_code
    assert kinds(till.tell(static(1500))) == [Topic.PAID, Release]


def test_another_amount_than_asked_for_is_given_back_and_the_display_says_so() -> None:
    till = Till()
    till.keys("1500#4")
    assert kinds(till.tell(static(1400))) == [Topic.PAID, Cancel]
    assert heading(till) is Text.MONEY_BACK
    assert till.panel.lines[-1].code == till.record.claim
    assert till.phase == GivingBack(Reason.NOT_DUE, won(1400), Way.CANCEL, f"{till.record.id}R1")


@pytest.mark.parametrize("minor", [1, 99, 200_001])
def test_an_amount_beyond_the_limits_is_given_back(minor: int) -> None:
    till = Till(STATIC_ONLY)
    assert kinds(till.tell(static(minor))) == [Topic.PAID, Cancel]
    assert heading(till) is Text.MONEY_BACK


@pytest.mark.parametrize(
    "paid",
    [
        static(paid_at=None),
        static(paid_at=NOON - timedelta(minutes=61)),
        static(paid_at=NOON + timedelta(minutes=2)),
        static(ours=False),
    ],
)
def test_a_payment_of_unknown_time_or_terminal_is_given_back(paid: EntryPaid) -> None:
    till = Till(STATIC_ONLY)
    assert kinds(till.tell(paid)) == [Topic.PAID, Cancel]
    assert till.phase == GivingBack(Reason.NOT_DUE, won(1500), Way.CANCEL, f"{till.record.id}R1")


def test_a_kiosk_that_does_not_offer_the_static_code_gives_its_payments_back() -> None:
    till = Till(SHOWN_ONLY)
    assert kinds(till.tell(static())) == [Topic.PAID, Cancel]


@pytest.mark.parametrize("keys", ["5", "50000#", "50000#1", "50000#2"])
def test_a_payment_on_the_static_code_neither_pays_nor_replaces_what_another_shopper_has_begun(keys: str) -> None:
    till = Till()
    till.keys(keys)
    before = till.state.session
    assert kinds(till.tell(static(100)))[-2:] == [Topic.PAID, Cancel]
    assert till.state.session == before


def test_an_old_payment_on_the_static_code_is_given_back() -> None:
    till = Till(STATIC_ONLY)
    old = till.now.at - timedelta(minutes=61)
    assert kinds(till.tell(static(paid_at=old))) == [Topic.PAID, Cancel]


def test_a_payment_of_within_the_hour_counts_its_notification_may_have_been_late() -> None:
    till = Till(STATIC_ONLY)
    late = till.now.at - timedelta(minutes=59)
    assert kinds(till.tell(static(paid_at=late))) == [Topic.PAID, Release]


def test_a_payment_on_the_static_code_while_the_machine_is_busy_is_given_back() -> None:
    till = showing()
    shown = till.panel.qr
    assert kinds(till.tell(static())) == [Topic.PAID, Cancel]
    assert till.panel.qr == shown


def test_a_payment_on_the_static_code_counts_once() -> None:
    till = Till(STATIC_ONLY)
    till.tell(static())
    assert till.tell(static()) == []
    assert len(till.records) == 1


def test_a_payment_on_the_static_code_of_a_broken_machine_is_given_back() -> None:
    till = Till(STATIC_ONLY)
    till.tell(PartFailed(Part.RELEASE, "jammed"))
    assert kinds(till.tell(static())) == [Topic.PAID, Cancel]
    assert till.name is Name.OUT_OF_SERVICE


# --- the release -----------------------------------------------------------------------------------------------------


def test_a_jam_gives_the_money_back() -> None:
    till = showing()
    till.notify(till.success())
    assert kinds(till.release("nothing fell")) == [Topic.RELEASE_FAILED, Cancel]
    assert heading(till) is Text.MONEY_BACK
    assert till.panel.lines[-1].code == till.record.claim
    till.cancel(Accepted())
    assert kinds(till.wait(0) + till.detail(Closed())) == [Topic.REFUNDED]
    assert till.phase == GivenBack(Reason.JAM)
    assert till.record.refunded == won(1500)


def test_a_release_that_never_answers_is_a_jam() -> None:
    till = showing()
    till.notify(till.success())
    till.wait(19.9)
    assert till.phase == Releasing()
    assert kinds(till.wait(0.2))[-2:] == [Topic.RELEASE_FAILED, Cancel]
    assert till.release() == []
    assert isinstance(till.phase, GivingBack)


# --- late, lost, and never -------------------------------------------------------------------------------------------


def given_up() -> Till:
    """A till whose order was given up and closed without money."""
    till = showing()
    till.keys("*")
    till.detail(Pending("UQ-1", SHOWN))
    till.cancel(Accepted())
    till.wait(3)
    till.detail(Closed())
    assert isinstance(till.phase, NotCharged)
    return till


def test_a_success_that_comes_after_cancel_is_given_back_once_detail_has_confirmed_it() -> None:
    till = given_up()
    till.wait(10)
    assert kinds(till.notify(till.success())) == [Inquire]
    assert kinds(till.detail(till.success())) == [Topic.PAID, Cancel]
    till.cancel(Accepted())
    till.wait(3)
    assert kinds(till.detail(Closed())) == [Topic.REFUNDED]
    assert till.phase == GivenBack(Reason.LATE)


def test_a_success_that_nobody_tells_of_is_found_by_looking_back() -> None:
    till = given_up()
    looks = []
    while till.mono < 6000:
        looks += [till.mono] * kinds(till.wait(1)).count(Inquire)
        till.detail(Closed())
    closed = looks[0] - 60
    assert looks == pytest.approx([closed + 60, closed + 660, closed + 4260], abs=2)
    assert not till.state.orders


def test_a_look_back_that_was_not_answered_does_not_count() -> None:
    till = given_up()
    for _ in range(12):
        till.wait(next_wake(till.state) - till.mono)
        till.detail(LOST)
    assert till.record.owed
    till.wait(86_400)
    assert kinds(till.detail(till.success()))[:2] == [Topic.PAID, Cancel]


def test_money_that_went_in_another_session_is_given_back_not_released() -> None:
    till = paying()
    till.pay(LOST)
    till.wait(3 + 90)
    assert till.name is Name.CHECKING
    till.keys("*")
    assert till.name in {Name.IDLE, Name.OUT_OF_SERVICE}
    assert Release not in kinds(till.detail(till.success()))
    assert isinstance(till.phase, GivingBack)


def test_a_shopper_in_doubt_gets_a_claim_code_after_ninety_seconds() -> None:
    till = paying()
    till.pay(LOST)
    till.wait(89)
    assert till.name is Name.PAYING or till.name is Name.CHECKING
    till.wait(2)
    assert heading(till) is Text.IN_DOUBT
    assert till.panel.lines[-1].code == till.record.claim
    assert isinstance(till.phase, IN_DOUBT)
    till.wait(30)
    assert till.name in {Name.IDLE, Name.OUT_OF_SERVICE}


def test_money_back_is_cancel_on_the_day_and_refund_after_it() -> None:
    night = Till(SHOWN_ONLY, noon=at(0).at.replace(hour=23, minute=59, second=0))
    night.keys("1500#")
    night.pay(Pending("UQ-1", SHOWN))
    night.notify(night.success(paid_at=night.now.at))
    night.wait(19)
    assert kinds(night.release("jam"))[-1] is Cancel
    night.wait(60)
    assert kinds(night.cancel(Refused("cut-off"))) == [Refund]
    assert night.phase.way is Way.REFUND


def test_money_is_back_only_when_detail_says_so() -> None:
    till = showing()
    till.notify(till.success())
    till.release("jam")
    for _ in range(5):
        till.cancel(Accepted())
        till.wait(3)
        till.detail(till.success())
        assert isinstance(till.phase, GivingBack)
        till.wait(300)
    assert Topic.REFUNDED not in results(till.asked)


def test_what_is_not_settled_within_a_day_is_a_persons_business() -> None:
    till = showing()
    till.notify(till.success())
    till.release("jam")
    while isinstance(till.phase, GivingBack):
        till.cancel(LOST)
        till.detail(LOST)
        till.wait(300)
        assert till.mono < 26 * 3600
    assert till.phase == Unresolved(Reason.JAM, paid=True, way=Way.CANCEL)
    assert results(till.asked).count(Topic.UNRESOLVED) == 1
    assert till.mono == pytest.approx(86_400, abs=700)


def test_of_an_order_whose_goods_never_came_out_the_operator_gives_all_back_or_nothing() -> None:
    till = showing()
    till.notify(till.success())
    till.release("jam")
    while isinstance(till.phase, GivingBack):
        till.cancel(LOST)
        till.detail(LOST)
        till.wait(300)
    assert again(till, RefundWanted(till.record.id, won(500))) == []
    assert "refund all of it" in till.notes[-1]
    assert again(till, RefundWanted(till.record.id, None)) == [Refund]


def test_processing_for_ever_ends_after_a_day() -> None:
    till = paying()
    till.pay(Pending("UQ-1"))
    while not till.record.ended:
        till.wait(30)
        till.detail(Pending("UQ-1"))
        till.cancel(Accepted())
        assert till.mono < 26 * 3600
    assert till.phase == Unresolved(Reason.UNANSWERED, paid=False)


@pytest.mark.parametrize("lie", [{"amount": won(1501)}, {"amount": Amount(1500, "SGD")}, {"order_id": "K1-another"}])
def test_a_success_that_does_not_fit_the_order_never_pays(lie: dict[str, object]) -> None:
    till = paying()
    till.pay(till.success(**lie))
    till.wait(3)
    till.detail(till.success(**lie))
    till.notify(till.success(**lie))
    till.keys("*")
    till.wait(3)
    till.detail(till.success(**lie))
    assert Topic.PAID not in results(till.asked)
    assert not {Release, Refund} & set(kinds(till.asked))


def test_an_answer_to_what_was_not_asked_changes_nothing() -> None:
    till = showing()
    before = till.state
    till.tell(PayAnswered(till.record.id, till.success()))
    till.detail(till.success())
    till.cancel(Accepted())
    assert till.state.orders == before.orders
    assert len(till.notes) == 3


# --- out of service, and back ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (Part.GATEWAY, Text.NO_NETWORK),
        (Part.JOURNAL, Text.NO_JOURNAL),
        (Part.RELEASE, Text.NO_RELEASE),
        (Part.CLOCK, Text.NO_CLOCK),
        (Part.KEYPAD, Text.NO_WAY_TO_PAY),
    ],
)
def test_a_part_that_a_sale_needs_stops_it_and_the_machine_comes_back_by_itself(part: Part, text: Text) -> None:
    till = Till()
    assert results(till.tell(PartFailed(part, "broken"))) == [Topic.FAULT]
    assert till.tell(PartFailed(part, "still broken")) == []
    assert till.name is Name.OUT_OF_SERVICE
    assert [line.text for line in till.panel.lines] == [Text.OUT_OF_SERVICE, text]
    assert till.keys("1500#1") == []
    assert results(till.tell(PartRecovered(part))) == []
    assert till.tell(PartRecovered(part)) == []
    assert till.name is Name.IDLE, "it sells at once"
    assert Topic.RECOVERED in results(till.wait(30)), "and the operator hears of it when it lasts"


def test_a_trouble_that_comes_and_goes_is_one_trouble() -> None:
    till = Till()
    told = []
    for _ in range(200):
        told += results(till.tell(PartFailed(Part.KEYPAD, "loose")) + till.wait(5))
        told += results(till.tell(PartRecovered(Part.KEYPAD)) + till.wait(20))
    assert told == [Topic.FAULT]
    assert Topic.RECOVERED in results(till.wait(1800))


def test_a_trouble_that_comes_back_every_minute_is_soon_told_as_one() -> None:
    till = Till()
    told = []
    for _ in range(60):
        told += results(till.tell(PartFailed(Part.KEYPAD, "loose")) + till.wait(10))
        told += results(till.tell(PartRecovered(Part.KEYPAD)) + till.wait(50))
    assert len(told) <= 3
    assert Topic.RECOVERED in results(till.wait(1800))
    assert results(till.wait(3600) + till.tell(PartFailed(Part.KEYPAD, "loose")))[-1] is Topic.FAULT


def test_one_bad_order_among_good_ones_costs_less_than_a_hundredth_of_the_day() -> None:
    """DETAIL of it is never clear, all day; a sale is made every five minutes."""
    till = Till(SHOWN_ONLY)
    till.keys("1500#")
    till.pay(Pending("UQ-bad", SHOWN))
    bad, waiting, out, sales, told = till.record.id, [], 0.0, 0, []

    def answered(command: Command) -> Event | None:
        match command:
            case Probe():
                return ProbeAnswered(Absent())
            case Pay(order):
                return PayAnswered(order.id, Pending(f"UQ-{order.id}", SHOWN))
            case Inquire(order):
                return DetailAnswered(order.id, LOST if order.id == bad else approved(order))
            case Cancel(order):
                return CancelAnswered(order.id, Unknown("999999"))
            case Release(order):
                return ReleaseAnswered(order.id)
            case _:
                return None

    while till.mono < 86_400:
        if till.mono // 300 > sales and till.name in {Name.IDLE, Name.CHECKING}:
            sales += 1
            waiting += till.keys("**" if till.name is Name.CHECKING else "") + till.keys("1500#")
        before, name = till.mono, till.name
        waiting += till.wait(1)
        out += (till.mono - before) * (name is Name.OUT_OF_SERVICE)
        while waiting:
            command = waiting.pop()
            told += results([command])
            event = answered(command)
            waiting += till.tell(event) if event else []
    assert sum(isinstance(one.phase, Released) for one in till.records.values()) > 200
    assert out < 864
    assert told.count(Topic.FAULT) <= 2


@pytest.mark.parametrize(("part", "product"), [(Part.CAMERA, Product.PAYMENT_CODE), (Part.DISPLAY, Product.ORDER_CODE)])
def test_a_part_that_the_only_way_needs_stops_the_sale(part: Part, product: Product) -> None:
    till = Till(rules(product))
    till.tell(PartFailed(part, "broken"))
    assert till.panel.lines[1].text is Text.NO_WAY_TO_PAY
    till.tell(PartRecovered(part))
    assert till.name is Name.IDLE


def test_a_broken_display_or_lamp_never_stops_a_payment() -> None:
    till = showing()
    till.tell(PartFailed(Part.DISPLAY, "no bus"))
    till.tell(PartFailed(Part.LAMPS, "no bus"))
    assert kinds(till.notify(till.success()))[-1] is Release
    till.release()
    assert till.name is Name.PAID


def test_a_part_that_fails_while_a_sale_begins_stops_it_before_money_is_asked_for() -> None:
    till = Till()
    till.keys("1500#")
    till.tell(PartFailed(Part.RELEASE, "jammed"))
    assert till.keys("1") == []
    assert till.name is Name.OUT_OF_SERVICE


def test_at_start_the_gateway_and_the_clock_have_to_show_that_they_work() -> None:
    till = Till(ready=False)
    assert till.name is Name.OUT_OF_SERVICE
    assert kinds(till.wait(0)) == [Probe]
    assert till.tell(ProbeAnswered(Absent())) == []
    assert till.panel.lines[1].text is Text.NO_CLOCK
    assert till.tell(PartRecovered(Part.CLOCK)) == []
    assert till.name is Name.IDLE


def test_the_gateway_is_asked_for_a_sign_of_life_each_minute_and_more_often_when_it_is_gone() -> None:
    till = Till()
    assert till.wait(59.9) == []
    assert kinds(till.wait(0.2)) == [Probe]
    assert till.wait(600) == []
    assert results(till.tell(ProbeAnswered(LOST))) == [Topic.FAULT]
    assert kinds(till.wait(10)) == [Probe]
    till.tell(ProbeAnswered(Absent()))
    assert till.name is Name.IDLE


def test_too_many_payments_in_doubt_stop_the_sale_until_they_are_settled() -> None:
    till = Till(replace(SHOWN_ONLY, max_in_doubt=1, give_up=1e9))
    stuck = []
    for _ in range(2):
        till.keys("1500#")
        till.pay(Pending("UQ", SHOWN))
        till.keys("*")
        till.wait(3 + 90)
        stuck.append(till.record)
        till.keys("*")
    assert till.panel.lines[1].text is Text.TOO_MANY_IN_DOUBT
    till.detail(Closed())
    assert till.name is Name.IDLE


def test_a_gateway_that_is_silent_to_an_order_and_to_the_probe_is_lost_and_that_is_told_once() -> None:
    till = scanning()
    till.wait(15)
    till.scan()
    assert kinds(till.pay(LOST)) == [Probe]
    assert results(till.tell(ProbeAnswered(LOST))) == [Topic.FAULT]
    asked = [command for _ in range(30) for command in live(till, detail=LOST, cancel=LOST, probe=LOST)]
    assert Topic.FAULT not in kinds(asked)
    assert till.name is Name.OUT_OF_SERVICE


@pytest.mark.parametrize("end", [Unknown("respCode 999999"), Unknown("its signature is wrong")])
def test_an_order_that_is_never_clear_stops_no_sale_all_day_and_a_person_hears_of_it(end: Unknown) -> None:
    till = scanning()
    till.scan()
    till.pay(end)
    out, told = 0.0, []
    while till.mono < 100_000:
        before = till.mono
        told += results(live(till, detail=end, cancel=end, probe=Absent()))
        out += (till.mono - before) * (till.name is Name.OUT_OF_SERVICE)
    assert out == 0
    assert told == [Topic.UNRESOLVED]


def test_unclear_answers_ask_for_a_sign_of_life_every_ten_seconds_at_most() -> None:
    till = scanning()
    till.scan()
    till.pay(LOST)
    till.tell(ProbeAnswered(Absent()))
    probed = []
    while till.mono < 60:
        asked = live(till, detail=LOST, cancel=LOST, probe=Absent())
        probed += [till.mono] * kinds(asked).count(Probe)
    assert len(probed) > 2
    assert min(later - sooner for sooner, later in pairwise(probed)) >= 10


@pytest.mark.parametrize("silence", [OFFLINE, LOST], ids=["not sent", "no answer"])
def test_looks_back_that_saw_nothing_for_days_are_made_when_the_network_returns(silence: NotSent | Unknown) -> None:
    till = showing()
    till.notify(Declined())
    while till.mono < 200_000:
        live(till, detail=silence, probe=silence)
    asked = [command for _ in range(40) for command in live(till, detail=Approved, cancel=Accepted(), probe=Absent())]
    assert Topic.PAID in kinds(asked)


def test_a_disk_that_kept_a_request_from_leaving_says_nothing_of_the_gateway() -> None:
    till = Till(SHOWN_ONLY)
    till.keys("1500#")
    till.tell(PartFailed(Part.JOURNAL, "full"))
    till.pay(OFFLINE)
    assert till.state.troubles.keys() == {Part.JOURNAL}


def live(till: Till, *, detail: object, cancel: object = None, probe: object) -> list[Command]:
    """Until the kiosk asks something, for ten minutes at most; it is answered so, a moment later."""
    end, asked = till.mono + 600, []
    while not asked and till.mono < end:
        asked = till.wait(min(max(next_wake(till.state) - till.mono, 0.0), end - till.mono))
    asked += till.wait(1)
    for command in asked:  # what its answers ask for among them
        match command:
            case Probe():
                asked += till.tell(ProbeAnswered(probe))
            case Inquire(one):
                asked += till.tell(DetailAnswered(one.id, approved(one) if detail is Approved else detail))
            case Cancel(one):
                asked += till.tell(CancelAnswered(one.id, cancel))
            case _:
                pass
    return asked


def test_what_waits_is_due_at_once_when_the_gateway_is_back() -> None:
    till = showing()
    till.keys("*")
    till.detail(OFFLINE)
    till.wait(3)
    for _ in range(6):
        till.detail(OFFLINE)
        till.wait(next_wake(till.state) - till.mono)
    till.detail(OFFLINE)
    due = next(iter(till.state.orders.values())).plan.due
    assert due > till.mono + 60
    assert Inquire in kinds(till.wait(10) + till.tell(ProbeAnswered(Absent())))


# --- the operator ----------------------------------------------------------------------------------------------------


def again(till: Till, event: Event) -> list[object]:
    """The operator speaks of an order that has ended, and is known to the journal only unless it is unresolved."""
    till.wait(100)
    if till.record.id not in till.state.orders:
        till.tell(Reloaded(till.record))
    return [kind for kind in kinds(till.tell(event)) if kind is not Probe]


def test_the_operator_gives_back_in_parts_and_never_more_than_was_paid() -> None:
    till = sold()
    key = till.record.id
    given: tuple[ConfirmedRefund, ...] = ()
    for number, part in enumerate((500, 700), start=1):
        assert again(till, RefundWanted(key, won(part))) == [Refund]
        assert till.phase == GivingBack(Reason.OPERATOR, won(part), Way.REFUND, f"{key}R{number}")
        till.refund(Accepted())
        given = (*given, ConfirmedRefund(f"{key}R{number}", won(part)))
        assert results(till.detail(till.success(*given))) == [Topic.REFUNDED]
        assert till.phase == Released()
    assert again(till, RefundWanted(key, won(301))) == []
    assert "between 0 and 300 KRW" in till.notes[-1]
    assert again(till, RefundWanted(key, None)) == [Refund]
    assert till.phase.amount == won(300)


@pytest.mark.parametrize("amount", [Amount(500, "SGD"), won(0), won(1501)])
def test_a_refund_in_another_currency_or_of_nothing_or_too_much_is_told_and_not_done(amount: Amount) -> None:
    till = sold()
    assert again(till, RefundWanted(till.record.id, amount)) == []
    assert till.phase == Released()
    assert till.notes[-1]


def test_a_refund_that_the_gateway_refuses_leaves_the_sale_as_it_was_and_is_told() -> None:
    till = sold()
    again(till, RefundWanted(till.record.id, won(500)))
    till.refund(Refused("not allowed"))
    till.detail(till.success())
    assert till.phase == Released()
    assert "refused" in till.notes[-1]
    assert Topic.REFUNDED not in results(till.asked)


def test_a_refund_refused_once_and_accepted_later_is_waited_for() -> None:
    till = sold()
    again(till, RefundWanted(till.record.id, won(500)))
    till.refund(Refused("not now"))
    till.detail(OFFLINE)
    assert Refund in kinds(till.wait(13))
    till.refund(Accepted())
    till.detail(till.success())
    assert isinstance(till.phase, GivingBack)


def test_the_operator_cancels_a_sale_by_cancel_on_the_day_and_by_refund_later() -> None:
    same_day, next_day = sold(), sold()
    assert again(same_day, CancelWanted(same_day.record.id)) == [Cancel]
    next_day.wait(86_400)
    assert again(next_day, CancelWanted(next_day.record.id)) == [Refund]
    next_day.refund(Accepted())
    next_day.detail(next_day.success(ConfirmedRefund(f"{next_day.record.id}R1", won(1500))))
    assert next_day.record.refunded == won(1500)


def test_a_confirmed_refund_is_not_forgotten_over_old_news() -> None:
    till = sold()
    again(till, RefundWanted(till.record.id, won(500)))
    till.refund(Accepted())
    till.detail(till.success(ConfirmedRefund(f"{till.record.id}R1", won(500))))
    till.wait(100)
    till.tell(Reloaded(till.record))
    till.notify(till.success())
    assert till.record.refunded == won(500)


def test_an_inquiry_asks_the_gateway() -> None:
    till = sold()
    assert again(till, InquiryWanted(till.record.id)) == [Inquire]


def test_news_of_an_order_that_nobody_knows_changes_nothing() -> None:
    till = Till()
    before = till.state
    assert till.tell(CancelWanted("K1-unknown")) == []
    assert till.state == before
    assert "K1-unknown" in till.notes[-1]


def test_an_order_read_from_the_journal_before_it_ended_is_not_taken_back() -> None:
    till = sold()
    till.wait(100)
    till.tell(Reloaded(replace(till.record, phase=Releasing())))
    assert not till.state.orders


# --- stop, crash, recovery -------------------------------------------------------------------------------------------


def test_stop_between_sales_is_out_of_service() -> None:
    till = Till()
    till.tell(StopWanted())
    assert till.panel.lines[1].text is Text.STOPPING
    assert till.keys("1500#") == []


def test_stop_closes_what_is_shown_and_begins_nothing_new() -> None:
    till = showing()
    assert kinds(till.tell(StopWanted())) == [Inquire]
    till.detail(Pending("UQ-1", SHOWN))
    till.cancel(Accepted())
    till.wait(3)
    till.detail(Closed())
    till.keys("#")
    assert till.panel.lines[1].text is Text.STOPPING


def test_stop_lets_goods_on_their_way_come() -> None:
    till = showing()
    till.notify(till.success())
    assert till.tell(StopWanted()) == []
    till.release()
    assert till.phase == Released()


PAID_AT = {"paid_at": at(0).at}


@pytest.mark.parametrize(
    ("phase", "taken_up", "asks"),
    [
        (Requested(), Closing(Reason.RESTARTED), [Inquire]),
        (Awaiting(SHOWN), Closing(Reason.RESTARTED), [Inquire]),
        (Awaiting(), Closing(Reason.RESTARTED), [Inquire]),
        (Closing(Reason.EXPIRED), Closing(Reason.EXPIRED), [Inquire]),
        (Cancelling(Reason.GAVE_UP), Cancelling(Reason.GAVE_UP), [Cancel]),
        (Confirming(Reason.GAVE_UP), Confirming(Reason.GAVE_UP), [Inquire]),
        (Releasing(), Unconfirmed(), [Topic.RELEASE_UNCONFIRMED]),
        (
            GivingBack(Reason.LATE, won(1500), Way.REFUND, "K1-000000001R1"),
            GivingBack(Reason.LATE, won(1500), Way.REFUND, "K1-000000001R1"),
            [Inquire],  # the refund may be done already
        ),
        (NotCharged(Verdict.CANCELLED), NotCharged(Verdict.CANCELLED), [Inquire]),  # a look is owed
        (NotCharged(Verdict.NOT_SENT), NotCharged(Verdict.NOT_SENT), []),
        (Released(), Released(), []),
        (Unconfirmed(), Unconfirmed(), []),
        (GivenBack(Reason.LATE), GivenBack(Reason.LATE), []),
        (Unresolved(Reason.LATE, paid=True), Unresolved(Reason.LATE, paid=True), [Inquire]),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, list) else "",
)
def test_each_phase_is_taken_up_after_a_crash(phase: Phase, taken_up: Phase, asks: list[object]) -> None:
    paid = isinstance(phase, Releasing | GivingBack | Released | Unconfirmed | GivenBack)
    owed = isinstance(phase, NotCharged) and phase.verdict is not Verdict.NOT_SENT
    found = order(phase, owed=owed, **(PAID_AT if paid else {}))
    till = Till(SHOWN_ONLY)
    stepped = recover(till.state, (found,), till.now)
    till.state = stepped.state
    after = stepped.changed[-1] if stepped.changed else found
    assert after.phase == taken_up
    assert bool(stepped.changed) == (phase != taken_up)
    assert [*kinds(stepped.commands), *kinds(till.wait(0))] == asks
    assert till.name is Name.IDLE


def test_a_paid_order_found_after_two_days_without_power_is_given_back_not_left_to_a_person() -> None:
    found = order(Closing(Reason.GAVE_UP), created_at=at(-200_000).at, since=at(-200_000).at)
    till = Till(SHOWN_ONLY)
    till.state = recover(till.state, (found,), till.now).state
    till.records[found.id] = found
    till.wait(0)
    for _ in range(3):
        till.detail(OFFLINE)
        till.wait(30)
    assert kinds(till.detail(till.success())) == [Topic.PAID, Cancel]


def test_the_order_ids_after_a_crash_are_new() -> None:
    till = Till(SHOWN_ONLY)
    till.keys("1500#")
    after = replace(start(SHOWN_ONLY), last_id=till.state.last_id)
    again = Till(SHOWN_ONLY, ready=False)
    again.state = after
    again.tell(PartRecovered(Part.CLOCK))
    again.tell(ProbeAnswered(Absent()))
    again.keys("1500#")
    assert again.record.id != till.record.id


# --- no screen stays for ever ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", ["1", "1500#", "1500#3", "1500#4"])
def test_every_screen_that_waits_for_the_shopper_ends(keys: str) -> None:
    till = Till()
    till.keys(keys)
    till.wait(400)
    assert till.name is Name.IDLE


@pytest.mark.parametrize("answers", range(5))
def test_no_shopper_waits_for_ever_even_if_nothing_more_is_answered(answers: int) -> None:
    till = showing()
    story = (
        lambda: till.keys("*"),
        lambda: till.detail(Pending("UQ-1", SHOWN)),
        lambda: till.cancel(Accepted()),
        lambda: till.wait(3),
    )
    for tell in story[:answers]:
        tell()
    till.wait(400)
    assert till.name in {Name.IDLE, Name.OUT_OF_SERVICE}


def test_each_report_is_made_once() -> None:
    till = sold()
    told = [command for command in till.asked if isinstance(command, SendResult) and command.order]
    assert [one.topic for one in told] == [Topic.PAID, Topic.RELEASE_DONE]
    assert told[0].order.paid_at


# --- what a mutation of the code went unnoticed by -------------------------------------------------------------------


def test_a_refund_that_is_refused_after_a_jam_is_still_owed() -> None:
    till = scanning()
    till.scan()
    till.pay(till.success())
    till.release("jammed")
    assert till.cancel(Refused("after the cut-off"))[-1].order.phase.way is Way.REFUND
    till.refund(Refused("not allowed"))
    till.wait(3)
    told = till.detail(till.success())
    assert isinstance(till.phase, GivingBack)
    assert not results(told)
    assert kinds(till.wait(600))[0] in (Refund, Inquire)


def test_an_unresolved_order_that_is_cancelled_while_it_is_asked_about_is_cancelled_after_that() -> None:
    till = Till(SHOWN_ONLY)
    left = order(Unresolved(Reason.UNANSWERED, paid=False))
    till.records[left.id] = left
    till.tell(Reloaded(left))
    assert kinds(till.tell(InquiryWanted(left.id))) == [Inquire]
    assert kinds(till.tell(CancelWanted(left.id))) == []
    assert kinds(till.detail(Pending())) == [Cancel]


def test_the_gateways_own_id_is_learned_from_the_first_answer_that_has_it() -> None:
    assert showing().record.gateway_id == "UQ-1"
    till = scanning()
    till.scan()
    till.pay(till.success())
    assert till.record.gateway_id == f"UQ-{till.record.id}"


def test_two_questions_about_one_order_are_three_seconds_apart_whatever_happens_between_them() -> None:
    till = showing()
    assert Inquire in kinds(till.wait(5))
    till.detail(Pending("UQ-1"))
    assert kinds(till.keys("*")) == []
    assert kinds(till.wait(2.5)) == []
    assert kinds(till.wait(0.5)) == [Inquire]


def test_at_start_the_clock_alone_does_not_open_the_shop() -> None:
    till = Till(ready=False)
    till.tell(PartRecovered(Part.CLOCK))
    assert heading_of_trouble(till) is Text.NO_NETWORK
    till.tell(ProbeAnswered(Absent()))
    assert till.name is Name.IDLE


def heading_of_trouble(till: Till) -> Text:
    return till.panel.lines[1].text


def test_why_nothing_was_done_for_the_operator_is_said() -> None:
    till = showing()
    till.tell(RefundWanted(till.record.id, None))
    assert till.notes[-1].startswith("ignored RefundWanted in Awaiting: it is not paid")


# --- another configuration -------------------------------------------------------------------------------------------


def test_new_limits_hold_for_the_next_amount_and_not_for_the_order_in_hand() -> None:
    till = showing()
    in_hand = till.record
    till.tell(RulesChanged(rules(Product.ORDER_CODE, most=won(1000))))
    assert till.record == in_hand
    till.notify(till.success())
    till.release()
    assert till.name is Name.PAID
    till.keys("*1500#")
    assert till.name is Name.ENTERING
    till.keys("*900#")
    assert till.record.amount == won(900)


def test_a_kiosk_whose_only_way_to_pay_is_taken_away_goes_out_of_service_and_comes_back() -> None:
    till = Till(rules(Product.PAYMENT_CODE))
    till.tell(PartFailed(Part.CAMERA, "unplugged"))
    assert till.name is Name.OUT_OF_SERVICE
    till.tell(RulesChanged(rules(Product.ORDER_CODE)))
    assert till.name is Name.IDLE
