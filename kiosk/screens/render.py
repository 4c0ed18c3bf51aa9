"""A panel becomes a picture: what the layout placed is drawn, light on dark, off-screen.

Colour says a state to those who see it and decorates nothing; every pair of colours has a contrast of 7:1 or more.
"""

from dataclasses import dataclass
from typing import TypeAlias

from PIL import Image, ImageDraw

from kiosk.sale.panel import Name, Panel
from kiosk.screens.coded import coded
from kiosk.screens.layout import Bar, Layout, plain
from kiosk.screens.pictograms import invite
from kiosk.screens.pieces import Piece
from kiosk.screens.texts import Language

Colour: TypeAlias = tuple[int, int, int]
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
    ground, ink = (WHITE, BLACK) if style.inverse else (BLACK, WHITE)
    colourful = mode != "1" and not style.inverse
    mark = HEADINGS.get(panel.name, ink) if colourful else ink
    picture = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "1" if mode == "1" else "L"
    for box in {piece.box for piece in placed.pieces if piece.bar}:
        draw.rectangle((0, box[1], size[0] - 1, box[3] - 1), fill=mark)
    for piece in placed.pieces:
        colour = ground if piece.bar else ink
        if piece.turned:
            _downwards(picture, piece, colour, draw.fontmode)
        else:
            draw.text(piece.at, piece.text, fill=colour, font=piece.font, anchor=piece.side.value)
    if placed.bar:
        _time(draw, placed.bar, BAD if colourful and placed.bar.hurry else YOURS if colourful else ink)
    if placed.invitation:
        invite(draw, placed.invitation, ink)
    if placed.code:  # its modules are always dark on a lit ground
        code, corner = placed.code
        picture.paste(code.convert("RGB"), corner)
    return picture.convert(mode, dither=Image.Dither.NONE) if mode == "1" else picture.convert(mode)


def _downwards(picture: Image.Image, piece: Piece, colour: Colour, fontmode: str) -> None:
    x0, y0, x1, y1 = piece.box
    width, height = y1 - y0, x1 - x0
    mask = Image.new("L", (width, height))
    draw = ImageDraw.Draw(mask)
    draw.fontmode = fontmode
    draw.text(
        (width // 2, height // 2 - (piece.at[0] - (x0 + x1) // 2)), piece.text, fill=255, font=piece.font, anchor="mm"
    )
    picture.paste(colour, (x0, y0), mask.transpose(Image.Transpose.ROTATE_270))


def _time(draw: ImageDraw.ImageDraw, bar: Bar, colour: Colour) -> None:
    """The part of the bar that is left; a thin line shows how long it was."""
    x0, y0, x1, y1 = bar.box
    if x1 - x0 >= y1 - y0:
        draw.line((x0, (y0 + y1) // 2, x1 - 1, (y0 + y1) // 2), fill=colour)
        draw.rectangle((x0, y0, max(x0, x0 + round((x1 - x0) * bar.part) - 1), y1 - 1), fill=colour)
    else:
        draw.line(((x0 + x1) // 2, y0, (x0 + x1) // 2, y1 - 1), fill=colour)
        draw.rectangle((x0, min(y1 - 1, y1 - round((y1 - y0) * bar.part)), x1 - 1, y1 - 1), fill=colour)
