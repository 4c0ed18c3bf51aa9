"""The wires of a key matrix, as gpiozero's pins: driven, read and examined.

Knows rows, columns and how long a line needs to settle. Must not know which key is where, nor when to scan. Everything
raises DeviceError in words.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from itertools import combinations
from typing import TypeAlias

from gpiozero.pins import Pin
from gpiozero.pins.pi import PiFactory

from hardware.errors import DeviceError
from hardware.pins.factory import PinFactory
from hardware.pins.troubles import said, troubles

SETTLE = 0.0002  # seconds that a line needs after a change: a pull-up of 50 kilohm against some 100 pF of cable
EDGES_PASS = 0.01  # seconds after which no edge is on its way any more, once nothing makes new ones

Crossing: TypeAlias = tuple[int, int]  # row and column, from 0


def doubtful(closed: AbstractSet[Crossing]) -> frozenset[Crossing]:
    """The crossings that may only seem closed.

    A matrix without diodes reads the fourth corner of a rectangle as closed when three are: current finds its way back
    through them. So wherever two rows share two or more columns, none of the crossings of these rows is sure.
    """
    columns: dict[int, set[int]] = defaultdict(set)
    for row, column in closed:
        columns[row].add(column)
    unsure = {row for pair in combinations(columns, 2) if len(columns[pair[0]] & columns[pair[1]]) > 1 for row in pair}
    return frozenset(crossing for crossing in closed if crossing[0] in unsure)


class MatrixLines:
    """The lines of a keypad at their pins. A row is driven low or, as an input with pull-up, does nothing."""

    def __init__(self, rows: tuple[int, ...], columns: tuple[int, ...], pins: PinFactory) -> None:
        self._factory = pins
        self._reserved: PiFactory | None = None
        self._rows_at, self._columns_at = rows, columns
        self._names = (
            *(f"row {number} (GPIO{pin})" for number, pin in enumerate(rows, 1)),
            *(f"column {number} (GPIO{pin})" for number, pin in enumerate(columns, 1)),
        )
        self._pins: list[Pin] = []

    def __repr__(self) -> str:
        return "the keypad"  # gpiozero's words for who has a pin

    def claim(self) -> None:
        """Take the pins; no line is driven."""
        with _in_words("keypad"):
            factory = self._reserved = self._factory()
            factory.reserve_pins(self, *self._rows_at, *self._columns_at)
        for name, number in zip(self._names, (*self._rows_at, *self._columns_at), strict=True):
            with _in_words(f"keypad, {name}"):
                pin = factory.pin(number)
                self._pins.append(pin)
                pin.input_with_pull("up")

    def call_on_edges(self, touched: Callable[[object, object], None]) -> None:
        """Call `touched` in lgpio's thread when a column falls. An exception there would end the thread and all edges.

        It must be a method of an object that lives on: gpiozero keeps no object alive by its callback.
        """
        with _in_words("keypad"):
            for column in self._columns:
                column.edges = "falling"
                column.when_changed = touched

    def arm(self) -> None:
        """Drive all rows low, so that any key that goes down makes an edge."""
        with _in_words("keypad"):
            for row in self._rows:
                row.output_with_state(0)
        time.sleep(SETTLE)

    def touched(self) -> bool:
        """Whether a column is low."""
        with _in_words("keypad"):
            return not all(column.state for column in self._columns)

    def scan(self) -> tuple[frozenset[Crossing], tuple[str, ...]]:
        """The crossings that read as closed, and what is wrong with the columns, in words; no row is driven afterwards.

        Only one row is driven at a time: two of them would be shorted by two keys in one column. A column that is low
        while none is driven says nothing of its keys.
        """
        with _in_words("keypad"):
            for row in self._rows:
                row.input_with_pull("up")
            time.sleep(SETTLE)
            low = [number for number, column in enumerate(self._columns) if not column.state]
            seen = {row: self._follow(row, self._columns) for row in range(len(self._rows))}
        closed = frozenset((row, column) for row, columns in seen.items() for column in columns if column not in low)
        return closed, tuple(self._grounded(len(self._rows) + column) for column in low)

    def examine(self) -> tuple[frozenset[Crossing], tuple[str, ...]]:
        """The closed crossings, and what is wrong with the wires, in words. Only before `call_on_edges`.

        Each line in turn, a column too, is driven low, to see which others follow: through a key, or through a short.
        """
        with _in_words("keypad"):
            grounded = [line for line, pin in enumerate(self._pins) if not pin.state]
            follow = {
                line: [other for other in self._follow(line, self._pins) if other not in (line, *grounded)]
                for line in range(len(self._pins))
                if line not in grounded
            }
        rows, columns = range(len(self._rows)), range(len(self._rows), len(self._pins))
        closed = frozenset((row, line - len(rows)) for row in rows for line in follow.get(row, ()) if line in columns)
        shorts: list[tuple[int, int]] = []
        for side in (rows, columns):
            for line in side:
                others = follow.get(line, [])
                if all(other in side for other in others):  # else keys may connect them, by way of the other side
                    shorts += [(line, other) for other in others if line < other]
        return closed, (
            *(self._grounded(line) for line in grounded),
            *(f"the wires of {self._names[line]} and {self._names[other]} touch" for line, other in shorts),
        )

    def free(self) -> None:
        """Let go of the pins: inputs, and nobody's. Raises nothing.

        Rows first, so that no key makes an edge any more: a callback that is taken away while an edge comes in makes
        gpiozero call None in lgpio's thread, which that would end, and all edges of this process with it.
        """
        pins, self._pins = self._pins, []
        rows = pins[: len(self._rows_at)]
        for row in rows:
            with suppress(*troubles()):
                row.close()
        if len(pins) > len(rows):
            time.sleep(EDGES_PASS)
        for column in pins[len(rows) :]:
            with suppress(*troubles()):
                column.when_changed = None
                column.close()
        if self._reserved:
            self._reserved.release_pins(self, *self._rows_at, *self._columns_at)
            self._reserved = None

    def _conflicts_with(self, _other: object) -> bool:
        return True  # gpiozero asks this when a pin has been reserved by another

    @property
    def _rows(self) -> list[Pin]:
        return self._pins[: len(self._rows_at)]

    @property
    def _columns(self) -> list[Pin]:
        return self._pins[len(self._rows_at) :]

    def _grounded(self, line: int) -> str:
        return f"{self._names[line]} is low though nothing drives it; its wire touches ground or another wire"

    def _follow(self, line: int, others: list[Pin]) -> list[int]:
        """Which of the others are low while this line is driven low."""
        self._pins[line].output_with_state(0)
        time.sleep(SETTLE)
        low = [number for number, pin in enumerate(others) if not pin.state]
        self._pins[line].input_with_pull("up")
        return low


@contextmanager
def _in_words(where: str) -> Iterator[None]:
    """Whatever pins raise is a DeviceError that says where."""
    try:
        yield
    except troubles() as error:
        raise DeviceError(f"{where}: {said(error)}; check the pins in the configuration, and the wires") from error
