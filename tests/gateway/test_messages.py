import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted_gateway import done, paid, said

from kiosk.gateway import bodies, messages
from kiosk.sale.money import Amount
from kiosk.sale.order import Order, Product
from kiosk.sale.outcome import (
    Absent,
    Accepted,
    Approved,
    Closed,
    ConfirmedRefund,
    Declined,
    DetailOutcome,
    PayOutcome,
    Pending,
    Refused,
    Unknown,
)
from kiosk.sale.payment_code import PaymentCode

SGT = timezone(timedelta(hours=8))
OURS = {"merchantOrderId": "K1-0001"}
ABSENT = said("100004", "Transaction does not exist")
READERS = {
    "PAY": messages.read_pay,
    "DETAIL": messages.read_detail,
}
MakeOrder = Callable[..., Order]
Read = Callable[..., PayOutcome | DetailOutcome]


# --- requests --------------------------------------------------------------------------------------------------------


def test_the_body_of_pay(order: MakeOrder, singapore: ZoneInfo) -> None:
    assert bodies.pay_body(order(), None, singapore, "Ticket", "LINUX") == {
        "paymentMethod": "KAKAOPAY",
        "product": "ORDER_CODE",
        "merchantOrderId": "K1-0001",
        "amount": "1500",
        "currency": "KRW",
        "expireAt": "2026-11-23 18:35:00",
        "goods": {"description": "Ticket"},
        "riskData": {"Device": {"os": "LINUX"}},
    }


def test_the_scanned_code_goes_along_with_a_payment_code(order: MakeOrder, singapore: ZoneInfo) -> None:
    code = "281010897274821897274821"
    body = bodies.pay_body(order(Product.PAYMENT_CODE), PaymentCode(code), singapore, "Ticket", "LINUX")
    assert (body["product"], body["payCodeValue"]) == ("PAYMENT_CODE", code)


def test_amounts_are_major_units_with_the_digits_of_their_currency(order: MakeOrder, singapore: ZoneInfo) -> None:
    dollars = order(amount=Amount(1550, "SGD"))
    assert bodies.pay_body(dollars, None, singapore, "Ticket", "LINUX")["amount"] == "15.50"
    assert bodies.refund_body(dollars, "K1-0001R1", Amount(5, "SGD"), "jam") == {
        "merchantOrderId": "K1-0001",
        "merchantRefundId": "K1-0001R1",
        "amount": "0.05",
        "currency": "SGD",
        "reason": "jam",
    }


def test_an_order_is_named_by_our_id(order: MakeOrder) -> None:
    assert bodies.order_body(order(gateway_id="UQ-1")) == {"merchantOrderId": "K1-0001"}


def test_a_payment_of_the_static_code_is_named_by_the_gateways_id(order: MakeOrder) -> None:
    static = order(Product.ENTRY_CODE, gateway_id="UQ-9")
    assert bodies.order_body(static) == {"uqOrderId": "UQ-9"}
    assert bodies.refund_body(static, "R", Amount(1, "KRW"), "jam")["uqOrderId"] == "UQ-9"


# --- PAY and DETAIL: what is believed --------------------------------------------------------------------------------


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_success_for_this_order_is_approved(read: Read, order: MakeOrder, singapore: ZoneInfo) -> None:
    when = datetime(2026, 11, 23, 18, 33, tzinfo=SGT)
    assert read(paid(), order(), singapore) == Approved("K1-0001", "UQ-1", Amount(1500, "KRW"), when)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    "fields",
    [
        {"order_id": "K1-0002"},
        {"order_id": None},
        {"order_id": ""},
        {"amount": "1501"},
        {"amount": "1500.5"},
        {"amount": "-1500"},
        {"amount": "much"},
        {"amount": None},
        {"amount": ["1500"]},
        {"amount": True},
        {"currency": "JPY"},
        {"currency": "krw"},
        {"currency": "XXX"},
        {"currency": None},
        {"product": "PAYMENT_CODE"},
        {"product": "SOMETHING"},
        {"product": None},
        {"uqOrderId": None},
        {"uqOrderId": ""},
        {"refunds": "R1"},
        {"refunds": {"merchantRefundId": "R1"}},
        {"refunds": [{"merchantRefundId": "R1", "amount": "x", "currency": "KRW", "status": "success"}]},
        {"refunds": [{"amount": "100", "currency": "KRW", "status": "success"}]},
        {"refunds": [{"merchantRefundId": "R1", "amount": "100", "currency": "JPY", "status": "success"}]},
        {"refunds": [{"merchantRefundId": "R1", "amount": "1501", "currency": "KRW", "status": "success"}]},
    ],
    ids=str,
)
def test_a_success_that_is_not_wholly_this_orders_is_unknown(
    read: Read, fields: dict[str, Any], order: MakeOrder, singapore: ZoneInfo
) -> None:
    assert isinstance(read(paid(**fields), order(), singapore), Unknown)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("status", ["fail", "closed", "processing", "strange"])
