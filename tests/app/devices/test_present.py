"""What shows and sounds is in line with the panel; a device that fails is an event, and is tried until it works."""

import asyncio
import time
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from currents import current
from numpy.typing import NDArray
from phone_frames import Scene, phone
from PIL import Image
from waits import until

from hardware.config import DecoderConfig
from hardware.decoding.decoder import READER, Decoder
from hardware.ports import Lamp, Pattern, Tune
from hardware.simulated.board import SimulatedBoard
from kiosk.app.devices import present, scan
from kiosk.app.devices.adapter import Devices
from kiosk.app.devices.health import DeviceTrouble
from kiosk.app.devices.present import Presenter
from kiosk.app.devices.scan import Scanner
from kiosk.app.inbox import Inbox
from kiosk.app.stopwatch import Stopwatch
from kiosk.sale.events import CodeScanned, Event, Key, KeyPressed, Part, PartFailed, PartRecovered
from kiosk.sale.panel import Light, Lights, Line, Name, Panel, Sound, Text
from kiosk.screens import Style

pytestmark = pytest.mark.anyio
READY = Lights(ready=Light.ON)
IDLE = Panel(Name.IDLE, (Line(Text.ENTER_AMOUNT),), READY)
PAID = Panel(Name.PAID, (Line(Text.PAID),), Lights(ready=Light.ON, paid=Light.ON), sound=Sound.GOOD)
SCANNING = Panel(Name.SCANNING, (Line(Text.HOLD_CODE, seconds=9),), READY, camera=True, sound=Sound.CODE)
CODE = "281012345678901234567890"


def _png(frame: NDArray[np.uint8]) -> bytes:
    out = BytesIO()
    Image.fromarray(frame).save(out, "PNG")
    return out.getvalue()


PHONE = _png(phone(CODE, Scene()))


class Stand:
    """A presenter on a simulated board. `heard`: all that was posted."""

    def __init__(self, reader: str = READER) -> None:
        self.board = SimulatedBoard(settle=0.02)
        self.devices = Devices(self.board, Decoder(DecoderConfig(), reader))
        self.inbox = Inbox(asyncio.get_running_loop())
        self.heard: list[Event] = []
        self.drawn = 0
        self.presenter = Presenter(current(), self.devices, self.inbox, "en", Style(), Stopwatch(), self._drawn)
        self.scanner = Scanner(self.devices, self.inbox)

    def show(self, panel: Panel) -> None:
        """As the daemon does."""
        self.presenter.present(panel, 0.0)
        self.scanner.look(wanted=panel.camera)

    def _drawn(self) -> None:
        self.drawn += 1

    async def collect(self) -> None:
        while True:
            self.heard += (await self.inbox.next()).events


@pytest.fixture
async def stand(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stand]:
    monkeypatch.setattr(present, "AGAIN", 0.05)
    monkeypatch.setattr(scan, "AGAIN", 0.05)
    stand = Stand()
    works = [stand.presenter.draw, stand.scanner.watch, stand.presenter.relight, stand.collect]
    tasks = [asyncio.ensure_future(work()) for work in works]
    yield stand
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.to_thread(stand.devices.close)


async def test_lamps_that_failed_shine_as_soon_as_they_can_though_the_panel_stays(stand: Stand) -> None:
    stand.board.lamps.fail("GPIO17 is taken")
    stand.show(IDLE)
    await until(lambda: PartFailed(Part.LAMPS, "GPIO17 is taken") in stand.heard)
    stand.board.lamps.mend()
    await until(lambda: PartRecovered(Part.LAMPS) in stand.heard)
    assert stand.board.lamps.patterns[Lamp.READY] is Pattern.ON


async def test_a_sound_is_heard_once_for_each_outcome(stand: Stand) -> None:
    for panel in (IDLE, PAID, PAID, IDLE, PAID):
        stand.show(panel)
    assert list(stand.board.buzzer.played) == [Tune.GOOD, Tune.GOOD]


async def test_a_broken_buzzer_is_told_and_stops_nothing(stand: Stand) -> None:
    stand.board.buzzer.fail("no buzzer")
    stand.show(PAID)
    await until(lambda: PartFailed(Part.BUZZER, "no buzzer") in stand.heard)
    await until(lambda: stand.drawn == 1)


async def test_a_display_that_failed_shows_the_newest_panel_when_it_works_again(stand: Stand) -> None:
    stand.board.display.fail("no answer at 0x3c")
    stand.show(IDLE)
    await until(lambda: PartFailed(Part.DISPLAY, "no answer at 0x3c") in stand.heard)
    assert stand.drawn == 0
    stand.board.display.mend()
    await until(lambda: PartRecovered(Part.DISPLAY) in stand.heard)
    assert stand.board.display.image.getbbox()


