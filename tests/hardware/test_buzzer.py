"""The buzzer on a simulated pin: what is played, for how long, and that it is silent afterwards."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from bench_pins import Bench
from gpiozero.tones import Tone
from waits import soon

from hardware.buzzer import TUNES, PiezoBuzzer
from hardware.config import BuzzerConfig
from hardware.errors import DeviceError
from hardware.ports import Buzzer, Tune

PIN = 18


@pytest.fixture
def buzzer(bench: Bench) -> Iterator[PiezoBuzzer]:
    part = PiezoBuzzer(BuzzerConfig(PIN), bench)
    yield part
    part.close()


def _sounds(bench: Bench) -> bool:
    return bench.level(PIN) == 0.5


def _length(tune: Tune) -> float:
    return sum(note.seconds or 0 for note in TUNES[tune])


def _rhythm(tune: Tune) -> list[tuple[bool, float]]:
    return [(note.tone is not None, note.seconds or 0) for note in TUNES[tune]]


def _steps(tune: Tune) -> list[int]:
    tones = [Tone(note.tone).midi for note in TUNES[tune] if note.tone]
    return [b - a for a, b in pairwise(tones)]


def test_it_is_a_buzzer_that_touches_nothing_before_it_is_prepared(bench: Bench, buzzer: PiezoBuzzer) -> None:
    part: Buzzer = buzzer
    assert not bench.pins
    assert not part.health().present
    part.prepare()
    part.prepare()
    assert part.self_test().healthy
    assert part.health().what == "piezo buzzer on GPIO18"
    assert not bench.pulses(PIN, 0.5)


@pytest.mark.parametrize(("one", "other"), [*combinations(Tune, 2)])
def test_tunes_differ_in_rhythm_and_in_melody(one: Tune, other: Tune) -> None:
    assert _rhythm(one) != _rhythm(other)
    assert _steps(one) != _steps(other)


def test_every_tune_is_short_and_a_key_is_a_click() -> None:
    assert set(TUNES) == set(Tune)
    assert max(map(_length, Tune)) <= 1.5
    assert _length(Tune.KEY) <= 0.03


@pytest.mark.parametrize("tune", Tune)
def test_a_tune_plays_its_notes_in_their_order_and_for_their_time(
    bench: Bench, buzzer: PiezoBuzzer, tune: Tune
) -> None:
    buzzer.prepare()
    bench.at(PIN).heard.clear()
    buzzer.play(tune)
    tones = [Tone(note.tone).frequency for note in TUNES[tune] if note.tone]
    melody = [tone for i, tone in enumerate(tones) if i == 0 or tones[i - 1] != tone]
    for_so_long = sum(note.seconds for note in TUNES[tune] if note.tone) - 0.1
    soon(lambda: len(bench.at(PIN).heard) >= len(melody))
    soon(lambda: sum(bench.pulses(PIN, 0.5)) >= for_so_long and not _sounds(bench))
    time.sleep(_length(tune))  # nothing comes after it
    soon(lambda: not _sounds(bench))
    assert bench.at(PIN).heard == pytest.approx(melody)


def test_a_newer_tune_replaces_the_older(bench: Bench, buzzer: PiezoBuzzer) -> None:
    buzzer.prepare()
    buzzer.play(Tune.BAD)
    soon(lambda: _sounds(bench))
    buzzer.play(Tune.KEY)
    soon(lambda: bench.at(PIN).frequency == pytest.approx(Tone("C7").frequency))
    soon(lambda: not _sounds(bench))
    time.sleep(_length(Tune.BAD))
    assert not _sounds(bench)


def test_ten_tunes_at_once_are_played_by_one_thread(buzzer: PiezoBuzzer) -> None:
    buzzer.prepare()
    threads = threading.active_count()
    for _ in range(10):
        buzzer.play(Tune.DOUBT)
    assert threading.active_count() == threads


def test_a_closed_buzzer_is_silent_in_the_midst_of_a_note(bench: Bench) -> None:
    threads = threading.active_count()
    part = PiezoBuzzer(BuzzerConfig(PIN), bench)
    part.play(Tune.BAD)
    soon(lambda: _sounds(bench))
    part.close()
    part.close()
    assert bench.level(PIN) == "down"
    assert threading.active_count() == threads
    with pytest.raises(RuntimeError, match="closed"):
        part.play(Tune.KEY)


SCRIPT = """
import sys, time
from bench_pins import Bench
from hardware.buzzer import PiezoBuzzer
from hardware.config import BuzzerConfig
from hardware.ports import Tune
PiezoBuzzer(BuzzerConfig(18), bench := Bench(sys.argv[1])).play(Tune.BAD)
while bench.level(18) != 0.5: time.sleep(0.001)
"""


@pytest.mark.parametrize("end", ["", "raise ValueError('a crash')"])
def test_a_process_that_ends_without_closing_is_silent(tmp_path: Path, end: str) -> None:
    log = tmp_path / "pin"
    support = str(Path(__file__).parents[1] / "support")
    subprocess.run(
        [sys.executable, "-c", SCRIPT + end, log],
        env={"PYTHONPATH": support},
        check=False,
        timeout=60,
        capture_output=True,
    )
    levels = [line.split()[1] for line in log.read_text().splitlines()]
    assert "0.5" in levels
    assert levels[-1] == "down"


def test_a_driver_that_fails_is_said_and_tried_anew(bench: Bench, buzzer: PiezoBuzzer) -> None:
    bench.troubles["claim"] = OSError(16, "Device or resource busy")
    with pytest.raises(DeviceError, match=r"^buzzer: GPIO18 \(header pin 12\) does not work: .*busy"):
        buzzer.play(Tune.KEY)
    assert not buzzer.self_test().present
    bench.troubles.clear()
    buzzer.play(Tune.KEY)
    assert buzzer.health().healthy
    soon(lambda: len(bench.pulses(PIN, 0.5)) == 1)


def test_a_driver_that_fails_while_a_tune_plays_is_a_fault_until_the_next_one(
    bench: Bench, buzzer: PiezoBuzzer
) -> None:
    buzzer.play(Tune.GOOD)
    soon(lambda: _sounds(bench))
    bench.troubles["write"] = OSError(5, "Input/output error")
    soon(lambda: not buzzer.health().healthy)
    assert "Input/output error" in str(buzzer.health().fault)
    bench.troubles.clear()
    buzzer.play(Tune.GOOD)
    assert buzzer.health().healthy
    assert "Input/output error" in str(buzzer.health().last_fault)
