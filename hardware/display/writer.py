"""A panel in the hands of one thread: pictures are put on it, and a panel that fails is opened anew.

It knows how often a write is tried, and when one counts as hanging. Nobody's waiting is its concern: that is
`hardware.display.supervised`'s, whose thread makes all the calls.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image

from hardware.config import DisplayConfig
from hardware.display.panels import OpenPanel, place
from hardware.errors import DeviceError

WRITING = 1.0  # seconds that a picture may take
TRIES = 2  # of an open panel, before it is opened anew
DIM = 4  # while the display rests, its light is divided by this
CHECK = "check its cable and supply, and the pull-ups of its data and clock"

# Where the picture stands while the display rests, by depth (right, down): edges that stand still burn in.
OFFSETS = ((0, 0), (1, 1), (2, 0), (1, -1), (0, -2), (-1, -1), (-2, 0), (-1, 1))


@dataclass(frozen=True, slots=True)
class Frame:
    """What a display is to show: the bytes of a picture, and how deeply it rests."""

    pixels: bytes
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame that was sent. `took`: seconds, without opening. `overcame`: the fault on the way, if there was one."""

    frame: Frame
    took: float
    overcame: str | None = None


class _Hung(DeviceError):  # noqa: N818 - what happened, as with its base
    """A picture took longer than it may: the panel is in a state that nobody knows."""


class PanelWriter:
    """Holds the panel, opens and closes it. Every call may block for as long as the bus does; raises DeviceError."""

    def __init__(self, config: DisplayConfig, opening: Callable[[], OpenPanel]) -> None:
        self._config = config
        self._opening = opening
        self._panel: OpenPanel | None = None
        self._level: int | None = None  # of the light; None: not known

    def put(self, frame: Frame) -> Sent:
        """Show the frame: at the second try if need be, and then on the panel opened anew. One that hung is left."""
        overcame: DeviceError | None = None
        if self._panel is not None:
            for _ in range(TRIES):
                try:
                    return self._sent(self._panel, frame, overcame)
                except _Hung:
                    self._leave()
                    raise
                except DeviceError as error:
                    overcame = overcame or error
            self._leave()
        panel = self._panel = self._opening()
        try:
            return self._sent(panel, frame, overcame)
        except DeviceError:
            self._leave()
            raise

    def put_whole(self, frame: Frame) -> Sent:
        """Show the frame, with every pixel sent."""
        if self._panel is not None:
            self._panel.forget()
        return self.put(frame)

    def close(self) -> None:
        """Leave the panel black and off."""
        panel, self._panel = self._panel, None
        if panel is not None:
            panel.close(blank=True)

    def leave(self) -> None:
        """Let go of the panel with its picture on it."""
        panel, self._panel = self._panel, None
        if panel is not None:
            panel.close(blank=False)

    def _sent(self, panel: OpenPanel, frame: Frame, overcame: DeviceError | None) -> Sent:
        return Sent(frame, self._draw(panel, frame), str(overcame) if overcame else None)

    def _draw(self, panel: OpenPanel, frame: Frame) -> float:
        """Draw it, and tell how many seconds that took. Raises DeviceError; _Hung when it was held up for too long."""
        level = self._config.contrast // DIM if frame.depth else self._config.contrast
        if frame.depth:
            panel.forget()  # time to heal what noise on the bus may have spoiled
        picture = self._picture(frame)
        failed: DeviceError | None = None
        began = time.monotonic()
        try:
            if level != self._level:
                panel.light(level)
            panel.draw(picture)
        except DeviceError as error:
            failed = error
        took = time.monotonic() - began
        if took > WRITING:
            where = f"{self._config.driver} at {place(self._config)}"
            raise _Hung(f"display: {where} took {took:.1f} s for a picture; {CHECK}") from failed
        if failed is not None:
            panel.forget()
            self._level = None
            raise failed
        self._level = level
        return took

    def _leave(self) -> None:
        """Close it, as it is: it does not do what it is told."""
        panel, self._panel, self._level = self._panel, None, None
        if panel is not None:
            with suppress(DeviceError):  # what it failed at before is the one to tell
                panel.close(blank=False)

    def _picture(self, frame: Frame) -> Image.Image:
        """The frame's picture, moved as it rests."""
        picture = Image.frombytes(self._config.mode, self._config.size, frame.pixels)
        if not frame.depth:
            return picture
        moved = Image.new(picture.mode, picture.size)
        moved.paste(picture, OFFSETS[frame.depth % len(OFFSETS)])
        return moved
