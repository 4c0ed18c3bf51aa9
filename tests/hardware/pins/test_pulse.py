"""One pulse of an output: what became of it, and that the output is at rest afterwards."""

from collections.abc import Iterator

import pytest
from bench_pins import Bench
from gpiozero import OutputDevice
from waits import soon

from hardware.pins.pulse import Driven, Outcome, Pulse

PIN = 26


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def output(bench: Bench) -> Iterator[OutputDevice]:
    output = OutputDevice(PIN, pin_factory=bench)
    yield output
    output.close()


def test_it_is_driven_for_its_whole_time(bench: Bench, output: OutputDevice) -> None:
    pulse = Pulse(output, 0.05)
    pulse.begin()
    assert pulse.outcome() == Outcome(Driven.WHOLE)
    assert bench.pulses(PIN)[0] >= 0.05
    pulse.end()


def test_one_that_is_ended_is_cut_short(bench: Bench, output: OutputDevice) -> None:
    pulse = Pulse(output, 3600)
    pulse.begin()
    soon(lambda: bench.level(PIN) == 1)
    pulse.end()
    assert pulse.outcome() == Outcome(Driven.CUT_SHORT)
    assert bench.level(PIN) == 0


def test_one_that_was_ended_before_it_began_is_never_driven(bench: Bench, output: OutputDevice) -> None:
    pulse = Pulse(output, 0.05)
    pulse.end()
    pulse.begin()
    assert pulse.outcome() == Outcome(Driven.NOT)
    assert bench.pulses(PIN) == []


def test_a_pin_that_can_not_be_driven_is_its_trouble(bench: Bench, output: OutputDevice) -> None:
    trouble = bench.troubles["set"] = OSError(5, "Input/output error")
    pulse = Pulse(output, 0.05)
    pulse.begin()
    assert pulse.outcome() == Outcome(Driven.NOT, trouble)
    assert bench.pulses(PIN) == []


def test_a_pin_that_can_not_be_switched_off_is_made_an_input(bench: Bench, output: OutputDevice) -> None:
    pulse = Pulse(output, 0.1)
    pulse.begin()
    soon(lambda: bench.level(PIN) == 1)
    trouble = bench.troubles["set"] = OSError(5, "Input/output error")
    assert pulse.outcome() == Outcome(Driven.WHOLE, trouble)
    assert bench.level(PIN) == "down"


def test_a_mistake_in_the_program_reaches_who_waits(output: OutputDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(_output: OutputDevice) -> None:
        raise TypeError("a mistake")

    monkeypatch.setattr(OutputDevice, "on", mistaken)
    pulse = Pulse(output, 0.05)
    pulse.begin()
    with pytest.raises(TypeError, match="a mistake"):
        pulse.outcome()
