"""The daemon with `board = "raspberrypi"`: on a machine that has none of it, and with the real drivers on mock pins."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
import zxingcpp
from kiosk_process import World
from phone_frames import Scene, phone
from PIL import Image
from waits import PATIENCE
from whole_boards import CONFIG, MockRig

from hardware.ports import Lamp
from kiosk.app.run import daemon
from kiosk.demo.operator import Operator
from kiosk.demo.stage import WEBHOOK_SECRET, write_config
from kiosk.sandbox.server import Sandbox, SandboxSettings
from kiosk.serving.server import serving
from kiosk.settings import load
from kiosk.settings.credentials import read_credentials

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:Image.Image.getdata is deprecated:DeprecationWarning"),
]
PARTS = ("keypad", "lamps", "display", "camera", "release")


async def test_without_hardware_each_missing_part_has_one_line_and_nothing_is_sold(kiosk: World) -> None:
    kiosk.daemon.stop(signal.SIGKILL)
    kiosk.daemon.env = {"KIOSK_HARDWARE__BOARD": "raspberrypi"}
    kiosk.daemon.log.clear()
    await asyncio.to_thread(kiosk.daemon.start)
    state = await kiosk.until(lambda state: state["state"] == "out_of_service" and state["online"])
    assert state["released"] == 0

    def lines(part: str) -> list[str]:
        return [line for line in kiosk.daemon.log if f" {part}: " in line and "service; " not in line]  # all of them

    end = time.monotonic() + PATIENCE
    while not all(lines(part) for part in PARTS):
        assert time.monotonic() < end, "\n".join(kiosk.daemon.log)
        await asyncio.sleep(0.05)
    assert {part: len(lines(part)) for part in PARTS} == dict.fromkeys(PARTS, 1)
    assert "Traceback" not in "\n".join(kiosk.daemon.log)
    keys = await kiosk.client.post(f"{kiosk.daemon.panel}/api/keys", json={"keys": "1"})
    assert keys.status_code == 409


@dataclass
class Machine:
    """A kiosk on mock pins, in this process, and its gateway."""

    rig: MockRig
    panel: str
    sandbox: str
    client: httpx.AsyncClient

    async def state(self) -> dict:
        return (await self.client.get(f"{self.panel}/api/state")).json()

    async def until(self, seen: Callable[[dict], bool]) -> dict:
        end = time.monotonic() + PATIENCE
        while not seen(state := await self.state()):
            assert time.monotonic() < end, state
            await asyncio.sleep(0.02)
        return state

    async def press(self, keys: str) -> None:
        """Hold each key until the display says something else: a busy machine may look late."""
        for key in keys:
            before = (await self.state())["screen"]
            self.rig.matrix.press(key)
            await self.until(lambda state, before=before: state["screen"] != before)
            await asyncio.to_thread(self.rig.let_go, key)

    async def unseen(self) -> None:
        """Wait until the camera looks no more."""
        end = time.monotonic() + PATIENCE
        while self.rig.cameras.looking:
            assert time.monotonic() < end
            await asyncio.sleep(0.02)

    def codes_shown(self) -> list[str]:
        """What a phone reads off the display's glass."""
        picture = self.rig.displayed().convert("L")
        framed = Image.new("L", (picture.width + 40, picture.height + 40))
        framed.paste(picture, (20, 20))
        seen = framed.resize((framed.width * 4, framed.height * 4), Image.Resampling.NEAREST)
        return [code.text for code in zxingcpp.read_barcodes(seen, try_invert=False)]


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with contextlib.AsyncExitStack() as house:
        sandbox = await house.enter_async_context(Sandbox(SandboxSettings()))
        operator = Operator(WEBHOOK_SECRET)
        results = await house.enter_async_context(serving(operator.app, host="127.0.0.1", port=0))
        settings = load(write_config(tmp_path, gateway=sandbox.url, operator=results, panel_port=0))
        release = settings.hardware.release.model_copy(update={"confirm": 4})
        board = settings.hardware.model_copy(update={"board": "raspberrypi", "release": release})
        settings = settings.model_copy(update={"hardware": board})
        rig = MockRig(replace(CONFIG, display=replace(CONFIG.display, driver="sh1107", width=128, height=128)))
        house.callback(rig.close)
        house_of = daemon(settings, read_credentials(settings), lambda _: rig.board)
        running = await house.enter_async_context(house_of)
        client = await house.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=PATIENCE))
        machine = Machine(rig, running.panel_url, sandbox.url, client)
        await machine.until(lambda state: state["state"] == "idle")
        async with asyncio.timeout(PATIENCE):  # the camera is tried at the start
            while "stop" not in rig.cameras.calls:
                await asyncio.sleep(0.02)
        yield machine


async def test_keys_to_goods_by_a_code_on_the_display(machine: Machine) -> None:
    await machine.press("1500#1")
    state = await machine.until(lambda state: bool(state["qr"]))
    end = time.monotonic() + PATIENCE
    while machine.codes_shown() != [state["qr"]]:
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
    answer = await machine.client.post(f"{machine.sandbox}/sandbox/scan", json={"code": state["qr"]})
    answer.raise_for_status()
    await machine.until(lambda state: state["state"] == "paid")
    assert (await machine.state())["released"] == 1
    assert len(machine.rig.pins.pulses(CONFIG.release.pin)) == 1
    assert machine.rig.lit(Lamp.PAID)


async def test_keys_to_goods_by_a_code_before_the_camera(machine: Machine) -> None:
    code = (await machine.client.post(f"{machine.sandbox}/sandbox/codes")).json()["code"]
    assert not machine.rig.cameras.looking
    await machine.press("1500#2")
    await machine.until(lambda state: state["state"] == "scanning")
    machine.rig.hold(phone(code, Scene()))
    await machine.until(lambda state: state["state"] == "paid")
    assert (await machine.state())["released"] == 1
    await machine.unseen()


async def test_a_camera_that_is_pulled_out_takes_its_product_along_and_brings_it_back(machine: Machine) -> None:
    machine.rig.cameras.models = []
    machine.rig.cameras.pictures = False
    await machine.press("1500#2")
    await machine.until(lambda state: state["state"] == "scanning")
    await machine.until(lambda state: state["lights"]["fault"] == "slow")
    while (await machine.state())["state"] != "idle":
        await machine.press("*")
    await machine.press("1500#")
    state = await machine.until(lambda state: state["state"] == "choosing")
    assert not any("Show my code" in line for line in state["screen"])
    await machine.press("*")
    machine.rig.cameras.models = ["imx708"]
    machine.rig.cameras.pictures = True
    await machine.until(lambda state: state["lights"]["fault"] == "off")


async def test_a_display_that_is_pulled_out_is_told_and_shows_the_sale_when_it_is_back(machine: Machine) -> None:
    machine.rig.bus.pull()
    await machine.press("15")
    await machine.until(lambda state: state["lights"]["fault"] == "slow")
    machine.rig.bus.plug()
    await machine.until(lambda state: state["lights"]["fault"] == "off")
    assert machine.rig.displayed().getbbox()


async def test_a_keypad_whose_pins_are_gone_stops_the_sale_until_they_are_back(machine: Machine) -> None:
    machine.rig.matrix.break_down(OSError(5, "Input/output error"))
    machine.rig.matrix.press("5")
    await machine.until(lambda state: state["state"] == "out_of_service")
    assert not machine.rig.lit(Lamp.READY)
    machine.rig.matrix.release("5")
    machine.rig.matrix.mend()
    await machine.until(lambda state: state["state"] == "idle")
