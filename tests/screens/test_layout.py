"""Every screen that the sale can show, in both languages and on all displays: nothing cut, nothing overlapping."""

from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageChops

from kiosk.sale.money import MINOR_DIGITS, Amount
from kiosk.sale.order import Product
from kiosk.sale.panel import Lights, Line, Name, Panel, Text
from kiosk.screens import Language, Style, lines, render
from kiosk.screens.layout import Box, Layout, Piece, fits, layout

LANGUAGES: tuple[Language, ...] = ("ko", "en")
SIZES = [(128, 64), (128, 128), (240, 240), (240, 320), (320, 240)]
CODE = "https://pay.example/281004040092ABCDEFGHIJKLMNOPQRSTU"  # as long as 64 pixels hold
LARGEST = [Amount(1_000_000, "KRW"), Amount(1_234_567, "SGD")]
REASONS = [
    text
    for text in Text
    if text.name.startswith(("NO_", "TOO_MANY")) and text not in (Text.NOT_A_PAYMENT_CODE, Text.NOT_NOW)
]
REASONS += [Text.STOPPING, Text.DRAINED]


def screens(amount: Amount) -> Iterator[Panel]:
    """A panel for each shape of `kiosk/sale/show.py`, with the longest that can go into it."""
    much, options = Line(Text.AMOUNT, amount=amount), [Line(Text.OPTION, number=n, product=p) for n, p in _numbered()]
    give_up = Line(Text.STAR_GIVES_UP)
    yield _panel(Line(Text.ENTER_AMOUNT), Line(Text.CONFIRM_KEYS))
    for text in (Text.ENTER_AMOUNT, Text.TOO_LITTLE, Text.TOO_MUCH):
        yield _panel(Line(text, amount=amount), much, Line(Text.CONFIRM_KEYS))
    for count in range(1, 5):
        yield _panel(Line(Text.CHOOSE, amount=amount), *options[:count])
    for text in (Text.HOLD_CODE, Text.NOT_A_PAYMENT_CODE):
        yield _panel(Line(text, seconds=120), much, give_up)
    for text in (Text.ONE_MOMENT, Text.PAYING, Text.CHECKING, Text.CLOSING, Text.RELEASING, Text.PAID):
        yield _panel(Line(text), much)
    for text in (Text.DECLINED, Text.EXPIRED, Text.CANCELLED, Text.NOT_SENT, Text.OTHER_WAY):
        yield _panel(Line(text), much, Line(Text.TRY_AGAIN))
    for text in (Text.MONEY_BACK, Text.IN_DOUBT):
        yield _panel(Line(text), much, Line(Text.CLAIM, code="WWWWWW"))
    for text in REASONS:
        yield _panel(Line(Text.OUT_OF_SERVICE), Line(text))
    yield _panel(Line(Text.SERVICED), Line(Text.NOT_NOW))
    yield _panel(Line(Text.SCAN_WITH_PHONE, seconds=120), much, give_up, qr=CODE)
    yield _panel(Line(Text.ENTRY_HERE, amount=amount), give_up, qr=CODE)
    yield _panel(Line(Text.ENTRY_ANY), qr=CODE)


def _numbered() -> Iterator[tuple[int, Product]]:
    return iter(enumerate(Product, start=1))


def _panel(*lines: Line, qr: str | None = None) -> Panel:
    return Panel(Name.IDLE, lines, Lights(), qr=qr)


def _boxes(placed: Layout) -> list[Box]:
    boxes = [piece.box for piece in placed.pieces]
    if placed.code:
        picture, (left, top) = placed.code
        boxes.append((left, top, left + picture.width, top + picture.height))
    return boxes


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_the_screens_hold_every_text() -> None:
    assert {line.text for panel in screens(LARGEST[0]) for line in panel.lines} == set(Text)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("amount", LARGEST, ids=str)
