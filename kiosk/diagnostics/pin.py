"""The technician's PIN: how it is kept, and what happens to those who guess.

The credential service-pin holds a scrypt hash (`kiosk pin` makes it). Each wrong PIN makes the next one wait twice as
long; ten wrong ones lock it, for an hour of the daemon's running or until `kiosk pin --unlock`. The count outlives a
power cut, and the wall clock has no say in it.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

PIN = re.compile(r"[0-9]{4,12}")
COST, BLOCK, PARALLEL = 2**14, 8, 1  # 16 MB, and about a tenth of a second on a Pi (RFC 7914)
FORM = re.compile(r"scrypt:([0-9]+):([0-9]+):([0-9]+):([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)")
TRIES = 10
LOCKED = 3600.0  # seconds
FILE = "service-pin.tries"
NO_HASH = "service-pin is no hash of a PIN; make one with: kiosk pin"


class PinError(ValueError):
    """No PIN, or no hash of one; one line, without it."""


def hashed(pin: str) -> str:
    """What stands in the credential. Raises PinError for what is no PIN."""
    if not PIN.fullmatch(pin):
        raise PinError("expected 4 to 12 digits")
    salt = os.urandom(16)
    key = hashlib.scrypt(pin.encode(), salt=salt, n=COST, r=BLOCK, p=PARALLEL)
    numbers = (str(COST), str(BLOCK), str(PARALLEL))
    return ":".join(("scrypt", *numbers, *(base64.b64encode(part).decode() for part in (salt, key))))


def matches(pin: str, stored: str) -> bool:
    """Whether it is the PIN of a hash. Takes a tenth of a second. Raises PinError for what is no hash."""
    found = FORM.fullmatch(stored)
    if found is None:
        raise PinError(NO_HASH)
    try:
        cost, block, parallel = (int(found[number]) for number in (1, 2, 3))
        salt, key = (base64.b64decode(found[number], validate=True) for number in (4, 5))
        tried = hashlib.scrypt(pin.encode(), salt=salt, n=cost, r=block, p=parallel, maxmem=2**26)
    except (ValueError, binascii.Error):
        raise PinError(NO_HASH) from None
    return hmac.compare_digest(tried, key)


class Tries:
    """How many wrong ones there were: kept in a file, so that pulling the plug makes no new tries."""

    def __init__(self, state_dir: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = state_dir / FILE
        self._clock = clock
        self._count = _kept(self._file)
        self._since = clock()

    def wait(self) -> float:
        """Seconds until the next one is looked at; 0: now."""
        if not self._count:
            return 0.0
        pause = LOCKED if self.locked else 2.0 ** (self._count - 1)
        left = self._since + pause - self._clock()
        if left <= 0 and self.locked:
            self.forgive()
        return max(0.0, left)

    @property
    def locked(self) -> bool:
        """Whether only time, or the operator, lets anybody in."""
        return self._count >= TRIES

    def wrong(self) -> None:
        """Another wrong one. On disk before anybody is told. Raises OSError where the disk does not take it."""
        self._count, self._since = self._count + 1, self._clock()
        fresh = self._file.with_suffix(".new")
        with fresh.open("w", encoding="ascii") as file:
            file.write(str(self._count))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._file)

    def forgive(self) -> None:
        """The right one came, or the operator unlocks it: the wrong ones are forgotten."""
        self._count = 0
        self._file.unlink(missing_ok=True)


def _kept(file: Path) -> int:
    try:
        return int(file.read_text(encoding="ascii"))
    except FileNotFoundError:
        return 0
    except (OSError, ValueError):  # a file that can't be read is no way in
        return TRIES
