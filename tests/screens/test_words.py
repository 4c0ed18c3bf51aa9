"""The words: complete in both languages, with what belongs into them and nothing else."""

import re

import pytest

from kiosk.sale.money import Amount
from kiosk.sale.order import Product
from kiosk.sale.panel import Lights, Line, Name, Panel, Text
from kiosk.screens import Language, lines
from kiosk.screens.texts import PRODUCTS, WORDS, amount_words

FIELDS = {
    Text.AMOUNT: {"amount"},
    Text.TOO_LITTLE: {"amount"},
    Text.TOO_MUCH: {"amount"},
    Text.OPTION: {"number", "product"},
    Text.SCAN_WITH_PHONE: {"seconds"},
    Text.ENTRY_HERE: {"amount"},
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
