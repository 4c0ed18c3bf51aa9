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
    Reason,
    Released,
    Releasing,
    Requested,
    Settled,
    Unconfirmed,
    Unresolved,
)
from kiosk.sale.panel import CLAIMED, Light, Lights, Line, Name, Panel, Sound, Text, Time
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
    shown = replace(_panel(kiosk, now), time=_time(kiosk, now), kind=kiosk.rules.kind, turned=kiosk.turned)
    shown = replace(shown, sound=_sound(shown))
    lasting = kiosk.troubles.keys() - {Part.GATEWAY, Part.CLOCK}
    if lasting and shown.lights.fault is Light.OFF:
        shown = replace(shown, lights=replace(shown.lights, fault=Light.SLOW))
    return shown


def next_tick(kiosk: Kiosk, now: Moment) -> float:
    """When the seconds on the display change next: monotonic seconds; NEVER when none are shown."""
    until, _, counted = _counted(kiosk)
    if not now.mono < until < NEVER:
        return NEVER
    return until - counted if until - now.mono > counted else until - (ceil(until - now.mono) - 1)


def _sound(shown: Panel) -> Sound | None:
    texts = {line.text for line in shown.lines}
    match shown.name:
        case _ if shown.time and shown.time.hurry:
            return Sound.HURRY
        case _ if Text.CLAIM in texts:
            return Sound.DOUBT
        case Name.SCANNING if Text.NOT_A_PAYMENT_CODE in texts:
            return Sound.BAD
        case Name.SHOWING_CODE | Name.SCANNING:
            return Sound.CODE
        case Name.CHOOSING:
            return Sound.STEP
        case Name.REQUESTING | Name.PAYING:
            return Sound.WAIT
        case Name.RELEASING | Name.PAID:
            return Sound.GOOD
        case Name.DECLINED | Name.EXPIRED | Name.CANCELLED:
            return Sound.BAD
        case _:
            return None


def _counted(kiosk: Kiosk) -> tuple[float, float, float]:
    """When the screen is over, how long it stays in all, and so many seconds before that its time is shown."""
    rules = kiosk.rules
    match kiosk.session:
        case Entering(_, until):
            return until, rules.entering, rules.warning
        case Choosing(_, until):
            return until, rules.choosing, rules.warning
        case Scanning(_, until):
            return until, rules.scanning, NEVER
        case EntryShown(_, until):
            return until, rules.code_lifetime, NEVER
        case InHand() if (order := kiosk.in_hand) and isinstance(order.phase, Awaiting) and order.phase.code:
            return order.plan.until, rules.code_lifetime, NEVER
        case InHand(_, leave_at):
            return leave_at, rules.patience, NEVER
        case Result(_, text, _, until) if text in CLAIMED:
            return until, rules.claim, rules.warning
        case _:
            return NEVER, NEVER, NEVER


def _time(kiosk: Kiosk, now: Moment) -> Time | None:
    until, whole, counted = _counted(kiosk)
    left = until - now.mono
    if until == NEVER or left > counted:
        return None
    waits = not isinstance(kiosk.session, InHand) or _waits(kiosk)
    return Time(max(0, ceil(left)), ceil(max(whole, left)), hurry=waits and left <= kiosk.rules.warning)


def _waits(kiosk: Kiosk) -> bool:
    """Whether the order in hand waits for its shopper."""
    order = kiosk.in_hand
    return order is not None and isinstance(order.phase, Awaiting) and bool(order.phase.code)


