"""A picture of what to do, for those who do not read: key in an amount, then hold a phone to the machine."""

from PIL import ImageDraw

from kiosk.screens.pieces import Box

KEYS = (3, 4)  # across, down


def invite(draw: ImageDraw.ImageDraw, box: Box, ink: int | tuple[int, int, int]) -> None:
    """A keypad, an arrow and a phone with a code on it, in the middle of the box."""
    x0, y0, x1, y1 = box
    unit = min((x1 - x0 - 1) / 30, (y1 - y0 - 1) / 16)
    left = (x0 + x1) / 2 - 15 * unit
    top = (y0 + y1) / 2 - 8 * unit
    line = max(1, round(unit * 0.8))

    def at(x: float, y: float) -> tuple[int, int]:
        return round(left + x * unit), round(top + y * unit)

    draw.rounded_rectangle((*at(0.5, 0.5), *at(11.5, 15.5)), radius=max(1, round(unit)), outline=ink, width=line)
    for across in range(KEYS[0]):
        for down in range(KEYS[1]):
            x, y = 2.5 + across * 2.6, 2.4 + down * 3.1
            draw.rectangle((*at(x, y), *at(x + 1.4, y + 1.8)), fill=ink)
    draw.line((*at(13, 8), *at(17, 8)), fill=ink, width=line)
    draw.polygon((at(16.2, 5.8), at(18.6, 8), at(16.2, 10.2)), fill=ink)
    draw.rounded_rectangle((*at(20.5, 0.5), *at(29.5, 15.5)), radius=max(1, round(unit)), outline=ink, width=line)
    for x, y in ((22.2, 4), (25.8, 4), (22.2, 7.6)):
        draw.rectangle((*at(x, y), *at(x + 2.2, y + 2.2)), outline=ink, width=max(1, line // 2))
    draw.rectangle((*at(25.9, 7.7), *at(26.9, 8.7)), fill=ink)
    draw.rectangle((*at(27.1, 8.9), *at(28, 9.8)), fill=ink)
    draw.line((*at(23.6, 13), *at(26.4, 13)), fill=ink, width=line)
