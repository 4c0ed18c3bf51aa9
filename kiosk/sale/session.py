"""The shopper's side: what each screen does with a key, a scanned code, or a change of its order.

Handlers only; the table is in `transitions`. Nothing here decides about money: a handler may open an order, or say
something to the one in hand, and the order's side decides.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from kiosk.sale.commands import Command, Pay
from kiosk.sale.events import (
    Checked,
    CodeNotShowable,
    CodeScanned,
    GaveUp,
    Key,
    KeyPressed,
    Moment,
    Notified,
    OrderMoved,
    StopWanted,
    Woken,
)
from kiosk.sale.money import Amount
from kiosk.sale.numbering import order_id, order_number
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
    Plan,
    Product,
    Reason,
    Released,
    Releasing,
    Request,
    Requested,
    Settled,
    Unconfirmed,
    Unresolved,
    Verdict,
)
from kiosk.sale.panel import CLAIMED, Name, Text
from kiosk.sale.payment_code import PaymentCode
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
    Session,
)

LONGEST_ENTRY = 12  # digits; an amount is out of limits long before


@dataclass(frozen=True, slots=True)
class Turn:
    """The session as it is now; an order to open with its commands; a word to an order."""

    session: Session
    opened: Order | None = None
    commands: tuple[Command, ...] = ()
    tell: GaveUp | Notified | None = None


# --- opening an order ------------------------------------------------------------------------------------------------


def new_order(kiosk: Kiosk, product: Product, amount: Amount, now: Moment, code: PaymentCode | None = None) -> Order:
    """An order whose PAY goes out in this step."""
    lifetime = kiosk.rules.code_lifetime
    created = now.at.replace(microsecond=0)
    return Order(
        id=order_id(kiosk.rules.kiosk_id, order_number(kiosk.last_id, now)),
        product=product,
        amount=amount,
        created_at=now.at,
        expire_at=created + timedelta(seconds=lifetime),
        since=now.at,
        phase=Requested(),
        plan=Plan(until=now.mono + lifetime, asked=1, busy=Request.PAY, code=code),
    )


def _pay(kiosk: Kiosk, product: Product, amount: Amount, now: Moment, code: PaymentCode | None = None) -> Turn:
    order = new_order(kiosk, product, amount, now, code)
    return Turn(InHand(order.id), opened=order, commands=(Pay(order, code),))


def _begin(kiosk: Kiosk, product: Product, amount: Amount, now: Moment) -> Turn:
    match product:
        case Product.ORDER_CODE | Product.CASHIER_PAYMENT:
            return _pay(kiosk, product, amount, now)
        case Product.PAYMENT_CODE:
            return Turn(Scanning(amount, now.mono + kiosk.rules.scanning))
        case Product.ENTRY_CODE:
            return Turn(EntryShown(amount, now.mono + kiosk.rules.code_lifetime))


def _offer(kiosk: Kiosk, amount: Amount, now: Moment) -> Turn:
    """Preflight, then the ways to pay; a single one needs no choosing."""
    if kiosk.trouble:
        return Turn(OutOfService(kiosk.trouble))
    if len(kiosk.offered) == 1:
        return _begin(kiosk, kiosk.offered[0], amount, now)
    return Turn(Choosing(amount, now.mono + kiosk.rules.choosing))


# --- keys ------------------------------------------------------------------------------------------------------------


def _entering(kiosk: Kiosk, digits: str, now: Moment, problem: Text | None = None) -> Turn:
    return Turn(Entering(digits, now.mono + kiosk.rules.entering, problem))


def idle_key(kiosk: Kiosk, session: Idle, event: KeyPressed, now: Moment) -> Turn:
    """A digit begins an amount, and so does whoever asks for the other language."""
    if event.key.isdigit():
        return _entering(kiosk, event.key.lstrip("0"), now)
    return _entering(kiosk, "", now) if event.key == kiosk.rules.language_key else Turn(session)


def entering_key(kiosk: Kiosk, session: Entering, event: KeyPressed, now: Moment) -> Turn:
    """Digits enter the amount as on a till, `*` clears, `#` confirms."""
    match event.key:
        case Key.STAR:
            return _entering(kiosk, "", now) if session.digits else Turn(Idle())
        case Key.HASH:
            amount = Amount(int(session.digits or "0"), kiosk.rules.currency)
            if amount < kiosk.rules.least:
                return _entering(kiosk, session.digits, now, Text.TOO_LITTLE)
            if amount > kiosk.rules.most:
                return _entering(kiosk, session.digits, now, Text.TOO_MUCH)
            return _offer(kiosk, amount, now)
        case Key.A | Key.B | Key.C | Key.D:
            return _entering(kiosk, session.digits, now, session.problem)
        case digit:
            digits = (session.digits + digit).lstrip("0")
            if len(digits) > LONGEST_ENTRY:
                return _entering(kiosk, session.digits, now, Text.TOO_MUCH)
            return _entering(kiosk, digits, now)


def choosing_key(kiosk: Kiosk, session: Choosing, event: KeyPressed, now: Moment) -> Turn:
    """`1`, `2` ... choose, `*` gives up, any other key puts off the end."""
    if event.key is Key.STAR:
        return Turn(Idle())
    number = int(event.key) if event.key.isdigit() else 0
    if not 1 <= number <= len(kiosk.offered):
        return Turn(replace(session, until=now.mono + kiosk.rules.choosing))
    if kiosk.trouble:
        return Turn(OutOfService(kiosk.trouble))
    return _begin(kiosk, kiosk.offered[number - 1], session.amount, now)


def _back(kiosk: Kiosk, amount: Amount, now: Moment) -> Turn:
    """Back to the choice, or where there is none, to the start."""
    return _offer(kiosk, amount, now) if len(kiosk.offered) > 1 else Turn(Idle())


def shown_key(kiosk: Kiosk, session: Scanning | EntryShown, event: KeyPressed, now: Moment) -> Turn:
    """`*` goes back: nothing has been sent. Any other key puts off the end."""
    if event.key is Key.STAR:
        return _back(kiosk, session.amount, now)
    stays = kiosk.rules.scanning if isinstance(session, Scanning) else kiosk.rules.code_lifetime
    return Turn(replace(session, until=now.mono + stays))


def in_hand_key(_kiosk: Kiosk, session: InHand, event: KeyPressed, _now: Moment) -> Turn:
    """`*` gives up; the order's side knows whether there is still something to give up."""
    return Turn(session, tell=GaveUp(session.order_id, Reason.GAVE_UP) if event.key is Key.STAR else None)