@pytest.mark.parametrize(
    "fields",
    [
        {"order_id": "K1-0002"},
        {"order_id": None},
        {"amount": "1"},
        {"amount": "x"},
        {"currency": "JPY"},
        {"product": "ENTRY_CODE"},
    ],
    ids=str,
)
def test_whatever_is_told_of_another_order_amount_or_currency_is_unknown(
    read: Read, status: str, fields: dict[str, Any], order: MakeOrder, singapore: ZoneInfo
) -> None:
    assert isinstance(read(paid(status=status, **fields), order(), singapore), Unknown)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    ("status", "outcome"),
    [("fail", Declined("000000 OK")), ("closed", Closed()), ("processing", Pending("UQ-1"))],
)
def test_the_other_states(read: Read, status: str, outcome: object, order: MakeOrder, singapore: ZoneInfo) -> None:
    assert read(paid(status=status), order(), singapore) == outcome
    assert read(done({"status": status, "merchantOrderId": "K1-0001"}), order(), singapore) == (
        replace(outcome, gateway_id=None) if isinstance(outcome, Pending) else outcome
    )


@pytest.mark.parametrize(
    "status", ["SUCCESS", "Success", "success ", "paid", "", None, 1, ["success"], {"a": "success"}]
)
def test_a_status_nobody_knows_is_pending_and_logged(
    status: object, order: MakeOrder, singapore: ZoneInfo, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert messages.read_detail(paid(status=status), order(), singapore) == Pending("UQ-1")
    assert "it counts as processing" in caplog.text


@pytest.mark.parametrize(("amount", "currency"), [("1500", "KRW"), ("1500.00", "KRW"), ("15.00", "SGD"), ("15", "SGD")])
def test_amounts_are_compared_as_money(amount: str, currency: str, order: MakeOrder, singapore: ZoneInfo) -> None:
    mine = order(amount=Amount(1500, currency))
    assert isinstance(messages.read_detail(paid(amount=amount, currency=currency), mine, singapore), Approved)


@pytest.mark.parametrize("paid_at", ["2026-11-23T18:33:00", "2026-02-30 00:00:00", "", None, 5, "soon"])
def test_a_time_that_cannot_be_read_is_no_time(paid_at: object, order: MakeOrder, singapore: ZoneInfo) -> None:
    outcome = messages.read_detail(paid(paidAt=paid_at), order(), singapore)
    assert isinstance(outcome, Approved)
    assert outcome.paid_at is None


def test_refunds_that_succeeded_are_told(order: MakeOrder, singapore: ZoneInfo) -> None:
    lines = [
        {"merchantRefundId": f"R{number}", "amount": "400", "currency": "KRW", "status": status}
        for number, status in enumerate(["success", "processing", "fail", "success", "strange"])
    ]
    outcome = messages.read_detail(paid(refunds=lines), order(), singapore)
    assert isinstance(outcome, Approved)
    assert [one.id for one in outcome.refunds] == ["R0", "R3"]
    assert [one.id for one in outcome.open] == ["R1", "R4"], "a status that nobody knows counts as under way"
    assert outcome.failed == ("R2",)


def test_a_refund_made_elsewhere_is_known_by_the_gateways_id(order: MakeOrder, singapore: ZoneInfo) -> None:
    line = {"uqRefundId": "UR-1", "amount": "400", "currency": "KRW", "status": "success"}
    outcome = messages.read_detail(paid(refunds=[line]), order(), singapore)
    assert isinstance(outcome, Approved)
    assert outcome.refunds == (ConfirmedRefund("UR-1", Amount(400, "KRW"), "UR-1"),)


@pytest.mark.parametrize(
    "fields",
    [
        {"refunds": [{"amount": "400", "currency": "KRW", "status": "success"}]},
        {"refunds": ["R1"]},
        {"refunds": [{"merchantRefundId": "R1", "amount": "1501", "currency": "KRW", "status": "success"}]},
        {"amount": "1"},
        {"order_id": "K1-0002"},
    ],
    ids=str,
)
def test_what_the_gateway_says_and_cant_be_is_unknown_and_marked_so(
    fields: dict[str, Any], order: MakeOrder, singapore: ZoneInfo
) -> None:
    outcome = messages.read_detail(paid(**fields), order(), singapore)
    assert isinstance(outcome, Unknown)
    assert outcome.contradicts


def test_the_static_codes_payment_is_known_by_the_gateways_id(order: MakeOrder, singapore: ZoneInfo) -> None:
    static = order(Product.ENTRY_CODE, gateway_id="UQ-1")
    told = paid(order_id=None, product="ENTRY_CODE")
    assert isinstance(messages.read_detail(told, static, singapore), Approved)
    named_by_the_gateway = paid(order_id="UQ-M-7", product="ENTRY_CODE")
    assert isinstance(messages.read_detail(named_by_the_gateway, static, singapore), Approved)
    for other in ({"uqOrderId": "UQ-2"}, {"uqOrderId": None}):
        wrong = paid(**{"order_id": None, "product": "ENTRY_CODE", **other})
        assert isinstance(messages.read_detail(wrong, static, singapore), Unknown)


# --- codes to show ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "action",
    [
        {"type": "QRCODE", "redirectUrl": "https://pay.example/1"},
        {"type": "QRCODE", "url": "https://pay.example/1"},
        {"type": "REDIRECT", "Url": "https://pay.example/1"},
        {"Url": "https://pay.example/1"},
        [{"type": "QRCODE", "redirectUrl": "https://pay.example/1"}],
        [
            {"type": "REDIRECT", "Url": "https://other.example"},
            {"type": "QRCODE", "redirectUrl": "https://pay.example/1"},
        ],
        {"type": "QRCODE", "redirectUrl": "", "url": None, "Url": "https://pay.example/1"},
    ],
    ids=str,
)
def test_the_code_to_show_wherever_it_stands(action: object, order: MakeOrder, singapore: ZoneInfo) -> None:
    answer = paid(status="processing", payAction=action)
    assert messages.read_pay(answer, order(), singapore) == Pending("UQ-1", "https://pay.example/1")


