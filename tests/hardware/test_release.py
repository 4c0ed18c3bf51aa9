"""The release on simulated pins: no pulse is ever longer than configured, and only the sensor confirms."""

import ctypes
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from bench_pins import Bench
from gpiozero import OutputDevice
from waits import soon

from hardware.config import ReleaseConfig
from hardware.errors import DeviceError, ReleaseJammed
from hardware.pins.sensor import BOUNCE, PassingSensor
from hardware.ports import Release
from hardware.release import RelayRelease

RELAY, SENSOR = 26, 4
PLAIN = ReleaseConfig(pin=RELAY, pulse=0.2)
CONFIRMED = ReleaseConfig(pin=RELAY, pulse=0.1, confirm=SENSOR, confirm_within=1.0)


@pytest.fixture
def release(bench: Bench) -> Iterator[RelayRelease]:
    part = RelayRelease(PLAIN, bench)
    yield part
    part.close()


@pytest.fixture
def confirmed(bench: Bench) -> Iterator[RelayRelease]:
    part = RelayRelease(CONFIRMED, bench)
    part.prepare()
    yield part
    part.close()


def _as_long_as(bench: Bench, *pulses: float) -> bool:
    """Whether the relay was driven so often, and each time for so many seconds; a busy machine may make it longer."""
    driven = bench.pulses(RELAY)
    return len(driven) == len(pulses) and all(was > meant - 0.002 for was, meant in zip(driven, pulses, strict=True))


def _driven(bench: Bench) -> bool:
    return RELAY in {pin._number for pin in bench.pins.values()} and bench.level(RELAY) == 1


class Firing:
    """A call of `fire` in a thread, and what came of it."""

    def __init__(self, part: RelayRelease) -> None:
        self.raised: BaseException | None = None
        self.took = 0.0
        self._part = part
        self.thread = threading.Thread(target=self._fire)
        self.thread.start()

    def _fire(self) -> None:
        began = time.monotonic()
        try:
            self._part.fire()
        except BaseException as error:  # noqa: BLE001 - a thread that is killed is one of the cases
            self.raised = error
        self.took = time.monotonic() - began

    def result(self) -> BaseException | None:
        self.thread.join(10)
        assert not self.thread.is_alive()
        return self.raised


# --- the pulse ---


def test_it_is_a_release_that_touches_nothing_before_it_is_prepared(bench: Bench, release: RelayRelease) -> None:
    part: Release = release
    assert not bench.pins
    part.prepare()
    part.prepare()
    assert part.self_test().healthy
    assert part.health().what == "relay on GPIO26, no confirm sensor"
    assert bench.pulses(RELAY) == []


def test_a_pulse_lasts_as_long_as_configured(bench: Bench, release: RelayRelease) -> None:
    release.fire()
    release.fire()
    assert _as_long_as(bench, 0.2, 0.2)
    assert [state.state for state in bench.at(RELAY).states] == [0, 1, 0, 1, 0]


@pytest.mark.parametrize("active_high", [True, False])
def test_the_relay_is_at_rest_from_the_first_moment_and_after_the_last(bench: Bench, *, active_high: bool) -> None:
    part = RelayRelease(ReleaseConfig(pin=RELAY, active_high=active_high, pulse=0.05), bench)
    part.fire()
    part.close()
    rest, pull = int(not active_high), "down" if active_high else "up"
    assert [seen.level for seen in bench.at(RELAY).seen] == [rest, active_high, rest, "floating", pull]


def test_it_is_not_driven_while_it_is_driven(bench: Bench, release: RelayRelease) -> None:
    firing = Firing(release)
    soon(lambda: _driven(bench))
    with pytest.raises(RuntimeError, match="driven already"):
        release.fire()
    release.prepare()
    assert release.health().healthy
    assert firing.result() is None
    assert len(bench.pulses(RELAY)) == 1


@pytest.mark.anyio
async def test_it_is_not_driven_on_an_event_loop(bench: Bench, release: RelayRelease) -> None:
    with pytest.raises(RuntimeError, match="thread"):
        release.fire()
    assert not bench.pins


