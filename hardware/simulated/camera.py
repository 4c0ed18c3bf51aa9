"""The simulated camera: it sees the pictures that are held before it."""

import threading
import time
from functools import cache
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from hardware.ports import GreyFrame
from hardware.simulated.part import SimulatedPart
from hardware.threads import no_event_loop

LARGEST_PICTURE = 20_000_000  # pixels
LONGEST_SIDE = 1920  # pixels of a frame
FRAME_TIME = 1 / 30  # seconds between two frames, as of a real one in good light
DULL = 90  # how bright what the camera sees is when nothing is held before it


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


def _frame(picture: Image.Image) -> GreyFrame:
    import numpy as np  # noqa: PLC0415 - a kiosk that scans nothing does without it

    return np.asarray(picture, dtype=np.uint8).copy()


@cache
def _dull() -> GreyFrame:
    return _frame(Image.new("L", (640, 480), DULL))


class SimulatedCamera(SimulatedPart):
    """Sees the picture that was last held before it, for as long as it was held."""

    what = "camera"

    def __init__(self) -> None:
        super().__init__()
        self._picture: GreyFrame | None = None
        self._until = 0.0
        self._new = threading.Event()
        self._looking = threading.Event()

    def look(self, picture: bytes, seconds: float = 3.0) -> None:
        """Hold a PNG or JPEG before the camera. ValueError, in one line, for what is none or is too large."""
        grey = _grey(picture)
        grey.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        self._picture = _frame(grey)
        self._until = time.monotonic() + seconds
        self._new.set()

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
        no_event_loop()
        self._use()
        if self._looking.is_set():
            raise RuntimeError("the camera looks already")
        self._looking.set()

    def frame(self, timeout: float) -> GreyFrame | None:
        """The next frame: of a new picture at once."""
        no_event_loop()
        self._use()
        self._new.wait(min(FRAME_TIME, timeout))
        self._new.clear()
        if not self._looking.is_set():
            return None
        picture = self._picture
        return _dull() if picture is None or time.monotonic() >= self._until else picture

    def stop(self) -> None:
        """Look no more."""
        no_event_loop()
        self._looking.clear()
