"""Every screen that the sale can show, in both languages and on all displays: nothing cut, nothing overlapping."""

from collections.abc import Iterator
from itertools import combinations, product

import pytest
from faces import CODE, Face, faces
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kiosk.sale.money import MINOR_DIGITS, Amount
from kiosk.sale.panel import Lights, Line, Name, Panel, Text
from kiosk.sale.rules import Kind
from kiosk.screens import CodeNotShowable, Language, Style, lines, render
from kiosk.screens.layout import FLAT, HINTS, SQUARE, Layout
from kiosk.screens.pieces import Box, Piece, fits
from kiosk.screens.render import BLACK, HEADINGS, WHITE, layout
from kiosk.screens.texts import parts

LANGUAGES: tuple[Language, ...] = ("ko", "en")
SIZES = [(128, 64), (256, 64), (128, 128), (240, 240), (240, 320), (320, 240), (800, 480)]
SHORT = "https://pay.example/281004040092ABCDEFGHIJKLMNOPQRSTU"  # the longest code that 64 pixels hold
USUAL = [Amount(12_500, "KRW"), Amount(1_250, "SGD")]
LARGEST = [Amount(1_000_000, "KRW"), Amount(1_234_567, "SGD")]
OPERATOR = ("행복자판기", "02-1234-5678")
WAYS = list(product(LANGUAGES, SIZES))


def screens(amount: Amount, size: tuple[int, int], kind: Kind = Kind.VENDING) -> Iterator[Face]:
    """All that a display of this size can show; 64 pixels hold a short code, and no static one."""
    flat = size[1] <= FLAT
    for face in faces(amount, kind=kind, operator=OPERATOR, code=SHORT if flat else CODE):
        if not (flat and "static code" in face.name):
            yield face


def _boxes(placed: Layout) -> list[Box]:
    boxes = [piece.box for piece in placed.pieces]
    if placed.code:
        picture, (left, top) = placed.code
        boxes.append((left, top, left + picture.width, top + picture.height))
    return [*boxes, *([placed.bar.box] if placed.bar else []), *([placed.invitation] if placed.invitation else [])]


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_the_faces_hold_every_text() -> None:
    shown = {line.text for face in faces(USUAL[0], operator=OPERATOR) for line in face.panel.lines}
    assert shown == set(Text)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(("language", "size"), WAYS)
def test_nothing_is_cut_and_nothing_overlaps(
    language: Language, size: tuple[int, int], *, large: bool, kind: Kind
) -> None:
    for amount in USUAL + LARGEST:
        for face in screens(amount, size, kind):
            placed = layout(face.panel, language, size, large=large)
            for piece in placed.pieces:
                assert fits(piece), (face.name, piece)
            for left, top, right, bottom in (boxes := _boxes(placed)):
                assert 0 <= left < right <= size[0], face.name
                assert 0 <= top < bottom <= size[1], face.name
            assert not [pair for pair in combinations(boxes, 2) if _overlap(*pair)], face.name


@pytest.mark.parametrize(("language", "size"), WAYS)
def test_the_amount_is_the_largest_thing_wherever_it_is_shown(language: Language, size: tuple[int, int]) -> None:
    for amount in USUAL:
        for face in screens(amount, size):
            number = next((line for line in face.panel.lines if line.text is Text.AMOUNT), None)
            if number is None or number.amount is None:
                continue
            pieces = layout(face.panel, language, size).pieces
            digits = "".join(c for c in " ".join(parts(number, language)) if c.isdigit() or c in ",.")
            largest = max((one for one in pieces if digits in one.text), key=lambda one: one.font.size)
            assert largest.font.size > max(one.font.size for one in pieces if one is not largest), face.name


@pytest.mark.parametrize(("language", "size"), WAYS)
def test_no_letters_are_too_small_to_read(language: Language, size: tuple[int, int]) -> None:
    """12 pixels are the least at which every syllable is told from its neighbours on a display without greys."""
    least = 12 if size[1] <= SQUARE else 16
    for amount in USUAL:
        for face in screens(amount, size):
            for piece in layout(face.panel, language, size).pieces:
                assert piece.font.size >= least, (face.name, piece.text, piece.font.size)


@pytest.mark.parametrize(("language", "size"), WAYS)
def test_every_word_of_a_screen_is_on_it(language: Language, size: tuple[int, int]) -> None:
    """But for what a flat display has no room for: the heading over the ways to pay, names, keys told elsewhere."""
    flat = size[1] <= FLAT
    for face in screens(USUAL[0], size):
        shown = "".join(piece.text for piece in layout(face.panel, language, size).pieces).replace(" ", "")
        said = [word for text in lines(face.panel, language) for word in text.split()]
        missing = {word for word in said if word not in shown}
        spared = (
            {Name.CHOOSING, Name.IDLE, Name.OUT_OF_SERVICE, Name.CHECKING, Name.CANCELLED, Name.SHOWING_CODE}
            if flat
            else set()
        )
        over_soon = {Name.CHOOSING} if face.panel.time else set()  # "any key" stands in the place of "* back",
        over_soon |= {Name.SHOWING_CODE} if face.name == "static code, over soon" else set()  # "more time" of "scan"
        assert not missing or face.panel.name in spared | over_soon, (face.name, missing)


@pytest.mark.parametrize("size", SIZES)
def test_what_a_flat_display_leaves_out_is_never_money_nor_the_way_to_it(size: tuple[int, int]) -> None:
    for language in LANGUAGES:
        for face in screens(USUAL[0], size):
            shown = " ".join(piece.text for piece in layout(face.panel, language, size).pieces)
            for line in face.panel.lines:
                if line.text in {Text.OPTION, Text.CLAIM, Text.PRICES}:
                    assert all(part in shown for part in parts(line, language)), face.name
                if line.text is Text.OPERATOR:
                    assert OPERATOR[1] in shown


