"""luma's drivers, mended: what stands before and behind them in the line of their bases. Loads luma.

Behind each, before luma's own `device`: no exit hook, which would blank the screen at every restart, and would keep
every device that was ever opened. Before some: where luma always sends whole pictures, only what changed is sent. At
100 kHz, which is what a Pi's I2C does by default, a whole picture of 128x64 takes a tenth of a second.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Protocol, cast

import luma.core.device
import numpy as np
from luma.core.framebuffer import diff_to_previous
from numpy.typing import NDArray
from PIL import Image

from hardware.display.panels import Panel

Pages = NDArray[np.uint8]  # pages x columns; eight pixels below each other in each byte, the upper one lowest


class Device(Protocol):
    """What is used of luma's devices."""

    persist: bool

    def display(self, image: Image.Image) -> None:
        """Show a picture of the panel's size and mode."""

    def contrast(self, level: int) -> None:
        """Shine at a level, 0 to 255."""

    def clear(self) -> None:
        """Show black."""

    def hide(self) -> None:
        """Turn the panel off; its memory is kept."""


class Mended(luma.core.device.device):  # type: ignore[misc]  # luma ships no types
    """A device without an exit hook, whose memory of what was sent is given to its class as `framebuffer`."""

    def __init__(self, const: object, serial_interface: object) -> None:
        self._const = const
        self._serial_interface = serial_interface

    def init_framebuffer(self, *_: object) -> None:
        """Make no other."""


class Windowed(luma.core.device.device):  # type: ignore[misc]  # likewise
    """A driver of colours that can send a part of a picture."""

    def display(self, image: Image.Image) -> None:
        """Send what changed."""
        for part, box in self.framebuffer.redraw(self.preprocess(image)):
            self.set_window(*box)
            self.data(part.tobytes())


class Paged(luma.core.device.device):  # type: ignore[misc]  # likewise
    """A driver of pages, which writes each from any column on."""

    before = 0  # columns of the controller to the left of the panel

    def display(self, image: Image.Image) -> None:
        """Send what changed, in whole pages."""
        turned = self.preprocess(image)
        for _, (left, top, right, bottom) in self.framebuffer.redraw(turned):
            first, end = top // 8, (bottom + 7) // 8
            pixels = np.asarray(turned.crop((left, first * 8, right, end * 8)))
            self.send(left, first, np.packbits(pixels, axis=0, bitorder="little"))

    def send(self, left: int, first: int, pages: Pages) -> None:
        """Send pages from the `first` on, from the column `left` on."""
        column = left + self.before
        for number, page in enumerate(pages, first):
            self.command(0xB0 | number, column & 0x0F, 0x10 | column >> 4)
            self.data(page.tobytes())


class PagedSh1106(Paged):
    """Its panel is two columns narrower on each side than the controller."""

    before = 2


class PagedSsd1306(Paged):
    """It takes several pages at a time."""

    def send(self, left: int, first: int, pages: Pages) -> None:
        """Send them in a window."""
        start, end = self._colstart + left, self._colstart + left + pages.shape[1] - 1
        self.command(self._const.COLUMNADDR, start, end, self._const.PAGEADDR, first, first + len(pages) - 1)
        self.data(pages.tobytes())


class AsLuma:
    """As luma does it: whole pictures, or what changed where its driver knows how to."""


SENDING: dict[str, type] = {
    "ssd1306": PagedSsd1306,
    "ssd1309": PagedSsd1306,
    "sh1106": PagedSh1106,
    "sh1107": Paged,
    "st7789": Windowed,
}


def driver(name: str, panel: Panel, seen: diff_to_previous) -> Callable[..., Device]:
    """The class that drives a panel; `seen` remembers what was sent. Loads luma's drivers."""
    sending = SENDING.get(name, AsLuma)
    lumas = getattr(import_module(panel.module), name)

    class Driver(sending, lumas, Mended):  # type: ignore[misc, valid-type]  # which ones, the configuration says
        """How it sends, the controller's commands, and the device below them, each calling the next."""

        framebuffer = seen

    return cast("Callable[..., Device]", Driver)
