"""A key matrix on simulated pins, as a Raspberry Pi's header would see it: no diodes, bouncing contacts, late edges.

A line is low when something drives it low: an output, ground, or any line that a closed contact or a short connects it
with. So phantom keys appear as they really do. Edges come from a thread of their own, as lgpio's do, and like that one
it ends for ever when a callback raises.
"""

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from gpiozero.pins.mock import MockFactory, MockPin

from hardware.config import MatrixConfig

FLICKER = 0.0011  # seconds between two changes of a contact that bounces
TICK = 0.0004  # seconds between two looks at contacts that bounce


class MatrixPin(MockPin):
    """A pin whose level is that of the wire it is connected with."""

    def _get_state(self) -> bool:
        return self.factory.matrix.level(self)

    def _set_state(self, value: float) -> None:
        super()._set_state(value)
        self.factory.matrix.settle()

    def _set_function(self, value: str) -> None:
        if value == "output":
            self._state = False  # as lgpio claims one
        super()._set_function(value)
        self.factory.matrix.settle()

    def drive_high(self) -> None:
        """The pull changed; what the level is, the wires say."""
        self.factory.matrix.settle()

    drive_low = drive_high

    def _enable_event_detect(self) -> None:
        with self.factory.matrix.world:
            self.factory.matrix.watched.add(self)

    def _disable_event_detect(self) -> None:
        with self.factory.matrix.world:
            self.factory.matrix.watched.discard(self)

    def edge(self) -> None:
        """Deliver an edge; called by the thread of edges."""
        if self in self.factory.matrix.watched:
            self._call_when_changed()


class _Pins(MockFactory):
    def __init__(self, matrix: "SimulatedMatrix") -> None:
        super().__init__(pin_class=MatrixPin)
        self.matrix = matrix

    def pin(self, name: int) -> MatrixPin:
        """The pin of this number."""
        self.matrix.strain()
        with self.matrix.world:
            return super().pin(name)


@dataclass
class _Contact:
    """A contact: what it is moved to, and from when until when it bounces, on the clock and not by any thread."""

    closed: bool = False
    moved: float = 0.0
    settled: float = 0.0

    def is_closed(self, now: float) -> bool:
        flickers = now < self.settled and int((now - self.moved) / FLICKER) % 2 == 1
        return self.closed != flickers