def test_nothing_is_cut_and_nothing_overlaps(amount: Amount, language: Language, size: tuple[int, int]) -> None:
    for panel in screens(amount):
        placed = layout(panel, language, size)
        for piece in placed.pieces:
            assert fits(piece), piece
        for left, top, right, bottom in (boxes := _boxes(placed)):
            assert 0 <= left < right <= size[0]
            assert 0 <= top < bottom <= size[1]
        assert not [pair for pair in combinations(boxes, 2) if _overlap(*pair)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_a_screen_is_on_it(language: Language, size: tuple[int, int]) -> None:
    for panel in screens(LARGEST[0]):
        shown = " ".join(piece.text for piece in layout(panel, language, size).pieces)
        missing = [words for words in lines(panel, language) if words not in shown]
        crowded = size == (128, 64) and sum(line.text is Text.OPTION for line in panel.lines) == 4
        assert missing == (lines(panel, language)[:1] if crowded else [])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_with_usual_amounts_no_letters_are_too_small_to_read(language: Language, size: tuple[int, int]) -> None:
    least = 10 if size[0] == 128 else 16
    for panel in screens(Amount(200_000, "KRW")):
        assert min(piece.font.size for piece in layout(panel, language, size).pieces) >= least


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_drawn_is_where_the_layout_says(language: Language, size: tuple[int, int]) -> None:
    for panel in screens(LARGEST[1]):
        picture = render(panel, language=language, size=size, mode="RGB").convert("L")
        placed = layout(panel, language, size)
        for piece in placed.pieces:
            assert set(picture.crop(piece.box).tobytes()) >= {0, 255}, piece
        for box in _boxes(placed):
            picture.paste(0, box)
        assert picture.getbbox() is None


def test_a_large_code_goes_before_words() -> None:
    panel = _panel(Line(Text.ENTRY_ANY), Line(Text.STAR_GIVES_UP), qr="0" * 100)
    assert len(layout(panel, "en", (128, 128)).pieces) == 2
    crowded = _panel(*panel.lines, qr="https://example.com/" + "a" * 190)
    assert len(layout(crowded, "en", (128, 128)).pieces) == 1
    assert layout(_panel(*panel.lines, qr="https://example.com/" + "a" * 260), "en", (128, 128)).pieces == ()


def test_a_piece_that_no_font_can_hold_is_known_to_be_cut() -> None:
    (heading,) = layout(_panel(Line(Text.AMOUNT, amount=Amount(10**15, "KRW"))), "en", (64, 64)).pieces
    assert not fits(heading)
    assert fits(Piece("1", heading.box, heading.font))


@settings(max_examples=60)
@given(
    amount=st.builds(Amount, st.integers(0, 9_999_999), st.sampled_from(sorted(MINOR_DIGITS))),
    language=st.sampled_from(LANGUAGES),
    size=st.sampled_from(SIZES),
)
def test_any_amount_up_to_seven_digits_fits_beside_a_code_and_alone(
    amount: Amount, language: Language, size: tuple[int, int]
) -> None:
    much = Line(Text.AMOUNT, amount=amount)
    for panel in (_panel(Line(Text.PAID), much), _panel(Line(Text.SCAN_WITH_PHONE, seconds=120), much, qr=CODE)):
        assert all(fits(piece) for piece in layout(panel, language, size).pieces)


@settings(max_examples=30)
@given(minor=st.integers(0, 10**15), size=st.sampled_from(SIZES), mode=st.sampled_from(["1", "RGB"]))
def test_a_picture_has_exactly_the_size_and_mode_whatever_the_amount(
    minor: int, size: tuple[int, int], mode: str
) -> None:
    panel = _panel(Line(Text.ENTER_AMOUNT), Line(Text.AMOUNT, amount=Amount(minor, "KRW")))
    picture = render(panel, language="en", size=size, mode=mode)
    assert (picture.size, picture.mode) == (size, mode)


# --- for people who see little ---


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_large_digits_are_larger_and_nothing_but_hints_is_lost(language: Language, size: tuple[int, int]) -> None:
    amount = Line(Text.AMOUNT, amount=Amount(1500, "KRW"))
    panel = _panel(Line(Text.ENTER_AMOUNT), amount, Line(Text.CONFIRM_KEYS))
    plain, large = (layout(panel, language, size, large=large).pieces for large in (False, True))
    assert [piece.text for piece in large] == [piece.text for piece in plain[:2]]
    assert large[1].font.size >= plain[1].font.size
    assert large[1].box[3] - large[1].box[1] > plain[1].box[3] - plain[1].box[1]
    claim = _panel(Line(Text.IN_DOUBT), amount, Line(Text.CLAIM, code="7QX2KM"))
    assert layout(claim, language, size, large=True) == layout(claim, language, size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_it_fits_in_the_large_style_too(language: Language, size: tuple[int, int]) -> None:
    for panel in screens(LARGEST[0]):
        assert all(fits(piece) for piece in layout(panel, language, size, large=True).pieces)


def test_the_inverse_style_is_the_same_picture_the_other_way_round() -> None:
    panel = _panel(Line(Text.PAID), Line(Text.AMOUNT, amount=Amount(1500, "KRW")))
    plain = render(panel, language="ko", size=(128, 64), mode="1")
    inverse = render(panel, language="ko", size=(128, 64), mode="1", style=Style(inverse=True))
    assert ImageChops.invert(plain).tobytes() == inverse.tobytes()
