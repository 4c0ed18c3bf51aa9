"""The wiring as a picture: the header of a Raspberry Pi, the parts around it, and each wire in its colour, as SVG."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from hardware.config import BoardConfig
from hardware.pins.header import HEADER, Wire
from hardware.pins.wiring import wires

PITCH = 22  # of the header's pins; everything is in pixels of the picture
WIDTH, HEIGHT = 1080, 700
HEADER_AT = (470, 150)  # the middle of header pin 1
COLOURS = {
    "keypad": ("#e8a33d", "#c9742b", "#b8860b", "#8d6e3f", "#5b8dd9", "#3f6fb5", "#7a5bd0", "#9b59b6"),
    "lamps": ("#2e9e4f", "#d9a400", "#1b7f8c", "#cc3333"),
    "buzzer": ("#d2569b",),
    "display": ("#00a0c8", "#0077aa", "#5a9", "#2a7", "#87a", "#a67"),
    "release": ("#e0592a", "#8a3b12"),
}
POWER = {1: "3.3 V", 2: "5 V", 4: "5 V", 17: "3.3 V"}
GROUND = frozenset({6, 9, 14, 20, 25, 30, 34, 39})
BOXES = {  # part: left, top, width, height, title; on the left of the header, or on its right
    "display": (30, 90, 270, 150, "display"),
    "keypad": (30, 320, 270, 340, "keypad"),
    "lamps": (790, 90, 260, 160, "lamps, 330 \u03a9 each"),
    "buzzer": (790, 320, 260, 70, "buzzer"),
    "release": (790, 460, 260, 140, "relay and confirm sensor"),
}
FEEDS = {"display": "3.3 V, GND", "lamps": "GND", "buzzer": "GND", "release": "5 V, GND"}


def wiring_svg(config: BoardConfig) -> str:
    """The picture of a board's wiring."""
    by_part: dict[str, list[Wire]] = {}
    for wire in wires(config):
        by_part.setdefault(wire.part, []).append(wire)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#f4f1ea"/>',
        *_pi(),
        *_header(),
        *(line for part, used in by_part.items() for line in _part(part, used)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _pi() -> Iterator[str]:
    """The board under the header: green, with its holes, its processor and the camera's ribbon."""
    x, y = HEADER_AT
    yield f'<rect x="{x - 90}" y="{y - 70}" width="360" height="560" rx="16" fill="#1f7a4c" stroke="#145a36"/>'
    for hole_x, hole_y in ((x - 70, y - 50), (x + 250, y - 50), (x - 70, y + 470), (x + 250, y + 470)):
        yield f'<circle cx="{hole_x}" cy="{hole_y}" r="9" fill="#f4f1ea" stroke="#d9b44a" stroke-width="4"/>'
    yield f'<rect x="{x + 110}" y="{y + 90}" width="100" height="100" rx="6" fill="#2b2b2b"/>'
    yield _text(x + 160, y + 145, "Raspberry Pi", 13, "#ddd", "middle")
    yield f'<rect x="{x + 105}" y="{y + 330}" width="115" height="26" fill="#e9e4d4" stroke="#999"/>'
    yield _text(x + 162, y + 348, "camera ribbon", 12, "#333", "middle")
    yield f'<rect x="{x + 130}" y="{y + 356}" width="64" height="110" fill="#fafafa" stroke="#bbb"/>'


def _header() -> Iterator[str]:
    x, y = HEADER_AT
    yield f'<rect x="{x - 14}" y="{y - 14}" width="{PITCH + 28}" height="{19 * PITCH + 28}" rx="4" fill="#222"/>'
    names = {pin: f"GPIO{gpio}" for gpio, pin in HEADER.items()}
    for pin in range(1, 41):
        at_x, at_y = _at(pin)
        colour = "#e05a4f" if pin in POWER else "#777" if pin in GROUND else "#e8c65a"
        yield f'<circle cx="{at_x}" cy="{at_y}" r="7" fill="{colour}" stroke="#111"/>'
        name = POWER.get(pin) or ("GND" if pin in GROUND else names[pin])
        side, anchor = (-20, "end") if pin % 2 else (20, "start")
        yield _text(at_x + side, at_y + 4, f"{pin} {name}" if pin % 2 == 0 else f"{name} {pin}", 10, "#fff", anchor)


def _part(part: str, used: list[Wire]) -> Iterator[str]:
    left, top, width, height, title = BOXES[part]
    yield f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="10" fill="#fff" stroke="#555"/>'
    yield _text(left + width / 2, top - 8, title, 15, "#222", "middle")
    yield from _face(part, left, top, height)
    if part in FEEDS:
        yield _text(left + width / 2, top + height + 15, f"and {FEEDS[part]}", 11, "#666", "middle")
    on_left = left < HEADER_AT[0]
    step = height / (len(used) + 1)
    for number, wire in enumerate(sorted(used, key=lambda one: _at(one.header or 1)[1]), 1):
        y = top + step * number
        edge = left + width if on_left else left
        pin_x, pin_y = _at(wire.header or 1)
        colour = COLOURS[part][(number - 1) % len(COLOURS[part])]
        bend = (edge + pin_x) / 2
        yield (
            f'<path d="M{edge} {y:.0f} C{bend:.0f} {y:.0f} {bend:.0f} {pin_y} {pin_x} {pin_y}" fill="none" '
            f'stroke="{colour}" stroke-width="3" stroke-linecap="round" opacity="0.9"/>'
            f'<circle cx="{pin_x}" cy="{pin_y}" r="4" fill="{colour}" stroke="#111"/>'
        )
        name = f"{wire.use} \u00b7 GPIO{wire.pin}"
        inside, anchor = (left + width - 8, "end") if on_left else (left + 8, "start")
        yield _text(inside, y + 4, name, 12, "#222", anchor)


def _face(part: str, left: int, top: int, height: int) -> Iterator[str]:
    """What a person recognises the part by, away from its wires."""
    match part:
        case "keypad":
            for number, key in enumerate("123A456B789C*0#D"):
                x, y = left + 14 + number % 4 * 32, top + height / 2 - 62 + number // 4 * 32
                yield f'<rect x="{x}" y="{y:.0f}" width="27" height="27" rx="5" fill="#3b3f46" stroke="#222"/>'
                yield _text(x + 13.5, y + 19, key, 15, "#fff", "middle")
        case "display":
            yield f'<rect x="{left + 14}" y="{top + 35}" width="112" height="80" rx="4" fill="#0b1420" stroke="#222"/>'
            yield _text(left + 70, top + 70, "1,500\uc6d0", 22, "#bfe6ff", "middle")
            yield _text(left + 70, top + 97, "# OK   * clear", 11, "#bfe6ff", "middle")
        case "lamps":
            for number, colour in enumerate(COLOURS["lamps"]):
                y = top + height / 5 * (number + 1)
                yield f'<circle cx="{left + 215}" cy="{y:.0f}" r="11" fill="{colour}" stroke="#333" stroke-width="2"/>'
        case "buzzer":
            yield f'<circle cx="{left + 215}" cy="{top + 35}" r="22" fill="#222"/>'
            yield f'<circle cx="{left + 215}" cy="{top + 35}" r="4" fill="#777"/>'
        case _:
            yield f'<rect x="{left + 165}" y="{top + 38}" width="76" height="64" rx="4" fill="#2a62b8"/>'
            yield _text(left + 203, top + 75, "relay", 14, "#fff", "middle")


def _at(pin: int) -> tuple[int, int]:
    """Where a pin of the header is: odd ones on the left, even ones on the right."""
    x, y = HEADER_AT
    return x + (0 if pin % 2 else PITCH), y + (pin - 1) // 2 * PITCH


def _text(x: float, y: float, text: str, size: int, colour: str, anchor: str) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}">{escape(text)}</text>'
    )
