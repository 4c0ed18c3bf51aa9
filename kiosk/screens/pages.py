"""A technician's page becomes a picture: a title, lines that are broken where they have to be, or a code.

Lines that do not fit are left out, so whoever makes pages asks `fitting` first, and goes on on the next page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from kiosk.screens.fonts import BOLD, PIXEL, PIXEL_SIZE, font
from kiosk.screens.qr import qr

LARGE = 160  # pixels of height from which on a smooth font is used
GAP = 2  # pixels


@dataclass(frozen=True, slots=True)
class Page:
    """`foot`: what the keys do. With a `code` the words stand beside or below it, as far as there is room."""

    title: str
    lines: tuple[str, ...] = ()
    foot: str = ""
    code: str | None = None


def render_page(page: Page, size: tuple[int, int], mode: str) -> Image.Image:
    """The picture, of exactly `size` and Pillow `mode`. Raises CodeNotShowable and FontMissing."""
    width, height = size
    picture = Image.new("L", size)
    draw = ImageDraw.Draw(picture)
    face, row = _face(height)
    draw.fontmode = "1" if mode == "1" or height < LARGE else "L"
    if page.code is not None:
        side = min(width, height)
        picture.paste(qr(page.code, side).convert("L"), (0, 0))
        beside, below = (side + GAP, 0), (0, side)
        words = broken((page.title, *page.lines), width - side - GAP, face) if width > side else ()
        start = beside if width > side else below
        _write(draw, words, start, row, height, face)
        return picture.convert(mode)
    draw.rectangle((0, 0, width - 1, row), fill=255)
    draw.text((GAP, row // 2 + 1), page.title, fill=0, font=face, anchor="lm")
    foot = height - row if page.foot else height
    _write(draw, broken(page.lines, width, face), (0, row + GAP), row, foot, face)
    if page.foot:
        draw.text((width // 2, foot + row // 2), page.foot, fill=255, font=face, anchor="mm")
    return picture.convert(mode, dither=Image.Dither.NONE) if mode == "1" else picture.convert(mode)


def fitting(lines: Sequence[str], size: tuple[int, int], *, foot: bool) -> list[tuple[str, ...]]:
    """The lines in portions, each of which fits a page of `size` with a title, and a foot or none."""
    face, row = _face(size[1])
    room = max(1, (size[1] - row - GAP - (row if foot else 0)) // row)
    whole = broken(lines, size[0], face)
    return [tuple(whole[start : start + room]) for start in range(0, len(whole), room)] or [()]


def broken(lines: Sequence[str], width: int, face: ImageFont.FreeTypeFont) -> list[str]:
    """Lines that are no wider than `width` pixels, broken at blanks, or where there is none anywhere."""
    return [part for line in lines for part in _broken(line, width, face)]


def _broken(line: str, width: int, face: ImageFont.FreeTypeFont) -> Iterator[str]:
    rest = line
    while rest:
        most = next((count for count in range(len(rest), 1, -1) if face.getlength(rest[:count]) <= width), 1)
        blank = rest.rfind(" ", 1, most + 1) if most < len(rest) else -1
        cut = blank if blank > 0 else most
        yield rest[:cut]
        rest = rest[cut:].lstrip()


def _write(
    draw: ImageDraw.ImageDraw,
    lines: Sequence[str],
    start: tuple[int, int],
    row: int,
    end: int,
    face: ImageFont.FreeTypeFont,
) -> None:
    x, y = start
    for line in lines:
        if y + row > end:
            return
        draw.text((x, y + row // 2), line, fill=255, font=face, anchor="lm")
        y += row


def _face(height: int) -> tuple[ImageFont.FreeTypeFont, int]:
    """The font, and the height of a line in pixels."""
    if height < LARGE:
        return font(PIXEL, PIXEL_SIZE), PIXEL_SIZE - 1 if height <= 64 else PIXEL_SIZE
    return font(BOLD, height // 13), height // 10
