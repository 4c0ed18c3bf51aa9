"""QR codes for small own-light displays: the quiet zone first, then the scale, dark modules on a lit ground.

Measured: with no quiet zone nothing decodes at any scale, and below 2 px a module nothing does
either. Every code is read back before it is shown. Its bytes are UTF-8, over which EMVCo's checksum is.
"""

from functools import lru_cache

from PIL import Image

QUIET = (2, 1)  # modules around the code: 2, or 1 where nothing else lets 2 px a module fit; what is left is lit too
LEAST_SCALE = 2  # pixels a module
BEZEL = 24  # pixels of dark around a display, as a phone sees it
SEEN = 600  # pixels of a phone's camera that it fills, about
MASK = 2  # of the eight; to find the best takes ten times as long, and it is read no better (tests/benchmarks/codes.py)


class CodeNotShowable(Exception):  # noqa: N818 - it says what can't be done
    """The code can't be shown so that a phone reads it; one line that does not hold the code."""


def snug(text: str, room: int) -> int:
    """How many pixels of `room` a code's square takes, with its quiet zone, at the largest scale that fits.

    Raises CodeNotShowable when none does.
    """
    scale, across = _scaled(text, len(_matrix(text)), room)
    return scale * across


@lru_cache(maxsize=16)
def qr(text: str, side: int) -> Image.Image:
    """A square picture, mode "1", of exactly `side` pixels, with the code of `text` in its middle on a lit ground.

    Raises CodeNotShowable when it does not fit, or can't be read back.
    """
    for mask in (MASK, None):  # None: the best one
        picture = _drawn(text, _matrix(text, mask), side)
        if text.encode() in read_back(picture):
            return picture
    raise CodeNotShowable(f"a code of {len(text.encode())} bytes can't be read back from {side} pixels")


def _drawn(text: str, matrix: tuple[bytearray, ...], side: int) -> Image.Image:
    modules = len(matrix)
    scale, _ = _scaled(text, modules, side)
    code = Image.frombytes("L", (modules, modules), bytes(0 if dark else 255 for row in matrix for dark in row))
    picture = Image.new("1", (side, side), 1)
    offset = (side - modules * scale) // 2
    picture.paste(code.resize((modules * scale, modules * scale), Image.Resampling.NEAREST), (offset, offset))
    return picture


def _scaled(text: str, modules: int, room: int) -> tuple[int, int]:
    """Pixels a module, and how many modules across with the quiet zone."""
    quiet = next((quiet for quiet in QUIET if LEAST_SCALE * (modules + 2 * quiet) <= room), None)
    if quiet is None:
        least = LEAST_SCALE * (modules + 2 * QUIET[-1])
        raise CodeNotShowable(
            f"a code of {len(text.encode())} bytes needs {least} pixels, and the display gives {room}"
        )
    across = modules + 2 * quiet
    return room // across, across


@lru_cache(maxsize=16)
def _matrix(text: str, mask: int | None = MASK) -> tuple[bytearray, ...]:
    import segno  # noqa: PLC0415 - not before there is a code to show

    try:
        return segno.make_qr(text, error="l", boost_error=False, encoding="utf-8", mask=mask).matrix
    except ValueError:  # segno's for more than the largest code holds
        raise CodeNotShowable(f"no code holds {len(text.encode())} bytes") from None


def read_back(picture: Image.Image) -> list[bytes]:
    """The codes on a picture, as a phone would see it on a dark panel; as bytes, for what they mean is guessed."""
    import zxingcpp  # noqa: PLC0415 - likewise

    seen = Image.new("L", (picture.width + 2 * BEZEL, picture.height + 2 * BEZEL))
    seen.paste(picture.convert("L"), (BEZEL, BEZEL))
    larger = max(1, SEEN // seen.width)
    seen = seen.resize((seen.width * larger, seen.height * larger), Image.Resampling.NEAREST)
    formats = zxingcpp.barcode_formats_from_str("QRCode")
    return [found.bytes for found in zxingcpp.read_barcodes(seen, formats=formats, try_invert=False)]
