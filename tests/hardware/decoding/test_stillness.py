"""Which frames need not be read, because nothing changed."""

import numpy as np
import pytest
from numpy.typing import NDArray
from phone_frames import SIZES, Scene, Size, phone
from PIL import Image

from hardware.decoding.stillness import AGAIN, LINGER, Stillness

CODE = "281010897274821897274821"


def scene(size: Size, *, with_phone: float | None = None) -> NDArray[np.float64]:
    """Clutter, and, if wanted, a phone of this height (1: the frame's)."""
    random = np.random.default_rng(3)
    clutter = Image.fromarray(random.integers(40, 200, (9, 16), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
    if with_phone is not None:
        whole = Image.fromarray(phone(CODE, Scene())).crop((440, 15, 840, 705))
        height = round(size[1] * with_phone)
        clutter.paste(whole.resize((height * 400 // 690, height)), (size[0] // 3, size[1] // 3))
    return np.asarray(clutter, dtype=np.float64)


def seen(light: NDArray[np.float64], noise: float, take: int) -> NDArray[np.uint8]:
    grain = np.random.default_rng(take).normal(0, noise, light.shape)
    return np.clip(light + grain, 0, 255).astype(np.uint8)


def after_nothing(frame: NDArray[np.uint8]) -> Stillness:
    stillness = Stillness()
    assert not stillness.still(frame, 0.0)
    stillness.held(code=False, now=0.0)
    return stillness


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("noise", [0, 2, 8])
def test_the_same_scene_is_still_whatever_the_sensors_noise(size: Size, noise: float) -> None:
    stillness = after_nothing(seen(scene(size), noise, 0))
    assert all(stillness.still(seen(scene(size), noise, take), 0.1) for take in range(1, 6))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("noise", [0, 2, 8, 40])
@pytest.mark.parametrize("height", [0.2, 0.5, 0.6])
def test_a_phone_that_appears_is_not_still_however_small(size: Size, noise: float, height: float) -> None:
    stillness = after_nothing(seen(scene(size), noise, 0))
    assert not stillness.still(seen(scene(size, with_phone=height), noise, 1), 0.1)


def test_a_phone_that_appears_in_the_dark_is_not_still() -> None:
    stillness = after_nothing(seen(scene(SIZES[1]) * 0.15, 2, 0))
    assert not stillness.still(seen(scene(SIZES[1], with_phone=0.2) * 0.15, 2, 1), 0.1)


def test_a_phone_that_comes_into_focus_is_not_still() -> None:
    sharp = scene(SIZES[1], with_phone=0.6)
    blurred = sum(np.roll(sharp, shift, 1) for shift in range(-6, 7)) / 13
    stillness = after_nothing(seen(blurred, 2, 0))
    assert not stillness.still(seen(sharp, 2, 1), 0.1)


def test_small_changes_add_up() -> None:
    stillness = after_nothing(seen(scene(SIZES[0]), 0, 0))
    still = [stillness.still(seen(scene(SIZES[0]) + 0.5 * step, 0, 0), 0.1) for step in range(30)]
    assert still[0]
    assert not still[-1]


def test_a_still_frame_is_read_again_after_a_while() -> None:
    frame = seen(scene(SIZES[0]), 2, 0)
    stillness = after_nothing(frame)
    assert [stillness.still(frame, now) for now in (0.1, AGAIN - 0.01, AGAIN)] == [True, True, False]


def test_no_frame_is_skipped_for_a_while_after_one_that_held_a_code() -> None:
    frame = seen(scene(SIZES[0]), 2, 0)
    stillness = Stillness()
    assert not stillness.still(frame, 0.0)
    stillness.held(code=True, now=0.0)
    for now in (0.1, 1.9):
        assert not stillness.still(frame, now)
        stillness.held(code=False, now=now)
    stillness.held(code=False, now=LINGER + 0.1)
    assert stillness.still(frame, LINGER + 0.2)


def test_a_frame_that_was_not_read_is_none_that_held_no_code() -> None:
    frame = seen(scene(SIZES[0]), 2, 0)
    stillness = Stillness()
    assert [stillness.still(frame, now) for now in (0.0, 0.1)] == [False, False]


def test_when_scanning_begins_anew_the_first_frame_is_read() -> None:
    frame = seen(scene(SIZES[0]), 2, 0)
    stillness = after_nothing(frame)
    stillness.forget()
    assert not stillness.still(frame, 0.1)


def test_frames_of_another_size_or_smaller_than_a_tile_are_read() -> None:
    stillness = after_nothing(seen(scene(SIZES[0]), 0, 0))
    assert not stillness.still(seen(scene(SIZES[1]), 0, 0), 0.1)
    small = np.zeros((20, 20), np.uint8)
    stillness = after_nothing(small)
    assert not stillness.still(small, 0.1)


def test_rows_may_be_further_apart_than_they_are_wide() -> None:
    frame = seen(scene(SIZES[0]), 2, 0)
    wider = np.zeros((480, 704), np.uint8)
    wider[:, :640] = frame
    assert after_nothing(frame).still(wider[:, :640], 0.1)
