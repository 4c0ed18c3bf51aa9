"""Which readings count."""

import pytest

from hardware.decoding.protocol import Code, Symbol
from hardware.decoding.sightings import Sightings

ONE, OTHER = "281010897274821897274821", "281010897274821897274822"


def qr(text: str) -> Code:
    return Code(Symbol.QR, text)


def code128(text: str) -> Code:
    return Code(Symbol.CODE128, text)


def test_a_code_counts_from_the_second_frame_on_that_shows_it() -> None:
    sightings = Sightings(2)
    assert [sightings.see([qr(ONE)], now) for now in (0.0, 0.1, 0.2)] == [(), (ONE,), (ONE,)]


def test_both_symbols_of_one_frame_are_enough() -> None:
    assert Sightings(5).see([code128(ONE), qr(ONE)], 0.0) == (ONE,)


def test_the_same_symbol_twice_on_one_frame_is_one_reading() -> None:
    assert Sightings(2).see([qr(ONE), qr(ONE)], 0.0) == ()


def test_two_symbols_that_do_not_say_the_same_do_not_count() -> None:
    assert Sightings(2).see([qr(ONE), code128(OTHER)], 0.0) == ()


def test_another_symbol_on_the_next_frame_is_a_second_reading() -> None:
    sightings = Sightings(2)
    sightings.see([qr(ONE)], 0.0)
    assert sightings.see([code128(ONE)], 0.1) == (ONE,)


def test_different_codes_do_not_add_up() -> None:
    sightings = Sightings(2)
    assert [sightings.see([qr(str(number))], number / 10) for number in range(5)] == [()] * 5


def test_frames_between_that_held_no_code_do_no_harm() -> None:
    sightings = Sightings(2)
    assert [sightings.see(codes, now) for codes, now in (([qr(ONE)], 0.0), ([], 0.5), ([qr(ONE)], 2.0))] == [
        (),
        (),
        (ONE,),
    ]


def test_readings_too_far_apart_do_not_add_up() -> None:
    sightings = Sightings(2)
    assert [sightings.see([qr(ONE)], now) for now in (0.0, 2.1, 4.2)] == [(), (), ()]


@pytest.mark.parametrize("needed", [1, 2, 3, 5])
def test_as_many_frames_are_needed_as_configured(needed: int) -> None:
    sightings = Sightings(needed)
    counted = [bool(sightings.see([qr(ONE)], number / 10)) for number in range(6)]
    assert counted.index(True) == needed - 1


def test_texts_come_in_the_order_in_which_they_were_found_each_once() -> None:
    assert Sightings(1).see([qr(OTHER), qr(ONE), code128(OTHER)], 0.0) == (OTHER, ONE)


def test_what_was_seen_before_scanning_began_anew_does_not_count() -> None:
    sightings = Sightings(2)
    sightings.see([qr(ONE)], 0.0)
    sightings.forget()
    assert sightings.see([qr(ONE)], 0.1) == ()
