from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_orders import NOON, order, orders_in, phases, won

from kiosk.journal import Entry, Journal
from kiosk.journal.takings import ProductTakings, Sum, Tally, takings
from kiosk.sale.money import Amount
from kiosk.sale.order import (
    Awaiting,
    Cancelling,
    GivenBack,
    GivingBack,
    NotCharged,
    Order,
    Phase,
    Product,
    Reason,
    Released,
    Releasing,
    Unresolved,
    Verdict,
    Way,
)
from kiosk.sale.outcome import ConfirmedRefund

DAY = timedelta(days=1)
BACK = GivingBack(Reason.JAM, won(1500), Way.REFUND, "R1")
ALL_OF_IT = (ConfirmedRefund("R1", won(1500)),)
HALF = (ConfirmedRefund("R1", won(500)),)


def paid(order_id: str, phase: Phase, **fields: object) -> Order:
    return order(order_id, phase, **({"paid_at": NOON} | fields))


def total(*orders: Order) -> Sum:
    (only,) = takings(orders).sums
    return only


@pytest.mark.parametrize(
    ("one", "released", "given_back", "still_open"),
    [
        (paid("releasing", Releasing()), 0, 0, 1500),
        (paid("released", Released(), released=True), 1500, 0, 0),
        (paid("jammed", BACK), 0, 0, 1500),
        (paid("partly back", BACK, refunds=HALF), 0, 500, 1000),
        (paid("given back", GivenBack(Reason.JAM), refunds=ALL_OF_IT), 0, 1500, 0),
        (paid("unresolved", Unresolved(Reason.JAM, paid=True)), 0, 0, 1500),
        (paid("success after CANCEL", Cancelling(Reason.EXPIRED)), 0, 0, 1500),
        (order("paid, the gateway did not say when", Releasing()), 0, 0, 1500),
        (paid("refunded by the operator", Released(), released=True, refunds=ALL_OF_IT), 1500, 0, 0),
        (paid("being refunded by the operator", BACK, released=True, refunds=HALF), 1500, 0, 0),
    ],
    ids=lambda value: value.id if isinstance(value, Order) else "",
)
def test_each_paid_order_is_counted_once(one: Order, released: int, given_back: int, still_open: int) -> None:
    found = total(one)
    assert found == Sum("KRW", 1500, released, given_back, still_open)
    assert found.holds


@pytest.mark.parametrize(
    "one",
    [
        paid("ended without money", NotCharged(Verdict.EXPIRED)),
        paid("released without goods", Released()),
        paid("given back in part", GivenBack(Reason.OPERATOR), refunds=HALF),
        paid("more given back than paid", BACK, refunds=(*ALL_OF_IT, ConfirmedRefund("R2", won(1)))),
    ],
    ids=lambda one: one.id,
)
def test_an_order_whose_money_is_nowhere_breaks_the_sum(one: Order) -> None:
    assert not total(one).holds
    assert not total(one, paid("released", Released(), released=True)).holds


@pytest.mark.parametrize(
    "one",
    [
        order("shown", Awaiting("code")),
        order("expired", NotCharged(Verdict.EXPIRED)),
        order("unknown", Unresolved(Reason.UNANSWERED, paid=False)),
    ],
    ids=lambda one: one.id,
)
def test_an_order_that_was_not_paid_is_in_no_sum(one: Order) -> None:
    assert takings([one]).sums == ()
    assert takings([one]).products == ()


def test_what_is_given_back_after_a_release_stands_beside_the_sum() -> None:
    (line,) = takings([paid("a", Released(), released=True, refunds=HALF)]).products
    assert line == ProductTakings(
        Product.ORDER_CODE, "KRW", paid=Tally(1, 1500), released=Tally(1, 1500), refunded=Tally(1, 500)
    )


def test_the_takings_have_a_line_for_each_product_and_currency_and_a_sum_for_each_currency() -> None:
    scanned = {"product": Product.PAYMENT_CODE}
    found = takings(
        [
            paid("a", Released(), released=True, **scanned),
            paid("b", GivenBack(Reason.JAM), refunds=ALL_OF_IT, **scanned),
            paid("c", Released(), released=True, **scanned, amount=Amount(250, "SGD")),
            paid("d", Releasing()),
        ]
    )
    assert found.products == (
        ProductTakings(Product.ORDER_CODE, "KRW", paid=Tally(1, 1500)),
        ProductTakings(
            Product.PAYMENT_CODE, "KRW", paid=Tally(2, 3000), released=Tally(1, 1500), given_back=Tally(1, 1500)
        ),
        ProductTakings(Product.PAYMENT_CODE, "SGD", paid=Tally(1, 250), released=Tally(1, 250)),
    )
    assert found.sums == (Sum("KRW", 4500, 1500, 1500, 1500), Sum("SGD", 250, 250, 0, 0))


@given(st.lists(orders_in(st.one_of(*phases.values())), max_size=20))
def test_lines_and_sums_always_agree(orders: list[Order]) -> None:
    found = takings(orders)
    for one in found.sums:
        lines = [line for line in found.products if line.currency == one.currency]
        assert sum(line.paid.minor for line in lines) == one.paid
        assert sum(line.released.minor for line in lines) == one.released
        assert sum(line.given_back.minor for line in lines) == one.given_back


def test_a_days_takings_are_what_was_paid_on_that_day(journal: Journal) -> None:
    orders = (
        paid("before", Releasing(), paid_at=NOON - timedelta(microseconds=1)),
        paid("first", Releasing(), created_at=NOON - DAY),
        paid("last", Releasing(), paid_at=NOON + DAY - timedelta(microseconds=1)),
        paid("after", Releasing(), paid_at=NOON + DAY),
        order("not known when", Releasing(), created_at=NOON),
        order("unpaid", Awaiting()),
    )
    journal.write(Entry(NOON, orders=orders))
    assert journal.takings(NOON, NOON + DAY).sums == (Sum("KRW", 4500, 0, 0, 4500),)


def test_unresolved_orders_are_listed_until_a_person_settles_them(journal: Journal) -> None:
    known = paid("known to be paid", Unresolved(Reason.JAM, paid=True))
    unknown = order("not known", Unresolved(Reason.UNANSWERED, paid=False), created_at=NOON - 9 * DAY)
    tomorrow = order("tomorrow", Unresolved(Reason.UNANSWERED, paid=False), created_at=NOON + DAY)
    journal.write(Entry(NOON, orders=(known, unknown, tomorrow)))
    found = journal.takings(NOON, NOON + DAY)
    assert found.unresolved == (known, unknown)
    assert found.sums == (Sum("KRW", 1500, 0, 0, 1500),)

    journal.write(Entry(NOON, orders=(order("not known", NotCharged(Verdict.DECLINED)),)))
    assert journal.takings(NOON, NOON + DAY).unresolved == (known,)
