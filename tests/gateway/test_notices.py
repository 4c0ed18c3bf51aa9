import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from scripted_gateway import by_hand, paid, sha

from kiosk.gateway.notices import BadNotice, Notice, NoticeReader
from kiosk.gateway.signing import RsaKey, ShaKey
from kiosk.gateway.wire import TransactionType
from kiosk.sale.money import Amount
from kiosk.sale.outcome import Approved, Closed, Declined, Pending

SECRET = "NOTIFYKEY"
Read = Callable[..., Notice]


def told(kind: str | None = "PAYMENT", **fields: object) -> dict[str, Any]:
    """A NOTIFICATION's body."""
    return {"data": {**paid(**fields)["data"], **({"transactionType": kind} if kind else {})}}


@pytest.fixture
def reader(singapore: ZoneInfo) -> NoticeReader:
    return NoticeReader("M0001", ShaKey("N1", SECRET), singapore)


@pytest.fixture
def read(reader: NoticeReader) -> Read:
    def deliver(body: dict[str, Any], **headers: str) -> Notice:
        """Read it, signed by hand unless told otherwise."""
        signed = {"clientId": "M0001", "signType": "SHA", "sign": sha(by_hand(body), SECRET), **headers}
        return reader.read(signed, json.dumps(body).encode())

    return deliver


def test_a_payment_is_told(read: Read) -> None:
    when = datetime(2026, 11, 23, 18, 33, tzinfo=timezone(timedelta(hours=8)))
    approved = Approved("K1-0001", "UQ-1", Amount(1500, "KRW"), when)
    notice = read(told(terminalId="kiosk-0001"))
    assert notice == Notice("K1-0001", "UQ-1", approved, TransactionType.PAYMENT, "kiosk-0001")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("fail", Declined()), ("closed", Closed()), ("processing", Pending("UQ-1")), ("strange", Pending("UQ-1"))],
)
def test_what_else_became_of_a_payment_is_told(read: Read, status: str, outcome: object) -> None:
    assert read(told(status=status)).outcome == outcome


def test_a_payment_of_the_static_code_names_no_order_of_ours(read: Read) -> None:
    notice = read(told(order_id=None, product="ENTRY_CODE", terminalId="kiosk-0001"))
    assert (notice.order_id, notice.gateway_id, notice.terminal_id) == (None, "UQ-1", "kiosk-0001")
    assert isinstance(notice.outcome, Approved)
    assert notice.outcome.order_id is None


@pytest.mark.parametrize("kind", ["REFUND", "PARTIAL_REFUND", "CANCEL"])
@pytest.mark.parametrize("status", ["success", "fail", "processing"])
def test_news_of_money_given_back_never_say_paid_or_declined(read: Read, kind: str, status: str) -> None:
    notice = read(told(kind, status=status))
    assert (notice.kind, notice.outcome) == (kind, Pending("UQ-1"))


@pytest.mark.parametrize("kind", ["REFUND", "CANCEL"])
def test_news_of_money_given_back_may_say_closed(read: Read, kind: str) -> None:
    assert read(told(kind, status="closed")).outcome == Closed()


def test_header_names_may_be_of_any_case(reader: NoticeReader) -> None:
    body = told()
    headers = {"CLIENTID": "M0001", "sign": sha(by_hand(body), SECRET).upper()}
    assert reader.read(headers, json.dumps(body).encode()).order_id == "K1-0001"


def test_an_rsa_notification_is_verified_with_the_gateways_public_key(singapore: ZoneInfo) -> None:
    gateway = generate_private_key(public_exponent=65537, key_size=2048)
    reader = NoticeReader("M0001", RsaKey("N1", public_key=gateway.public_key()), singapore)
    body = told()
    headers = {"clientId": "M0001", "sign": RsaKey("N1", gateway).sign(body)}
    assert reader.read(headers, json.dumps(body).encode()).order_id == "K1-0001"
    with pytest.raises(BadNotice, match="signature"):
        reader.read(headers, json.dumps(told(amount="1")).encode())


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"sign": ""}, "it is not signed"),
        ({"sign": "0" * 64}, "its signature is wrong"),
        ({"sign": sha(by_hand(told()), "TRANSACTIONKEY")}, "its signature is wrong"),
        ({"sign": sha(by_hand(told(amount="1")), SECRET)}, "its signature is wrong"),
        ({"clientId": "M0002"}, "it is for another clientId"),
        ({"clientId": ""}, "it is for another clientId"),
    ],
)
def test_what_is_not_vouched_for_is_refused(read: Read, headers: dict[str, str], why: str) -> None:
    with pytest.raises(BadNotice) as bad:
        read(told(), **headers)
    assert str(bad.value) == why


@pytest.mark.parametrize(
    "body",
    [
        told(None),
        told("CHARGEBACK"),
        told(uqOrderId=None),
        told(order_id=None),
        told(order_id=None, product=None),
        told(product=None),
        told(amount=None),
        told(amount="hush"),
        told(currency="hush"),
        {"data": "hush"},
        {"data": [told()["data"]]},
        {},
    ],
    ids=lambda body: str(body)[-60:],
)
def test_what_is_vouched_for_but_malformed_is_refused(read: Read, body: dict[str, Any]) -> None:
    with pytest.raises(BadNotice) as bad:
        read(body)
    assert "hush" not in str(bad.value)
    assert "\n" not in str(bad.value)


@pytest.mark.parametrize(
    "content", [b"", b"hush", b"[]", b'{"hush": 1, "hush": 2}', b'{"hush": "' + b"x" * 65_536 + b'"}']
)
def test_a_body_that_is_no_json_object_is_refused(reader: NoticeReader, content: bytes) -> None:
    with pytest.raises(BadNotice) as bad:
        reader.read({"clientId": "M0001", "sign": "0" * 64}, content)
    assert "hush" not in str(bad.value)
