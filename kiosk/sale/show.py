"""What the state looks like from outside: the panel, derived after each step. It commands nothing."""

from dataclasses import replace
from math import ceil

from kiosk.sale.events import Moment, Part
from kiosk.sale.money import Amount
from kiosk.sale.order import (
    NEVER,
    Awaiting,
    Cancelling,
    Closing,
    Confirming,
    GivenBack,
    GivingBack,
    NotCharged,
    Order,
    Product,
    Released,
    Releasing,
    Requested,
    Settled,
    Unconfirmed,
    Unresolved,
)
from kiosk.sale.panel import Light, Lights, Line, Name, Panel, Sound, Text
from kiosk.sale.state import (
    Choosing,
    Entering,
    EntryShown,
    Idle,
    InHand,
    Kiosk,
    OutOfService,
    Result,
    Scanning,
    Serviced,
)

WAITS_FOR_SHOPPER = Lights(ready=Light.ON, busy=Light.SLOW)
WORKS = Lights(ready=Light.ON, busy=Light.FAST)


def panel(kiosk: Kiosk, now: Moment) -> Panel:
    """The panel of a state; `now` only for the seconds left."""
    shown = _panel(kiosk, now)
    shown = replace(shown, sound=_sound(shown))
    lasting = kiosk.troubles.keys() - {Part.GATEWAY, Part.CLOCK}
    if lasting and shown.lights.fault is Light.OFF:
        shown = replace(shown, lights=replace(shown.lights, fault=Light.SLOW))
    return shown


def next_tick(kiosk: Kiosk, now: Moment) -> float:
    """When the seconds on the display change next: monotonic seconds; NEVER when none are shown."""
    until = _counted_to(kiosk)
    return until - (ceil(until - now.mono) - 1) if now.mono < until < NEVER else NEVER


def _sound(shown: Panel) -> Sound | None:
    texts = {line.text for line in shown.lines}
    match shown.name:
        case _ if Text.CLAIM in texts:
            return Sound.DOUBT
        case Name.SCANNING if Text.NOT_A_PAYMENT_CODE in texts:
            return Sound.BAD
        case Name.SHOWING_CODE | Name.SCANNING:
            return Sound.CODE
        case Name.RELEASING | Name.PAID:
            return Sound.GOOD
        case Name.DECLINED | Name.EXPIRED | Name.CANCELLED:
            return Sound.BAD
        case _:
            return None


def _counted_to(kiosk: Kiosk) -> float:
    match kiosk.session:
        case Scanning(_, until) | EntryShown(_, until):
            return until
        case InHand() if (order := kiosk.in_hand) and isinstance(order.phase, Awaiting) and order.phase.code:
            return order.plan.until
        case _:
            return NEVER


def _panel(kiosk: Kiosk, now: Moment) -> Panel:
    lines: tuple[Line, ...]
    left = max(0, ceil(min(_counted_to(kiosk), now.mono + 86_400) - now.mono))
    match kiosk.session:
        case Idle():
            return _idle(kiosk)
        case OutOfService(trouble):
            lines = (Line(Text.OUT_OF_SERVICE), Line(trouble))
            return Panel(Name.OUT_OF_SERVICE, lines, Lights(fault=Light.ON))
        case Entering(digits, _, problem):
            return _entering(kiosk, digits, problem)
        case Choosing(amount, _):
            options = (
                Line(Text.OPTION, number=number, product=product)
                for number, product in enumerate(kiosk.offered, start=1)
            )
            lines = (Line(Text.CHOOSE, amount=amount), *options)
            return Panel(Name.CHOOSING, lines, Lights(ready=Light.ON), amount=amount)
        case Scanning(amount, _, problem):
            heading = Line(problem) if problem else Line(Text.HOLD_CODE, seconds=left)
            lines = (heading, Line(Text.AMOUNT, amount=amount), Line(Text.STAR_GIVES_UP))
            product = Product.PAYMENT_CODE
            return Panel(Name.SCANNING, lines, WAITS_FOR_SHOPPER, camera=True, amount=amount, product=product)
        case EntryShown(amount, _):
            lines = (Line(Text.ENTRY_HERE, amount=amount), Line(Text.STAR_GIVES_UP))
            return Panel(
                Name.SHOWING_CODE,
                lines,
                WAITS_FOR_SHOPPER,
                qr=kiosk.rules.entry_code,
                amount=amount,
                product=Product.ENTRY_CODE,
            )
        case InHand(order_id):
            return _in_hand(kiosk.orders[order_id], left)
        case Result() as result:
            return _result(result)
        case Serviced():
            return Panel(Name.SERVICE, (Line(Text.SERVICED), Line(Text.NOT_NOW)), Lights(fault=Light.SLOW))