@contextmanager
def _interrupting(bench: Bench, act: Callable[[], None]) -> Iterator[None]:
    """Do this once in the calling thread, within a signal handler, as soon as the relay is driven.

    The signal is repeated: Python does not see one that comes just before it waits.
    """
    done = threading.Event()

    def handler(_signal: int, _frame: object) -> None:
        if not done.is_set():
            done.set()
            act()

    def nudge() -> None:
        soon(lambda: _driven(bench))
        while not done.wait(0.02):
            signal.pthread_kill(caller, signal.SIGUSR1)

    caller = threading.get_ident()
    before = signal.signal(signal.SIGUSR1, handler)
    nudging = threading.Thread(target=nudge)
    nudging.start()
    try:
        yield
    finally:
        done.set()
        nudging.join()
        signal.signal(signal.SIGUSR1, before)


def test_a_pulse_ends_in_time_while_its_caller_is_stuck_in_c(bench: Bench, release: RelayRelease) -> None:
    began = time.monotonic()
    with _interrupting(bench, lambda: ctypes.CDLL(None).usleep(700_000)):
        release.fire()
    assert time.monotonic() - began > 0.65  # it was stuck
    assert _as_long_as(bench, 0.2)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, MemoryError, ValueError])
def test_a_caller_that_is_killed_leaves_the_relay_at_rest_at_once(bench: Bench, kind: type[BaseException]) -> None:
    part = RelayRelease(ReleaseConfig(pin=RELAY, pulse=5, confirm=SENSOR), bench)

    def die() -> None:
        raise kind

    with pytest.raises(kind), _interrupting(bench, die):
        part.fire()
    assert not _driven(bench)
    assert bench.pulses(RELAY)[0] < 5  # as long as the whole pulse
    assert part.self_test().healthy  # and it may be driven again
    part.close()


def test_closing_ends_a_pulse_at_once(bench: Bench) -> None:
    part = RelayRelease(ReleaseConfig(pin=RELAY, pulse=5), bench)
    firing = Firing(part)
    soon(lambda: _driven(bench))
    part.close()
    assert bench.level(RELAY) == "down"
    assert isinstance(firing.result(), ReleaseJammed)
    assert bench.pulses(RELAY)[0] < 5  # as long as the whole pulse
    with pytest.raises(RuntimeError, match="closed"):
        part.fire()


SCRIPT = """
import sys, threading, time
from bench_pins import Bench
from hardware.config import ReleaseConfig
from hardware.release import RelayRelease
bench = Bench(sys.argv[1])
part = RelayRelease(ReleaseConfig(pin=26, pulse=5), bench)
threading.Thread(target=part.fire, daemon=True).start()
while 26 not in {pin._number for pin in bench.pins.values()} or bench.level(26) != 1: time.sleep(0.001)
"""


@pytest.mark.parametrize("end", ["", "raise ValueError('a crash')"])
def test_a_process_that_ends_during_a_pulse_ends_it_at_once(tmp_path: Path, end: str) -> None:
    log = tmp_path / "pin"
    subprocess.run(
        [sys.executable, "-c", SCRIPT + end, log],
        env={"PYTHONPATH": str(Path(__file__).parents[1] / "support")},
        check=False,
        timeout=60,
        capture_output=True,
    )
    levels = [line.split() for line in log.read_text().splitlines()]
    assert [level for _, level, _ in levels] == ["0.0", "1.0", "0.0", "floating", "down"]
    assert float(levels[2][2]) - float(levels[1][2]) < 5  # the pulse that it was in


# --- the confirm sensor ---


def test_goods_that_fall_during_the_pulse_confirm_it_and_the_pulse_is_as_long_as_ever(
    bench: Bench, confirmed: RelayRelease
) -> None:
    firing = Firing(confirmed)
    soon(lambda: _driven(bench))
    bench.at(SENSOR).drive_low()
    assert firing.result() is None
    assert _as_long_as(bench, 0.1)


def test_goods_that_fall_after_the_pulse_confirm_it(bench: Bench, confirmed: RelayRelease) -> None:
    firing = Firing(confirmed)
    soon(lambda: len(bench.pulses(RELAY)) == 1)
    time.sleep(0.1)
    bench.at(SENSOR).drive_low()
    assert firing.result() is None


