"""The simulated board: every part in memory, and a hand to press its keys.

It keeps to the contracts as strictly as a real board would punish those who don't: keys come from a thread of its own,
pictures must have the display's size and mode, a camera is not started twice, nothing blocking is called on an event
loop's thread, nothing is used after it was closed.
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

from PIL import Image

from hardware.config import DisplayConfig
from hardware.errors import ReleaseJammed
from hardware.ports import KeyAction, KeyEvent, Lamp, Pattern, Tune
from hardware.simulated.camera import SimulatedCamera
from hardware.simulated.part import SimulatedPart
from hardware.threads import no_event_loop

KEYS = frozenset("0123456789*#ABCD")
JAM_FOR = 10.0  # seconds that a jam waits for the next release


class SimulatedKeypad(SimulatedPart):
    """Delivers presses from its own thread, as an interrupt would."""

    what = "keypad"

    def __init__(self) -> None:
        super().__init__()
        self._presses: queue.SimpleQueue[KeyEvent | None] = queue.SimpleQueue()
        self._on_key: Callable[[KeyEvent], None] | None = None
        self._on_fault: Callable[[str | None], None] | None = None
        self._thread = threading.Thread(target=self._deliver, name="simulated keypad", daemon=True)
        self._thread.start()

    def listen(self, on_key: Callable[[KeyEvent], None], on_fault: Callable[[str | None], None]) -> None:
        """Call back from now on."""
        self._on_key, self._on_fault = on_key, on_fault

    def lives(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def press(self, keys: str) -> None:
        """Press keys one after the other. ValueError for what is no key."""
        self._do(*(KeyEvent(KeyAction.PRESSED, key) for key in keys))

    def hold(self, key: str) -> None:
        """Hold a key down for long."""
        self._do(KeyEvent(KeyAction.PRESSED, key), KeyEvent(KeyAction.HELD, key))

    def together(self, keys: str) -> None:
        """Press the two keys of a chord, the second while the first is down."""
        self._do(KeyEvent(KeyAction.PRESSED, keys[0]), KeyEvent(KeyAction.TOGETHER, keys))

    def fail(self, what: str) -> None:
        """No key does anything from now on."""
        super().fail(what)
        if self._on_fault:
            self._on_fault(what)

    def mend(self) -> None:
        """Keys work again."""
        super().mend()
        if self._on_fault:
            self._on_fault(None)

    def close(self) -> None:
        """Stop the thread."""
        super().close()
        self._on_key = self._on_fault = None
        self._presses.put(None)
        self._thread.join(2)

    def _do(self, *events: KeyEvent) -> None:
        if wrong := {key for event in events for key in event.keys} - KEYS:
            raise ValueError(f"no such key: {''.join(sorted(wrong))[:20]!r}; there are 0-9 * # A-D")
        for event in events:
            self._presses.put(event)

    def _deliver(self) -> None:
        while (event := self._presses.get()) is not None:
            if (on_key := self._on_key) and self._condition.health.fault is None:
                on_key(event)


class SimulatedLamps(SimulatedPart):
    """Lamps that remember how they shine."""

    what = "lamps"

    def __init__(self) -> None:
        super().__init__()
        self.patterns: dict[Lamp, Pattern] = dict.fromkeys(Lamp, Pattern.OFF)

    def show(self, patterns: Mapping[Lamp, Pattern]) -> None:
        """Shine as said."""
        self._use()
        self.patterns = {**self.patterns, **patterns}

    def close(self) -> None:
        """All off."""
        self.patterns = dict.fromkeys(Lamp, Pattern.OFF)
        super().close()


class SimulatedBuzzer(SimulatedPart):
    """A buzzer that remembers what it played; the newest last, 100 at most."""

    what = "buzzer"

    def __init__(self) -> None:
        super().__init__()
        self.played: deque[Tune] = deque(maxlen=100)

    def play(self, tune: Tune) -> None:
        """Play it."""
        self._use()
        self.played.append(tune)


class SimulatedDisplay(SimulatedPart):
    """A display that keeps its picture."""

    what = "display"

    def __init__(self, config: DisplayConfig) -> None:
        super().__init__()
        self.size = config.size
        self.mode = config.mode
        self.image = Image.new(self.mode, self.size)
        self.depth = 0

    def show(self, image: Image.Image) -> None:
        """Show a picture of exactly this size and mode."""
        no_event_loop()
        self._use()
        if (image.size, image.mode) != (self.size, self.mode):
            raise ValueError(f"a picture of {image.size} {image.mode} for a display of {self.size} {self.mode}")
        self.image = image.copy()
        self.depth = 0

    def rest(self, depth: int) -> None:
        """Nobody looks: remember how deeply it rests."""
        no_event_loop()
        self._use()
        self.depth = depth

    def close(self) -> None:
        """Blank it, unless it was left."""
        if not self._closed:
            self.image = Image.new(self.mode, self.size)
        super().close()

    def leave(self) -> None:
        """Close it with its picture on it."""
        super().close()


class SimulatedRelease(SimulatedPart):
    """A release that confirms by itself after `settle` seconds, unless someone confirms or jams it before."""

    what = "release"

    def __init__(self, settle: float) -> None:
        super().__init__()
        self.settle = settle
        self.released = 0
        self._under_way = False
        self._jammed_until = 0.0
        self._changed = threading.Condition()
        self._driven = threading.Lock()

    def fire(self) -> None:
        """Release once. Driving it while it is driven is an error in the caller: RuntimeError."""
        no_event_loop()
        self._use()
        if not self._driven.acquire(blocking=False):
            raise RuntimeError("the release is driven already")
        try:
            self._drive()
        finally:
            self._driven.release()

    def _drive(self) -> None:
        with self._changed:
            self._under_way = True
            self._changed.wait_for(lambda: not self._under_way or self._jammed, self.settle)
            self._under_way = False
            if self._jammed:
                self._jammed_until = 0.0
                raise ReleaseJammed("the goods did not come out: the release was driven, the sensor saw nothing")
            self.released += 1

    def confirm(self) -> bool:
        """The goods of the release under way are out; False when none is."""
        with self._changed:
            confirmed, self._under_way = self._under_way, False
            self._changed.notify_all()
            return confirmed

    def jam(self) -> bool:
        """The release under way jams, or the next one within 10 s."""
        with self._changed:
            self._jammed_until = time.monotonic() + JAM_FOR
            self._changed.notify_all()
        return True

    @property
    def _jammed(self) -> bool:
        return time.monotonic() < self._jammed_until


class SimulatedBoard:
    """A whole board in memory. `settle`: seconds until a release confirms by itself."""

    def __init__(self, display: DisplayConfig | None = None, *, settle: float = 0.4) -> None:
        self.keypad = SimulatedKeypad()
        self.lamps = SimulatedLamps()
        self.buzzer = SimulatedBuzzer()
        self.display = SimulatedDisplay(display or DisplayConfig())
        self.camera = SimulatedCamera()
        self.release = SimulatedRelease(settle)

    def close(self) -> None:
        """Close every part."""
        for part in (self.keypad, self.camera, self.release, self.buzzer, self.lamps, self.display):
            part.close()
