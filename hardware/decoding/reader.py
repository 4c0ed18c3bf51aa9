"""Reading the codes off a grey plane: which library is asked, at which scale, for which part of the plane.

Every frame gets a quick look on a few of its pixels, which finds most codes that are held well, and misreads some:
where it finds one, both libraries read that place with all its pixels, and only what they say is passed on. What has
been read is covered up. Only where the rest is busy, as it is at a symbol, the careful attempts follow, one after the
other until one reads something, within a limit of time; so a poster does not hide the phone beside it. Their choice and
their order are measured: tests/benchmarks/decode.py.
"""

import time
from collections.abc import Callable
from typing import NamedTuple, TypeAlias, TypeVar

from PIL import Image, ImageChops, ImageFilter

from hardware.decoding.libraries import Attempt, Seen, Zbar, Zxing, zbar, zxing
from hardware.decoding.protocol import Code, Library, Symbol
from hardware.decoding.region import Place, Plane, busiest, thinned

SMALL = 360  # rows, about, of the plane for the quick attempt
ANYWAY = 8  # every so many frames, one that is not busy is read with care
BUDGET = 0.2  # seconds of careful attempts for one frame: those left out come first on the next
BESIDE = 0.01  # the same, for what is beside a code that was surely read: it is there on the next frame too
AROUND = 0.25  # of a code's size, and
ROOM = 16  # pixels more, are read around where it was found: its quiet zone
BARS = 3  # pixels up and down a bar that are averaged, for zbar;
LINES = 4  # then it gets one line of so many
FARTHEST = 2**16 - 1  # pixels, as `Code.at` can say
MOST_PIXELS = 4_000_000  # of an enlarged plane

Loaded = TypeVar("Loaded")
Prepare: TypeAlias = Callable[[Plane], Plane]


def _as_it_is(plane: Plane) -> Plane:
    return plane


class Voice(NamedTuple):
    """A library that reads a plane at one scale, with care."""

    library: Library
    read: Attempt


class Step(NamedTuple):
    """One careful attempt. `whole`: on the whole plane, not only where it is busy."""

    voice: Voice
    prepare: Prepare = _as_it_is
    whole: bool = False


