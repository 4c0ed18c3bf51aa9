"""What can be read on a display of a given size, before a shopper has to: whether a code of some length fits."""

from kiosk.sale.panel import Lights, Line, Name, Panel, Text
from kiosk.screens.qr import CodeNotShowable
from kiosk.screens.render import layout

ORDER_CODE = 62  # bytes of the wallet network's own codes, of orders and payment pages


def too_small(size: tuple[int, int], length: int) -> str | None:
    """Why a code of `length` bytes can't be shown on a display of `size` pixels; None: it can."""
    code = "https://" + "x" * (length - 8)
    try:
        layout(Panel(Name.SHOWING_CODE, (Line(Text.ENTRY_ANY),), Lights(), qr=code), "ko", size)
    except CodeNotShowable as error:
        return str(error)
    return None
