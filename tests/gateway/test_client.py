import asyncio
import codecs
import gzip
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from scripted_gateway import (
    Behaviour,
    Heard,
    Script,
    answers,
    by_hand,
    done,
    free_port,
    hangs_up_after,
    paid,
    raw,
    said,
    says_nothing,
    scripted,
    sends,
    sha,
    trickles,
)
from waits import PATIENCE

from kiosk.gateway.client import Gateway
from kiosk.gateway.exchange import Account, Timeouts
from kiosk.gateway.signing import RsaKey, ShaKey, TokenKey
from kiosk.gateway.wire import Dialect, Paths, SignType
from kiosk.sale.money import Amount
from kiosk.sale.order import Order, Product
from kiosk.sale.outcome import Absent, Accepted, Approved, NotSent, Outcome, Pending, Refused, Unknown
from kiosk.sale.payment_code import PaymentCode

pytestmark = pytest.mark.anyio

MakeOrder = Callable[..., Order]
MakeGateway = Callable[..., Gateway]
CODE = "281010897274821897271234"
HASTY = Timeouts(connect=1.0, act=0.15, detail=0.1)  # for tests in which time must run out
ABSENT = said("100004", "Transaction does not exist")
SHOWN = paid(status="processing", payAction={"type": "QRCODE", "redirectUrl": "https://pay.example/1"})


def each_request(gateway: Gateway, order: Order) -> dict[str, Awaitable[Outcome]]:
    return {
        "PAY": gateway.pay(order, None),
        "DETAIL": gateway.detail(order),
        "CANCEL": gateway.cancel(order),
        "REFUND": gateway.refund(order, "K1-0001R1", Amount(500, "KRW"), "jam"),
        "probe": gateway.probe(),
    }


async def outcomes(gateway: Gateway, order: Order) -> dict[str, Outcome]:
    return {name: await asked for name, asked in each_request(gateway, order).items()}


# --- what goes out ---------------------------------------------------------------------------------------------------


async def test_pay_is_signed_over_exactly_what_is_sent(gateway: MakeGateway, order: MakeOrder) -> None:
    async with scripted(answers(SHOWN)) as script:
        client = gateway(script.url, notify_url="https://kiosk.example/notification")
        await client.pay(order(Product.PAYMENT_CODE), PaymentCode(CODE))
    text = (
        "amount=1500&currency=KRW&expireAt=2026-11-23 18:35:00&goods=|description=Ticket|&merchantOrderId=K1-0001"
        "&notifyUrl=https://kiosk.example/notification&payCodeValue=281010897274821897271234&paymentMethod=KAKAOPAY"
        "&product=PAYMENT_CODE&riskData=|Device=|os=LINUX||&terminalId=kiosk-0001"
    )
    (heard,) = script.heard
    assert (heard.method, heard.path) == ("POST", "/pay")
    assert heard.headers["sign"] == sha(text)
    assert by_hand(heard.body) == text
    assert heard.headers["clientid"] == "M0001"
    assert heard.headers["signtype"] == "SHA"
    assert heard.headers["signid"] == "K0001"
    assert heard.headers["content-type"] == "application/json; charset=utf-8"
    assert "token" not in heard.headers


async def test_without_an_address_for_notifications_none_is_sent(gateway: MakeGateway, order: MakeOrder) -> None:
    async with scripted(answers(SHOWN)) as script:
        await gateway(script.url).pay(order(), None)
    assert "notifyUrl" not in script.heard[0].body
    assert "payCodeValue" not in script.heard[0].body


async def test_a_korean_description_is_sent_in_utf_8_and_signed_as_it_is(
    gateway: MakeGateway, order: MakeOrder
) -> None:
    async with scripted(answers(SHOWN)) as script:
        await gateway(script.url, description="주차권").pay(order(), None)
    (heard,) = script.heard
    assert "주차권".encode() in heard.content
    assert heard.headers["sign"] == sha(by_hand(heard.body))


async def test_goods_that_are_described_anew_are_described_so_from_then_on(
    gateway: MakeGateway, order: MakeOrder
) -> None:
    async with scripted(answers(SHOWN)) as script:
        client = gateway(script.url)
        client.describe("Coffee")
        await client.pay(order(), None)
    (heard,) = script.heard
    assert heard.body["goods"] == {"description": "Coffee"}


