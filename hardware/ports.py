"""The contracts of a board's parts: what a kiosk may ask of its keypad, lamps, display, camera and release.

Threads: a keypad calls back from a thread of its own. Everything else is called from outside and may block for as
long as its docstring says, so callers on an event loop call it in a thread. All of them raise `DeviceError` and
nothing else when the device does not work.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GreyFrame: TypeAlias = NDArray[np.uint8]  # height x width, 0 black .. 255 white


class Lamp(StrEnum):
    """The four lamps of a kiosk. READY lit means in service: a dark machine is out of service."""

    READY = "ready"
    BUSY = "busy"
    PAID = "paid"
    FAULT = "fault"


class Pattern(StrEnum):
    """How a lamp shines. SLOW blinks at 1 Hz, FAST at 4 Hz."""

    OFF = "off"
    ON = "on"
    SLOW = "slow"
    FAST = "fast"


class Keypad(Protocol):
    """Keys of a matrix pad, each named by one character of `0123456789*#ABCD`."""

    def listen(self, on_key: Callable[[str], None]) -> None:
        """Call `on_key` once for each press, from the keypad's own thread. `on_key` never raises or blocks."""
        ...

    def close(self) -> None:
        """Stop calling back; may be called twice."""
        ...


class Lamps(Protocol):
    """The status lamps."""

    def show(self, patterns: Mapping[Lamp, Pattern]) -> None:
        """Shine as said from now on; lamps that are not named keep their pattern. Returns within 5 ms."""
        ...

    def close(self) -> None:
        """All off."""
        ...


class Display(Protocol):
    """A small display. Own-light pixels: white is lit."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        ...

    @property
    def mode(self) -> str:
        """The Pillow mode of its pictures: "1" or "RGB"."""
        ...

    def show(self, image: Image.Image) -> None:
        """Show the picture, of exactly `size` and `mode`. Blocks while the bus is written: up to 300 ms."""
        ...

    def close(self) -> None:
        """Blank the display."""
        ...


class Camera(Protocol):
    """Looks only between `start` and `stop`."""

    def start(self) -> None:
        """Begin to look. Blocks up to 2 s. Starting twice is an error in the caller: RuntimeError."""
        ...

    def frame(self, timeout: float) -> GreyFrame | None:
        """The next frame, or None when none came within `timeout` seconds."""
        ...

    def stop(self) -> None:
        """Look no more; may be called when stopped. A `frame` under way in another thread returns None."""
        ...

    def close(self) -> None:
        """Give the sensor back."""
        ...


class Release(Protocol):
    """The relay that drops goods or lifts a barrier, with its confirm sensor."""

    def fire(self) -> None:
        """Drive the release once and wait for its confirmation. Blocks up to 15 s.

        Raises ReleaseJammed when it was driven and not confirmed, DeviceError when it could not be driven.
        """
        ...

    def close(self) -> None:
        """Back to the safe level."""
        ...


class Board(Protocol):
    """A whole board."""

    @property
    def keypad(self) -> Keypad: ...  # noqa: D102 - the class it returns says it
    @property
    def lamps(self) -> Lamps: ...  # noqa: D102 - likewise
    @property
    def display(self) -> Display: ...  # noqa: D102 - likewise
    @property
    def camera(self) -> Camera: ...  # noqa: D102 - likewise
    @property
    def release(self) -> Release: ...  # noqa: D102 - likewise

    def close(self) -> None:
        """Close every part; lamps off, release safe."""
        ...
