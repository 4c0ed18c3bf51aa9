"""Believing a success: only for this order, this amount and this currency."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from sale_examples import order, won

from kiosk.sale.answers import about
from kiosk.sale.money import Amount
from kiosk.sale.outcome import Approved, ConfirmedRefund, Unknown
from kiosk.sale.payment_code import PaymentCode, masked

ORDER = order(id="K1-1")
PAID = Approved("K1-1", "UQ-1", won(1500), datetime(2026, 11, 23, 12, tzinfo=UTC))


def test_a_success_for_the_order_and_amount_is_believed() -> None:
    assert about(PAID, ORDER) == PAID


def test_a_success_of_the_static_code_is_given_the_order_it_opened() -> None:
    assert about(replace(PAID, order_id=None), ORDER) == PAID


def test_a_success_for_another_order_is_not_believed() -> None:
    assert isinstance(about(PAID, order(id="K1-2")), Unknown)


def test_a_success_in_another_currency_is_not_believed() -> None:
    assert isinstance(about(replace(PAID, amount=Amount(1500, "SGD")), ORDER), Unknown)


def test_refunds_of_more_than_was_paid_are_not_believed() -> None:
    refunds = (ConfirmedRefund("R1", won(1000)), ConfirmedRefund("R2", won(501)))
    assert isinstance(about(replace(PAID, refunds=refunds), ORDER), Unknown)


def test_refunds_in_another_currency_are_not_believed() -> None:
    foreign = (ConfirmedRefund("R1", Amount(500, "SGD")),)
    assert isinstance(about(replace(PAID, refunds=foreign), ORDER), Unknown)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_only_the_exact_amount_is_believed(asked: int, said: int) -> None:
    believed = about(replace(PAID, amount=won(said)), replace(ORDER, amount=won(asked)))
    assert isinstance(believed, Approved) == (asked == said)


@given(st.text(st.characters(codec="ascii", categories=("Nd",)), min_size=1, max_size=64))
def test_a_payment_code_shows_six_of_its_digits_at_most(code: str) -> None:
    shown = f"{PaymentCode(code)} {PaymentCode(code)!r} {[PaymentCode(code)]}"
    assert len(code) < 7 or code not in shown
    assert masked(code) in {"****", f"{code[:2]}**************{code[-4:]}"}
