"""A million past orders beside two thousand: a start, a page that is open during sales, and `kiosk orders`."""

import contextlib
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
from interleaved import Figure, ratio, seconds, turns
from past import past_sales
from process import KIOSK, Running, configured, environment, gateway
from shopper import Shopper

FEW, MANY, SOME = 2000, 1_000_000, 10_000
PAGE_ASKS = 0.1  # seconds: twenty times as often as a page does


def _start(config: Path) -> float:
    daemon = Running(config)
    daemon.stop()
    return daemon.ready


def _orders(config: Path) -> None:
    subprocess.run(
        [KIOSK, "--config", str(config), "orders"], check=True, capture_output=True, env=environment(), timeout=120
    )


@contextlib.contextmanager
def _page(daemon: Running) -> Iterator[None]:
    """An open page, which lists the orders again and again."""
    closed = threading.Event()

    def looks() -> None:
        with httpx.Client(base_url=daemon.panel, trust_env=False) as page:
            while not closed.wait(PAGE_ASKS):
                page.get("/api/orders").raise_for_status()

    thread = threading.Thread(target=looks)
    thread.start()
    try:
        yield
    finally:
        closed.set()
        thread.join()


def measure(*, quick: bool) -> Iterator[Figure]:
    """Both machines in turn; for the sales both run. A quick look has other journals, and one round: not to compare."""
    rounds = 1 if quick else 7
    with gateway() as one, gateway() as other, configured(gateway=one) as few, configured(gateway=other) as many:
        past_sales(few.parent / "state", FEW)
        past_sales(many.parent / "state", SOME if quick else MANY)
        given = turns(rounds, {"few": lambda: _start(few), "many": lambda: _start(many)})
        yield Figure("years", "start", ratio(given, "many", "few"), "x", 1.1, kept=not quick)
        given = turns(rounds, {"few": seconds(lambda: _orders(few)), "many": seconds(lambda: _orders(many))})
        yield Figure("years", "kiosk orders", ratio(given, "many", "few"), "x", 1.1, kept=not quick)
        with contextlib.ExitStack() as open_:
            shoppers = {}
            for name, config, url in (("few", few, one), ("many", many, other)):
                daemon = Running(config)
                open_.callback(daemon.stop)
                open_.enter_context(_page(daemon))
                shoppers[name] = Shopper(daemon, url)
                open_.callback(shoppers[name].close)
            turns(4 if quick else 30, {name: seconds(shopper.buys) for name, shopper in shoppers.items()})
            took = {name: [shopper.latency("key to PAY")] for name, shopper in shoppers.items()}
        yield Figure("years", "key to PAY, with a page open", ratio(took, "many", "few"), "x", 1.1, kept=not quick)
