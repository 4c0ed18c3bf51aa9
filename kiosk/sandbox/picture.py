"""Pictures the sandbox hands out: a shopper's phone with a payment code, and a shown code as an image.

Knows nothing of payments: text goes in, PNG bytes come out.
"""

import io
from enum import StrEnum

import segno
import zxingcpp
from PIL import Image, ImageDraw

PHONE = (480, 800)  # pixels
BODY = "#1d1f27"
WALLET = "#fee500"
PAPER = "white"
INK = "black"
QUIET = 4  # modules around a QR


class Symbols(StrEnum):
    """Which symbols the phone shows, as wallets do: both, or one alone."""

    BOTH = "both"
    QR = "qr"
    CODE128 = "code128"


def phone(code: str, symbols: Symbols = Symbols.BOTH) -> bytes:
    """A PNG of a phone, 480x800, that shows `code` (digits) as QR, as Code 128 or as both."""
    picture = Image.new("RGB", PHONE, "#8a8f98")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((20, 15, 460, 785), radius=44, fill=BODY)
    draw.rounded_rectangle((34, 40, 446, 760), radius=24, fill=WALLET)
    draw.rounded_rectangle((50, 140, 430, 660), radius=18, fill=PAPER)
    draw.text((240, 90), "pay", fill=INK, anchor="mm", font_size=44)
    draw.text((240, 635), f"{code[:4]} **** {code[-4:]}", fill="#555555", anchor="mm", font_size=22)
    if symbols is not Symbols.QR:
        _paste(picture, _code128(code), 225 if symbols is Symbols.BOTH else 400)
    if symbols is not Symbols.CODE128:
        _paste(picture, qr(code, scale=9), 455 if symbols is Symbols.BOTH else 400)
    return png(picture)


def qr(text: str, *, scale: int = 8) -> Image.Image:
    """A QR of `text` at error level L, `scale` pixels a module, with its quiet zone of 4 modules."""
    buffer = io.BytesIO()
    segno.make_qr(text, error="l").save(buffer, kind="png", scale=scale, border=QUIET)
    return Image.open(buffer).convert("RGB")


def png(picture: Image.Image) -> bytes:
    """The picture as a PNG file."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _code128(text: str) -> Image.Image:
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    bars = Image.fromarray(zxingcpp.write_barcode_to_image(symbol, scale=2, add_quiet_zones=True))
    return bars.convert("RGB").resize((bars.width, 90), Image.Resampling.NEAREST)


def _paste(picture: Image.Image, symbol: Image.Image, middle: int) -> None:
    picture.paste(symbol, ((PHONE[0] - symbol.width) // 2, middle - symbol.height // 2))
