"""Telling how often something was refused, in a line a minute: a stranger who tries for ever can't fill the log."""

import asyncio
from collections import Counter
from collections.abc import Callable

EVERY = 60.0  # seconds between two lines
MOST_REASONS = 8  # that are named in a line
OTHERS = "for other reasons"


class Tally:
    """Counts by reason. The first is told at once; what comes in the minute after it, together at its end."""

    def __init__(self, tell: Callable[[str], None], every: float = EVERY) -> None:
        """`tell` gets a line's words, `3 too slow, 17 to make room`."""
        self._tell = tell
        self._every = every
        self._counted: Counter[str] = Counter()
        self._minute: asyncio.TimerHandle | None = None

    def add(self, reason: str) -> None:
        """One more. To be called in the event loop."""
        named = reason in self._counted or len(self._counted) < MOST_REASONS
        self._counted[reason if named else OTHERS] += 1
        if self._minute is None:
            self._line()

    def close(self) -> None:
        """Tell what has not been told."""
        if self._minute is not None:
            self._minute.cancel()
            self._minute = None
        self._words()

    def _line(self) -> None:
        self._minute = asyncio.get_running_loop().call_later(self._every, self._line) if self._counted else None
        self._words()

    def _words(self) -> None:
        if self._counted:
            self._tell(", ".join(f"{count} {reason}" for reason, count in sorted(self._counted.items())))
            self._counted.clear()
