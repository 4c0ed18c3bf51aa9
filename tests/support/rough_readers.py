"""Readers for the decoder's process that do what crafted pictures have made real ones do. The first pixel says what."""

import contextlib
import math
import os
import socket
import sys
import time
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from hardware.decoding import reader as reading
from hardware.decoding.protocol import Code, Symbol
from hardware.decoding.reader import Reader


class Mood(IntEnum):
    """The first pixel of a frame."""

    NOTHING = 0
    ABORT = 1
    LOOP = 2
    EAT = 3
    RAISE = 4
    RUBBISH = 5
    ANOTHER_FRAME = 6
    QR = 7
    BOTH = 8
    TOO_LONG = 9
    ESCAPE = 10
    HELD = 11  # which descriptors and which environment it has
    HOW_OFTEN = 12  # how many frames it was asked
    LEAVE = 13

    @classmethod
    def _missing_(cls, value: object) -> "Mood":  # noqa: ARG003 - any other pixel
        return cls.NOTHING


TEXT = "281010897274821897274821"


def frame(mood: Mood, *, light: int = 128) -> NDArray[np.uint8]:
    """A small frame that has a reader do this."""
    plane = np.full((96, 128), light, np.uint8)
    plane[0, 0] = mood
    return plane


def unhurried() -> Reader:
    """The real one, which makes every attempt, however busy the machine is."""
    reading.BUDGET = reading.BESIDE = math.inf
    return reading.reader()


class Rough:
    """Reads what its first pixel says."""

    what = "rough reader"

    def __init__(self) -> None:
        self.asked = 0
        self.open = sorted(str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink())

    def __call__(self, plane: NDArray[np.uint8]) -> list[Code]:  # noqa: RET503 - some cases do not return at all
        self.asked += 1
        match Mood(int(plane[0, 0])):
            case Mood.NOTHING:
                return []
            case Mood.ABORT:
                os.abort()
            case Mood.LOOP:
                while True:
                    time.sleep(0.01)
            case Mood.EAT:
                return [Code(Symbol.QR, str(np.ones(2**28, np.uint8).sum()))]
            case Mood.RAISE:
                raise ValueError(TEXT)
            case Mood.RUBBISH:
                self._say(b"\x00" * 50)
            case Mood.ANOTHER_FRAME:
                self._say(b"\xff\xff\xff\xff\x00")
            case Mood.QR:
                return [Code(Symbol.QR, TEXT, at=(100 * self.asked, 0))]  # in a hand that moves
            case Mood.BOTH:
                return [Code(Symbol.CODE128, TEXT), Code(Symbol.QR, TEXT)]
            case Mood.TOO_LONG:
                return [Code(Symbol.QR, "9" * 4097), Code(Symbol.QR, ""), Code(Symbol.QR, TEXT)]
            case Mood.ESCAPE:
                return [Code(Symbol.QR, f"{name}: {_tried(way)}") for name, way in WAYS_OUT.items()]
            case Mood.HELD:
                return [Code(Symbol.QR, " ".join(self.open)), Code(Symbol.QR, " ".join(sorted(os.environ)))]
            case Mood.HOW_OFTEN:
                return [Code(Symbol.QR, str(self.asked))]
            case Mood.LEAVE:
                os._exit(7)

    def _say(self, answer: bytes) -> NoReturn:
        os.write(int(sys.argv[1]), answer)
        while True:
            time.sleep(1)


def _tried(way: Callable[[], object]) -> str:
    try:
        way()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "done"


def _shrink() -> None:
    """Make any file that is open empty, wherever the plane may be among them."""
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            return
    raise OSError


WAYS_OUT = {
    "read a file": lambda: Path("/etc/hostname").read_bytes(),
    "write a file": lambda: Path("left-behind").write_bytes(b"0"),
    "connect": lambda: socket.create_connection(("127.0.0.1", 9), 1),
    "shrink the plane": _shrink,
}


def mute() -> Rough:
    """Is never ready."""
    while True:
        time.sleep(1)


def missing() -> Rough:
    """Can't be loaded."""
    raise ImportError("no library that reads codes: \x1b[31m pip install one")


def wordy() -> Rough:
    """Says something else than that it is ready."""
    os.write(int(sys.argv[1]), b"hello")
    return Rough()
