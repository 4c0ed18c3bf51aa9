"""Watching the camera: what is in view from the start is no code that a shopper holds up, unless it pays."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from waits import until

from kiosk.app.devices import scan
from kiosk.app.devices.health import DeviceTrouble
from kiosk.app.devices.scan import Scanner
from kiosk.app.inbox import Inbox
from kiosk.sale.events import CodeScanned, Event, Part, PartFailed, PartRecovered

pytestmark = pytest.mark.anyio
POSTER, CODE, RECEIPT = "https://shop.example", "281010897274821897274821", "receipt 17"


class View:
    """A camera with its decoder, and what is in view. `calls`: what was asked of it, without the frames."""

    def __init__(self) -> None:
        self.texts: tuple[str, ...] = ()
        self.calls: list[str] = []
        self.frames = 0
        self.trouble = ""

    def test_camera(self) -> None:
        self.calls.append("test")
        if self.trouble:
            raise DeviceTrouble(self.trouble)

    def start_camera(self) -> None:
        self.calls.append("start")

    def read_codes(self, timeout: float) -> tuple[str, ...]:
        self.frames += 1
        time.sleep(min(timeout, 0.005))
        if self.trouble:
            raise DeviceTrouble(self.trouble)
        return self.texts

    def stop_camera(self) -> None:
        self.calls.append("stop")


class Clock:
    """Stands, until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


class Scene:
    def __init__(self) -> None:
        self.view, self.clock = View(), Clock()
        self.inbox = Inbox(asyncio.get_running_loop())
        self.scanner = Scanner(self.view, self.inbox)
        self.heard: list[Event] = []

    async def listen(self) -> None:
        while True:
            self.heard += (await self.inbox.next()).events

    def said(self) -> set[tuple[str, bool]]:
        return {(one.code.value, one.held_up) for one in self.heard if isinstance(one, CodeScanned)}

    async def frame(self) -> None:
        """Wait for a frame that was begun and read from now on."""
        count = self.view.frames
        await until(lambda: self.view.frames > count + 1)
        await asyncio.sleep(0)


@asynccontextmanager
async def watching(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    scene = Scene()
    monkeypatch.setattr(scan, "time", scene.clock)
    monkeypatch.setattr(scan, "AGAIN", 0.02)
    tasks = [asyncio.create_task(work) for work in (scene.listen(), scene.scanner.watch())]
    try:
        yield scene
    finally:
        scene.scanner.look(wanted=False)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def test_a_poster_is_there_all_along_and_a_receipt_is_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async with watching(monkeypatch) as scene:
        scene.view.texts = (POSTER,)
        scene.scanner.look(wanted=True)
        await scene.frame()
        scene.clock.now += 2 * scan.AT_START
        scene.view.texts = (POSTER, RECEIPT, CODE)
        await scene.frame()
        await until(lambda: scene.said() == {(POSTER, False), (RECEIPT, True), (CODE, True)})


async def test_what_left_and_comes_back_is_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async with watching(monkeypatch) as scene:
        scene.view.texts = (RECEIPT,)
        scene.scanner.look(wanted=True)
        for _ in range(3):  # it stays
            await scene.frame()
            scene.clock.now += scan.GONE / 2
        await scene.frame()
        assert scene.said() == {(RECEIPT, False)}
        scene.view.texts = ()
        await scene.frame()
        scene.clock.now += scan.GONE
        scene.view.texts = (RECEIPT,)
        await until(lambda: (RECEIPT, True) in scene.said())


async def test_the_next_shopper_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    async with watching(monkeypatch) as scene:
        scene.view.texts = (POSTER,)
        scene.scanner.look(wanted=True)
        await scene.frame()
        scene.view.texts = ()
        scene.scanner.look(wanted=False)
        await until(lambda: scene.view.calls[-1] == "stop")
        scene.scanner.look(wanted=True)
        await until(lambda: scene.view.calls[-1] == "start")
        await scene.frame()
        scene.clock.now += 2 * scan.AT_START
        scene.view.texts = (POSTER,)  # the poster was taken down, and this is a sticker on a phone
        await until(lambda: (POSTER, True) in scene.said())


async def test_the_camera_is_tried_and_looks_only_while_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with watching(monkeypatch) as scene:
        await until(lambda: scene.view.calls == ["test"])
        assert scene.view.frames == 0
        scene.scanner.look(wanted=True)
        await scene.frame()
        scene.scanner.look(wanted=False)
        await until(lambda: scene.view.calls == ["test", "start", "stop"])
        frames = scene.view.frames
        await asyncio.sleep(0.05)
        assert scene.view.frames == frames


async def test_a_camera_that_fails_is_told_once_and_tried_until_it_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with watching(monkeypatch) as scene:
        scene.scanner.look(wanted=True)
        await scene.frame()
        scene.view.trouble = "camera: it is unplugged"
        await until(lambda: scene.view.calls.count("test") > 3)
        scene.view.trouble = ""
        frames = scene.view.frames
        await until(lambda: scene.view.frames > frames)
        parts = [one for one in scene.heard if isinstance(one, PartFailed | PartRecovered)]
        assert parts == [PartFailed(Part.CAMERA, "camera: it is unplugged"), PartRecovered(Part.CAMERA)]
        assert scene.view.calls.count("start") == scene.view.calls.count("stop") + 1
