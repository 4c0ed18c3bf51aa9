"""Display panels as data: which class drives each, the sizes, buses and pictures it takes.

Loads no display library; that is `opening`'s. Knows nothing of what goes wrong with an open panel: that is
`hardware.display.supervised`'s.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from PIL import Image

from hardware.config import Bus, DisplayConfig

MONO = frozenset({(128, 64), (128, 32), (96, 16), (64, 48), (64, 32)})  # of ssd1306 and its successor ssd1309
GREY = frozenset((width, height) for width in (256, 128, 64) for height in (64, 48, 32))  # of ssd1322


class Shades(Enum):
    """What a panel can show; the value is how many bits it needs for each pixel, at the least."""

    BLACK_AND_WHITE = 1
    GREY = 4
    COLOUR = 16


@dataclass(frozen=True, slots=True)
class Panel:
    """A kind of panel. `module`: has the class that drives it, by the panel's name. `sizes`: (width, height) before
    it is rotated; none: any. `usual`: the one that most modules have. `buses`: the usual one first. `segments`: in how
    many parts, a square number, its driver looks for changes. `backlit`: it has no contrast to set, but a light behind
    it.
    """

    module: str
    sizes: frozenset[tuple[int, int]]
    usual: tuple[int, int]
    buses: tuple[Bus, ...]
    shades: Shades
    segments: int = 4
    backlit: bool = False

    @property
    def mode(self) -> str:
        """The Pillow mode of the pictures that it takes."""
        return "1" if self.shades is Shades.BLACK_AND_WHITE else "RGB"


OLED, LCD, OWN = "luma.oled.device", "luma.lcd.device", "hardware.display.framebuffer"
EITHER, ONLY_SPI = (Bus.I2C, Bus.SPI), (Bus.SPI,)

PANELS: Mapping[str, Panel] = {
    "ssd1306": Panel(OLED, MONO, (128, 64), EITHER, Shades.BLACK_AND_WHITE),
    "sh1106": Panel(
        OLED, frozenset({(128, 128), (128, 64), (128, 32)}), (128, 64), EITHER, Shades.BLACK_AND_WHITE
    ),
    "sh1107": Panel(
        OLED, frozenset({(64, 128), (80, 128), (128, 128)}), (128, 128), EITHER, Shades.BLACK_AND_WHITE
    ),
    "ssd1309": Panel(OLED, MONO, (128, 64), EITHER, Shades.BLACK_AND_WHITE),
    "ssd1322": Panel(OLED, GREY, (256, 64), ONLY_SPI, Shades.GREY, 16),
    "ssd1327": Panel(OLED, frozenset({(128, 128)}), (128, 128), (Bus.SPI, Bus.I2C), Shades.GREY, 16),
    "ssd1351": Panel(
        OLED, frozenset({(128, 128), (128, 96), (96, 96)}), (128, 128), ONLY_SPI, Shades.COLOUR, 16
    ),
    "st7789": Panel(LCD, frozenset({(240, 240), (320, 240)}), (240, 240), ONLY_SPI, Shades.COLOUR, 16, backlit=True),
    "ili9341": Panel(
        LCD, frozenset({(320, 240), (320, 180), (240, 240)}), (320, 240), ONLY_SPI, Shades.COLOUR, 25, backlit=True
    ),
    "framebuffer": Panel(OWN, frozenset(), (800, 480), (Bus.FRAMEBUFFER,), Shades.COLOUR),
}  # fmt: skip


class OpenPanel(Protocol):
    """A panel that was opened, black and at an unknown brightness. All calls block and raise DeviceError."""

    def draw(self, image: Image.Image) -> None:
        """Show a picture of the configured size and mode. Sends only what changed, where the driver can."""
        ...

    def light(self, level: int) -> None:
        """Shine at this level, 0..255, from the next picture on at the latest."""
        ...

    def forget(self) -> None:
        """Assume nothing about what it shows: the next picture is sent whole."""
        ...

    def close(self, *, blank: bool) -> None:
        """Let go of bus and pins. `blank`: leave it black and off."""
        ...


def unfit(display: DisplayConfig) -> Iterator[str]:
    """One line for each value that the panel does not take: key, value and what is expected."""
    panel = PANELS.get(display.driver)
    if panel is None:
        from difflib import get_close_matches  # noqa: PLC0415 - only mistakes need it

        near = get_close_matches(display.driver, PANELS, 1)
        meant = f"; did you mean {near[0]}?" if near else ""
        yield f'hardware.display.driver = "{display.driver}": expected one of {", ".join(PANELS)}{meant}'
        return
    if panel.sizes and (display.width, display.height) not in panel.sizes:
        known = ", ".join(f"{width}x{height}" for width, height in sorted(panel.sizes, reverse=True))
        yield (
            f"hardware.display: width and height are {display.width}x{display.height}, before it is rotated; "
            f"{display.driver} takes {known}"
        )
    if display.bus not in panel.buses:
        yield f'hardware.display.bus = "{display.bus}": {display.driver} takes {" or ".join(panel.buses)}'
    if display.mode not in ("1", panel.mode):
        yield f'hardware.display.mode = "{display.mode}": {display.driver} takes pictures of mode "1"'


def place(display: DisplayConfig) -> str:
    """Where a display is connected, as a technician finds it."""
    match display.bus:
        case Bus.I2C:
            return f"I2C bus {display.bus_number}, address {display.address:#04x}"
        case Bus.SPI:
            return f"SPI port {display.bus_number}, chip select {display.chip_select}"
        case Bus.FRAMEBUFFER:
            return f"/dev/fb{display.bus_number}"
