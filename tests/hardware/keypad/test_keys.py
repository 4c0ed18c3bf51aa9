"""What contacts mean over time, with explicit times: no thread, no clock."""

import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.config import KeyTiming
from hardware.keypad.keys import NEVER, Keys
from hardware.keypad.lines import Crossing, doubtful
from hardware.ports import KeyAction, KeyEvent

PAD = "123A456B789C*0#D"
NEVER_BROKEN = KeyTiming(hold=1e6, stuck=1e6)
PLACES = {key: divmod(place, 4) for place, key in enumerate(PAD)}
NAMES = {place: key for key, place in PLACES.items()}


def _keys(timing: KeyTiming = KeyTiming(), chords: tuple[str, ...] = ("*#",)) -> Keys:  # noqa: B008 - it is frozen
    return Keys(PAD, chords, timing)


def _pressed(keys: Iterable[str]) -> list[KeyEvent]:
    return [KeyEvent(KeyAction.PRESSED, key) for key in keys]


def _held(key: str) -> KeyEvent:
    return KeyEvent(KeyAction.HELD, key)


def _down(keys: Keys, down: str, now: float) -> list[KeyEvent]:
    """Two readings, as far apart as the debouncing takes: the contacts have settled at `now`."""
    return [*keys.read(set(down), now - keys.timing.debounce), *keys.read(set(down), now)]


def test_a_press_counts_once_its_contact_read_the_same_for_the_debouncing_time() -> None:
    keys = _keys()
    assert keys.read({"5"}, 1.0) == []
    assert keys.read({"5"}, 1.019) == []
    assert keys.read({"5"}, 1.0 + 0.02) == _pressed("5")
    assert keys.read({"5"}, 1.05) == []


def test_a_contact_that_flickers_does_not_count_until_it_settles() -> None:
    keys = _keys()
    for step in range(40):
        assert keys.read({"5"} if step % 2 else set(), 1.0 + step * 0.01) == []
    assert keys.read({"5"}, 1.42) == _pressed("5")


def test_a_flicker_while_a_key_is_down_is_no_second_press() -> None:
    keys = _keys()
    assert _down(keys, "5", 1.0) == _pressed("5")
    assert keys.read(set(), 1.1) == []
    assert keys.read({"5"}, 1.115) == []
    assert keys.read({"5"}, 1.2) == []


def test_a_key_can_be_pressed_again_once_it_was_up_for_as_long() -> None:
    keys = _keys()
    assert _down(keys, "5", 1.0) == _pressed("5")
    assert _down(keys, "", 1.1) == []
    assert keys.quiet
    assert _down(keys, "5", 1.2) == _pressed("5")


def test_keys_that_settle_in_one_reading_are_told_in_the_order_in_which_they_went_down() -> None:
    keys = _keys()
    keys.read({"9"}, 1.0)
    keys.read({"9", "1"}, 1.001)
    keys.read({"9", "1", "5"}, 1.002)
    assert keys.read({"9", "1", "5"}, 1.5) == _pressed("915")


def test_the_next_key_may_go_down_before_the_last_is_up() -> None:
    keys = _keys()
    assert _down(keys, "1", 1.0) == _pressed("1")
    assert _down(keys, "12", 1.1) == _pressed("2")
    assert _down(keys, "2", 1.2) == []
    assert _down(keys, "23", 1.3) == _pressed("3")


@pytest.mark.parametrize("order", ["*#", "#*"])
def test_the_second_key_of_a_chord_is_the_chord_as_it_is_spelled(order: str) -> None:
    keys = _keys()
    assert _down(keys, order[0], 1.0) == _pressed(order[0])
    assert _down(keys, order, 1.1) == [KeyEvent(KeyAction.TOGETHER, "*#")]
    assert _down(keys, order[1], 1.2) == []
    assert _down(keys, order, 1.3) == [KeyEvent(KeyAction.TOGETHER, "*#")]


def test_a_chord_in_one_reading_is_a_press_and_the_chord() -> None:
    keys = _keys()
    assert _down(keys, "*#", 1.0) == [*_pressed("*"), KeyEvent(KeyAction.TOGETHER, "*#")]


def test_two_keys_are_a_chord_only_when_they_are_configured_as_one() -> None:
    keys = _keys(chords=("AD",))
    assert _down(keys, "*#", 1.0) == _pressed("*#")
    assert _down(keys, "A*#", 1.1) == _pressed("A")
    assert _down(keys, "AD*#", 1.2) == [KeyEvent(KeyAction.TOGETHER, "AD")]


def test_a_chord_of_a_key_that_is_not_there_is_never_played() -> None:
    keys = Keys("12*", ("*#",), KeyTiming())
    assert _down(keys, "*", 1.0) == _pressed("*")


