"""The decoder, on pictures as a camera takes them; and its second choice, which some boards have to use."""

import numpy as np
import pytest
import segno
import zxingcpp
from phone_pictures import Scene, phone
from pyzbar import pyzbar

from hardware import decoder
from hardware.decoder import Decoder

CODE = "281010897274821897274821"
SCENES = {
    "clean": Scene(),
    "turned": Scene(turned=8),
    "upside down": Scene(turned=180),
    "lying": Scene(turned=90),
    "blurred": Scene(blur=1.0),
    "noisy": Scene(noise=18),
    "dark": Scene(light=0.35),
    "all at once": Scene(turned=5, blur=0.8, noise=8, light=0.6),
}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_a_phone_with_both_symbols_gives_its_code_once(scene: Scene) -> None:
    assert Decoder().decode(phone(CODE, scene)) == (CODE,)


@pytest.mark.parametrize("symbol", ["qr", "code128"])
@pytest.mark.parametrize("scene", [SCENES["clean"], SCENES["turned"], SCENES["dark"]], ids=["clean", "turned", "dark"])
def test_one_symbol_alone_is_enough(scene: Scene, symbol: str) -> None:
    assert Decoder().decode(phone(CODE, scene, qr=symbol == "qr", code128=symbol == "code128")) == (CODE,)


def test_clutter_holds_no_code() -> None:
    assert Decoder().decode(phone(CODE, Scene(), qr=False, code128=False)) == ()


def test_symbols_that_no_wallet_shows_are_not_read() -> None:
    ean = zxingcpp.write_barcode_to_image(
        zxingcpp.create_barcode("4006381333931", zxingcpp.BarcodeFormat.EAN13), scale=4
    )
    assert Decoder().decode(np.pad(np.asarray(ean, dtype=np.uint8), 40, constant_values=255)) == ()


def test_a_text_longer_than_any_code_is_dropped() -> None:
    rows = segno.make_qr("9" * 5000, error="l").matrix
    picture = np.array([[0 if dark else 255 for dark in row] for row in rows], np.uint8)
    large = np.kron(np.pad(picture, 4, constant_values=255), np.ones((4, 4), np.uint8))
    assert len(zxingcpp.read_barcodes(large)[0].text) == 5000
    assert Decoder().decode(large) == ()


@pytest.mark.parametrize("symbol", ["qr", "code128"])
def test_the_second_choice_reads_a_clean_phone_too(symbol: str) -> None:
    read = decoder._zbar_reader()
    assert read(phone(CODE, Scene(), qr=symbol == "qr", code128=symbol == "code128")) == [CODE]


def test_the_second_choice_reads_no_other_symbols_either() -> None:
    ean = zxingcpp.create_barcode("4006381333931", zxingcpp.BarcodeFormat.EAN13)
    picture = np.pad(np.asarray(zxingcpp.write_barcode_to_image(ean, scale=4), dtype=np.uint8), 40, constant_values=255)
    assert pyzbar.decode(picture)[0].data == b"4006381333931"
    assert decoder._zbar_reader()(picture) == []


@pytest.mark.parametrize("scene", [SCENES["turned"], SCENES["blurred"]], ids=["turned", "blurred"])
def test_the_second_choice_reads_a_photo_that_is_not_quite_straight_or_sharp(scene: Scene) -> None:
    assert set(decoder._zbar_reader()(phone(CODE, scene))) == {CODE}
