"""A gateway that does as it is told: a real HTTP server, one small behaviour for each kind of trouble.

It signs by its own reading of the gateway's rules, so that it can disagree with `kiosk.gateway.signing`.
"""

import asyncio
import hashlib
import json
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

SECRET = "TESTKEY"
Body = dict[str, Any]


@dataclass
class Heard:
    """One request, as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> Body:
        return json.loads(self.content)


Behaviour = Callable[[Heard, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Script:
    """What the server heard, and what it does next."""

    does: Behaviour
    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0


def by_hand(body: Body) -> str:
    """The canonical string, written anew from kiosk/gateway/README.md."""
    parts = []
    for name in sorted(body):
        value = body[name]
        if isinstance(value, dict):
            value = f"|{by_hand(value)}|" if by_hand(value) else None
        elif isinstance(value, list):
            value = "[" + ",".join(f"|{by_hand(one)}|" if isinstance(one, dict) else str(one) for one in value) + "]"
        if value not in (None, "", "[]"):
            parts.append(f"{name}={value}")
    return "&".join(parts)


def sha(text: str, secret: str = SECRET) -> str:
    return hashlib.sha256(f"{text}&key={secret}".encode()).hexdigest()


def paid(order_id: str = "K1-0001", **fields: object) -> Body:
    """A success over 1500 KRW; a field given as None is left out."""
    data = {
        "status": "success",
        "merchantOrderId": order_id,
        "uqOrderId": "UQ-1",
        "amount": "1500",
        "currency": "KRW",
        "product": "ORDER_CODE",
        "paidAt": "2026-11-23 18:33:00",
        **fields,
    }
    return done({name: value for name, value in data.items() if value is not None})


def done(data: Body) -> Body:
    return {"respCode": "000000", "respMsg": "OK", "data": data}


def said(code: str | int | None, words: str) -> Body:
    return {"respCode": code, "respMsg": words}


def raw(status: str, headers: dict[str, str], content: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


# --- behaviours ------------------------------------------------------------------------------------------------------


def answers(
    body: Body, signature: str | None = None, date: datetime | None = None, status: str = "200 OK"
) -> Behaviour:
    """A whole answer, signed by hand unless a signature is given ("" for none)."""
    content = json.dumps(body).encode()
    headers = {"sign": sha(by_hand(body)) if signature is None else signature}
    if date is not None:
        headers["date"] = format_datetime(date, usegmt=True)
    return sends(raw(status, {name: value for name, value in headers.items() if value}, content))


def sends(content: bytes) -> Behaviour:
    async def behave(_heard: Heard, out: asyncio.StreamWriter) -> None:
        out.write(content)
        await out.drain()

    return behave


def hangs_up_after(content: bytes) -> Behaviour:
    async def behave(_heard: Heard, out: asyncio.StreamWriter) -> None:
        out.write(content)
        await out.drain()
        out.close()

    return behave


async def says_nothing(_heard: Heard, _out: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def trickles(_heard: Heard, out: asyncio.StreamWriter) -> None:
    """A byte now and then, each soon enough for a time-out that begins anew with every byte."""
    out.write(b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n")
    while not out.is_closing():
        out.write(b" ")
        await out.drain()
        await asyncio.sleep(0.02)


# --- the server ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def scripted(does: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncIterator[Script]:
    """The server on a free port. Its url is http even with `tls`: the test says how it is spoken to."""
    script = Script(does)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        script.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while not out.is_closing():
                heard = await _read(reader)
                script.heard.append(heard)
                await script.does(heard, out)

    async def handle(reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            await serve(reader, out)
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            out.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    script.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield script
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Heard:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Heard(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
