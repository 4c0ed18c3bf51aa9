"""What a display hangs on: the bus of this machine, and its pins. Knows no panel.

smbus2 and spidev are loaded when a bus is opened. luma asks for its pins in the manner of RPi.GPIO, which does not work
on a Pi 5 and would be a second library on the same chip; so it is given gpiozero's, behind the same few calls.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from gpiozero import DigitalOutputDevice, PinPWMUnsupported, PWMOutputDevice
from gpiozero.pins.pi import PiFactory

from hardware.config import DisplayConfig
from hardware.errors import DeviceError
from hardware.pins.factory import PinFactory
from hardware.pins.header import Wire
from hardware.pins.part import PinPart, let_go
from hardware.ports import Health

if TYPE_CHECKING:
    from smbus2 import i2c_msg


class I2cBus(Protocol):
    """What is used of smbus2's SMBus."""

    def write_i2c_block_data(self, i2c_addr: int, register: int, data: list[int]) -> None:
        """Write so many bytes behind a register's number."""

    def i2c_rdwr(self, *i2c_msgs: "i2c_msg") -> None:
        """Send messages, each whole."""

    def close(self) -> None:
        """Let go of the bus."""


class SpiBus(Protocol):
    """What is used of spidev's SpiDev."""

    max_speed_hz: int

    def open(self, bus: int, device: int) -> None:
        """Take the port and the chip select."""

    def writebytes(self, values: Sequence[int]) -> None:
        """Send bytes."""

    def close(self) -> None:
        """Let go of the port."""


def _smbus2(number: int) -> I2cBus:
    from smbus2 import SMBus  # noqa: PLC0415 - only when a bus is opened

    return SMBus(number)


def _spidev() -> SpiBus:
    try:
        from spidev import SpiDev  # noqa: PLC0415 - likewise
    except ImportError:
        raise DeviceError("display: spidev is not installed; apt install python3-spidev") from None
    bus: SpiBus = SpiDev()
    return bus


@dataclass(frozen=True, slots=True)
class Buses:
    """Where buses come from. `i2c` opens the bus of a number, `spi` makes one that is not open yet."""

    i2c: Callable[[int], I2cBus] = _smbus2
    spi: Callable[[], SpiBus] = _spidev
    devices: Path = Path("/dev")
    graphics: Path = Path("/sys/class/graphics")


SYSTEM = Buses()


class DisplayPins(PinPart):
    """The pins of a display on SPI: data/command, reset, backlight. To luma it looks like RPi.GPIO."""

    name = "display"
    OUT: ClassVar[int] = 0
    LOW: ClassVar[int] = 0
    HIGH: ClassVar[int] = 1

    def __init__(self, display: DisplayConfig, pins: PinFactory) -> None:
        super().__init__("the display's pins", pins)
        uses = {display.data_command: "data/command", display.reset: "reset"}
        self._wires: Mapping[int, Wire] = {
            pin: Wire(pin, "display", use) for pin, use in uses.items() if pin is not None
        }
        self._outputs: dict[int, DigitalOutputDevice] = {}
        self._backlight = None if display.backlight is None else Wire(display.backlight, "display", "backlight")
        self._shining: PWMOutputDevice | DigitalOutputDevice = None

    def setup(self, pin: int, direction: int) -> None:
        """Do nothing: the pins are outputs since they were claimed."""

    def output(self, pin: int, level: int) -> None:
        """Drive a pin low (0) or high (1). Raises DeviceError."""
        with self._driving(self._wires[pin]):
            self._outputs[pin].value = level

    def shine(self, brightness: float) -> None:
        """Light the backlight, 0 dark .. 1 full; a pin without PWM is just on or off. Raises DeviceError."""
        if self._backlight is not None:
            with self._driving(self._backlight):
                self._shining.value = brightness if isinstance(self._shining, PWMOutputDevice) else brightness > 0

    def health(self) -> Health:
        """Whether they are claimed."""
        return self._condition.health

    @contextmanager
    def _driving(self, wire: Wire) -> Iterator[None]:
        with self._hand:
            if fault := self._condition.health.fault:
                raise DeviceError(fault)  # the reset wire was let go, and the panel has forgotten everything
            with self._or_lost(wire):
                yield

    def _claim(self, factory: PiFactory) -> None:
        for pin, wire in self._wires.items():
            with self._or_lost(wire):
                self._outputs[pin] = DigitalOutputDevice(pin, initial_value=True, pin_factory=factory)
        if self._backlight is not None:
            with self._or_lost(self._backlight):
                self._shining = _light(self._backlight.pin, factory)

    def _let_go(self) -> None:
        for output in (*self._outputs.values(), *filter(None, (self._shining,))):
            let_go(output)
        self._outputs, self._shining = {}, None


def _light(pin: int, factory: PiFactory) -> PWMOutputDevice | DigitalOutputDevice:
    try:
        return PWMOutputDevice(pin, pin_factory=factory)
    except PinPWMUnsupported:
        return DigitalOutputDevice(pin, pin_factory=factory)
