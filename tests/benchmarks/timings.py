"""How fast the parts answer, on a machine with nothing else to do: `make bench`. No other test depends on the clock.

Real drivers on mock pins; each limit is the one that the part's contract or its user asks for.
"""

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from bench_pins import Bench
from crowd import crowd
from matrix_pins import SimulatedMatrix
from waits import soon

from hardware.buzzer import PiezoBuzzer
from hardware.config import BuzzerConfig, LedsConfig, MatrixConfig, ReleaseConfig
from hardware.keypad.matrix import MatrixKeypad
from hardware.lamps import Leds
from hardware.ports import KeyEvent, Lamp, Pattern, Tune
from hardware.release import RelayRelease
from kiosk.listener import Answer, listener
from kiosk.serving.server import serving

BUZZER, RELAY, SENSOR = 18, 26, 4


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def buzzer(bench: Bench) -> Iterator[PiezoBuzzer]:
    part = PiezoBuzzer(BuzzerConfig(BUZZER), bench)
    part.prepare()
    yield part
    part.close()


def sounds(bench: Bench) -> bool:
    return bench.level(BUZZER) == 0.5


def test_lamps_are_shown_within_five_milliseconds(bench: Bench) -> None:
    leds = Leds(LedsConfig(), bench)
    leds.prepare()
    took = []
    for number in range(200):
        began = time.perf_counter()
        leds.show(dict.fromkeys(Lamp, list(Pattern)[number % 4]))
        took.append(time.perf_counter() - began)
    leds.close()
    assert statistics.quantiles(took, n=20)[17] < 0.005  # nine of ten


def edges(bench: Bench, pin: int) -> list[float]:
    return [seen.at for seen in bench.at(pin).seen if seen.level in (0, 1)][1:]  # the first is the claim


@pytest.mark.parametrize(("pattern", "half"), [(Pattern.SLOW, 0.5), (Pattern.FAST, 0.2)])
def test_slow_blinks_once_a_second_and_fast_two_and_a_half_times(bench: Bench, pattern: Pattern, half: float) -> None:
    leds = Leds(LedsConfig(), bench)
    leds.show({Lamp.BUSY: pattern})
    soon(lambda: len(edges(bench, 27)) >= 17)
    seen = edges(bench, 27)
    assert statistics.median(b - a for a, b in pairwise(seen)) == pytest.approx(half, abs=0.03)
    assert seen[16] - seen[0] == pytest.approx(16 * half, abs=0.06), "it keeps its beat"
    leds.close()


def test_lamps_of_one_pattern_are_in_step_to_twenty_milliseconds(bench: Bench) -> None:
    leds = Leds(LedsConfig(), bench)
    leds.show({Lamp.BUSY: Pattern.FAST})
    soon(lambda: len(edges(bench, 27)) == 3)
    time.sleep(0.04)  # in the midst of a half
    leds.show({Lamp.FAULT: Pattern.FAST})
    soon(lambda: len(edges(bench, 23)) >= 6)
    for edge in edges(bench, 23)[1:]:
        assert min(abs(edge - other) for other in edges(bench, 27)) < 0.02
    leds.close()


def test_a_click_is_over_after_thirty_milliseconds(bench: Bench, buzzer: PiezoBuzzer) -> None:
    for _ in range(9):
        buzzer.play(Tune.KEY)
        soon(lambda: sounds(bench))
        soon(lambda: not sounds(bench))
    assert sorted(bench.pulses(BUZZER, 0.5))[4] <= 0.03


def test_a_newer_tune_begins_at_once(bench: Bench, buzzer: PiezoBuzzer) -> None:
    buzzer.play(Tune.BAD)
    soon(lambda: sounds(bench))
    began = time.perf_counter()
    buzzer.play(Tune.KEY)
    assert time.perf_counter() - began < 0.05


def test_a_pulse_is_as_long_as_configured_to_sixty_milliseconds(bench: Bench) -> None:
    part = RelayRelease(ReleaseConfig(pin=RELAY, pulse=0.2), bench)
    part.prepare()
    part.fire()
    part.fire()
    assert bench.pulses(RELAY) == pytest.approx([0.2, 0.2], abs=0.06)
    part.close()


def test_goods_that_fall_end_the_wait_at_once(bench: Bench) -> None:
    part = RelayRelease(ReleaseConfig(pin=RELAY, pulse=0.1, confirm=SENSOR, confirm_within=5), bench)
    part.prepare()
    falling = threading.Thread(target=lambda: (soon(lambda: bench.level(RELAY) == 1), bench.at(SENSOR).drive_low()))
    falling.start()
    began = time.monotonic()
    part.fire()
    assert time.monotonic() - began < 0.5
    falling.join()
    part.close()


def test_a_press_is_told_within_ten_milliseconds_of_its_debouncing() -> None:
    matrix = SimulatedMatrix(MatrixConfig(), bounce=0.0)
    keypad = MatrixKeypad(MatrixConfig(), pins=matrix.factory, alive=matrix.alive)
    heard: list[KeyEvent] = []
    keypad.listen(heard.append, lambda _fault: None)
    soon(lambda: matrix.rests)
    took = []
    for count in range(1, 10):
        began = time.monotonic()
        matrix.press("5")
        soon(lambda count=count: len(heard) == count)
        took.append(time.monotonic() - began)
        matrix.release("5")
        soon(lambda: matrix.rests)
    assert 0.02 <= min(took) < 0.03
    keypad.close()
    matrix.close()


# A process of its own, as the gateway's is: for ten seconds, each on a connection of its own.
GATEWAY = """
import httpx, json, sys, time
took = []
with httpx.Client(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)) as client:
    for _ in range(100):
        began = time.perf_counter()
        client.post(f"{sys.argv[1]}/notification", json={}).raise_for_status()
        took.append(time.perf_counter() - began)
        time.sleep(0.1)
print(json.dumps(took))
"""


@pytest.mark.anyio
@pytest.mark.parametrize("address", ["127.0.0.3", "127.0.0.1"])
async def test_a_good_notification_is_answered_within_a_second_in_a_crowd_of_two_thousand(address: str) -> None:
    """The crowd, idle ones and slow senders who all come back, from another address and from the same."""

    async def accept(_headers: Mapping[str, str], _body: bytes) -> Answer:
        return Answer.ACCEPTED

    async with serving(listener(accept, b"{}"), host="127.0.0.1", port=0) as url, contextlib.AsyncExitStack() as opened:
        await asyncio.to_thread(opened.enter_context, crowd(urlsplit(url).port or 0, address))
        done = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", GATEWAY, url], capture_output=True, check=True, timeout=120
        )
    took = json.loads(done.stdout)
    assert max(took) < 1