class Reader:
    """Reads planes, one after the other. `quick` is tried on each, small; `steps` where there may be a code; `voices`
    read each code that was found, each by itself.
    """

    def __init__(self, what: str, quick: Attempt, voices: tuple[Voice, ...], steps: tuple[Step, ...]) -> None:
        self.what = what
        self._quick = quick
        self._voices = voices
        self._steps = steps
        self._first = 0  # of the steps, on the next busy frame
        self._quiet = 0  # frames in a row that were not busy

    def __call__(self, plane: Plane) -> list[Code]:
        """The readings of the codes on the plane, each once."""
        return list(dict.fromkeys(self._read(plane)))

    def _read(self, plane: Plane) -> list[Code]:
        scale = max(2, round(plane.height / SMALL))
        small = thinned(plane, scale, scale)
        codes: list[Code] = []
        for seen in self._quick(small):
            found = self._read_again(plane, _larger_by(seen, scale), _as_it_is)
            codes += found
            if found:
                _cover(small, seen)
        place = busiest(small)
        if place is None:
            return codes or self._anyway(plane)
        left, top, right, bottom = (side * scale for side in place)
        busy = (left, top, min(right, plane.width), min(bottom, plane.height))
        return codes + self._carefully(plane, busy, BESIDE if _sure(codes) else BUDGET)

    def warm(self) -> "Reader":
        """Do everything once: libraries load parts of themselves at first use, and in a cage nothing can be loaded."""
        plane = Image.new("L", (64, 64))
        busiest(thinned(plane, 1, 1))
        for symbol in Symbol:
            found = Seen(symbol, "", 0, 0, 32, 32)
            _cover(plane, found)
            self._read_again(plane, found, _as_it_is)
        self._quick(plane)
        for step in self._steps:
            step.voice.read(step.prepare(plane))
        return self

    def _carefully(self, plane: Plane, busy: Place, budget: float) -> list[Code]:
        """The steps in their order, or from where the last busy frame ran out of time."""
        began = time.monotonic()
        count = len(self._steps)
        first, self._first = self._first, 0
        for turn in range(first, first + count):
            if time.monotonic() - began > budget:
                self._first = turn % count
                return []
            if codes := self._step(self._steps[turn % count], plane, busy):
                return codes
        return []

    def _step(self, step: Step, plane: Plane, busy: Place) -> list[Code]:
        """What it reads, and what the other libraries say of the same places."""
        place = _all_of(plane) if step.whole else busy
        part = plane.crop(place)
        prepared = step.prepare(part)
        codes: list[Code] = []
        for seen in step.voice.read(prepared):
            here = _on_plane(seen, prepared, part, place)
            codes.append(_code(here, step.voice.library))
            codes += self._read_again(plane, here, step.prepare, but=step.voice.library)
        return codes

    def _read_again(self, plane: Plane, found: Seen, prepare: Prepare, *, but: Library | None = None) -> list[Code]:
        """What each voice, save one, says of a code that was found."""
        place = _around(found, plane)
        if place is None:
            return []
        part = plane.crop(place)
        codes: list[Code] = []
        for voice in self._voices:
            if voice.library is not but:
                bars = voice.library is Library.ZBAR and found.symbol is Symbol.CODE128
                prepared = _along(part, found, inverted=prepare is _inverted) if bars else prepare(part)
                codes += [_code(_on_plane(seen, prepared, part, place), voice.library) for seen in voice.read(prepared)]
        return codes

    def _anyway(self, plane: Plane) -> list[Code]:
        """A bright lamp in the frame makes a phone look dull beside it: now and then, look anyway."""
        self._quiet = (self._quiet + 1) % ANYWAY
        return [] if self._quiet else self._step(self._steps[0], plane, _all_of(plane))


def reader(first: Callable[[], Zxing] = zxing, second: Callable[[], Zbar] = zbar) -> Reader:
    """The best that this machine has. ImportError: it has neither library; the message is for a technician."""
    zxing_here, zbar_here = _loaded(first), _loaded(second)
    if zxing_here is not None:
        return both(zxing_here, zbar_here).warm()
    if zbar_here is not None:
        return zbar_alone(zbar_here).warm()
    raise ImportError("no library that reads codes: pip install zxing-cpp, or apt install libzbar0 for pyzbar")


def both(first: Zxing, second: Zbar | None) -> Reader:
    """zxing-cpp, with pyzbar, if there is one, to say the same, and for what only it reads: much glare, some cracks."""
    what = first.what if second is None else f"{first.what}, then {second.what}"
    zxing = Voice(Library.ZXING, first.careful)
    zbar = () if second is None else (Voice(Library.ZBAR, second.read),)
    second_steps = tuple(Step(voice, prepare) for voice in zbar for prepare in (_as_it_is, _halved))
    steps = (
        Step(zxing),
        Step(zxing, _halved),  # noise, the grid of a screen
        Step(zxing, whole=True),  # the busiest place was another one, or too narrow
        Step(zxing, _enlarged),  # glare, cracks: what is black and what is white is told by smaller areas
        *second_steps[:1],
        Step(zxing, _smoothed),  # fine cracks
        *second_steps[1:],  # noise in the dark
        Step(zxing, _inverted),  # a phone in its dark mode
    )
    return Reader(what, first.quick, (zxing, *zbar), steps)


def zbar_alone(only: Zbar) -> Reader:
    """pyzbar, for machines that zxing-cpp has no wheel for."""
    zbar = Voice(Library.ZBAR, only.read)
    steps = (
        Step(zbar),
        Step(zbar, _halved),
        Step(zbar, whole=True),
        Step(zbar, _doubled),
        Step(zbar, _inverted),
    )
    return Reader(only.what, only.read, (zbar,), steps)


