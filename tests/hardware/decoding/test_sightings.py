"""Which readings count: as many different ones as are needed must say the same."""

import pytest

from hardware.decoding.protocol import Code, Library, Symbol
from hardware.decoding.sightings import APART, Sightings

ONE, OTHER = "281010897274821897274821", "281010897274821897274822"
BARS = Code(Symbol.CODE128, ONE, Library.ZXING, (600, 0))
BY_ZBAR = BARS._replace(by=Library.ZBAR)
MOVED = BARS._replace(at=(600 + APART, 0))


def test_two_libraries_that_say_the_same_of_one_frame_are_enough() -> None:
    assert Sightings(2).see([BARS, BY_ZBAR], 0.0) == (ONE,)


def test_so_are_two_libraries_on_two_frames() -> None:
    sightings = Sightings(2)
    assert [sightings.see([code], now) for code, now in ((BARS, 0.0), (BY_ZBAR, 0.2))] == [(), (ONE,)]


def test_what_repeats_itself_is_one_reading_however_often() -> None:
    sightings = Sightings(2)
    assert [sightings.see([BARS], number / 15) for number in range(100)] == [()] * 100


def test_a_hand_that_trembles_makes_no_other_reading() -> None:
    sightings = Sightings(2)
    near = (BARS, BARS._replace(at=(600 + APART - 1, 0)), BARS._replace(at=(600 - APART + 1, 0)))
    assert [sightings.see([code], 0.0) for code in near[:2]] == [(), ()]
    assert sightings.see([near[2]], 0.1) == ()


def test_one_library_that_says_the_same_after_the_phone_was_moved_is_enough() -> None:
    sightings = Sightings(2)
    assert [sightings.see([code], now) for code, now in ((BARS, 0.0), (MOVED, 0.2))] == [(), (ONE,)]


def test_a_qr_that_is_read_off_two_frames_counts_though_nothing_moves() -> None:
    sightings, qr = Sightings(2), BARS._replace(symbol=Symbol.QR)
    assert sightings.see([qr, qr._replace(at=(900, 0))], 0.0) == ()  # twice on one frame is once
    assert sightings.see([qr], 0.1) == (ONE,)


def test_both_symbols_are_enough() -> None:
    assert Sightings(2).see([BARS, BARS._replace(symbol=Symbol.QR)], 0.0) == (ONE,)


def test_readings_that_do_not_say_the_same_do_not_add_up() -> None:
    sightings = Sightings(2)
    assert sightings.see([BARS, BY_ZBAR._replace(text=OTHER)], 0.0) == ()
    assert sightings.see([MOVED._replace(text=OTHER[:-1] + "3")], 0.1) == ()


def test_a_misread_beside_the_right_text_counts_nothing() -> None:
    """The frames of two cases: zxing-cpp misreads each one in the same way, and zbar none."""
    sightings = Sightings(2)
    for number in range(10):
        assert sightings.see([BARS._replace(text=OTHER), BY_ZBAR], number / 15) == ()


def test_readings_too_far_apart_in_time_do_not_add_up() -> None:
    sightings = Sightings(2)
    assert [sightings.see([code], now) for code, now in ((BARS, 0.0), (BY_ZBAR, 2.1), (BARS, 4.2))] == [(), (), ()]


def test_frames_between_that_held_no_code_do_no_harm() -> None:
    sightings = Sightings(2)
    assert [sightings.see(codes, now) for codes, now in (([BARS], 0.0), ([], 0.5), ([BY_ZBAR], 2.0))] == [
        (),
        (),
        (ONE,),
    ]


def test_the_same_reading_again_keeps_it_young() -> None:
    sightings = Sightings(2)
    for now in (0.0, 1.5, 3.0):
        assert sightings.see([BARS], now) == ()
    assert sightings.see([BY_ZBAR], 4.5) == (ONE,)


@pytest.mark.parametrize("needed", [1, 2, 3, 4])
def test_as_many_readings_are_needed_as_configured(needed: int) -> None:
    sightings = Sightings(needed)
    different = (BARS, BY_ZBAR, MOVED, BY_ZBAR._replace(at=MOVED.at))
    counted = [bool(sightings.see([code], number / 10)) for number, code in enumerate(different)]
    assert counted.index(True) == needed - 1


def test_texts_come_in_the_order_in_which_they_were_found_each_once() -> None:
    other = BARS._replace(text=OTHER)
    assert Sightings(1).see([other, BARS, other._replace(by=Library.ZBAR)], 0.0) == (OTHER, ONE)


def test_what_was_seen_before_scanning_began_anew_does_not_count() -> None:
    sightings = Sightings(2)
    sightings.see([BARS], 0.0)
    sightings.forget()
    assert sightings.see([BY_ZBAR], 0.1) == ()
