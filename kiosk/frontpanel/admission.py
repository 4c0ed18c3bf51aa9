"""Who may see the front panel from beyond this machine: one device, for ten minutes, by a token that is good once.

The token stands in the service menu's QR, so whoever has it stood before the machine and knew the PIN. It is changed
for a cookie at once, and is worth nothing in a history or a log.
"""

import hmac
import secrets
import time
from collections.abc import Callable

LIFE = 600.0  # seconds, of a token until it is used and of the visit after that
COOKIE = "kiosk-visit"


class Admission:
    """One token and one visit at a time: a new token ends both."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._token = self._visit = ""
        self._until = 0.0

    def issue(self) -> str:
        """A token for the next device that comes."""
        self._token, self._visit = secrets.token_urlsafe(16), ""
        self._until = self._clock() + LIFE
        return self._token

    def enter(self, token: str) -> str | None:
        """The visit's secret, for a token that is good; None for any other."""
        if not self._good(self._token, token):
            return None
        self._token, self._visit = "", secrets.token_urlsafe(16)
        self._until = self._clock() + LIFE
        return self._visit

    def knows(self, visit: str) -> bool:
        """Whether it is the visit that is under way."""
        return self._good(self._visit, visit)

    def _good(self, expected: str, said: str) -> bool:
        fresh = self._clock() < self._until
        return bool(expected) and fresh and hmac.compare_digest(expected.encode(), said.encode())
