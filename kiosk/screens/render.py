"""A panel becomes a picture: what the layout placed is drawn, light on dark, off-screen.

Colour says a state to those who see it and decorates nothing; every pair of colours has a contrast of 7:1 or more.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor
from typing import TypeAlias

from PIL import Image, ImageDraw

from kiosk.sale.panel import Name, Panel
from kiosk.screens.coded import coded
from kiosk.screens.layout import Bar, Layout, plain
from kiosk.screens.pictograms import invite
from kiosk.screens.pieces import Piece
from kiosk.screens.texts import Language

Colour: TypeAlias = int | tuple[int, int, int]  # as Pillow has it: a number where the mode is "1"
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
YOURS, GOOD, BAD, DOUBT = (254, 229, 0), (64, 208, 112), (255, 138, 128), (255, 190, 70)
HEADINGS = {  # what the heading's bar says; the others are white
    Name.SHOWING_CODE: YOURS,
    Name.SCANNING: YOURS,
    Name.RELEASING: GOOD,
    Name.PAID: GOOD,
    Name.DECLINED: BAD,
    Name.EXPIRED: BAD,
    Name.CANCELLED: BAD,
    Name.CHECKING: DOUBT,
    Name.OUT_OF_SERVICE: DOUBT,
    Name.SERVICE: DOUBT,
}
EDGE = 1  # pixels around ink that was measured: letters without grey may be a pixel larger


@dataclass(frozen=True, slots=True)
class Style:
    """For people who see little. `inverse`: black letters on white, without colours. `large`: the amount before all."""

    inverse: bool = False
    large: bool = False


PLAIN = Style()


def layout(panel: Panel, language: Language, size: tuple[int, int], *, large: bool = False) -> Layout:
    """Place a panel on a display of `size`; `large`: without hints, the amount as large as it can be.

    Raises CodeNotShowable and FontMissing.
    """
    if panel.qr is None:
        return plain(panel, language, size, large=large)
    return coded(panel, panel.qr, language, size, large=large)


def render(panel: Panel, *, language: Language, size: tuple[int, int], mode: str, style: Style = PLAIN) -> Image.Image:
    """The picture, of exactly `size` and Pillow `mode` ("1" or "RGB"). Raises CodeNotShowable and FontMissing."""
    placed = layout(panel, language, size, large=style.large)
    dark, lit = (0, 255) if mode == "1" else (BLACK, WHITE)
    ground, ink = (lit, dark) if style.inverse else (dark, lit)
    colourful = mode != "1" and not style.inverse
    mark = HEADINGS.get(panel.name, ink) if colourful else ink
    picture = Image.new(mode, size, ground)
    draw = ImageDraw.Draw(picture)
    for box in {piece.box for piece in placed.pieces if piece.bar}:
        draw.rectangle((0, box[1], size[0] - 1, box[3] - 1), fill=mark)
    for piece in placed.pieces:
        corner, letters = _letters(piece, draw.fontmode)
        draw.bitmap(corner, letters, fill=ground if piece.bar else ink)
    if placed.bar:
        _time(draw, placed.bar, BAD if colourful and placed.bar.hurry else YOURS if colourful else ink)
    if placed.invitation:
        invite(draw, placed.invitation, ink)
    if placed.code:  # its modules are always dark on a lit ground
        code, corner = placed.code
        picture.paste(code.convert(mode), corner)
    return picture


@lru_cache(maxsize=16)
def _letters(piece: Piece, fontmode: str) -> tuple[tuple[int, int], Image.Image]:
    """Where the ink of a piece begins, and the ink. While keys are pressed, most words stay as they are."""
    (x, y), (x0, y0, x1, y1) = piece.at, piece.ink
    left, top = floor(x0) - EDGE, floor(y0) - EDGE
    width, height = ceil(x1) + EDGE - left, ceil(y1) + EDGE - top
    ink = Image.new("L", (height, width) if piece.turned else (width, height))
    draw = ImageDraw.Draw(ink)
    draw.fontmode = fontmode
    at = (y - top, width - 1 - (x - left)) if piece.turned else (x - left, y - top)
    draw.text(at, piece.text, fill=255, font=piece.font, anchor=piece.side.value)
    return (left, top), ink.transpose(Image.Transpose.ROTATE_270) if piece.turned else ink


def _time(draw: ImageDraw.ImageDraw, bar: Bar, colour: Colour) -> None:
    """The part of the bar that is left; a thin line shows how long it was."""
    x0, y0, x1, y1 = bar.box
    if x1 - x0 >= y1 - y0:
        draw.line((x0, (y0 + y1) // 2, x1 - 1, (y0 + y1) // 2), fill=colour)
        draw.rectangle((x0, y0, max(x0, x0 + round((x1 - x0) * bar.part) - 1), y1 - 1), fill=colour)
    else:
        draw.line(((x0 + x1) // 2, y0, (x0 + x1) // 2, y1 - 1), fill=colour)
        draw.rectangle((x0, min(y1 - 1, y1 - round((y1 - y0) * bar.part)), x1 - 1, y1 - 1), fill=colour)
