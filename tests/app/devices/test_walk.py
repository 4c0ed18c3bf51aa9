"""The walk with a technician, on the real drivers one layer above the pins: a hand that presses, eyes that see."""

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from waits import PATIENCE
from whole_boards import CONFIG, MockRig

from hardware.config import DecoderConfig
from hardware.decoding.decoder import Decoder
from kiosk.app.devices.walk import Patience, Walk
from kiosk.diagnostics.findings import Grade
from kiosk.diagnostics.protocol import Step

HASTY = Patience(key=2.0, code=4.0, preview=0.5)


class Technician:
    """Answers by what a person would see; `no` to questions with one of these words."""

    def __init__(self, rig: MockRig, *, no: tuple[str, ...] = ()) -> None:
        self.rig = rig
        self.no = no
        self.asked: list[str] = []
        self.lit: list[str] = []
        self.pictures = 0

    def tell(self, line: str) -> None:
        self.asked.append(line)

    def ask(self, question: str) -> bool:
        self.asked.append(question)
        if "mirror" in question:
            shown = np.array(self.rig.displayed().convert("L"), np.uint8).repeat(4, axis=0).repeat(4, axis=1)
            scene = np.zeros((720, 1280), np.uint8)
            scene[100 : 100 + shown.shape[0], 100 : 100 + shown.shape[1]] = shown
            self.rig.hold(scene)
        return not any(word in question for word in self.no)

    def keys(self, _every: str, seen: str, _last: str) -> None:
        self.lit.append(seen)

    def look(self, _frame: NDArray[np.uint8], _line: str) -> None:
        self.pictures += 1


@pytest.fixture
def rig() -> Iterator[MockRig]:
    rig = MockRig()
    yield rig
    rig.close()


def walked(
    rig: MockRig, person: Technician, keys: str, patience: Patience = HASTY, *, operate: bool = False
) -> dict[str, Step]:
    """The walk, while a hand presses keys."""
    decoder = Decoder(DecoderConfig(sightings=1))
    steps = Walk(rig.board, decoder, CONFIG, person, patience, operate=operate).steps()

    def press() -> None:
        while not person.asked or "press each key once" not in person.asked:
            time.sleep(0.01)
        rig.press(keys)

    hand = threading.Thread(target=press)
    hand.start()
    try:
        return {step.name: step for step in steps}
    finally:
        hand.join()
        decoder.close()


def test_a_healthy_board_and_every_key_pressed(rig: MockRig) -> None:
    person = Technician(rig)
    found = walked(rig, person, "123A456B789C*0#D", Patience(key=PATIENCE, code=PATIENCE, preview=0.5))
    assert {name: step.grade for name, step in found.items()} == {
        "keys": Grade.GOOD,
        "lamps": Grade.GOOD,
        "tunes": Grade.GOOD,
        "display": Grade.GOOD,
        "mirror": Grade.GOOD,
        "camera": Grade.GOOD,
        "release": Grade.SKIPPED,
    }, found
    assert person.lit[-1] == "123A456B789C*0#D"
    assert person.pictures > 0
    assert not rig.pins.pulses(CONFIG.release.pin), "nothing is released that nobody wanted"


def test_a_key_that_never_comes_and_one_that_hangs_are_named(rig: MockRig) -> None:
    rig.matrix.press("7")
    found = walked(rig, Technician(rig), "123")
    assert found["keys"].grade is Grade.FAULT
    assert "never came: " in found["keys"].finding
    assert "7" in found["keys"].finding.partition("; ")[2]


@pytest.mark.parametrize(("words", "step"), [("fault lit", "lamps"), ("lamp paid", "lamps"), ("tune good", "tunes")])
def test_what_the_technician_does_not_see_or_hear_is_named(rig: MockRig, words: str, step: str) -> None:
    words = "lamp fault" if words == "fault lit" else words
    found = walked(rig, Technician(rig, no=(words, "mirror")), "1")
    assert found[step].grade is Grade.FAULT
    assert words.split()[1] in found[step].finding
    assert found["mirror"].grade is Grade.SKIPPED


def test_a_display_whose_cable_is_pulled_is_that_steps_fault_and_the_walk_goes_on(rig: MockRig) -> None:
    rig.bus.pull()
    found = walked(rig, Technician(rig), "1")
    assert found["display"].grade is found["mirror"].grade is Grade.FAULT
    assert found["lamps"].grade is Grade.GOOD
    assert found["camera"].grade is Grade.GOOD


def test_a_code_that_the_camera_does_not_see_is_a_fault(rig: MockRig) -> None:
    class Blind(Technician):
        def ask(self, question: str) -> bool:
            return bool(question)

    found = walked(rig, Blind(rig), "1")
    assert (found["mirror"].grade, found["mirror"].finding) == (Grade.FAULT, "it was not read back")


@pytest.mark.parametrize(("no", "grade", "pulses"), [((), Grade.GOOD, 1), (("Drive the release",), Grade.SKIPPED, 0)])
def test_the_release_is_driven_only_when_it_was_wanted_and_after_a_yes(
    rig: MockRig, no: tuple[str, ...], grade: Grade, pulses: int
) -> None:
    found = walked(rig, Technician(rig, no=(*no, "mirror")), "1", operate=True)
    assert found["release"].grade is grade
    assert len(rig.pins.pulses(CONFIG.release.pin)) == pulses
