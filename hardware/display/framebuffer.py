"""A screen that the kernel drives: HDMI or DSI, as /dev/fbN.

luma has a driver for it as well, which goes through a full HD picture byte by byte, swaps red and blue on a Pi, and
knows nothing of rows that are longer than the picture is wide; so this is a small one of our own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hardware.config import DisplayConfig
from hardware.display.bus import Buses
from hardware.errors import DeviceError


class FramebufferPanel:
    """A framebuffer (an `OpenPanel`) of 16, 24 or 32 bits a pixel, in the order of the kernel's XRGB8888."""

    def __init__(self, display: DisplayConfig, buses: Buses) -> None:
        self._display = display
        self._name = f"fb{display.bus_number}"
        self._level = 255
        about = buses.graphics / self._name
        with self._in_words():
            width, height = (int(side) for side in (about / "virtual_size").read_text().split(","))
            self._bits = int((about / "bits_per_pixel").read_text())
            self._stride = int((about / "stride").read_text())  # bytes from row to row
            if (width, height) != (display.width, display.height):
                raise DeviceError(
                    f"display: /dev/{self._name} is {width}x{height}, but hardware.display says "
                    f"{display.width}x{display.height}; make them the same"
                )
            if self._bits not in (16, 24, 32):
                raise DeviceError(f"display: /dev/{self._name} has {self._bits} bits a pixel; expected 16, 24 or 32")
            self._file = (buses.devices / self._name).open("r+b", buffering=0)
        try:
            self._write(Image.new("RGB", (width, height)))
        except BaseException:
            self._file.close()
            raise

    def draw(self, image: Image.Image) -> None:
        """Write the picture, darker where the level is below 255: a screen has no contrast that could be set."""
        darker = [value * self._level // 255 for value in range(256)]
        turned = image.convert("RGB").rotate(-90 * self._display.rotate, expand=True)
        self._write(turned.point(darker * 3))

    def light(self, level: int) -> None:
        """Draw so bright from now on."""
        self._level = level

    def forget(self) -> None:
        """Do nothing: each picture is written whole."""

    def close(self, *, blank: bool) -> None:
        """Close it, black if it is to be blank."""
        with self._in_words(), self._file:
            if blank:
                self._write(Image.new("RGB", (self._display.width, self._display.height)))

    def _write(self, image: Image.Image) -> None:
        pixels = self._pixels(np.asarray(image))
        rows = np.zeros((pixels.shape[0], self._stride), np.uint8)
        rows[:, : pixels.shape[1]] = pixels
        with self._in_words():
            self._file.seek(0)
            self._file.write(rows.tobytes())

    def _pixels(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Rows of bytes as the framebuffer has them: blue comes first, and 16 bits are five, six and five."""
        height = rgb.shape[0]
        if self._bits == 16:
            red, green, blue = (rgb[..., channel].astype("<u2") for channel in range(3))
            packed = (red >> 3) << 11 | (green >> 2) << 5 | blue >> 3
            return packed.view(np.uint8).reshape(height, -1)
        pixels = np.zeros((*rgb.shape[:2], self._bits // 8), np.uint8)
        pixels[..., :3] = rgb[..., ::-1]
        return pixels.reshape(height, -1)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        device = f"display: /dev/{self._name}"
        try:
            yield
        except FileNotFoundError as error:
            raise DeviceError(f"{device} is not there; is a screen connected, and on when the Pi boots?") from error
        except PermissionError as error:
            raise DeviceError(f"{device} may not be opened; is the user in the group video?") from error
        except (OSError, ValueError) as error:
            raise DeviceError(f"{device} does not work ({error}); check the screen's cable") from error
