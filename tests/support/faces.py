"""Every screen that the sale can show, derived from its states as the daemon derives it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sale_examples import ENTRY, NOON, order

from kiosk.sale.events import Moment
from kiosk.sale.money import Amount
from kiosk.sale.order import (
    Awaiting,
    Cancelling,
    Closing,
    Confirming,
    GivenBack,
    NotCharged,
    Order,
    Phase,
    Plan,
    Product,
    Reason,
    Released,
    Releasing,
    Requested,
    Verdict,
)
from kiosk.sale.panel import Name, Panel, Text
from kiosk.sale.rules import Kind, Rules
from kiosk.sale.show import panel
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
    Session,
)

CODE = "https://qr.wallet.example/281004040092ABCDEFGHIJKLmnopqrstuvwx"  # 62 bytes
TROUBLES = (
    *(Text.NO_NETWORK, Text.NO_JOURNAL, Text.NO_RELEASE, Text.NO_CLOCK, Text.TOO_MANY_IN_DOUBT),
    *(Text.NO_WAY_TO_PAY, Text.STOPPING, Text.DRAINED),
)


@dataclass(frozen=True)
class Face:
    """A screen, and what it is called on a sheet."""

    name: str
    panel: Panel


def faces(
    amount: Amount,
    *,
    kind: Kind = Kind.VENDING,
    operator: tuple[str, str] = ("", ""),
    turned: bool = False,
    code: str = CODE,
    products: tuple[Product, ...] = tuple(Product),
) -> Iterator[Face]:
    """All of them, with `amount` wherever there is one, and `code` for an order's."""
    small, rules = replace(amount, minor=100), _rules(amount, kind, operator, products)

    def face(name: str, session: Session, *phases: Phase, product: Product = Product.ORDER_CODE, at: float = 0) -> Face:
        orders = {one.id: one for one in (_order(phase, product, amount) for phase in phases)}
        kiosk = Kiosk(rules=rules, session=session, orders=orders, troubles={}, turned=turned)
        return Face(name, panel(kiosk, Moment(at, NOON)))

    def in_hand(
        name: str, phase: Phase, product: Product = Product.ORDER_CODE, leave_at: float = float("inf"), at: float = 0
    ) -> Face:
        return face(name, InHand(_order(phase, product, amount).id, leave_at), phase, product=product, at=at)

    def ended(name: str, shown: Name, text: Text, phase: Phase, at: float = 0) -> Face:
        return face(name, Result(shown, text, _order(phase, Product.ORDER_CODE, amount), 30.0), at=at)

    yield face("idle", Idle())
    entry_only = replace(rules, products=(Product.ENTRY_CODE,))
    yield Face("idle, static code", panel(Kiosk(entry_only, Idle(), {}, {}, turned=turned), Moment(0, NOON)))
    yield face("entering", Entering("", 30.0))
    yield face("entering an amount", Entering(str(amount.minor), 30.0))
    yield face("too little", Entering(str(small.minor), 30.0, Text.TOO_LITTLE))
    yield face("too much", Entering(str(amount.minor), 30.0, Text.TOO_MUCH))
    yield face("entering, over soon", Entering(str(amount.minor), 30.0), at=17)
    yield face("choosing", Choosing(amount, 30.0))
    yield face("choosing, over soon", Choosing(amount, 30.0), at=17)
    yield face("scanning", Scanning(amount, 30.0))
    yield face("scanning, over soon", Scanning(amount, 30.0), at=17)
    yield face("no payment code", Scanning(amount, 30.0, Text.NOT_A_PAYMENT_CODE))
    yield face("static code", EntryShown(amount, 120.0))
    yield face("static code, over soon", EntryShown(amount, 120.0), at=107)
    yield in_hand("requesting", Requested())
    yield in_hand("paying", Requested(), Product.PAYMENT_CODE)
    yield in_hand("code", Awaiting(code))
    yield in_hand("code, over soon", Awaiting(code), at=107)
    yield in_hand("given up", Closing(Reason.GAVE_UP), leave_at=90.0)
    yield in_hand("checking", Confirming(Reason.UNANSWERED), leave_at=90.0, at=40)
    yield in_hand("checking a payment code", Cancelling(Reason.UNANSWERED), Product.PAYMENT_CODE, 90.0, at=40)
    yield in_hand("releasing", Releasing())
    yield ended("paid", Name.PAID, Text.PAID, Released())
    yield ended("declined", Name.DECLINED, Text.DECLINED, NotCharged(Verdict.DECLINED))
    yield ended("expired", Name.EXPIRED, Text.EXPIRED, NotCharged(Verdict.EXPIRED))
    yield ended("cancelled", Name.CANCELLED, Text.CANCELLED, NotCharged(Verdict.CANCELLED))
    yield ended("not sent", Name.CANCELLED, Text.NOT_SENT, NotCharged(Verdict.NOT_SENT))
    yield ended("another way", Name.CANCELLED, Text.OTHER_WAY, NotCharged(Verdict.CANCELLED))
    yield ended("money back", Name.CANCELLED, Text.MONEY_BACK, GivenBack(Reason.JAM))
    yield ended("in doubt", Name.CHECKING, Text.IN_DOUBT, Closing(Reason.UNANSWERED), at=17)
    for trouble in TROUBLES:
        yield face(f"out of service: {trouble}", OutOfService(trouble))
    yield face("serviced", Serviced(120.0, keys=True))


def _rules(amount: Amount, kind: Kind, operator: tuple[str, str], products: tuple[Product, ...]) -> Rules:
    least = Amount(100, amount.currency)
    return Rules(
        "kiosk-0001",
        products,
        least,
        max(amount, replace(least, minor=200_000)),
        entry_code=ENTRY,
        kind=kind,
        operator=operator,
    )


def _order(phase: Phase, product: Product, amount: Amount) -> Order:
    return replace(order(phase, product=product, plan=Plan(until=120.0)), id="kiosk-0001-WWWWWW", amount=amount)
