"""An operator's server on a loopback port, which answers as it was told to, well or badly."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from standardwebhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def answer(status: int, *headers: str) -> bytes:
    """A proper answer."""
    return "\r\n".join([f"HTTP/1.1 {status} Whatever", "content-length: 0", *headers, "", ""]).encode()


@dataclass
class Receiver:
    """Takes the next of `answers` for each POST, and 200 when there is none left.

    An empty answer closes the connection without a word; None keeps it open and says nothing.
    """

    url: str = ""
    answers: list[bytes | None] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    @property
    def sequences(self) -> list[int]:
        """Of each POST so far, the number of its result."""
        return [json.loads(body)["data"]["sequence"] for body in self.bodies]

    @property
    def ids(self) -> list[str]:
        return [head["webhook-id"] for head in self.heads]

    def verify(self) -> None:
        """Check every signature with the library that an operator would use."""
        for head, body in zip(self.heads, self.bodies, strict=True):
            Webhook(SECRET).verify(body, head)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        fields = {name.lower(): value for name, value in pairs}
        self.bodies.append((await reader.readexactly(int(fields["content-length"]))).decode())
        self.heads.append(fields)
        reply = self.answers.pop(0) if self.answers else answer(200)
        if reply is None:
            await reader.read()  # until the courier has had enough
        else:
            writer.write(reply)
            await writer.drain()


@asynccontextmanager
async def serving(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], port: int = 0
) -> AsyncIterator[int]:
    """Serve connections on a free port, or the one given, until the end of the block; nothing is left open."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the courier went away, or the test is over
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    async with server:
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks)


@asynccontextmanager
async def receiving(*answers: bytes | None, port: int = 0) -> AsyncIterator[Receiver]:
    """An operator's server on a free port, or the one given, until the end of the block."""
    receiver = Receiver(answers=list(answers))
    async with serving(receiver.serve, port) as bound:
        receiver.url = f"http://127.0.0.1:{bound}/kiosk"
        yield receiver
