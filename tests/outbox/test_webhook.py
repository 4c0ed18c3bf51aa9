import asyncio
import json
import socket
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waits import PATIENCE
from webhook_receiver import SECRET, answer, receiving, serving

from kiosk.outbox.webhook import Answer, Delivered, Later, Refused, Webhook, _seconds

pytestmark = pytest.mark.anyio

BODY = json.dumps({"type": "payment.paid", "data": {"sequence": 1, "reason": "결제"}}, ensure_ascii=False)


def now() -> datetime:
    return datetime.now(timezone(timedelta(hours=9)))


async def post(url: str, limit: float = 10.0) -> Answer:
    async with Webhook(url, SECRET, limit=limit) as webhook:
        return await webhook.post("msg_1", BODY, now())


async def test_a_report_arrives_signed_and_byte_for_byte() -> None:
    async with receiving() as receiver:
        assert await post(receiver.url) == Delivered()
        receiver.verify()
        assert receiver.bodies == [BODY]
        (head,) = receiver.heads
        assert head["webhook-id"] == "msg_1"
        assert head["content-type"] == "application/json"
        assert abs(int(head["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_2xx_is_delivered(status: int) -> None:
    async with receiving(answer(status)) as receiver:
        assert await post(receiver.url) == Delivered()


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
async def test_an_answer_that_asks_for_another_try_gets_one(status: int) -> None:
    async with receiving(answer(status)) as receiver:
        assert await post(receiver.url) == Later(f"answered {status}")


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 405, 410, 413, 422, 600, 999])
async def test_any_other_answer_is_a_refusal_and_410_a_last_one(status: int) -> None:
    async with receiving(answer(status)) as receiver:
        assert await post(receiver.url) == Refused(f"answered {status}", gone=status == 410)


@pytest.mark.parametrize("location", ["/elsewhere", "http://[broken", "http://127.0.0.1:1/", ""])
async def test_a_redirect_is_not_followed_wherever_it_leads(location: str) -> None:
    async with receiving(answer(307, f"location: {location}")) as receiver:
        assert await post(receiver.url) == Refused("answered 307")
        assert len(receiver.bodies) == 1


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\x00\xff" * 100,
        b"HTTP/1.1 200",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/9.9 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nlong: " + b"x" * 1_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 10,
    ],
    ids=["closed", "noise", "cut off", "status", "version", "header", "endless header", "never an end"],
)
async def test_what_is_no_http_is_no_answer(reply: bytes) -> None:
    async with receiving(reply) as receiver:
        assert await post(receiver.url) == Later("no answer (RemoteProtocolError)")


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 204 \xff\xfe\r\nset-cookie: \xff=\xff; expires=never\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 9\r\n\r\nnot gzip!",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n" + b"x" * 100_000,
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzzz\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
    ],
    ids=["headers", "encoding", "too short", "chunks", "1.0"],
)
async def test_the_status_counts_whatever_comes_with_it(reply: bytes) -> None:
    async with receiving(reply) as receiver:
        assert await post(receiver.url) == Delivered()


async def test_a_server_that_says_nothing_is_not_waited_for_longer_than_the_limit() -> None:
    async with receiving(None) as receiver:
        assert await post(receiver.url, limit=0.2) == Later("no answer within 0.2 s")


async def test_a_server_that_answers_letter_by_letter_is_not_waited_for_longer_than_the_limit() -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 ")
        while True:
            writer.write(b"O")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with serving(drip) as port:
        assert await post(f"http://127.0.0.1:{port}/", limit=0.3) == Later("no answer within 0.3 s")


async def test_results_go_over_one_connection_whatever_the_server_says_besides() -> None:
    connections = 0

    async def keeps(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nthank")

    async with serving(keeps) as port, Webhook(f"http://127.0.0.1:{port}/", SECRET) as webhook:
        assert [await webhook.post(f"msg_{number}", BODY, now()) for number in range(5)] == [Delivered()] * 5
    assert connections == 1


async def test_a_body_without_end_is_not_read_to_its_end() -> None:
    sent = 0

    async def floods(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + bytes(65536) + b"\r\n")
            await writer.drain()
            sent += 65536

    async with serving(floods) as port:
        assert await post(f"http://127.0.0.1:{port}/") == Delivered()
    assert sent < 16_000_000, "no more than the sockets' buffers hold"


async def test_a_body_that_trickles_is_not_waited_for() -> None:
    async def trickles(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with serving(trickles) as port:
        async with asyncio.timeout(PATIENCE / 2):
            assert await post(f"http://127.0.0.1:{port}/", limit=PATIENCE) == Delivered()


async def test_no_server_is_no_answer() -> None:
    with socket.socket() as bound:  # a port that is ours and on which nobody listens
        bound.bind(("127.0.0.1", 0))
        found = await post(f"http://127.0.0.1:{bound.getsockname()[1]}/")
    assert found == Later("no answer (ConnectError)")


async def test_a_server_without_the_tls_it_promised_is_no_answer() -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(200))
        await writer.drain()

    async with serving(plain) as port:
        assert await post(f"https://127.0.0.1:{port}/") == Later("no answer (ConnectError)")


async def test_neither_the_secret_nor_the_address_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    async with receiving(b"") as receiver:
        url = f"{receiver.url}?token=open-sesame"
        async with Webhook(url, SECRET) as webhook:
            seen = f"{webhook!r} {await webhook.post('msg_1', BODY, now())!r} {caplog.text}"
    assert "sesame" not in seen
    assert SECRET.removeprefix("whsec_") not in seen


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_open sesame!", "결제", "whsec_A", "whsec_AA==", SECRET.removeprefix("whsec_")]
)
async def test_a_secret_that_can_not_be_one_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(ValueError, match="expected whsec_ followed by the Base64 of 24 to 64 bytes") as error:
        Webhook("http://127.0.0.1/", secret)
    assert "sesame" not in str(error.value)


NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0),
        ("0", 0),
        ("17", 17),
        (" 17 ", 17),
        ("300", 300),
        ("301", 300),
        ("9" * 10_000, 300),
        ("-5", 0),
        ("1.5", 0),
        ("٣", 0),
        ("soon", 0),
        (format_datetime(NOW + timedelta(seconds=40), usegmt=True), 40),
        ("Mon, 23 Nov 2026 12:00:40 -0000", 40),
        (format_datetime(NOW + timedelta(hours=1), usegmt=True), 300),
        (format_datetime(NOW - timedelta(hours=1), usegmt=True), 0),
        ("Mon, 99 Nov 2026 12:00:40 GMT", 0),
    ],
)
async def test_a_retry_after_is_honoured_up_to_five_minutes(text: str, seconds: float) -> None:
    assert _seconds(text, NOW) == seconds


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ [-+A-Z0-9]*"))
def test_no_retry_after_is_too_strange(text: str) -> None:
    assert 0 <= _seconds(text, NOW) <= 300
