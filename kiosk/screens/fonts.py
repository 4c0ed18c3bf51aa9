"""The fonts: Debian's, found where their packages put them."""

from functools import cache
from pathlib import Path

from PIL import ImageFont

PIXEL = Path("/usr/share/fonts/opentype/unifont/unifont.otf")  # crisp at 16 px and its multiples: small displays
SMOOTH = Path("/usr/share/fonts/truetype/nanum/NanumGothicBold.ttf")  # large displays
PACKAGES = {PIXEL: "fonts-unifont", SMOOTH: "fonts-nanum"}
PIXEL_SIZE = 16


class FontMissing(Exception):  # noqa: N818 - it says what is missing
    """A font is not installed; the message names its Debian package."""


@cache
def font(file: Path, size: int) -> ImageFont.FreeTypeFont:
    """The font at `size` pixels. Raises FontMissing."""
    try:
        return ImageFont.truetype(str(file), size)
    except OSError as error:
        raise FontMissing(f"{file}: no such font; apt install {PACKAGES[file]}") from error
