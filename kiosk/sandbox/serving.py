"""Serving an ASGI app inside an event loop that is running already, with a way to cut a connection without an answer.

Knows uvicorn; knows nothing of what is served. uvicorn itself answers 500 where an app gives no answer, so the
protocol below lends the app its transport's `close`.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

CLOSE = "kiosk.close"  # the key in an ASGI scope under which the transport's close is found
STOP_WITHIN = 2  # seconds for answers in hand when the server stops


class HangUp(Response):
    """No answer at all: the client sees the end of the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - what ASGI hands over
        """Close the transport, and wait until uvicorn knows."""
        scope[CLOSE]()
        while (await receive())["type"] != "http.disconnect":
            pass  # uvicorn answers 500 unless it has seen the end of the connection before we return


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int) -> AsyncIterator[str]:
    """Serve `app` until the block ends; gives the address, as `http://127.0.0.1:43210` (port 0: a free one).

    Raises OSError if the port is taken.
    """
    listener = socket.create_server((host, port))
    config = uvicorn.Config(
        app,
        http=_ClosingProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,  # paths hold payment codes
        timeout_graceful_shutdown=STOP_WITHIN,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve([listener]))
    await server.ready.wait()
    try:
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


class _Server(uvicorn.Server):
    """Says when it is ready, and leaves the signals to whoever owns the process."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _ClosingProtocol(H11Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        served = self.app

        async def lend_close(scope: Scope, receive: Receive, send: Send) -> None:
            await served({**scope, CLOSE: transport.close}, receive, send)

        self.app = lend_close
