"""Every panel by luma's own driver on a bus in memory: the picture is read back from the bytes that were sent."""

import errno
import gc
import sys
from dataclasses import replace

import numpy as np
import pytest
from display_bus import DisplayBench
from gpiozero import GPIOPinInUse
from gpiozero.pins.mock import MockFactory
from luma.core.device import dummy
from PIL import Image, ImageDraw

from hardware.config import Bus, DisplayConfig
from hardware.display.bus import SYSTEM
from hardware.display.opening import open_panel
from hardware.display.panels import LCD, PANELS, OpenPanel, Shades, place, unfit
from hardware.errors import DeviceError

# luma asks Pillow for pixels in a way that Pillow will give up in 2027
pytestmark = pytest.mark.filterwarnings("ignore:Image.Image.getdata is deprecated:DeprecationWarning")

DRIVERS = [name for name in PANELS if name != "framebuffer"]
EVERY = [
    (name, size, bus) for name in DRIVERS for size in sorted(PANELS[name].sizes) for bus in sorted(PANELS[name].buses)
]
BACKLIGHT = 18


def config(name: str, size: tuple[int, int] | None = None, bus: Bus | None = None, **others: object) -> DisplayConfig:
    panel = PANELS[name]
    width, height = size or max(panel.sizes)
    bus = bus or panel.buses[0]
    number = 1 if bus is Bus.I2C else 0
    light = BACKLIGHT if panel.backlit else None
    return DisplayConfig(name, width, height, panel.mode, bus, number, backlight=light, **others)


def opened(bench: DisplayBench) -> OpenPanel:
    return open_panel(bench.config, bench.pins, bench.buses)


def noise(size: tuple[int, int], mode: str, seed: int) -> Image.Image:
    width, height = size
    picture = Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))
    return picture.convert(mode, dither=Image.Dither.NONE) if mode == "1" else picture


def as_seen(picture: Image.Image, name: str) -> Image.Image:
    """The picture in as many shades as the panel has, the way the bench tells them."""
    panel = PANELS[name]
    if panel.shades is Shades.BLACK_AND_WHITE or panel.module == LCD:
        return picture
    rgb = np.asarray(picture).astype(np.uint16)
    if panel.shades is Shades.COLOUR:
        return Image.fromarray((rgb & (0xF8, 0xFC, 0xF8)).astype(np.uint8))
    return Image.fromarray((rgb @ np.array([306, 601, 117], np.uint32) >> 14).astype(np.uint8))


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and np.array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize(("name", "size", "bus"), EVERY)
def test_a_panel_is_black_when_it_was_opened_and_shows_what_is_drawn(
    name: str, size: tuple[int, int], bus: Bus
) -> None:
    bench = DisplayBench(config(name, size, bus))
    panel = opened(bench)
    mode = PANELS[name].mode
    assert bench.panel.on
    assert same(bench.picture(), as_seen(Image.new(mode, size), name))
    for seed in range(2):
        picture = noise(size, mode, seed)
        panel.draw(picture)
        assert same(bench.picture(), as_seen(picture, name))
    panel.close(blank=True)
    assert bench.open == 0
    assert not bench.panel.on


@pytest.mark.parametrize("rotate", [0, 1, 2, 3])
@pytest.mark.parametrize("name", DRIVERS)
def test_a_panel_that_is_mounted_turned_shows_the_picture_upright(name: str, rotate: int) -> None:
    bench = DisplayBench(config(name, rotate=rotate))
    panel = opened(bench)
    picture = noise(bench.config.size, PANELS[name].mode, 3)
    panel.draw(picture)
    assert same(bench.picture(), as_seen(picture, name))
    reference = dummy(bench.config.width, bench.config.height, rotate, PANELS[name].mode)  # luma's own turn
    reference.display(picture)
    assert same(bench.panel.picture(bench.config.width, bench.config.height), as_seen(reference.image, name))
    panel.close(blank=False)


