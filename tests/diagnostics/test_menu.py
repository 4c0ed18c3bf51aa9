"""The menu's screens: what keys do on each, and that everything fits the smallest display in both languages."""

import re
from itertools import pairwise

import pytest

from kiosk.diagnostics.menu import (
    Choice,
    Glass,
    Item,
    KeyTest,
    PinEntry,
    Question,
    Reading,
    Screen,
    Wish,
    main_menu,
)
from kiosk.diagnostics.words import WORDS, Language, Word
from kiosk.screens.fonts import PIXEL, PIXEL_SIZE, font
from kiosk.screens.pages import fitting, render_page

SMALL = Glass((128, 64), "en")
SIZES = [(128, 64), (128, 128), (240, 240), (320, 240), (256, 64)]


def press(screen: Screen, keys: str, glass: Glass = SMALL) -> tuple[Screen, Wish, str]:
    wish, about = Wish.NOTHING, ""
    for key in keys:
        screen, wish, about = screen.press(key, glass)
    return screen, wish, about


def test_a_pin_is_shown_as_stars_and_handed_over_once() -> None:
    typed, wish, _ = press(PinEntry(), "2739")
    assert typed.page(SMALL).lines == ("****",)
    done, wish, about = press(typed, "#")
    assert (wish, about) == (Wish.TRY_PIN, "2739")
    assert done == PinEntry()
    assert press(PinEntry(), "27*")[1] is Wish.NOTHING
    assert press(PinEntry(), "27**")[1] is Wish.BACK
    assert press(PinEntry(), "#A")[1] is Wish.NOTHING
    assert len(press(PinEntry(), "1" * 30 + "#")[2]) == 12


def test_every_digit_works_whichever_portion_is_shown() -> None:
    menu = main_menu(SMALL, drained=False, open_money=0, restarts=True)
    wishes = [press(menu, digit)[1] for digit in "1234567890"]
    assert len(set(wishes)) == 10
    turned = press(menu, "##")[0]
    assert [press(turned, digit)[1] for digit in "1234567890"] == wishes
    assert turned.page(SMALL) != menu.page(SMALL)


def test_whatever_acts_on_the_world_asks_first() -> None:
    menu = main_menu(SMALL, drained=False, open_money=0, restarts=True)
    asks = {press(menu, digit)[1] for digit in "1234567890"}
    assert not asks & {Wish.RELEASE, Wish.REFUND, Wish.RESTART}
    question = Question("x", ("y",), Wish.RELEASE)
    assert [press(question, key)[1] for key in "1*#"] == [Wish.NOTHING, Wish.BACK, Wish.RELEASE]


def test_open_money_is_said_first_and_a_restart_is_offered_only_where_somebody_starts_it_again() -> None:
    menu = main_menu(SMALL, drained=True, open_money=2, restarts=False)
    assert "2 open sales" in menu.page(SMALL).lines[0]
    assert press(menu, "9")[1] is Wish.UNDRAIN
    assert press(menu, "0")[1] is Wish.NOTHING


def test_reading_turns_its_pages_and_ends_with_its_codes() -> None:
    reading = Reading("Status", tuple(f"line {number}" for number in range(5)), (("Phone", "KS1:X"),))
    pages = [reading]
    for _ in range(4):
        pages.append(press(pages[-1], "#")[0])
    shown = [page.page(SMALL) for page in pages]
    assert [page.code for page in shown] == [None, None, None, "KS1:X", None]
    assert shown[4] == shown[0]
    assert [line for page in shown[:3] for line in page.lines] == list(reading.lines)
    assert press(reading, "*")[1] is Wish.BACK


def test_the_key_test_names_what_is_left_and_leaves_after_two_stars() -> None:
    test, wish, _ = press(KeyTest("12*"), "1*")
    assert (wish, test.page(SMALL).lines) == (Wish.NOTHING, ("seen *", "2"))
    assert press(test, "2")[0].page(SMALL).lines[1] == "done"
    assert press(test, "*")[1] is Wish.BACK


def screens(glass: Glass) -> list[Screen]:
    say = glass.say
    order = [Item(str(number), "7KQ2MX 1,234,500 KRW giving_back", Wish.ORDER) for number in range(1, 10)]
    return [
        PinEntry("123456789012"),
        PinEntry(trouble=say(Word.PIN_WRONG, seconds=3600)),
        PinEntry(trouble=say(Word.PIN_LOCKED)),
        main_menu(glass, drained=False, open_money=12, restarts=True),
        main_menu(glass, drained=True, open_money=0, restarts=False),
        Choice(say(Word.ORDERS), tuple(order)),
        Question(say(Word.RELEASE), (say(Word.SURE_RELEASE),), Wish.RELEASE),
        Question(say(Word.REFUND), (say(Word.SURE_REFUND, amount="200000 KRW"),), Wish.REFUND),
        KeyTest("123A456B789C*0#D"),
        Reading(say(Word.STATUS), ("gateway: no connection to the gateway: [Errno 101] Network is unreachable",)),
    ]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_everything_fits_every_display(size: tuple[int, int], language: Language) -> None:
    glass = Glass(size, language)
    for screen in screens(glass):
        turned = screen
        for _ in range(30):
            page = turned.page(glass)
            assert len(fitting(page.lines, size, foot=bool(page.foot))) == 1, page
            assert render_page(page, size, "1").size == size
            turned = turned.press("#", glass)[0]
            if turned == screen:
                break


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_word_is_there_and_titles_hints_and_items_fit_one_line_of_128_pixels(language: Language) -> None:
    assert set(WORDS[language]) == set(Word)
    face = font(PIXEL, PIXEL_SIZE)
    sentences = {Word.SURE_RELEASE, Word.SURE_REFUND, Word.SURE_RESTART, Word.NO_PIN, Word.PIN_LOCKED}
    lines = {Word.PRESS_EACH, Word.SCAN_ME}
    most = {"count": 12, "aside": 3, "seconds": 3600, "time": "11-28 12:04", "keys": "D", "amount": "200000 KRW"}
    for word, text in WORDS[language].items():
        if word not in sentences | {Word.ASKED, Word.PIN_WRONG, Word.RESULTS, Word.SINCE}:
            words = text.format(**most)
            assert face.getlength(words if word in lines or set("*#") & set(words) else f"9 {words}") <= 128, words
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", WORDS["en"][word]))


def test_long_lines_are_broken_at_blanks_and_nothing_is_lost() -> None:
    line = "our key does not fit the gateway's signature: 100001 sign: wrong, in a signature that does not fit"
    portions = fitting((line,), (128, 64), foot=True)
    assert " ".join(part for portion in portions for part in portion) == line
    assert all(one != other for one, other in pairwise(portions))
    assert "".join(part for portion in fitting(("x" * 90,), (128, 64), foot=True) for part in portion) == "x" * 90
