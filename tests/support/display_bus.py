"""Display controllers in memory, behind stand-ins for smbus2's SMBus and spidev's SpiDev.

They understand the bytes that luma's drivers send as the controllers' data sheets have it, as far as those drivers go:
so the picture can be read back as a person would see it. The cable can be pulled, writes can fail or hang, and every
byte on the wire is counted.
"""

import errno
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from bench_pins import Bench
from PIL import Image

from hardware.config import Bus, DisplayConfig
from hardware.display.bus import Buses


class Controller:
    """A controller: what was written to its memory, whether it is switched on, its contrast.

    `arguments`: how many bytes follow a command as commands. Controllers with `by_data` take them as data instead.
    """

    arguments: ClassVar[dict[int, int]] = {}
    by_data = False
    on_off: ClassVar[tuple[int, int]] = (0xAF, 0xAE)
    set_contrast = 0x81
    shape: ClassVar[tuple[int, ...]] = ()

    def __init__(self) -> None:
        self.on = False
        self.contrast: int | None = None
        self._command: int = 0
        self._given: list[int] = []
        self._wanted = 0
        self.power_up()

    def power_up(self) -> None:
        """Power comes back: off, and noise in the memory."""
        self.on, self.contrast, self._wanted = False, None, 0
        self.memory = np.random.default_rng(7).integers(0, 255, self.shape, np.uint8)

    def command(self, byte: int) -> None:
        """A byte comes with data/command low."""
        if self._wanted:
            self._given.append(byte)
            self._wanted -= 1
        else:
            self._command, self._given, self._wanted = byte, [], self.arguments.get(byte, 0)
        if not self._wanted:
            self._do(self._command, self._given)

    def data(self, values: Sequence[int]) -> None:
        """Bytes come with data/command high."""
        if self.by_data and not self.writes(self._command):
            self._given.extend(values)
            self._do(self._command, self._given)
        else:
            self.write(bytes(values))

    def _do(self, command: int, given: list[int]) -> None:
        if command in self.on_off:
            self.on = command == self.on_off[0]
        elif command == self.set_contrast and given:
            self.contrast = given[0]
        else:
            self.do(command, given)

    def writes(self, command: int) -> bool:
        """Whether what follows this command is pixels."""
        return command in (0x5C, 0x2C)

    def do(self, command: int, given: list[int]) -> None:
        """Carry out a command of this controller."""

    def write(self, pixels: bytes) -> None:
        """Take bytes into the memory."""

    def picture(self, width: int, height: int) -> Image.Image:
        """What a panel of this size in pixels shows."""
        raise NotImplementedError


class Pages(Controller):
    """Eight rows make a page, a byte is eight pixels below each other, the lowest bit on top."""

    first_column = 0

    def picture(self, width: int, height: int) -> Image.Image:
        bits = np.unpackbits(self.memory, axis=0, bitorder="little").astype(bool)
        first = self.first_column_of(width)
        return Image.fromarray(bits[:height, first : first + width])

    def first_column_of(self, width: int) -> int:
        """Where in the memory a panel of this width begins."""
        assert width
        return self.first_column


class Ssd1306(Pages):
    """Also ssd1309. Writes from left to right and page by page, in a window."""

    arguments: ClassVar[dict[int, int]] = {
        0x20: 1, 0x21: 2, 0x22: 2, 0x81: 1, 0x8D: 1, 0xA8: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1,
    }  # fmt: skip
    shape = (8, 128)

    def first_column_of(self, width: int) -> int:
        return 32 if width == 64 else 0

    def do(self, command: int, given: list[int]) -> None:
        match command:
            case 0x21:
                self._columns = given
                self._column = given[0]
            case 0x22:
                self._rows = given
                self._page = given[0]
            case _:
                pass  # the panel's own matters

    def write(self, pixels: bytes) -> None:
        for byte in pixels:
            self.memory[self._page, self._column] = byte
            self._column += 1
            if self._column > self._columns[1]:
                self._column = self._columns[0]
                self._page = self._page + 1 if self._page < self._rows[1] else self._rows[0]


