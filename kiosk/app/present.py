"""Bringing lamps, display and camera in line with the panel. What a device can't do becomes an event, never an error.

Lamps are set at once. The display's bus is slow, so pictures are drawn and sent in a thread, the newest only. The
camera looks exactly while the panel says so.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol

from PIL import Image

from kiosk.app.inbox import Inbox
from kiosk.app.stopwatch import Stopwatch
from kiosk.sale.events import CodeNotShowable, CodeScanned, Part, PartFailed, PartRecovered
from kiosk.sale.order import Secret
from kiosk.sale.panel import Lights, Name, Panel
from kiosk.screens import CodeNotShowable as NotShowable
from kiosk.screens import Language, render

_log = logging.getLogger(__name__)
AGAIN = 5.0  # seconds between two tries of a device that failed
FRAME = 0.5  # seconds to wait for a camera frame
ANSWERS = frozenset({Name.SHOWING_CODE, Name.RELEASING, Name.DECLINED, Name.PAID})  # panels that an answer leads to


class DeviceTrouble(Exception):  # noqa: N818 - a device in trouble, not an error of the program
    """A device does not work; one line for a person."""


class Front(Protocol):
    """The parts of a board that show and see.

    All but `lamps` block, and are called in a thread. They raise DeviceTrouble and nothing else.
    """

    @property
    def size(self) -> tuple[int, int]: ...  # noqa: D102 - of the display, in pixels
    @property
    def mode(self) -> str: ...  # noqa: D102 - of the display's pictures: "1" or "RGB"

    def lamps(self, lights: Lights) -> None: ...  # noqa: D102 - shine as said
    def show(self, image: Image.Image) -> None: ...  # noqa: D102 - on the display
    def start_camera(self) -> None: ...  # noqa: D102 - begin to look
    def read_codes(self, timeout: float) -> tuple[str, ...]: ...  # noqa: D102 - of one frame
    def stop_camera(self) -> None: ...  # noqa: D102 - look no more


class Presenter:
    """Holds the newest panel and two tasks that follow it. `shown` is called when the display has a new picture."""

    def __init__(
        self, front: Front, inbox: Inbox, language: Language, stopwatch: Stopwatch, shown: Callable[[], None]
    ) -> None:
        self._front = front
        self._inbox = inbox
        self._language = language
        self._stopwatch = stopwatch
        self._shown = shown
        self._panel: Panel | None = None
        self._posted = 0.0
        self._changed = asyncio.Event()
        self._look = asyncio.Event()
        self._broken: set[Part] = set()

    def present(self, panel: Panel, posted: float) -> None:
        """Show a panel. `posted`: when its cause was, in monotonic seconds."""
        lights = self._panel.lights if self._panel else None
        self._panel, self._posted = panel, posted
        if panel.lights != lights:
            try:
                self._front.lamps(panel.lights)
            except DeviceTrouble as trouble:
                self._failed(Part.LAMPS, trouble)
            else:
                self._works(Part.LAMPS)
        self._changed.set()
        if panel.camera:
            self._look.set()
        else:
            self._look.clear()

    async def draw(self) -> None:
        """Keep the display showing the newest panel, for ever."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            panel, posted = self._panel, self._posted
            if panel is None:
                continue
            try:
                await asyncio.to_thread(self._draw, panel)
            except NotShowable as trouble:
                self._inbox.post(CodeNotShowable(str(trouble)))
            except DeviceTrouble as trouble:
                self._failed(Part.DISPLAY, trouble)
                await asyncio.sleep(AGAIN)
                self._changed.set()
            else:
                self._works(Part.DISPLAY)
                if panel.name in ANSWERS:
                    self._stopwatch.took(f"answer to {panel.name}", time.monotonic() - posted)
                self._shown()

    async def watch(self) -> None:
        """Look for codes while the panel says so, for ever."""
        while True:
            if Part.CAMERA in self._broken:
                await asyncio.sleep(AGAIN)  # and try whether it looks again, so that its product comes back
            else:
                await self._look.wait()
            try:
                await asyncio.to_thread(self._front.start_camera)
                try:
                    await self._scan()
                finally:
                    await asyncio.to_thread(self._front.stop_camera)
            except DeviceTrouble as trouble:
                self._failed(Part.CAMERA, trouble)
            else:
                self._works(Part.CAMERA)

    async def _scan(self) -> None:
        while self._look.is_set():
            for text in await asyncio.to_thread(self._front.read_codes, FRAME):
                if self._look.is_set():
                    self._inbox.post(CodeScanned(Secret(text)))

    def _draw(self, panel: Panel) -> None:
        self._front.show(render(panel, language=self._language, size=self._front.size, mode=self._front.mode))

    def _failed(self, part: Part, trouble: DeviceTrouble) -> None:
        if part not in self._broken:
            _log.error("%s: %s", part, trouble, extra={"EVENT": "PartFailed"})
        self._broken.add(part)
        self._inbox.post(PartFailed(part, str(trouble)))

    def _works(self, part: Part) -> None:
        if part in self._broken:
            self._broken.discard(part)
            self._inbox.post(PartRecovered(part))
