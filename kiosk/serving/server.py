"""Serving an ASGI app inside the running event loop, on a port or on a socket file."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Iterator
from email.utils import formatdate
from pathlib import Path

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.server import Server

from kiosk.serving.connections import BATCH, KEPT_FOR, Crowd, Guarded
from kiosk.serving.door import Door

LARGEST_HEADER = 16 * 1024  # bytes
STOP_WITHIN = 1  # seconds for answers in hand when the server stops
WAITING = 4096  # connections that the kernel holds until they are accepted


class _Server(Server):
    """Says when it is ready, and leaves the signals to whoever owns the process."""

    def __init__(self, config: Config, protocol: type[Guarded]) -> None:
        super().__init__(config)
        self._protocol = protocol
        self._taken_in: set[asyncio.Task[object]] = set()
        self.server_state = self.crowd = Crowd()
        self.ready = asyncio.Event()
        self._stop = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(WAITING)  # uvicorn has one number for this and for how many asyncio accepts in one turn
        self.ready.set()

    async def main_loop(self) -> None:
        """Wait to be stopped. uvicorn looks ten times a second whether it is, and so wakes an idle machine."""
        await self._stop.wait()

    def stop(self) -> None:
        """Stop serving."""
        self.should_exit = True
        self._stop.set()

    def take_in(self, connection: socket.socket) -> None:
        """Serve a connection that was accepted by another than asyncio."""
        loop = asyncio.get_running_loop()

        def protocol() -> asyncio.Protocol:
            served: asyncio.Protocol = self._protocol(self.config, self.crowd, {})
            return served

        task = loop.create_task(loop.connect_accepted_socket(protocol, connection))
        self._taken_in.add(task)
        task.add_done_callback(self._taken_in.discard)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _UntilStop:
    """Ends answers that would go on for ever, as event streams do, once the server stops.

    An app that has read a whole request can wait for nothing more from it but the client's leaving. So the server's
    stop is told to it as just that, and the answer it leaves is closed in good order.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.stopping = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app answer."""
        if _framed_twice(scope):
            await PlainTextResponse("where its body ends is not clear", 400, {"connection": "close"})(
                scope, receive, send
            )
            return
        read = begun = ended = False

        async def watched(message: Message) -> None:
            nonlocal begun, ended
            if not begun:
                message["headers"] = [*message.get("headers", ()), (b"date", formatdate(usegmt=True).encode())]
            begun = True
            ended = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        async def until_stop() -> Message:
            nonlocal read
            if not read:
                message = await receive()
                read = not message.get("more_body", False)
                return message
            waits = (asyncio.ensure_future(receive()), asyncio.create_task(self.stopping.wait()))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                return waits[0].result() if waits[0].done() else {"type": "http.disconnect"}
            finally:
                for wait in waits:
                    wait.cancel()

        await self._app(scope, until_stop, watched)
        if begun and not ended and self.stopping.is_set():
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def _framed_twice(scope: Scope) -> bool:
    """Whether another server than ours might see two requests where we see one (RFC 9112, 6.1 and 6.3)."""
    names = [name for name, _ in scope["headers"]]
    chunked = b"transfer-encoding" in names
    return chunked and (b"content-length" in names or scope["http_version"] == "1.0")


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, *, host: str, port: int, protocol: type[Guarded] = Guarded) -> AsyncIterator[str]:
    """Serve `app` while the context is open; gives its address, `http://127.0.0.1:43210` (port 0: any free one).

    `protocol`: one that does more than to guard its connections.

    Raises OSError, in a line that names the address, when it can't be listened on.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise OSError(error.errno, f"{host}:{port} can't be listened on: {os.strerror(error.errno or 0)}") from error
    url = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    async with _served(app, listener, protocol):
        yield url


@contextlib.asynccontextmanager
async def serving_unix(app: ASGIApp, path: Path) -> AsyncIterator[None]:
    """Serve `app` on a socket file that only its owner can open, while the context is open."""
    path.unlink(missing_ok=True)  # noqa: ASYNC240 - one quick call, at start and stop
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen()
    try:
        async with _served(app, listener):
            yield
    finally:
        path.unlink(missing_ok=True)  # noqa: ASYNC240 - likewise


@contextlib.asynccontextmanager
async def _served(app: ASGIApp, listener: socket.socket, protocol: type[Guarded] = Guarded) -> AsyncIterator[None]:
    served = _UntilStop(app)
    config = Config(
        served,
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # who asks is who is connected, whatever a header says
        server_header=False,
        date_header=False,  # uvicorn's is as old as its last look at the clock
        backlog=BATCH,
        h11_max_incomplete_event_size=LARGEST_HEADER,
        timeout_keep_alive=int(KEPT_FOR),
        timeout_graceful_shutdown=STOP_WITHIN,
    )
    server = _Server(config, protocol)
    if listener.family != socket.AF_UNIX:
        listener = Door(listener, server.take_in, server.crowd.sent_away.add)
    task = asyncio.create_task(server.serve([listener]))
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait((task, ready), return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        ready.cancel()
        served.stopping.set()
        server.stop()
        await task
        server.crowd.sent_away.close()
        listener.close()
