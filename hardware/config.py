"""What a board is to be: which kind, and its display. Wiring comes with the drivers of real boards."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DisplayConfig:
    """A display by its driver's name; its size in pixels; `mode` is Pillow's, "1" or "RGB"."""

    driver: str = "ssd1306"
    width: int = 128
    height: int = 64
    mode: str = "1"


@dataclass(frozen=True, slots=True)
class BoardConfig:
    """A board: "simulated" or "raspberrypi"."""

    board: str
    display: DisplayConfig = DisplayConfig()