def _idle(kiosk: Kiosk) -> Panel:
    ready = Lights(ready=Light.ON)
    if kiosk.offered == (Product.ENTRY_CODE,):
        return Panel(Name.IDLE, (Line(Text.ENTRY_ANY),), ready, qr=kiosk.rules.entry_code, product=Product.ENTRY_CODE)
    return Panel(Name.IDLE, (Line(Text.ENTER_AMOUNT), Line(Text.CONFIRM_KEYS)), ready)


def _entering(kiosk: Kiosk, digits: str, problem: Text | None) -> Panel:
    amount = Amount(int(digits or "0"), kiosk.rules.currency)
    limit = kiosk.rules.least if problem is Text.TOO_LITTLE else kiosk.rules.most
    heading = Line(problem, amount=limit) if problem else Line(Text.ENTER_AMOUNT)
    lines = (heading, Line(Text.AMOUNT, amount=amount), Line(Text.CONFIRM_KEYS))
    return Panel(Name.ENTERING, lines, Lights(ready=Light.ON), amount=amount)


def _in_hand(order: Order, left: int) -> Panel:
    amount = Line(Text.AMOUNT, amount=order.amount)

    def show(name: Name, text: Text, lights: Lights = WORKS, *, claim: bool = False) -> Panel:
        lines = (Line(text), amount, *((Line(Text.CLAIM, code=order.claim),) if claim else ()))
        return Panel(name, lines, lights, amount=order.amount, order_id=order.id, product=order.product)

    match order.phase:
        case Requested(close=None) if order.product is Product.PAYMENT_CODE:
            return show(Name.PAYING, Text.PAYING)
        case Requested(close=None):
            return show(Name.REQUESTING, Text.ONE_MOMENT)
        case Awaiting(code=str() as code):
            lines = (Line(Text.SCAN_WITH_PHONE, seconds=left), amount, Line(Text.STAR_GIVES_UP))
            return Panel(
                Name.SHOWING_CODE,
                lines,
                WAITS_FOR_SHOPPER,
                qr=code,
                amount=order.amount,
                order_id=order.id,
                product=order.product,
            )
        case Awaiting():
            return show(Name.PAYING, Text.PAYING)
        case Cancelling() | Confirming() if order.product is Product.PAYMENT_CODE:  # it may have been charged
            return show(Name.CHECKING, Text.CHECKING, claim=True)
        case Requested() | Closing() | Cancelling() | Confirming():
            return show(Name.CHECKING, Text.CLOSING)
        case Releasing():
            return show(Name.RELEASING, Text.RELEASING, Lights(ready=Light.ON, paid=Light.ON))
        case GivingBack() | Released() | GivenBack() | NotCharged() | Unconfirmed() | Unresolved() | Settled():
            return show(Name.CHECKING, Text.CHECKING)


def _result(result: Result) -> Panel:
    order = result.order
    lines = [Line(result.text), Line(Text.AMOUNT, amount=order.amount)]
    if result.text in (Text.IN_DOUBT, Text.MONEY_BACK):
        lines.append(Line(Text.CLAIM, code=order.claim))
    elif isinstance(order.phase, NotCharged):
        lines.append(Line(Text.TRY_AGAIN))
    good = result.name is Name.PAID
    lights = Lights(ready=Light.ON, paid=Light.ON) if good else Lights(ready=Light.ON, fault=Light.FAST)
    return Panel(result.name, tuple(lines), lights, amount=order.amount, order_id=order.id, product=order.product)
