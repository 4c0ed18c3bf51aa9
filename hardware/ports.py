"""The contracts of a board's parts: what a kiosk may ask of its keypad, lamps, buzzer, display, camera and release.

A part is made without touching anything. `prepare` claims its pins, opens its bus or its sensor; when that fails it is
called again later, and a part whose device comes back works again by itself. Threads: a keypad calls back from a
thread of its own. Everything else is called from outside and may block for as long as its docstring says, so callers
on an event loop call it in a thread; only `Lamps.show`, `Buzzer.play` and `health` return at once. All of them raise
`DeviceError` and nothing else when the device does not work; RuntimeError is for a caller who breaks the contract.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from PIL import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    GreyFrame: TypeAlias = NDArray[
        np.uint8
    ]  # height x width, 0 black .. 255 white; rows may be further apart than wide
else:
    GreyFrame = object  # whoever makes frames or looks into them loads numpy; who hands them on does without


@dataclass(frozen=True, slots=True)
class Health:
    """How a part is.

    `what`: the part in a person's words, with its place ("ssd1306 128x64, I2C bus 1, address 0x3c"). `present`: it
    answers, or, where nothing can answer, it could be opened. `fault`: what is wrong now, in one line; None: nothing
    known. `last_fault`: the newest fault since it was made, also when it is over.
    """

    what: str
    present: bool
    fault: str | None = None
    last_fault: str | None = None

    @property
    def healthy(self) -> bool:
        """Present and without a fault."""
        return self.present and self.fault is None


class Part(Protocol):
    """What every part of a board can do."""

    def prepare(self) -> None:
        """Make it ready; does nothing when it is. Blocks up to 5 s. Raises DeviceError."""
        ...

    def health(self) -> Health:
        """How it is, as far as is known. Touches nothing and returns at once."""
        ...

    def self_test(self) -> Health:
        """Try what can be tried without a person and without releasing anything, and say how it is. Blocks up to 5 s.

        Must not be called while the part is in use. A test that fails is a fault in the answer, not an exception.
        """
        ...

    def close(self) -> None:
        """Leave it safe: dark, silent, at rest. May be called twice; the part is not used afterwards."""
        ...


class KeyAction(StrEnum):
    """What was done with a key."""

    PRESSED = "pressed"  # it went down
    HELD = "held"  # it has been down for `KeypadConfig.hold` seconds; PRESSED came before
    TOGETHER = "together"  # the second key of a chord went down while the first was; instead of its PRESSED


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """`keys`: one character of `0123456789*#ABCD`; for TOGETHER the two of the chord, as configured ("*#")."""

    action: KeyAction
    keys: str


class Keypad(Part, Protocol):
    """Keys. A stuck or chattering key is a fault; the others go on working."""

    def lives(self) -> bool:
        """Whether the thread that calls back runs. One that ended by a mistake in the program does not come back."""
        ...

    def listen(self, on_key: Callable[[KeyEvent], None], on_fault: Callable[[str | None], None]) -> None:
        """Call back from now on, from the keypad's own thread. The callbacks never raise or block.

        `on_fault`: one line when something is wrong with the keypad or its wiring, None when that is over. Prepares by
        itself, now and after each fault; never raises.
        """
        ...


class Lamp(StrEnum):
    """The four lamps of a kiosk. READY lit means in service: a dark machine is out of service."""

    READY = "ready"
    BUSY = "busy"
    PAID = "paid"
    FAULT = "fault"


class Pattern(StrEnum):
    """How a lamp shines. SLOW blinks at 1 Hz, FAST at 2.5 Hz: three flashes a second harm some people."""

    OFF = "off"
    ON = "on"
    SLOW = "slow"
    FAST = "fast"


class Lamps(Part, Protocol):
    """The status lamps."""

    def show(self, patterns: Mapping[Lamp, Pattern]) -> None:
        """Shine as said from now on; lamps that are not named keep their pattern. Returns within 5 ms."""
        ...


class Tune(StrEnum):
    """What a buzzer can say. Each is told from the others without seeing."""

    KEY = "key"  # a key was taken: a click
    CODE = "code"  # it is your turn: scan, or hold your code before the camera
    GOOD = "good"  # paid
    BAD = "bad"  # it did not work, and nothing was charged
    DOUBT = "doubt"  # ask the operator: a claim code is on the display
    STEP = "step"  # the next question
    WAIT = "wait"  # the machine is at it
    HURRY = "hurry"  # time is nearly over: press a key


class Buzzer(Part, Protocol):
    """A small buzzer for people who see little."""

    def play(self, tune: Tune) -> None:
        """Begin the tune, instead of one that still plays. Returns within 5 ms."""
        ...


class Display(Part, Protocol):
    """A display. Own-light pixels: white is lit."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as a person standing before it sees it; known before it is opened."""
        ...

    @property
    def mode(self) -> str:
        """The Pillow mode of its pictures: "1" or "RGB"."""
        ...

    def show(self, image: Image.Image) -> None:
        """Show the picture, of exactly `size` and `mode`. Blocks while the bus is written: up to 1 s."""
        ...

    def rest(self, depth: int) -> None:
        """Care for the panel while nobody looks: 0 full light, 1 and more dimmed, the picture moved by `depth` pixels.

        The next `show` with another picture wakes it. Blocks like `show`.
        """
        ...

    def leave(self) -> None:
        """Let go of it as `close` does, but with its picture on it, for as long as it has power. Blocks up to 2 s."""
        ...


class Camera(Part, Protocol):
    """Looks only between `start` and `stop`; `prepare` keeps it configured, so that `start` is quick."""

    def start(self) -> None:
        """Begin to look. Blocks up to 2 s. Starting twice is an error in the caller: RuntimeError."""
        ...

    def frame(self, timeout: float) -> GreyFrame | None:
        """The next frame, valid until the next call; None when none came within `timeout` seconds.

        A camera that hangs is closed and opened anew by itself, three times at most; then DeviceError.
        """
        ...

    def stop(self) -> None:
        """Look no more; may be called when stopped. A `frame` under way in another thread returns None."""
        ...


class Release(Part, Protocol):
    """The relay that drops goods or lifts a barrier, with its confirm sensor."""

    def fire(self) -> None:
        """Drive the release once and wait for its confirmation. Blocks up to 15 s.

        Raises ReleaseJammed when it was driven and not confirmed, DeviceError when it was not driven. Driving it while
        it is driven is an error in the caller: RuntimeError.
        """
        ...


class Board(Protocol):
    """A whole board."""

    @property
    def keypad(self) -> Keypad:
        """Where amounts are entered."""

    @property
    def lamps(self) -> Lamps:
        """What shows from afar how it is."""

    @property
    def buzzer(self) -> Buzzer | None:
        """What sounds; None: it has none."""

    @property
    def display(self) -> Display:
        """Where words and codes are shown."""

    @property
    def camera(self) -> Camera | None:
        """What sees payment codes; None: it has none."""

    @property
    def release(self) -> Release:
        """What drops the goods or lifts the barrier."""

    def close(self) -> None:
        """Close every part; lamps off, release safe."""
        ...
