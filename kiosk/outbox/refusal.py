"""What becomes of a result that the operator's server refuses. Pure.

A server that is being set up, or whose secret is being changed, refuses for a while: so a refusal is a wait at first.
After a quarter of an hour it lets the later results go, and is tried again by itself every hour, for three days. 410
(Gone) is set aside at once, and for good.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

HOLDS = timedelta(minutes=15)  # so long it holds up what comes after it
AGAIN = timedelta(hours=1)  # between two tries of what is set aside
LAST = timedelta(days=3)  # after that a person has to put it back


@dataclass(frozen=True, slots=True)
class Wait:
    """It waits, and what comes after it too."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """The later results may go. `again`: when it is tried once more; None: never by itself."""

    again: datetime | None


def verdict(now: datetime, *, refused_at: datetime | None, set_aside: bool, gone: bool) -> Wait | SetAside:
    """What becomes of it now. `refused_at`: of its first refusal; `set_aside`: it is already; `gone`: by 410."""
    since = now - (refused_at or now)
    if gone or (set_aside and since >= LAST):
        return SetAside(None)
    return SetAside(now + AGAIN) if set_aside or since >= HOLDS else Wait()
