"""A panel becomes a picture: a heading, an amount as large as fits, and a code with its quiet zone.

Small displays (under 160 px high) get a pixel font, 16 px a line; larger ones a smooth one in proportion.
"""

from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from kiosk.sale.panel import Line, Panel, Text
from kiosk.screens.fonts import PIXEL, PIXEL_SIZE, SMOOTH, font
from kiosk.screens.qr import qr
from kiosk.screens.texts import Language, words

SMALL = 160  # pixels of height below which the pixel font is used
GAP = 2  # pixels between a code and words


def render(panel: Panel, *, language: Language, size: tuple[int, int], mode: str) -> Image.Image:
    """The picture, of exactly `size` and Pillow `mode` ("1" or "RGB"). Raises CodeNotShowable and FontMissing."""
    picture = Image.new("L", size)
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "1" if mode == "1" or size[1] < SMALL else "L"
    if panel.qr:
        _with_code(picture, draw, panel, language)
    else:
        _words_only(draw, panel, language, size)
    if mode == "1":
        return picture.point(lambda value: 255 if value > 127 else 0).convert("1")
    return picture.convert(mode)


def _with_code(picture: Image.Image, draw: ImageDraw.ImageDraw, panel: Panel, language: Language) -> None:
    width, height = picture.size
    if width >= height + 48:  # wide: the code on the left, words beside it
        side = height
        picture.paste(qr(panel.qr or "", side).convert("L"), (0, 0))
        box = (side + GAP, 0, width, height)
    else:  # square or tall: the code above, one line below
        row = _row(picture.size)
        side = min(width, height - row - GAP)
        picture.paste(qr(panel.qr or "", side).convert("L"), ((width - side) // 2, 0))
        box = (0, side + GAP, width, height)
    _stack(draw, panel.lines, language, box, _row(picture.size))


def _words_only(draw: ImageDraw.ImageDraw, panel: Panel, language: Language, size: tuple[int, int]) -> None:
    width, height = size
    row = _row(size)
    if len(panel.lines) * row > height:  # more options than lines: they go before the heading
        _column(draw, panel.lines[1:], language, width, (0, row))
        return
    heading, rest = panel.lines[0], list(panel.lines[1:])
    shown = words(heading, language)
    bar = row + 2
    draw.rectangle((0, 0, width, bar - 1), fill=255)
    _centred(draw, shown, (0, 1, width, bar - 1), row, fill=0)
    amounts = [line for line in rest if line.text is Text.AMOUNT]
    others = [line for line in rest if line.text is not Text.AMOUNT]
    footer = len(others) * row
    if amounts:
        box = (0, bar, width, height - footer)
        _as_large_as_fits(draw, words(amounts[0], language), box)
    top = height - footer if amounts else bar + max(0, (height - bar - footer) // 2)
    _column(draw, others, language, width, (top, row))


def _column(
    draw: ImageDraw.ImageDraw, lines: Sequence[Line], language: Language, width: int, place: tuple[int, int]
) -> None:
    """Lines below one another; `place` is the first one's top and the height of each. Options begin on the left."""
    top, row = place
    for line in lines:
        _centred(draw, words(line, language), (0, top, width, top + row), row, left=line.text is Text.OPTION)
        top += row


def _row(size: tuple[int, int]) -> int:
    """The height of a line of words."""
    return PIXEL_SIZE - 1 if size[1] <= 64 else PIXEL_SIZE if size[1] < SMALL else size[1] // 9


def _font_of(row: int) -> ImageFont.FreeTypeFont:
    return font(PIXEL, PIXEL_SIZE) if row <= PIXEL_SIZE else font(SMOOTH, int(row * 0.8))


@lru_cache(maxsize=256)
def _width(text: str, row: int) -> float:
    return _font_of(row).getlength(text)


def _centred(
    draw: ImageDraw.ImageDraw,
    text: str,
    box: tuple[int, int, int, int],
    row: int,
    *,
    fill: int = 255,
    left: bool = False,
) -> None:
    x0, y0, x1, y1 = box
    used = _font_of(row)
    while used.getlength(text) > x1 - x0 and used.size > 8:  # smaller, rather than cut
        used = font(SMOOTH, int(used.size) - 1)
    anchor, x = ("lm", x0 + 4) if left else ("mm", (x0 + x1) // 2)
    draw.text((x, (y0 + y1) // 2), text, fill=fill, font=used, anchor=anchor)


def _as_large_as_fits(draw: ImageDraw.ImageDraw, text: str, box: tuple[int, int, int, int]) -> None:
    x0, y0, x1, y1 = box
    size = _largest(text, x1 - x0 - 4, y1 - y0)
    draw.text(((x0 + x1) // 2, (y0 + y1) // 2), text, fill=255, font=font(SMOOTH, size), anchor="mm")


@lru_cache(maxsize=256)
def _largest(text: str, width: int, height: int) -> int:
    size = max(8, int(height * 0.9))
    while size > 8 and font(SMOOTH, size).getlength(text) > width:
        size -= 1
    return size


def _stack(
    draw: ImageDraw.ImageDraw,
    lines: Sequence[Line],
    language: Language,
    box: tuple[int, int, int, int],
    row: int,
) -> None:
    """Lines beside or below a code, the first ones first; the heading is wrapped at blanks where there is room."""
    x0, y0, x1, y1 = box
    room = max(1, (y1 - y0) // row)
    heading, *rest = [words(line, language) for line in lines[:room]]
    wrapped = [*_wrap(heading, x1 - x0, row), *rest]
    fitting = wrapped if len(wrapped) <= room else [heading, *rest]
    top = y0 + (y1 - y0 - len(fitting) * row) // 2
    for text in fitting:
        _centred(draw, text, (x0, top, x1, top + row), row)
        top += row


def _wrap(text: str, width: int, row: int) -> list[str]:
    done: list[str] = []
    for word in text.split():
        joined = f"{done[-1]} {word}" if done else word
        if done and _width(joined, row) <= width:
            done[-1] = joined
        else:
            done.append(word)
    return done
