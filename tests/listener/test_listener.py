"""The listener over real sockets: written byte by byte, as a gateway or a stranger would."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from waits import PATIENCE

from kiosk.listener import LARGEST, Answer, listener
from kiosk.serving.server import serving

pytestmark = pytest.mark.anyio
ACKNOWLEDGEMENT = b'{"code":"000000"}'
BODY = b'{"data": {"payCodeValue": "281010897274821897274821"}}'
SECRET = "281010897274821897274821"  # long enough to be found nowhere by chance


@dataclass
class Gatehouse:
    """What `accept` was given, and what it says. `takes`: seconds until it does."""

    says: Answer = Answer.ACCEPTED
    takes: float = 0.0
    heads: list[Mapping[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    given_up: int = 0

    async def accept(self, headers: Mapping[str, str], body: bytes) -> Answer:
        self.heads.append(headers)
        self.bodies.append(body)
        try:
            await asyncio.sleep(self.takes)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        return self.says


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Line:
    """An open connection to the listener."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def reply(self) -> Reply:
        async with asyncio.timeout(PATIENCE):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            body = await self.reader.readexactly(int(headers["content-length"]))
        return Reply(int(head[0].split()[1]), headers, body)


@asynccontextmanager
async def calling(house: Gatehouse, within: float = 4.5) -> AsyncIterator[Line]:
    app = listener(house.accept, ACKNOWLEDGEMENT, within=within)
    async with serving(app, host="127.0.0.1", port=0) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
        try:
            yield Line(reader, writer)
        finally:
            writer.close()
            await writer.wait_closed()


def head(*lines: str, first: str = "POST /notification HTTP/1.1", kind: str = "application/json") -> bytes:
    return "\r\n".join([first, "Host: kiosk", f"Content-Type: {kind}", *lines, "", ""]).encode()


def whole(body: bytes = BODY, *lines: str, **how: str) -> bytes:
    return head(f"Content-Length: {len(body)}", *lines, **how) + body


async def answered(house: Gatehouse, request: bytes, within: float = 4.5) -> Reply:
    async with calling(house, within) as line:
        await line.send(request)
        return await line.reply()


async def test_what_is_accepted_gets_exactly_the_acknowledgement() -> None:
    house = Gatehouse()
    reply = await answered(house, whole(BODY, "Sign: abc", "clientId: M1"))
    assert (reply.status, reply.body) == (200, ACKNOWLEDGEMENT)
    assert reply.headers["content-type"] == "application/json"
    assert house.bodies == [BODY]
    assert (house.heads[0]["sign"], house.heads[0]["clientid"]) == ("abc", "M1")


@pytest.mark.parametrize(("says", "status"), [(Answer.REFUSED, 401), (Answer.UNKNOWN_ORDER, 404), (Answer.FAILED, 503)])
async def test_anything_else_is_no_acknowledgement(says: Answer, status: int) -> None:
    reply = await answered(Gatehouse(says), whole())
    assert (reply.status, json.loads(reply.body)) == (status, {"error": says.value[1]})


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b"null"])
async def test_bad_json_is_for_the_one_who_verifies_to_refuse(body: bytes) -> None:
    house = Gatehouse(Answer.REFUSED)
    assert (await answered(house, whole(body))).status == 401
    assert house.bodies == [body]


async def test_several_notifications_come_over_one_connection() -> None:
    house = Gatehouse()
    async with calling(house) as line:
        for number in range(3):
            await line.send(whole(b"%d" % number))
            assert (await line.reply()).status == 200
    assert house.bodies == [b"0", b"1", b"2"]


async def test_a_chunked_body_is_put_together() -> None:
    house = Gatehouse()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (BODY[:7], BODY[7:]))
    assert (await answered(house, head("Transfer-Encoding: chunked") + chunks + b"0\r\n\r\n")).status == 200
    assert house.bodies == [BODY]


async def test_the_largest_body_is_taken_and_one_byte_more_is_not() -> None:
    house = Gatehouse()
    assert (await answered(house, whole(b"x" * LARGEST))).status == 200
    assert (await answered(house, whole(b"x" * (LARGEST + 1)))).status == 413
    assert [len(body) for body in house.bodies] == [LARGEST]


async def test_a_body_declared_too_large_is_refused_before_it_is_sent() -> None:
    house = Gatehouse()
    assert (await answered(house, head(f"Content-Length: {LARGEST + 1}"))).status == 413
    assert house.bodies == []


async def test_a_body_that_grows_too_large_is_refused() -> None:
    house = Gatehouse()
    chunk = b"x" * (LARGEST + 1)
    assert (
        await answered(house, head("Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(chunk), chunk))
    ).status == 413
    assert house.bodies == []


async def test_a_body_that_does_not_arrive_in_time_is_refused() -> None:
    house = Gatehouse()
    async with calling(house, within=0.2) as line:
        await line.send(head(f"Content-Length: {len(BODY)}") + BODY[:5])
        assert (await line.reply()).status == 408
    assert house.bodies == []


async def test_a_sender_that_breaks_off_is_not_heard() -> None:
    house = Gatehouse()
    async with calling(house) as line:
        await line.send(head(f"Content-Length: {len(BODY)}") + BODY[:5])
    assert house.bodies == []


async def test_when_recording_takes_too_long_it_is_to_be_sent_again() -> None:
    house = Gatehouse(takes=60)
    assert (await answered(house, whole(), within=0.2)).status == 503
    assert (len(house.bodies), house.given_up) == (1, 1)


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"first": "GET /notification HTTP/1.1"}, 405),
        ({"first": "PUT /notification HTTP/1.1"}, 405),
        ({"first": "POST / HTTP/1.1"}, 404),
        ({"first": "POST /notifications HTTP/1.1"}, 404),
        ({"first": "POST /../notification HTTP/1.1"}, 404),
        ({"kind": "text/plain"}, 415),
        ({"kind": "application/x-www-form-urlencoded"}, 415),
        ({"kind": ""}, 415),
    ],
)
async def test_only_json_posted_to_its_path_is_a_notification(how: dict[str, str], status: int) -> None:
    house = Gatehouse()
    assert (await answered(house, whole(**how))).status == status
    assert house.bodies == []


async def test_a_content_type_may_name_its_charset() -> None:
    house = Gatehouse()
    assert (await answered(house, whole(kind="Application/JSON; charset=utf-8"))).status == 200


async def test_what_is_no_http_is_answered_with_400() -> None:
    house = Gatehouse()
    assert b" 400 " in await raw(house, b"\x16\x03\x01 hello\r\n\r\n")
    assert house.bodies == []


async def raw(house: Gatehouse, data: bytes) -> bytes:
    async with calling(house) as line, asyncio.timeout(PATIENCE):
        await line.send(data)
        return await line.reader.read()


async def test_nothing_of_a_body_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for says in Answer:
        await answered(Gatehouse(says), whole())
    await answered(Gatehouse(takes=60), whole(), within=0.1)
    await answered(Gatehouse(), whole(kind="text/plain"))
    await answered(Gatehouse(), whole(BODY + b" " * LARGEST))
    refusals = [record for record in caplog.records if getattr(record, "EVENT", "") == "NotificationRefused"]
    assert len(refusals) == 6
    assert SECRET not in caplog.text
    assert all(SECRET not in str(vars(record)) for record in caplog.records)
