"""What became of the money: paid = released + given back + open. Pure sums over orders.

Each paid order is counted once, whole, by these definitions:

- paid: it has `paid_at`, or its phase says that the money came;
- released: `order.released`, the goods are out, whatever was given back afterwards;
- given back: not released, and listed in `order.refunds`, where DETAIL confirmed it, or settled so by a person;
- open: not released and not given back, while the machine, or a person, still owes one or the other.

So an order that was paid and yet ended without money, or that ended as released without goods, or as given back but
not to the last unit, or that got back more than was paid, breaks the sum; and that is what the sum is for. What the
operator gave back after a release does not undo the release, and stands beside the sum as "refunded".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kiosk.journal.rows import was_paid
from kiosk.sale.order import (
    GivenBack,
    NotCharged,
    Order,
    Product,
    Released,
    Settled,
    Settlement,
    Unconfirmed,
    Unresolved,
)


@dataclass(frozen=True, slots=True)
class Tally:
    """So many orders, over `minor` smallest units together."""

    count: int = 0
    minor: int = 0

    def plus(self, minor: int) -> "Tally":
        """One order more, unless it adds nothing."""
        return Tally(self.count + 1, self.minor + minor) if minor else self


@dataclass(frozen=True, slots=True)
class ProductTakings:
    """One line of the day's takings. `refunded`: given back after a release; no part of the sum."""

    product: Product
    currency: str
    paid: Tally = Tally()
    released: Tally = Tally()
    given_back: Tally = Tally()
    refunded: Tally = Tally()


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of one currency, in smallest units."""

    currency: str
    paid: int
    released: int
    given_back: int
    open: int

    @property
    def holds(self) -> bool:
        """Whether every unit that was paid is accounted for."""
        return self.paid == self.released + self.given_back + self.open


@dataclass(frozen=True, slots=True)
class Takings:
    """Of the orders paid in a span of time: lines by product and currency, and the sum of each currency.

    `unresolved`: orders that wait for a person, unresolved or unconfirmed, oldest first.
    """

    products: tuple[ProductTakings, ...]
    sums: tuple[Sum, ...]
    unresolved: tuple[Order, ...]

    def net(self, currency: str) -> int:
        """What stays of what was paid, in smallest units: less all that went back, before a release or after it."""
        lines = (line for line in self.products if line.currency == currency)
        return sum(line.paid.minor - line.given_back.minor - line.refunded.minor for line in lines)


@dataclass(frozen=True, slots=True)
class _Shares:
    """Where the money of one paid order is, in smallest units."""

    released: int = 0
    given_back: int = 0
    open: int = 0
    refunded: int = 0


def takings(orders: Iterable[Order]) -> Takings:
    """Sum up `orders`: those that were paid, and those that wait for a person; others change nothing."""
    lines: dict[tuple[Product, str], ProductTakings] = {}
    sums: dict[str, Sum] = {}
    unresolved = []
    for order in orders:
        if isinstance(order.phase, Unresolved | Unconfirmed):
            unresolved.append(order)
        if was_paid(order):
            paid, currency, shares = order.amount.minor, order.amount.currency, _shares(order)
            line = lines.get((order.product, currency), ProductTakings(order.product, currency))
            lines[order.product, currency] = ProductTakings(
                order.product,
                currency,
                paid=line.paid.plus(paid),
                released=line.released.plus(shares.released),
                given_back=line.given_back.plus(shares.given_back),
                refunded=line.refunded.plus(shares.refunded),
            )
            total = sums.get(currency, Sum(currency, 0, 0, 0, 0))
            sums[currency] = Sum(
                currency,
                paid=total.paid + paid,
                released=total.released + shares.released,
                given_back=total.given_back + shares.given_back,
                open=total.open + shares.open,
            )
    return Takings(
        products=tuple(lines[key] for key in sorted(lines)),
        sums=tuple(sums[key] for key in sorted(sums)),
        unresolved=tuple(unresolved),
    )


def _shares(order: Order) -> _Shares:
    paid, back = order.amount.minor, sum(refund.amount.minor for refund in order.refunds)
    if order.released:
        return _Shares(released=paid, refunded=back)
    match order.phase:
        case Settled(Settlement.REFUNDED):
            return _Shares(given_back=paid)
        case Released() | GivenBack() | NotCharged() | Settled():  # these owe nothing: what is missing, is missing
            return _Shares(given_back=back)
        case _:
            return _Shares(given_back=back, open=max(0, paid - back))
