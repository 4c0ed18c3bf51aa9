"""What PAY costs beside the bare request: a signed body goes out, a signed answer comes back and is believed.

Each client sends the same body to the same server, over a connection that it keeps; ours makes, signs, checks and logs
besides. requests blocks its thread, and aiohttp parses in C: neither is used, for the customer named httpx, and what
PAY waits for is the gateway.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from time import perf_counter
from zoneinfo import ZoneInfo

import aiohttp
import httpx
import requests
from interleaved import Figure, median, ratio
from process import environment
from sample_orders import order
from scripted_gateway import by_hand, done, sha

from kiosk.gateway.client import Gateway
from kiosk.gateway.exchange import Account
from kiosk.gateway.signing import ShaKey
from kiosk.gateway.wire import SignType
from kiosk.sale.order import Requested
from kiosk.sale.outcome import Pending

SECRET = "a secret of the benchmark"
SERVER = """
import asyncio, sys
answer = sys.argv[1].encode()
head = f"HTTP/1.1 200 OK\\r\\ncontent-length: {len(answer)}\\r\\nsign: {sys.argv[2]}"
async def serve(reader, writer):
    while not reader.at_eof():
        try:
            asked = await reader.readuntil(b"\\r\\n\\r\\n")
        except asyncio.IncompleteReadError:
            return
        length = next(line for line in asked.lower().split(b"\\r\\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        writer.write(f"{head}\\r\\n\\r\\n".encode() + answer)
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
ORDER = order("K1-000001", Requested())
ANSWER = done(
    {
        "status": "processing",
        "merchantOrderId": ORDER.id,
        "uqOrderId": "UQ-1",
        "amount": "1500",
        "currency": "KRW",
        "payAction": {"type": "QR_CODE", "url": "https://qr.example/" + "x" * 40},
    }
)


async def _measured(url: str, rounds: int) -> Mapping[str, list[float]]:
    account = Account(
        url, "client", "kiosk-0001", SignType.SHA, ShaKey("1", SECRET), ZoneInfo("Asia/Singapore"), "Parking"
    )
    gateway = Gateway(account)
    headers = {"content-type": "application/json", "sign": "0" * 64, "client-id": "client", "sign-type": "SHA"}
    body = json.dumps(ANSWER).encode()  # about as long as a PAY
    bare = httpx.AsyncClient(trust_env=False)
    other = aiohttp.ClientSession()
    blocking = requests.Session()
    blocking.trust_env = False

    async def ours() -> None:
        outcome = await gateway.pay(ORDER, None)
        assert isinstance(outcome, Pending), outcome

    async def by_httpx() -> None:
        (await bare.post(url, content=body, headers=headers)).raise_for_status()

    async def by_aiohttp() -> None:
        async with other.post(url, data=body, headers=headers) as answered:
            await answered.read()

    async def by_requests() -> None:
        blocking.post(url, data=body, headers=headers, timeout=10).raise_for_status()

    clients: dict[str, Callable[[], Awaitable[None]]] = {
        "ours": ours, "httpx": by_httpx, "aiohttp": by_aiohttp, "requests": by_requests
    }  # fmt: skip
    took: dict[str, list[float]] = {name: [] for name in clients}
    for number in range(rounds):
        for name in [*clients][number % 4 :] + [*clients][: number % 4]:
            began = perf_counter()
            await clients[name]()
            took[name].append(perf_counter() - began)
    await gateway.aclose()
    await bare.aclose()
    await other.close()
    return took


def measure(*, quick: bool) -> Iterator[Figure]:
    """All four in turn."""
    words = [sys.executable, "-c", SERVER, json.dumps(ANSWER), sha(by_hand(ANSWER), SECRET)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment()) as server:
        try:
            assert server.stdout
            url = f"http://127.0.0.1:{int(server.stdout.readline())}"
            took = asyncio.run(_measured(url, 200 if quick else 1000))
        finally:
            server.terminate()
    yield Figure("pay", "PAY", median(took["ours"]) * 1000, "ms")
    yield Figure("pay", "beside bare httpx", ratio(took, "ours", "httpx"), "x", 1.3, kept=True)
    for name in ("aiohttp", "requests"):
        yield Figure("pay", f"{name}, bare, beside httpx", ratio(took, name, "httpx"), "x")
