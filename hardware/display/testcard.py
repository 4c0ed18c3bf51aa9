"""A picture by which a technician sees whether a display is the right one, and the right way round."""

from PIL import Image, ImageDraw, ImageFont

GREYS = 8  # steps from black to white
COLOURS = ("red", "lime", "blue")  # those of the pixels


def test_card(size: tuple[int, int], mode: str) -> Image.Image:
    """A frame on the outermost pixels, a cross from corner to corner, and the corners' numbers clockwise from the upper
    left; with mode "RGB" a band of greys, black on the left, above one of red, green and blue. `size` in pixels.
    """
    card = Image.new(mode, size)
    draw = ImageDraw.Draw(card)
    draw.fontmode = "1"  # no grey edges, which a panel of two shades would lose
    right, bottom = size[0] - 1, size[1] - 1
    draw.line((0, 0, right, bottom), fill="white")
    draw.line((0, bottom, right, 0), fill="white")
    if mode == "RGB":
        shades = [step * 255 // (GREYS - 1) for step in range(GREYS)]
        greys = tuple((shade, shade, shade) for shade in shades)
        _band(draw, greys, (size[0] // 5, size[1] * 3 // 8, size[0] * 4 // 5, size[1] // 2))
        _band(draw, COLOURS, (size[0] // 5, size[1] // 2, size[0] * 4 // 5, size[1] * 5 // 8))
    _corners(draw, right, bottom)
    draw.rectangle((0, 0, right, bottom), outline="white")
    return card


def _band(
    draw: ImageDraw.ImageDraw, fills: tuple[str | tuple[int, int, int], ...], box: tuple[int, int, int, int]
) -> None:
    """Fill the box (left, top, right, bottom) with fields of the same width."""
    left, top, right, bottom = box
    width = (right - left) // len(fills)
    for number, fill in enumerate(fills):
        draw.rectangle((left + number * width, top, left + (number + 1) * width - 1, bottom - 1), fill=fill)


def _corners(draw: ImageDraw.ImageDraw, right: int, bottom: int) -> None:
    font = ImageFont.load_default(max(8, (bottom + 1) // 6))
    away = min(4, bottom // 8)  # from the frame
    for number, anchor in (("1", "lt"), ("2", "rt"), ("3", "rb"), ("4", "lb")):
        at = (away if anchor[0] == "l" else right - away, away if anchor[1] == "t" else bottom - away)
        left, top, far, low = draw.textbbox(at, number, font=font, anchor=anchor)
        draw.rectangle((left - 2, top - 2, far + 2, low + 2), fill="black")
        draw.text(at, number, font=font, anchor=anchor, fill="white")
