"""Which of the codes that were read count. It knows frames and times, nothing of cameras or payments.

One misread frame must not charge anybody, so a code has to be read twice: from several frames, or from both symbols of
one, which are read by different rules.
"""

from collections.abc import Sequence

from hardware.decoding.protocol import Code, Symbol

WITHIN = 2.0  # seconds in which the frames must be seen


class Sightings:
    """What was read lately. `needed`: from how many frames a code must be read."""

    def __init__(self, needed: int) -> None:
        self._needed = needed
        self._seen: dict[str, list[float]] = {}  # a text, and when it was read

    def see(self, codes: Sequence[Code], now: float) -> tuple[str, ...]:
        """The texts that count by this frame, in its order, each once. `now`: seconds of a monotonic clock."""
        recent = {text: [time for time in times if now - time <= WITHIN] for text, times in self._seen.items()}
        symbols: dict[str, set[Symbol]] = {}
        for code in codes:
            symbols.setdefault(code.text, set()).add(code.symbol)
        for text in symbols:
            recent[text] = [*recent.get(text, ()), now][-self._needed :]
        self._seen = {text: times for text, times in recent.items() if times}
        return tuple(
            text for text, read in symbols.items() if len(self._seen[text]) >= self._needed or len(read) == len(Symbol)
        )

    def forget(self) -> None:
        """Begin anew: what was read before does not count any more."""
        self._seen.clear()