@pytest.mark.parametrize(
    "action",
    [None, "https://pay.example/1", [], {}, ["QRCODE"], {"type": "QRCODE"}, {"url": "x" * 2049}, {"url": "a\nb"}, 7],
    ids=lambda action: str(action)[:20],
)
def test_what_is_no_code_is_not_shown(action: object, order: MakeOrder, singapore: ZoneInfo) -> None:
    answer = paid(status="processing", payAction=action)
    assert messages.read_pay(answer, order(), singapore) == Pending("UQ-1", None)


# --- respCodes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["100001", "100002", "100009"])
def test_pay_is_refused_when_nothing_was_created(code: str, order: MakeOrder, singapore: ZoneInfo) -> None:
    assert messages.read_pay(said(code, "bad\nfield"), order(), singapore) == Refused(f"{code} bad field")


@pytest.mark.parametrize("code", ["100004", "100005", "999999", "123456", "", None, 0, "0"])
def test_any_other_code_of_pay_is_unknown(code: str | int | None, order: MakeOrder, singapore: ZoneInfo) -> None:
    success = {**paid(), "respCode": code}
    assert isinstance(messages.read_pay(success, order(), singapore), Unknown)
    assert isinstance(messages.read_pay(said(code, "Transaction does not exist"), order(), singapore), Unknown)


@pytest.mark.parametrize("code", ["100001", "100002", "100005", "100009", "999999", "123456"])
def test_any_code_but_absent_is_unknown_to_detail(code: str, order: MakeOrder, singapore: ZoneInfo) -> None:
    assert isinstance(messages.read_detail(said(code, "no"), order(), singapore), Unknown)


def test_absent_takes_the_code_and_the_words(order: MakeOrder, singapore: ZoneInfo) -> None:
    assert messages.read_detail(ABSENT, order(), singapore) == Absent()
    assert messages.read_cancel(ABSENT, order()) == Absent()
    assert messages.read_refund(ABSENT, order(), "R1") == Absent()
    for half in (said("100004", "No such merchant"), said("999999", "Transaction does not exist")):
        assert isinstance(messages.read_detail(half, order(), singapore), Unknown)
        assert isinstance(messages.read_cancel(half, order()), Unknown)


