"""What a QR of 62 characters costs, drawn and read back before it is shown; beside segno's own PNG and qrcode's
picture, which nobody has read back. And whether our mask is read as well as the best of the eight: small, askew,
blurred and noisy, by two libraries.
"""

import io
import random
import string
from collections.abc import Iterator

import numpy as np
import qrcode
import segno
import zxingcpp
from interleaved import Figure, median, ratio, seconds, turns
from PIL import Image, ImageFilter
from pyzbar import pyzbar

from kiosk.screens import qr as drawing

TEXT = "https://qr.example/pay/0123456789abcdef0123456789abcdef0123456"  # 62 characters
SHOTS = 3  # of each code
QR = zxingcpp.barcode_formats_from_str("QRCode")


def _ours(side: int) -> None:
    drawing.qr.cache_clear()
    drawing._matrix.cache_clear()
    drawing.qr(TEXT, side)


def _made(text: str, mask: int | None = None) -> segno.QRCode:
    return segno.make_qr(text, error="l", boost_error=False, encoding="utf-8", mask=mask)


def _segno() -> None:
    _made(TEXT).save(io.BytesIO(), kind="png", scale=3, border=2)


def _qrcode() -> None:
    drawn = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_L, box_size=3, border=2)
    drawn.add_data(TEXT)
    drawn.make_image()


def _shot(text: str, mask: int | None, number: int) -> np.ndarray:
    """As a phone sees it on a small display: some two to three pixels a module."""
    out = io.BytesIO()
    _made(text, mask).save(out, kind="png", scale=8, border=2)
    code = Image.open(out).convert("L")
    dice = np.random.default_rng(number)
    seen = Image.new("L", (code.width + 128, code.height + 128), 15)
    seen.paste(code, (64, 64))
    seen = seen.rotate(dice.uniform(-25, 25), Image.Resampling.BICUBIC, fillcolor=15)
    side = round(seen.width * dice.uniform(1.9, 3.2) / 8)
    seen = seen.resize((side, side), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(dice.uniform(0.4, 1.0)))
    noisy = np.asarray(seen) * 0.8 + dice.normal(0, dice.uniform(4, 28), (side, side))
    return np.clip(noisy + np.linspace(0, dice.uniform(0, 60), side), 0, 255).astype(np.uint8)


def _read(mask: int | None, codes: int) -> int:
    """How many readings two libraries make of the shots of so many codes."""
    dice = random.Random(17)  # noqa: S311 - no secret
    read = 0
    for number in range(codes):
        letters = dice.choices(string.ascii_letters + string.digits, k=dice.choice([12, 25, 34, 60]))
        text = "https://qr.example/" + "".join(letters)
        for shot in range(SHOTS):
            seen = _shot(text, mask, number * SHOTS + shot)
            read += text in [code.text for code in zxingcpp.read_barcodes(seen, formats=QR, try_invert=False)]
            read += text.encode() in [code.data for code in pyzbar.decode(seen)]
    return read


def measure(*, quick: bool) -> Iterator[Figure]:
    """On a display of 128 pixels and on one of 240."""
    things = {"128": lambda: _ours(128), "240": lambda: _ours(240), "segno": _segno, "qrcode": _qrcode}
    given = turns(20 if quick else 100, {name: seconds(work) for name, work in things.items()})
    for side in ("128", "240"):
        yield Figure("codes", f"on {side} pixels", median(given[side]) * 1000, "ms", 10)
        for peer in ("segno", "qrcode"):
            yield Figure("codes", f"on {side} pixels, beside {peer}", ratio(given, side, peer), "x", kept=True)
    codes = 15 if quick else 150
    share = _read(drawing.MASK, codes) / _read(None, codes)
    yield Figure("codes", "read with our mask, beside the best", share, "x", least=0.95, kept=True)
