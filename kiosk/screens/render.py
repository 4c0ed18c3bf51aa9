"""A panel becomes a picture: what the layout placed is drawn, white on black, off-screen."""

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from kiosk.sale.panel import Panel
from kiosk.screens.layout import SMALL, layout
from kiosk.screens.texts import Language


@dataclass(frozen=True, slots=True)
class Style:
    """For people who see little. `inverse`: dark letters on a lit ground. `large`: the amount before all else."""

    inverse: bool = False
    large: bool = False


PLAIN = Style()


def render(panel: Panel, *, language: Language, size: tuple[int, int], mode: str, style: Style = PLAIN) -> Image.Image:
    """The picture, of exactly `size` and Pillow `mode` ("1" or "RGB"). Raises CodeNotShowable and FontMissing."""
    placed = layout(panel, language, size, large=style.large)
    picture = Image.new("L", size)
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "1" if mode == "1" or size[1] < SMALL else "L"
    for piece in placed.pieces:
        if piece.bar:
            x0, y0, x1, y1 = piece.box
            draw.rectangle((x0, y0, x1 - 1, y1 - 1), fill=255)
        draw.text(piece.at, piece.text, fill=0 if piece.bar else 255, font=piece.font, anchor=piece.anchor)
    if style.inverse:
        picture = ImageChops.invert(picture)
    if placed.code:  # after that: its modules are always dark on a lit ground
        code, corner = placed.code
        picture.paste(code.convert("L"), corner)
    return picture.convert(mode, dither=Image.Dither.NONE) if mode == "1" else picture.convert(mode)
