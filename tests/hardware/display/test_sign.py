"""The words on a display that nobody serves."""

import numpy as np
import pytest

from hardware.config import DisplayConfig
from hardware.display import sign as sign_module
from hardware.display.panels import PANELS
from hardware.display.sign import sign
from hardware.simulated.board import SimulatedDisplay

WORDS = ("이용할 수 없음", "Out of order")
SIZES = sorted({size for panel in PANELS.values() for size in panel.sizes} | {(240, 240), (320, 240), (800, 480)})


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", ["1", "RGB"])
def test_every_panel_can_say_it_with_nothing_cut_off(size: tuple[int, int], mode: str) -> None:
    picture = sign(WORDS, size, mode)
    assert (picture.size, picture.mode) == (size, mode)
    box = picture.getbbox()
    assert box is not None
    assert box[0] > 0
    assert box[1] > 0
    assert box[2] < size[0]
    assert box[3] < size[1]


def test_on_the_usual_panel_both_languages_are_there() -> None:
    lit = np.asarray(sign(WORDS, (128, 64), "1")).any(axis=1)
    assert np.count_nonzero(np.diff(lit.astype(int)) == 1) >= 2  # two lines, dark between them
    assert sign(WORDS, (128, 64), "1") != sign(WORDS[:1], (128, 64), "1")


def test_without_fonts_the_korean_line_is_left_out_and_the_other_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_module, "SMOOTH", "/nowhere.ttf")
    assert sign(WORDS, (128, 64), "1") == sign(WORDS[1:], (128, 64), "1")
    assert sign(WORDS, (128, 64), "1").getbbox() is not None


def test_a_display_that_is_left_keeps_its_picture_and_one_that_is_closed_does_not() -> None:
    left, closed = SimulatedDisplay(DisplayConfig()), SimulatedDisplay(DisplayConfig())
    for display in (left, closed):
        display.show(sign(WORDS, display.size, display.mode))
    left.leave()
    left.close()
    closed.close()
    assert left.image.getbbox() is not None
    assert closed.image.getbbox() is None
