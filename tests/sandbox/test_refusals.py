"""What the gateway would refuse, the sandbox refuses: HTTP 200, the right respCode, signed, and nothing is done."""

import pytest
from sandbox_merchant import Answer, Clock, MerchantSide

pytestmark = pytest.mark.anyio

SOMEBODY = "281234567890123456789012"


def assert_refused(answer: Answer, code: str, merchant: MerchantSide, about: str = "") -> None:
    assert (answer.code, about in answer.message) == (code, True), answer.message
    assert "data" not in answer.body
    assert merchant.key.verify(answer.body, answer.response.headers["sign"])


@pytest.mark.parametrize("name", ["signType", "signId", "sign"])
@pytest.mark.parametrize("value", [None, "", "other"])
async def test_who_does_not_say_who_speaks_is_refused(merchant: MerchantSide, name: str, value: str | None) -> None:
    answer = await merchant.ask("pay", merchant.order(), **{name: value})
    assert_refused(answer, "100001", merchant, name)
    assert await merchant.control("GET", "/sandbox/orders") == []


@pytest.mark.parametrize("value", [None, "", "M9999"])
async def test_a_client_nobody_knows_is_refused_without_a_signature(merchant: MerchantSide, value: str | None) -> None:
    answer = await merchant.ask("pay", merchant.order(), clientId=value)
    assert answer.code == "100001"
    assert "sign" not in answer.response.headers


async def test_a_request_without_a_request_id_is_refused(merchant: MerchantSide) -> None:
    assert_refused(await merchant.ask("pay", merchant.order(), requestId=None), "100002", merchant, "requestId")


async def test_a_request_id_is_used_once_for_whatever_call(merchant: MerchantSide) -> None:
    assert (await merchant.ask("pay", merchant.order(), requestId="r1")).code == "000000"
    again = await merchant.ask("detail", {"merchantOrderId": "A-1"}, requestId="r1")
    assert_refused(again, "100002", merchant, "requestId")
    assert (await merchant.detail()).code == "000000"


async def test_a_request_with_a_wrong_signature_uses_up_no_request_id(merchant: MerchantSide) -> None:
    await merchant.ask("pay", merchant.order(), requestId="r1", sign="wrong")
    assert (await merchant.ask("pay", merchant.order(), requestId="r1")).code == "000000"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("paymentMethod", None),
        ("paymentMethod", "ALIPAY"),
        ("product", None),
        ("product", "ENTRY_CODE"),
        ("product", "order_code"),
        ("merchantOrderId", None),
        ("merchantOrderId", ""),
        ("merchantOrderId", "A" * 33),
        ("merchantOrderId", "A 1"),
        ("merchantOrderId", 17),
        ("amount", None),
        ("amount", ""),
        ("amount", "0"),
        ("amount", "-5"),
        ("amount", "1500.00"),
        ("amount", "01500"),
        ("amount", "1,500"),
        ("amount", "1e3"),
        ("amount", 1500),
        ("currency", None),
        ("currency", "XXX"),
        ("currency", "SGD"),
        ("expireAt", None),
        ("expireAt", "2026-11-23T12:02:00"),
        ("expireAt", "2026-11-23 12:2:0"),
        ("expireAt", "2026-02-30 12:02:00"),
        ("expireAt", "2026-11-23 12:02:00+08:00"),
        ("expireAt", "2026-11-23 11:59:59"),
        ("expireAt", "2026-11-23 12:00:00"),
        ("expireAt", "2026-11-26 12:00:00"),
        ("goods", None),
        ("goods", "Parking"),
        ("riskData", None),
        ("notifyUrl", "127.0.0.1/notification"),
        ("terminalId", ["kiosk-0001"]),
        ("payCodeValue", SOMEBODY),
    ],
)
async def test_a_pay_field_that_is_missing_or_wrong_is_refused(
    merchant: MerchantSide, field: str, value: object
) -> None:
    answer = await merchant.ask("pay", merchant.order(**{"merchantOrderId": "A-1", field: value}))
    assert_refused(answer, "100002", merchant, field)
    assert await merchant.control("GET", "/sandbox/orders") == []


@pytest.mark.parametrize(
    ("missing", "fields"),
    [
        ("description", {"goods": {"description": ""}}),
        ("Device", {"riskData": {"device": {"os": "LINUX"}}}),
        ("os", {"riskData": {"Device": {"os": None}}}),
    ],
)
async def test_a_pay_without_an_inner_field_is_refused(
    merchant: MerchantSide, missing: str, fields: dict[str, object]
) -> None:
    assert_refused(await merchant.pay(**fields), "100002", merchant, f"{missing}: missing")


async def test_an_amount_has_exactly_the_digits_of_its_currency(merchant: MerchantSide) -> None:
    for amount in ("15", "15.0", "15.000"):
        assert_refused(await merchant.pay(amount=amount, currency="SGD"), "100002", merchant, "amount")
    assert (await merchant.pay(amount="15.00", currency="SGD")).data["amount"] == "15.00"


