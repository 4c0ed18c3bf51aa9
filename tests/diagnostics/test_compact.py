"""The status that a phone takes home: it fits the smallest display's code, and nobody but the kiosk can sign it."""

import pytest
from statuses import status

from kiosk.diagnostics.compact import CODES, compact, decoded
from kiosk.diagnostics.status import NOT_OF_A_PART, Trouble
from kiosk.sale.events import Part
from kiosk.screens.qr import qr

SECRET = "whsec_ZGVtbyBzZWNyZXQsIG9wZW5zIG5vdGhpbmc="
TROUBLE = tuple(Trouble(part=part, what="x", since=status().started_at) for part in ("gateway", "clock", "camera"))


def test_what_is_written_is_read_back_in_words() -> None:
    read = decoded(compact(status(*TROUBLE, in_service=False), SECRET), SECRET)
    assert read.genuine is True
    assert read.lines == (
        "KIOSK-0001: out of service; trouble: gateway, clock, camera",
        "at 2026-11-28 03:04 UTC, version 0.1.0",
        "orders: 1 open, 4 unresolved",
        "results: 2 waiting, 1 set aside",
    )


def test_a_phone_may_change_the_letters_case_and_add_blanks() -> None:
    assert decoded(f" {compact(status(), SECRET).lower()}\n", SECRET).genuine is True


def test_whatever_is_changed_is_noticed() -> None:
    text = compact(status(*TROUBLE, in_service=False), SECRET)
    for old, new in (
        ("OUT", "IN"),
        ("U4", "U0"),
        ("+CM", ""),
        ("KIOSK-0001", "KIOSK-0002"),
        ("2611280304", "2611280305"),
    ):
        assert old in text
        assert decoded(text.replace(old, new), SECRET).genuine is False
    assert decoded(text, SECRET + "x").genuine is False


def test_without_the_secret_it_is_read_and_not_believed() -> None:
    assert decoded(compact(status(), SECRET), "").genuine is None
    assert decoded(compact(status(), ""), SECRET).genuine is False


@pytest.mark.parametrize("text", ["", "hello", "KS1:", "KS1:K:9999999999:IN:P0Q0O0U0:0.1.0:AAAAAAAA", "KS2:K"])
def test_what_is_no_status_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no kiosk's status"):
        decoded(text, SECRET)


def test_it_fits_64_pixels_also_with_much_trouble() -> None:
    many = status(*TROUBLE, TROUBLE[0], TROUBLE[1], in_service=False)
    qr(compact(many.model_copy(update={"kiosk_id": "seoul-station-0417"}), SECRET), 64)


def test_every_part_has_its_letters() -> None:
    others = {name for name, _ in NOT_OF_A_PART.values()}
    assert set(CODES) == {*Part, *others}
    assert len(set(CODES.values())) == len(CODES)