class SimulatedMatrix:
    """The keypad of a configuration and the pins it hangs on. `bounce`: seconds that a contact flickers.

    To be used as `MatrixKeypad(config, pins=matrix.factory, alive=matrix.alive)`.
    """

    def __init__(self, config: MatrixConfig, *, bounce: float = 0.0) -> None:
        self.config = config
        self.bounce = bounce
        self.watched: set[MatrixPin] = set()
        self.conflicts: list[str] = []  # outputs that were shorted against each other
        self.asked = 0  # how often the pins were asked for
        self.looks = 0  # how often one was read
        self.world = threading.RLock()  # held by who changes it or looks at it
        self._pins = _Pins(self)
        self._contacts = {key: _Contact() for key in config.keys}
        self._wires: set[frozenset[int]] = set()
        self._grounded: set[int] = set()
        self._levels: dict[MatrixPin, bool] = {}
        self._trouble: Exception | None = None
        self._edges: queue.SimpleQueue[MatrixPin | None] = queue.SimpleQueue()
        self._bouncing = threading.Event()
        self._closing = threading.Event()
        self._threads = [
            threading.Thread(target=self._deliver, name="simulated edges", daemon=True),
            threading.Thread(target=self._shake, name="simulated bounce", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def factory(self) -> MockFactory:
        """The pins; raises what `break_down` said."""
        self.asked += 1
        self.strain()
        return self._pins

    def alive(self) -> bool:
        """Whether edges still come."""
        return self._threads[0].is_alive()

    def press(self, key: str) -> None:
        """Push a key down; its contact bounces for a while."""
        self._move(key, closed=True)

    def release(self, key: str) -> None:
        """Let a key go; its contact bounces for a while."""
        self._move(key, closed=False)

    def tap(self, key: str, seconds: float = 0.1) -> None:
        """Push a key and let it go, and stay away from it for as long."""
        self.press(key)
        time.sleep(self.bounce + seconds)
        self.release(key)
        time.sleep(self.bounce + seconds)

    def short(self, one: int, other: int) -> None:
        """Let the wires of two pins touch."""
        with self.world:
            self._wires.add(frozenset((one, other)))
            self._observe()

    def ground(self, pin: int) -> None:
        """Let a wire touch ground."""
        with self.world:
            self._grounded.add(pin)
            self._observe()

    def mend_wires(self) -> None:
        """No wire touches another or ground."""
        with self.world:
            self._wires.clear()
            self._grounded.clear()
            self._observe()

    def break_down(self, error: Exception) -> None:
        """Let every use of a pin raise this."""
        self._trouble = error

    def mend(self) -> None:
        """Let the pins work again."""
        self._trouble = None

    def stop_edges(self) -> None:
        """Let the thread of edges end, as an exception in a callback does."""
        self._edges.put(None)
        self._threads[0].join(5)

    @property
    def rests(self) -> bool:
        """All rows are driven low, and edges are awaited on all columns."""
        with self.world:
            pins = {pin._number: pin for pin in self._pins.pins.values()}
            rows = [pins.get(row) for row in self.config.rows]
            watched = {pin._number for pin in self.watched}
            return set(self.config.columns) <= watched and all(row and row._function == "output" for row in rows)

    @property
    def freed(self) -> bool:
        """No pin is an output, watched or reserved."""
        with self.world:
            reserved = any(holder() for holders in self._pins._reservations.values() for holder in holders)
            outputs = any(pin._function == "output" for pin in self._pins.pins.values())
            return not (reserved or outputs or self.watched)

    def close(self) -> None:
        """End its threads."""
        self._closing.set()
        self._bouncing.set()
        self._edges.put(None)
        for thread in self._threads:
            thread.join(5)

    def strain(self) -> None:
        """Raise what the pins are to raise."""
        if self._trouble is not None:
            raise self._trouble

    def settle(self) -> None:
        """A pin changed."""
        self.strain()
        with self.world:
            self._observe()

    def level(self, pin: MatrixPin) -> bool:
        """Whether the pin's wire is high."""
        self.strain()
        with self.world:
            self.looks += 1
            self._observe()
            return self._levels[pin]

    def _move(self, key: str, *, closed: bool) -> None:
        with self.world:
            contact = self._contacts[key]
            contact.moved = time.monotonic()
            contact.settled = contact.moved + self.bounce
            contact.closed = closed
            self._observe()
        self._bouncing.set()

    def _observe(self) -> None:
        """Work out every level, and note an edge where a watched one changed."""
        pins = {pin._number: pin for pin in self._pins.pins.values()}
        for wire in self._nets(set(pins)):
            outputs = {pins[number]._state for number in wire if pins[number]._function == "output"}
            if len(outputs) > 1:
                self.conflicts.append(f"outputs against each other: {sorted(wire)}")
            low = False in outputs or wire & self._grounded or not any(pins[number]._pull == "up" for number in wire)
            for number in wire:
                pin = pins[number]
                fell = low and self._levels.get(pin, True)
                self._levels[pin] = not low
                if fell and pin in self.watched:
                    self._edges.put(pin)

    def _nets(self, numbers: set[int]) -> Iterator[frozenset[int]]:
        """The pins that are connected with each other, net by net."""
        now = time.monotonic()
        width = len(self.config.columns)
        links = [
            *self._wires,
            *(
                frozenset((self.config.rows[place // width], self.config.columns[place % width]))
                for place, key in enumerate(self.config.keys)
                if self._contacts[key].is_closed(now)
            ),
        ]
        left = set(numbers)
        while left:
            net = {left.pop()}
            while more := {end for link in links if link & net for end in link} & left:
                net |= more
                left -= more
            yield frozenset(net)

    def _deliver(self) -> None:
        while (pin := self._edges.get()) is not None:
            pin.edge()

    def _bounces(self) -> bool:
        return any(time.monotonic() < contact.settled for contact in self._contacts.values())

    def _shake(self) -> None:
        """Look often while a contact bounces: every change of a level is an edge, whether a keypad looks or not."""
        while not self._closing.is_set():
            self._bouncing.wait()
            self._bouncing.clear()
            while not self._closing.is_set() and self._bounces():
                with self.world:
                    self._observe()
                time.sleep(TICK)
            with self.world:
                self._observe()
