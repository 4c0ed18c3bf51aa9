"""The board's parts are lent between sales, one at a time, and never while the sale itself has them."""

import asyncio
from collections.abc import Iterator

import pytest
from whole_boards import MockRig

from hardware.config import DecoderConfig
from hardware.decoding.decoder import Decoder
from kiosk.app.devices.adapter import Devices

pytestmark = pytest.mark.anyio


@pytest.fixture
def rig() -> Iterator[MockRig]:
    rig = MockRig()
    yield rig
    rig.close()


@pytest.fixture
def devices(rig: MockRig) -> Iterator[Devices]:
    devices = Devices(rig.board, Decoder(DecoderConfig()))
    yield devices
    devices.close()


async def test_each_part_that_the_board_has_is_tested(devices: Devices) -> None:
    names = set(devices.health())
    assert names == {"display", "lamps", "buzzer", "keypad", "camera", "decoder", "release"}
    for name in names - {"keypad"}:
        part = await devices.test(name)
        assert part is not None
        assert (part.present, part.fault) == (True, None), name
    assert await devices.test("printer") is None


async def test_a_camera_that_looks_is_waited_for(rig: MockRig, devices: Devices) -> None:
    await asyncio.to_thread(devices.start_camera)
    testing = asyncio.ensure_future(devices.test("camera"))
    await asyncio.sleep(0.2)
    assert not testing.done()
    await asyncio.to_thread(devices.stop_camera)
    part = await testing
    assert part is not None
    assert part.fault is None
    assert not rig.cameras.looking


async def test_a_camera_that_does_not_start_is_free_again(rig: MockRig, devices: Devices) -> None:
    rig.cameras.fails["start"] = RuntimeError("no buffers")
    with pytest.raises(Exception, match="camera"):
        await asyncio.to_thread(devices.start_camera)
    rig.cameras.fails.clear()
    part = await asyncio.wait_for(devices.test("camera"), 10)
    assert part is not None
    assert part.present
