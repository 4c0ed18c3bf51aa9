"""What the sandbox's books hold: payments, repayments, shoppers and their one-minute codes. Values only.

Knows the gateway's words for a payment's state; knows nothing of HTTP, JSON or signatures. `success`,
`fail` and `closed` end a payment; only CANCEL leads from `success` to `closed`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kiosk.gateway.wire import Status, TransactionType
from kiosk.sale.money import Amount
from kiosk.sale.order import Product


class Behaviour(StrEnum):
    """What becomes of a payment code that is charged: paid at once, declined at once, or waiting for the app."""

    PAY = "pay"
    DECLINE = "decline"
    CONFIRM = "confirm"


class Action(StrEnum):
    """What a shopper does with a payment that waits for them."""

    PAY = "pay"
    DECLINE = "decline"


class Ground(StrEnum):
    """Why the books refuse: nothing was created or moved."""

    FIELD = "field"  # a value that cannot be
    ABSENT = "absent"  # no such transaction
    FORBIDDEN = "forbidden"  # not in this state, not any more, or not so much
    CONFLICT = "conflict"  # the same id with another content


class Refusal(Exception):  # noqa: N818 - the books refuse; it is no error of theirs
    """The books say no: `ground` says of what kind, the message why, in one line without any secret."""

    def __init__(self, ground: Ground, why: str) -> None:
        super().__init__(why)
        self.ground = ground


@dataclass(frozen=True, slots=True)
class Shopper:
    """A shopper, and the major units they own of every currency when the sandbox opens."""

    name: str
    opening: str = "1000000"


@dataclass(frozen=True, slots=True)
class PaymentCode:
    """A shopper's code: 24 digits that begin with 28, good for one charge until `expires_at`."""

    text: str = field(repr=False)
    shopper: str
    behaviour: Behaviour
    expires_at: datetime
    used: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A PAY that was understood. `content` is all of it as one text: the same order id must come with the same one."""

    merchant: str
    order_id: str
    product: Product
    amount: Amount
    expire_at: datetime
    content: str = field(repr=False)
    payment_code: str = field(default="", repr=False)
    terminal_id: str = ""
    notify_url: str = ""


@dataclass(frozen=True, slots=True)
class Repayment:
    """A refund that was taken. One that is `processing` comes to its end at `due`, and to nothing if it `fails`."""

    id: str
    uq_id: str
    amount: Amount
    status: Status = Status.SUCCESS
    due: datetime | None = None
    fails: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """One order at the gateway. `order_id` is the merchant's, and "" for a static code, which names none.

    `code` is the text of the shown QR; `shopper` who paid or is asked to; `pay_calls` how often PAY named this order.
    """

    uq_id: str
    merchant: str
    order_id: str
    product: Product
    amount: Amount
    status: Status
    created_at: datetime
    expire_at: datetime
    content: str = field(default="", repr=False)
    code: str = ""
    terminal_id: str = ""
    notify_url: str = ""
    shopper: str = ""
    paid_at: datetime | None = None
    repayments: tuple[Repayment, ...] = ()
    pay_calls: int = 1

    @property
    def charged(self) -> Amount:
        """What the shopper paid, whatever came back since."""
        return self.amount if self.paid_at else Amount(0, self.amount.currency)

    @property
    def given_back(self) -> Amount:
        """What came back: everything by CANCEL, or the sum of the refunds."""
        if self.paid_at and self.status is Status.CLOSED:
            return self.amount
        return self._sum({Status.SUCCESS})

    @property
    def promised(self) -> Amount:
        """What came back or is on its way."""
        return self._sum({Status.SUCCESS, Status.PROCESSING})

    def _sum(self, statuses: set[Status]) -> Amount:
        counted = (one.amount.minor for one in self.repayments if one.status in statuses)
        return Amount(sum(counted), self.amount.currency)


@dataclass(frozen=True, slots=True)
class News:
    """Something the merchant is to be told of: a payment as it stands now, and the transaction that made it so."""

    payment: Payment
    transaction: TransactionType