@pytest.mark.parametrize(("language", "size"), WAYS)
def test_what_is_drawn_is_where_the_layout_says(language: Language, size: tuple[int, int]) -> None:
    for face in screens(LARGEST[1], size):
        picture = render(face.panel, language=language, size=size, mode="RGB").convert("L")
        placed = layout(face.panel, language, size)
        for piece in placed.pieces:
            assert len(set(picture.crop(piece.box).tobytes())) > 1, (face.name, piece)
        for box in _boxes(placed):
            picture.paste(0, box)
        for piece in placed.pieces:
            if piece.bar:
                picture.paste(0, (0, piece.box[1], size[0], piece.box[3]))
        assert picture.getbbox() is None, face.name


def test_nothing_touches_the_heading() -> None:
    for language, size in WAYS:
        for face in screens(USUAL[0], size):
            pieces = layout(face.panel, language, size).pieces
            bar = max((piece.box[3] for piece in pieces if piece.bar), default=0)
            assert all(piece.ink[1] >= bar for piece in pieces if not piece.bar), (face.name, size)


def test_a_large_code_goes_before_words() -> None:
    panel = _panel(Line(Text.ENTRY_ANY), qr="https://example.com/" + "a" * 260)
    assert layout(panel, "en", (128, 128)).pieces == ()
    assert layout(_panel(*panel.lines, qr="0" * 100), "en", (128, 128)).pieces != ()


def _panel(*lines: Line, qr: str | None = None) -> Panel:
    return Panel(Name.ENTERING, lines, Lights(), qr=qr)


def test_a_piece_that_no_font_can_hold_is_known_to_be_cut() -> None:
    (heading,) = layout(_panel(Line(Text.AMOUNT, amount=Amount(10**15, "KRW"))), "en", (64, 64)).pieces
    assert not fits(heading)
    assert fits(Piece("1", heading.box, heading.font))


@settings(max_examples=60, deadline=None)
@given(
    amount=st.builds(Amount, st.integers(0, 9_999_999), st.sampled_from(sorted(MINOR_DIGITS))),
    language=st.sampled_from(LANGUAGES),
    size=st.sampled_from(SIZES),
)
def test_any_amount_up_to_seven_digits_fits_beside_a_code_and_alone(
    amount: Amount, language: Language, size: tuple[int, int]
) -> None:
    much = Line(Text.AMOUNT, amount=amount)
    for panel in (_panel(Line(Text.PAID), much), _panel(Line(Text.SCAN_WITH_PHONE, seconds=120), much, qr=SHORT)):
        assert all(fits(piece) for piece in layout(panel, language, size).pieces)


@settings(max_examples=30, deadline=None)
@given(minor=st.integers(0, 10**15), size=st.sampled_from(SIZES), mode=st.sampled_from(["1", "RGB"]))
def test_a_picture_has_exactly_the_size_and_mode_whatever_the_amount(
    minor: int, size: tuple[int, int], mode: str
) -> None:
    panel = _panel(Line(Text.ENTER_AMOUNT), Line(Text.AMOUNT, amount=Amount(minor, "KRW")))
    picture = render(panel, language="en", size=size, mode=mode)
    assert (picture.size, picture.mode) == (size, mode)


# --- for people who see little ---


@pytest.mark.parametrize(("language", "size"), WAYS)
def test_large_digits_are_larger_and_nothing_but_hints_is_lost(language: Language, size: tuple[int, int]) -> None:
    for face in screens(USUAL[0], size):
        if face.panel.qr or face.panel.name in {Name.CHOOSING, Name.IDLE}:
            continue
        plain, large = (layout(face.panel, language, size, large=large).pieces for large in (False, True))
        hints = {part for line in face.panel.lines if line.text in HINTS for part in parts(line, language)}
        assert {piece.text for piece in plain} - {piece.text for piece in large} <= hints, face.name
        assert max(one.font.size for one in large) >= max(one.font.size for one in plain), face.name


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """WCAG 2's contrast ratio."""

    def light(colour: tuple[int, int, int]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


def test_every_colour_has_a_contrast_of_seven_to_one_to_what_stands_on_it() -> None:
    assert {contrast(BLACK, colour) >= 7 for colour in HEADINGS.values()} == {True}
    assert contrast(BLACK, WHITE) == 21


@pytest.mark.parametrize(("language", "size"), WAYS)
def test_in_the_inverse_style_all_is_black_and_white(language: Language, size: tuple[int, int]) -> None:
    for face in screens(USUAL[0], size):
        seen = render(face.panel, language=language, size=size, mode="RGB", style=Style(inverse=True))
        greys = Image.merge("RGB", [seen.convert("L")] * 3)
        assert seen.tobytes() == greys.tobytes(), face.name
        assert seen.getpixel((0, size[1] - 1)) in {WHITE, BLACK}


def test_a_state_has_its_colour_on_a_display_that_has_some() -> None:
    for face in screens(USUAL[0], (240, 240)):
        seen = render(face.panel, language="ko", size=(240, 240), mode="RGB")
        if not face.panel.qr:
            assert seen.getpixel((1, 1)) == HEADINGS.get(face.panel.name, WHITE), face.name


def test_codes_that_a_display_can_not_show_are_refused() -> None:
    coded = next(face for face in faces(USUAL[0]) if face.name == "code")
    with pytest.raises(CodeNotShowable):
        layout(coded.panel, "ko", (128, 64))
