"""The simulated board: every part in memory, and a hand to press its keys.

It keeps to the contracts as strictly as a real board would punish those who don't: keys come from a thread of its own,
pictures must have the display's size and mode, a camera is not started twice, nothing blocking is called on an event
loop's thread, nothing is used after it was closed.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Mapping
from io import BytesIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from hardware.config import DisplayConfig
from hardware.errors import DeviceError, ReleaseJammed
from hardware.ports import GreyFrame, Lamp, Pattern

KEYS = frozenset("0123456789*#ABCD")
LARGEST_PICTURE = 20_000_000  # pixels
LONGEST_SIDE = 1920  # pixels of a frame
FRAME_TIME = 1 / 15  # seconds between two frames
JAM_FOR = 10.0  # seconds that a jam waits for the next release
DULL = np.full((480, 640), 90, np.uint8)  # what the camera sees when nothing is held before it


def _no_event_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError("this call blocks: call it in a thread, not on the event loop")


def _grey(picture: bytes) -> Image.Image:
    """The picture without colours. ValueError, in one line, for what is none or is too large."""
    too_large = f"the picture has more than {LARGEST_PICTURE // 1_000_000} megapixels"
    try:
        with Image.open(BytesIO(picture), formats=("PNG", "JPEG")) as image:
            large = image.width * image.height > LARGEST_PICTURE
            grey = None if large else image.convert("L")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(too_large) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):  # Pillow's words for broken pictures
        raise ValueError("that is no picture that can be read; expected PNG or JPEG") from None
    if grey is None:
        raise ValueError(too_large)
    return grey


class _Part:
    """What all parts have in common: they can be made to fail, and can't be used once closed."""

    def __init__(self) -> None:
        self._trouble: str | None = None
        self._closed = False

    def fail(self, what: str) -> None:
        """Fail from now on."""
        self._trouble = what

    def mend(self) -> None:
        """Work again."""
        self._trouble = None

    def close(self) -> None:
        """Close it; may be called twice."""
        self._closed = True

    def _use(self) -> None:
        if self._closed:
            raise RuntimeError("used after it was closed")
        if self._trouble is not None:
            raise DeviceError(self._trouble)


class SimulatedKeypad:
    """Delivers presses from its own thread, as an interrupt would."""

    def __init__(self) -> None:
        self._presses: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._on_key: Callable[[str], None] | None = None
        self._thread = threading.Thread(target=self._deliver, name="simulated keypad", daemon=True)
        self._thread.start()

    def listen(self, on_key: Callable[[str], None]) -> None:
        """Call back from now on."""
        self._on_key = on_key

    def press(self, keys: str) -> None:
        """Press keys one after the other. ValueError for what is no key."""
        if wrong := set(keys) - KEYS:
            raise ValueError(f"no such key: {''.join(sorted(wrong))[:20]!r}; there are 0-9 * # A-D")
        for key in keys:
            self._presses.put(key)

    def close(self) -> None:
        """Stop the thread."""
        self._on_key = None
        self._presses.put(None)
        self._thread.join(2)

    def _deliver(self) -> None:
        while (key := self._presses.get()) is not None:
            if on_key := self._on_key:
                on_key(key)


class SimulatedLamps(_Part):
    """Lamps that remember how they shine."""

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


class SimulatedDisplay(_Part):
    """A display that keeps its picture."""

    def __init__(self, config: DisplayConfig) -> None:
        super().__init__()
        self.size = (config.width, config.height)
        self.mode = config.mode
        self.image = Image.new(self.mode, self.size)

    def show(self, image: Image.Image) -> None:
        """Show a picture of exactly this size and mode."""
        _no_event_loop()
        self._use()
        if (image.size, image.mode) != (self.size, self.mode):
            raise ValueError(f"a picture of {image.size} {image.mode} for a display of {self.size} {self.mode}")
        self.image = image.copy()

    def close(self) -> None:
        """Blank it."""
        self.image = Image.new(self.mode, self.size)
        super().close()


class SimulatedCamera(_Part):
    """Sees the picture that was last held before it, for as long as it was held."""

    def __init__(self) -> None:
        super().__init__()
        self._picture: GreyFrame | None = None
        self._until = 0.0
        self._looking = threading.Event()

    def look(self, picture: bytes, seconds: float = 3.0) -> None:
        """Hold a PNG or JPEG before the camera. ValueError, in one line, for what is none or is too large."""
        grey = _grey(picture)
        grey.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        self._picture = np.asarray(grey, dtype=np.uint8).copy()
        self._until = time.monotonic() + seconds

    def seen(self) -> bytes | None:
        """What is held before it now, as PNG; None when nothing is."""
        picture = self._picture
        if picture is None or time.monotonic() >= self._until:
            return None
        out = BytesIO()
        Image.fromarray(picture).save(out, "PNG")
        return out.getvalue()

    def start(self) -> None:
        """Begin to look."""
        _no_event_loop()
        self._use()
        if self._looking.is_set():
            raise RuntimeError("the camera looks already")
        self._looking.set()

    def frame(self, timeout: float) -> GreyFrame | None:
        """The next frame."""
        _no_event_loop()
        self._use()
        time.sleep(min(FRAME_TIME, timeout))
        if not self._looking.is_set():
            return None
        picture = self._picture
        return DULL if picture is None or time.monotonic() >= self._until else picture

    def stop(self) -> None:
        """Look no more."""
        _no_event_loop()
        self._looking.clear()


class SimulatedRelease(_Part):
    """A release that confirms by itself after `settle` seconds, unless someone confirms or jams it before."""

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
        _no_event_loop()
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
        self.display = SimulatedDisplay(display or DisplayConfig())
        self.camera = SimulatedCamera()
        self.release = SimulatedRelease(settle)

    def close(self) -> None:
        """Close every part."""
        for part in (self.keypad, self.camera, self.release, self.lamps, self.display):
            part.close()
