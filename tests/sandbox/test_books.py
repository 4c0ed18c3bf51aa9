"""The books: pure, so every rule of money is shown here without a socket."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kiosk.gateway.wire import Status, TransactionType
from kiosk.sale.money import Amount
from kiosk.sale.order import Product
from kiosk.sandbox.books import Books
from kiosk.sandbox.payments import Action, Ask, Behaviour, Ground, News, Payment, Refusal, Shopper

SINGAPORE = ZoneInfo("Asia/Singapore")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SINGAPORE)
SOON = timedelta(seconds=120)


class Desk:
    """The books, and what they announced."""

    def __init__(self) -> None:
        self.news: list[News] = []
        self.books = Books(SINGAPORE, [Shopper("minji", "10000"), Shopper("junho", "0")], self.news.append)

    @property
    def told(self) -> list[tuple[TransactionType, Status]]:
        return [(news.transaction, news.payment.status) for news in self.news]

    def order(self, order_id: str = "A1", amount: int = 1500, content: str = "", at: datetime = NOON) -> Payment:
        won = Amount(amount, "KRW")
        return self.books.pay(Ask("M1", order_id, Product.ORDER_CODE, won, at + SOON, content), at)

    def charge(self, code: str, order_id: str = "B1", amount: int = 1500, at: datetime = NOON) -> Payment:
        won = Amount(amount, "KRW")
        return self.books.pay(Ask("M1", order_id, Product.PAYMENT_CODE, won, at + SOON, code, code), at)

    def paid(self, order_id: str = "A1", amount: int = 1500, at: datetime = NOON) -> Payment:
        return self.books.answer(self.order(order_id, amount, at=at), Action.PAY, at)

    def balance(self, name: str = "minji") -> int:
        return self.books.balances()[name]["KRW"].minor


@pytest.fixture
def desk() -> Desk:
    return Desk()


@contextmanager
def refused(ground: Ground) -> Iterator[None]:
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.ground is ground


def test_a_shown_code_is_as_long_as_the_wallet_network_s_and_waits_for_a_shopper(desk: Desk) -> None:
    order = desk.order()
    assert order.status is Status.PROCESSING
    assert re.fullmatch("https://qr.wallet.example/[A-Za-z0-9]{36}", order.code)
    assert len(order.code.encode()) == 62
    assert desk.told == []


def test_paying_a_shown_code_charges_the_shopper_once(desk: Desk) -> None:
    paid = desk.paid()
    assert (paid.status, paid.shopper, paid.paid_at) == (Status.SUCCESS, "minji", NOON)
    assert desk.balance() == 8500
    with refused(Ground.FORBIDDEN):
        desk.books.answer(paid, Action.PAY, NOON)
    assert desk.balance() == 8500
    assert desk.told == [(TransactionType.PAYMENT, Status.SUCCESS)]


def test_declining_a_shown_code_ends_it_without_money(desk: Desk) -> None:
    assert desk.books.answer(desk.order(), Action.DECLINE, NOON).status is Status.FAIL
    assert desk.balance() == 10_000
    assert desk.told == [(TransactionType.PAYMENT, Status.FAIL)]


def test_a_shopper_without_the_money_is_declined(desk: Desk) -> None:
    assert desk.paid(amount=10_001).status is Status.FAIL
    assert desk.balance() == 10_000


def test_a_code_that_nobody_paid_closes_at_its_time_and_nobody_is_told(desk: Desk) -> None:
    order = desk.order()
    just_before = NOON + SOON - timedelta(microseconds=1)
    assert desk.books.look_up(order.uq_id, just_before).status is Status.PROCESSING
    closed = desk.books.look_up(order.code, NOON + SOON)
    assert closed.status is Status.CLOSED
    with refused(Ground.FORBIDDEN):
        desk.books.answer(closed, Action.PAY, NOON + SOON)
    assert desk.told == []


def test_the_same_order_again_answers_the_first_and_counts_the_calls(desk: Desk) -> None:
    first = desk.order(content="x")
    again = desk.order(content="x")
    assert (again.uq_id, again.code, again.pay_calls) == (first.uq_id, first.code, 2)
    assert len(desk.books.payments(NOON)) == 1


def test_the_same_order_with_another_content_is_a_conflict(desk: Desk) -> None:
    desk.order(content="x")
    with refused(Ground.CONFLICT):
        desk.order(content="y")


def test_two_merchants_may_use_the_same_order_id(desk: Desk) -> None:
    first = desk.order(content="x")
    ask = Ask("M2", "A1", Product.ORDER_CODE, Amount(1, "KRW"), NOON + SOON, "y")
    assert desk.books.pay(ask, NOON).uq_id != first.uq_id
    assert desk.books.find("M2", NOON, order_id="A1").amount == Amount(1, "KRW")


def test_a_payment_code_pays_at_once(desk: Desk) -> None:
    code = desk.books.hand_out("minji", Behaviour.PAY, NOON)
    assert code.text.startswith("28")
    assert len(code.text) == 24
    assert code.text.isdigit()
    assert desk.charge(code.text).status is Status.SUCCESS
    assert desk.balance() == 8500


def test_a_payment_code_of_a_penniless_shopper_is_declined(desk: Desk) -> None:
    code = desk.books.hand_out("junho", Behaviour.PAY, NOON)
    assert desk.charge(code.text).status is Status.FAIL


def test_a_payment_code_that_declines_moves_no_money(desk: Desk) -> None:
    code = desk.books.hand_out("minji", Behaviour.DECLINE, NOON)
    assert desk.charge(code.text).status is Status.FAIL
    assert desk.balance() == 10_000


def test_a_payment_code_that_asks_waits_for_its_own_shopper(desk: Desk) -> None:
    code = desk.books.hand_out("soyeon", Behaviour.CONFIRM, NOON)
    waiting = desk.charge(code.text)
    assert waiting.status is Status.PROCESSING
    assert desk.books.answer(waiting, Action.PAY, NOON).shopper == "soyeon"
    assert desk.balance("soyeon") == 1_000_000 - 1500


def test_a_payment_code_is_used_once(desk: Desk) -> None:
    code = desk.books.hand_out("minji", Behaviour.PAY, NOON)
    desk.charge(code.text, "B1")
    with refused(Ground.FIELD):
        desk.charge(code.text, "B2")
    assert desk.charge(code.text, "B1").pay_calls == 2
    assert desk.balance() == 8500


def test_a_payment_code_lives_one_minute(desk: Desk) -> None:
    code = desk.books.hand_out("minji", Behaviour.PAY, NOON)
    with refused(Ground.FIELD):
        desk.charge(code.text, at=NOON + timedelta(seconds=60))
    assert desk.books.payments(NOON) == []
    assert desk.charge(code.text, at=NOON + timedelta(seconds=59)).status is Status.SUCCESS


def test_a_payment_code_nobody_handed_out_is_refused(desk: Desk) -> None:
    with refused(Ground.FIELD):
        desk.charge("281234567890123456789012")


def test_no_payment_code_is_in_a_repr(desk: Desk) -> None:
    code = desk.books.hand_out("minji", Behaviour.PAY, NOON)
    ask = Ask("M1", "B1", Product.PAYMENT_CODE, Amount(1, "KRW"), NOON + SOON, code.text, code.text)
    assert code.text not in repr((code, ask, desk.books.pay(ask, NOON)))


def test_partial_refunds_go_up_to_what_was_paid(desk: Desk) -> None:
    paid = desk.paid()
    desk.books.refund(paid, "R1", Amount(500, "KRW"), NOON)
    part = desk.books.find("M1", NOON, order_id="A1")
    with refused(Ground.FORBIDDEN):
        desk.books.refund(part, "R2", Amount(1001, "KRW"), NOON)
    desk.books.refund(part, "R3", Amount(1000, "KRW"), NOON)
    whole = desk.books.find("M1", NOON, order_id="A1")
    with refused(Ground.FORBIDDEN):
        desk.books.refund(whole, "R4", Amount(1, "KRW"), NOON)
    assert (whole.status, whole.given_back) == (Status.SUCCESS, Amount(1500, "KRW"))
    assert desk.balance() == 10_000
    assert desk.told[1:] == [(TransactionType.PARTIAL_REFUND, Status.SUCCESS)] * 2


def test_a_refund_of_everything_is_told_as_such(desk: Desk) -> None:
    desk.books.refund(desk.paid(), "R1", Amount(1500, "KRW"), NOON)
    assert desk.told[-1] == (TransactionType.REFUND, Status.SUCCESS)


def test_the_same_refund_again_moves_nothing(desk: Desk) -> None:
    first = desk.books.refund(desk.paid(), "R1", Amount(500, "KRW"), NOON)
    again = desk.books.refund(desk.books.look_up("A1", NOON), "R1", Amount(500, "KRW"), NOON)
    assert again == first
    assert desk.balance() == 9000
    assert len(desk.news) == 2


def test_the_same_refund_id_with_another_amount_or_order_is_a_conflict(desk: Desk) -> None:
    desk.books.refund(desk.paid(), "R1", Amount(500, "KRW"), NOON)
    with refused(Ground.CONFLICT):
        desk.books.refund(desk.books.look_up("A1", NOON), "R1", Amount(600, "KRW"), NOON)
    with refused(Ground.CONFLICT):
        desk.books.refund(desk.paid("A2"), "R1", Amount(500, "KRW"), NOON)


def test_what_was_not_paid_is_not_refunded(desk: Desk) -> None:
    with refused(Ground.FORBIDDEN):
        desk.books.refund(desk.order(), "R1", Amount(1, "KRW"), NOON)


def test_a_refund_in_another_currency_is_refused(desk: Desk) -> None:
    with refused(Ground.FIELD):
        desk.books.refund(desk.paid(), "R1", Amount(1, "SGD"), NOON)


def test_cancel_of_a_paid_order_gives_everything_back_once(desk: Desk) -> None:
    closed = desk.books.cancel(desk.paid(), NOON)
    assert (closed.status, closed.given_back) == (Status.CLOSED, Amount(1500, "KRW"))
    assert desk.books.cancel(closed, NOON + timedelta(days=3)) == closed
    assert desk.balance() == 10_000
    assert desk.told == [(TransactionType.PAYMENT, Status.SUCCESS), (TransactionType.CANCEL, Status.CLOSED)]


def test_cancel_of_an_unpaid_order_closes_its_code(desk: Desk) -> None:
    closed = desk.books.cancel(desk.order(), NOON)
    assert (closed.status, closed.given_back) == (Status.CLOSED, Amount(0, "KRW"))
    with refused(Ground.FORBIDDEN):
        desk.books.answer(closed, Action.PAY, NOON)


def test_cancel_of_a_failed_payment_is_refused(desk: Desk) -> None:
    failed = desk.books.answer(desk.order(), Action.DECLINE, NOON)
    with refused(Ground.FORBIDDEN):
        desk.books.cancel(failed, NOON)


def test_cancel_is_for_the_full_amount_only(desk: Desk) -> None:
    desk.books.refund(desk.paid(), "R1", Amount(500, "KRW"), NOON)
    with refused(Ground.FORBIDDEN):
        desk.books.cancel(desk.books.look_up("A1", NOON), NOON)


@pytest.mark.parametrize(
    ("paid_at", "asked_at", "allowed"),
    [
        ("2026-11-23T00:00:00+08:00", "2026-11-23T23:59:58+08:00", True),
        ("2026-11-23T12:00:00+08:00", "2026-11-23T23:59:59+08:00", False),
        ("2026-11-23T23:59:58+08:00", "2026-11-24T00:00:01+08:00", False),
        # Midnight in Seoul is an hour before midnight in Singapore, and only the latter counts.
        ("2026-11-23T23:50:00+09:00", "2026-11-24T00:30:00+09:00", True),
        ("2026-11-24T00:30:00+09:00", "2026-11-24T01:05:00+09:00", False),
    ],
)
def test_cancel_of_a_paid_order_is_for_the_payment_date_in_the_gateways_zone(
    desk: Desk, paid_at: str, asked_at: str, *, allowed: bool
) -> None:
    paid = desk.paid(at=datetime.fromisoformat(paid_at))
    if allowed:
        assert desk.books.cancel(paid, datetime.fromisoformat(asked_at)).status is Status.CLOSED
    else:
        with refused(Ground.FORBIDDEN):
            desk.books.cancel(paid, datetime.fromisoformat(asked_at))
        assert desk.balance() == 8500


def test_a_static_code_payment_is_known_by_the_gateways_id_alone(desk: Desk) -> None:
    paid = desk.books.enter("M1", "kiosk-0001", Amount(1500, "KRW"), NOON)
    assert (paid.order_id, paid.status, paid.terminal_id) == ("", Status.SUCCESS, "kiosk-0001")
    assert desk.books.find("M1", NOON, uq_id=paid.uq_id) == paid
    with refused(Ground.ABSENT):
        desk.books.find("M1", NOON)
    with refused(Ground.ABSENT):
        desk.books.look_up("", NOON)


def test_an_order_is_found_only_if_all_its_given_names_agree(desk: Desk) -> None:
    first, second = desk.order("A1"), desk.order("A2")
    assert desk.books.find("M1", NOON, order_id="A1", uq_id=first.uq_id) == first
    with refused(Ground.ABSENT):
        desk.books.find("M1", NOON, order_id="A1", uq_id=second.uq_id)
    with refused(Ground.ABSENT):
        desk.books.find("M2", NOON, order_id="A1")


def test_a_shopper_may_let_a_code_lapse(desk: Desk) -> None:
    assert desk.books.expire(desk.order()).status is Status.CLOSED
    assert desk.told == []


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(seconds=-1), timedelta(hours=72)])
def test_an_order_expires_within_72_hours(desk: Desk, lifetime: timedelta) -> None:
    with refused(Ground.FIELD):
        desk.books.pay(Ask("M1", "A1", Product.ORDER_CODE, Amount(1, "KRW"), NOON + lifetime, "x"), NOON)
    last = timedelta(hours=72, seconds=-1)
    desk.books.pay(Ask("M1", "A1", Product.ORDER_CODE, Amount(1, "KRW"), NOON + last, "x"), NOON)


def test_an_order_may_be_asked_for_again_after_its_time(desk: Desk) -> None:
    desk.order()
    ask = Ask("M1", "A1", Product.ORDER_CODE, Amount(1500, "KRW"), NOON + SOON, "")
    assert desk.books.pay(ask, NOON + SOON).status is Status.CLOSED
