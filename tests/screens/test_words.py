"""The words: complete in both languages, with what belongs into them and nothing else."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from kiosk.sale.money import Amount
from kiosk.sale.order import Product
from kiosk.sale.panel import Lights, Line, Name, Panel, Text
from kiosk.sale.rules import Kind
from kiosk.screens import Language, lines
from kiosk.screens.pieces import face
from kiosk.screens.texts import KO, PARKING, PRODUCTS, WORDS, amount_words, parts

FIELDS = {
    Text.AMOUNT: {"amount"},
    Text.TOO_LITTLE: {"amount"},
    Text.TOO_MUCH: {"amount"},
    Text.OPTION: {"number", "product"},
    Text.SCAN_WITH_PHONE: {"seconds"},
    Text.PRICES: {"amount", "most"},
    Text.STILL_THERE: {"seconds"},
    Text.OPERATOR: {"words", "code"},
    Text.OTHER_LANGUAGE: {"code"},
    Text.HOLD_CODE: {"seconds"},
    Text.CLAIM: {"code"},
}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_text_and_product_has_its_words(language: Language) -> None:
    assert set(WORDS[language]) == set(Text)
    assert set(PRODUCTS[language]) == set(Product)
    assert all(words.strip() for words in (*WORDS[language].values(), *PRODUCTS[language].values()))


@pytest.mark.parametrize("text", Text)
def test_a_text_uses_the_same_fields_in_both_languages_and_none_but_its_own(text: Text) -> None:
    for language in WORDS.values():
        assert set(re.findall(r"{(\w+)}", language[text])) == FIELDS.get(text, set())


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_shopper_who_gave_nothing_is_told_so_and_one_who_may_have_is_told_that_it_comes_back(
    language: Language,
) -> None:
    nothing = {"ko": "청구되지 않았습니다", "en": "Nothing charged"}[language]
    back = {"ko": "환불", "en": "Refund"}[language]
    for text in (Text.DECLINED, Text.EXPIRED, Text.CANCELLED, Text.NOT_SENT):
        assert nothing in WORDS[language][text]
    for text in (Text.MONEY_BACK, Text.IN_DOUBT):
        assert back in WORDS[language][text]


def test_amounts_are_written_as_people_write_them() -> None:
    assert amount_words(Amount(1500, "KRW"), "ko") == "1,500원"
    assert amount_words(Amount(1500, "KRW"), "en") == "KRW 1,500"
    assert amount_words(Amount(1234567, "SGD"), "en") == "SGD 12,345.67"
    assert amount_words(Amount(5, "SGD"), "ko") == "SGD 0.05"


def test_the_words_of_a_panel_as_plain_text() -> None:
    panel = Panel(
        Name.ENTERING, (Line(Text.TOO_MUCH, amount=Amount(200_000, "KRW")), Line(Text.CONFIRM_KEYS)), Lights()
    )
    assert lines(panel, "en") == ["max KRW 200,000", "# OK  * clear"]
    code = Panel(Name.SCANNING, (Line(Text.HOLD_CODE, seconds=30),), Lights(), camera=True)
    assert lines(code, "en") == ["Payment code 30s", "Hold to camera"]


def test_a_range_of_prices_names_its_currency_once() -> None:
    won = Line(Text.PRICES, amount=Amount(100, "KRW"), most=Amount(200_000, "KRW"))
    assert [parts(won, "ko"), parts(won, "en")] == [["100~200,000원"], ["KRW 100-200,000"]]


def test_the_other_language_is_the_one_that_the_kiosk_does_not_speak() -> None:
    turned = Panel(Name.IDLE, (Line(Text.PAID),), Lights(), turned=True)
    assert (lines(turned, "ko"), lines(turned, "en")) == (["Thank you!"], ["감사합니다"])


def test_a_car_park_opens_a_barrier_and_nothing_comes_out_of_it() -> None:
    parking = Panel(Name.RELEASING, (Line(Text.RELEASING),), Lights(), kind=Kind.PARKING)
    assert lines(parking, "en") == ["Paid!", "Barrier opens"]
    for language in PARKING:
        assert all("상품" not in words and "goods" not in words for words in PARKING[language].values())


def test_whom_to_call_is_said_with_what_is_known_of_it() -> None:
    assert parts(Line(Text.OPERATOR, words="Kim & Co", code="02-1"), "en") == ["Kim & Co", "02-1"]
    assert parts(Line(Text.OPERATOR, code="02-1"), "en") == ["02-1"]


HANGUL = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
NEAR = (  # of leading consonants and of vowels: one stroke less
    {"ㅊ": "ㅈ", "ㅈ": "ㅅ", "ㅎ": "ㅇ", "ㅌ": "ㄷ", "ㅋ": "ㄱ", "ㄲ": "ㄱ", "ㅂ": "ㅁ"},
    {"ㅐ": "ㅣㅏ", "ㅔ": "ㅓㅣ", "ㅕ": "ㅓ", "ㅑ": "ㅏ", "ㅖ": "ㅔㅕ", "ㅛ": "ㅗ", "ㅠ": "ㅜ", "ㅏ": "ㅣ", "ㅓ": "ㅣ"},
)


def neighbours(syllable: str) -> Iterator[str]:
    """The syllables that it would be without a stroke."""
    number = ord(syllable) - 0xAC00
    lead, vowel, tail = number // 588, number % 588 // 28, number % 28
    for one in NEAR[0].get(HANGUL[0][lead], ""):
        yield chr(0xAC00 + (HANGUL[0].index(one) * 21 + vowel) * 28 + tail)
    for one in NEAR[1].get(HANGUL[1][vowel], ""):
        yield chr(0xAC00 + (lead * 21 + HANGUL[1].index(one)) * 28 + tail)


@pytest.mark.parametrize("size", range(12, 33))
def test_every_syllable_is_whole_on_a_display_without_greys(size: int) -> None:
    """No stroke of it is lost, by which it is told from another: the tick of ㅊ once was, at 13 pixels."""
    every = {letter for words in (KO, PARKING["ko"], PRODUCTS["ko"]) for text in words.values() for letter in text}
    for syllable in sorted(letter for letter in every if "가" <= letter <= "힣"):
        for other in neighbours(syllable):
            one, two = (drawn(letter, size) for letter in (syllable, other))
            assert np.count_nonzero(one ^ two) >= 2, f"{syllable} looks like {other}"


def drawn(letter: str, size: int) -> NDArray[np.bool_]:
    picture = Image.new("L", (size * 2, size * 2))
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "1"
    draw.text((size // 2, size // 2), letter, fill=255, font=face(size))
    return np.asarray(picture) > 0
