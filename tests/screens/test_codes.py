"""Codes on small displays: read back by two readers, dark on lit ground, or not shown at all."""

from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from kiosk.sale.money import Amount
from kiosk.sale.panel import Lights, Line, Name, Panel, Text
from kiosk.screens import CodeNotShowable, Style, render
from kiosk.screens import qr as drawing
from kiosk.screens.fonts import FontMissing, find_fonts, font
from kiosk.screens.qr import qr

SIZES = [(128, 64, "1"), (128, 128, "1"), (240, 240, "RGB"), (240, 320, "RGB"), (320, 240, "RGB")]
ADDRESS = "https://qr.example/" + "281004040092ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" * 3


def _shown(text: str, width: int, height: int, mode: str) -> Image.Image:
    lines = (Line(Text.SCAN_WITH_PHONE, seconds=99), Line(Text.AMOUNT, amount=Amount(200_000, "KRW")))
    panel = Panel(Name.SHOWING_CODE, lines, Lights(), qr=text)
    return render(panel, language="ko", size=(width, height), mode=mode)


def _as_a_phone_sees_it(picture: Image.Image) -> Image.Image:
    framed = Image.new("L", (picture.width + 40, picture.height + 40))
    framed.paste(picture.convert("L"), (20, 20))
    return framed.resize((framed.width * 4, framed.height * 4), Image.Resampling.NEAREST)


@pytest.mark.parametrize(("width", "height", "mode"), SIZES)
@pytest.mark.parametrize("length", [20, 32, 40, 53])
def test_both_readers_read_exactly_the_text(width: int, height: int, mode: str, length: int) -> None:
    text = ADDRESS[:length]
    picture = _shown(text, width, height, mode)
    assert (picture.size, picture.mode) == ((width, height), mode)
    seen = _as_a_phone_sees_it(picture)
    assert [code.data.decode() for code in pyzbar.decode(seen)] == [text]
    assert [code.text for code in zxingcpp.read_barcodes(seen, try_invert=False)] == [text]


@pytest.mark.parametrize(("width", "height", "mode"), SIZES[1:])
def test_a_static_code_of_111_bytes_is_read_on_all_but_the_smallest(width: int, height: int, mode: str) -> None:
    seen = _as_a_phone_sees_it(_shown(ADDRESS[:111], width, height, mode))
    assert [code.data.decode() for code in pyzbar.decode(seen)] == [ADDRESS[:111]]
    assert [code.text for code in zxingcpp.read_barcodes(seen, try_invert=False)] == [ADDRESS[:111]]


@pytest.mark.parametrize("name", ["駐車場", "停車場", "Café du Port", "주차장", "Cafe"])
def test_its_bytes_are_utf_8_over_which_the_checksum_is(name: str) -> None:
    text = f"00020101021126310013kr.co.example011012345678905204752353034105802KR{name}6304ABCD"
    seen = _as_a_phone_sees_it(qr(text, 240))
    assert [code.bytes for code in zxingcpp.read_barcodes(seen, try_invert=False)] == [text.encode()]


def test_a_code_that_does_not_fit_is_refused_and_not_named() -> None:
    with pytest.raises(CodeNotShowable) as refused:
        _shown(ADDRESS[:111], 128, 64, "1")
    assert "111 bytes" in str(refused.value)
    assert ADDRESS[19:40] not in str(refused.value)


@pytest.mark.parametrize("text", ["", ADDRESS * 40], ids=["empty", "larger than any code"])
def test_what_no_code_can_hold_is_refused_and_not_named(text: str) -> None:
    with pytest.raises(CodeNotShowable, match=rf"{len(text)} bytes") as refused:
        _shown(text, 320, 240, "RGB")
    assert "qr.example" not in str(refused.value)


def test_a_code_that_the_quick_mask_leaves_unreadable_is_drawn_with_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures: list[Image.Image] = []

    def the_second(picture: Image.Image) -> list[bytes]:
        pictures.append(picture)
        return [text.encode()] * (len(pictures) > 1)

    text = ADDRESS[:41]
    monkeypatch.setattr(drawing, "read_back", the_second)
    shown = qr(text, 128)
    qr.cache_clear()
    assert pictures[0] != pictures[1] == shown
    assert [code.data.decode() for code in pyzbar.decode(_as_a_phone_sees_it(shown))] == [text]


@pytest.mark.parametrize("side", [64, 110, 128, 200, 240])
def test_the_quiet_zone_is_lit_and_the_scale_is_the_largest_that_it_leaves(side: int) -> None:
    pixels = np.asarray(qr(ADDRESS[:40], side))
    dark = np.argwhere(~pixels)
    low, high = dark.min(), dark.max()
    modules = 29  # version 3
    scale = (high - low + 1) // modules
    assert scale >= 2
    assert low >= scale
    assert side - 1 - high >= scale
    assert (modules + 4) * (scale + 1) > side or scale == 2


def test_fonts_that_are_there_are_found() -> None:
    find_fonts()


def test_a_missing_font_is_one_line_that_names_the_packages() -> None:
    with pytest.raises(FontMissing) as missing:
        font(Path("/nonexistent/nonesuch.otf"), 16)
    assert str(missing.value) == "/nonexistent/nonesuch.otf: no such font; apt install fonts-unifont fonts-nanum"


@pytest.mark.parametrize(("width", "height", "mode"), SIZES)
def test_in_the_inverse_style_too_a_code_is_dark_on_lit_ground(width: int, height: int, mode: str) -> None:
    panel = Panel(Name.SHOWING_CODE, (Line(Text.SCAN_WITH_PHONE, seconds=99),), Lights(), qr=ADDRESS[:53])
    picture = render(panel, language="ko", size=(width, height), mode=mode, style=Style(inverse=True))
    seen = _as_a_phone_sees_it(picture)
    assert [code.data.decode() for code in pyzbar.decode(seen)] == [ADDRESS[:53]]
    assert [code.text for code in zxingcpp.read_barcodes(seen, try_invert=False)] == [ADDRESS[:53]]
    assert picture.convert("L").getpixel((width - 1, height - 1)) == 255
