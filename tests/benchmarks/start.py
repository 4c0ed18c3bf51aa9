"""How long the daemon takes to READY, beside what it can't do without. Simulated board, all four products."""

from collections.abc import Iterator

from interleaved import Figure, median, ratio, turns
from process import PEER, Running, configured, python


def measure(*, quick: bool) -> Iterator[Figure]:
    """Starts, each in turn with a Python that imports the peer."""
    with configured() as config:

        def start() -> float:
            daemon = Running(config)
            daemon.stop()
            return daemon.ready

        things = {"daemon": start, "peer": lambda: python(PEER)}
        turns(1, things)  # the first one compiles
        given = turns(2 if quick else 15, things)
    yield Figure("start", f"process to READY, beside {PEER}", ratio(given, "daemon", "peer"), "x", 2.2, kept=True)
    yield Figure("start", "process to READY", median(given["daemon"]) * 1000, "ms")
