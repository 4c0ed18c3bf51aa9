"""What commands write: whatever is in an order, only our own styles reach the terminal."""

import io
import re
from datetime import UTC

import pytest
from rich.table import Table
from rich.text import Text
from sample_orders import order

from kiosk.cli.console import PlainConsole
from kiosk.cli.plain import complain, write
from kiosk.cli.tables import orders_table

EVIL = "\x1b]0;owned\x07\x9b31m\u202e"
SEEN = r"\u001b]0;owned\u0007\u009b31m\u202e"
SHOWN = "\ufffd]0;owned\ufffd31m\ufffd"  # rich itself leaves out the bell


def printed(*what: object, terminal: bool) -> str:
    out = io.StringIO()
    PlainConsole(file=out, force_terminal=terminal, width=200, markup=False, highlight=False).print(*what)
    return out.getvalue()


@pytest.mark.parametrize("what", [EVIL, Text(EVIL), Text.assemble((EVIL, "bold"))], ids=["text", "plain", "styled"])
def test_a_text_is_shown_with_its_controls_written_out(what: object) -> None:
    assert printed(what, terminal=False).strip() == SHOWN


def test_our_own_styles_are_the_only_controls() -> None:
    table = Table("name", box=None)
    table.add_row(Text(EVIL, "bold red"))
    seen = printed(table, terminal=True)
    assert "\ufffd]0;owned" in seen
    assert re.sub("\x1b\\[[0-9;]*m|\n", "", seen).isprintable()


def test_an_order_with_such_an_id_is_listed() -> None:
    seen = printed(orders_table([order(EVIL)], UTC, 200), terminal=False)
    assert "\ufffd]0;owned" in seen


def test_lines_for_programs_and_complaints_too(capsys: pytest.CaptureFixture[str]) -> None:
    write(EVIL)
    complain(f"one\ntwo {EVIL}")
    assert capsys.readouterr() == (f"{SEEN}\n", f"one\ntwo {SEEN}\n")
