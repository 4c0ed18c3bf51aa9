"""What a request to the gateway came to: expected trouble is data.

Every value here was verified: the gateway client turns whatever is malformed, unsigned, wrongly signed, or about
another order or amount into `Unknown`. Unknown is never success and never failure.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from kiosk.sale.money import Amount
from kiosk.sale.order import ConfirmedRefund, Order, Product


@dataclass(frozen=True, slots=True)
class Approved:
    """The gateway says `success`: `amount` was paid for `order_id` (None: a static code, which names no order of ours).

    `refunds` are those that have succeeded, `open` those under way, and `failed` the ids of those that came to nothing.
    """

    order_id: str | None
    gateway_id: str
    amount: Amount
    paid_at: datetime | None = None
    refunds: tuple[ConfirmedRefund, ...] = ()
    open: tuple[ConfirmedRefund, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """The gateway says `processing`. `code`: the text to show as a QR, if it gave one.

    `odd`: what it said instead, where that is a status that nobody knows.
    """

    gateway_id: str | None = None
    code: str | None = None
    odd: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Declined:
    """The gateway says `fail`: no money moved. `reason` in its words, fit to be logged."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """The gateway says `closed`: expired or cancelled. Whatever was paid is back with the shopper."""


@dataclass(frozen=True, slots=True)
class Absent:
    """The gateway says "Transaction does not exist". It may still be in flight."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """CANCEL or REFUND was taken. Not yet proof that the money is back: DETAIL says that.

    `gateway_id`: the gateway's own id of the refund.
    """

    gateway_id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The gateway understood and will not: nothing was done or created. `reason` in its words, fit to be logged."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request never left: no connection. Nothing was done; the same request may be made again."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Sent, but no answer that can be believed. It may have been done.

    `contradicts`: the gateway did answer, properly signed, and what it says can't be: a person has to hear of it.
    """

    reason: str = ""
    contradicts: bool = False


PayOutcome: TypeAlias = Approved | Pending | Declined | Closed | Refused | NotSent | Unknown
DetailOutcome: TypeAlias = Approved | Pending | Declined | Closed | Absent | NotSent | Unknown
CancelOutcome: TypeAlias = Accepted | Refused | Absent | NotSent | Unknown
RefundOutcome: TypeAlias = Accepted | Refused | Absent | NotSent | Unknown
Outcome: TypeAlias = PayOutcome | DetailOutcome | CancelOutcome | RefundOutcome


def about(approved: Approved, order: Order) -> Approved | Unknown:
    """Believe a success only if it is for this order with this amount and currency (rule of money 1).

    A payment of the static code is known by the gateway's id; the gateway may have given it an order id of its own. Nor
    is a success believed that says that more was given back than was paid.
    """
    static = order.product is Product.ENTRY_CODE
    if approved.gateway_id != order.gateway_id if static else approved.order_id not in (order.id, None):
        return Unknown(f"a success for another order than {order.id}", contradicts=True)
    if approved.amount != order.amount:
        return Unknown(f"a success over {approved.amount} instead of {order.amount} for {order.id}", contradicts=True)
    back = sum(refund.amount.minor for refund in approved.refunds)
    listed = approved.refunds + approved.open
    if back > order.amount.minor or any(one.amount.currency != order.amount.currency for one in listed):
        return Unknown(f"refunds of more than {order.amount}, or in another currency, for {order.id}", contradicts=True)
    return replace(approved, order_id=order.id)