def result_key(kiosk: Kiosk, session: Result, event: KeyPressed, now: Moment) -> Turn:
    """A digit begins the next amount; `#` tries the same again if nothing was charged; `*` puts it away.

    A claim code that is being written down is not lost by a digit.
    """
    if event.key is Key.STAR:
        return Turn(Idle())
    if session.text in CLAIMED:
        return Turn(replace(session, until=now.mono + kiosk.rules.claim))
    if event.key.isdigit():
        return _entering(kiosk, event.key.lstrip("0"), now)
    if event.key is Key.HASH and isinstance(session.order.phase, NotCharged):
        return _offer(kiosk, session.order.amount, now)
    return Turn(replace(session, until=now.mono + kiosk.rules.result))


# --- codes -----------------------------------------------------------------------------------------------------------


def scanned(kiosk: Kiosk, session: Scanning, event: CodeScanned, now: Moment) -> Turn:
    """A payment code is paid with, once; anything else that is held up is told in one line, and nothing is sent."""
    if event.code == kiosk.spent:
        return Turn(session)
    if not kiosk.rules.payment_code_pattern.fullmatch(event.code.value):
        return Turn(replace(session, problem=Text.NOT_A_PAYMENT_CODE) if event.held_up else session)
    if kiosk.trouble:
        return Turn(OutOfService(kiosk.trouble))
    return _pay(kiosk, Product.PAYMENT_CODE, session.amount, now, event.code)


def code_not_showable(kiosk: Kiosk, session: InHand, _event: CodeNotShowable, _now: Moment) -> Turn:
    """A code that no phone could read is not shown: its order is closed."""
    shown = isinstance(kiosk.orders[session.order_id].phase, Awaiting)
    return Turn(session, tell=GaveUp(session.order_id, Reason.NOT_SHOWN) if shown else None)


