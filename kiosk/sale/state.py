"""The state of the sale: the shopper's session, the orders that are still somebody's business, and what is in trouble.

Values only. While an order is in hand the session just names it: what the shopper sees follows from the order's phase.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from kiosk.sale.events import Part
from kiosk.sale.money import Amount
from kiosk.sale.order import IN_DOUBT, NEVER, Order, Product
from kiosk.sale.panel import Name, Text
from kiosk.sale.payment_code import PaymentCode
from kiosk.sale.rules import Rules
from kiosk.sale.troubles import Tales

NOT_YET_ASKED = "not asked yet"  # the trouble of a part at start: it has yet to show that it works


@dataclass(frozen=True, slots=True)
class Idle:
    """Ready for the next shopper."""


@dataclass(frozen=True, slots=True)
class OutOfService:
    """No sale can begin, because of `trouble`."""

    trouble: Text


@dataclass(frozen=True, slots=True)
class Entering:
    """An amount is being keyed in: `digits` without leading zeros."""

    digits: str
    until: float
    problem: Text | None = None


@dataclass(frozen=True, slots=True)
class Choosing:
    """The amount stands; the ways to pay are offered."""

    amount: Amount
    until: float


@dataclass(frozen=True, slots=True)
class Scanning:
    """The camera looks for the shopper's payment code. Nothing has been sent."""

    amount: Amount
    until: float
    problem: Text | None = None


@dataclass(frozen=True, slots=True)
class EntryShown:
    """The static code was chosen; the shopper is to enter `amount` in the wallet."""

    amount: Amount
    until: float


@dataclass(frozen=True, slots=True)
class InHand:
    """The shopper waits for the order. `leave_at`: an outcome in doubt is not waited for longer."""

    order_id: str
    leave_at: float = NEVER


@dataclass(frozen=True, slots=True)
class Result:
    """How it ended, on the display until `until`. `order` as it was then."""

    name: Name
    text: Text
    order: Order
    until: float


@dataclass(frozen=True, slots=True)
class Serviced:
    """A technician has the machine, and no sale begins. `keys`: every key is for the menu, and puts off `until`."""

    until: float
    keys: bool


Session: TypeAlias = Idle | OutOfService | Entering | Choosing | Scanning | EntryShown | InHand | Result | Serviced


@dataclass(frozen=True, slots=True)
class Kiosk:
    """The whole state.

    `told` is what the operator knows of the troubles, `last_id` the newest order's number, `probe_due` when the gateway
    is to be asked for a sign of life and `probed_at` when it last was, `spent` the payment code that was paid with
    last: a code is good for one payment, and its phone may still be before the camera. `turned`: this shopper asked for
    the other language.
    """

    rules: Rules
    session: Session
    orders: Mapping[str, Order]
    troubles: Mapping[Part, str]
    told: Tales = field(default_factory=dict)
    last_id: int = 0
    probe_due: float = 0.0
    probed_at: float = -NEVER
    probing: bool = False
    stopping: bool = False
    spent: PaymentCode | None = None
    turned: bool = False

    @property
    def in_hand(self) -> Order | None:
        """The order that the shopper waits for."""
        return self.orders.get(self.session.order_id) if isinstance(self.session, InHand) else None

    @property
    def in_doubt(self) -> int:
        """How many orders that nobody waits for may yet turn out paid."""
        hand = self.in_hand
        return sum(isinstance(order.phase, IN_DOUBT) for order in self.orders.values() if order is not hand)

    @property
    def offered(self) -> tuple[Product, ...]:
        """The ways to pay that work now, in the operator's order."""
        lost: set[Product] = set()
        if Part.CAMERA in self.troubles:
            lost.add(Product.PAYMENT_CODE)
        if Part.DISPLAY in self.troubles:
            lost |= {Product.ORDER_CODE, Product.CASHIER_PAYMENT, Product.ENTRY_CODE}
        if Part.SCREEN in self.troubles:
            lost.add(Product.ENTRY_CODE)
        return tuple(product for product in self.rules.products if product not in lost)

    @property
    def trouble(self) -> Text | None:
        """Preflight: why no money may be asked for now; None: it may."""
        stops = (
            (self.stopping, Text.STOPPING),
            (Part.DRAINED in self.troubles, Text.DRAINED),
            (Part.JOURNAL in self.troubles, Text.NO_JOURNAL),
            (Part.RELEASE in self.troubles, Text.NO_RELEASE),
            (Part.GATEWAY in self.troubles, Text.NO_NETWORK),
            (Part.CLOCK in self.troubles, Text.NO_CLOCK),
            (self.in_doubt > self.rules.max_in_doubt, Text.TOO_MANY_IN_DOUBT),
            (Part.KEYPAD in self.troubles or not self.offered, Text.NO_WAY_TO_PAY),
        )
        return next((text for stopped, text in stops if stopped), None)