@pytest.mark.parametrize("name", DRIVERS)
def test_only_what_changed_is_sent_and_the_picture_stays_right(name: str) -> None:
    bench = DisplayBench(config(name))
    panel = opened(bench)
    mode, (width, height) = PANELS[name].mode, bench.config.size
    picture = noise((width, height), mode, 4)
    before = bench.bytes
    panel.draw(picture)
    whole = bench.bytes - before
    chance = np.random.default_rng(5)
    for _ in range(20):
        left, top = int(chance.integers(0, width - 10)), int(chance.integers(0, height - 12))
        ImageDraw.Draw(picture).rectangle((left, top, left + 9, top + 11), fill=int(chance.integers(2)) * 255)
        before = bench.bytes
        panel.draw(picture)
        assert bench.bytes - before < whole / 5
        assert same(bench.picture(), as_seen(picture, name))
    before = bench.bytes
    panel.draw(picture)
    assert bench.bytes == before
    panel.forget()
    panel.draw(picture)
    assert bench.bytes - before == pytest.approx(whole, rel=0.05)
    panel.close(blank=True)


@pytest.mark.parametrize("name", [name for name in DRIVERS if not PANELS[name].backlit])
def test_light_is_contrast_where_a_panel_has_it(name: str) -> None:
    bench = DisplayBench(config(name))
    panel = opened(bench)
    panel.light(17)
    assert bench.panel.contrast == 17
    panel.close(blank=True)


@pytest.mark.parametrize("name", ["st7789", "ili9341"])
def test_light_is_the_backlight_where_there_is_one_and_it_is_dark_before_there_is_a_picture(name: str) -> None:
    bench = DisplayBench(config(name))
    panel = opened(bench)
    assert bench.pins.level(BACKLIGHT) == 0
    panel.light(51)
    assert bench.pins.level(BACKLIGHT) == pytest.approx(0.2)
    panel.light(255)
    assert bench.pins.level(BACKLIGHT) == 1
    panel.close(blank=True)
    assert bench.pins.level(BACKLIGHT) in (0, "down")


def test_a_backlight_without_pulses_is_on_or_off() -> None:
    bench = DisplayBench(config("st7789", reset=None))
    header = MockFactory()  # of plain pins
    chosen = {24: bench.pins}
    panel = open_panel(bench.config, lambda: _Mixed(header, chosen), bench.buses)
    panel.light(63)
    assert header.pin(BACKLIGHT).state
    panel.light(0)
    assert not header.pin(BACKLIGHT).state
    panel.close(blank=True)


class _Mixed(MockFactory):
    """Plain pins, but for those of other factories."""

    def __init__(self, plain: MockFactory, others: dict[int, MockFactory]) -> None:
        super().__init__()
        self._plain, self._others = plain, others

    def pin(self, name: int) -> object:
        return self._others.get(name, self._plain).pin(name)


def test_an_lcd_without_a_wire_to_its_backlight_takes_any_light() -> None:
    bench = DisplayBench(DisplayConfig("st7789", 240, 240, "RGB", Bus.SPI, 0))
    panel = opened(bench)
    panel.light(63)
    assert set(bench.pins.pins) == {bench.pins.at(pin).info for pin in (bench.config.data_command, bench.config.reset)}
    panel.close(blank=True)


def test_a_panel_on_spi_is_reset_before_anything_is_sent_and_not_while_it_is_used() -> None:
    bench = DisplayBench(config("ssd1351", reset=25))
    panel = opened(bench)
    levels = [seen.level for seen in bench.pins.at(25).seen if not isinstance(seen.level, str)]
    assert levels[-3:] == [1, 0, 1]
    assert max(bench.pins.pulses(25, 0)) > 0.005
    panel.close(blank=True)


def test_a_panel_that_has_no_reset_wire_is_opened_all_the_same() -> None:
    bench = DisplayBench(config("ssd1306", bus=Bus.SPI, reset=None))
    opened(bench).close(blank=True)
    assert bench.bytes


