"""The words: complete in both languages, and on the smallest display nothing is cut."""

import re

import pytest
from PIL import Image

from kiosk.sale.money import Amount
from kiosk.sale.order import Product
from kiosk.sale.panel import Lights, Line, Name, Panel, Text
from kiosk.screens import Language, lines, render
from kiosk.screens.texts import PRODUCTS, WORDS, amount_words

LARGEST = Amount(9_999_999, "KRW")
CODE = "https://qr.sandbox.example/281004040092ABCDEFGHIJKL"
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


def _line(text: Text) -> Line:
    return Line(text, amount=LARGEST, seconds=3600, number=4, product=Product.CASHIER_PAYMENT, code="WWWWWW")


def _panel(*texts: Text, qr: str | None = None) -> Panel:
    return Panel(Name.IDLE, tuple(_line(text) for text in texts), Lights(), qr=qr)


def _edges(picture: Image.Image) -> list[int]:
    """The lit pixels on the left and right edge, below the heading's bar."""
    grey = picture.convert("L")
    return [
        y
        for y in range(20 if grey.height < 160 else 32, grey.height)
        for x in (0, grey.width - 1)
        if isinstance(p := grey.getpixel((x, y)), int) and p
    ]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_text_and_product_has_its_words(language: Language) -> None:
    assert set(WORDS[language]) == set(Text)
    assert set(PRODUCTS[language]) == set(Product)
    assert all(words.strip() for words in (*WORDS[language].values(), *PRODUCTS[language].values()))


@pytest.mark.parametrize("text", Text)
def test_a_text_uses_the_same_fields_in_both_languages_and_none_but_its_own(text: Text) -> None:
    for language in WORDS.values():
        assert set(re.findall(r"{(\w+)}", language[text])) == FIELDS.get(text, set())


@pytest.mark.parametrize("size", [(128, 64), (128, 128), (240, 240), (320, 240)])
@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("text", Text)
def test_no_text_is_cut_even_with_the_largest_amount(text: Text, language: Language, size: tuple[int, int]) -> None:
    mode = "1" if size[0] == 128 else "RGB"
    below = render(_panel(Text.PAID, text), language=language, size=size, mode=mode)
    assert below.getbbox() is not None
    assert _edges(below) == []
    heading = render(_panel(text), language=language, size=size, mode=mode).convert("L")
    dark = [x for x in range(size[0]) for y in range(2, 14) if heading.getpixel((x, y)) == 0]
    assert dark
    assert min(dark) >= 0
    assert max(dark) < size[0]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_four_ways_to_pay_fit_on_the_smallest_display(language: Language) -> None:
    options = tuple(Line(Text.OPTION, number=n, product=p) for n, p in enumerate(Product, start=1))
    four = render(
        Panel(Name.CHOOSING, (Line(Text.CHOOSE), *options), Lights()), language=language, size=(128, 64), mode="1"
    )
    three = render(
        Panel(Name.CHOOSING, (Line(Text.CHOOSE), *options[:3]), Lights()), language=language, size=(128, 64), mode="1"
    )
    assert four.crop((0, 46, 128, 64)).getbbox() is not None
    assert four.crop((0, 62, 128, 64)).getbbox() is None
    assert three.getpixel((0, 0)) == 255


@pytest.mark.parametrize("language", ["ko", "en"])
def test_beside_a_code_the_shopper_still_reads_how_to_give_up(language: Language) -> None:
    texts = (Text.SCAN_WITH_PHONE, Text.AMOUNT, Text.STAR_GIVES_UP)
    with_star = render(_panel(*texts, qr=CODE), language=language, size=(128, 64), mode="1")
    without = render(_panel(*texts[:2], qr=CODE), language=language, size=(128, 64), mode="1")
    assert with_star.tobytes() != without.tobytes()


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
