"""Bringing lamps, buzzer and display in line with the panel. What a device can't do becomes an event.

Lamps are set and a sound begins at once. The display's bus is slow, so pictures are drawn and sent in a thread, the
newest only; while nobody is there it rests.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

from PIL import Image

from kiosk.app.current import Current
from kiosk.app.devices.health import DeviceTrouble, PartHealth
from kiosk.app.inbox import Inbox
from kiosk.app.stopwatch import Stopwatch
from kiosk.sale.events import CodeNotShowable, Part
from kiosk.sale.panel import Lights, Name, Panel, Sound
from kiosk.screens import CodeNotShowable as NotShowable
from kiosk.screens import Language, Style, render
from kiosk.screens.pages import Page, render_page

AGAIN = 5.0  # seconds between two tries of a device that failed
REST = 60.0  # seconds of the same picture after which the display rests, and between two moves of the resting picture
ANSWERS = frozenset({Name.SHOWING_CODE, Name.RELEASING, Name.DECLINED, Name.PAID})  # panels that an answer leads to
NOBODY = frozenset({Name.IDLE, Name.OUT_OF_SERVICE})  # panels that nobody need be looking at


class Front(Protocol):
    """The parts of a board that show and sound.

    All but `lamps`, `lamps_ail` and `sound` block, and are called in a thread. They raise DeviceTrouble, nothing else.
    """

    @property
    def size(self) -> tuple[int, int]:
        """Of the display, in pixels."""

    @property
    def mode(self) -> str:
        """Of the display's pictures: "1" or "RGB"."""

    def lamps(self, lights: Lights) -> None:
        """Shine as said."""

    def lamps_ail(self) -> bool:
        """Whether they stopped by themselves."""

    def mend_lamps(self) -> None:
        """Make them ready again."""

    def sound(self, sound: Sound) -> None:
        """Begin to play it."""

    def say(self, panel: Panel, language: Language) -> None:
        """Begin to say it, where there is a voice."""

    def show(self, image: Image.Image) -> None:
        """Show it on the display."""

    def rest(self, depth: int) -> None:
        """Dim the display, and move its picture."""


class Presenter:
    """Holds the newest panel and the tasks that follow it. `shown` is called when the display has a new picture."""

    def __init__(
        self,
        current: Current,
        front: Front,
        inbox: Inbox,
        language: Language,
        style: Style,
        stopwatch: Stopwatch,
        shown: Callable[[], None],
    ) -> None:
        self._current = current
        self._front = front
        self._inbox = inbox
        self._language = language
        self._style = style
        self._stopwatch = stopwatch
        self._shown = shown
        self._panel: Panel | None = None
        self._posted = 0.0
        self._changed = asyncio.Event()
        self._health = PartHealth(inbox)

    def present(self, panel: Panel, posted: float) -> None:
        """Show a panel. `posted`: when its cause was, in monotonic seconds."""
        before, self._panel, self._posted = self._panel, panel, posted
        if before is None or panel.lights != before.lights:
            self._try(Part.LAMPS, partial(self._front.lamps, panel.lights))
        if panel.sound and (before is None or panel.sound is not before.sound):
            self._try(Part.BUZZER, partial(self._front.sound, panel.sound))
        self._changed.set()

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
                self._health.failed(Part.DISPLAY, str(trouble))
                await asyncio.sleep(AGAIN)
                self._changed.set()
            else:
                self._health.works(Part.DISPLAY)
                if panel.name in ANSWERS:
                    self._stopwatch.took(f"answer to {panel.name}", time.monotonic() - posted)
                self._shown()

    async def relight(self) -> None:
        """Try lamps that failed again, for ever: nothing else is sent to them while the panel stays as it is."""
        while True:
            await asyncio.sleep(AGAIN)
            if self._health.ails(Part.LAMPS) or self._front.lamps_ail():
                with contextlib.suppress(DeviceTrouble):
                    await asyncio.to_thread(self._front.mend_lamps)
                    if panel := self._panel:
                        self._try(Part.LAMPS, partial(self._front.lamps, panel.lights))

    async def _rest(self, depth: int) -> None:
        """Spare the display while nobody is there. A code is not dimmed: it is there to be scanned."""
        panel = self._panel
        if panel is None or panel.name not in NOBODY or panel.qr or self._health.ails(Part.DISPLAY):
            return
        try:
            await asyncio.to_thread(self._front.rest, depth)
        except DeviceTrouble as trouble:
            self._health.failed(Part.DISPLAY, str(trouble))
            self._changed.set()

    def _draw(self, panel: Panel) -> None:
        self._front.say(panel, self._language)
        size, mode = self._front.size, self._front.mode
        if panel.name is Name.SERVICE and (page := self._current.page):
            self._front.show(_picture(page, size, mode))
            return
        self._front.show(render(panel, language=self._language, size=size, mode=mode, style=self._style))

    def _try(self, part: Part, act: Callable[[], None]) -> None:
        try:
            act()
        except DeviceTrouble as trouble:
            self._health.failed(part, str(trouble))
        else:
            self._health.works(part)


def _picture(page: Page, size: tuple[int, int], mode: str) -> Image.Image:
    """The page; a code that this display is too small for is left out, and said so."""
    try:
        return render_page(page, size, mode)
    except NotShowable as trouble:
        return render_page(replace(page, code=None, lines=(str(trouble), *page.lines)), size, mode)
