"""A keypad of rows and columns at the header's pins.

At rest all rows are low, and an edge of a column wakes the keypad's thread, which scans until all keys are up again.
Nothing polls at rest. Knows when to scan; the lines' wires are `lines`, what readings mean is `keys`.
"""

import threading
import time
from collections.abc import Callable
from typing import ClassVar

from hardware.config import MatrixConfig
from hardware.keypad.keys import NOTHING, Keys
from hardware.keypad.lines import Crossing, MatrixLines, doubtful
from hardware.keypad.supervised import SupervisedKeypad
from hardware.pins.factory import PinFactory, edges_alive, pin_factory

NO_EDGES = "the interrupts of the pins have stopped; keys are looked for all the time instead; restart the kiosk"


class MatrixKeypad(SupervisedKeypad):
    """Any number of rows and columns. `alive`: whether edges still arrive."""

    scan_every: ClassVar[float] = 0.005  # seconds between two scans while a key is down
    scan_slowly: ClassVar[float] = 0.05  # the same while a key is stuck and nothing else happens
    calm_after: ClassVar[float] = 3.0  # seconds until nothing else happens
    check_every: ClassVar[float] = 10.0  # seconds between two looks whether edges are alive
    poll_every: ClassVar[float] = 0.02  # seconds between two looks at the columns once edges are dead

    def __init__(
        self, config: MatrixConfig, pins: PinFactory = pin_factory, alive: Callable[[], bool] = edges_alive
    ) -> None:
        rows, columns = (" ".join(map(str, numbers)) for numbers in (config.rows, config.columns))
        what = f"keypad of {len(config.rows)} x {len(config.columns)} keys, rows GPIO {rows}, columns GPIO {columns}"
        super().__init__(what, Keys(config.keys, config.chords, config.timing))
        self._names = {divmod(place, len(config.columns)): key for place, key in enumerate(config.keys)}
        self._lines = MatrixLines(config.rows, config.columns, pins)
        self._alive = alive
        self._wake = threading.Event()
        self._deaf: tuple[str, ...] = ()  # the fault, when edges are dead

    def _open(self) -> None:
        self._lines.claim()
        self._lines.call_on_edges(self._edge)

    def _watch(self) -> None:
        while not self._closing.is_set():
            self._rest()
            self._scan()

    def _examine(self) -> tuple[str, ...]:
        self._lines.free()
        self._lines.claim()
        closed, wrong = self._lines.examine()
        self._lines.call_on_edges(self._edge)
        keys = (f"key {key} is down: it is stuck, or something lies on it" for key in sorted(self._named(closed)))
        return (*keys, *wrong)

    def _interrupt(self) -> None:
        self._wake.set()

    def _let_go(self) -> None:
        self._lines.free()

    def _edge(self, _ticks: object, _state: object) -> None:
        self._wake.set()  # and nothing else, ever: this is lgpio's one thread

    def _rest(self) -> None:
        """Wait, with all rows low, until a key seems to be down."""
        self._lines.arm()
        while True:
            self._wake.clear()  # before the look: an edge that comes after it is not lost
            if self._closing.is_set() or self._lines.touched():
                return
            self._deaf = () if self._alive() else (NO_EDGES,)
            self._take(NOTHING, wrong=self._deaf)
            longest = self.poll_every if self._deaf else self.check_every
            self._wake.wait(max(0.0, min(longest, self._keys.due - time.monotonic())))

    def _scan(self) -> None:
        """Scan until all keys are up and all columns are sound."""
        before: object = None
        changed, sound = time.monotonic(), time.monotonic()
        while not self._closing.is_set():
            reading = closed, wrong = self._lines.scan()
            now = time.monotonic()
            if reading != before:
                before, changed = reading, now
            if not wrong:
                sound = now
            lasting = wrong if now - sound > self.calm_after else ()  # a short disturbance is no fault
            self._take(self._named(closed), self._named(doubtful(closed)), (*self._deaf, *lasting))
            over = self._keys.quiet and not closed and not wrong
            calm = (self._keys.stuck or wrong) and now - changed > self.calm_after
            self._closing.wait(self.scan_slowly if calm else self.scan_every)
            if over:
                return

    def _named(self, crossings: frozenset[Crossing]) -> frozenset[str]:
        return frozenset(self._names[crossing] for crossing in crossings)
