"""A header of simulated pins: it writes down what its wires see, can be broken, and has a sensor that bounces.

What a wire sees is a level only while its pin is an output; an input with a pull follows the pull. Sensors are moved by
the test's own threads, and their edges come from yet another, after as long as lgpio waits for a contact to settle.
"""

import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPWMPin
from waits import soon


@dataclass(frozen=True)
class Seen:
    """What the wire of a pin saw from `at` (monotonic) on. `level`: 0 to 1 as driven, or "up", "down", "floating"."""

    at: float
    level: float | str


class BenchPin(MockPWMPin):
    """A pin of the bench."""

    def __init__(self, factory: "Bench", info: Any) -> None:
        factory.strain("claim", int(info.name[4:]))
        self.seen: list[Seen] = []
        self.heard: list[float] = []  # each frequency it was set to, in hertz
        self.writes = 0
        self.told = 0  # edges
        self._moves = 0
        super().__init__(factory, info)

    def _note(self) -> None:
        level = float(self._state) if self._function == "output" else self._pull
        if not self.seen or self.seen[-1].level != level:
            self.seen.append(Seen(time.monotonic(), level))
            self.factory.tell(self._number, level)

    def _set_function(self, value: str) -> None:
        self.factory.strain("write", self._number)
        if value == "output" and self._function != "output":
            self._change_state(0)  # as lgpio claims one
        super()._set_function(value)
        self._note()

    def output_with_state(self, state: float) -> None:
        """As the project's own pins on lgpio do: at its level from the first moment."""
        self.factory.strain("write", self._number)
        self._change_state(state)
        self._function = "output"
        self._note()

    def _set_state(self, value: float) -> None:
        self.factory.strain("write", self._number)
        self.factory.strain("set", self._number)
        self.writes += 1
        super()._set_state(value)
        self._note()

    def _set_frequency(self, value: float | None) -> None:
        if value != self._frequency:  # else nothing happens on lgpio, but a plain mock would be driven low
            super()._set_frequency(value)
            self._note()
            if value and (not self.heard or self.heard[-1] != value):
                self.heard.append(value)

    def _get_state(self) -> float:
        self.factory.strain("read", self._number)
        return super()._get_state()

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        self._note()

    def drive_high(self) -> None:
        """The wire becomes high; the edge is told when it stays so for as long as the pin's bounce."""
        self._move(level=True)

    def drive_low(self) -> None:
        """The wire becomes low, likewise."""
        self._move(level=False)

    def drive_low_until_told(self) -> None:
        """The wire becomes low, for as long as it takes until that edge was told."""
        told = self.told
        self.drive_low()
        soon(lambda: self.told > told)

    def drive_high_until_told(self) -> None:
        """The wire becomes high, likewise."""
        told = self.told
        self.drive_high()
        soon(lambda: self.told > told)

    def _move(self, *, level: bool) -> None:
        assert self._function == "input"
        if self._change_state(level):
            self._moves += 1
            threading.Timer(self._bounce or 0, self._settled, (self._moves,)).start()

    def _settled(self, move: int) -> None:
        if move == self._moves and self._when_changed is not None:
            self._call_when_changed()
            self.told += 1


class Bench(MockFactory):
    """A header, to be given to a part as its `pins`. `log`: a file to which each level is written at once."""

    def __init__(self, log: str | None = None) -> None:
        super().__init__(pin_class=BenchPin)
        self.troubles: dict[str, Exception] = {}  # what a "claim", "write", "set" or "read" raises
        self.only: int | None = None  # the one pin that has trouble; None: all
        self._log = log

    def __call__(self) -> "Bench":
        if error := self.troubles.get("open"):
            raise error
        return self

    def strain(self, use: str, number: int) -> None:
        """Raise what this use of this pin is to raise."""
        if (error := self.troubles.get(use)) and self.only in (None, number):
            raise error

    def tell(self, number: int, level: float | str) -> None:
        """Write it down where another process can read it."""
        if self._log:
            with open(self._log, "a", encoding="utf-8") as log:  # noqa: PTH123 - also while the interpreter ends
                log.write(f"{number} {level} {time.monotonic()}\n")

    def at(self, number: int) -> BenchPin:
        """The pin of this number."""
        return self.pin(number)

    def level(self, number: int) -> float | str:
        """What the wire of a pin sees now."""
        return self.at(number).seen[-1].level

    def pulses(self, number: int, active: float = 1) -> list[float]:
        """How long each time that a pin was driven to this level lasted, in seconds, of those that are over."""
        seen = self.at(number).seen
        return [after.at - now.at for now, after in pairwise(seen) if now.level == active]