class Sh1106(Pages):
    """Writes within one page; 132 columns, of which the panel begins at the third."""

    arguments: ClassVar[dict[int, int]] = {
        0x81: 1, 0x8D: 1, 0xA8: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1,
    }  # fmt: skip
    shape = (16, 132)
    first_column = 2

    def power_up(self) -> None:
        super().power_up()
        self._page = self._column = 0

    def do(self, command: int, given: list[int]) -> None:
        match () if given else command >> 4:
            case 0x0:
                self._column = self._column & 0xF0 | command
            case 0x1:
                self._column = self._column & 0x0F | (command & 0x0F) << 4
            case 0xB:
                self._page = command & 0x0F
            case _:
                pass  # the panel's own matters

    def write(self, pixels: bytes) -> None:
        for byte in pixels:
            self.memory[self._page, self._column] = byte
            self._column += 1


class Sh1107(Sh1106):
    """The same with 128 columns."""

    arguments: ClassVar[dict[int, int]] = {**Sh1106.arguments}
    shape = (16, 128)
    first_column = 0


class Windowed(Controller):
    """Writes pixels row by row into a window, `pixel` bytes each."""

    set_columns, set_rows = 0x15, 0x75
    pixel = 2
    by_data = True
    across, down = 128, 128

    def __init_subclass__(cls) -> None:
        cls.shape = (cls.down, cls.across, cls.pixel)

    def power_up(self) -> None:
        super().power_up()
        self._box = [0, 0, 0, 0]
        self._pixels = b""

    def ends(self, given: list[int]) -> list[int]:
        """The first and the last of a window's columns or rows."""
        return given

    def do(self, command: int, given: list[int]) -> None:
        if command == self.set_columns and given:
            self._box[:2] = self.ends(given)
            self._pixels = b""
        elif command == self.set_rows and given:
            self._box[2:] = self.ends(given)
            self._pixels = b""

    def write(self, pixels: bytes) -> None:
        left, right, top, bottom = self._box
        self._pixels += pixels
        window = (bottom - top + 1, right - left + 1, self.pixel)
        if len(self._pixels) >= np.prod(window):
            written = np.frombuffer(self._pixels, np.uint8, int(np.prod(window)))
            self.memory[top : bottom + 1, left : right + 1] = written.reshape(window)
            self._pixels = b""


class Ssd1351(Windowed):
    """Colours of five, six and five bits."""

    set_contrast = 0xC1

    def picture(self, width: int, height: int) -> Image.Image:
        high, low = (self.memory[:height, :width, byte] for byte in (0, 1))
        channels = [high & 0xF8, (high & 0x07) << 5 | (low & 0xE0) >> 3, (low & 0x1F) << 3]
        return Image.fromarray(np.stack(channels, axis=-1))


class Lcd(Windowed):
    """St7789 and ili9341: a byte for each colour."""

    on_off = (0x29, 0x28)
    set_contrast = -1
    set_columns, set_rows = 0x2A, 0x2B
    pixel = 3
    across, down = 320, 240

    def ends(self, given: list[int]) -> list[int]:
        return [given[0] << 8 | given[1], given[2] << 8 | given[3]]

    def picture(self, width: int, height: int) -> Image.Image:
        return Image.fromarray(np.ascontiguousarray(self.memory[:height, :width]))


class Ssd1322(Windowed):
    """Sixteen greys; a column is four pixels, and the panel stands in the middle of the memory."""

    set_contrast = 0xC1
    across, down = 120, 128

    def picture(self, width: int, height: int) -> Image.Image:
        first = (480 - width) // 2
        return _greys(self.memory, high_first=True).crop((first, 0, first + width, height))


class Ssd1327(Windowed):
    """Sixteen greys; a column is two pixels. Arguments come as commands."""

    arguments: ClassVar[dict[int, int]] = {
        0x15: 2, 0x75: 2, 0x81: 1, 0xA0: 1, 0xA1: 1, 0xA2: 1, 0xA8: 1, 0xAB: 1, 0xB1: 1, 0xB3: 1, 0xB6: 1, 0xB8: 8,
        0xBC: 1, 0xBE: 1, 0xD5: 1,
    }  # fmt: skip
    by_data = False
    pixel = 1
    across, down = 64, 128

    def picture(self, width: int, height: int) -> Image.Image:
        return _greys(self.memory, high_first=False).crop((0, 0, width, height))


def _greys(memory: np.ndarray, *, high_first: bool) -> Image.Image:
    rows = memory.reshape(memory.shape[0], -1)
    halves = (rows >> 4, rows & 0x0F) if high_first else (rows & 0x0F, rows >> 4)
    return Image.fromarray(np.stack(halves, axis=-1).reshape(rows.shape[0], -1))