async def test_the_display_rests_while_nobody_is_there_and_wakes_for_the_next_shopper(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand.show(IDLE)
    await until(lambda: stand.drawn == 1)
    monkeypatch.setattr(present, "REST", 0.02)
    stand.show(IDLE)
    await until(lambda: stand.board.display.depth >= 2)
    stand.show(PAID)
    await until(lambda: stand.board.display.depth == 0)
    await asyncio.sleep(0.1)
    assert stand.board.display.depth == 0


async def test_a_code_for_phones_is_never_dimmed(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(present, "REST", 0.02)
    stand.show(Panel(Name.IDLE, (Line(Text.ENTRY_ANY),), READY, qr="0002010102"))
    await until(lambda: stand.drawn == 1)
    await asyncio.sleep(0.1)
    assert stand.board.display.depth == 0


async def test_a_camera_that_is_not_there_is_known_before_anybody_wants_it_and_comes_back_by_itself(
    stand: Stand,
) -> None:
    stand.board.camera.fail("no camera found")
    stand.show(SCANNING)  # a camera that looked well at first
    await until(lambda: PartFailed(Part.CAMERA, "no camera found") in stand.heard)
    stand.board.camera.mend()
    await until(lambda: PartRecovered(Part.CAMERA) in stand.heard)
    stand.board.camera.look(PHONE)
    await until(lambda: any(isinstance(event, CodeScanned) for event in stand.heard))


async def test_the_camera_looks_only_while_the_panel_says_so(stand: Stand) -> None:
    stand.board.camera.look(PHONE, seconds=60)
    stand.show(SCANNING)
    await until(lambda: any(isinstance(event, CodeScanned) for event in stand.heard))
    stand.show(IDLE)
    await until(lambda: not stand.board.camera._looking.is_set())


async def test_a_keypad_with_a_stuck_key_goes_on_one_that_is_gone_does_not(stand: Stand) -> None:
    stand.devices.listen(stand.inbox)
    stand.board.keypad.fail("key 5 is stuck")
    await until(lambda: PartFailed(Part.KEYS, "key 5 is stuck") in stand.heard)
    assert PartFailed(Part.KEYPAD, "key 5 is stuck") not in stand.heard
    stand.board.keypad.mend()
    await until(lambda: PartRecovered(Part.KEYS) in stand.heard)


async def test_each_key_that_is_taken_clicks(stand: Stand) -> None:
    stand.devices.listen(stand.inbox)
    stand.board.keypad.press("15")
    await until(lambda: KeyPressed(Key.FIVE) in stand.heard)
    assert list(stand.board.buzzer.played) == [Tune.KEY, Tune.KEY]
    stand.board.buzzer.fail("no buzzer")
    stand.board.keypad.press("#")
    await until(lambda: KeyPressed(Key.HASH) in stand.heard)


async def test_what_is_held_or_chorded_is_no_press(stand: Stand) -> None:
    stand.devices.listen(stand.inbox)
    stand.board.keypad.together("*#")
    stand.board.keypad.press("0")
    await until(lambda: KeyPressed(Key.ZERO) in stand.heard)
    assert [event.key for event in stand.heard if isinstance(event, KeyPressed)] == [Key.STAR, Key.ZERO]


async def test_the_picture_for_the_front_panel_is_the_one_the_driver_got(stand: Stand) -> None:
    picture = Image.new("1", (128, 128), 1)
    await asyncio.to_thread(stand.devices.show, picture)
    assert stand.devices.picture().startswith(b"\x89PNG")


async def test_goods_are_not_driven_when_their_record_took_too_long_for_the_money_goes_back_then(stand: Stand) -> None:
    trouble = await stand.devices.release(time.monotonic() - 0.1)
    assert trouble is not None
    assert "took too long" in trouble
    assert (stand.devices.released, stand.board.release.released) == (0, 0)
    assert await stand.devices.release(time.monotonic() + 4) is None
    assert stand.board.release.released == 1


async def test_a_camera_that_nobody_can_read_is_as_good_as_none(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1] / "support"))
    blind = Devices(stand.board, Decoder(DecoderConfig(), "rough_readers:missing"))
    with pytest.raises(DeviceTrouble, match="decoder: "):
        await asyncio.to_thread(blind.test_camera)
    await asyncio.to_thread(blind.close)
