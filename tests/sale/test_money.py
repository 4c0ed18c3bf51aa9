"""Amounts: whole smallest units, read and written as people and the gateway do it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.sale.money import LARGEST, MINOR_DIGITS, Amount, MoneyError

amounts = st.builds(Amount, st.integers(0, LARGEST), st.sampled_from(sorted(MINOR_DIGITS)))


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1500", "KRW", 1500),
        ("0", "KRW", 0),
        ("0001500", "KRW", 1500),
        ("1500.0", "KRW", 1500),
        ("15.00", "SGD", 1500),
        ("15", "SGD", 1500),
        ("15.5", "SGD", 1550),
        ("1.234", "KWD", 1234),
        ("1000000000000000", "KRW", LARGEST),
    ],
)
def test_major_units_are_read(text: str, currency: str, minor: int) -> None:
    assert Amount.parse(text, currency) == Amount(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1500.5", "KRW"),
        ("15.005", "SGD"),
        ("", "KRW"),
        (".5", "SGD"),
        ("-1", "KRW"),
        ("+1", "KRW"),
        ("1e3", "KRW"),
        ("1,500", "KRW"),
        ("1 500", "KRW"),
        ("1.5.0", "SGD"),
        ("NaN", "KRW"),
        ("inf", "KRW"),
        ("１５００", "KRW"),  # noqa: RUF001 - digits, but not those of ASCII
        ("9" * 1000, "KRW"),
        ("1000000000000001", "KRW"),
        ("1500", "XXX"),
        ("1500", "krw"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(MoneyError):
        Amount.parse(text, currency)


def test_a_refusal_says_what_is_expected_and_quotes_no_more_than_a_line() -> None:
    with pytest.raises(MoneyError, match=r"expected digits, as '15\.00'") as refused:
        Amount.parse("x" * 1000, "SGD")
    assert len(str(refused.value)) < 120


@pytest.mark.parametrize("minor", [-1, LARGEST + 1])
def test_no_amount_is_below_nothing_or_beyond_all_sales(minor: int) -> None:
    with pytest.raises(MoneyError):
        Amount(minor, "KRW")


@pytest.mark.parametrize(
    ("minor", "currency", "major"),
    [(1500, "KRW", "1500"), (1500, "SGD", "15.00"), (5, "SGD", "0.05"), (0, "SGD", "0.00"), (1234, "KWD", "1.234")],
)
def test_major_units_have_exactly_the_digits_of_the_currency(minor: int, currency: str, major: str) -> None:
    assert Amount(minor, currency).major == major
    assert str(Amount(minor, currency)) == f"{major} {currency}"


@given(amounts)
def test_what_is_written_is_read_back(amount: Amount) -> None:
    assert Amount.parse(amount.major, amount.currency) == amount


@given(amounts)
def test_nothing_is_lost_to_rounding(amount: Amount) -> None:
    assert Decimal(amount.major).scaleb(MINOR_DIGITS[amount.currency]) == amount.minor


@given(st.text(max_size=40), st.sampled_from(["KRW", "SGD", "KWD"]))
def test_any_text_is_an_amount_or_refused(text: str, currency: str) -> None:
    try:
        amount = Amount.parse(text, currency)
    except MoneyError:
        return
    assert Decimal(text) == Decimal(amount.major)


@pytest.mark.parametrize("currency", ["XXX", "krw", ""])
def test_no_amount_is_made_of_a_currency_that_is_not_known(currency: str) -> None:
    with pytest.raises(MoneyError, match="is not one this kiosk knows"):
        Amount(1, currency)


@pytest.mark.parametrize("minor", [-1, LARGEST + 1])
def test_no_amount_is_made_beyond_its_range(minor: int) -> None:
    with pytest.raises(MoneyError, match="is not between"):
        Amount(minor, "KRW")