async def test_detail_cancel_and_refund_are_signed_likewise(gateway: MakeGateway, order: MakeOrder) -> None:
    async with scripted(answers(said("999999", "system error"))) as script:
        await outcomes(gateway(script.url), order())
    texts = {heard.path: (heard.headers["sign"], by_hand(heard.body)) for heard in script.heard[:4]}
    refund = "amount=500&currency=KRW&merchantOrderId=K1-0001&merchantRefundId=K1-0001R1&reason=jam"
    assert texts["/detail"] == texts["/cancel"] == (sha("merchantOrderId=K1-0001"), "merchantOrderId=K1-0001")
    assert texts["/refund"] == (sha(refund), refund)


async def test_no_request_id_is_used_twice(gateway: MakeGateway, order: MakeOrder) -> None:
    async with scripted(answers(SHOWN)) as script:
        client = gateway(script.url)
        for _ in range(3):
            await outcomes(client, order())
    assert len({heard.headers["requestid"] for heard in script.heard}) == len(script.heard) == 15


async def test_paths_and_a_prefix_of_the_address_are_the_configurations(gateway: MakeGateway, order: MakeOrder) -> None:
    dialect = Dialect(paths=Paths(pay="/api/Pay", refund="/api/Refund", cancel="/api/Cancel", detail="/api/Query"))
    async with scripted(answers(SHOWN)) as script:
        await outcomes(gateway(f"{script.url}/v1/", dialect=dialect), order())
    assert [heard.path for heard in script.heard] == [
        "/v1/api/Pay",
        "/v1/api/Query",
        "/v1/api/Cancel",
        "/v1/api/Refund",
        "/v1/api/Query",
    ]


async def test_one_connection_is_kept_for_all(gateway: MakeGateway, order: MakeOrder) -> None:
    async with scripted(answers(ABSENT)) as script:
        await outcomes(gateway(script.url), order())
    assert (script.connections, len(script.heard)) == (1, 5)


async def test_the_device_and_the_digest_follow_the_switches(gateway: MakeGateway, order: MakeOrder) -> None:
    async with scripted(answers(SHOWN)) as script:
        key = ShaKey("K0001", "TESTKEY", "sha512", "")
        await gateway(script.url, key=key, dialect=Dialect(device_os="ANDROID")).pay(order(), None)
    (heard,) = script.heard
    assert heard.body["riskData"] == {"Device": {"os": "ANDROID"}}
    assert key.verify(heard.body, heard.headers["sign"])
    assert len(heard.headers["sign"]) == 128


# --- what is believed ------------------------------------------------------------------------------------------------


async def test_verified_answers_are_read(gateway: MakeGateway, order: MakeOrder) -> None:
    async with scripted(answers(SHOWN)) as script:
        client = gateway(script.url)
        assert await client.pay(order(), None) == Pending("UQ-1", "https://pay.example/1")
        script.does = answers(paid())
        assert isinstance(await client.detail(order()), Approved)
        script.does = answers(done({"status": "closed", "merchantOrderId": "K1-0001"}))
        assert await client.cancel(order()) == Accepted()
        script.does = answers(done({"status": "processing", "uqRefundId": "UR-1", "merchantOrderId": "K1-0001"}))
        assert await client.refund(order(), "R1", Amount(500, "KRW"), "jam") == Accepted()
        script.does = answers(said("100005", "too late"))
        assert await client.cancel(order()) == Refused("100005 too late")
        script.does = answers(ABSENT)
        assert await client.detail(order()) == Absent()


