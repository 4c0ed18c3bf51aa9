"""From a key to its picture on the display: the press in, the step of the sale, the amount drawn and shown."""

import threading
import time
from collections.abc import Iterator

from inside import inside
from interleaved import Figure, median, nearly_worst
from process import PATIENCE, configured, gateway
from shopper import Shopper

KEYS = "12*150*7*"  # an amount, and the keys that take it back: each is a new picture


def measure(*, quick: bool) -> Iterator[Figure]:
    """Keys, each once the picture of the last is there, at a shopper's haste."""
    with gateway() as url, configured(gateway=url) as config, inside(config) as daemon:
        Shopper(daemon, url).close()  # comes when it is in service
        shown = threading.Event()
        at = 0.0
        show = daemon.board.display.show

        def noted(picture: object) -> None:
            nonlocal at
            show(picture)
            at = time.perf_counter()
            shown.set()

        daemon.board.display.show = noted
        time.sleep(1)
        took = []
        for key in KEYS * (2 if quick else 40):
            shown.clear()
            began = time.perf_counter()
            daemon.board.keypad.press(key)
            assert shown.wait(PATIENCE)
            took.append(at - began)
            time.sleep(0.03)
    yield Figure("key", "to picture", median(took) * 1000, "ms", 1.3)
    yield Figure("key", "the same, 99 of 100", nearly_worst(took) * 1000, "ms", 3.7)
