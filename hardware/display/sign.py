"""A few words on a display that nobody serves any more, as large as they fit.

Knows fonts and room. What the words say is the caller's; Korean takes Debian's fonts, and where those are missing the
lines that the fallback can't write are left out.
"""

from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFont

SMOOTH = "/usr/share/fonts/truetype/nanum/NanumGothicBold.ttf"  # from 20 pixels on
PIXEL = "/usr/share/fonts/opentype/unifont/unifont.otf"  # crisp at 16 pixels
LARGEST, LEAST_SMOOTH, CRISP = 96, 20, 16
SMALL = (12, 10, 9)  # for displays that hold hardly more than a line
MARGIN = 1  # pixels at each side

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def sign(words: tuple[str, ...], size: tuple[int, int], mode: str) -> Image.Image:
    """The words, a line each, lit on black; those at the end are left out where there is no room. `size` in pixels."""
    picture = Image.new(mode, size)
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "1"  # no grey edges, which a panel of two shades would lose
    for lines in (words[:count] for count in range(len(words), 0, -1)):
        for font, wrote in _fonts(lines):
            text = "\n".join(wrote)
            left, top, right, bottom = draw.multiline_textbbox((0, 0), text, font=font, align="center")
            if right - left <= size[0] - 2 * MARGIN and bottom - top <= size[1] - 2 * MARGIN:
                at = ((size[0] - right - left) / 2, (size[1] - bottom - top) / 2)
                draw.multiline_text(at, text, font=font, align="center", fill="white")
                return picture
    return picture


def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)  # nothing here needs raqm's shaping


def _fonts(lines: tuple[str, ...]) -> Iterator[tuple[Font, tuple[str, ...]]]:
    """Fonts, the largest first, with those of the lines that each can write."""
    try:
        for size in range(LARGEST, LEAST_SMOOTH - 1, -4):
            yield _font(SMOOTH, size), lines
        yield _font(PIXEL, CRISP), lines
        for size in SMALL:
            yield _font(SMOOTH, size), lines
    except OSError:  # the fonts are not installed
        latin = tuple(line for line in lines if line.isascii())
        for size in (*range(LARGEST, CRISP - 1, -4), *SMALL):
            yield ImageFont.load_default(size), latin