def test_black_and_white_pictures_are_shown_on_panels_of_any_shades() -> None:
    for name in ("ssd1351", "ssd1327", "ili9341"):
        bench = DisplayBench(DisplayConfig(name, *max(PANELS[name].sizes), "1", Bus.SPI, 0))
        panel = opened(bench)
        picture = noise(bench.config.size, "1", 6)
        panel.draw(picture)
        assert same(bench.picture(), as_seen(picture.convert("RGB"), name))
        panel.close(blank=True)


@pytest.mark.parametrize("bus", [Bus.I2C, Bus.SPI])
@pytest.mark.parametrize("at", [0, 1, 3, 6])
def test_a_panel_that_fails_while_it_is_opened_leaves_nothing_open(bus: Bus, at: int) -> None:
    bench = DisplayBench(config("sh1106", bus=bus))
    before = len(left_of("sh1106", "DisplayPins"))
    send = bench.carry
    sent = 0

    def carry(length: int) -> None:
        nonlocal sent
        sent += 1
        bench.failing = int(sent > at)
        send(length)

    bench.carry = carry
    with pytest.raises(DeviceError, match=r"sh1106 at .* does not answer \(errno 121\); check its cable and supply"):
        opened(bench)
    assert bench.open == 0
    assert len(left_of("sh1106", "DisplayPins")) <= before


def left_of(*names: str) -> list[object]:
    """What there still is of classes of these names, by which luma or the interpreter's exit may hold it."""
    gc.collect()
    return [thing for thing in gc.get_objects() if type(thing).__name__ in names]


@pytest.mark.parametrize("name", ["ssd1306", "st7789"])
def test_a_panel_that_is_opened_again_and_again_leaves_nothing_behind(name: str) -> None:
    bench = DisplayBench(config(name))
    before = len(left_of(name, "DisplayPins"))
    for _ in range(3):
        opened(bench).close(blank=False)
    assert len(left_of(name, "DisplayPins")) <= before
    assert "RPi" not in sys.modules


def test_a_panel_that_does_not_answer_is_closed_all_the_same() -> None:
    for bus in (Bus.I2C, Bus.SPI):
        bench = DisplayBench(config("ssd1306", bus=bus))
        panel = opened(bench)
        bench.pull()
        with pytest.raises(DeviceError, match="does not answer"):
            panel.close(blank=True)
        assert bench.open == 0


@pytest.mark.parametrize(
    ("bus", "number", "line"),
    [
        (Bus.I2C, errno.ENOENT, "display: /dev/i2c-1 is not there; switch it on: raspi-config nonint do_i2c 0"),
        (Bus.SPI, errno.ENOENT, "display: /dev/spidev0.0 is not there; switch it on: raspi-config nonint do_spi 0"),
        (Bus.I2C, errno.EACCES, "display: /dev/i2c-1 may not be opened; is the user in the group i2c?"),
        (Bus.SPI, errno.EPERM, "display: /dev/spidev0.0 may not be opened; is the user in the group spi?"),
        (
            Bus.I2C,
            errno.EBUSY,
            "display: ssd1306 at I2C bus 1, address 0x3c does not answer (errno 16); check its cable and supply",
        ),
    ],
)
def test_a_bus_that_can_not_be_opened_is_told_in_words(bus: Bus, number: int, line: str) -> None:
    bench = DisplayBench(config("ssd1306", bus=bus))
    bench.trouble = OSError(number, "as the kernel says")
    with pytest.raises(DeviceError) as trouble:
        opened(bench)
    assert str(trouble.value) == line
    assert bench.open == 0


def test_luma_s_own_errors_are_told_in_words_too() -> None:
    from luma.core.error import DeviceNotFoundError  # noqa: PLC0415 - what only this test needs

    bench = DisplayBench(config("ssd1306"))
    panel = opened(bench)

    def carry(length: int) -> None:
        raise DeviceNotFoundError(f"{length} bytes found nobody")

    bench.carry = carry
    with pytest.raises(DeviceError, match=r"does not answer \(2?\d+ bytes found nobody\)"):
        panel.draw(noise((128, 64), "1", 8))


