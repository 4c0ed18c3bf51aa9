"""What is wrong, in words: the same for `kiosk status`, systemd and the log."""

from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from statuses import AT, status

from kiosk.cli.statuspage import status_page
from kiosk.diagnostics.status import (
    Status,
    Trouble,
    headline,
    troubles_of,
)
from kiosk.sale import machine
from kiosk.sale.events import Part
from kiosk.sale.money import Amount
from kiosk.sale.order import Product
from kiosk.sale.panel import Name
from kiosk.sale.rules import Rules
from kiosk.sale.state import Kiosk

RULES = Rules("kiosk-0001", (Product.ORDER_CODE, Product.PAYMENT_CODE), Amount(100, "KRW"), Amount(200_000, "KRW"))


def kiosk(troubles: Mapping[Part, str]) -> Kiosk:
    return replace(machine.start(RULES), troubles=troubles)


def test_a_healthy_kiosk_has_no_trouble() -> None:
    assert troubles_of(kiosk({})) == {}


def test_each_parts_trouble_is_one_line() -> None:
    assert troubles_of(kiosk({Part.CAMERA: "it is\n unplugged"})) == {"camera": "it is unplugged"}


def test_what_no_part_is_to_blame_for_is_said_too() -> None:
    assert "stopping" in troubles_of(replace(kiosk({}), stopping=True))["daemon"]
    assert "none of the ways to pay" in troubles_of(kiosk({Part.CAMERA: "gone", Part.DISPLAY: "gone"}))["payment"]


def test_a_dead_keypad_is_named_once() -> None:
    assert troubles_of(kiosk({Part.KEYPAD: "unplugged"})) == {"keypad": "unplugged"}


def shown(what: Status) -> str:
    out = StringIO()
    Console(file=out, width=120, highlight=False).print(status_page(what, ZoneInfo("Asia/Seoul")))
    return out.getvalue()


def test_one_screen_says_all_of_it() -> None:
    page = shown(status(Trouble(part="camera", what="unplugged", since=AT)))
    for words in (
        "in service (idle)",
        "camera      unplugged; since 11-28 12:04:05",
        "0.1.0, up 1 d 2 h, 3 released",
        "1500 KRW  ORDER_CODE  released  (claim A1)",
        "1 open, 4 unresolved",
        "2 waiting, 1 set aside",
        "synchronised, +95.0 s off the gateway's",
        "answered 11-28 12:04:05; last error 11-28 12:04:05: no answer",
        "ov5647: unplugged",
    ):
        assert words in page, page
    assert len(page.splitlines()) <= 24


def test_out_of_service_can_not_be_overlooked() -> None:
    page = shown(status(Trouble(part="gateway", what="a wrong key", since=AT), in_service=False, offset=None))
    assert "OUT OF SERVICE" in page.splitlines()[0]
    assert "a wrong key" in page.splitlines()[1]
    assert "not compared" in page


def test_the_first_line_is_systemds() -> None:
    assert headline(Name.OUT_OF_SERVICE, {"gateway": "no answer"}) == "out of service; gateway: no answer"


@pytest.mark.parametrize("name", list(Name))
def test_status_reads_back_what_it_writes(name: Name) -> None:
    written = status().model_copy(update={"state": name})
    assert Status.model_validate_json(written.model_dump_json()) == written
