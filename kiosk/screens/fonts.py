"""The fonts: Debian's, found where their packages put them."""

from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

PIXEL = Path("/usr/share/fonts/opentype/unifont/unifont.otf")  # crisp at 16 px: the technician's pages
PLAIN = Path("/usr/share/fonts/truetype/nanum/NanumGothic.ttf")  # one face for shoppers, in two weights:
BOLD = Path("/usr/share/fonts/truetype/nanum/NanumGothicBold.ttf")  # under 16 px its strokes run together
PACKAGES = "fonts-unifont fonts-nanum"
PIXEL_SIZE = 16


class FontMissing(Exception):  # noqa: N818 - it says what is missing
    """A font is not installed; the message names the Debian packages."""


@lru_cache(maxsize=12)  # a few screens': each has 50 kB, and most were only tried
def font(file: Path, size: int) -> ImageFont.FreeTypeFont:
    """The font at `size` pixels. Raises FontMissing.

    Letters stand side by side, as Korean and English do; scripts that need more would need the shaping of raqm, which
    takes longer, and a megabyte.
    """
    try:
        return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise FontMissing(f"{file}: no such font; apt install {PACKAGES}") from error


def find_fonts() -> None:
    """See at start that the fonts are there. Raises FontMissing."""
    for file in (PIXEL, PLAIN, BOLD):
        font(file, PIXEL_SIZE)
