"""Bringing lamps, buzzer, display and camera in line with the panel. What a device can't do becomes an event.

Lamps are set and a sound begins at once. The display's bus is slow, so pictures are drawn and sent in a thread, the
newest only; while nobody is there it rests. The camera looks exactly while the panel says so.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

from PIL import Image

from kiosk.app.inbox import Inbox
from kiosk.app.stopwatch import Stopwatch
from kiosk.sale.events import CodeNotShowable, CodeScanned, Part, PartFailed, PartRecovered
from kiosk.sale.order import Secret
from kiosk.sale.panel import Lights, Name, Panel, Sound
from kiosk.screens import CodeNotShowable as NotShowable
from kiosk.screens import Language, Style, render
from kiosk.screens.pages import Page, render_page

_log = logging.getLogger(__name__)
AGAIN = 5.0  # seconds between two tries of a device that failed
FRAME = 0.5  # seconds to wait for a camera frame
REST = 60.0  # seconds of the same picture after which the display rests, and between two moves of the resting picture
ANSWERS = frozenset({Name.SHOWING_CODE, Name.RELEASING, Name.DECLINED, Name.PAID})  # panels that an answer leads to
NOBODY = frozenset({Name.IDLE, Name.OUT_OF_SERVICE})  # panels that nobody need be looking at


class DeviceTrouble(Exception):  # noqa: N818 - a device in trouble, not an error of the program
    """A device does not work; one line for a person."""


class Front(Protocol):
    """The parts of a board that show, sound and see.

    All but `lamps` and `sound` block, and are called in a thread. They raise DeviceTrouble and nothing else.
    """

    @property
    def size(self) -> tuple[int, int]: ...  # noqa: D102 - of the display, in pixels
    @property
    def mode(self) -> str: ...  # noqa: D102 - of the display's pictures: "1" or "RGB"

    def lamps(self, lights: Lights) -> None: ...  # noqa: D102 - shine as said
    def lamps_ail(self) -> bool: ...  # noqa: D102 - they stopped by themselves
    def mend_lamps(self) -> None: ...  # noqa: D102 - make them ready again
    def sound(self, sound: Sound) -> None: ...  # noqa: D102 - begin to play it
    def show(self, image: Image.Image) -> None: ...  # noqa: D102 - on the display
    def rest(self, depth: int) -> None: ...  # noqa: D102 - dim the display, and move its picture
    def test_camera(self) -> None: ...  # noqa: D102 - see whether it looks
    def start_camera(self) -> None: ...  # noqa: D102 - begin to look
    def read_codes(self, timeout: float) -> tuple[str, ...]: ...  # noqa: D102 - of one frame
    def stop_camera(self) -> None: ...  # noqa: D102 - look no more


class Presenter:
    """Holds the newest panel and the tasks that follow it. `shown` is called when the display has a new picture.

    `page` gives the technician's page, which stands on the display instead of the panel while there is one.
    """

    def __init__(
        self,
        front: Front,
        inbox: Inbox,
        language: Language,
        style: Style,
        stopwatch: Stopwatch,
        shown: Callable[[], None],
        page: Callable[[], Page | None],
    ) -> None:
        self._page = page
        self._front = front
        self._inbox = inbox
        self._language = language
        self._style = style
        self._stopwatch = stopwatch
        self._shown = shown
        self._panel: Panel | None = None
        self._posted = 0.0
        self._changed = asyncio.Event()
        self._look = asyncio.Event()
        self._broken: set[Part] = set()

    def present(self, panel: Panel, posted: float) -> None:
        """Show a panel. `posted`: when its cause was, in monotonic seconds."""
        before, self._panel, self._posted = self._panel, panel, posted
        if before is None or panel.lights != before.lights:
            self._try(Part.LAMPS, partial(self._front.lamps, panel.lights))
        if panel.sound and (before is None or panel.sound is not before.sound):
            self._try(Part.BUZZER, partial(self._front.sound, panel.sound))
        self._changed.set()
        if panel.camera:
            self._look.set()
        else:
            self._look.clear()

    def again(self) -> None:
        """Show the panel anew: the parts were somebody else's for a while."""
        if panel := self._panel:
            self._try(Part.LAMPS, partial(self._front.lamps, panel.lights))
            self._changed.set()

    def turn(self) -> None:
        """There is another page, or none any more."""
        self._changed.set()

    def speak(self, language: Language) -> None:
        """Show it in this language from now on."""
        self._language = language
        self._changed.set()

    async def draw(self) -> None:
        """Keep the display showing the newest panel, for ever."""
        depth = 0
        while True:
            try:
                async with asyncio.timeout(REST):
                    await self._changed.wait()
            except TimeoutError:
                depth += 1
                await self._rest(depth)
                continue
            depth = 0
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
        """Look for codes while the panel says so, for ever. A camera that fails is tried until it looks again."""
        tested = False
        while True:
            try:
                if not tested:
                    await asyncio.to_thread(self._front.test_camera)
                    self._works(Part.CAMERA)
                    tested = True
                await self._look.wait()
                await asyncio.to_thread(self._front.start_camera)
                try:
                    await self._scan()
                finally:
                    await asyncio.to_thread(self._front.stop_camera)
            except DeviceTrouble as trouble:
                tested = False
                self._failed(Part.CAMERA, trouble)
                await asyncio.sleep(AGAIN)

    async def relight(self) -> None:
        """Try lamps that failed again, for ever: nothing else is sent to them while the panel stays as it is."""
        while True:
            await asyncio.sleep(AGAIN)
            if Part.LAMPS in self._broken or self._front.lamps_ail():
                with contextlib.suppress(DeviceTrouble):
                    await asyncio.to_thread(self._front.mend_lamps)
                    if panel := self._panel:
                        self._try(Part.LAMPS, partial(self._front.lamps, panel.lights))

    async def _scan(self) -> None:
        while self._look.is_set():
            for text in await asyncio.to_thread(self._front.read_codes, FRAME):
                if self._look.is_set():
                    self._inbox.post(CodeScanned(Secret(text)))

    async def _rest(self, depth: int) -> None:
        """Spare the display while nobody is there. A code is not dimmed: it is there to be scanned."""
        panel = self._panel
        if panel is None or panel.name not in NOBODY or panel.qr or Part.DISPLAY in self._broken:
            return
        try:
            await asyncio.to_thread(self._front.rest, depth)
        except DeviceTrouble as trouble:
            self._failed(Part.DISPLAY, trouble)
            self._changed.set()

    def _draw(self, panel: Panel) -> None:
        size, mode = self._front.size, self._front.mode
        if panel.name is Name.SERVICE and (page := self._page()):
            self._front.show(_picture(page, size, mode))
            return
        self._front.show(render(panel, language=self._language, size=size, mode=mode, style=self._style))

    def _try(self, part: Part, act: Callable[[], None]) -> None:
        try:
            act()
        except DeviceTrouble as trouble:
            self._failed(part, trouble)
        else:
            self._works(part)

    def _failed(self, part: Part, trouble: DeviceTrouble) -> None:
        if part not in self._broken:
            _log.error("%s: %s", part, trouble, extra={"EVENT": "PartFailed"})
        self._broken.add(part)
        self._inbox.post(PartFailed(part, str(trouble)))

    def _works(self, part: Part) -> None:
        if part in self._broken:
            _log.info("%s works again", part, extra={"EVENT": "PartRecovered"})
            self._broken.discard(part)
            self._inbox.post(PartRecovered(part))


def _picture(page: Page, size: tuple[int, int], mode: str) -> Image.Image:
    """The page; a code that this display is too small for is left out, and said so."""
    try:
        return render_page(page, size, mode)
    except NotShowable as trouble:
        return render_page(replace(page, code=None, lines=(str(trouble), *page.lines)), size, mode)
