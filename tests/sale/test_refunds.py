"""A refund under way is a refund: never two for the same money, and none is forgotten."""

from dataclasses import replace

import pytest
from sale_examples import NOON, Till, approved, kinds, order, rules, won

from kiosk.sale.commands import Command, Inquire, Refund, SendResult, Topic
from kiosk.sale.deadlines import next_wake
from kiosk.sale.events import CancelWanted, InquiryWanted, RefundWanted
from kiosk.sale.order import GivingBack, Product, Reason, Released, Unresolved, Way
from kiosk.sale.outcome import Accepted, Approved, Closed, ConfirmedRefund, Pending, Refused, Unknown
from kiosk.sale.recovery import recover

LOST = Unknown("no answer")
KEY = "K1-000000001"


def back(number: int, minor: int = 1500, name: str = KEY) -> ConfirmedRefund:
    return ConfirmedRefund(f"{name}R{number}", won(minor))


def told(commands: list[Command]) -> list[Topic]:
    """What the operator is told of the order."""
    return [one.topic for one in commands if isinstance(one, SendResult) and one.order]


def giving_back(way: Way = Way.REFUND, *, released: bool = False, minor: int = 1500) -> Till:
    """A till whose only order is being given back, and whose first REFUND has been asked for."""
    why = Reason.OPERATOR if released else Reason.LATE
    phase = GivingBack(why, won(minor), way, f"{KEY}R1")
    found = order(phase, paid_at=NOON, released=released, refunds_asked=1)
    till = Till(rules(Product.ORDER_CODE))
    till.records[found.id] = found
    till.state = recover(till.state, (found,), till.now).state
    till.wait(0)
    return till


def listed(
    till: Till, *, done: tuple[ConfirmedRefund, ...] = (), under_way: tuple[ConfirmedRefund, ...] = (), failed: int = 0
) -> Approved:
    failures = tuple(f"{KEY}R{number}" for number in range(1, failed + 1))
    return replace(approved(till.record), refunds=done, open=under_way, failed=failures)


def sent(till: Till) -> list[str]:
    """The ids of the refunds that were asked for, in order."""
    phases = [one.order.phase for one in till.asked if isinstance(one, Refund)]
    return [phase.refund_id for phase in phases if isinstance(phase, GivingBack)]


def test_while_detail_lists_it_as_under_way_nothing_is_asked_for_again() -> None:
    till = giving_back()
    for _ in range(30):
        till.detail(listed(till, under_way=(back(1),)))
        till.wait(300)
    assert sent(till) == []
    assert told(till.detail(listed(till, done=(back(1),)))) == [Topic.REFUNDED]


def test_an_inquiry_into_a_refund_that_takes_days_begins_no_second_one() -> None:
    till = giving_back()
    while not isinstance(till.phase, Unresolved):
        till.detail(LOST)
        till.refund(LOST) if isinstance(till.phase, GivingBack) else None
        till.wait(300)
    before = sent(till)
    till.tell(InquiryWanted(KEY))
    till.wait(3)
    till.detail(listed(till, under_way=(back(1),)))
    till.wait(4000)
    assert isinstance(till.phase, GivingBack)
    assert sent(till) == before, "it is waited for"
    assert till.phase.refund_id == f"{KEY}R1"


def test_a_refund_of_which_nothing_was_heard_is_asked_for_again_under_the_same_id() -> None:
    till = giving_back()
    while not isinstance(till.phase, Unresolved):
        till.detail(LOST)
        till.refund(LOST) if isinstance(till.phase, GivingBack) else None
        till.wait(300)
    till.tell(InquiryWanted(KEY))
    till.wait(3)
    till.detail(listed(till))
    assert set(sent(till)) == {f"{KEY}R1"}


def test_refused_and_yet_listed_as_under_way_is_waited_for() -> None:
    till = giving_back(released=True, minor=500)
    till.detail(listed(till))
    till.wait(next_wake(till.state) - till.mono)
    assert sent(till) == [f"{KEY}R1"]
    till.refund(Refused("busy"))
    till.wait(3)
    till.detail(listed(till, under_way=(back(1, 500),)))
    till.wait(3600)
    assert sent(till) == [f"{KEY}R1"]
    assert told(till.detail(listed(till, done=(back(1, 500),)))) == [Topic.REFUNDED]
    assert till.phase == Released()


def test_a_refund_that_failed_is_made_anew_three_in_all_and_then_it_is_for_a_person() -> None:
    till = giving_back()
    for failed in (1, 2):
        assert Refund in kinds(till.detail(listed(till, failed=failed)))
        till.refund(Accepted())
        till.wait(3)
    assert sent(till) == [f"{KEY}R2", f"{KEY}R3"]
    assert set(told(till.detail(listed(till, failed=3)))) == {Topic.UNRESOLVED, Topic.FAULT}
    assert till.phase == Unresolved(Reason.REFUND_FAILED, paid=True)
    till.wait(86_400)
    till.detail(listed(till, failed=3))
    assert sent(till) == [f"{KEY}R2", f"{KEY}R3"], "the machine tries no more"
    assert Refund in kinds(till.tell(RefundWanted(KEY, None))), "a person may"