def _panel(kiosk: Kiosk, now: Moment) -> Panel:
    lines: tuple[Line, ...]
    time = _time(kiosk, now)
    left, hurry = (time.left, time.hurry) if time else (0, False)
    match kiosk.session:
        case Idle():
            return _idle(kiosk)
        case OutOfService(trouble):
            lines = (Line(Text.OUT_OF_SERVICE), Line(trouble), *_operator(kiosk))
            return Panel(Name.OUT_OF_SERVICE, lines, Lights(fault=Light.ON))
        case Entering(digits, _, problem):
            return _entering(kiosk, digits, problem, left)
        case Choosing(amount, _):
            options = (
                Line(Text.OPTION, number=number, product=product)
                for number, product in enumerate(kiosk.offered, start=1)
            )
            heading = Line(Text.STILL_THERE, seconds=left) if hurry else Line(Text.CHOOSE)
            lines = (heading, Line(Text.AMOUNT, amount=amount), *options, Line(Text.STAR_BACK))
            return Panel(Name.CHOOSING, lines, Lights(ready=Light.ON), amount=amount)
        case Scanning(amount, _, problem):
            heading = Line(problem) if problem else Line(Text.HOLD_CODE, seconds=left)
            lines = (heading, Line(Text.AMOUNT, amount=amount), _way_out(hurry=hurry))
            product = Product.PAYMENT_CODE
            return Panel(Name.SCANNING, lines, WAITS_FOR_SHOPPER, camera=True, amount=amount, product=product)
        case EntryShown(amount, _):
            lines = (Line(Text.ENTRY_HERE), Line(Text.AMOUNT, amount=amount), _way_out(hurry=hurry))
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
            return _result(kiosk, result)
        case Serviced():
            return Panel(Name.SERVICE, (Line(Text.SERVICED), Line(Text.NOT_NOW)), Lights(fault=Light.SLOW))


def _idle(kiosk: Kiosk) -> Panel:
    ready = Lights(ready=Light.ON)
    if kiosk.offered == (Product.ENTRY_CODE,):
        return Panel(Name.IDLE, (Line(Text.ENTRY_ANY),), ready, qr=kiosk.rules.entry_code, product=Product.ENTRY_CODE)
    prices = Line(Text.PRICES, amount=kiosk.rules.least, most=kiosk.rules.most)
    lines = (Line(Text.WALLET), Line(Text.ENTER_AMOUNT), prices, Line(Text.CONFIRM_KEYS))
    key = kiosk.rules.language_key
    return Panel(Name.IDLE, (*lines, Line(Text.OTHER_LANGUAGE, code=key)) if key else lines, ready)


def _operator(kiosk: Kiosk) -> tuple[Line, ...]:
    """Whom to call, where the configuration says so."""
    name, phone = kiosk.rules.operator
    return (Line(Text.OPERATOR, words=name, code=phone),) if name or phone else ()


def _way_out(*, hurry: bool) -> Line:
    return Line(Text.MORE_TIME if hurry else Text.STAR_GIVES_UP)


def _entering(kiosk: Kiosk, digits: str, problem: Text | None, left: int) -> Panel:
    amount = Amount(int(digits or "0"), kiosk.rules.currency)
    limit = kiosk.rules.least if problem is Text.TOO_LITTLE else kiosk.rules.most
    heading = Line(problem, amount=limit) if problem else Line(Text.ENTER_AMOUNT)
    heading = Line(Text.STILL_THERE, seconds=left) if left else heading
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
        case Requested(Reason.GAVE_UP) | Closing(Reason.GAVE_UP) | Cancelling(Reason.GAVE_UP):
            return show(Name.CHECKING, Text.CLOSING)
        case Confirming(Reason.GAVE_UP):
            return show(Name.CHECKING, Text.CLOSING)
        case Requested() | Closing() | Cancelling() | Confirming():
            return show(Name.CHECKING, Text.CHECKING)
        case Releasing():
            return show(Name.RELEASING, Text.RELEASING, Lights(ready=Light.ON, paid=Light.ON))
        case GivingBack() | Released() | GivenBack() | NotCharged() | Unconfirmed() | Unresolved() | Settled():
            return show(Name.CHECKING, Text.CHECKING)


def _result(kiosk: Kiosk, result: Result) -> Panel:
    order = result.order
    lines = [Line(result.text), Line(Text.AMOUNT, amount=order.amount)]
    if result.text in CLAIMED:
        lines += [Line(Text.CLAIM, code=order.claim), *_operator(kiosk)]
    elif isinstance(order.phase, NotCharged):
        lines.append(Line(Text.TRY_AGAIN))
    good = result.name is Name.PAID
    lights = Lights(ready=Light.ON, paid=Light.ON) if good else Lights(ready=Light.ON, fault=Light.FAST)
    return Panel(result.name, tuple(lines), lights, amount=order.amount, order_id=order.id, product=order.product)