@pytest.mark.parametrize("active_high", [True, False])
def test_a_blip_that_is_over_before_anybody_looks_confirms(bench: Bench, *, active_high: bool) -> None:
    part = RelayRelease(
        ReleaseConfig(pin=RELAY, pulse=0.3, confirm=SENSOR, confirm_active_high=active_high, confirm_within=1), bench
    )
    part.prepare()
    assert bench.at(SENSOR).pull == ("down" if active_high else "up")
    firing = Firing(part)
    soon(lambda: _driven(bench))
    if active_high:
        bench.at(SENSOR).drive_high_until_told()
        bench.at(SENSOR).drive_low()
    else:
        bench.at(SENSOR).drive_low_until_told()
        bench.at(SENSOR).drive_high()
    assert firing.result() is None
    part.close()


def test_noise_confirms_nothing(bench: Bench, confirmed: RelayRelease) -> None:
    firing = Firing(confirmed)
    soon(lambda: _driven(bench))
    assert bench.at(SENSOR).bounce == BOUNCE
    bench.at(SENSOR)._bounce = 5.0  # on a busy machine a moment of this test may last as long as goods that fall
    for _ in range(20):
        bench.at(SENSOR).drive_low()
        bench.at(SENSOR).drive_high()
        time.sleep(0.002)
    assert isinstance(firing.result(), ReleaseJammed)


def test_a_release_that_nothing_confirms_is_jammed(bench: Bench, confirmed: RelayRelease) -> None:
    firing = Firing(confirmed)
    jam = firing.result()
    assert isinstance(jam, ReleaseJammed)
    assert firing.took >= 0.99
    assert str(jam).startswith(
        "release: driven, but the confirm sensor at GPIO4 (header pin 7) saw nothing for 1 s: the goods are stuck"
    )
    assert len(str(jam).splitlines()) == 1
    assert confirmed.health().healthy  # the next one may come out
    assert confirmed.health().last_fault == str(jam)
    assert _as_long_as(bench, 0.1)


def test_what_confirmed_one_release_does_not_confirm_the_next(bench: Bench, confirmed: RelayRelease) -> None:
    firing = Firing(confirmed)
    soon(lambda: _driven(bench))
    bench.at(SENSOR).drive_low()
    assert firing.result() is None
    bench.at(SENSOR).drive_high_until_told()
    assert isinstance(Firing(confirmed).result(), ReleaseJammed)


def test_nothing_is_driven_while_the_sensor_is_active(bench: Bench, confirmed: RelayRelease) -> None:
    bench.at(SENSOR).drive_low()
    with pytest.raises(
        DeviceError,
        match=r"the confirm sensor is active before the release: goods stand in the way or the sensor is stuck",
    ) as error:
        confirmed.fire()
    assert not isinstance(error.value, ReleaseJammed)
    assert "GPIO4 (header pin 7)" in str(error.value)
    assert bench.pulses(RELAY) == []
    assert confirmed.health().last_fault == str(error.value)


def test_a_lost_edge_does_not_lose_the_confirmation(bench: Bench, confirmed: RelayRelease) -> None:
    firing = Firing(confirmed)
    soon(lambda: _driven(bench))
    bench.at(SENSOR)._state = False  # active, and no edge says so
    assert firing.result() is None


def test_an_edge_lost_before_a_release_does_not_spoil_it(bench: Bench, confirmed: RelayRelease) -> None:
    for again in (confirmed.fire, confirmed.prepare):
        bench.at(SENSOR).drive_low_until_told()
        bench.at(SENSOR)._state = True  # inactive again, and no edge says so
        if again == confirmed.prepare:
            confirmed.prepare()
        firing = Firing(confirmed)
        soon(lambda: _driven(bench))
        bench.at(SENSOR).drive_low()
        assert firing.result() is None
        bench.at(SENSOR).drive_high_until_told()