def whole(body: dict[str, object], content: bytes | None = None, **headers: str) -> Behaviour:
    """An answer that is well signed, with these headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = json.dumps(body).encode() if content is None else content
    return sends(raw("200 OK", {"sign": sha(by_hand(body)), **named}, sent))


async def test_an_answer_to_another_request_is_unknown(gateway: MakeGateway, order: MakeOrder) -> None:
    async def echoes(heard: Heard, out: asyncio.StreamWriter) -> None:
        await whole(paid(), requestId=heard.headers["requestid"])(heard, out)

    async with scripted(echoes) as script:
        client = gateway(script.url)
        assert isinstance(await client.detail(order()), Approved)
        script.does = whole(paid(), requestId="0" * 32)
        assert await client.detail(order()) == Unknown("an answer to another request")
        script.does = whole({**paid(), "requestId": "0" * 32})  # signed, with a header that says nothing
        assert await client.detail(order()) == Unknown("an answer to another request")


async def test_a_byte_order_mark_is_skipped(gateway: MakeGateway, order: MakeOrder) -> None:
    content = codecs.BOM_UTF8 + json.dumps(paid()).encode()
    async with scripted(whole(paid(), content)) as script:
        assert isinstance(await gateway(script.url).detail(order()), Approved)


async def test_gzip_is_read_though_it_was_not_asked_for(gateway: MakeGateway, order: MakeOrder) -> None:
    packed = gzip.compress(json.dumps(paid()).encode())
    async with scripted(whole(paid(), packed, content_encoding="gzip")) as script:
        assert isinstance(await gateway(script.url).detail(order()), Approved)


@pytest.mark.parametrize(
    ("encoding", "content", "why"),
    [
        ("gzip", b"hush", "an answer that says it is gzip, and is none"),
        ("gzip", gzip.compress(b"x" * 20_000)[:30], "an answer in gzip that is broken off"),
        ("gzip", gzip.compress(b" " * 70_000), "an answer of more than 65536 bytes"),
        ("gzip", gzip.compress(b"\0" * 50_000_000), "an answer of more than 65536 bytes"),
        ("br", b"hush", "an answer in an encoding that was not asked for: br"),
    ],
    ids=["none", "broken off", "too long", "a bomb", "another"],
)
async def test_an_encoding_that_can_not_be_read_is_named(
    encoding: str, content: bytes, why: str, gateway: MakeGateway, order: MakeOrder
) -> None:
    async with scripted(whole(paid(), content, content_encoding=encoding)) as script:
        assert await gateway(script.url).detail(order()) == Unknown(why)


async def test_an_answer_that_is_not_read_to_its_end_takes_its_connection_with_it(
    gateway: MakeGateway, order: MakeOrder
) -> None:
    """Else what is left of it would be the next answer's beginning, and a connection be lost with each."""
    async with scripted(whole(paid(), b" " * 2_000_000)) as script:
        client = gateway(script.url)
        for asked in range(1, 4):
            assert await client.detail(order()) == Unknown("an answer of more than 65536 bytes")
            assert script.connections == asked
            assert not client._exchange._transport._made["http"]._pool.connections


async def test_no_cookie_is_kept(gateway: MakeGateway, order: MakeOrder) -> None:
    async with scripted(whole(paid(), set_cookie="session=1; Path=/")) as script:
        client = gateway(script.url)
        for _ in range(2):
            assert isinstance(await client.detail(order()), Approved)
    assert not any("cookie" in heard.headers for heard in script.heard)


async def test_a_payment_on_the_static_code_is_asked_about_by_the_gateways_id(gateway: MakeGateway) -> None:
    told = paid(order_id=None, product="ENTRY_CODE", uqOrderId="UQ-9", terminalId="kiosk-0007")
    async with scripted(answers(told)) as script:
        client = gateway(script.url)
        said_, terminal = await client.entry("UQ-9")
        assert isinstance(said_, Approved)
        assert terminal == "kiosk-0007"
        assert script.heard[0].body == {"uqOrderId": "UQ-9"}
        script.does = says_nothing
        assert (await gateway(script.url, timeouts=HASTY).entry("UQ-9"))[1] == ""


async def test_a_signature_in_capitals_is_as_good(gateway: MakeGateway, order: MakeOrder) -> None:
    async with scripted(answers(paid(), sha(by_hand(paid()["data"])))) as script:
        client = gateway(script.url)
        assert isinstance(await client.detail(order()), Unknown)
        script.does = answers(paid(), sha(by_hand(paid())).upper())
        assert isinstance(await client.detail(order()), Approved)


async def test_numbers_are_verified_as_they_were_written(gateway: MakeGateway, order: MakeOrder) -> None:
    content = (
        b'{"respCode":"000000","data":{"status":"success","merchantOrderId":"K1-0001","uqOrderId":77,"amount":15.00'
    )
    content += b',"currency":"SGD","product":"ORDER_CODE","rate":1E1}}'
    text = (
        "data=|amount=15.00&currency=SGD&merchantOrderId=K1-0001&product=ORDER_CODE&rate=1E1&status=success"
        "&uqOrderId=77|&respCode=000000"
    )
    dollars = order(amount=Amount(1500, "SGD"))
    async with scripted(sends(raw("200 OK", {"sign": sha(text)}, content))) as script:
        assert await gateway(script.url).detail(dollars) == Approved("K1-0001", "77", Amount(1500, "SGD"))


