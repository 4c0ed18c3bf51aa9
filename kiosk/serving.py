"""Serving an ASGI app inside the running event loop, on a port or on a socket file. Knows nothing of what is served."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

STOP_WITHIN = 1  # seconds for answers in hand when the server stops
BUSY = 64  # connections served at once; more are told to come again


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


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, *, host: str, port: int) -> AsyncIterator[str]:
    """Serve `app` while the context is open; gives its address, `http://127.0.0.1:43210` (port 0: any free one).

    Raises OSError, in a line that names the address, when it can't be listened on.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise OSError(error.errno, f"{host}:{port} can't be listened on: {error.strerror or error}") from error
    name = f"[{host}]" if ":" in host else host
    async with _served(app, listener):
        yield f"http://{name}:{listener.getsockname()[1]}"


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
async def _served(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=BUSY,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=STOP_WITHIN,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve([listener]))
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait((task, ready), return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        ready.cancel()
        server.should_exit = True
        await task
        listener.close()
