"""The configuration's [hardware]: which parts, on which pins and buses. Pins are Broadcom's numbers.

What each value means to a driver, and what is so where the file says nothing (None here), stands in `hardware.config`;
whether they make sense together say `hardware.pins.wiring` and `hardware.display.panels`, which
`kiosk.app.devices.config` asks.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, model_validator

Pin: TypeAlias = Annotated[int, Field(ge=0, le=27)]
Pixels: TypeAlias = Annotated[int, Field(ge=32, le=4096)]


def _wire(value: object) -> int | bool:
    """A pin, or false where there is none; numbers and false come as text from the environment."""
    text = str(value).lower()
    if text == "false":
        return False
    if not isinstance(value, bool) and text.isascii() and text.isdecimal() and int(text) <= 27:
        return int(text)
    raise ValueError("expected a pin, 0 to 27, or false")


Wire: TypeAlias = Annotated[int | bool, PlainValidator(_wire)]
COLOURS = {"leds": (), "rgb": ("red", "green", "blue"), "traffic_lights": ("red", "amber", "green")}


class Section(BaseModel):
    """A section of the configuration: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)  # built once, with the whole


class KeypadSection(Section):
    """[hardware.keypad]: a matrix on pins, or a Linux input device."""

    kind: Literal["matrix", "input_device"] | None = None
    rows: tuple[Pin, ...] | None = None
    columns: tuple[Pin, ...] | None = None
    keys: str | None = None
    device: str | None = None
    chords: tuple[str, ...] | None = None
    debounce: Annotated[float, Field(ge=0.002, le=0.2)] | None = None
    hold: Annotated[float, Field(ge=1, le=30)] | None = None
    stuck: Annotated[float, Field(ge=5, le=600)] | None = None
    chatter: Annotated[int, Field(ge=5, le=100)] | None = None

    @model_validator(mode="after")
    def _named(self) -> "KeypadSection":
        if self.kind == "input_device" and not self.device:
            raise ValueError(
                'device: missing; expected /dev/input/by-id/... or a part of the name, for kind = "input_device"'
            )
        return self


class LampsSection(Section):
    """[hardware.lamps]: four LEDs, one RGB LED, or a traffic-light board."""

    kind: Literal["leds", "rgb", "traffic_lights"] | None = None
    ready: Pin | None = None
    busy: Pin | None = None
    paid: Pin | None = None
    fault: Pin | None = None
    red: Pin | None = None
    amber: Pin | None = None
    green: Pin | None = None
    blue: Pin | None = None
    active_high: bool | None = None
    brightness: Annotated[float, Field(gt=0, le=1)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> "LampsSection":
        for colour in COLOURS[self.kind] if self.kind else ():
            if getattr(self, colour) is None:
                raise ValueError(f'{colour}: missing; expected a pin, for kind = "{self.kind}"')
        return self


class BuzzerSection(Section):
    """[hardware.buzzer]: a passive (piezo) one."""

    pin: Pin


class DisplaySection(Section):
    """[hardware.display]. `pixel_pitch` in mm, 0 where unknown. `inverse` and `large`: for people who see little."""

    driver: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")] | None = None
    width: Pixels | None = None
    height: Pixels | None = None
    bus: Literal["i2c", "spi", "framebuffer"] | None = None
    bus_number: Annotated[int, Field(ge=0, le=31)] | None = None
    address: Annotated[int, Field(ge=0x03, le=0x77)] | None = None
    chip_select: Annotated[int, Field(ge=0, le=2)] | None = None
    data_command: Pin | None = None
    reset: Wire | None = None
    backlight: Wire | None = None
    speed: Annotated[int, Field(ge=500_000, le=52_000_000)] | None = None
    rotate: Literal[0, 90, 180, 270] | None = None
    contrast: Annotated[int, Field(ge=0, le=255)] | None = None
    pixel_pitch: Annotated[float, Field(ge=0, le=5)] = 0.0
    inverse: bool = False
    large: bool = False


class CameraSection(Section):
    """[hardware.camera]."""

    kind: Literal["picamera2", "v4l2", "none"] | None = None
    device: str | None = None
    width: Annotated[int, Field(ge=320, le=4096)] | None = None
    height: Annotated[int, Field(ge=240, le=4096)] | None = None


class ReleaseSection(Section):
    """[hardware.release]: a relay, and the sensor that confirms."""

    pin: Pin | None = None
    active_high: bool | None = None
    pulse: Annotated[float, Field(ge=0.01, le=5)] | None = None
    confirm: Wire | None = None
    confirm_active_high: bool | None = None
    confirm_within: Annotated[float, Field(ge=0.1, le=14)] | None = None


class DecoderSection(Section):
    """[hardware.decoder]."""

    sightings: Annotated[int, Field(ge=2, le=5)] | None = None


class HardwareSection(Section):
    """[hardware]."""

    board: Literal["raspberrypi", "simulated"] | None = None
    keypad: KeypadSection = Field(default_factory=dict, validate_default=True)
    lamps: LampsSection = Field(default_factory=dict, validate_default=True)
    buzzer: BuzzerSection | None = None
    display: DisplaySection = Field(default_factory=dict, validate_default=True)
    camera: CameraSection = Field(default_factory=dict, validate_default=True)
    release: ReleaseSection = Field(default_factory=dict, validate_default=True)
    decoder: DecoderSection = Field(default_factory=dict, validate_default=True)
