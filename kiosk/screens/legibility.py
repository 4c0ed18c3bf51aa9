"""What can be read on a display of a given size, before a shopper has to: codes that fit, and the height of letters."""

from collections.abc import Iterator
from datetime import UTC, datetime

from kiosk.sale.events import Moment
from kiosk.sale.order import NotCharged, Order, Product, Verdict
from kiosk.sale.panel import Lights, Line, Name, Panel, Text
from kiosk.sale.rules import Rules
from kiosk.sale.show import panel
from kiosk.sale.state import Choosing, Entering, Idle, Kiosk, OutOfService, Result, Scanning, Session
from kiosk.screens.qr import CodeNotShowable
from kiosk.screens.render import Style, layout
from kiosk.screens.texts import Language

ORDER_CODE = 62  # bytes of the wallet network's own codes, of orders and payment pages
LETTER = 7.25  # mm: the least for a small machine (Korea's notice 2026-1, after KS X 9211)
NOON = datetime(2000, 1, 1, 12, tzinfo=UTC)  # any time would do


def too_small(size: tuple[int, int], length: int) -> str | None:
    """Why a code of `length` bytes can't be shown on a display of `size` pixels; None: it can."""
    code = "https://" + "x" * (length - 8)
    try:
        layout(Panel(Name.SHOWING_CODE, (Line(Text.ENTRY_ANY),), Lights(), qr=code), "ko", size)
    except CodeNotShowable as error:
        return str(error)
    return None


def letters(rules: Rules, language: Language, size: tuple[int, int], style: Style, pitch: float) -> dict[str, float]:
    """The height of the smallest letters of each kind of screen, in mm. `pitch`: of the pixels, in mm."""
    found = {}
    for name, shown in _screens(rules):
        try:
            pieces = layout(shown, language, size, large=style.large).pieces
        except CodeNotShowable:  # which is told as that
            continue
        found[name] = min((piece.font.size for piece in pieces), default=0.0) * pitch
    return found


def _screens(rules: Rules) -> Iterator[tuple[str, Panel]]:
    moment, most = Moment(0.0, NOON), rules.most
    over = Order("x" * 28, Product.ORDER_CODE, most, NOON, NOON, NOON, NotCharged(Verdict.DECLINED))
    sessions: dict[str, Session] = {
        "idle": Idle(),
        "entering": Entering(str(most.minor), rules.entering),
        "choosing": Choosing(most, rules.choosing),
        "scanning": Scanning(most, rules.scanning),
        "result": Result(Name.DECLINED, Text.DECLINED, over, rules.result),
        "in doubt": Result(Name.CHECKING, Text.IN_DOUBT, over, rules.claim),
        "out of service": OutOfService(Text.NO_NETWORK),
    }
    for name, session in sessions.items():
        yield name, panel(Kiosk(rules, session, orders={}, troubles={}), moment)
    code, much = "https://" + "x" * (ORDER_CODE - 8), Line(Text.AMOUNT, amount=most)
    lines = (Line(Text.SCAN_WITH_PHONE, seconds=120), much, Line(Text.STAR_GIVES_UP))
    yield "code", Panel(Name.SHOWING_CODE, lines, Lights(), qr=code)