def test_a_refund_of_sold_goods_that_failed_thrice_leaves_them_sold_and_is_a_fault() -> None:
    till = giving_back(released=True, minor=500)
    for failed in (1, 2):
        till.detail(listed(till, failed=failed))
        till.refund(Accepted())
        till.wait(3)
    assert told(till.detail(listed(till, failed=3))) == [Topic.FAULT]
    assert till.phase == Released()


def test_a_refund_listed_by_the_gateways_id_alone_is_known_by_what_refund_answered() -> None:
    till = giving_back()
    till.detail(listed(till))
    till.wait(next_wake(till.state) - till.mono)
    till.refund(Accepted("UR-77"))
    till.wait(3)
    assert told(till.detail(listed(till, done=(ConfirmedRefund("UR-77", won(1500), "UR-77"),)))) == [Topic.REFUNDED]
    assert [one.id for one in till.record.refunds] == [f"{KEY}R1"]


def test_what_others_have_under_way_is_waited_for() -> None:
    till = giving_back()
    elsewhere = ConfirmedRefund("portal-1", won(700))
    till.detail(listed(till, under_way=(elsewhere,)))
    till.wait(400)
    assert sent(till) == []
    for _ in range(2):
        till.detail(listed(till, done=(elsewhere,)))
        till.wait(400)
    assert [one.order.phase.amount for one in till.asked if isinstance(one, Refund)] == [won(800)]


def test_a_cancellation_of_sold_goods_that_takes_days_is_not_taken_for_undone() -> None:
    till = giving_back(Way.CANCEL, released=True)
    while not isinstance(till.phase, Unresolved):
        till.detail(approved(till.record))
        till.cancel(Accepted())
        till.wait(300)
    till.wait(86_400)
    till.detail(approved(till.record))
    assert isinstance(till.phase, Unresolved), "DETAIL tells nothing of a CANCEL before it is done"
    till.wait(86_400)
    assert told(till.detail(Closed())) == [Topic.REFUNDED]
    assert (till.phase, till.record.refunded) == (Released(), won(1500))


@pytest.mark.parametrize("wanted", [RefundWanted(KEY, won(500)), RefundWanted(KEY, None), CancelWanted(KEY)])
def test_while_nobody_knows_of_the_last_refund_of_sold_goods_no_other_is_made(wanted: RefundWanted) -> None:
    found = order(Unresolved(Reason.OPERATOR, paid=True), paid_at=NOON, released=True, refunds_asked=1)
    till = Till(rules(Product.ORDER_CODE))
    till.state = recover(till.state, (found,), till.now).state
    assert kinds(till.tell(wanted)) in ([], [Inquire])
    assert "inquire first" in till.notes[-1]


# --- what can't be believed is data ----------------------------------------------------------------------------------


def paying(products: tuple[Product, ...] = (Product.PAYMENT_CODE,)) -> Till:
    till = Till(rules(*products))
    till.keys("1500#")
    till.scan()
    return till


def test_a_gateways_id_that_another_order_has_is_doubt_and_a_fault_and_the_rest_sells_on() -> None:
    first = order(Unresolved(Reason.LATE, paid=True), id="K1-0", gateway_id="UQ-X", paid_at=NOON)
    till = Till(rules(Product.PAYMENT_CODE))
    till.state = recover(till.state, (first,), till.now).state
    till.wait(0)
    till.keys("1500#")
    till.scan()
    commands = till.pay(approved(till.record, gateway_id="UQ-X"))
    assert told(commands) == [Topic.FAULT]
    assert till.record.gateway_id is None, "so that both can be written"
    assert till.record.paid_at is None


@pytest.mark.parametrize(
    "said",
    [
        Unknown("more refunded than was paid", contradicts=True),
        Pending("UQ-1", odd="the status 'weird' is not known"),
    ],
)
def test_what_can_not_be_is_told_once_for_an_order_however_often_it_is_said(said: Unknown | Pending) -> None:
    till = paying()
    till.pay(Pending("UQ-1"))
    faults = []
    for _ in range(10):
        till.wait(3)
        faults += [one for one in till.detail(said) if isinstance(one, SendResult) and one.topic is Topic.FAULT]
    (fault,) = faults
    assert fault.order is not None
    assert fault.details["reason"]


def test_no_answer_is_no_contradiction() -> None:
    till = paying()
    assert told(till.pay(LOST)) == []
