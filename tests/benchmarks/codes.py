"""What a QR of 62 characters costs, drawn and read back before it is shown; beside segno's own PNG and qrcode's
picture, which nobody has read back.
"""

import io
from collections.abc import Iterator

import qrcode
import segno
from interleaved import Figure, median, ratio, seconds, turns

from kiosk.screens.qr import qr

TEXT = "https://qr.example/pay/0123456789abcdef0123456789abcdef0123456"  # 62 characters


def _ours(side: int) -> None:
    qr.cache_clear()
    qr(TEXT, side)


def _segno() -> None:
    segno.make_qr(TEXT, error="l", boost_error=False, encoding="utf-8").save(
        io.BytesIO(), kind="png", scale=3, border=2
    )


def _qrcode() -> None:
    drawn = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_L, box_size=3, border=2)
    drawn.add_data(TEXT)
    drawn.make_image()


def measure(*, quick: bool) -> Iterator[Figure]:
    """On a display of 128 pixels and on one of 240."""
    things = {"128": lambda: _ours(128), "240": lambda: _ours(240), "segno": _segno, "qrcode": _qrcode}
    given = turns(20 if quick else 100, {name: seconds(work) for name, work in things.items()})
    for side in ("128", "240"):
        yield Figure("codes", f"on {side} pixels", median(given[side]) * 1000, "ms", 10)
        for peer in ("segno", "qrcode"):
            yield Figure("codes", f"on {side} pixels, beside {peer}", ratio(given, side, peer), "x", kept=True)
