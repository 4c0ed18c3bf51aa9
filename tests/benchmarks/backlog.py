"""A hundred thousand results that wait while the operator's server was away: how fast they go, and a sale meanwhile."""

import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
from interleaved import Figure, ratio, seconds, turns
from past import waiting_results
from process import Running, configured, environment, gateway, running
from shopper import Shopper

SPAN, SHORT = 5.0, 1.5  # seconds in which deliveries are counted; for a quick look
OPERATOR = """
import asyncio
async def answer(reader, writer):
    while not reader.at_eof():
        try:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
        except (asyncio.IncompleteReadError, ConnectionResetError):
            return  # the daemon has gone
        length = next(line for line in head.lower().split(b"\\r\\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        writer.write(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")
async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def _waiting(daemon: Running) -> int:
    return int(httpx.get(f"{daemon.panel}/api/state", trust_env=False).json()["outbox"]["pending"])


def measure(*, quick: bool) -> Iterator[Figure]:
    """A daemon whose operator answers at once; its sales beside those of a daemon for which nothing waits."""
    count = 5_000 if quick else 100_000
    with subprocess.Popen([sys.executable, "-c", OPERATOR], stdout=subprocess.PIPE, env=environment()) as operator:
        assert operator.stdout
        told = f"http://127.0.0.1:{int(operator.stdout.readline())}"
        with (
            gateway() as one,
            gateway() as other,
            configured(gateway=one, operator=told) as config,
            configured(gateway=other, operator=told) as idle,
        ):
            waiting_results(config.parent / "state", count)
            with running(config) as daemon, running(idle) as beside:
                time.sleep(1 if quick else 2)
                before, began = _waiting(daemon), time.perf_counter()
                time.sleep(SHORT if quick else SPAN)
                delivered = (before - _waiting(daemon)) / (time.perf_counter() - began)
                busy, free = Shopper(daemon, one), Shopper(beside, other)
                given = turns(2 if quick else 20, {"busy": seconds(busy.buys), "free": seconds(free.buys)})
                busy.close()
                free.close()
        operator.terminate()
    yield Figure("backlog", "results delivered", delivered, "a second", least=500)
    yield Figure("backlog", "a sale meanwhile, beside one without", ratio(given, "busy", "free"), "x", 1.1, kept=True)
