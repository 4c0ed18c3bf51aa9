"""Reading the codes off a grey plane: which library is asked, at which scale, for which part of the plane.

Every frame gets a quick attempt on a few of its pixels, which reads most phones that are held well. Only where a frame
is busy, as it is at a symbol, the careful attempts follow, one after the other until one reads something, within a
limit of time. Their choice and their order are measured: tests/benchmarks/decode.py.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from PIL import Image, ImageFilter

from hardware.decoding.libraries import Attempt, Zbar, Zxing, zbar, zxing
from hardware.decoding.protocol import Code
from hardware.decoding.region import busiest
from hardware.ports import GreyFrame

SMALL = 360  # rows, about, of the plane for the quick attempt
ANYWAY = 8  # every so many frames, one that is not busy is read with care
BUDGET = 0.2  # seconds of careful attempts for one frame: those left out come first on the next
MOST_PIXELS = 4_000_000  # of an enlarged plane

Library = TypeVar("Library")
Prepare: TypeAlias = Callable[[GreyFrame], GreyFrame]


@dataclass(frozen=True, slots=True)
class Step:
    """One careful attempt. `whole`: on the whole plane, not only where it is busy."""

    read: Attempt
    prepare: Prepare | None = None
    whole: bool = False


class Reader:
    """Reads planes, one after the other. `quick` is tried on each, small; `steps` where there may be a code."""

    def __init__(self, what: str, quick: Attempt, steps: tuple[Step, ...]) -> None:
        self.what = what
        self._quick = quick
        self._steps = steps
        self._first = 0  # of the steps, on the next busy frame
        self._quiet = 0  # frames in a row that were not busy

    def __call__(self, plane: GreyFrame) -> list[Code]:
        """The codes on the plane."""
        scale = max(2, round(plane.shape[0] / SMALL))
        small = np.ascontiguousarray(plane[::scale, ::scale])
        if codes := self._quick(small):
            return codes
        place = busiest(small)
        if place is None:
            return self._anyway(plane)
        rows, columns = (slice(side.start * scale, side.stop * scale) for side in place)
        return self._carefully(plane, plane[rows, columns])

    def warm(self) -> "Reader":
        """Do everything once: libraries load parts of themselves at first use, and in a cage nothing can be loaded."""
        plane = np.zeros((64, 64), np.uint8)
        self._quick(plane)
        for step in self._steps:
            step.read(plane if step.prepare is None else step.prepare(plane))
        return self

    def _carefully(self, plane: GreyFrame, busy: GreyFrame) -> list[Code]:
        """The steps in their order, or from where the last busy frame ran out of time."""
        began = time.monotonic()
        count = len(self._steps)
        first, self._first = self._first, 0
        for turn in range(first, first + count):
            if time.monotonic() - began > BUDGET:
                self._first = turn % count
                return []
            step = self._steps[turn % count]
            part = plane if step.whole else busy
            if codes := step.read(part if step.prepare is None else step.prepare(part)):
                return codes
        return []

    def _anyway(self, plane: GreyFrame) -> list[Code]:
        """A bright lamp in the frame makes a phone look dull beside it: now and then, look anyway."""
        self._quiet = (self._quiet + 1) % ANYWAY
        return [] if self._quiet else self._steps[0].read(plane)


def reader(first: Callable[[], Zxing] = zxing, second: Callable[[], Zbar] = zbar) -> Reader:
    """The best that this machine has. ImportError: it has neither library; the message is for a technician."""
    zxing_here, zbar_here = _loaded(first), _loaded(second)
    if zxing_here is not None:
        return both(zxing_here, zbar_here).warm()
    if zbar_here is not None:
        return zbar_alone(zbar_here).warm()
    raise ImportError("no library that reads codes: pip install zxing-cpp, or apt install libzbar0 for pyzbar")


def both(first: Zxing, second: Zbar | None) -> Reader:
    """zxing-cpp, with pyzbar, if there is one, for what only it can read: much glare, and some cracks."""
    what = first.what if second is None else f"{first.what}, then {second.what}"
    second_steps = () if second is None else (Step(second.read), Step(second.read, _halved))
    steps = (
        Step(first.careful),
        Step(first.careful, _halved),  # noise, the grid of a screen
        Step(first.careful, whole=True),  # the busiest place was another one, or too narrow
        Step(first.careful, _enlarged),  # glare, cracks: what is black and what is white is told by smaller areas
        *second_steps[:1],
        Step(first.careful, _smoothed),  # fine cracks
        *second_steps[1:],  # noise in the dark
    )
    return Reader(what, first.quick, steps)


def zbar_alone(only: Zbar) -> Reader:
    """pyzbar, for machines that zxing-cpp has no wheel for."""
    steps = (
        Step(only.read),
        Step(only.read, _halved),
        Step(only.read, whole=True),
        Step(only.read, _doubled),
    )
    return Reader(only.what, only.read, steps)


def _halved(plane: GreyFrame) -> GreyFrame:
    return np.asarray(Image.fromarray(plane).reduce(2))


def _doubled(plane: GreyFrame) -> GreyFrame:
    return _larger(Image.fromarray(plane), 2)


def _enlarged(plane: GreyFrame) -> GreyFrame:
    return _larger(Image.fromarray(plane), 3)


def _smoothed(plane: GreyFrame) -> GreyFrame:
    return _larger(Image.fromarray(plane).filter(ImageFilter.GaussianBlur(1.3)), 3)


def _larger(picture: Image.Image, times: float) -> GreyFrame:
    """As many times as large, but not beyond MOST_PIXELS."""
    times = max(1.0, min(times, (MOST_PIXELS / (picture.width * picture.height)) ** 0.5))
    size = (round(picture.width * times), round(picture.height * times))
    return np.asarray(picture.resize(size, Image.Resampling.BICUBIC))


def _loaded(library: Callable[[], Library]) -> Library | None:
    try:
        return library()
    except ImportError:
        return None
