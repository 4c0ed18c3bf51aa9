"""The display under supervision, on a bus that fails and hangs: what is sent, how often, and what is told."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from display_bus import DisplayBench
from PIL import Image
from waits import soon

import hardware.display.supervised
from hardware.config import Bus, DisplayConfig
from hardware.display.opening import open_panel
from hardware.display.supervised import SupervisedDisplay
from hardware.errors import DeviceError
from hardware.ports import Display

pytestmark = pytest.mark.filterwarnings("ignore:Image.Image.getdata is deprecated:DeprecationWarning")

OLED = DisplayConfig("ssd1306", 128, 64)
LCD = DisplayConfig("st7789", 240, 240, "RGB", Bus.SPI, 0, backlight=18, contrast=200)
NO_ANSWER = "display: ssd1306 at I2C bus 1, address 0x3c does not answer (errno 121); check its cable and supply"


def writers() -> set[threading.Thread]:
    """The threads that write to a display. Others come and go: the test runner has some."""
    return {thread for thread in threading.enumerate() if thread.name == "display"}


@pytest.fixture
def bench() -> DisplayBench:
    return DisplayBench(OLED)


@pytest.fixture
def display(bench: DisplayBench) -> Iterator[SupervisedDisplay]:
    part = on(bench)
    yield part
    part.close()


def on(bench: DisplayBench) -> SupervisedDisplay:
    return SupervisedDisplay(bench.config, bench.pins, partial(open_panel, buses=bench.buses))


def picture(seed: int, config: DisplayConfig = OLED) -> Image.Image:
    width, height = config.size
    noise = np.random.default_rng(seed).integers(0, 2, (height, width), np.uint8)
    return Image.fromarray(noise.astype(bool)).convert(config.mode)


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and np.array_equal(np.asarray(one), np.asarray(other))


def test_it_is_a_display_that_touches_nothing_before_it_is_prepared(bench: DisplayBench) -> None:
    threads = writers()
    part: Display = on(bench)
    assert (part.size, part.mode) == ((128, 64), "1")
    assert part.health().what == "ssd1306 128x64, I2C bus 1, address 0x3c"
    assert not part.health().present
    assert not bench.opened
    assert writers() <= threads


def test_its_size_is_that_of_the_turned_panel() -> None:
    assert SupervisedDisplay(replace(OLED, rotate=1)).size == (64, 128)


def test_prepared_it_is_open_and_black_and_that_once(bench: DisplayBench, display: SupervisedDisplay) -> None:
    display.prepare()
    assert display.health().healthy
    assert bench.panel.on
    assert not np.asarray(bench.picture()).any()
    sent = bench.bytes
    display.prepare()
    assert bench.bytes == sent


def test_a_picture_is_shown_and_sent_once(bench: DisplayBench, display: SupervisedDisplay) -> None:
    display.show(picture(1))
    assert same(bench.picture(), picture(1))
    sent = bench.bytes
    display.show(picture(1))
    assert bench.bytes == sent
    display.show(picture(2))
    assert bench.bytes > sent
    assert same(bench.picture(), picture(2))


def test_the_light_is_as_configured() -> None:
    bench = DisplayBench(replace(OLED, contrast=93))
    display = on(bench)
    display.prepare()
    assert bench.panel.contrast == 93
    display.close()


@pytest.mark.parametrize("wrong", [Image.new("1", (64, 128)), Image.new("L", (128, 64))])
def test_a_picture_of_another_size_or_mode_is_the_caller_s_error(
    bench: DisplayBench, display: SupervisedDisplay, wrong: Image.Image
) -> None:
    with pytest.raises(ValueError, match=r"a picture of .* for a display of \(128, 64\) 1"):
        display.show(wrong)
    assert not bench.opened


@pytest.mark.anyio
async def test_what_blocks_is_refused_on_an_event_loop(bench: DisplayBench, display: SupervisedDisplay) -> None:
    for call in (display.prepare, display.self_test, lambda: display.show(picture(1)), lambda: display.rest(1)):
        with pytest.raises(RuntimeError, match="event loop"):
            call()
    assert not bench.opened


def test_it_is_not_used_after_it_was_closed(display: SupervisedDisplay) -> None:
    display.close()
    display.close()
    for call in (display.prepare, display.self_test, lambda: display.show(picture(1)), lambda: display.rest(1)):
        with pytest.raises(RuntimeError, match="closed"):
            call()


def test_closed_it_is_black_and_off_and_its_bus_let_go(bench: DisplayBench, display: SupervisedDisplay) -> None:
    display.show(picture(1))
    display.close()
    assert not bench.panel.on
    assert not np.asarray(bench.panel.picture(128, 64)).any()
    assert bench.open == 0
    assert not display.health().present
    assert display.health().fault is None


def test_left_it_keeps_its_picture_and_its_bus_is_let_go(bench: DisplayBench, display: SupervisedDisplay) -> None:
    display.show(picture(1))
    display.leave()
    display.close()
    assert bench.panel.on
    assert same(bench.panel.picture(128, 64), picture(1))
    assert bench.open == 0
    assert not display.health().present


def test_a_write_that_fails_once_is_repeated(bench: DisplayBench, display: SupervisedDisplay) -> None:
    display.show(picture(1))
    bench.failing = 1
    display.show(picture(2))
    assert same(bench.picture(), picture(2))
    assert bench.opened == 1
    assert display.health().healthy
    assert display.health().last_fault == NO_ANSWER


def test_a_write_that_fails_midway_leaves_no_trace_in_the_picture(
    bench: DisplayBench, display: SupervisedDisplay
) -> None:
    display.show(picture(1))
    carry, carried = bench.carry, 0

    def once(length: int) -> None:
        nonlocal carried
        carried += 1
        bench.failing = int(carried == 4)
        carry(length)

    bench.carry = once
    display.show(picture(2))
    assert carried > 5
    assert same(bench.picture(), picture(2))


def test_a_panel_that_fails_twice_is_opened_anew_and_the_whole_picture_sent(
    bench: DisplayBench, display: SupervisedDisplay
) -> None:
    display.show(picture(1))
    bench.panel.power_up()  # it has lost its supply for a moment
    bench.failing = 2
    display.show(picture(2))
    assert same(bench.picture(), picture(2))
    assert (bench.opened, bench.open) == (2, 1)
    assert display.health().healthy
    assert display.health().last_fault == NO_ANSWER


def test_a_panel_that_does_not_answer_is_told_in_one_line_and_tried_again_by_the_next_picture(
    bench: DisplayBench, display: SupervisedDisplay
) -> None:
    display.show(picture(1))
    bench.pull()
    for _ in range(2):
        with pytest.raises(DeviceError) as trouble:
            display.show(picture(2))
        assert str(trouble.value) == NO_ANSWER
        assert display.health().fault == NO_ANSWER
        assert not display.health().present
        assert bench.open == 0
    bench.plug()
    display.show(picture(2))
    assert same(bench.picture(), picture(2))
    assert display.health().healthy
    assert display.health().last_fault == NO_ANSWER


def test_a_panel_that_fails_again_right_after_it_was_opened_is_given_up(
    bench: DisplayBench, display: SupervisedDisplay
) -> None:
    display.show(picture(1))
    carry, opened = bench.carry, bench.opened

    def carry_but_no_picture(length: int) -> None:
        bench.failing = int(bench.opened == opened or bench.panel.on)  # switching it on ends the opening
        carry(length)

    bench.panel.power_up()
    bench.carry = carry_but_no_picture
    with pytest.raises(DeviceError, match="errno 121"):
        display.show(picture(2))
    assert (bench.opened, bench.open) == (2, 0)
    assert bench.panel.on


def test_a_bus_that_fails_even_when_it_is_closed_hides_nothing(bench: DisplayBench, display: SupervisedDisplay) -> None:
    display.show(picture(1))
    bench.failing, bench.closing = 2, OSError(5, "Input/output error")
    display.show(picture(2))
    assert same(bench.picture(), picture(2))
    assert display.health().last_fault == NO_ANSWER
    display.close()
    assert "errno 5" in (display.health().fault or "")
    assert bench.open == 0


def test_prepared_again_after_a_fault_it_shows_the_last_picture(
    bench: DisplayBench, display: SupervisedDisplay
) -> None:
    display.prepare()
    bench.pull()
    with pytest.raises(DeviceError):
        display.show(picture(1))
    bench.plug()
    display.prepare()
    assert same(bench.picture(), picture(1))


def test_a_picture_shown_before_a_fault_is_sent_again_after_it(bench: DisplayBench, display: SupervisedDisplay) -> None:
    display.show(picture(1))
    bench.pull()
    with pytest.raises(DeviceError):
        display.show(picture(2))
    bench.plug()
    display.show(picture(1))
    assert same(bench.picture(), picture(1))


def test_a_write_that_hangs_holds_nobody_up_and_the_panel_is_opened_anew_when_it_ends(
    bench: DisplayBench, display: SupervisedDisplay
) -> None:
    display.show(picture(1))
    threads = writers()
    with bench.hanging():
        began = time.monotonic()
        with pytest.raises(DeviceError, match="hangs: a picture takes longer than 1 s; check its cable"):
            display.show(picture(2))
        assert time.monotonic() - began > 0.9
        for call in (*(lambda: display.show(picture(3)),) * 20, display.prepare, lambda: display.rest(1)):
            with pytest.raises(DeviceError, match="still hangs"):
                call()
        assert writers() <= threads
        assert not display.health().present
    soon(lambda: bench.open == 0)  # by itself
    display.show(picture(3))
    assert same(bench.picture(), picture(3))
    assert (bench.opened, bench.open) == (2, 1)
    assert len(bench.writers) == 1
    assert display.health().healthy
    assert "still hangs" in (display.health().last_fault or "")


def test_a_write_that_hangs_and_fails_is_over_as_well(bench: DisplayBench, display: SupervisedDisplay) -> None:
    display.show(picture(1))
    with bench.hanging():
        with pytest.raises(DeviceError, match="hangs"):
            display.show(picture(2))
        time.sleep(1)  # the writer's own clock began later: for it too this is longer than a picture may take
        bench.failing = 1
    soon(lambda: bench.open == 0)
    display.show(picture(2))
    assert same(bench.picture(), picture(2))


def test_opening_that_takes_too_long_is_told_and_used_when_it_is_done(
    bench: DisplayBench, display: SupervisedDisplay
) -> None:
    with bench.hanging(), pytest.raises(DeviceError, match="hangs"):
        display.show(picture(1))

    def over() -> bool:
        try:
            display.show(picture(1))
        except DeviceError:
            return False
        return True

    soon(over)
    assert same(bench.picture(), picture(1))
    assert bench.opened == 1
    assert display.health().healthy


def test_closing_waits_two_seconds_at_most_for_a_write_that_hangs(
    bench: DisplayBench, display: SupervisedDisplay
) -> None:
    others = writers()
    display.show(picture(1))
    with bench.hanging():
        with pytest.raises(DeviceError, match="hangs"):
            display.show(picture(2))
        display.close()
        assert "hangs, and can't be closed" in (display.health().fault or "")
    soon(lambda: bench.open == 0)
    soon(lambda: writers() <= others)


def test_closing_a_panel_that_does_not_answer_is_told_and_lets_its_bus_go(
    bench: DisplayBench, display: SupervisedDisplay
) -> None:
    display.show(picture(1))
    bench.pull()
    display.close()
    assert bench.open == 0
    assert display.health().fault == NO_ANSWER


def test_resting_it_is_dimmed_and_its_picture_moves_by_two_pixels_at_most(
    bench: DisplayBench, display: SupervisedDisplay
) -> None:
    display.show(picture(1))
    places = set()
    for depth in range(1, 20):
        display.rest(depth)
        assert bench.panel.contrast == 63
        fits = [(x, y) for x in range(-2, 3) for y in range(-2, 3) if same(bench.picture(), moved(picture(1), x, y))]
        assert len(fits) == 1
        places.add(fits[0])
    assert len(places) == 8
    display.rest(0)
    assert bench.panel.contrast == 255
    assert same(bench.picture(), picture(1))


def moved(image: Image.Image, right: int, down: int) -> Image.Image:
    result = Image.new(image.mode, image.size)
    result.paste(image, (right, down))
    return result


@pytest.mark.parametrize("seed", [1, 2])
def test_the_next_picture_wakes_it_even_the_same(bench: DisplayBench, display: SupervisedDisplay, seed: int) -> None:
    display.show(picture(1))
    display.rest(3)
    display.show(picture(seed))
    assert bench.panel.contrast == 255
    assert same(bench.picture(), picture(seed))


def test_resting_heals_what_noise_on_the_bus_has_spoiled(bench: DisplayBench, display: SupervisedDisplay) -> None:
    display.show(picture(1))
    bench.panel.memory ^= 1
    display.rest(8)
    assert same(bench.picture(), picture(1))


def test_a_backlight_is_dimmed_while_it_rests_and_dark_when_it_is_closed() -> None:
    bench = DisplayBench(LCD)
    display = on(bench)
    display.show(picture(1, LCD))
    assert bench.pins.level(18) == pytest.approx(200 / 255)
    display.rest(1)
    assert bench.pins.level(18) == pytest.approx(50 / 255)
    display.close()
    assert bench.pins.level(18) in (0, "down")


def test_after_a_fault_the_light_is_set_again(bench: DisplayBench, display: SupervisedDisplay) -> None:
    display.show(picture(1))
    display.rest(1)
    bench.failing = 2
    display.rest(2)
    assert bench.panel.contrast == 63


def test_its_own_test_shows_a_card_measures_and_shows_the_last_picture_again(
    bench: DisplayBench, display: SupervisedDisplay
) -> None:
    display.show(picture(1))
    found = []
    test = threading.Thread(target=lambda: found.append(display.self_test()))
    test.start()
    soon(lambda: same(bench.picture(), hardware.display.supervised.test_card((128, 64), "1")))
    test.join()
    assert same(bench.picture(), picture(1))
    assert found[0].healthy
    what, took = found[0].what.split(": a whole picture in ")
    assert what == display.health().what
    assert int(took.removesuffix(" ms")) >= 0


def test_its_own_test_tells_a_fault_instead_of_raising(bench: DisplayBench, display: SupervisedDisplay) -> None:
    bench.pull()
    assert display.self_test().fault == NO_ANSWER


def test_everything_on_the_bus_is_done_by_one_thread_that_is_not_the_caller_s(
    bench: DisplayBench, display: SupervisedDisplay
) -> None:
    display.prepare()
    callers = [threading.Thread(target=display.show, args=(picture(seed),)) for seed in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    display.rest(1)
    display.close()
    assert len(bench.writers) == 1
    assert threading.get_ident() not in bench.writers


SIZES = [(128, 64), (128, 32), (96, 16), (64, 32), (64, 128), (256, 64), (240, 240), (1920, 1080)]


@pytest.mark.parametrize("mode", ["1", "RGB"])
@pytest.mark.parametrize("size", SIZES)
def test_the_card_lights_the_outermost_pixels_and_tells_every_turn_and_mirror(size: tuple[int, int], mode: str) -> None:
    card = hardware.display.supervised.test_card(size, mode)
    assert (card.size, card.mode) == (size, mode)
    lit = np.asarray(card.convert("L")) > 0
    for edge in (lit[0], lit[-1], lit[:, 0], lit[:, -1]):
        assert edge.all()
    assert not lit.all()
    turns = [np.rot90(lit, turn) for turn in range(4)]
    for one in (*turns[1:], *(np.fliplr(turn) for turn in turns)):
        assert one.shape != lit.shape or not np.array_equal(one, lit)


def test_the_card_has_greys_in_order_and_the_colours_of_pixels() -> None:
    card = hardware.display.supervised.test_card((240, 240), "RGB")
    row = [card.getpixel((x, 105)) for x in range(48, 192)]
    greys = list(dict.fromkeys(pixel[0] for pixel in row))
    assert greys == sorted(greys)
    assert len(greys) == 8
    colours = list(dict.fromkeys(card.getpixel((x, 135)) for x in range(50, 190)))
    assert colours == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
