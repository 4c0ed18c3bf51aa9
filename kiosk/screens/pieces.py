"""Text in a box: the largest letters of the face whose ink lies wholly in it. It draws nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

from PIL import ImageFont

from kiosk.screens.fonts import BOLD, PLAIN, font

Box: TypeAlias = tuple[int, int, int, int]  # left, top, right, bottom in pixels; right and bottom are outside

LEAST = 8  # pixels: no font is smaller
BOLD_FROM = 16  # pixels of a font: smaller bold letters run together
INK = 0.8  # of a line's height; the rest is air between lines,
SLACK = 1.1  # letters are no exact multiples of smaller ones: what is guessed from one size is never too small a guess
GUESSED = 24  # pixels of the letters by which larger ones are guessed: those that are too large are not even loaded
TIGHT = 20  # pixels, but of lines below this only one pixel is


class Side(Enum):
    """Where in its box a text stands; the value is Pillow's anchor."""

    MIDDLE = "mm"
    LEFT = "lm"
    RIGHT = "rm"


@dataclass(frozen=True, slots=True)
class Piece:
    """Text in a box. `bar`: dark on a lit box, whose edge it does not touch. `turned`: it reads downwards."""

    text: str
    box: Box
    font: ImageFont.FreeTypeFont
    side: Side = Side.MIDDLE
    bar: bool = False
    turned: bool = False

    @property
    def at(self) -> tuple[int, int]:
        """Where its anchor is drawn, so that the ink, not the letters' own box, is in the middle."""
        x0, y0, x1, y1 = self.box
        _, top, _, bottom = _measured(self.font, self.text, self.side)
        off = round((top + bottom) / 2)
        x = {Side.LEFT: x0, Side.RIGHT: x1}.get(self.side, (x0 + x1) // 2)
        return (x + off, (y0 + y1) // 2) if self.turned else (x, (y0 + y1) // 2 - off)

    @property
    def ink(self) -> tuple[float, float, float, float]:
        """The box of the pixels that are drawn."""
        left, top, right, bottom = _measured(self.font, self.text, self.side)
        x, y = self.at
        return (x - bottom, y + left, x - top, y + right) if self.turned else (x + left, y + top, x + right, y + bottom)


def fits(piece: Piece) -> bool:
    """Whether all its ink lies in its box."""
    left, top, right, bottom = piece.ink
    x0, y0, x1, y1 = piece.box
    edge = 1 if piece.bar else 0
    return x0 <= left and y0 + edge <= top and right <= x1 and bottom <= y1 - edge


def fitted(
    text: str, box: Box, row: int, *, side: Side = Side.MIDDLE, bar: bool = False, turned: bool = False
) -> Piece:
    """The text in letters of a line `row` pixels high, or the largest below it that fit; the least where none do."""
    x0, y0, x1, y1 = box
    most = row - 1 if row < TIGHT else int(row * INK)
    size = _largest(text, (x1 - x0, y1 - y0), most, side, bar=bar, turned=turned)
    return Piece(text, box, face(size), side, bar=bar, turned=turned)


def largest(text: str, box: Box) -> Piece:
    """The text as large as its box allows, to the edge."""
    return fitted(text, box, (box[3] - box[1]) * 3 // 2)


def rows(texts: Sequence[str], box: Box, row: int, *, side: Side = Side.MIDDLE) -> list[Piece]:
    """Texts below one another, each in letters of a `row`, evenly over the box."""
    if not texts:
        return []
    x0, y0, x1, y1 = box
    slot = min((y1 - y0) // len(texts), row * 3 // 2)
    top = y0 + (y1 - y0 - slot * len(texts)) // 2
    boxes = [(x0, top + slot * index, x1, top + slot * (index + 1)) for index in range(len(texts))]
    return [fitted(text, place, row, side=side) for text, place in zip(texts, boxes, strict=True)]


@lru_cache(maxsize=64)  # it keeps the fonts
def _measured(letters: ImageFont.FreeTypeFont, text: str, side: Side) -> tuple[float, float, float, float]:
    """The text's ink around its anchor: left, top, right, bottom."""
    return letters.getbbox(text, anchor=side.value)


@lru_cache(maxsize=1024)
def _largest(text: str, size: tuple[int, int], most: int, side: Side, *, bar: bool, turned: bool) -> int:
    def at(pixels: int) -> Piece:
        return Piece(text, (0, 0, *size), face(pixels), side, bar=bar, turned=turned)

    tried = min(most, _guess(at(GUESSED), GUESSED)) if most > GUESSED else most
    while tried > LEAST:
        piece = at(tried)
        if fits(piece):
            return tried
        tried = min(tried - 1, _guess(piece, tried))
    return LEAST


def _guess(piece: Piece, pixels: int) -> int:
    """How large letters may be that fill the box, by those that have so many pixels."""
    left, top, right, bottom = piece.ink
    _, _, width, height = piece.box
    share = min(width / max(1, right - left), height / max(1, bottom - top))
    return int(pixels * share * SLACK) + 2


def face(size: int) -> ImageFont.FreeTypeFont:
    """The one face, in the weight that is clean at this size in pixels."""
    return font(BOLD if size >= BOLD_FROM else PLAIN, size)
