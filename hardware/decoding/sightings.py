"""Which of the codes that were read count. It knows readings and times, nothing of cameras or payments.

A misread must not charge anybody. A Code 128 has one check sum, and a misread that fits it repeats itself, in frame
after frame, as long as nothing moves: so it takes different readings. Two differ when they were made by two libraries,
off two symbols, or so far apart on the frame that other pixels met other bars. A QR corrects its errors, and says so
where it can't: there each frame is a reading (tests/benchmarks/misreads.py).
"""

from collections.abc import Sequence

from hardware.decoding.protocol import Code, Symbol

WITHIN = 2.0  # seconds in which the readings must be made
APART = 8  # pixels of the frame, across or down


class Sightings:
    """What was read lately. `needed`: how many different readings must say the same."""

    def __init__(self, needed: int) -> None:
        self._needed = needed
        self._seen: dict[str, list[tuple[float, Code]]] = {}  # a text, and readings of it that differ, with their times

    def see(self, codes: Sequence[Code], now: float) -> tuple[str, ...]:
        """The texts that count by this frame, in its order, each once. `now`: seconds of a monotonic clock."""
        recent = {text: [(at, one) for at, one in read if now - at <= WITHIN] for text, read in self._seen.items()}
        for code in codes:
            read = recent.setdefault(code.text, [])
            alike = next((place for place, (at, one) in enumerate(read) if not _differ(one, at, code, now)), len(read))
            read[alike : alike + 1] = [(now, read[alike][1] if alike < len(read) else code)]
        self._seen = {text: read[-self._needed :] for text, read in recent.items() if read}
        return tuple(text for text in dict.fromkeys(code.text for code in codes) if self._counts(text))

    def _counts(self, text: str) -> bool:
        return len(self._seen[text]) >= self._needed

    def forget(self) -> None:
        """Begin anew: what was read before does not count any more."""
        self._seen.clear()


def _differ(one: Code, then: float, other: Code, now: float) -> bool:
    """Whether two readings of a text are different ones."""
    if one.by is not other.by or one.symbol is not other.symbol:
        return True
    if one.symbol is Symbol.QR:
        return then != now
    return max(abs(one.at[0] - other.at[0]), abs(one.at[1] - other.at[1])) >= APART