# --- CANCEL and REFUND -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (done({"status": "closed", **OURS}), Accepted),
        (done({"status": "success", "uqRefundId": "UR-1", "merchantRefundId": "R1", **OURS}), Accepted),
        (done({"status": "processing", **OURS}), Accepted),
        (done({"status": "fail", **OURS}), Refused),
        (said("100005", "too late"), Refused),
        (said("100002", "bad field"), Refused),
        (said("999999", "system error"), Unknown),
        (said("555555", "?"), Unknown),
        (done({"status": "strange", **OURS}), Unknown),
        (done({"status": "closed"}), Unknown),
        (done({"status": "closed", "uqOrderId": "UQ-1"}), Unknown),
        (done({"status": "closed", **OURS, "uqRefundId": "UR 1"}), Unknown),
        (done({}), Unknown),
        ({"respCode": "000000"}, Unknown),
        ({"respCode": "000000", "data": "closed"}, Unknown),
        ({}, Unknown),
        (done({"status": "closed", "merchantOrderId": "K1-0002"}), Unknown),
    ],
    ids=str,
)
def test_what_cancel_and_refund_come_to(answer: dict[str, Any], outcome: type, order: MakeOrder) -> None:
    assert isinstance(messages.read_refund(answer, order(), "R1"), outcome)
    if "merchantRefundId" not in str(answer):
        assert isinstance(messages.read_cancel(answer, order()), outcome)


def test_an_answer_about_another_refund_is_unknown(order: MakeOrder) -> None:
    answer = done({"status": "success", "merchantRefundId": "R2", **OURS})
    assert isinstance(messages.read_refund(answer, order(), "R1"), Unknown)


def test_what_names_no_order_or_another_one_is_told_to_a_person(order: MakeOrder) -> None:
    for answer in (done({"status": "closed"}), done({"status": "closed", "merchantOrderId": "K1-0002"})):
        assert messages.read_cancel(answer, order()) == Unknown(
            "an answer about another order or refund, or about none", contradicts=True
        )


# --- ids -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["uqOrderId", "terminalId"])
@pytest.mark.parametrize("told", ["UQ 1", "UQ-1&status=success", "UQ=1", "|", "한", "U" * 65])
def test_an_id_that_can_be_none_makes_an_answer_unknown(
    field: str, told: str, order: MakeOrder, singapore: ZoneInfo
) -> None:
    outcome = messages.read_detail(paid(**{field: told}), order(), singapore)
    assert isinstance(outcome, Unknown)
    assert outcome.contradicts


def test_so_does_one_of_a_refund(order: MakeOrder, singapore: ZoneInfo) -> None:
    refund = {"merchantRefundId": "R 1", "amount": "500", "currency": "KRW", "status": "success"}
    assert isinstance(messages.read_detail(paid(refunds=[refund]), order(), singapore), Unknown)


# --- a payment on the static code, known by the gateway's id alone ---------------------------------------------------


def test_a_payment_on_the_static_code_is_read_over_whatever_amount(singapore: ZoneInfo) -> None:
    answer = paid(order_id=None, product="ENTRY_CODE", amount="77", uqOrderId="UQ-9")
    read = messages.read_entry(answer, "UQ-9", singapore)
    assert isinstance(read, Approved)
    assert (read.order_id, read.gateway_id, read.amount) == (None, "UQ-9", Amount(77, "KRW"))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (paid(order_id=None, product="ENTRY_CODE", uqOrderId="UQ-8"), Unknown),
        (paid(order_id=None, product="ORDER_CODE", uqOrderId="UQ-9"), Unknown),
        (paid(order_id=None, product="ENTRY_CODE", uqOrderId="UQ-9", status="fail"), Declined),
        (paid(order_id=None, product="ENTRY_CODE", uqOrderId="UQ-9", status="processing"), Pending),
        (ABSENT, Absent),
        (said("999999", "system error"), Unknown),
        ({}, Unknown),
    ],
    ids=str,
)
def test_all_else_is_no_payment_on_it(answer: dict[str, Any], outcome: type, singapore: ZoneInfo) -> None:
    assert isinstance(messages.read_entry(answer, "UQ-9", singapore), outcome)


# --- anything at all -------------------------------------------------------------------------------------------------

values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=6) | st.sampled_from(["success", "K1-0001", "1500", "KRW", "000000"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
names = st.sampled_from([*paid()["data"], "refunds", "payAction"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.dictionaries(names, values), st.sampled_from(["000000", "100004", "100001", "x"]))
def test_no_answer_is_approved_unless_it_is_the_success(
    order: MakeOrder, singapore: ZoneInfo, changed: dict[str, Any], code: str
) -> None:
    answer = {**paid(), "respCode": code}
    answer["data"] |= changed
    outcome = messages.read_pay(answer, order(), singapore)
    detail = messages.read_detail(answer, order(), singapore)
    essential = {"status", "merchantOrderId", "amount", "currency", "product"}
    same = all(str(answer["data"][name]) == str(paid()["data"][name]) for name in essential)
    for seen in (outcome, detail):
        assert not isinstance(seen, Approved) or (same and code == "000000")
    messages.read_cancel(answer, order())
    messages.read_refund(answer, order(), "R1")
