"""Lamps on simulated pins: what shines, how it blinks, and that nothing stays lit."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench_pins import Bench
from gpiozero import LED, PinInvalidState
from waits import soon

from hardware.config import LampsConfig, LedsConfig, RgbConfig, TrafficLightsConfig
from hardware.errors import DeviceError
from hardware.lamps import Leds, RgbLamp, TrafficLights, lamps
from hardware.ports import Lamp, Lamps, Pattern

LEDS = LedsConfig()
RGB = RgbConfig(red=5, green=6, blue=13)
TRAFFIC = TrafficLightsConfig(red=9, amber=10, green=11)
PIN = {Lamp.READY: 17, Lamp.BUSY: 27, Lamp.PAID: 22, Lamp.FAULT: 23}
COLOURS = {5: "red", 6: "green", 13: "blue", 9: "red", 10: "amber", 11: "green"}


@pytest.fixture
def leds(bench: Bench) -> Iterator[Leds]:
    part = Leds(LEDS, bench)
    yield part
    part.close()


def _lit(bench: Bench, pins: object) -> set[int]:
    return {pin for pin in pins if bench.level(pin) not in (0, "down")}


def _edges(bench: Bench, pin: int) -> list[float]:
    return [seen.at for seen in bench.at(pin).seen if seen.level in (0, 1)][1:]  # the first is the claim


# --- which lamp ---


@pytest.mark.parametrize(
    ("config", "kind"), [(LEDS, Leds), (RGB, RgbLamp), (TRAFFIC, TrafficLights)], ids=["leds", "rgb", "traffic lights"]
)
def test_the_configuration_picks_the_kind_and_nothing_is_touched(
    bench: Bench, config: LampsConfig, kind: type[Lamps]
) -> None:
    part: Lamps = lamps(config, bench)
    assert type(part) is kind
    assert not bench.pins
    assert not part.health().present
    part.close()


@pytest.mark.parametrize("lamp", Lamp)
def test_each_led_has_its_pin(bench: Bench, leds: Leds, lamp: Lamp) -> None:
    leds.show({lamp: Pattern.ON})
    assert _lit(bench, PIN.values()) == {PIN[lamp]}
    leds.show({lamp: Pattern.OFF})
    assert _lit(bench, PIN.values()) == set()


def test_leds_shine_together_and_those_not_named_keep_their_pattern(bench: Bench, leds: Leds) -> None:
    leds.show({Lamp.READY: Pattern.ON})
    leds.show({Lamp.PAID: Pattern.ON})
    assert _lit(bench, PIN.values()) == {17, 22}


@pytest.mark.parametrize(
    ("config", "lamp", "colours"),
    [
        (RGB, Lamp.READY, {"red", "green", "blue"}),
        (RGB, Lamp.BUSY, {"blue"}),
        (RGB, Lamp.PAID, {"green"}),
        (RGB, Lamp.FAULT, {"red"}),
        (TRAFFIC, Lamp.READY, {"green"}),
        (TRAFFIC, Lamp.BUSY, {"amber"}),
        (TRAFFIC, Lamp.PAID, {"green", "amber"}),
        (TRAFFIC, Lamp.FAULT, {"red"}),
    ],
)
def test_each_lamp_has_its_colours(bench: Bench, config: LampsConfig, lamp: Lamp, colours: set[str]) -> None:
    part = lamps(config, bench)
    part.show({lamp: Pattern.ON})
    assert {COLOURS[pin] for pin in _lit(bench, [pin._number for pin in bench.pins.values()])} == colours
    part.close()


@pytest.mark.parametrize("config", [RGB, TRAFFIC])
def test_of_lamps_that_share_colours_the_gravest_shines_alone(bench: Bench, config: LampsConfig) -> None:
    part = lamps(config, bench)
    alone = {}
    for lamp in (Lamp.FAULT, Lamp.PAID, Lamp.BUSY, Lamp.READY):
        part.show({**dict.fromkeys(Lamp, Pattern.OFF), lamp: Pattern.ON})
        alone[lamp] = _lit(bench, [pin._number for pin in bench.pins.values()])
    part.show(dict.fromkeys(Lamp, Pattern.ON))
    for lamp, pins in alone.items():
        assert _lit(bench, [pin._number for pin in bench.pins.values()]) == pins
        part.show({lamp: Pattern.OFF})
    assert _lit(bench, [pin._number for pin in bench.pins.values()]) == set()
    part.close()


def test_the_gravest_lamp_blinks_in_its_own_pattern(bench: Bench) -> None:
    part = RgbLamp(RGB, bench)
    part.show({Lamp.READY: Pattern.ON, Lamp.BUSY: Pattern.FAST})
    soon(lambda: len(bench.pulses(13)) >= 2)
    assert bench.pulses(5) == bench.pulses(6) == []
    part.close()


# --- how it shines ---


def test_fast_blinks_while_slow_stands(bench: Bench, leds: Leds) -> None:
    leds.show({Lamp.BUSY: Pattern.FAST, Lamp.READY: Pattern.SLOW})
    soon(lambda: len(_edges(bench, 17)) >= 5)
    assert len(_edges(bench, 27)) > 2 * len(_edges(bench, 17))


def test_a_lamp_that_begins_to_blink_is_lit_at_once(bench: Bench, leds: Leds) -> None:
    for pattern in (Pattern.SLOW, Pattern.FAST, Pattern.SLOW):
        leds.show({Lamp.BUSY: pattern})
        assert bench.level(27) == 1
        leds.show({Lamp.BUSY: Pattern.OFF})
        assert bench.level(27) == 0


def test_lamps_of_one_pattern_blink_in_step_whenever_they_began(bench: Bench, leds: Leds) -> None:
    leds.show({Lamp.BUSY: Pattern.FAST})
    soon(lambda: len(_edges(bench, 27)) == 3)
    time.sleep(0.04)  # in the midst of a half
    leds.show({Lamp.FAULT: Pattern.FAST})
    soon(lambda: len(_edges(bench, 23)) >= 7)
    joined = _edges(bench, 23)[0]
    moves = sorted((seen.at, seen.level, pin) for pin in (27, 23) for seen in bench.at(pin).seen if seen.at > joined)
    for (_, one, pin), (_, other, another) in zip(moves[0:10:2], moves[1:10:2], strict=True):
        assert (pin, one) == ({27: 23, 23: 27}[another], other)


def test_one_thread_blinks_all_lamps(leds: Leds) -> None:
    before = threading.active_count()
    leds.show({Lamp.READY: Pattern.SLOW, Lamp.BUSY: Pattern.FAST, Lamp.PAID: Pattern.FAST, Lamp.FAULT: Pattern.SLOW})
    assert threading.active_count() == before + 1


def test_only_what_changed_is_written(bench: Bench, leds: Leds) -> None:
    leds.show({Lamp.READY: Pattern.ON, Lamp.BUSY: Pattern.ON})
    writes = {pin: bench.at(pin).writes for pin in PIN.values()}
    leds.show({Lamp.READY: Pattern.ON, Lamp.BUSY: Pattern.OFF})
    leds.prepare()
    assert {pin: bench.at(pin).writes - writes[pin] for pin in PIN.values()} == {17: 0, 27: 1, 22: 0, 23: 0}


@pytest.mark.parametrize("active_high", [True, False])
def test_leds_to_ground_and_leds_to_the_supply(bench: Bench, *, active_high: bool) -> None:
    part = Leds(LedsConfig(active_high=active_high), bench)
    part.prepare()
    assert {bench.level(pin) for pin in PIN.values()} == {not active_high}
    part.show({Lamp.READY: Pattern.ON})
    assert bench.level(17) == active_high
    part.close()
    at_rest = "down" if active_high else "up"
    assert [seen.level for seen in bench.at(17).seen[-3:]] == [not active_high, "floating", at_rest]


def test_a_dimmed_lamp_is_driven_by_pwm_and_a_full_one_is_not(bench: Bench) -> None:
    dim, full = RgbLamp(RgbConfig(red=5, green=6, blue=13, brightness=0.3), bench), Leds(LEDS, bench)
    dim.show({Lamp.FAULT: Pattern.ON})
    full.show({Lamp.FAULT: Pattern.ON})
    assert (bench.level(5), bench.at(5).frequency) == (0.3, 100)
    assert (bench.level(23), bench.at(23).frequency) == (1, None)
    dim.show({Lamp.FAULT: Pattern.OFF})
    assert bench.level(5) == 0
    dim.close()
    full.close()


# --- how it ends ---


def test_closed_lamps_are_dark_and_their_thread_has_ended(bench: Bench) -> None:
    before = threading.active_count()
    part = Leds(LEDS, bench)
    part.show(dict.fromkeys(Lamp, Pattern.FAST))
    part.close()
    part.close()
    assert {bench.level(pin) for pin in PIN.values()} == {"down"}
    assert threading.active_count() == before
    assert not part.health().present
    with pytest.raises(RuntimeError, match="closed"):
        part.show({})


SCRIPT = """
import sys, threading, time
from bench_pins import Bench
from hardware.config import LedsConfig
from hardware.lamps import Leds
from hardware.ports import Lamp, Pattern
lamps = Leds(LedsConfig(), Bench(sys.argv[1]))
lamps.show({Lamp.READY: Pattern.ON, Lamp.BUSY: Pattern.FAST, Lamp.FAULT: Pattern.SLOW})
time.sleep(0.3)
"""


@pytest.mark.parametrize("end", ["", "sys.exit(3)", "raise ValueError('a crash')", "raise KeyboardInterrupt"])
def test_a_process_that_ends_without_closing_leaves_its_lamps_dark(tmp_path: Path, end: str) -> None:
    log = tmp_path / "pins"
    support = Path(__file__).parents[1] / "support"
    subprocess.run(
        [sys.executable, "-c", SCRIPT + end, log],
        env={"PYTHONPATH": str(support)},
        check=False,
        timeout=60,
        capture_output=True,
    )
    lines = [line.split()[:2] for line in log.read_text().splitlines()]
    assert ["17", "1.0"] in lines
    last = dict(lines)
    assert {last[str(pin)] for pin in PIN.values()} == {"down"}


# --- what goes wrong ---


def test_healthy_lamps_say_where_they_are(leds: Leds) -> None:
    health = leds.self_test()
    assert health.healthy
    assert health.what == "four LEDs on GPIO17, GPIO27, GPIO22, GPIO23"
    assert leds.self_test() == health


def test_a_pin_that_another_part_uses_is_named_and_claimed_when_it_is_free(bench: Bench, leds: Leds) -> None:
    taken = LED(27, pin_factory=bench)
    with pytest.raises(DeviceError) as error:
        leds.show({Lamp.READY: Pattern.ON})
    said = str(error.value)
    assert said.startswith("lamps, busy: GPIO27 (header pin 13) is used by another part of this program")
    assert "\n" not in said
    assert leds.health().fault == leds.health().last_fault == said
    assert not leds.health().present
    assert bench.level(17) == "down"
    taken.close()
    leds.prepare()
    assert leds.health().healthy
    assert leds.health().last_fault == said
    assert _lit(bench, PIN.values()) == {17}  # as was said while nothing worked


def test_a_driver_that_fails_lets_the_pins_go_and_the_next_call_claims_them_anew(bench: Bench, leds: Leds) -> None:
    leds.show({Lamp.READY: Pattern.ON})
    bench.troubles["write"] = OSError(5, "Input/output error")
    with pytest.raises(
        DeviceError, match=r"^lamps, paid: GPIO22 \(header pin 15\) does not work: .*Input/output error"
    ):
        leds.show({Lamp.PAID: Pattern.ON})
    assert "GPIO22" in str(leds.self_test().fault) or "GPIO17" in str(leds.self_test().fault)
    bench.troubles.clear()
    leds.show({})
    assert leds.health().healthy
    assert _lit(bench, PIN.values()) == {17, 22}


def test_a_driver_that_fails_while_nobody_calls_is_a_fault_until_lamps_are_prepared(bench: Bench, leds: Leds) -> None:
    leds.show({Lamp.BUSY: Pattern.FAST})
    bench.troubles["write"] = PinInvalidState("broken")
    soon(lambda: leds.health().fault is not None)
    assert "lamps, busy: GPIO27" in str(leds.health().fault)
    assert not leds.health().present
    bench.troubles.clear()
    leds.prepare()
    assert leds.health().healthy
    soon(lambda: len(bench.pulses(27)) > 4)


def test_pins_that_are_not_there_are_a_fault_in_one_line(bench: Bench, leds: Leds) -> None:
    bench.troubles["open"] = DeviceError("GPIO: lgpio is not installed; apt install python3-lgpio")
    with pytest.raises(DeviceError, match="lgpio is not installed"):
        leds.show({})
    assert leds.self_test().fault == "GPIO: lgpio is not installed; apt install python3-lgpio"
    bench.troubles = {"open": OSError("no chip")}
    assert leds.self_test().fault == "lamps: no chip"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_crashed_does_not_look_alive_and_the_next_show_starts_another(bench: Bench, leds: Leds) -> None:
    leds.show({Lamp.BUSY: Pattern.FAST, Lamp.READY: Pattern.ON})
    bench.troubles["write"] = ZeroDivisionError()  # which no driver raises
    soon(lambda: not leds.health().healthy)
    assert "ended by a mistake" in str(leds.health().fault)
    bench.troubles.clear()
    leds.show({})
    assert leds.health().healthy
    assert "ended by a mistake" in str(leds.health().last_fault)
    pulses = len(bench.pulses(27))
    soon(lambda: len(bench.pulses(27)) > pulses + 2)