# --- time and changes ------------------------------------------------------------------------------------------------


def over(_kiosk: Kiosk, _session: Entering | Choosing | EntryShown | Result, _event: Woken, _now: Moment) -> Turn:
    """No screen stays for ever."""
    return Turn(Idle())


def scan_over(kiosk: Kiosk, session: Scanning, _event: Woken, now: Moment) -> Turn:
    """No code came: back to the choice."""
    return _back(kiosk, session.amount, now)


def patience_over(kiosk: Kiosk, session: InHand, _event: Woken, now: Moment) -> Turn:
    """An outcome in doubt is not waited for any longer: the shopper gets a claim code, the order goes on alone."""
    order = kiosk.orders[session.order_id]
    return Turn(Result(Name.CHECKING, Text.IN_DOUBT, order, now.mono + kiosk.rules.claim))


def moved(kiosk: Kiosk, session: InHand, event: OrderMoved, now: Moment) -> Turn:
    """The order in hand has changed: wait on, or show how it ended."""
    order, rules = event.order, kiosk.rules
    if order.id != session.order_id:
        return Turn(session)
    brief, long = now.mono + rules.result, now.mono + rules.claim
    match order.phase:
        case Requested() | Awaiting(code=str()) | Releasing():
            return Turn(replace(session, leave_at=NEVER))
        case Awaiting() | Closing() | Cancelling() | Confirming():
            return Turn(replace(session, leave_at=min(session.leave_at, now.mono + rules.patience)))
        case Released():
            return Turn(Result(Name.PAID, Text.PAID, order, brief))
        case GivingBack() | GivenBack():
            return Turn(Result(Name.CANCELLED, Text.MONEY_BACK, order, long))
        case Unconfirmed() | Unresolved() | Settled():
            return Turn(Result(Name.CHECKING, Text.IN_DOUBT, order, long))
        case NotCharged(verdict, why):
            name, text = _ending(verdict, why)
            return Turn(Result(name, text, order, brief))


def result_moved(kiosk: Kiosk, session: Result, event: OrderMoved, now: Moment) -> Turn:
    """What the screen says of an order is true for as long as it stands there: "nothing charged" may turn out wrong."""
    order, long = event.order, now.mono + kiosk.rules.claim
    if not isinstance(session.order.phase, NotCharged):
        return Turn(session)
    match order.phase:
        case GivingBack() | GivenBack():
            return Turn(Result(Name.CANCELLED, Text.MONEY_BACK, order, long))
        case NotCharged():
            return Turn(session)
        case _:
            return Turn(Result(Name.CHECKING, Text.IN_DOUBT, order, long))


def _ending(verdict: Verdict, why: Reason | None) -> tuple[Name, Text]:
    match verdict:
        case Verdict.DECLINED:
            return Name.DECLINED, Text.DECLINED
        case Verdict.EXPIRED:
            return Name.EXPIRED, Text.EXPIRED
        case Verdict.CANCELLED:
            return Name.CANCELLED, Text.OTHER_WAY if why is Reason.NOT_SHOWN else Text.CANCELLED
        case Verdict.NOT_SENT:
            return Name.CANCELLED, Text.CANCELLED if why else Text.NOT_SENT


def checked(_kiosk: Kiosk, _session: Idle | OutOfService, event: Checked, _now: Moment) -> Turn:
    """Between sales the machine is in service, or says why not, and comes back by itself."""
    return Turn(OutOfService(event.trouble) if event.trouble else Idle())


def stop(_kiosk: Kiosk, _session: Session, _event: StopWanted, _now: Moment) -> Turn:
    """Nothing was sent yet: just stop."""
    return Turn(OutOfService(Text.STOPPING))


def stop_in_hand(_kiosk: Kiosk, session: InHand, _event: StopWanted, _now: Moment) -> Turn:
    """Close the order in hand; goods that are on their way still come."""
    return Turn(session, tell=GaveUp(session.order_id, Reason.RESTARTED))
