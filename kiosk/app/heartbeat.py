"""What systemd is told: READY, the state's name, and a heartbeat that means health. Without systemd, nothing."""

import asyncio
import os
from collections.abc import Callable

from kiosk.sale.panel import Name

try:
    from systemd import daemon  # "systemd" alone would also be found as the folder of this repository's units
except ImportError:  # not on systemd: a developer's machine
    daemon = None


def tell(text: str) -> None:
    """Send one notification, as `READY=1`, if systemd waits for any."""
    if daemon is not None:
        daemon.notify(text)


class Heartbeat:
    """Tells systemd that the consumer turns: a beat is sent only when one has come through the inbox since the last.

    `knock` posts a beat; `heard` says when the consumer last handled anything, in monotonic seconds.
    """

    def __init__(self, knock: Callable[[], None], heard: Callable[[], float]) -> None:
        self._knock = knock
        self._heard = heard
        self._state: Name | None = None

    def state(self, name: Name) -> None:
        """Say the state's name in `systemctl status`."""
        if name is not self._state:
            self._state = name
            tell(f"STATUS={name}")

    async def run(self) -> None:
        """Beat for ever, at half the watchdog's time; at once done when there is no watchdog."""
        microseconds = int(os.environ.get("WATCHDOG_USEC", "0"))
        if not microseconds:
            return
        last = 0.0
        while True:
            self._knock()
            await asyncio.sleep(microseconds / 2e6)
            if self._heard() > last:
                last = self._heard()
                tell("WATCHDOG=1")
