"""Who may be connected and for how long, over real sockets: idle ones, slow ones, and a crowd of two thousand."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import Self
from urllib.parse import urlsplit

import pytest
from crowd import crowd
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from waits import PATIENCE, until

from kiosk.serving import connections
from kiosk.serving.body import bounded_body
from kiosk.serving.connections import MOST, SHARE
from kiosk.serving.server import serving

pytestmark = pytest.mark.anyio
SHORT = 0.2  # seconds, where a test waits for the end of a time
NEVER = 10 * PATIENCE
REQUEST = b"POST /echo HTTP/1.1\r\nHost: kiosk\r\nContent-Length: 2\r\n\r\nhi"
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Host:
    """An app that echoes, holds requests in hand until it is told, and sends without end; and its callers."""

    def __init__(self) -> None:
        self.in_hand = 0
        self.let_go = asyncio.Event()
        self.port = 0
        self._open = contextlib.AsyncExitStack()
        self.app = Starlette(
            routes=[
                Route("/echo", self._echo, methods=["POST"]),
                Route("/unread", self._unread, methods=["POST"]),
                Route("/hold", self._hold),
                Route("/flood", self._flood),
                Route("/large", self._large, methods=["POST"]),
            ]
        )

    @staticmethod
    async def _echo(request: Request) -> Response:
        return Response(await bounded_body(request, 10_000))

    @staticmethod
    async def _unread(_: Request) -> Response:
        return PlainTextResponse("enough")

    async def _hold(self, _: Request) -> Response:
        self.in_hand += 1
        await self.let_go.wait()
        return PlainTextResponse("held")

    @staticmethod
    async def _large(_: Request) -> Response:
        return Response(bytes(8_000_000))

    async def _flood(self, _: Request) -> Response:
        async def more() -> AsyncIterator[bytes]:
            while True:
                yield b"x" * 65536
                await asyncio.sleep(0)  # as any stream that waits for what it tells

        return StreamingResponse(more())

    async def call(self, sent: bytes = b"", of: str = "127.0.0.1") -> Line:
        """A new connection of the peer `of`, on which something has been sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(of, 0))
        self._open.callback(writer.close)
        writer.write(sent)
        return reader, writer

    async def __aenter__(self) -> Self:
        url = await self._open.enter_async_context(serving(self.app, host="127.0.0.1", port=0))
        self.port = urlsplit(url).port or 0
        return self

    async def __aexit__(self, *_: object) -> None:
        self.let_go.set()
        await self._open.aclose()


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    async with Host() as running:
        yield running


