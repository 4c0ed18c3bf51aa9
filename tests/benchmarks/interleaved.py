"""One way of measuring for all rows: what is compared takes turns, so that what else a machine does disturbs all alike.

A ratio or a count holds on any machine, and is compared with the figure that was kept (figures.json); a time does not.
"""

import random
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

LOSS = 0.20  # of a kept ratio or count that is one: noise stays below it


@dataclass(frozen=True)
class Figure:
    """One figure of a row. `most`: what it must not exceed; `least`: what it must reach.

    `kept`: it is a ratio or a count, which the next run is compared by.
    """

    row: str
    what: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None
    kept: bool = False

    @property
    def good(self) -> bool:
        """Whether it is what it must be."""
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    def lost(self, before: float) -> bool:
        """Whether it is worse than the kept one by more than noise."""
        if self.least is not None:
            return self.value < before * (1 - LOSS)
        return self.value > before * (1 + LOSS)

    @property
    def name(self) -> str:
        """Row and what."""
        return f"{self.row}: {self.what}"


def turns(rounds: int, things: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """What each gives, `rounds` times, each round in an order of its own."""
    order = random.Random(17)  # noqa: S311 - no secret
    given: dict[str, list[float]] = {name: [] for name in things}
    for _ in range(rounds):
        for name in order.sample([*things], len(things)):
            given[name].append(things[name]())
    return given


def seconds(work: Callable[[], object]) -> Callable[[], float]:
    """The work, as a thing that takes turns: how long it takes."""

    def timed() -> float:
        began = perf_counter()
        work()
        return perf_counter() - began

    return timed


def ratio(given: Mapping[str, list[float]], one: str, other: str) -> float:
    """How many times as much the one is, beside the other in the same turn: the median over turns."""
    return statistics.median(a / b for a, b in zip(given[one], given[other], strict=True))


def median(values: list[float]) -> float:
    """The middle of them."""
    return statistics.median(values)


def nearly_worst(values: list[float]) -> float:
    """What 99 of 100 stay below."""
    return statistics.quantiles(values, n=100)[98] if len(values) > 1 else values[0]
