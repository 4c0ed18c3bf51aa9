"""The display under supervision: pictures that are sent once, faults that are mended, writes that hang.

It knows when a panel must be opened anew, and how it is spared while nobody looks. Of panels it knows that they can be
drawn on, lit and closed (`panels.OpenPanel`). All that touches the bus is done by one thread, for which nobody waits
longer than the contract says: an I2C bus without pull-ups can hold a write for ever.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from PIL import Image

from hardware.config import DisplayConfig
from hardware.display.opening import open_panel
from hardware.display.panels import OpenPanel, place
from hardware.display.testcard import test_card
from hardware.display.writer import CHECK, WRITING, Frame, PanelWriter, Sent
from hardware.errors import DeviceError
from hardware.health import Condition
from hardware.pins.factory import PinFactory, pin_factory
from hardware.ports import Health
from hardware.threads import Worker, no_event_loop

__all__ = ["SupervisedDisplay", "test_card"]

Opener: TypeAlias = Callable[[DisplayConfig, PinFactory], OpenPanel]

OPENING = 5.0  # seconds that opening and the first picture may take
CLOSING = 2.0  # seconds that blanking and closing may take
CARD = 1.0  # seconds that the test card is to be seen


class SupervisedDisplay:
    """A display (hardware.ports) of any kind in `hardware.display.panels.PANELS`."""

    def __init__(self, config: DisplayConfig, pins: PinFactory = pin_factory, open_panel: Opener = open_panel) -> None:
        self._config = config
        self._name = f"display: {config.driver} at {place(config)}"
        self._condition = Condition(f"{config.driver} {config.width}x{config.height}, {place(config)}")
        self._writer = PanelWriter(config, partial(open_panel, config, pins))
        self._worker: Worker | None = None
        self._pending: Future[Sent] | None = None  # what could not be waited for
        self._wanted = Frame(Image.new(config.mode, config.size).tobytes())
        self._shown: Frame | None = None  # None: not known
        self._turn = threading.RLock()
        self._closed = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as a person standing before it sees it."""
        return self._config.size

    @property
    def mode(self) -> str:
        """The Pillow mode of its pictures: "1" or "RGB"."""
        return self._config.mode

    def prepare(self) -> None:
        """Open the panel, and show the last picture, or black. Blocks up to 5 s."""
        with self._used():
            self._bring(OPENING)

    def show(self, image: Image.Image) -> None:
        """Show a picture; what is shown already is not sent again. Blocks up to 1 s.

        Opens the panel where it is not. Raises ValueError for a picture of another size or mode.
        """
        if (image.size, image.mode) != (self.size, self.mode):
            raise ValueError(f"a picture of {image.size} {image.mode} for a display of {self.size} {self.mode}")
        with self._used():
            self._wanted = Frame(image.tobytes())
            self._bring(WRITING)

    def rest(self, depth: int) -> None:
        """Dim the light, and move the last picture by 2 pixels at most. Blocks up to 1 s."""
        with self._used():
            self._wanted = replace(self._wanted, depth=depth)
            self._bring(WRITING)

    def health(self) -> Health:
        """How it is. Of a panel on SPI nobody can tell whether it is there."""
        return self._condition.health

    def self_test(self) -> Health:
        """Show a test card for a second, tell how long a whole picture takes, and show the last picture again."""
        card = Frame(test_card(self.size, self.mode).tobytes())
        with self._used():
            try:
                self._bring(OPENING)
                took = self._send(partial(self._writer.put_whole, card), WRITING).took
                time.sleep(CARD)
                self._bring(WRITING)
            except DeviceError:
                return self._condition.health
        health = self._condition.health
        return replace(health, what=f"{health.what}: a whole picture in {took * 1000:.0f} ms")

    def close(self) -> None:
        """Blank it and let go of it. Blocks up to 2 s."""
        self._end(self._writer.close)

    def leave(self) -> None:
        """Let go of it with its picture on it. Blocks up to 2 s."""
        self._end(self._writer.leave)

    def _end(self, how: Callable[[], None]) -> None:
        with self._turn:
            self._closed = True
            worker, self._worker = self._worker, None
            if worker is None:
                return
            closing = worker.begin(how)
            worker.end()
            if not wait((closing,), CLOSING).done:
                self._fail(f"{self._name} hangs, and can't be closed; {CHECK}")
            elif error := closing.exception():
                self._fail(str(error))
            self._condition.gone()

    @contextmanager
    def _used(self) -> Iterator[None]:
        no_event_loop()
        with self._turn:
            if self._closed:
                raise RuntimeError("used after it was closed")
            yield

    def _bring(self, limit: float) -> None:
        """Have what is wanted shown."""
        self._settle()
        if self._shown != self._wanted:
            self._send(partial(self._writer.put, self._wanted), limit)

    def _settle(self) -> None:
        """See what became of the call that could not be waited for. While it hangs, nothing else is begun."""
        if self._pending is None:
            return
        if not self._pending.done():
            raise self._fail(f"{self._name} still hangs; {CHECK}")
        pending, self._pending = self._pending, None
        with suppress(DeviceError):  # a panel that failed is opened anew by the next call
            self._take(pending.result())

    def _send(self, put: Callable[[], Sent], limit: float) -> Sent:
        self._shown = None
        if self._worker is None:
            self._worker = Worker("display")
        sending = self._worker.begin(put)
        if not wait((sending,), limit).done:
            self._pending = sending
            raise self._fail(f"{self._name} hangs: a picture takes longer than {limit:.0f} s; {CHECK}")
        try:
            return self._take(sending.result())
        except DeviceError as error:
            raise self._fail(str(error)) from error

    def _take(self, sent: Sent) -> Sent:
        self._shown = sent.frame
        self._condition.works()
        if sent.overcame:
            self._condition.had(sent.overcame)
        return sent

    def _fail(self, line: str) -> DeviceError:
        self._condition.lost(line)
        return DeviceError(line)
