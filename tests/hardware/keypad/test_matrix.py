"""A key matrix at simulated pins: real gpiozero pins, threads and time, with no diodes and with late edges."""

import errno
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType

import pytest
from matrix_pins import SimulatedMatrix
from waits import soon

from hardware.config import KeyTiming, MatrixConfig
from hardware.errors import DeviceError
from hardware.keypad.matrix import MatrixKeypad
from hardware.ports import KeyAction, KeyEvent, Keypad

FOUR = MatrixConfig(rows=(5, 6, 13, 19), columns=(12, 16, 20, 21), keys="123A456B789C*0#D")
SIZES = [
    FOUR,
    MatrixConfig(rows=(5, 6, 13, 19), columns=(12, 16, 20), keys="123456789*0#"),
    MatrixConfig(rows=(5, 6), columns=(12, 16, 20, 21, 26, 2), keys="1234567890*#"),  # GPIO2 has a pull-up of its own
    MatrixConfig(rows=(5,), columns=(12,), keys="#"),
]


class HastyKeypad(MatrixKeypad):
    """Waits less where a person would not mind waiting and a test would."""

    retry_after = 0.02
    check_every = 0.05
    calm_after = 0.1


class Desk:
    """A keypad with its simulated matrix, and what it told."""

    def __init__(self, config: MatrixConfig = FOUR, *, bounce: float = 0.0) -> None:
        self.matrix = SimulatedMatrix(config, bounce=bounce)
        self.keypad = HastyKeypad(config, pins=self.matrix.factory, alive=self.matrix.alive)
        self.events: list[KeyEvent] = []
        self.faults: list[str | None] = []
        self.threads: set[str] = set()

    def listen(self) -> None:
        self.keypad.listen(self._hear, self.faults.append)

    def _hear(self, event: KeyEvent) -> None:
        self.events.append(event)
        self.threads.add(threading.current_thread().name)

    @property
    def pressed(self) -> str:
        return "".join(event.keys for event in self.events if event.action is KeyAction.PRESSED)

    def press(self, key: str) -> None:
        """Push a key down and wait until it was told."""
        before = len(self.events)
        self.matrix.press(key)
        soon(lambda: len(self.events) > before)

    def release(self, keys: str) -> None:
        """Let the last keys go and wait until the keypad rests."""
        for key in keys:
            self.matrix.release(key)
        soon(lambda: self.matrix.rests)

    def close(self) -> None:
        self.keypad.close()
        self.matrix.close()


def _quick(**timing: float) -> MatrixConfig:
    return replace(FOUR, timing=replace(KeyTiming(), **timing))


@pytest.fixture
def desks() -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(config: MatrixConfig = FOUR, *, bounce: float = 0.0) -> Desk:
        made.append(Desk(config, bounce=bounce))
        return made[-1]

    yield make
    for desk in made:
        desk.matrix.mend()
        desk.close()
        assert desk.matrix.conflicts == []
        assert desk.matrix.freed


@pytest.fixture
def desk(desks: Callable[..., Desk]) -> Desk:
    """A keypad that listens."""
    desk = desks()
    desk.listen()
    soon(lambda: desk.matrix.rests)
    return desk


def test_it_is_a_keypad_that_touches_nothing_before_it_is_prepared(desks: Callable[..., Desk]) -> None:
    desk = desks()
    keypad: Keypad = desk.keypad
    health = keypad.health()
    assert health.what == "keypad of 4 x 4 keys, rows GPIO 5 6 13 19, columns GPIO 12 16 20 21"
    assert not health.present
    assert desk.matrix.factory().pins == {}


def test_prepared_it_has_its_pins_and_no_fault(desks: Callable[..., Desk]) -> None:
    desk = desks()
    desk.keypad.prepare()
    desk.keypad.prepare()
    assert desk.keypad.health().healthy
    assert not desk.matrix.freed


@pytest.mark.parametrize("config", SIZES, ids=lambda config: f"{len(config.rows)}x{len(config.columns)}")
def test_every_key_of_any_matrix_is_told_once_although_it_bounces(
    desks: Callable[..., Desk], config: MatrixConfig
) -> None:
    desk = desks(config, bounce=0.006)
    desk.listen()
    for key in config.keys:
        desk.press(key)
        desk.release(key)
    assert desk.pressed == config.keys
    assert desk.threads == {"keypad"}
    assert desk.matrix.alive()
    assert desk.faults == []