def test_what_was_not_driven_is_not_waited_for(
    bench: Bench, confirmed: RelayRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(PassingSensor, "passed_within", lambda _sensor, seconds: waited.append(seconds))
    confirmed.prepare()
    bench.troubles["set"] = OSError(5, "Input/output error")
    with pytest.raises(DeviceError) as error:
        confirmed.fire()
    assert not isinstance(error.value, ReleaseJammed)
    assert waited == []


def test_closing_ends_the_wait_for_the_sensor(bench: Bench) -> None:
    part = RelayRelease(ReleaseConfig(pin=RELAY, pulse=0.05, confirm=SENSOR, confirm_within=14), bench)
    firing = Firing(part)
    soon(lambda: _driven(bench))
    soon(lambda: not _driven(bench))
    part.close()
    jam = firing.result()
    assert isinstance(jam, ReleaseJammed)
    assert "closed" in str(jam)


# --- what it says of itself ---


def test_a_sensor_that_is_active_at_rest_fails_the_test_and_nothing_is_driven(
    bench: Bench, confirmed: RelayRelease
) -> None:
    assert confirmed.self_test().healthy
    bench.at(SENSOR).drive_low()
    fault = confirmed.self_test().fault
    assert fault is not None
    assert "active at rest" in fault
    assert "GPIO4 (header pin 7)" in fault
    bench.at(SENSOR).drive_high()
    assert confirmed.self_test().healthy
    assert bench.pulses(RELAY) == []


def test_a_sensor_that_stays_active_is_a_fault_until_it_is_not(bench: Bench, confirmed: RelayRelease) -> None:
    confirmed.prepare()
    bench.at(SENSOR).drive_low_until_told()
    assert confirmed.health().healthy  # goods may lie there for a while
    confirmed.at_rest = 0.1
    soon(lambda: not confirmed.health().healthy)
    assert "active at rest" in str(confirmed.health().fault)
    bench.at(SENSOR).drive_high()
    soon(lambda: confirmed.health().healthy)


def test_a_pin_that_is_used_is_named_and_claimed_when_it_is_free(bench: Bench, release: RelayRelease) -> None:
    taken = OutputDevice(RELAY, pin_factory=bench)
    with pytest.raises(DeviceError, match=r"^release, relay: GPIO26 \(header pin 37\) is used by") as error:
        release.fire()
    assert not isinstance(error.value, ReleaseJammed)
    assert release.self_test().fault == str(error.value)
    taken.close()
    release.fire()
    assert release.health().healthy


def test_a_sensor_that_cannot_be_claimed_lets_the_relay_go(bench: Bench) -> None:
    part = RelayRelease(CONFIRMED, bench)
    bench.only, bench.troubles["claim"] = SENSOR, OSError(16, "Device or resource busy")
    with pytest.raises(DeviceError, match=r"^release, confirm: GPIO4 \(header pin 7\) does not work: .*busy"):
        part.fire()
    assert bench.level(RELAY) == "down"
    bench.troubles.clear()
    assert part.self_test().healthy
    part.close()


def test_a_relay_that_could_not_be_driven_is_no_jam(bench: Bench, release: RelayRelease) -> None:
    release.prepare()
    bench.troubles["write"] = OSError(5, "Input/output error")
    with pytest.raises(DeviceError, match="Input/output error") as error:
        release.fire()
    assert not isinstance(error.value, ReleaseJammed)
    assert not release.health().present
    bench.troubles.clear()
    release.fire()
    assert release.health().healthy
    assert len(bench.pulses(RELAY)) == 1


def test_a_relay_that_can_not_be_switched_off_is_a_fault_and_its_pin_is_let_go(bench: Bench) -> None:
    part = RelayRelease(PLAIN, bench)
    firing = Firing(part)
    soon(lambda: _driven(bench))
    bench.troubles["set"] = OSError(5, "Input/output error")
    assert firing.result() is None  # it was driven, and without a sensor that counts
    assert "Input/output error" in str(part.health().fault)
    assert bench.level(RELAY) == "down"
    assert _as_long_as(bench, 0.2)
    bench.troubles.clear()
    part.prepare()
    assert part.health().healthy
    part.close()


def test_a_sensor_that_can_not_be_read_before_the_pulse_means_not_driven_and_after_it_a_jam(
    bench: Bench, confirmed: RelayRelease
) -> None:
    bench.only, bench.troubles["read"] = SENSOR, OSError(5, "Input/output error")
    with pytest.raises(DeviceError, match=r"^release, confirm: GPIO4") as error:
        confirmed.fire()
    assert not isinstance(error.value, ReleaseJammed)
    assert bench.pulses(RELAY) == []
    bench.troubles.clear()
    firing = Firing(confirmed)
    soon(lambda: _driven(bench))
    bench.troubles["read"] = OSError(5, "Input/output error")
    assert isinstance(firing.result(), ReleaseJammed)
    bench.troubles.clear()