@pytest.mark.parametrize("wire", ["data/command", "reset", "backlight"])
def test_a_pin_that_is_taken_is_named_and_the_bus_let_go(wire: str) -> None:
    bench = DisplayBench(config("st7789"))
    pin = {"data/command": 24, "reset": 25, "backlight": BACKLIGHT}[wire]
    bench.pins.troubles["claim"] = GPIOPinInUse("taken")
    bench.pins.only = pin
    with pytest.raises(DeviceError, match=rf"display, {wire}: GPIO{pin} .* is used by another part"):
        opened(bench)
    assert bench.open == 0


def test_a_pin_that_fails_later_is_a_fault_of_the_display() -> None:
    bench = DisplayBench(config("st7789"))
    panel = opened(bench)
    bench.pins.troubles["set"] = OSError(errno.EIO, "gone")
    bench.pins.only = 24
    with pytest.raises(DeviceError, match="display, data/command: GPIO24"):
        panel.draw(noise((320, 240), "RGB", 1))
    bench.pins.troubles.clear()
    for use in (lambda: panel.draw(noise((320, 240), "RGB", 2)), lambda: panel.light(9)):
        with pytest.raises(DeviceError, match="GPIO24"):  # it was reset with that: it must be opened anew
            use()
    panel.close(blank=False)
    assert bench.open == 0


@pytest.mark.parametrize(
    ("module", "bus", "line"),
    [
        (
            "luma.oled.device",
            Bus.I2C,
            r"display: luma can't be loaded \(.*luma.oled.*\); pip install luma.oled luma.lcd",
        ),
        ("spidev", Bus.SPI, "display: spidev is not installed; apt install python3-spidev"),
    ],
)
def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, module: str, bus: Bus, line: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    bench = DisplayBench(config("ssd1306", bus=bus))
    buses = replace(bench.buses, spi=SYSTEM.spi)
    with pytest.raises(DeviceError, match=f"^{line}$"):
        open_panel(bench.config, bench.pins, buses)
    assert bench.open == 0


def test_a_bus_that_this_machine_does_not_have_is_told() -> None:
    with pytest.raises(DeviceError, match="/dev/i2c-99 is not there"):
        open_panel(DisplayConfig(bus_number=99), MockFactory)


@pytest.mark.parametrize(
    ("display", "says"),
    [
        (DisplayConfig("hd44780"), 'hardware.display.driver = "hd44780": expected one of ssd1306, '),
        (DisplayConfig(width=100), "width and height are 100x128, before it is rotated; sh1107 takes 128x128, 80x128"),
        (
            DisplayConfig("st7789", 240, 240, "RGB", Bus.I2C),
            'hardware.display.bus = "i2c": st7789 takes spi',
        ),
        (DisplayConfig(mode="RGB"), 'hardware.display.mode = "RGB": sh1107 takes pictures of mode "1"'),
    ],
)
def test_what_a_panel_does_not_take_is_told_before_anything_is_opened(display: DisplayConfig, says: str) -> None:
    (line,) = unfit(display)
    assert says in line
    with pytest.raises(DeviceError) as trouble:
        open_panel(display, MockFactory)
    assert str(trouble.value) == line


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_s_own_values_fit(name: str) -> None:
    for size in PANELS[name].sizes or {(1920, 1080)}:
        for bus in PANELS[name].buses:
            assert not [*unfit(DisplayConfig(name, *size, PANELS[name].mode, bus))]


def test_places_are_told_as_a_technician_finds_them() -> None:
    assert place(DisplayConfig()) == "I2C bus 1, address 0x3c"
    assert place(DisplayConfig(bus=Bus.SPI, bus_number=0, chip_select=1)) == "SPI port 0, chip select 1"
    assert place(DisplayConfig(bus=Bus.FRAMEBUFFER, bus_number=0)) == "/dev/fb0"