@pytest.mark.parametrize("value", [None, "", "28123", "2" * 33, "28123456789012345678901x", SOMEBODY])
async def test_a_payment_code_that_is_none_is_refused(merchant: MerchantSide, value: str | None) -> None:
    answer = await merchant.pay(product="PAYMENT_CODE", payCodeValue=value)
    assert_refused(answer, "100002", merchant, "payCodeValue")
    assert not value or value not in answer.message


async def test_a_payment_code_is_refused_after_a_minute_and_after_its_use(merchant: MerchantSide, clock: Clock) -> None:
    late, used = await merchant.code(), await merchant.code()
    assert (await merchant.pay("A-1", "PAYMENT_CODE", payCodeValue=used)).data["status"] == "success"
    again = await merchant.pay("A-2", "PAYMENT_CODE", payCodeValue=used)
    assert_refused(again, "100002", merchant, "used")
    clock.move(seconds=60)
    assert_refused(await merchant.pay("A-2", "PAYMENT_CODE", payCodeValue=late), "100002", merchant, "expired")
    assert (await merchant.books())["charged"] == {"KRW": "1500"}


async def test_the_same_order_id_with_another_content_is_refused(merchant: MerchantSide) -> None:
    await merchant.pay()
    for changed in ({"amount": "1501"}, {"goods": {"description": "Other"}}, {"terminalId": None}):
        answer = await merchant.pay(**changed)
        assert_refused(answer, "100009", merchant, "merchantOrderId")
    assert (await merchant.detail()).data["amount"] == "1500"


@pytest.mark.parametrize("call", ["detail", "cancel", "refund"])
async def test_what_nobody_asked_for_does_not_exist(merchant: MerchantSide, call: str) -> None:
    body = {"merchantOrderId": "A-404", "merchantRefundId": "R-1", "amount": "1", "currency": "KRW"}
    answer = await merchant.ask(call, body)
    assert_refused(answer, "100004", merchant)
    assert answer.message == "Transaction does not exist"


@pytest.mark.parametrize("call", ["detail", "cancel", "refund"])
async def test_a_call_that_names_no_order_is_refused(merchant: MerchantSide, call: str) -> None:
    body = {"merchantRefundId": "R-1", "amount": "1", "currency": "KRW"}
    assert_refused(await merchant.ask(call, body), "100002", merchant, "merchantOrderId")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("merchantRefundId", None, "100002"),
        ("merchantRefundId", "R 1", "100002"),
        ("amount", None, "100002"),
        ("amount", "500.0", "100002"),
        ("amount", "0", "100002"),
        ("amount", "1501", "100005"),
        ("currency", None, "100002"),
    ],
)
async def test_a_refund_that_is_not_in_order_is_refused(
    merchant: MerchantSide, field: str, value: str | None, code: str
) -> None:
    await merchant.shown_and_paid()
    assert_refused(await merchant.refund(**{"amount": "500", field: value}), code, merchant, field)
    assert (await merchant.detail()).data.get("refunds") is None


async def test_a_refund_in_another_currency_is_refused(merchant: MerchantSide) -> None:
    await merchant.shown_and_paid()
    assert_refused(await merchant.refund("5.00", currency="SGD"), "100002", merchant, "currency")


async def test_a_refund_beyond_what_is_left_is_refused(merchant: MerchantSide) -> None:
    await merchant.shown_and_paid()
    await merchant.refund("1000", "R-1")
    assert_refused(await merchant.refund("501", "R-2"), "100005", merchant, "more than was paid")
    assert (await merchant.books())["given_back"] == {"KRW": "1000"}


async def test_a_refund_id_with_another_content_is_refused(merchant: MerchantSide) -> None:
    await merchant.shown_and_paid()
    await merchant.refund("500", "R-1")
    assert_refused(await merchant.refund("400", "R-1"), "100009", merchant, "merchantRefundId")


@pytest.mark.parametrize("paid", [False, True])
async def test_what_is_not_paid_or_not_any_more_is_not_refunded(merchant: MerchantSide, *, paid: bool) -> None:
    await (merchant.shown_and_paid() if paid else merchant.pay())
    await merchant.cancel()
    assert_refused(await merchant.refund("500"), "100005", merchant)


async def test_cancel_after_the_cut_off_is_refused_and_refund_is_not(merchant: MerchantSide, clock: Clock) -> None:
    await merchant.shown_and_paid()
    clock.at = clock.at.replace(hour=23, minute=59, second=59)
    assert_refused(await merchant.cancel(), "100005", merchant, "REFUND")
    assert (await merchant.refund("1500")).data["status"] == "success"


async def test_cancel_of_a_declined_payment_is_refused(merchant: MerchantSide) -> None:
    await merchant.pay()
    await merchant.control("POST", "/sandbox/orders/A-1/decline")
    assert_refused(await merchant.cancel(), "100005", merchant)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b"\xff{}", b'{"a": 1, "a": 2}', b'{"a": "' + b"x" * 65536 + b'"}']
)
async def test_a_body_that_is_no_json_object_is_refused(merchant: MerchantSide, content: bytes) -> None:
    response = await merchant.http.post("/pay", content=content, headers=merchant.headers({}))
    assert_refused(Answer(response, response.json()), "100002", merchant, "body")


async def test_the_calls_are_posted(merchant: MerchantSide) -> None:
    assert (await merchant.http.get("/pay")).status_code == 405
