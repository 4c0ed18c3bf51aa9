"""Cutting a connection without an answer, as a network does. uvicorn itself answers 500 where an app gives none.

So the protocol below lends the app its transport's `close`. Knows uvicorn; knows nothing of what is served.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kiosk.serving import server as house
from kiosk.serving.connections import Guarded

CLOSE = "kiosk.close"  # the key in an ASGI scope under which the transport's close is found


class HangUp(Response):
    """No answer at all: the client sees the end of the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - what ASGI hands over
        """Close the transport, and wait until uvicorn knows."""
        scope[CLOSE]()
        while (await receive())["type"] != "http.disconnect":
            pass  # uvicorn answers 500 unless it has seen the end of the connection before we return


class _ClosingProtocol(Guarded):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        served = self.app

        async def lend_close(scope: Scope, receive: Receive, send: Send) -> None:
            await served({**scope, CLOSE: transport.close}, receive, send)

        self.app = lend_close


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int) -> AsyncIterator[str]:
    """Serve `app`, which may hang up, until the context closes; gives its address. OSError: the port is taken."""
    async with house.serving(app, host=host, port=port, protocol=_ClosingProtocol) as url:
        yield url
