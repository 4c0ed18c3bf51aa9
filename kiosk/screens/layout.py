"""Where everything goes on a display: which words, in which font, in which box. It draws nothing.

Every piece of text gets the largest font whose ink lies wholly in the piece's box. Small displays (under 160 pixels
high) begin with a pixel font, 16 pixels a line; larger ones use a smooth one in proportion.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from PIL import Image, ImageFont

from kiosk.sale.panel import Line, Panel, Text
from kiosk.screens.fonts import PIXEL, PIXEL_SIZE, SLIM, SMOOTH, font
from kiosk.screens.qr import CodeNotShowable, qr
from kiosk.screens.texts import Language, parts

Box: TypeAlias = tuple[int, int, int, int]  # left, top, right, bottom in pixels; right and bottom are outside

SMALL = 160  # pixels of height below which the pixel font is used
BELOW = 14  # pixels of a line below a code on a small display: 128x128 keeps 3 pixels a module for 53 bytes
LEAST = 8  # pixels: no font is smaller
SLIM_BELOW = 12  # pixels of a font
GAP = 2  # pixels between a code and words beside it
MARGIN = 4  # pixels left of an option
HINTS = frozenset({Text.CONFIRM_KEYS, Text.STAR_GIVES_UP, Text.TRY_AGAIN})  # lines that say what keys do


@dataclass(frozen=True, slots=True)
class Piece:
    """Text in a box, in its middle or on its left. `bar`: dark on a lit box."""

    text: str
    box: Box
    font: ImageFont.FreeTypeFont
    left: bool = False
    bar: bool = False

    @property
    def anchor(self) -> str:
        """Pillow's name for where `at` lies in the text."""
        return "lm" if self.left else "mm"

    @property
    def at(self) -> tuple[int, int]:
        """Where to draw it."""
        x0, y0, x1, y1 = self.box
        return x0 if self.left else (x0 + x1) // 2, (y0 + y1) // 2

    @property
    def ink(self) -> tuple[float, float, float, float]:
        """The box of the pixels that are drawn."""
        left, top, right, bottom = self.font.getbbox(self.text, anchor=self.anchor)
        x, y = self.at
        return x + left, y + top, x + right, y + bottom


@dataclass(frozen=True, slots=True)
class Layout:
    """All that goes on a display. `code`: a square picture, and its left upper corner."""

    pieces: tuple[Piece, ...]
    code: tuple[Image.Image, tuple[int, int]] | None = None


def layout(panel: Panel, language: Language, size: tuple[int, int], *, large: bool = False) -> Layout:
    """Place a panel on a display of `size`; `large`: without hints, the amount as large as it can be.

    Raises CodeNotShowable and FontMissing.
    """
    if panel.qr is None:
        lines = tuple(line for line in panel.lines if not (large and line.text in HINTS))
        return Layout(tuple(_words_only(lines, language, size)))
    texts = [part for line in panel.lines for part in parts(line, language)]
    width, height = size
    if width * 4 >= height * 5:
        return _beside(panel.qr, texts, size)
    return _below(panel.qr, texts, size)


def _words_only(lines: tuple[Line, ...], language: Language, size: tuple[int, int]) -> list[Piece]:
    """The heading in a bar, what belongs to it below, the amount as large as fits, and the rest at the foot."""
    width, height = size
    row = _row(height)
    if len(lines) * row > height:  # more options than lines: they go before the heading
        options = [part for line in lines[1:] for part in parts(line, language)]
        return _rows(options, (MARGIN, 0, width, height), row, left=True)
    heading, *rest = lines
    title, *more = parts(heading, language)
    amounts = [part for line in rest if line.text is Text.AMOUNT for part in parts(line, language)]
    others = [part for line in rest if line.text is not Text.AMOUNT for part in parts(line, language)]
    bar = row + 2
    placed = [_fitted(title, (0, 0, width, bar), row, bar=True)]
    if amounts:
        top, foot = bar + len(more) * row, height - len(others) * row
        placed += _rows(more, (0, bar, width, top), row)
        placed += [_fitted(amount, (2, top, width - 2, foot), foot - top) for amount in amounts]
        placed += _rows(others, (0, foot, width, height), row)
    elif any(line.text is Text.OPTION for line in rest):
        placed += _rows(others, (MARGIN, bar, width, height), row, left=True)
    else:
        placed += _rows(more + others, (0, bar, width, height), row)
    return placed


def _beside(code: str, texts: Sequence[str], size: tuple[int, int]) -> Layout:
    """A wide display: the code on the left, words on the right."""
    width, height = size
    side = min(height, width * 5 // 8)
    box = (side + GAP, 0, width, height)
    pieces = _rows(texts, box, _row(height))
    return Layout(tuple(pieces), (qr(code, side), (0, (height - side) // 2)))


def _below(code: str, texts: Sequence[str], size: tuple[int, int]) -> Layout:
    """A square or tall display: the code above, two texts to a line below it; a large code goes before words."""
    width, height = size
    row = BELOW if height < SMALL else _row(height)
    rows = ["  ".join(texts[start : start + 2]) for start in range(0, len(texts), 2)]
    for shown in range(len(rows), -1, -1):
        side = min(width, height - shown * row)
        try:
            picture = qr(code, side)
        except CodeNotShowable:
            if shown == 0:
                raise
            continue
        return Layout(tuple(_rows(rows[:shown], (0, side, width, height), row)), (picture, ((width - side) // 2, 0)))
    raise AssertionError("the last turn of the loop returns or raises")


def _rows(texts: Sequence[str], box: Box, row: int, *, left: bool = False) -> list[Piece]:
    """Texts below one another, each in letters of a `row`, evenly over the box."""
    if not texts:
        return []
    x0, y0, x1, y1 = box
    slot = min((y1 - y0) // len(texts), row * 3 // 2)
    top = y0 + (y1 - y0 - slot * len(texts)) // 2
    boxes = [(x0, top + slot * index, x1, top + slot * (index + 1)) for index in range(len(texts))]
    return [_fitted(text, place, row, left=left) for text, place in zip(texts, boxes, strict=True)]


def _row(height: int) -> int:
    """The height of a line of words."""
    return PIXEL_SIZE - 1 if height <= 64 else PIXEL_SIZE if height < SMALL else height // 7


def _fitted(text: str, box: Box, row: int, *, left: bool = False, bar: bool = False) -> Piece:
    x0, y0, x1, y1 = box
    file, size = _largest(text, (x1 - x0, y1 - y0), row, left=left)
    return Piece(text, box, font(file, size), left=left, bar=bar)


@lru_cache(maxsize=512)
def _largest(text: str, size: tuple[int, int], row: int, *, left: bool) -> tuple[Path, int]:
    """The font for letters of a `row` high, or the largest below it whose ink fits; the least where none does."""
    largest = PIXEL_SIZE if row <= PIXEL_SIZE else int(row * 0.8)
    pixel = [(PIXEL, PIXEL_SIZE)] if row <= PIXEL_SIZE else []
    fonts = pixel + [(SMOOTH if size >= SLIM_BELOW else SLIM, size) for size in range(largest, LEAST - 1, -1)]
    box = (0, 0, *size)
    return next((chosen for chosen in fonts if fits(Piece(text, box, font(*chosen), left=left))), fonts[-1])


def fits(piece: Piece) -> bool:
    """Whether all its ink lies in its box."""
    left, top, right, bottom = piece.ink
    x0, y0, x1, y1 = piece.box
    return x0 <= left and y0 <= top and right <= x1 and bottom <= y1
