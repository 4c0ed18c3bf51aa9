"""What strangers wrote, on its way to a terminal."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.app.printable import one_line, printable


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("주차 “A” 12,000₩ 👍🏽", "주차 “A” 12,000₩ 👍🏽"),
        ("two\n\tlines", "two\n\tlines"),
        ("\x1b[2J\x1b]0;owned\x07", "\\u001b[2J\\u001b]0;owned\\u0007"),
        ("back\r\x08\x7f", "back\\u000d\\u0008\\u007f"),
        ("\x9b31m", "\\u009b31m"),
        ("\u202e0051", "\\u202e0051"),
        ("\u2066a\u2069\u2028b\ufeff", "\\u2066a\\u2069\\u2028b\\ufeff"),
    ],
)
def test_controls_are_written_and_not_done(text: str, seen: str) -> None:
    assert printable(text) == seen


@given(st.text(alphabet=st.characters()))
def test_no_control_gets_through_and_json_reads_what_it_was(text: str) -> None:
    seen = printable(text)
    assert {letter for letter in seen if unicodedata.category(letter) in ("Cc", "Zl", "Zp", "Cs")} <= {"\n", "\t"}
    assert json.loads(printable(json.dumps(text, ensure_ascii=False))) == text
    assert "\n" not in one_line(text)