async def test_rsa_answers_are_verified_with_the_gateways_key(gateway: MakeGateway, order: MakeOrder) -> None:
    ours, theirs = (generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    signature = RsaKey("R1", theirs).sign(paid())
    async with scripted(answers(paid(), signature)) as script:
        client = gateway(script.url, key=RsaKey("R1", ours, theirs.public_key()))
        assert isinstance(await client.detail(order()), Approved)
        script.does = answers(paid(), RsaKey("R1", ours).sign(paid()))
        assert isinstance(await client.detail(order()), Unknown)
    heard = script.heard[0]
    assert heard.headers["signtype"] == "RSA"
    assert RsaKey("R1", public_key=ours.public_key()).verify(heard.body, heard.headers["sign"])


async def test_with_a_token_answers_need_no_signature(gateway: MakeGateway, order: MakeOrder) -> None:
    async with scripted(answers(paid(), "")) as script:
        client = gateway(script.url, key=TokenKey("T1", "token-1"))
        assert isinstance(await client.detail(order()), Approved)
    heard = script.heard[0]
    assert (heard.headers["token"], heard.headers["signtype"]) == ("token-1", "TOKEN")
    assert "sign" not in heard.headers


async def test_absent_is_the_healthy_answer_to_a_probe(gateway: MakeGateway) -> None:
    async with scripted(answers(ABSENT)) as script:
        client = gateway(script.url)
        assert await client.probe() == Absent()
        script.does = answers(paid())
        assert isinstance(await client.probe(), Unknown)
        script.does = answers(ABSENT, "")
        assert isinstance(await client.probe(), Unknown)
    assert script.heard[0].path == "/detail"


# --- the gateway's clock ---------------------------------------------------------------------------------------------


async def test_the_clock_is_learned_from_verified_answers_only(gateway: MakeGateway, order: MakeOrder) -> None:
    ahead, behind = (datetime.now(UTC) + timedelta(hours=hours) for hours in (1, -5))
    async with scripted(answers(paid(), "0" * 64, date=behind)) as script:
        client = gateway(script.url)
        await client.detail(order())
        assert client.clock_news() is None
        script.does = answers(paid(), date=ahead)
        await client.detail(order())
        news = client.clock_news()
        assert news is not None
        assert abs(news - timedelta(hours=1)) < timedelta(seconds=30)
        assert client.clock_news() is None  # told once
        for worthless in (answers(paid(), "", date=behind), answers(paid()), answers(paid(), date=None)):
            script.does = worthless
            await client.detail(order())
        script.does = sends(raw("200 OK", {"sign": sha(by_hand(paid())), "date": "yesterday"}, b"{}"))
        await client.detail(order())
        assert client.clock_news() is None


@pytest.mark.parametrize(
    "date",
    ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"],
)
async def test_a_date_that_can_not_be_is_no_news(gateway: MakeGateway, order: MakeOrder, date: str) -> None:
    answer = paid()
    content = json.dumps(answer).encode()
    async with scripted(sends(raw("200 OK", {"sign": sha(by_hand(answer)), "date": date}, content))) as script:
        client = gateway(script.url)
        await client.detail(order())
        assert client.clock_news() is None


# --- trouble ---------------------------------------------------------------------------------------------------------


async def test_without_a_listener_nothing_was_sent(gateway: MakeGateway, order: MakeOrder) -> None:
    for outcome in (await outcomes(gateway(f"http://127.0.0.1:{free_port()}"), order())).values():
        assert isinstance(outcome, NotSent)
        assert outcome.reason.startswith("no connection to the gateway")


@pytest.mark.parametrize("does", [says_nothing, hangs_up_after(b"")], ids=["silent", "not speaking TLS"])
async def test_without_tls_nothing_was_sent(does: Behaviour, gateway: MakeGateway, order: MakeOrder) -> None:
    async def greet(reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        await reader.read(64)
        if does is says_nothing:
            await reader.read()
        else:
            out.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        out.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        client = gateway(f"https://127.0.0.1:{port}", timeouts=Timeouts(connect=0.2))
        assert isinstance(await client.pay(order(), None), NotSent)


async def test_to_a_server_whose_certificate_nobody_vouches_for_nothing_was_sent(
    gateway: MakeGateway, order: MakeOrder, self_signed: object
) -> None:
    async with scripted(answers(paid()), tls=self_signed) as script:
        outcome = await gateway(script.url.replace("http:", "https:")).pay(order(), None)
    assert isinstance(outcome, NotSent)
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.reason
    assert script.heard == []


TROUBLE = {
    "hangs up before the answer": hangs_up_after(b""),
    "hangs up within the head": hangs_up_after(b"HTTP/1.1 200 OK\r\ncontent-le"),
    "hangs up within the body": hangs_up_after(raw("200 OK", {}, b'{"respCode": "000000"}')[:-5]),
    "not HTTP": hangs_up_after(b"hush, this is SMTP\r\n\r\n"),
    "a header that is none": hangs_up_after(b"HTTP/1.1 200 OK\r\nhush hush\r\n\r\n"),
    "status 500": answers(paid(), status="500 Internal Server Error"),
    "status 401": answers(paid(), status="401 Unauthorized"),
    "status 201": answers(paid(), status="201 Created"),
    "status 204": sends(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "empty": sends(raw("200 OK", {"sign": sha("")}, b"")),
    "garbage": sends(raw("200 OK", {"sign": sha("")}, b"<html>hush</html>")),
    "a list": sends(raw("200 OK", {"sign": sha("")}, b"[]")),
    "a name twice": sends(raw("200 OK", {"sign": sha("a=2")}, b'{"a": "1", "a": "2"}')),
    "unsigned": answers(paid(), ""),
    "wrongly signed": answers(paid(), sha("something else")),
    "signed with another key": answers(paid(), sha(by_hand(paid()), "OTHERKEY")),
    "signed, then changed": answers(paid(amount="15"), sha(by_hand(paid()))),
    "an unsigned refusal": answers(said("100001", "bad signature"), ""),
    "an unsigned absent": answers(ABSENT, ""),
    "a system error": answers(said("999999", "system error")),
    "a code nobody knows": answers(said("424242", "hm")),
    "no code": answers({"data": paid()["data"]}),
    "another order": answers(paid("K1-0002")),
    "larger than 64 KiB": answers(paid(note="x" * 70_000)),
    "compressed": sends(raw("200 OK", {"content-encoding": "gzip", "sign": sha("")}, b"\x1f\x8b\x08hush")),
}


@pytest.mark.parametrize("does", TROUBLE.values(), ids=TROUBLE)
async def test_whatever_goes_wrong_once_it_was_sent_leaves_the_result_unknown(
    does: Behaviour, gateway: MakeGateway, order: MakeOrder
) -> None:
    async with scripted(does) as script:
        client = gateway(script.url)
        for name, outcome in (await outcomes(client, order())).items():
            assert isinstance(outcome, Unknown), name
            assert 0 < len(outcome.reason) < 120
            assert "\n" not in outcome.reason
            assert "hush" not in outcome.reason
        script.does = answers(paid())
        assert isinstance(await client.detail(order()), Approved)  # and the client is as good as before


@pytest.mark.parametrize("fields", [{"amount": "1501"}, {"currency": "JPY"}, {"product": "ENTRY_CODE"}], ids=str)
async def test_a_signed_success_over_something_else_leaves_the_result_unknown(
    fields: dict[str, str], gateway: MakeGateway, order: MakeOrder
) -> None:
    async with scripted(answers(paid(**fields))) as script:
        client = gateway(script.url)
        assert isinstance(await client.pay(order(), None), Unknown)
        assert isinstance(await client.detail(order()), Unknown)


@pytest.mark.parametrize("does", [says_nothing, trickles], ids=["silence", "a trickle of bytes"])
async def test_an_answer_that_takes_too_long_leaves_the_result_unknown(
    does: Behaviour, gateway: MakeGateway, order: MakeOrder
) -> None:
    async with scripted(does) as script, asyncio.timeout(PATIENCE):
        for outcome in (await outcomes(gateway(script.url, timeouts=HASTY), order())).values():
            assert isinstance(outcome, Unknown)


async def test_detail_is_waited_for_less_long_than_the_others(gateway: MakeGateway, order: MakeOrder) -> None:
    assert Timeouts() == Timeouts(connect=3.0, act=15.0, detail=8.0)
    async with scripted(says_nothing) as script:
        client = gateway(script.url, timeouts=Timeouts(act=60.0, detail=0.05))
        paying = asyncio.create_task(client.pay(order(), None))
        assert isinstance(await client.detail(order()), Unknown)
        assert not paying.done()
        paying.cancel()
        await asyncio.gather(paying, return_exceptions=True)


@pytest.mark.parametrize("status", ["301 Moved Permanently", "307 Temporary Redirect", "308 Permanent Redirect"])
async def test_a_redirect_is_not_followed(status: str, gateway: MakeGateway, order: MakeOrder) -> None:
    async with scripted(answers(paid())) as elsewhere, scripted(answers(paid())) as script:
        script.does = sends(raw(status, {"location": f"{elsewhere.url}/pay"}, b""))
        assert isinstance(await gateway(script.url).pay(order(), None), Unknown)
    assert elsewhere.heard == []


async def test_a_proxy_of_the_environment_is_not_asked(
    gateway: MakeGateway, order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scripted(answers(paid())) as proxy, scripted(answers(paid())) as script:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        assert isinstance(await gateway(script.url).detail(order()), Approved)
    assert proxy.heard == []


# --- codes that come as a picture ------------------------------------------------------------------------------------


def picture(text: str, **how: object) -> bytes:
    out = BytesIO()
    segno.make(text).save(out, kind="png", scale=4, **how)
    return out.getvalue()


async def shown_by(script: Script, client: Gateway, order: Order, address: str, content: bytes | None) -> Outcome:
    """PAY, answered with the address of a picture, and then the picture."""
    shown = paid(status="processing", payAction={"type": "QRCODE", "redirectUrl": address})

    async def behave(heard: object, out: asyncio.StreamWriter) -> None:
        asks_for_it = heard.method == "GET"
        does = sends(raw("200 OK", {}, content)) if asks_for_it and content else answers(shown)
        await (hangs_up_after(b"") if asks_for_it and content is None else does)(heard, out)

    script.does = behave
    return await client.pay(order, None)


@pytest.mark.parametrize("how", [{}, {"light": None}, {"border": 0, "dark": "#123"}], ids=["plain", "clear", "tinted"])
async def test_a_code_given_as_a_picture_is_read(
    how: dict[str, object], gateway: MakeGateway, order: MakeOrder
) -> None:
    how = {"border": 4, **how} if how.get("border") != 0 else {**how, "border": 2}
    async with scripted(says_nothing) as script:
        client = gateway(script.url, dialect=Dialect(qr_value="image"))
        outcome = await shown_by(
            script, client, order(), f"{script.url}/qr.png", picture("https://pay.example/1", **how)
        )
    assert outcome == Pending("UQ-1", "https://pay.example/1")
    assert [heard.path for heard in script.heard] == ["/pay", "/qr.png"]
    assert not {"clientid", "sign", "token", "requestid"} & set(script.heard[1].headers)


@pytest.mark.parametrize(
    "content",
    [None, b"hush", picture("https://pay.example/1")[:-40], b"\x89PNG\r\n\x1a\n", b"x" * 1_100_000],
    ids=["none", "garbage", "half", "head", "too large"],
)
async def test_a_picture_without_a_code_leaves_the_result_in_doubt(
    content: bytes | None, gateway: MakeGateway, order: MakeOrder
) -> None:
    async with scripted(says_nothing) as script:
        client = gateway(script.url, dialect=Dialect(qr_value="image"))
        outcome = await shown_by(script, client, order(), f"{script.url}/qr.png", content)
    assert outcome == Pending("UQ-1", None)


@pytest.mark.parametrize(
    "address", ["ftp://127.0.0.1/qr.png", "file:///etc/passwd", "qr.png", "http://", "http://[", "a b"]
)
async def test_a_picture_at_no_web_address_leaves_the_result_in_doubt(
    address: str, gateway: MakeGateway, order: MakeOrder
) -> None:
    async with scripted(says_nothing) as script:
        client = gateway(script.url, dialect=Dialect(qr_value="image"))
        assert await shown_by(script, client, order(), address, b"") == Pending("UQ-1", None)
    assert len(script.heard) == 1


async def test_a_page_to_open_is_no_picture(gateway: MakeGateway, order: MakeOrder) -> None:
    redirect = paid(
        status="processing", product="CASHIER_PAYMENT", payAction={"type": "REDIRECT", "Url": "https://pay.example/2"}
    )
    async with scripted(answers(redirect)) as script:
        client = gateway(script.url, dialect=Dialect(qr_value="image"))
        outcome = await client.pay(order(Product.CASHIER_PAYMENT), None)
    assert outcome == Pending("UQ-1", "https://pay.example/2")


# --- secrets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [ShaKey("K0001", "TESTKEY"), TokenKey("T1", "token-1")], ids=["SHA", "TOKEN"])
async def test_no_secret_is_logged_whatever_happens(
    key: ShaKey | TokenKey, gateway: MakeGateway, order: MakeOrder, caplog: pytest.LogCaptureFixture
) -> None:
    echo = {**SHOWN, "respMsg": f"payCodeValue {CODE} charged", "payCodeValue": CODE, "token": "token-1"}
    scan = order(Product.PAYMENT_CODE)
    with caplog.at_level(logging.DEBUG):
        for does in (answers(echo), *TROUBLE.values(), answers(said("100002", f"{CODE} is used"))):
            async with scripted(does) as script:
                client = gateway(script.url, key=key)
                seen = [await client.pay(scan, PaymentCode(CODE)), await client.detail(scan)]
                signatures = {heard.headers.get("sign", "token-1") for heard in script.heard}
                for secret in (CODE, "TESTKEY", "token-1", *signatures):
                    assert secret not in repr(seen)
                    assert secret not in caplog.text
                    assert all(secret not in str(vars(record)) for record in caplog.records)
    assert "28**************1234" in caplog.text
    assert "https://pay.example" not in caplog.text


async def test_each_outcome_of_pay_is_logged_with_its_order(
    gateway: MakeGateway, order: MakeOrder, caplog: pytest.LogCaptureFixture
) -> None:
    async with scripted(answers(paid(product="PAYMENT_CODE"))) as script:
        client = gateway(script.url)
        with caplog.at_level(logging.INFO, "kiosk.gateway.client"):
            await client.pay(order(), None)
            await client.pay(replace(order(), product=Product.PAYMENT_CODE), PaymentCode(CODE))
    told = [(record.levelname, record.EVENT, record.ORDER_ID) for record in caplog.records]
    assert told == [("WARNING", "Unknown", "K1-0001"), ("INFO", "Approved", "K1-0001")]


async def test_that_nothing_new_was_heard_is_not_logged(
    gateway: MakeGateway, order: MakeOrder, caplog: pytest.LogCaptureFixture
) -> None:
    async with scripted(answers(SHOWN)) as script:
        client = gateway(script.url)
        with caplog.at_level(logging.INFO):
            await client.detail(order())
            script.does = answers(ABSENT)
            await client.probe()
    assert caplog.records == []


@pytest.mark.parametrize("token", ["one\nX-More: two", "토큰"])
async def test_a_token_that_no_header_can_hold_is_refused_without_showing_it(token: str, gateway: MakeGateway) -> None:
    with pytest.raises(ValueError, match=r"^the token has characters that no header can hold$"):
        gateway("http://127.0.0.1:1", key=TokenKey("T1", token))


async def test_an_account_shows_no_secret_and_fits_its_key(gateway: MakeGateway) -> None:
    client = gateway("http://127.0.0.1:1", key=ShaKey("K0001", "hush"))
    assert "hush" not in repr(client._account)
    with pytest.raises(ValueError, match="sign type"):
        replace(client._account, sign_type="RSA")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://gw.example/s3cret?a=s3cret", "https://gw.example"),
        ("http://127.0.0.1:8070", "http://127.0.0.1:8070"),
        ("https://[::1]:8443/x", "https://[::1]:8443"),
    ],
)
async def test_its_address_is_shown_as_scheme_and_host(address: str, shown: str) -> None:
    gateway = Gateway(Account(address, "M", "T", SignType.SHA, ShaKey("K", "s"), ZoneInfo("Asia/Singapore"), "x"))
    assert gateway.base_url == shown
    await gateway.aclose()
