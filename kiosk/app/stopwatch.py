"""How long the two things take that a shopper feels: from a key to PAY leaving, from an answer to light and display."""

from collections import deque

KEPT = 200  # samples of each


class Stopwatch:
    """The latest durations by name, in seconds."""

    def __init__(self) -> None:
        self._samples: dict[str, deque[float]] = {}

    def took(self, what: str, seconds: float) -> None:
        """Note one duration."""
        self._samples.setdefault(what, deque(maxlen=KEPT)).append(seconds)

    def medians(self) -> dict[str, float]:
        """The median of each; the later of two."""
        return {what: sorted(samples)[len(samples) // 2] for what, samples in self._samples.items()}
