"""What a request to the gateway came to: expected trouble is data.

Every value here was verified: the gateway client turns whatever is malformed, unsigned, wrongly signed, or about
another order or amount into `Unknown`. Unknown is never success and never failure.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from kiosk.sale.money import Amount


@dataclass(frozen=True, slots=True)
class ConfirmedRefund:
    """A refund that DETAIL lists. `id` is ours, or the gateway's where it was made elsewhere; `gateway_id` its own."""

    id: str
    amount: Amount
    gateway_id: str = field(default="", compare=False)


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


class Trust(Enum):
    """How far the word of a NOTIFICATION goes. All are properly signed."""

    AMBIGUOUS = 0  # the signed text can be read in more than one way: it is worth a question
    SIGNED = 1  # it can be read in one way only
    CONFIRMED = 2  # DETAIL says so too, or could not be had in time


@dataclass(frozen=True, slots=True)
class Hint:
    """What a NOTIFICATION says became of an order, for as long as DETAIL has not been heard on it.

    `at`: when it came; `until`: when it is believed, because DETAIL could not be had. Both in monotonic seconds.
    """

    outcome: Approved | Declined | Closed
    at: float
    until: float