def test_a_key_is_held_once_when_it_has_been_down_for_so_long() -> None:
    keys = _keys()
    keys.read({"D"}, 1.0)
    assert keys.read({"D"}, 1.02) == _pressed("D")
    assert keys.due == 6.0
    assert keys.read({"D"}, 5.999) == []
    assert keys.read({"D"}, 6.0) == [_held("D")]
    assert keys.read({"D"}, 7.0) == []
    _down(keys, "", 8.0)
    assert _down(keys, "D", 9.0) == _pressed("D")
    assert keys.read({"D"}, 20.0) == [_held("D")]


def test_of_a_chord_only_the_key_that_was_told_as_pressed_can_be_held() -> None:
    keys = _keys()
    _down(keys, "*", 1.0)
    _down(keys, "*#", 1.1)
    assert keys.read({"*", "#"}, 30.0) == [_held("*")]


def test_three_corners_of_a_rectangle_make_all_four_doubtful() -> None:
    assert doubtful({(0, 0), (0, 1), (1, 0), (1, 1)}) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert doubtful({(0, 0), (0, 1), (0, 2), (0, 3)}) == frozenset()
    assert doubtful({(0, 0), (1, 0), (2, 0), (3, 1)}) == frozenset()
    assert doubtful({(0, 0), (0, 1), (2, 0), (2, 1), (3, 3)}) == {(0, 0), (0, 1), (2, 0), (2, 1)}


def _through_wires(truth: str) -> set[Crossing]:
    """What a matrix without diodes reads: every row and column that are connected by whatever way."""
    nets: list[tuple[set[int], set[int]]] = []
    for key in truth:
        row, column = PLACES[key]
        touching = [net for net in nets if row in net[0] or column in net[1]]
        nets = [net for net in nets if net not in touching]
        rows = {row}.union(*(net[0] for net in touching))
        nets.append((rows, {column}.union(*(net[1] for net in touching))))
    return {crossing for rows, columns in nets for crossing in itertools.product(rows, columns)}


def _read(keys: Keys, truth: str, now: float) -> list[KeyEvent]:
    closed = _through_wires(truth)
    return keys.read({NAMES[place] for place in closed}, now, {NAMES[place] for place in doubtful(closed)})


def test_the_third_corner_is_told_when_the_rectangle_is_open_again() -> None:
    keys = _keys()
    told = [
        _read(keys, truth, now) for now, truth in [(1.0, "1"), (1.1, "12"), (1.2, "12"), (1.3, "124"), (1.4, "124")]
    ]
    assert sum(told, []) == _pressed("12")  # noqa: RUF017 - five short lists
    assert "5" in {NAMES[place] for place in _through_wires("124")}
    assert [_read(keys, "14", 1.5), _read(keys, "14", 1.6)] == [[], _pressed("4")]


def test_a_rectangle_does_not_silence_a_key_beside_it() -> None:
    keys = _keys()
    for now, truth in enumerate(["12", "12", "124", "124"]):
        _read(keys, truth, now / 10)
    assert [*_read(keys, "124D", 1.0), *_read(keys, "124D", 1.1)] == _pressed("D")


@given(
    st.lists(st.tuples(st.sets(st.sampled_from(PAD), max_size=6).map("".join), st.integers(1, 12)), max_size=40),
)
def test_a_key_that_nobody_pressed_is_never_told(played: list[tuple[str, int]]) -> None:
    keys, now = _keys(KeyTiming(hold=1e6, stuck=1e6, chatter=1000)), 0.0
    for truth, readings in played:
        for _ in range(readings):
            now += 0.007
            for event in _read(keys, truth, now):
                assert set(event.keys) <= set(truth)


Press = tuple[str, int, int, list[int], list[int], int]
PRESSES = st.lists(
    st.tuples(
        st.sampled_from(PAD),
        st.integers(30, 250),  # ms since the last press began
        st.integers(50, 400),  # ms down
        st.lists(st.integers(1, 11_999), max_size=8),  # us, where the contact changes while it bounces down
        st.lists(st.integers(1, 11_999), max_size=8),  # and up
        st.integers(3_000, 8_000),  # us between two scans
    ),
    max_size=25,
)