def test_a_key_is_told_by_its_edge_once_however_long_it_is_down(desk: Desk) -> None:
    desk.press("7")
    desk.release("7")
    assert desk.pressed == "7"


def test_a_press_is_told_no_sooner_than_it_has_settled(desk: Desk) -> None:
    for _ in range(5):
        begun = time.monotonic()
        desk.press("5")
        assert time.monotonic() - begun >= 0.02
        desk.release("5")


def test_at_rest_nothing_looks_at_the_pins(desks: Callable[..., Desk]) -> None:
    desk = desks()
    desk.keypad = MatrixKeypad(FOUR, pins=desk.matrix.factory, alive=desk.matrix.alive)
    desk.listen()
    desk.press("1")
    desk.release("1")

    def nobody_looks() -> bool:
        before = desk.matrix.looks
        time.sleep(0.4)
        return desk.matrix.looks == before

    soon(nobody_looks)  # the edges of its own scanning may wake it once more


def test_quick_typing_overlaps_and_is_told_in_order(desk: Desk) -> None:
    desk.press("1")
    desk.press("2")
    desk.matrix.release("1")
    desk.press("9")
    desk.press("#")
    desk.release("29#")
    assert desk.pressed == "129#"


def test_two_keys_of_a_chord_are_told_together(desk: Desk) -> None:
    desk.press("#")
    desk.press("*")
    desk.release("*#")
    assert desk.events == [KeyEvent(KeyAction.PRESSED, "#"), KeyEvent(KeyAction.TOGETHER, "*#")]


def test_a_key_that_stays_down_is_held(desks: Callable[..., Desk]) -> None:
    desk = desks(_quick(hold=0.2))
    desk.listen()
    desk.press("D")
    soon(lambda: len(desk.events) == 2)
    desk.release("D")
    assert desk.events == [KeyEvent(KeyAction.PRESSED, "D"), KeyEvent(KeyAction.HELD, "D")]


def test_a_phantom_key_is_never_told_and_the_true_one_once_it_is_sure(desk: Desk) -> None:
    desk.press("1")
    desk.press("2")
    desk.matrix.press("4")  # 5 reads as closed, too
    desk.press("D")  # long after 4 would have been told
    assert desk.pressed == "12D"
    before = len(desk.events)
    desk.matrix.release("1")
    soon(lambda: len(desk.events) > before)
    desk.release("24D")
    assert desk.pressed == "12D4"


def test_two_keys_in_one_column_short_no_outputs(desk: Desk) -> None:
    desk.press("1")
    desk.press("4")
    desk.press("7")
    desk.release("147")
    assert desk.matrix.conflicts == []


def test_a_stuck_key_is_a_fault_until_it_is_up_and_the_others_go_on(desks: Callable[..., Desk]) -> None:
    desk = desks(_quick(stuck=0.2))
    desk.listen()
    desk.matrix.press("5")
    line = "keypad: key 5 has been down for 0.2 s; it is stuck or something lies on it"
    soon(lambda: desk.faults == [line])
    assert desk.keypad.health().fault == line
    assert desk.keypad.health().present
    desk.press("9")
    desk.matrix.release("9")
    desk.release("5")
    soon(lambda: desk.faults[-1] is None)
    assert desk.pressed == "59"
    health = desk.keypad.health()
    assert health.healthy
    assert health.last_fault == line


def test_while_a_key_is_stuck_and_nothing_happens_it_looks_seldom(desks: Callable[..., Desk]) -> None:
    desk = desks(_quick(stuck=0.1))
    desk.listen()
    desk.matrix.press("5")
    soon(lambda: desk.faults)
    time.sleep(0.3)  # longer than it takes to calm down
    before = desk.matrix.looks
    time.sleep(0.5)
    assert desk.matrix.looks - before < 11 * 20  # a scan looks 20 times: 16 crossings and 4 columns
    soon(lambda: desk.matrix.looks > before)
    desk.release("5")


def test_a_key_that_chatters_is_cut_off_and_the_others_go_on(desks: Callable[..., Desk]) -> None:
    desk = desks(_quick(chatter=1, debounce=0.005))
    desk.listen()
    while not desk.faults:
        desk.matrix.tap("3", 0.05)
    assert desk.faults[0] is not None
    assert desk.faults[0].startswith("keypad: key 3 has been pressed more than 1 times in one second")
    told = desk.pressed.count("3")
    desk.matrix.tap("3", 0.05)
    desk.press("8")
    desk.release("8")
    assert desk.pressed.count("3") == told
    assert desk.pressed.endswith("8")


