"""A board from the [hardware] table of a configuration: what is left out keeps its default, what is given arrives."""

import tomllib

import pytest

from hardware.config import (
    BoardConfig,
    Bus,
    BuzzerConfig,
    CameraConfig,
    CameraKind,
    DisplayConfig,
    InputDeviceConfig,
    KeyTiming,
    LedsConfig,
    MatrixConfig,
    RgbConfig,
    TrafficLightsConfig,
)
from hardware.table import board_from, table_of


def board(text: str) -> BoardConfig:
    return board_from(tomllib.loads(text))


def test_an_empty_table_is_the_board_of_the_wiring_page() -> None:
    assert board("") == BoardConfig("raspberrypi")


def test_a_3x4_pad_is_other_data_only() -> None:
    text = '[keypad]\nrows = [5, 6, 13, 19]\ncolumns = [12, 16, 20]\nkeys = "123456789*0#"\nhold = 3.0'
    wanted = MatrixConfig((5, 6, 13, 19), (12, 16, 20), "123456789*0#", timing=KeyTiming(hold=3.0))
    assert board(text).keypad == wanted


def test_a_usb_pad_is_an_input_device() -> None:
    text = '[keypad]\nkind = "input_device"\ndevice = "/dev/input/by-id/pad"\nchords = []\nrows = [1]'
    assert board(text).keypad == InputDeviceConfig("/dev/input/by-id/pad", chords=())


@pytest.mark.parametrize(
    ("text", "lamps"),
    [
        ("ready = 4\nactive_high = false", LedsConfig(ready=4, active_high=False)),
        ('kind = "rgb"\nred = 1\ngreen = 2\nblue = 3\nready = 17', RgbConfig(1, 2, 3)),
        ('kind = "traffic_lights"\nred = 9\namber = 10\ngreen = 11', TrafficLightsConfig(9, 10, 11)),
    ],
)
def test_lamps_are_of_one_of_three_kinds(text: str, lamps: object) -> None:
    assert board(f"[lamps]\n{text}").lamps == lamps


@pytest.mark.parametrize(
    ("text", "display"),
    [
        ('driver = "sh1106"', DisplayConfig("sh1106", 128, 64)),
        ('driver = "ssd1351"\nheight = 128', DisplayConfig("ssd1351", 128, 128, "RGB", Bus.SPI, 0)),
        ('driver = "st7789"\nwidth = 320\nheight = 240\nrotate = 270\nreset = false\nbacklight = 18',
         DisplayConfig("st7789", 320, 240, "RGB", Bus.SPI, 0, reset=None, backlight=18, rotate=3)),
        ('driver = "framebuffer"\nwidth = 800\nheight = 480',
         DisplayConfig("framebuffer", 800, 480, "RGB", Bus.FRAMEBUFFER, 0)),
        ('driver = "ssd1306"\nbus = "spi"\nbus_number = 1',
         DisplayConfig("ssd1306", 128, 64, bus=Bus.SPI, bus_number=1)),
    ],
)  # fmt: skip
def test_what_a_display_leaves_out_follows_from_its_driver(text: str, display: DisplayConfig) -> None:
    assert board(f"[display]\n{text}").display == display


def test_a_usb_camera_has_its_own_default_device() -> None:
    assert board('[camera]\nkind = "v4l2"').camera == CameraConfig(CameraKind.V4L2, "/dev/video0")
    assert board('[camera]\ndevice = "1"').camera == CameraConfig(CameraKind.PICAMERA2, "1")


def test_a_buzzer_is_there_only_when_it_is_named() -> None:
    assert board("").buzzer is None
    assert board("[buzzer]\npin = 18").buzzer == BuzzerConfig(18)


def test_no_confirm_sensor_is_said_with_false() -> None:
    assert board("[release]\nconfirm = false").release.confirm is None
    assert board("[release]\nconfirm = 4").release.confirm == 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        '[keypad]\nkind = "input_device"\ndevice = "pad"\nhold = 3.0',
        '[lamps]\nkind = "rgb"\nred = 5\ngreen = 6\nblue = 13',
        '[lamps]\nkind = "traffic_lights"\nred = 9\namber = 10\ngreen = 11\n[buzzer]\npin = 18',
        '[display]\ndriver = "st7789"\nwidth = 240\nheight = 240\nrotate = 90\nbacklight = 18',
        '[camera]\nkind = "v4l2"\n[release]\nconfirm = 4\npulse = 0.2\n[decoder]\nsightings = 1',
    ],
)
def test_a_board_spelt_out_is_the_same_board(text: str) -> None:
    spelt = table_of(board(text))
    assert board_from(spelt) == board(text)
    assert all(key in spelt[name] for name, part in tomllib.loads(text).items() for key in part)
