"""What the daemon does while nobody comes: how much of a core it uses, and how often it is woken."""

import time
from collections.abc import Iterator

from interleaved import Figure
from process import busy, configured, gateway, running

SETTLED, HARDLY = 6.0, 5.0  # seconds until all that a start begins is done; or enough of it for a quick look


def measure(*, quick: bool) -> Iterator[Figure]:
    """One daemon, looked at twice."""
    span = 4 if quick else 60  # in which a burst of two or three counts too much to compare it
    with gateway() as url, configured(gateway=url) as config, running(config) as daemon:
        time.sleep(HARDLY if quick else SETTLED)
        used, woken = busy(daemon.process.pid)
        time.sleep(span)
        more_used, more_woken = busy(daemon.process.pid)
    yield Figure("idle", "of a core", (more_used - used) / span * 100, "%", 0.05)
    yield Figure("idle", "wake-ups", (more_woken - woken) / span, "a second", 2, kept=not quick)