CONTROLLERS: dict[str, type[Controller]] = {
    "ssd1306": Ssd1306,
    "ssd1309": Ssd1306,
    "sh1106": Sh1106,
    "sh1107": Sh1107,
    "ssd1322": Ssd1322,
    "ssd1327": Ssd1327,
    "ssd1351": Ssd1351,
    "st7789": Lcd,
    "ili9341": Lcd,
}


class DisplayBench:
    """A panel of this configuration on a bench: its bus, its pins, and the hand on its cable."""

    def __init__(self, config: DisplayConfig) -> None:
        self.config = config
        self.pins = Bench()
        self.panel = CONTROLLERS[config.driver]()
        self.buses = replace(Buses(), i2c=self._open_i2c, spi=self._make_spi)
        self.trouble: OSError | None = None  # what opening the bus raises
        self.closing: OSError | None = None  # what closing it raises
        self.failing = 0  # so many of the next writes fail
        self.number = errno.EREMOTEIO  # how they fail
        self.bytes = 0  # on the wire
        self.opened = 0  # buses, since the bench was set up
        self.open = 0  # buses, now
        self.writers: set[int] = set()  # threads that wrote
        self.held = threading.Event()  # a write hangs
        self._free = threading.Event()
        self._free.set()
        self._plugged = True

    def picture(self) -> Image.Image:
        """What a person before the panel sees, however it is mounted; a switched off panel is black."""
        width, height = self.config.width, self.config.height
        picture = self.panel.picture(width, height)
        if not self.panel.on:
            picture = Image.new(picture.mode, picture.size)
        return picture.rotate(90 * self.config.rotate, expand=True)

    def pull(self) -> None:
        """Pull the cable."""
        self._plugged = False

    def plug(self) -> None:
        """Plug it in again; the panel has forgotten everything."""
        self.panel.power_up()
        self._plugged = True

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Writes hang, until the block ends."""
        self._free.clear()
        try:
            yield
        finally:
            self.held.clear()
            self._free.set()

    def carry(self, length: int) -> None:
        """So many bytes are to go over the wire."""
        self.writers.add(threading.get_ident())
        if not self._free.is_set():
            self.held.set()
            assert self._free.wait(30)
        if self.failing or not self._plugged:
            self.failing = max(0, self.failing - 1)
            raise OSError(self.number, "Remote I/O error")
        self.bytes += length

    def _open_i2c(self, number: int) -> "_I2c":
        assert self.config.bus is Bus.I2C
        assert number == self.config.bus_number
        if self.trouble:
            raise self.trouble
        self.opened += 1
        self.open += 1
        return _I2c(self)

    def _make_spi(self) -> "_Spi":
        return _Spi(self)


class _I2c:
    """smbus2's SMBus, as luma uses it."""

    def __init__(self, bench: DisplayBench) -> None:
        self._bench = bench

    def write_i2c_block_data(self, i2c_addr: int, register: int, data: list[int]) -> None:
        assert len(data) <= 32
        self._send(i2c_addr, register, data)

    def i2c_rdwr(self, *i2c_msgs: Any) -> None:
        for message in i2c_msgs:
            control, *data = bytes(message)
            assert len(data) <= 8191
            self._send(message.addr, control, data)

    def close(self) -> None:
        self._bench.open -= 1
        if self._bench.closing:
            raise self._bench.closing

    def _send(self, address: int, control: int, data: list[int]) -> None:
        assert address == self._bench.config.address
        self._bench.carry(2 + len(data))
        if control == 0x40:
            self._bench.panel.data(data)
        else:
            for byte in data:
                self._bench.panel.command(byte)


class _Spi:
    """spidev's SpiDev, as luma uses it."""

    def __init__(self, bench: DisplayBench) -> None:
        self._bench = bench
        self._open = False
        self.max_speed_hz = 0

    def open(self, bus: int, device: int) -> None:
        assert (bus, device) == (self._bench.config.bus_number, self._bench.config.chip_select)
        if self._bench.trouble:
            raise self._bench.trouble
        self._bench.opened += 1
        self._bench.open += 1
        self._open = True

    def writebytes(self, values: Sequence[int]) -> None:
        assert len(values) <= 4096
        config, pins = self._bench.config, self._bench.pins
        assert self.max_speed_hz == config.speed
        assert config.reset is None or pins.level(config.reset) == 1
        self._bench.carry(len(values))
        if pins.level(config.data_command):
            self._bench.panel.data(values)
        else:
            for byte in values:
                self._bench.panel.command(byte)

    def close(self) -> None:
        self._bench.open -= self._open
        self._open = False
