"""The daemon's clock: monotonic seconds for durations, the gateway's time for its deadlines.

The gateway's time is learned from its answers and carried on by the monotonic clock, so a jump of this machine's wall
clock changes nothing in the middle of a sale.
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.diagnostics.status import ClockReading
from kiosk.journal import Quality
from kiosk.sale.events import Moment

AGREES = timedelta(seconds=60)  # a clock further from the gateway's is not trusted with money
JITTER = timedelta(seconds=2)  # the Date header has whole seconds, and the network takes a moment
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")  # systemd-timesyncd has set the clock since boot


class Clock:
    """What time it is, as the gateway has it; until it has said so, as this machine has it."""

    def __init__(self, zone: ZoneInfo, synchronised: Path = SYNCHRONISED) -> None:
        self._synchronised = synchronised
        self._zone = zone
        self._began = time.monotonic()
        self._at = datetime.now(UTC)
        self._offset: timedelta | None = None
        self._carried_on = False

    def now(self, at_least: float = 0.0) -> Moment:
        """The present moment; `at_least` keeps a timer that fired a hair early from seeing itself as not yet due."""
        mono = max(time.monotonic(), at_least)
        return Moment(mono, (self._at + timedelta(seconds=mono - self._began)).astimezone(self._zone))

    def learn(self, offset: timedelta | None) -> None:
        """Take the gateway's time: `offset` is it minus this machine's wall clock, just now."""
        if offset is None:
            return
        self._offset = offset
        said = datetime.now(UTC) + offset
        mono = time.monotonic()
        if abs(said - (self._at + timedelta(seconds=mono - self._began))) > JITTER:
            self._began, self._at = mono, said

    def carry_on(self, newest: datetime | None) -> None:
        """At start: `newest` is when the journal was last written. A clock not behind that has not lost the day."""
        self._carried_on = newest is not None and newest <= self.now().at

    def quality(self) -> Quality:
        """How good the time is that is written beside each record."""
        if self._offset is not None or self._synchronised.exists():
            return Quality.SYNCHRONISED
        return Quality.RESTORED if self._carried_on else Quality.UNKNOWN

    def reading(self) -> ClockReading:
        """The time as it is told to a person."""
        offset = None if self._offset is None else round(self._offset.total_seconds(), 1)
        return ClockReading(at=self.now().at, quality=self.quality(), offset_seconds=offset)

    def distrust(self) -> str | None:
        """Why this machine's clock can't be trusted, in one line; None when it can."""
        if self._offset is None:
            return None if self._synchronised.exists() else "the time is not known yet: no network time, no gateway"
        if abs(self._offset) > AGREES:
            seconds = -self._offset.total_seconds()
            return f"the clock is {seconds:+.0f} s off the gateway's; check timedatectl"
        return None