def _inverted(plane: Plane) -> Plane:
    return ImageChops.invert(plane)


def _halved(plane: Plane) -> Plane:
    return plane.reduce(2)


def _doubled(plane: Plane) -> Plane:
    return _larger(plane, 2)


def _enlarged(plane: Plane) -> Plane:
    return _larger(plane, 3)


def _smoothed(plane: Plane) -> Plane:
    return _larger(plane.filter(ImageFilter.GaussianBlur(1.3)), 3)


def _larger(plane: Plane, times: float) -> Plane:
    """As many times as large, but not beyond MOST_PIXELS."""
    times = max(1.0, min(times, (MOST_PIXELS / (plane.width * plane.height)) ** 0.5))
    return plane.resize((round(plane.width * times), round(plane.height * times)), Image.Resampling.BICUBIC)


def _loaded(library: Callable[[], Loaded]) -> Loaded | None:
    try:
        return library()
    except ImportError:
        return None


def _sure(codes: list[Code]) -> bool:
    """Whether something was read by two libraries, or off two symbols."""
    return any(
        one.text == other.text and (one.by, one.symbol) != (other.by, other.symbol) for one in codes for other in codes
    )


def _larger_by(seen: Seen, times: int) -> Seen:
    """Where it is on the plane of which it was seen on every so many pixels."""
    box = (side * times for side in (seen.left, seen.top, seen.right, seen.bottom))
    return Seen(seen.symbol, seen.text, *box)


def _on_plane(seen: Seen, prepared: Plane, part: Plane, place: Place) -> Seen:
    """Where it is on the plane, of which a part, at a place, was prepared."""
    across, down = part.width / prepared.width, part.height / prepared.height
    left, top, _, _ = place
    return seen._replace(
        left=left + round(seen.left * across),
        right=left + round(seen.right * across),
        top=top + round(seen.top * down),
        bottom=top + round(seen.bottom * down),
    )


def _all_of(plane: Plane) -> Place:
    return 0, 0, plane.width, plane.height


def _around(seen: Seen, plane: Plane) -> Place | None:
    """Where it is and what is around it; None: a library says that it is beside the plane."""
    more = round(max(seen.right - seen.left, seen.bottom - seen.top) * AROUND) + ROOM
    left, top = max(seen.left - more, 0), max(seen.top - more, 0)
    right, bottom = min(seen.right + more, plane.width), min(seen.bottom + more, plane.height)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _along(plane: Plane, seen: Seen, *, inverted: bool) -> Plane:
    """Bars, each the mean of some pixels along it, and twice as wide: zbar reads lines, and noise is what it misses."""
    upright = _lies(seen)
    bars = _inverted(plane) if inverted else plane
    blurred = bars.filter(ImageFilter.BoxBlur((0, BARS) if upright else (BARS, 0)))
    wide, high = (2.0, 1 / LINES) if upright else (1 / LINES, 2.0)
    size = (max(1, round(plane.width * wide)), max(1, round(plane.height * high)))
    return blurred.resize(size, Image.Resampling.BICUBIC)


def _lies(seen: Seen) -> bool:
    """Whether bars stand side by side from left to right."""
    return seen.right - seen.left >= seen.bottom - seen.top


def _cover(small: Plane, seen: Seen) -> None:
    """Make it as grey as the plane is, so that the rest can be looked at."""
    grey = small.resize((1, 1), Image.Resampling.BOX)
    small.paste(grey.resize((seen.right + 1 - seen.left, seen.bottom + 1 - seen.top)), (seen.left, seen.top))


def _code(seen: Seen, library: Library) -> Code:
    """A reading. Of bars, where they are along the code: up and down, the same bars would be met."""
    across, down = (seen.left + seen.right) // 2, (seen.top + seen.bottom) // 2
    if seen.symbol is Symbol.CODE128:
        across, down = (across, 0) if _lies(seen) else (0, down)
    return Code(seen.symbol, seen.text, library, (min(max(across, 0), FARTHEST), min(max(down, 0), FARTHEST)))
