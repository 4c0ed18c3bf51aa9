"""The PIN: kept as a hash, tried ever more slowly, locked after ten, and no way around it."""

from pathlib import Path

import pytest

from kiosk.diagnostics.pin import FILE, LOCKED, PinError, Tries, hashed, matches


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_only_the_right_pin_matches_and_the_hash_does_not_hold_it() -> None:
    stored = hashed("273915")
    assert "273915" not in stored
    assert stored != hashed("273915"), "two kiosks with one PIN have two hashes"
    assert matches("273915", stored)
    assert not matches("273916", stored)
    assert not matches("", stored)


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", "\uff11\uff12\uff13\uff14"])
def test_what_is_no_pin_is_refused(pin: str) -> None:
    with pytest.raises(PinError, match="4 to 12 digits"):
        hashed(pin)


@pytest.mark.parametrize("stored", ["273915", "scrypt:1:2", "scrypt:3:8:1:AAAA:AAAA", "scrypt:16384:8:1:%%:AAAA"])
def test_what_is_no_hash_lets_nobody_in(stored: str) -> None:
    with pytest.raises(PinError, match="kiosk pin"):
        matches("273915", stored)


def test_each_wrong_one_makes_the_next_wait_twice_as_long(tmp_path: Path) -> None:
    clock = Clock()
    tries = Tries(tmp_path, clock)
    assert tries.wait() == 0
    for number in range(9):
        tries.wrong()
        assert tries.wait() == 2.0**number
        clock.now += 2.0**number
        assert tries.wait() == 0
    assert not tries.locked


def test_ten_wrong_ones_lock_it_for_an_hour(tmp_path: Path) -> None:
    clock = Clock()
    tries = Tries(tmp_path, clock)
    for _ in range(10):
        tries.wrong()
    assert (tries.locked, tries.wait()) == (True, LOCKED)
    clock.now += LOCKED - 1
    assert tries.wait() == 1
    clock.now += 1
    assert (tries.wait(), tries.locked) == (0, False)


def test_pulling_the_plug_makes_no_new_tries_and_begins_the_hour_anew(tmp_path: Path) -> None:
    tries = Tries(tmp_path, Clock())
    for _ in range(10):
        tries.wrong()
    again = Tries(tmp_path, Clock())
    assert (again.locked, again.wait()) == (True, LOCKED)
    again.forgive()
    assert Tries(tmp_path, Clock()).wait() == 0


def test_a_count_that_can_not_be_read_is_no_way_in(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("many")
    assert Tries(tmp_path, Clock()).locked


def test_a_disk_that_takes_nothing_does_not_stop_the_count(tmp_path: Path) -> None:
    (tmp_path / FILE).with_suffix(".new").mkdir()
    tries = Tries(tmp_path, Clock())
    for _ in range(10):
        with pytest.raises(OSError, match="directory"):
            tries.wrong()
    assert tries.locked
