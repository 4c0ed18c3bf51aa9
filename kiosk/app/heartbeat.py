"""What systemd is told: READY, the state in words, and a heartbeat that means health. Without systemd, nothing."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Mapping

from kiosk.diagnostics.status import headline
from kiosk.sale.panel import Name

try:
    from systemd import daemon  # "systemd" alone would also be found as the folder of this repository's units
except ImportError:  # not on systemd: a developer's machine
    daemon = None


_log = logging.getLogger(__name__)


def tell(text: str) -> None:
    """Send one notification, as `READY=1`, if systemd waits for any. One that can't be sent stops no sale."""
    if daemon is not None:
        with contextlib.suppress(OSError):
            daemon.notify(text)


class Heartbeat:
    """Tells systemd that the kiosk works: a beat is sent only when everything has given a sign of life since the last.

    `knock` asks for the signs. `signs` say when each was last given, in monotonic seconds: the consumer has handled a
    letter, the journal's thread has answered. `keys`: whether the keypad's thread runs. `how`: the panel's
    name, and what is wrong with which part.

    A journal that answers that the disk is full is alive: the kiosk is then out of service and keeps its records, which
    a restart would lose.
    """

    def __init__(
        self,
        knock: Callable[[], None],
        signs: tuple[Callable[[], float], ...],
        keys: Callable[[], bool],
        how: Callable[[], tuple[Name, Mapping[str, str]]],
    ) -> None:
        self._knock = knock
        self._signs = signs
        self._keys = keys
        self._how = how
        self._status = ""
        self._service: tuple[bool, tuple[str, ...]] | None = None

    def say(self) -> None:
        """Say in `systemctl status` how the kiosk is, if that is news; in the log, when it goes into service or out."""
        name, troubles = self._how()
        line = headline(name, troubles)
        if line == self._status:
            return
        self._status = line
        tell(f"STATUS={line}")
        if name is Name.SERVICE:  # a technician, or a diagnosis that borrows a part for a second: no news of its own
            return
        out = name is Name.OUT_OF_SERVICE
        if (service := (out, tuple(troubles.values()))) != self._service:
            self._service = service
            words = line if out else "".join(("in service", *line.partition(";")[1:]))
            level = logging.WARNING if out or troubles else logging.INFO
            _log.log(level, "%s", words, extra={"EVENT": "OutOfService" if out else "InService"})

    async def run(self) -> None:
        """Beat for ever, at half the watchdog's time; at once done when there is no watchdog."""
        microseconds = int(os.environ.get("WATCHDOG_USEC", "0"))
        if not microseconds:
            return
        last = tuple(0.0 for _ in self._signs)
        while True:
            self._knock()
            self.say()
            await asyncio.sleep(microseconds / 2e6)
            now = tuple(sign() for sign in self._signs)
            if self._keys() and all(new > old for new, old in zip(now, last, strict=True)):
                last = now
                tell("WATCHDOG=1")
