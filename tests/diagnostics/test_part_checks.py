"""Each part's fault, made on the real drivers one layer above the pins, is a finding with its cause and next step."""

from collections.abc import Callable, Iterator

import pytest
from diagnosed import diagnosed, faults
from whole_boards import MockRig, SimulatedRig

from hardware.config import DecoderConfig, LedsConfig
from hardware.decoding.decoder import Decoder
from kiosk.app.devices.adapter import self_tested
from kiosk.diagnostics.aside import aside
from kiosk.diagnostics.checks.parts import PartChecks
from kiosk.diagnostics.findings import Finding, Grade
from kiosk.diagnostics.status import Busy, PartStatus

pytestmark = pytest.mark.anyio


@pytest.fixture
def rig() -> Iterator[MockRig]:
    rig = MockRig()
    yield rig
    rig.close()


async def found(rig: MockRig | SimulatedRig, reader: str = "hardware.decoding.reader:reader") -> dict[str, Finding]:
    decoder = Decoder(DecoderConfig(), reader)

    async def test(name: str) -> PartStatus | None:
        return await aside(lambda: self_tested(rig.board, decoder, name))

    try:
        return await diagnosed(PartChecks(test, simulated=isinstance(rig, SimulatedRig)).checks())
    finally:
        decoder.close()


async def test_a_healthy_board_is_silent(rig: MockRig) -> None:
    seen = await found(rig)
    assert faults(seen) == []
    assert {finding.grade for finding in seen.values()} == {Grade.GOOD}
    assert "128x128" in seen["display.self_test"].finding


async def test_of_a_simulated_board_it_is_said_that_there_is_none() -> None:
    rig = SimulatedRig()
    seen = await found(rig)
    rig.close()
    assert {name for name, one in seen.items() if one.grade is Grade.GOOD} == {"decoder.self_test"}
    assert {one.grade for one in seen.values()} == {Grade.GOOD, Grade.NOT_HERE}


def stick(rig: MockRig) -> None:
    rig.matrix.press("5")


def touch(rig: MockRig) -> None:
    rig.matrix.short(5, 6)


def freeze(rig: MockRig) -> None:
    rig.cameras.pictures = False


def unplug(rig: MockRig) -> None:
    rig.bus.pull()


def block(rig: MockRig) -> None:
    assert rig.config.release.confirm is not None
    rig.board.release.prepare()
    rig.pins.at(rig.config.release.confirm).drive_low()


def take(rig: MockRig, pin: int) -> None:
    """Another program has the pin."""
    rig.pins.troubles["claim"], rig.pins.only = OSError(16, "GPIO busy"), pin


def take_lamp(rig: MockRig) -> None:
    assert isinstance(rig.config.lamps, LedsConfig)
    take(rig, rig.config.lamps.paid)


def take_buzzer(rig: MockRig) -> None:
    assert rig.config.buzzer is not None
    take(rig, rig.config.buzzer.pin)


@pytest.mark.parametrize(
    ("fault", "part", "words", "step"),
    [
        (stick, "keypad", "5", "that key"),
        (touch, "keypad", "GPIO", "wires"),
        (freeze, "camera", "camera", "ribbon"),
        (unplug, "display", "display", "i2cdetect"),
        (block, "release", "sensor", "chute"),
        (take_lamp, "lamps", "GPIO", "python -m hardware lamps"),
        (take_buzzer, "buzzer", "GPIO", "python -m hardware tunes"),
    ],
)
async def test_a_parts_fault_is_found_as_that_parts_alone(
    rig: MockRig, fault: Callable[[MockRig], None], part: str, words: str, step: str
) -> None:
    fault(rig)
    seen = await found(rig)
    assert faults(seen) == [f"{part}.self_test"], seen
    finding = seen[f"{part}.self_test"]
    assert words in finding.finding
    assert finding.cause
    assert step in f"{finding.cause} {finding.next_step}"


async def test_a_decoder_without_its_libraries_is_found(rig: MockRig) -> None:
    seen = await found(rig, "hardware.no_such_module:reader")
    assert faults(seen) == ["decoder.self_test"]
    assert "install the release anew" in seen["decoder.self_test"].next_step


async def test_while_a_shopper_has_the_parts_none_is_tried() -> None:
    async def test(_name: str) -> PartStatus | None:
        raise Busy("a shopper is there; try again in a moment")

    seen = await diagnosed(PartChecks(test, simulated=False).checks())
    assert {one.grade for one in seen.values()} == {Grade.SKIPPED}
    assert "try again" in seen["camera.self_test"].finding
