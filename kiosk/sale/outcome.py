"""What a request to the gateway came to: expected trouble is data.

Every value here was verified: the gateway client turns whatever is malformed, unsigned, wrongly signed, or about
another order or amount into `Unknown`. Unknown is never success and never failure.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from kiosk.sale.money import Amount
from kiosk.sale.order import Refund


@dataclass(frozen=True, slots=True)
class Approved:
    """The gateway says `success`: `amount` was paid for `order_id` (None: a static code, which names no order of ours).

    `refunds` are those that have succeeded.
    """

    order_id: str | None
    gateway_id: str
    amount: Amount
    paid_at: datetime | None = None
    refunds: tuple[Refund, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """The gateway says `processing`, or a status we do not know. `code`: the text to show as a QR, if it gave one."""

    gateway_id: str | None = None
    code: str | None = None


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
    """CANCEL or REFUND was taken. Not yet proof that the money is back: DETAIL says that."""


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
    """Sent, but no answer that can be believed. It may have been done."""

    reason: str = ""


PayOutcome: TypeAlias = Approved | Pending | Declined | Closed | Refused | NotSent | Unknown
DetailOutcome: TypeAlias = Approved | Pending | Declined | Closed | Absent | NotSent | Unknown
CancelOutcome: TypeAlias = Accepted | Refused | Absent | NotSent | Unknown
RefundOutcome: TypeAlias = Accepted | Refused | Absent | NotSent | Unknown
Outcome: TypeAlias = PayOutcome | DetailOutcome | CancelOutcome | RefundOutcome


def about(approved: Approved, order_id: str, amount: Amount) -> Approved | Unknown:
    """Believe a success only if it is for this order with this amount and currency (rule of money 1).

    Nor is one believed that says more was given back than was paid.
    """
    if approved.order_id not in (order_id, None):
        return Unknown(f"a success for another order than {order_id}")
    if approved.amount != amount:
        return Unknown(f"a success over {approved.amount} instead of {amount} for {order_id}")
    back = sum(refund.amount.minor for refund in approved.refunds)
    if back > amount.minor or any(refund.amount.currency != amount.currency for refund in approved.refunds):
        return Unknown(f"refunds of more than {amount}, or in another currency, for {order_id}")
    return replace(approved, order_id=order_id)
