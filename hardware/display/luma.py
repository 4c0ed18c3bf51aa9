"""Panels that luma drives, on the buses and pins of this machine. Loads luma: only `opening` imports it."""

import errno
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from luma.core.error import Error
from luma.core.framebuffer import diff_to_previous
from luma.core.interface.serial import i2c, spi
from PIL import Image
from smbus2 import i2c_msg

from hardware.config import Bus, DisplayConfig
from hardware.display.bus import Buses, DisplayPins, I2cBus
from hardware.display.luma_drivers import driver
from hardware.display.panels import Panel, place
from hardware.errors import DeviceError
from hardware.pins.factory import PinFactory

BLOCK = 4096  # bytes of one transfer; the kernel takes 8192 at most
RESET_HELD, RESET_OVER = 0.01, 0.12  # seconds; the slowest controllers (st7789, ili9341) want 10 us and 120 ms


class WholeI2c(i2c):  # type: ignore[misc]  # luma ships no types
    """luma's I2C on a bus opened for it, but with as much in one transfer as fits: luma would send 32 bytes."""

    def __init__(self, bus: I2cBus, address: int) -> None:
        super().__init__(bus=bus, address=address)

    def data(self, data: Sequence[int]) -> None:
        """Send bytes of a picture."""
        for start in range(0, len(data), BLOCK):
            self._bus.i2c_rdwr(i2c_msg.write(self._addr, [self._data_mode, *data[start : start + BLOCK]]))


class LumaPanel:
    """A panel that luma drives (an `OpenPanel`)."""

    def __init__(self, display: DisplayConfig, panel: Panel, pins: PinFactory, buses: Buses) -> None:
        self._display = display
        self._panel = panel
        self._pins: DisplayPins | None = None
        self._seen = diff_to_previous(num_segments=panel.segments)
        size = {"width": display.width, "height": display.height}
        light = {"backlight": _nobody} if panel.backlit else {}  # else luma takes RPi.GPIO for it
        with self._in_words(), ExitStack() as undo:
            wire = self._i2c(buses, undo) if display.bus is Bus.I2C else self._spi(buses, pins, undo)
            self._device = driver(display.driver, panel, self._seen)(wire, **size, rotate=display.rotate, **light)
            self._device.persist = True
            self._let_go = undo.pop_all()

    def draw(self, image: Image.Image) -> None:
        """Send what changed."""
        with self._in_words():
            self._device.display(image if image.mode == self._panel.mode else image.convert(self._panel.mode))

    def light(self, level: int) -> None:
        """Set the contrast or, where there is one, the backlight."""
        with self._in_words():
            if not self._panel.backlit:
                self._device.contrast(level)
            elif self._pins is not None:
                self._pins.shine(level / 255)

    def forget(self) -> None:
        """Assume nothing."""
        self._seen.prev_image = None

    def close(self, *, blank: bool) -> None:
        """Let go of everything, also when it does not answer any more."""
        with self._in_words(), self._let_go:
            if blank:
                self.forget()
                self._device.clear()
                self._device.hide()

    def _i2c(self, buses: Buses, undo: ExitStack) -> i2c:
        bus = buses.i2c(self._display.bus_number)
        undo.callback(bus.close)
        return WholeI2c(bus, self._display.address)

    def _spi(self, buses: Buses, pins: PinFactory, undo: ExitStack) -> spi:
        display, bus = self._display, buses.spi()
        undo.callback(bus.close)
        self._pins = DisplayPins(display, pins)
        undo.callback(self._pins.close)
        self._pins.prepare()
        wire = spi(
            bus,
            self._pins,
            display.bus_number,
            display.chip_select,
            gpio_DC=display.data_command,
            gpio_RST=display.reset,
            reset_hold_time=RESET_HELD,
            reset_release_time=RESET_OVER,
        )
        bus.max_speed_hz = display.speed  # luma itself takes only a few round figures
        return wire

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except (Error, OSError) as error:
            raise DeviceError(_told(error, self._display)) from error


def _nobody(on: object) -> None:
    """The backlight as luma knows it: it would be lit before there is a picture."""


def _told(error: Exception, display: DisplayConfig) -> str:
    cause = error if isinstance(error, OSError) else error.__context__  # luma's own errors have no number
    number = cause.errno if isinstance(cause, OSError) else None
    file = f"/dev/i2c-{display.bus_number}"
    if display.bus is Bus.SPI:
        file = f"/dev/spidev{display.bus_number}.{display.chip_select}"
    match number:
        case errno.ENOENT | errno.ENODEV:
            return f"display: {file} is not there; switch it on: raspi-config nonint do_{display.bus} 0"
        case errno.EACCES | errno.EPERM:
            return f"display: {file} may not be opened; is the user in the group {display.bus}?"
        case _:
            where, what = f"{display.driver} at {place(display)}", f"errno {number}" if number else str(error)
            return f"display: {where} does not answer ({what}); check its cable and supply"
