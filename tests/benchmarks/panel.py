"""How long the front panel takes for a request on a connection that is kept, and how many sales a minute go by it."""

import time
from collections.abc import Iterator

import httpx
from interleaved import Figure, median, nearly_worst, seconds, turns
from process import configured, gateway, running
from shopper import Shopper


def measure(*, quick: bool) -> Iterator[Figure]:
    """Requests one after the other, then sales."""
    with gateway() as url, configured(gateway=url) as config, running(config) as daemon:
        with httpx.Client(base_url=daemon.panel, trust_env=False) as page:
            given = turns(100 if quick else 500, {"kept": seconds(lambda: page.get("/api/state").raise_for_status())})
        shopper = Shopper(daemon, url)
        shopper.buys()
        count = 3 if quick else 60
        began = time.perf_counter()
        for _ in range(count):
            shopper.buys()
        took = time.perf_counter() - began
        shopper.close()
    yield Figure("panel", "a kept connection's request", median(given["kept"]) * 1000, "ms", 3)
    yield Figure("panel", "the same, 99 of 100", nearly_worst(given["kept"]) * 1000, "ms")
    yield Figure("panel", "sales", count / took * 60, "a minute")