@pytest.fixture
def lasting(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The times that connections have: NEVER, but for those that are named."""

    def last(**named: float) -> None:
        for name in ("HEADER_WITHIN", "REQUEST_WITHIN", "KEPT_FOR", "TAKEN_WITHIN"):
            monkeypatch.setattr(connections, name, named.get(name, NEVER))

    return last


async def answer(line: Line) -> bytes:
    """One answer's status and body."""
    async with asyncio.timeout(PATIENCE):
        head = await line[0].readuntil(b"\r\n\r\n")
        length = next(int(row.split(b":")[1]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-len"))
        return head.split(b" ")[1] + b" " + await line[0].readexactly(length)


async def rest(line: Line) -> bytes:
    """All that comes until the connection ends."""
    came = b""
    async with asyncio.timeout(PATIENCE):
        with contextlib.suppress(ConnectionError):
            while part := await line[0].read(4096):
                came += part
    return came


async def drip(line: Line, byte: bytes) -> None:
    """Send a byte now and then, until the connection is gone."""
    with contextlib.suppress(ConnectionError):
        while not line[1].is_closing() and not line[0].at_eof():
            line[1].write(byte)
            await line[1].drain()
            await asyncio.sleep(SHORT / 10)


async def test_idle_connections_make_room_oldest_first(host: Host, lasting: Callable[..., None]) -> None:
    lasting()
    idle = [await host.call(of=f"127.0.0.{2 + number % 4}") for number in range(MOST)]
    assert await answer(await host.call(REQUEST)) == b"200 hi"
    assert await rest(idle[0]) == b""
    idle[1][1].write(REQUEST)
    assert await answer(idle[1]) == b"200 hi"


async def test_a_peer_beyond_its_share_closes_its_own_connections_only(
    host: Host, lasting: Callable[..., None]
) -> None:
    lasting()
    other = await host.call(of="127.0.0.2")
    many = [await host.call() for _ in range(SHARE + SHARE // 2)]
    for line in many[: SHARE // 2]:
        assert await rest(line) == b""
    for line in (other, *many[SHARE // 2 :]):
        line[1].write(REQUEST)
        assert await answer(line) == b"200 hi"


async def test_what_is_in_hand_is_never_closed_to_make_room(host: Host, lasting: Callable[..., None]) -> None:
    lasting()
    held = [await host.call(b"GET /hold HTTP/1.1\r\nHost: kiosk\r\n\r\n") for _ in range(SHARE)]
    await until(lambda: host.in_hand == SHARE)
    assert (await rest(await host.call(REQUEST))).startswith(b"HTTP/1.1 503 ")
    assert await answer(await host.call(REQUEST, of="127.0.0.2")) == b"200 hi"
    host.let_go.set()
    assert [await answer(line) for line in held] == [b"200 held"] * SHARE


@pytest.mark.parametrize("sent", [b"", b"POST /ec", b"POST /echo HTTP/1.1\r\nHost: k\r\n"])
async def test_a_header_has_its_time(host: Host, lasting: Callable[..., None], sent: bytes) -> None:
    lasting(HEADER_WITHIN=SHORT)
    assert (await rest(await host.call(sent))).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    ("time", "sent"),
    [
        ("HEADER_WITHIN", b"POST /echo HTTP/1.1\r\nX: "),
        ("REQUEST_WITHIN", b"POST /echo HTTP/1.1\r\nHost: k\r\nContent-Length: 9999\r\n\r\n"),
    ],
)
async def test_what_comes_byte_by_byte_has_no_more_time(
    host: Host, lasting: Callable[..., None], time: str, sent: bytes
) -> None:
    lasting(**{time: SHORT})
    line = await host.call(sent)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(drip(line, b"x"))
        assert b" 408 " in await rest(line)


async def test_a_second_header_has_its_time_too(host: Host, lasting: Callable[..., None]) -> None:
    lasting(HEADER_WITHIN=SHORT)
    line = await host.call(REQUEST)
    assert await answer(line) == b"200 hi"
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(drip(line, b"x"))
        assert b" 408 " in await rest(line)


async def test_a_body_nobody_wants_ends_with_the_time_of_its_request(host: Host, lasting: Callable[..., None]) -> None:
    lasting(REQUEST_WITHIN=SHORT)
    line = await host.call(b"POST /unread HTTP/1.1\r\nHost: k\r\nContent-Length: 999999\r\n\r\n")
    assert await answer(line) == b"200 enough"
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(drip(line, b"x"))
        assert await rest(line) == b""


async def test_a_large_answer_gives_its_request_no_more_time(host: Host, lasting: Callable[..., None]) -> None:
    lasting(REQUEST_WITHIN=5 * SHORT)
    line = await host.call(b"POST /large HTTP/1.1\r\nHost: k\r\nContent-Length: 999999\r\n\r\n")
    line[1].transport.pause_reading()  # type: ignore[attr-defined]
    await asyncio.sleep(SHORT)
    line[1].transport.resume_reading()  # type: ignore[attr-defined]
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(drip(line, b"x"))
        assert (await rest(line)).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("requests", [1, 2])
async def test_who_asks_nothing_more_is_not_kept(host: Host, lasting: Callable[..., None], requests: int) -> None:
    lasting(KEPT_FOR=SHORT)
    line = await host.call(REQUEST * requests)
    assert [await answer(line) for _ in range(requests)] == [b"200 hi"] * requests
    assert await rest(line) == b""


async def test_requests_sent_together_are_answered_in_turn(host: Host, lasting: Callable[..., None]) -> None:
    lasting()
    line = await host.call(REQUEST * 5)
    assert [await answer(line) for _ in range(5)] == [b"200 hi"] * 5


async def test_who_takes_nothing_of_an_answer_is_given_up(host: Host, lasting: Callable[..., None]) -> None:
    lasting(TAKEN_WITHIN=SHORT)
    line = await host.call(b"GET /flood HTTP/1.1\r\nHost: k\r\n\r\n")
    line[1].transport.pause_reading()  # type: ignore[attr-defined]
    other = [await host.call(b"GET /hold HTTP/1.1\r\nHost: k\r\n\r\n") for _ in range(SHARE - 1)]
    await until(lambda: host.in_hand == SHARE - 1)

    async def room() -> bool:
        return not (await rest(await host.call(b"GET /none HTTP/1.0\r\n\r\n"))).startswith(b"HTTP/1.1 503 ")

    async with asyncio.timeout(PATIENCE):
        while not await room():
            await asyncio.sleep(SHORT / 10)
    host.let_go.set()
    assert [await answer(line) for line in other] == [b"200 held"] * len(other)


@pytest.mark.parametrize(
    "head",
    [
        b"POST /echo HTTP/1.1\r\nHost: k\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
        b"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: k\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: k\r\nContent-Length: +5\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    ],
)
async def test_a_body_whose_end_is_not_clear_is_refused_and_nothing_behind_it_read(host: Host, head: bytes) -> None:
    came = await rest(await host.call(head + b"0\r\n\r\n" + REQUEST))
    assert came.startswith(b"HTTP/1.1 400 ")
    assert came.count(b"HTTP/1.1") == 1


async def test_rubbish_behind_a_request_ends_the_connection_without_a_word_in_the_log(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    await rest(await host.call(b"POST /unread HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: k\r\n\r\nzz\r\n"))
    await rest(await host.call(b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: k\r\n\r\nzz\r\n"))
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_those_sent_away_cost_one_line_with_their_number(caplog: pytest.LogCaptureFixture) -> None:
    async with Host() as host:
        for _ in range(40):
            assert b" 400 " in await rest(await host.call(b"\x16\x03\x01 hello\r\n\r\n"))
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert lines == ["connections closed: 1 that sent no HTTP", "connections closed: 39 that sent no HTTP"]


async def test_good_requests_are_answered_in_a_crowd_of_two_thousand_idle_ones_and_slow_senders(host: Host) -> None:
    """With the times as they are. How soon they are answered, tests/benchmarks/timings.py measures."""
    async with contextlib.AsyncExitStack() as opened:
        strangers = crowd(host.port, "127.0.0.3")
        await asyncio.to_thread(opened.enter_context, strangers)
        for number in range(40):
            assert await answer(await host.call(REQUEST, of=f"127.0.0.{1 + number % 2}")) == b"200 hi"