def test_pins_that_fail_are_told_once_and_tried_again_until_they_work(desks: Callable[..., Desk]) -> None:
    desk = desks()
    desk.matrix.break_down(OSError(errno.EIO, "Input/output error"))
    desk.listen()
    soon(lambda: desk.matrix.asked > 3)
    assert desk.faults == [
        "keypad: [Errno 5] Input/output error; check the pins in the configuration, and the wires",
    ]
    assert not desk.keypad.health().present
    desk.matrix.mend()
    soon(lambda: desk.faults[-1] is None)
    desk.press("5")
    desk.release("5")
    assert len(desk.faults) == 2


def test_pins_that_fail_under_a_key_do_not_tell_it_twice(desk: Desk) -> None:
    desk.press("5")
    desk.matrix.break_down(OSError(errno.EIO, "Input/output error"))
    soon(lambda: desk.faults)
    desk.matrix.mend()
    soon(lambda: desk.faults[-1] is None)
    desk.press("6")
    desk.release("56")
    assert desk.pressed == "56"


def test_what_lgpio_raises_is_said_in_words(desks: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    class LgpioError(Exception):
        def __str__(self) -> str:
            return "'GPIO busy'"  # as lgpio.error does

    lgpio = ModuleType("lgpio")
    lgpio.error = LgpioError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lgpio", lgpio)
    desk = desks()
    desk.matrix.break_down(LgpioError())
    with pytest.raises(DeviceError, match=r"^keypad: GPIO busy; check"):
        desk.keypad.prepare()
    assert desk.keypad.health().fault == "keypad: GPIO busy; check the pins in the configuration, and the wires"
    desk.matrix.mend()


def test_a_mistake_of_the_pins_ends_the_thread_and_is_told(desks: Callable[..., Desk]) -> None:
    uncaught: list[threading.ExceptHookArgs] = []
    before, threading.excepthook = threading.excepthook, uncaught.append
    try:
        desk = desks()
        desk.matrix.break_down(ZeroDivisionError())
        desk.listen()
        soon(lambda: uncaught)
    finally:
        threading.excepthook = before
    desk.matrix.mend()
    assert desk.faults == [
        "keypad: its thread ended by a mistake in the program, and no key is heard; restart the kiosk"
    ]
    with pytest.raises(DeviceError, match="its thread ended by a mistake"):
        desk.keypad.prepare()
    assert not desk.keypad.health().present


class _Other:
    def __repr__(self) -> str:
        return "the lamps"

    def _conflicts_with(self, _other: object) -> bool:
        return True


def test_a_pin_that_another_part_uses_is_said_with_who_uses_it(desks: Callable[..., Desk]) -> None:
    desk, lamps = desks(), _Other()
    desk.matrix.factory().reserve_pins(lamps, 6)
    with pytest.raises(DeviceError, match="keypad: pin GPIO6 is already in use by the lamps"):
        desk.keypad.prepare()
    desk.matrix.factory().release_pins(lamps, 6)
    desk.keypad.prepare()
    with pytest.raises(Exception, match="already in use by the keypad"):
        desk.matrix.factory().reserve_pins(lamps, 6)


def test_a_pin_that_is_not_there_is_said_with_what_it_is_for(desks: Callable[..., Desk]) -> None:
    desk = desks(replace(FOUR, columns=(12, 16, 20, 99)))
    with pytest.raises(DeviceError, match=r"keypad, column 4 \(GPIO99\): 99 is not a valid pin name"):
        desk.keypad.prepare()
    assert desk.matrix.freed


def test_without_edges_it_says_so_and_looks_by_itself(desk: Desk) -> None:
    desk.matrix.stop_edges()
    soon(lambda: desk.faults)
    assert desk.faults == [
        "keypad: the interrupts of the pins have stopped; keys are looked for all the time instead; restart the kiosk"
    ]
    desk.press("5")
    desk.release("5")
    desk.press("5")
    desk.release("5")
    assert desk.pressed == "55"
    assert len(desk.faults) == 1


def test_a_column_that_touches_ground_is_a_fault_and_presses_no_key(desk: Desk) -> None:
    desk.matrix.ground(16)
    line = "keypad: column 2 (GPIO16) is low though nothing drives it; its wire touches ground or another wire"
    soon(lambda: desk.faults == [line])
    desk.matrix.press("2")
    desk.press("4")
    assert desk.pressed == "4"
    desk.matrix.release("2")
    desk.matrix.release("4")
    desk.matrix.mend_wires()
    soon(lambda: desk.faults[-1] is None)
    desk.press("2")
    desk.release("2")


def test_closed_it_has_freed_its_pins_and_calls_nobody(desk: Desk) -> None:
    desk.press("5")
    desk.keypad.close()
    told = len(desk.events)
    assert desk.matrix.freed
    assert not desk.keypad.health().present
    assert "keypad" not in {thread.name for thread in threading.enumerate()}
    desk.matrix.press("6")
    assert len(desk.events) == told
    assert desk.matrix.alive()
    desk.keypad.close()
    with pytest.raises(RuntimeError, match="closed"):
        desk.keypad.prepare()
    with pytest.raises(RuntimeError, match="closed"):
        desk.listen()


def test_it_can_be_closed_while_it_waits_to_try_again(desks: Callable[..., Desk]) -> None:
    desk = desks()
    desk.keypad = MatrixKeypad(FOUR, pins=desk.matrix.factory, alive=desk.matrix.alive)
    desk.matrix.break_down(OSError(errno.EIO, "Input/output error"))
    desk.listen()
    soon(lambda: desk.faults)
    desk.keypad.close()
    assert not desk.keypad.lives()


def test_it_can_be_closed_while_keys_go_up_and_down(desks: Callable[..., Desk]) -> None:
    for key in "1590":
        desk = desks(bounce=0.02)
        desk.listen()
        desk.press(key)
        desk.matrix.release(key)
        desk.keypad.close()
        assert desk.matrix.freed
        assert desk.matrix.alive()


def test_it_listens_to_one_only(desk: Desk) -> None:
    with pytest.raises(RuntimeError, match="listens already"):
        desk.listen()


def test_another_keypad_can_have_the_pins_afterwards(desk: Desk) -> None:
    desk.keypad.close()
    desk.keypad = HastyKeypad(FOUR, pins=desk.matrix.factory, alive=desk.matrix.alive)
    desk.listen()
    desk.press("0")
    desk.release("0")


def test_a_sound_keypad_passes_its_test_and_works_afterwards(desks: Callable[..., Desk]) -> None:
    desk = desks()
    assert desk.keypad.self_test().healthy
    desk.listen()
    desk.press("5")
    with pytest.raises(RuntimeError, match="listens"):
        desk.keypad.self_test()
    desk.release("5")


def test_the_test_finds_keys_that_are_down(desks: Callable[..., Desk]) -> None:
    desk = desks()
    desk.matrix.press("8")
    desk.matrix.press("2")  # in the same column: their rows are connected through them, which is no short
    assert desk.keypad.self_test().fault == (
        "keypad: key 2 is down: it is stuck, or something lies on it; "
        "key 8 is down: it is stuck, or something lies on it"
    )
    desk.matrix.release("8")
    desk.matrix.release("2")
    health = desk.keypad.self_test()
    assert health.healthy
    assert health.last_fault is not None


@pytest.mark.parametrize(
    ("wires", "said"),
    [
        ((5, 6), "the wires of row 1 (GPIO5) and row 2 (GPIO6) touch"),
        ((16, 21), "the wires of column 2 (GPIO16) and column 4 (GPIO21) touch"),
        ((6, 20), "key 6 is down: it is stuck, or something lies on it"),
    ],
)
def test_the_test_finds_wires_that_touch(desks: Callable[..., Desk], wires: tuple[int, int], said: str) -> None:
    desk = desks()
    desk.matrix.short(*wires)
    assert desk.keypad.self_test().fault == f"keypad: {said}"


def test_the_test_finds_a_wire_that_touches_ground(desks: Callable[..., Desk]) -> None:
    desk = desks()
    desk.matrix.ground(13)
    said = "keypad: row 3 (GPIO13) is low though nothing drives it; its wire touches ground or another wire"
    assert desk.keypad.self_test().fault == said


def test_a_test_of_pins_that_fail_is_a_fault_in_the_answer(desks: Callable[..., Desk]) -> None:
    desk = desks()
    desk.keypad.prepare()
    desk.matrix.break_down(OSError(errno.EIO, "Input/output error"))
    health = desk.keypad.self_test()
    assert not health.present
    assert health.fault is not None
    assert "Input/output error" in health.fault
    desk.matrix.mend()
    assert desk.keypad.self_test().healthy
