"""A board as data: which parts, on which pins and buses. A variant of a board is other data, never other code.

Pins are Broadcom's numbers (GPIO17, not header pin 11). Times are seconds. What is wrong with a board's wiring is said
by `hardware.pins.wiring.mistakes`, without hardware.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Bus(StrEnum):
    """How a display is connected."""

    I2C = "i2c"
    SPI = "spi"
    FRAMEBUFFER = "framebuffer"  # an HDMI or DSI screen, /dev/fbN


@dataclass(frozen=True, slots=True)
class KeyTiming:
    """How keys are told from noise, seconds.

    `debounce`: a contact counts when it was the same for so long. `hold`: down for so long is HELD. `stuck`: down for
    so long is a fault. `chatter`: a key pressed more than this many times in one second is cut off and reported.
    """

    debounce: float = 0.02
    hold: float = 5.0
    stuck: float = 60.0
    chatter: int = 15


@dataclass(frozen=True, slots=True)
class MatrixConfig:
    """A keypad of rows and columns, any size. `keys` row by row, as many as rows x columns.

    Rows are driven, columns are read with pull-ups.
    """

    rows: tuple[int, ...] = (5, 6, 13, 19)
    columns: tuple[int, ...] = (12, 16, 20, 21)
    keys: str = "123A456B789C*0#D"
    chords: tuple[str, ...] = ("*#",)
    timing: KeyTiming = KeyTiming()


@dataclass(frozen=True, slots=True)
class InputDeviceConfig:
    """A keypad that is a Linux input device, as USB and vandal-proof panels are: /dev/input/by-id/..., or a part of its
    name. Number keys and keypad keys count; Enter is `#`, Backspace, Delete and Escape are `*`.
    """

    device: str
    chords: tuple[str, ...] = ("*#",)
    timing: KeyTiming = KeyTiming()


@dataclass(frozen=True, slots=True)
class LedsConfig:
    """Four lamps, each on its pin. `brightness` below 1 needs PWM, which any pin has in software."""

    ready: int = 17
    busy: int = 27
    paid: int = 22
    fault: int = 23
    active_high: bool = True
    brightness: float = 1.0


@dataclass(frozen=True, slots=True)
class RgbConfig:
    """One lamp of three colours: white is ready, blue busy, green paid, red fault; the gravest one shines."""

    red: int
    green: int
    blue: int
    active_high: bool = True
    brightness: float = 1.0


@dataclass(frozen=True, slots=True)
class TrafficLightsConfig:
    """A traffic-light board: green is ready, amber busy, green and amber paid, red fault."""

    red: int
    amber: int
    green: int
    active_high: bool = True


@dataclass(frozen=True, slots=True)
class BuzzerConfig:
    """A passive (piezo) buzzer."""

    pin: int


@dataclass(frozen=True, slots=True)
class DisplayConfig:
    """A display by its driver's name (luma.oled's and luma.lcd's, or "framebuffer").

    `width` and `height` in pixels as the panel's maker gives them, before `rotate` (quarter turns clockwise). `mode` is
    Pillow's: "1" or "RGB". `contrast` 0..255. `bus_number`: the I2C bus, the SPI port or the N of /dev/fbN.
    `address` is for I2C; `chip_select`, `data_command`, `reset`, `backlight` (pins) and `speed` (Hz) are for SPI.
    """

    driver: str = "sh1107"
    width: int = 128
    height: int = 128
    mode: str = "1"
    bus: Bus = Bus.I2C
    bus_number: int = 1
    address: int = 0x3C
    chip_select: int = 0
    data_command: int = 24
    reset: int | None = 25
    backlight: int | None = None
    speed: int = 8_000_000
    rotate: int = 0
    contrast: int = 255

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as a person standing before it sees it."""
        return (self.height, self.width) if self.rotate % 2 else (self.width, self.height)


class CameraKind(StrEnum):
    """Which camera."""

    PICAMERA2 = "picamera2"
    V4L2 = "v4l2"  # a USB camera
    NONE = "none"


@dataclass(frozen=True, slots=True)
class CameraConfig:
    """`device`: the number of picamera2's camera; for V4L2 /dev/videoN or /dev/v4l/by-id/...

    `width`, `height`: pixels of its frames.
    """

    kind: CameraKind = CameraKind.PICAMERA2
    device: str = "0"
    width: int = 1280
    height: int = 720


@dataclass(frozen=True, slots=True)
class ReleaseConfig:
    """A relay: `pulse` seconds, never longer.

    `confirm`: the pin of the drop sensor or barrier switch, which must change to active within `confirm_within` seconds
    of the pulse's begin; None: the pulse alone counts.
    """

    pin: int = 26
    active_high: bool = True
    pulse: float = 0.5
    confirm: int | None = None
    confirm_active_high: bool = False
    confirm_within: float = 10.0


KeypadConfig: TypeAlias = MatrixConfig | InputDeviceConfig
LampsConfig: TypeAlias = LedsConfig | RgbConfig | TrafficLightsConfig


@dataclass(frozen=True, slots=True)
class DecoderConfig:
    """`sightings`: how many different readings must say the same (`hardware.decoding.sightings`). `limit`: seconds that
    one frame may take; `memory`: bytes that decoding may use.
    """

    sightings: int = 2
    limit: float = 1.0
    memory: int = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BoardConfig:
    """A board: "simulated" or "raspberrypi"; the simulated one uses only `display`. The pins are those of the README's
    wiring page.
    """

    board: str
    keypad: KeypadConfig = MatrixConfig()
    lamps: LampsConfig = LedsConfig()
    buzzer: BuzzerConfig | None = None
    display: DisplayConfig = DisplayConfig()
    camera: CameraConfig = CameraConfig()
    release: ReleaseConfig = ReleaseConfig()
    decoder: DecoderConfig = DecoderConfig()
