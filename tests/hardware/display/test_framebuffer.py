"""A screen as /dev/fbN: a file stands for the device, and a folder for what the kernel says of it."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from gpiozero.pins.mock import MockFactory
from PIL import Image

from hardware.config import Bus, DisplayConfig
from hardware.display.bus import SYSTEM, Buses
from hardware.display.opening import open_panel
from hardware.display.panels import OpenPanel
from hardware.display.supervised import SupervisedDisplay
from hardware.errors import DeviceError

SCREEN = DisplayConfig("framebuffer", 64, 48, "RGB", Bus.FRAMEBUFFER, 0)


def machine(place: Path, *, bits: int = 32, stride: int | None = None, size: str = "64,48") -> Buses:
    """A machine with one screen."""
    stride = stride or 64 * bits // 8
    about = place / "graphics" / "fb0"
    about.mkdir(parents=True)
    for name, value in (("virtual_size", size), ("bits_per_pixel", bits), ("stride", stride)):
        (about / name).write_text(f"{value}\n")
    (place / "fb0").write_bytes(b"\x55" * stride * 48)
    return replace(SYSTEM, devices=place, graphics=place / "graphics")


def opened(buses: Buses, screen: DisplayConfig = SCREEN) -> OpenPanel:
    return open_panel(screen, MockFactory, buses)


def noise(size: tuple[int, int], seed: int = 1) -> Image.Image:
    width, height = size
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))


def seen(buses: Buses, bits: int = 32, stride: int | None = None) -> Image.Image:
    """What the screen shows, as the kernel's documents have it: XRGB8888, RGB888 and RGB565, little-endian."""
    rows = np.frombuffer((buses.devices / "fb0").read_bytes(), np.uint8).reshape(48, stride or 64 * bits // 8)
    pixels = rows[:, : 64 * bits // 8].reshape(48, 64, bits // 8)
    if bits == 16:
        packed = pixels.copy().view("<u2")[..., 0]
        return Image.fromarray(
            np.stack([packed >> 11 << 3, packed >> 5 << 2 & 0xFC, packed << 3 & 0xF8], axis=-1).astype(np.uint8)
        )
    return Image.fromarray(np.ascontiguousarray(pixels[..., 2::-1]))


@pytest.mark.parametrize("stride", [None, 320])
@pytest.mark.parametrize("bits", [16, 24, 32])
def test_a_screen_shows_the_picture_in_the_kernel_s_order_of_bytes(
    tmp_path: Path, bits: int, stride: int | None
) -> None:
    buses = machine(tmp_path, bits=bits, stride=stride)
    panel = opened(buses)
    assert not np.asarray(seen(buses, bits, stride)).any()
    picture = noise((64, 48))
    panel.draw(picture)
    expected = np.asarray(picture) & ((0xF8, 0xFC, 0xF8) if bits == 16 else 0xFF)
    assert np.array_equal(np.asarray(seen(buses, bits, stride)), expected)
    panel.close(blank=True)
    assert not np.asarray(seen(buses, bits, stride)).any()
    assert (buses.devices / "fb0").stat().st_size == (stride or 64 * bits // 8) * 48


@pytest.mark.parametrize("rotate", [0, 1, 2, 3])
def test_a_screen_that_is_mounted_turned_shows_the_picture_upright(tmp_path: Path, rotate: int) -> None:
    buses = machine(tmp_path)
    screen = replace(SCREEN, rotate=rotate)
    panel = opened(buses, screen)
    picture = noise(screen.size)
    panel.draw(picture)
    assert np.array_equal(np.asarray(seen(buses).rotate(90 * rotate, expand=True)), np.asarray(picture))
    panel.close(blank=False)
    assert np.asarray(seen(buses)).any()


def test_a_screen_shows_black_and_white_pictures_too(tmp_path: Path) -> None:
    buses = machine(tmp_path)
    panel = opened(buses, replace(SCREEN, mode="1"))
    picture = noise((64, 48)).convert("1")
    panel.draw(picture)
    assert np.array_equal(np.asarray(seen(buses)), np.asarray(picture.convert("RGB")))
    panel.close(blank=True)


def test_a_screen_of_another_size_is_told_with_both_sizes(tmp_path: Path) -> None:
    with pytest.raises(DeviceError) as trouble:
        opened(machine(tmp_path, size="1920,1080"))
    line = "display: /dev/fb0 is 1920x1080, but hardware.display says 64x48; make them the same"
    assert str(trouble.value) == line


def test_a_screen_of_few_colours_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="/dev/fb0 has 8 bits a pixel; expected 16, 24 or 32"):
        opened(machine(tmp_path, bits=8))


def test_a_screen_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="/dev/fb1 is not there; is a screen connected, and on when the Pi boots"):
        opened(machine(tmp_path), replace(SCREEN, bus_number=1))


def test_a_screen_that_may_not_be_opened_is_told(tmp_path: Path) -> None:
    buses = machine(tmp_path)
    with pytest.raises(DeviceError, match="/dev/fb0 may not be opened; is the user in the group video"):
        opened(replace(buses, devices=_Locked(tmp_path)))


class _Locked(type(Path())):  # the tests may run as root, who may open anything
    """A folder of devices that are for others."""

    def open(self, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")


def test_a_screen_that_fails_is_told_and_left_closed(tmp_path: Path) -> None:
    buses = machine(tmp_path)
    panel = opened(buses)
    (tmp_path / "fb0").unlink()
    (tmp_path / "fb0").symlink_to("/dev/full")
    with pytest.raises(DeviceError, match=r"/dev/fb0 does not work .*; check the screen's cable"):
        opened(buses)
    panel.close(blank=False)


def test_a_kernel_that_says_nonsense_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="/dev/fb0 does not work"):
        opened(machine(tmp_path, size="none"))


def test_a_screen_as_a_display_rests_darker_and_wakes(tmp_path: Path) -> None:
    buses = machine(tmp_path)
    display = SupervisedDisplay(SCREEN, MockFactory, partial(open_panel, buses=buses))
    white = Image.new("RGB", (64, 48), "white")
    display.show(white)
    assert seen(buses).getpixel((30, 20)) == (255, 255, 255)
    display.rest(1)
    assert seen(buses).getpixel((30, 20)) == (63, 63, 63)
    assert seen(buses).getpixel((0, 0)) == (0, 0, 0)
    display.show(white)
    assert seen(buses).getpixel((0, 0)) == (255, 255, 255)
    assert display.health().what == "framebuffer 64x48, /dev/fb0"
    display.close()
    assert not np.asarray(seen(buses)).any()