def _changes(start: int, flips: list[int]) -> list[int]:
    """When a contact changes: at once, at each flip, and at last so that it stays changed. Microseconds."""
    inside = sorted({start + flip for flip in flips})
    return [start, *inside[: len(inside) // 2 * 2]]


@given(PRESSES)
def test_each_press_is_told_once_and_in_order_however_contacts_bounce(presses: list[Press]) -> None:
    begun = 0
    free_again = dict.fromkeys(PAD, 0)
    changes: dict[str, list[int]] = {key: [] for key in PAD}
    for key, gap, down, bounce, bounce_up, _ in presses:
        begun = max(begun + gap * 1000, free_again[key])
        ends = begun + down * 1000
        free_again[key] = ends + 50_000
        changes[key] += [*_changes(begun, bounce), *_changes(ends, bounce_up)]
    keys = _keys(NEVER_BROKEN, chords=())
    told: list[KeyEvent] = []
    now, scans = 0, itertools.cycle([press[-1] for press in presses] or [5_000])
    while now < max(free_again.values()) + 50_000:
        now += next(scans)
        closed = {key for key in PAD if sum(change <= now for change in changes[key]) % 2}
        told += keys.read(closed, now / 1e6)
    assert told == _pressed(press[0] for press in presses)
    assert keys.quiet
    assert keys.due == NEVER


def test_a_stuck_key_is_a_fault_and_the_others_go_on() -> None:
    keys = _keys()
    _down(keys, "5", 1.0)
    keys.read({"5"}, 10.0)
    assert keys.due == 0.98 + 60
    assert keys.faults == ()
    assert keys.read({"5"}, 61.0) == []
    assert keys.stuck == "5"
    assert keys.faults == ("key 5 has been down for 60 s; it is stuck or something lies on it",)
    assert keys.due == NEVER
    assert _down(keys, "57", 62.0) == _pressed("7")
    assert not keys.quiet
    assert _down(keys, "", 63.0) == []
    assert (keys.faults, keys.stuck, keys.quiet) == ((), "", True)
    assert _down(keys, "5", 64.0) == _pressed("5")


def test_several_stuck_keys_are_one_line() -> None:
    keys = _keys(KeyTiming(stuck=2.5))
    _down(keys, "258", 1.0)
    keys.read(set("258"), 4.0)
    assert keys.faults == ("keys 2, 5 and 8 have been down for 2.5 s; they are stuck or something lies on them",)


def test_a_stuck_key_makes_no_chord() -> None:
    keys = _keys()
    _down(keys, "*", 1.0)
    keys.read({"*"}, 70.0)
    assert _down(keys, "*#", 71.0) == _pressed("#")


def test_a_key_is_never_held_when_it_is_stuck_before() -> None:
    keys = _keys(KeyTiming(hold=5, stuck=2))
    _down(keys, "5", 1.0)
    assert keys.read({"5"}, 4.0) == []
    assert keys.read({"5"}, 9.0) == []


def _chatter(keys: Keys, key: str, times: int, start: float) -> list[KeyEvent]:
    told: list[KeyEvent] = []
    for number in range(times):
        told += _down(keys, key, start + number * 0.05)
        told += _down(keys, "", start + number * 0.05 + 0.025)
    return told


def test_a_key_that_chatters_is_cut_off_until_it_rested_for_ten_seconds() -> None:
    keys = _keys()
    assert _chatter(keys, "8", 18, 1.0) == _pressed("8" * 15)
    assert keys.chattering == "8"
    (line,) = keys.faults
    assert line.startswith("key 8 has been pressed more than 15 times in one second; its contact is loose or dirty")
    assert keys.due == pytest.approx(1.0 + 17 * 0.05 + 0.005 + 10)
    assert _chatter(keys, "5", 1, 3.0) == _pressed("5")
    assert _chatter(keys, "8", 1, 8.0) == []
    assert keys.read(set(), 17.9) == []
    assert keys.chattering == "8"
    assert keys.read(set(), keys.due) == []
    assert (keys.chattering, keys.faults, keys.due) == ("", (), NEVER)
    assert _chatter(keys, "8", 1, 19.0) == _pressed("8")


def test_a_key_that_chatters_makes_no_chord_and_is_not_held() -> None:
    keys = _keys()
    _chatter(keys, "*", 16, 1.0)
    assert _down(keys, "*", 3.0) == []
    assert _down(keys, "*#", 4.0) == _pressed("#")
    assert keys.read({"*", "#"}, 10.0) == [_held("#")]


def test_typing_as_fast_as_allowed_is_no_chatter() -> None:
    keys = _keys(KeyTiming(chatter=3))
    assert _chatter(keys, "1", 3, 1.0) == _pressed("111")
    assert _chatter(keys, "1", 3, 2.5) == _pressed("111")
    assert keys.faults == ()


def test_several_keys_that_chatter_are_one_line() -> None:
    keys = _keys(KeyTiming(chatter=1))
    _chatter(keys, "12", 2, 1.0)
    (line,) = keys.faults
    assert line.startswith("keys 1 and 2 have been pressed more than 1 times in one second; their contacts are loose")


def test_stuck_and_chattering_keys_are_told_side_by_side() -> None:
    keys = _keys(KeyTiming(chatter=1, stuck=1))
    _chatter(keys, "1", 2, 1.0)
    _down(keys, "3", 5.0)
    keys.read({"3"}, 7.0)
    assert [line[:5] for line in keys.faults] == ["key 3", "key 1"]


def test_without_debouncing_every_reading_counts_at_once() -> None:
    keys = _keys(KeyTiming(debounce=0.0))
    assert keys.read({"1"}, 1.0) == _pressed("1")
    assert keys.read(set(), 1.0) == []
    assert keys.read({"1"}, 1.0) == _pressed("1")
