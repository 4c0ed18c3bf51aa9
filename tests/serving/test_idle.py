"""What serving costs while nobody asks, and that an answer goes out when it is written."""

import asyncio
import selectors
import socket
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from kiosk.serving.connections import Guarded
from kiosk.serving.server import serving


async def hello(_: object) -> PlainTextResponse:
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", hello)])


class Counting(selectors.DefaultSelector):
    """Counts how often the loop was woken."""

    woken = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.woken += 1
        return super().select(timeout)


def test_a_server_that_nobody_asks_sleeps() -> None:
    selector = Counting()

    async def idle() -> int:
        async with serving(APP, host="127.0.0.1", port=0):
            await asyncio.sleep(0.2)
            before = selector.woken
            await asyncio.sleep(1)
            return selector.woken - before

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        assert runner.run(idle()) <= 2  # this test's own timer


class Seen(Guarded):
    """A connection that says how its socket is set."""

    without_delay: bool | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        accepted = transport.get_extra_info("socket")
        type(self).without_delay = bool(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


@pytest.mark.anyio
async def test_an_answer_does_not_wait_for_the_last_ones_acknowledgement() -> None:
    async with serving(APP, host="127.0.0.1", port=0, protocol=Seen) as url, httpx.AsyncClient(trust_env=False) as peer:
        (await peer.get(url)).raise_for_status()
    assert Seen.without_delay


@pytest.mark.anyio
async def test_each_answer_has_the_time_of_its_own() -> None:
    async with serving(APP, host="127.0.0.1", port=0) as url, httpx.AsyncClient(trust_env=False) as peer:
        began = datetime.now(UTC).replace(microsecond=0)
        first = await peer.get(url)
        await asyncio.sleep(1.1)
        second = await peer.get(url)
        assert len(first.headers.get_list("date")) == 1
        assert began <= parsedate_to_datetime(first.headers["date"]) < parsedate_to_datetime(second.headers["date"])
