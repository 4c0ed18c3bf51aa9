"""An end is not forgotten: debts to look are on disk, whatever the clock says, and a person has the last word."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from sale_examples import NOON, SHOWN, Till, approved, at, kinds, order, results, rules, showing, won

from kiosk.sale.commands import Cancel, Inquire, Refund, SendResult, Topic
from kiosk.sale.deadlines import next_wake
from kiosk.sale.events import (
    InquiryWanted,
    Key,
    KeyPressed,
    Notified,
    Part,
    PartFailed,
    PartRecovered,
    ProbeAnswered,
    RefundWanted,
    Reloaded,
    SettleWanted,
)
from kiosk.sale.order import (
    AfterCrash,
    Cancelling,
    Closing,
    GivenBack,
    GivingBack,
    NotCharged,
    Order,
    Product,
    Reason,
    Released,
    Releasing,
    Settled,
    Settlement,
    Unconfirmed,
    Unresolved,
    Verdict,
)
from kiosk.sale.outcome import Absent, Accepted, Closed, ConfirmedRefund, NotSent, Pending, Unknown
from kiosk.sale.panel import Name, Text
from kiosk.sale.recovery import recover

SHOWN_ONLY = rules(Product.ORDER_CODE)
LOST, OFFLINE = Unknown("no answer"), NotSent("no connection")
NOTHING = NotCharged(Verdict.CANCELLED, Reason.GAVE_UP)
STUCK = Unresolved(Reason.GAVE_UP, paid=False)
SOLD: dict[str, object] = {"paid_at": NOON, "released": True}


def holding(found: Order, *, dated: bool = True) -> Till:
    """A till that has just started and found this in its journal; asked, if it is to be asked about at once."""
    till = Till(SHOWN_ONLY, ready=False)
    till.records[found.id] = found
    if dated:
        till.tell(PartRecovered(Part.CLOCK))
    stepped = recover(till.state, (found,), till.now)
    till.state = stepped.state
    till.asked += stepped.commands
    till.wait(0)
    return till


def told(till: Till) -> list[Topic]:
    return results(command for command in till.asked if not isinstance(command, SendResult) or command.order)


# --- unresolved is asked about again ---------------------------------------------------------------------------------


def test_unresolved_is_asked_about_at_start() -> None:
    till = holding(order(STUCK))
    assert Inquire in kinds(till.asked)
    till.detail(till.success())
    assert isinstance(till.phase, GivingBack)


def test_unresolved_after_a_day_offline_is_asked_about_when_the_network_returns() -> None:
    till = showing()
    till.keys("*")
    while not till.record.ended:
        till.detail(OFFLINE)
        till.cancel(OFFLINE)
        till.wait(300)
    assert isinstance(till.phase, Unresolved)
    assert kinds(till.tell(ProbeAnswered(Absent()))) == [Inquire]
    till.detail(till.success())
    till.cancel(Accepted())
    till.wait(3)
    till.detail(Closed())
    assert till.phase == GivenBack(Reason.GAVE_UP)


def test_unresolved_is_asked_about_daily_for_thirty_days_then_weekly_until_it_is_settled() -> None:
    till = holding(order(Unresolved(Reason.JAM, paid=True), paid_at=NOON))
    days = []
    while len(days) < 40:
        till.detail(LOST)
        till.wait(next_wake(till.state) - till.mono)
        if till.state.orders[till.record.id].plan.busy:
            days.append(round(till.mono / 86_400))
    assert days[:30] == list(range(1, 31))
    assert {later - before for before, later in pairwise(days[31:])} == {7}


def test_what_the_gateway_still_calls_processing_when_it_answers_again_is_closed() -> None:
    till = holding(order(STUCK))
    assert kinds(till.detail(Pending("UQ-1", SHOWN)))[:1] == [Cancel]
    till.cancel(Accepted())
    till.wait(3)
    till.detail(Closed())
    assert till.phase == NotCharged(Verdict.CANCELLED, Reason.GAVE_UP)


# --- the clock -------------------------------------------------------------------------------------------------------


def test_an_order_that_ended_minutes_ago_is_looked_at_though_the_clock_is_three_days_ahead() -> None:
    ended = NOON - timedelta(days=3, minutes=5)
    till = holding(order(NOTHING, created_at=ended, since=ended, owed=True), dated=False)
    till.detail(till.success())
    assert isinstance(till.phase, GivingBack)


def test_no_order_is_called_a_day_old_by_a_clock_that_nobody_vouches_for() -> None:
    old = NOON - timedelta(days=3)
    till = holding(order(Closing(Reason.GAVE_UP), created_at=old, since=old), dated=False)
    for _ in range(20):
        till.detail(OFFLINE)
        till.wait(300)
    assert isinstance(till.phase, Closing)
    till.tell(PartRecovered(Part.CLOCK))
    till.detail(OFFLINE)
    till.wait(300)
    assert isinstance(till.phase, Unresolved)


# --- debts are on disk -----------------------------------------------------------------------------------------------

ENDS = [
    (NOTHING, Pending()),
    (NOTHING, approved(order())),
    (STUCK, Pending()),
    (Released(), Pending()),
    (Released(), Closed()),
    (GivenBack(Reason.LATE), Pending()),
    (Settled(Settlement.RELEASED, "seen"), Pending()),
]


@pytest.mark.parametrize(("phase", "news"), ENDS, ids=lambda value: type(value).__name__)
def test_a_notification_about_an_ended_order_leaves_a_debt_that_outlives_a_stop(phase: object, news: object) -> None:
    found = order(phase, **({} if phase in (NOTHING, STUCK) else SOLD))
    till = Till(SHOWN_ONLY)
    till.records[found.id] = found
    till.tell(Reloaded(found))
    assert Inquire in kinds(till.tell(Notified(found.id, news)))
    assert till.record.owed, "what was acknowledged is in the record"
    restarted = holding(till.record)
    assert Inquire in kinds(restarted.asked)


@pytest.mark.parametrize("seen", [Closed(), Absent(), approved(order())])
def test_a_debt_is_paid_once_detail_says_something(seen: object) -> None:
    till = holding(order(Released(), owed=True, **SOLD))
    till.detail(seen)
    assert not till.record.owed
    assert not till.state.orders


@pytest.mark.parametrize("unseen", [LOST, OFFLINE])
def test_a_look_that_saw_nothing_is_repeated_less_and_less_and_never_forgotten(unseen: object) -> None:
    till = holding(order(Released(), owed=True, **SOLD))
    pauses = []
    for _ in range(25):
        before = till.mono
        till.detail(unseen)
        while not till.state.orders[till.record.id].plan.busy:
            till.wait(next_wake(till.state) - till.mono)
        pauses.append(till.mono - before)
    assert till.record.owed
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(86_400, abs=70)


def test_a_look_that_saw_nothing_is_repeated_at_once_when_the_gateway_is_back() -> None:
    till = holding(order(NOTHING, owed=True))
    for _ in range(15):
        till.detail(OFFLINE)
        till.wait(next_wake(till.state) - till.mono)
    till.detail(OFFLINE)
    assert Inquire in kinds(till.tell(ProbeAnswered(Absent())) + till.wait(3))


def test_an_order_that_is_still_processing_at_a_look_is_cancelled_and_looked_at_until_it_is_final() -> None:
    till = holding(order(NOTHING, owed=True))
    assert Cancel in kinds(till.detail(Pending("UQ-1", SHOWN)))
    assert till.phase == Cancelling(Reason.LATE)
    till.cancel(Accepted())
    till.wait(3)
    till.detail(Closed())
    assert till.phase == NotCharged(Verdict.CANCELLED, Reason.LATE)
    assert told(till) == [], "it was reported when it ended first"
    assert till.record.owed, "and it is looked at again"


def test_the_looks_end_after_the_third() -> None:
    till = showing()
    till.keys("*")
    till.detail(Closed())
    looks = []
    while till.record.owed:
        till.wait(next_wake(till.state) - till.mono)
        if till.record.id in till.state.orders and till.state.orders[till.record.id].plan.busy:
            looks.append(round(till.mono))
            till.detail(Closed())
    assert looks == [60, 660, 4260]


def test_nothing_charged_is_taken_back_from_the_screen_when_it_turns_out_wrong() -> None:
    till = showing()
    till.keys("*")
    till.detail(Closed())
    assert till.name is Name.CANCELLED
    till.notify(till.success())
    till.wait(3)
    till.detail(till.success())
    assert till.panel.lines[0].text is Text.MONEY_BACK
    assert till.tell(KeyPressed(Key.HASH)) == [], "and it offers no second try"


# --- refunds made elsewhere, and what can't be -----------------------------------------------------------------------


def test_a_refund_made_in_the_portal_is_noted_down_and_told_once() -> None:
    till = holding(order(Released(), **SOLD))
    till.tell(Reloaded(till.record))
    till.notify(Pending())
    elsewhere = approved(till.record, ConfirmedRefund("portal-1", won(700)))
    assert [one.details["refund_id"] for one in till.detail(elsewhere) if isinstance(one, SendResult)] == ["portal-1"]
    assert till.record.refunded == won(700)
    till.tell(Reloaded(till.record))
    till.wait(5)
    till.notify(Pending())
    assert results(till.detail(elsewhere)) == []


def test_a_refund_made_elsewhere_is_looked_at_until_it_is_done() -> None:
    till = holding(order(Released(), owed=True, **SOLD))
    elsewhere = ConfirmedRefund("portal-1", won(700))
    till.detail(replace(approved(till.record), open=(elsewhere,)))
    assert till.record.owed
    till.wait(10)
    assert told(till) == []
    assert Topic.REFUNDED in results(till.detail(approved(till.record, elsewhere)))
    assert not till.record.owed


def test_closed_after_the_goods_went_out_is_a_fault_that_a_person_hears_of_once() -> None:
    till = holding(order(Released(), owed=True, **SOLD))
    (back, fault) = (one for one in till.detail(Closed()) if isinstance(one, SendResult) and one.order)
    assert (back.topic, fault.topic) == (Topic.REFUNDED, Topic.FAULT)
    assert "the goods are out" in fault.details["reason"]
    assert till.record.refunded == won(1500)
    till.tell(Reloaded(till.record))
    till.tell(InquiryWanted(till.record.id))
    till.wait(3)
    assert results(till.detail(Closed())) == []


# --- a person settles it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", Settlement)
def test_a_person_settles_what_the_machine_could_not_and_it_is_told_with_the_reason(how: Settlement) -> None:
    till = holding(order(STUCK))
    till.detail(LOST)
    (settled,) = till.tell(SettleWanted(till.record.id, how, "the camera shows it"))
    assert isinstance(settled, SendResult)
    assert settled.details == {"as": str(how), "reason": "the camera shows it"}
    assert till.phase == Settled(how, "the camera shows it")
    assert till.record.released == (how is Settlement.RELEASED)
    till.tell(PartFailed(Part.GATEWAY, "gone"))
    assert Inquire not in kinds(till.wait(90_000)), "it is asked about no longer"


def test_a_payment_that_shows_up_after_it_was_settled_as_nothing_goes_back() -> None:
    till = holding(order(Settled(Settlement.NOTHING, "seen")))
    till.tell(Reloaded(till.record))
    till.notify(Pending())
    assert kinds(till.detail(approved(till.record, paid_at=at(0).at)))[:2] == [Topic.PAID, Cancel]


def test_what_a_person_settled_as_released_can_be_refunded_and_as_refunded_can_not() -> None:
    sold = holding(order(Settled(Settlement.RELEASED, "seen"), **SOLD))
    sold.tell(Reloaded(sold.record))
    assert Refund in kinds(sold.tell(RefundWanted(sold.record.id, won(500))))
    back = holding(order(Settled(Settlement.REFUNDED, "seen"), paid_at=NOON))
    back.tell(Reloaded(back.record))
    assert back.tell(RefundWanted(back.record.id, None)) == []
    assert "settled it as refunded" in back.notes[-1]


def test_an_inquiry_about_what_was_settled_by_hand_changes_nothing_that_is_right() -> None:
    till = holding(order(Settled(Settlement.RELEASED, "seen"), **SOLD))
    till.tell(Reloaded(till.record))
    till.tell(InquiryWanted(till.record.id))
    assert results(till.detail(till.success())) == []
    assert till.phase == Settled(Settlement.RELEASED, "seen")


# --- a release that the power interrupted ----------------------------------------------------------------------------


def interrupted(after_crash: AfterCrash) -> Till:
    """A till that found an order in its journal whose release had begun."""
    till = Till(rules(Product.ORDER_CODE, after_crash=after_crash))
    found = order(Releasing(), paid_at=NOON)
    stepped = recover(till.state, (found,), till.now)
    till.state, till.asked = stepped.state, list(stepped.commands)
    till.records[found.id] = stepped.changed[-1]
    return till


def test_a_release_begun_before_a_crash_is_taken_as_done_and_told_as_unconfirmed() -> None:
    till = interrupted(AfterCrash.ASSUME_RELEASED)
    assert kinds(till.asked) == [Topic.RELEASE_UNCONFIRMED]
    assert (till.phase, till.record.released) == (Unconfirmed(), True)


def test_a_part_given_back_does_not_say_whether_the_goods_came_out() -> None:
    till = interrupted(AfterCrash.ASSUME_RELEASED)
    till.tell(Reloaded(till.record))
    till.tell(RefundWanted(till.record.id, won(500)))
    till.refund(Accepted())
    till.wait(3)
    part = ConfirmedRefund(f"{till.record.id}R1", won(500))
    till.detail(replace(till.success(), refunds=(part,)))
    assert (till.phase, till.record.refunded) == (Unconfirmed(), won(500))
    till.tell(Reloaded(till.record))
    till.tell(SettleWanted(till.record.id, Settlement.REFUNDED, "they are in the chute"))
    assert till.record.released is False


def test_or_it_is_left_to_a_person_and_never_given_back_by_itself() -> None:
    till = interrupted(AfterCrash.ASK)
    assert kinds(till.asked) == [Topic.RELEASE_UNCONFIRMED, Topic.UNRESOLVED]
    till.wait(86_400)
    assert kinds(till.detail(till.success())) == []
    assert till.phase == Unresolved(Reason.UNCONFIRMED, paid=True)
    assert kinds(till.tell(SettleWanted(till.record.id, Settlement.RELEASED, "seen"))) == [Topic.SETTLED]


def test_or_the_money_goes_back_and_it_is_no_jam() -> None:
    till = interrupted(AfterCrash.REFUND)
    assert kinds(till.asked) == [Topic.RELEASE_UNCONFIRMED, Cancel]
    assert isinstance(till.phase, GivingBack)
    assert till.phase.why is Reason.UNCONFIRMED


@pytest.mark.parametrize(("how", "out"), [(Settlement.RELEASED, True), (Settlement.REFUNDED, False)])
def test_what_was_unconfirmed_is_settled_by_whoever_saw_it(how: Settlement, *, out: bool) -> None:
    till = interrupted(AfterCrash.ASSUME_RELEASED)
    till.tell(Reloaded(till.record))
    till.tell(SettleWanted(till.record.id, how, "seen"))
    assert (till.phase, till.record.released) == (Settled(how, "seen"), out)
