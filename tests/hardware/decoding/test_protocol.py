"""What comes back from the process that reads, which may be anybody's by then."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.decoding.protocol import LARGEST_ANSWER, LONGEST, MOST, BadAnswer, Code, Library, Symbol, packed, unpacked

TEXT = "281010897274821897274821"
pixels = st.integers(0, 2**16 - 1)
texts = st.text(st.characters(codec="utf-8"), min_size=1)
codes = st.lists(
    st.builds(Code, st.sampled_from(Symbol), texts, st.sampled_from(Library), st.tuples(pixels, pixels)), max_size=6
)


@given(codes, st.integers(0, 2**32 - 1))
def test_what_was_packed_comes_out_each_code_once(found: list[Code], frame: int) -> None:
    assert unpacked(packed(frame, found), frame) == tuple(dict.fromkeys(found))


def test_texts_that_are_empty_or_too_long_are_left_out() -> None:
    texts = ["", "9" * LONGEST, "9" * (LONGEST + 1), TEXT]
    answer = packed(1, [Code(Symbol.QR, text) for text in texts])
    assert [code.text for code in unpacked(answer, 1)] == ["9" * LONGEST, TEXT]


@pytest.mark.parametrize("letter", ["9", "한", "\N{GRINNING FACE}"])
def test_however_much_was_read_an_answer_has_its_limits(letter: str) -> None:
    answer = packed(1, [Code(Symbol.QR, letter * (LONGEST - number)) for number in range(20)])
    assert len(answer) <= LARGEST_ANSWER
    assert 1 < len(unpacked(answer, 1)) <= MOST


def test_a_text_that_is_no_text_does_no_harm() -> None:
    assert unpacked(packed(1, [Code(Symbol.QR, "a\ud800")]), 1) == (Code(Symbol.QR, "a?"),)


@given(st.binary(max_size=300))
def test_other_bytes_are_refused_or_are_codes_within_limits(answer: bytes) -> None:
    try:
        found = unpacked(answer, 1)
    except BadAnswer:
        return
    assert answer[:4] == b"\x01\x00\x00\x00"
    assert len(found) == answer[4] <= MOST
    assert all(0 < len(code.text) <= LONGEST for code in found)


def test_a_refusal_quotes_nothing() -> None:
    with pytest.raises(BadAnswer) as refused:
        unpacked(GOOD[:-1] + b"\xff", 1)
    assert str(refused.value) == ""
    assert refused.value.__suppress_context__


GOOD = packed(1, [Code(Symbol.CODE128, TEXT)])


@pytest.mark.parametrize(
    "answer",
    {
        "nothing": b"",
        "a byte less": GOOD[:-1],
        "a byte more": GOOD + b"0",
        "another frame": b"\x02" + GOOD[1:],
        "an unknown symbol": GOOD[:5] + b"\x02" + GOOD[6:],
        "an unknown library": GOOD[:6] + b"\x02" + GOOD[7:],
        "more codes than there are": GOOD[:4] + b"\x02" + GOOD[5:],
        "fewer codes than there are": GOOD[:4] + b"\x00" + GOOD[5:],
        "too many codes": GOOD[:4] + b"\x11" + GOOD[5:] * 17,
        "no UTF-8": GOOD[:-1] + b"\xff",
        "an empty text": b"\x01\x00\x00\x00\x01" + bytes(8),
        "a text too long": b"\x01\x00\x00\x00\x01" + bytes(6) + b"\x01\x10" + b"9" * 4097,
    }.items(),
    ids=lambda item: item[0],
)
def test_each_thing_that_no_reader_of_ours_says_is_refused(answer: tuple[str, bytes]) -> None:
    with pytest.raises(BadAnswer):
        unpacked(answer[1], 1)


def test_a_code_never_shows_its_text() -> None:
    assert TEXT not in repr(Code(Symbol.QR, TEXT))
