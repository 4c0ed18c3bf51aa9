"""Where on a frame a code may be."""

import numpy as np
import pytest
from phone_frames import Condition, shot
from PIL import Image

from hardware.decoding.region import MARGIN, TILE, busiest, thinned


def checkers(top: int, left: int, side: int, *, light: int = 255) -> np.ndarray:
    """A grey plane with a square of chance modules, 3 pixels each."""
    plane = np.full((360, 640), light // 2, np.uint8)
    modules = np.random.default_rng(1).integers(0, 2, (side // 3, side // 3), dtype=np.uint8) * np.uint8(light)
    plane[top : top + side, left : left + side] = modules.repeat(3, 0).repeat(3, 1)
    return plane


def small(condition: Condition, number: int) -> Image.Image:
    """As much of a shot as is looked at."""
    return thinned(Image.fromarray(shot(condition, (1280, 720), number).frame), 2, 2)


@pytest.mark.parametrize("light", [255, 60, 20])
@pytest.mark.parametrize(("top", "left"), [(0, 0), (100, 300), (285, 540), (150, 1)])
def test_a_symbol_lies_within_the_place_wherever_it_is_and_however_dark(top: int, left: int, light: int) -> None:
    place = busiest(Image.fromarray(checkers(top, left, 72, light=light)))
    assert place[0] <= left
    assert place[1] <= top
    assert place[2] >= left + 72
    assert place[3] >= top + 72
    assert place[3] - place[1] <= 72 + 2 * (MARGIN + 1) * TILE


def test_an_even_frame_and_one_with_an_edge_or_a_slope_hold_none() -> None:
    even = np.full((360, 640), 200, np.uint8)
    edge = even.copy()
    edge[:, 300:] = 10
    slope = np.tile(np.linspace(0, 255, 640).astype(np.uint8), (360, 1))
    assert [busiest(Image.fromarray(plane)) for plane in (even, edge, slope)] == [None, None, None]


def test_of_two_the_busier_is_taken() -> None:
    plane = checkers(50, 50, 72)
    plane[200:272, 400:472] = 127 + (plane[50:122, 50:122] >> 2)
    _, top, right, _ = busiest(Image.fromarray(plane))
    assert (top <= 50, right <= 400) == (True, True)


@pytest.mark.parametrize("size", [(0, 0), (20, 20), (640, 48), (48, 360)])
def test_a_plane_of_less_than_two_by_two_tiles_has_none(size: tuple[int, int]) -> None:
    assert busiest(Image.new("L", size)) is None


@pytest.mark.parametrize("by", [1, 2, 3, 5])
def test_a_plane_is_thinned_from_its_first_pixel_on(by: int) -> None:
    plane = np.random.default_rng(2).integers(0, 256, (31, 44), np.uint8)
    assert np.array_equal(np.asarray(thinned(Image.fromarray(plane), by, 1)), plane[:, ::by])
    assert np.array_equal(np.asarray(thinned(Image.fromarray(plane), 1, by)), plane[::by])


@pytest.mark.parametrize("condition", [one for one in Condition if one is not Condition.EMPTY])
def test_a_phone_is_a_place_whatever_makes_it_hard_to_read(condition: Condition) -> None:
    assert all(busiest(small(condition, number)) for number in range(4))


def test_most_frames_without_a_phone_hold_none() -> None:
    places = [busiest(small(Condition.EMPTY, number)) for number in range(30)]
    assert places.count(None) >= 15
