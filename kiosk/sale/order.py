"""An order: one attempt to be paid, its life at the gateway, and where its money is. Values only, no transitions.

An order has one phase at a time. `Requested` .. `GivingBack` are open: the machine still owes them a question, a
cancellation, goods or a refund. `Released`, `GivenBack`, `Unconfirmed`, `NotCharged`, `Unresolved` and `Settled`
are ends.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from kiosk.sale.money import Amount
from kiosk.sale.outcome import ConfirmedRefund, Hint
from kiosk.sale.payment_code import PaymentCode

CLAIM_LENGTH = 6  # characters of an order id that a shopper reads out at the operator's desk
NEVER = float("inf")


class Product(StrEnum):
    """The gateway's payment products (gateway/README.md, "The four payment products")."""

    CASHIER_PAYMENT = "CASHIER_PAYMENT"
    ORDER_CODE = "ORDER_CODE"
    PAYMENT_CODE = "PAYMENT_CODE"
    ENTRY_CODE = "ENTRY_CODE"


class Reason(StrEnum):
    """Why an order is closed, or why its money goes back."""

    GAVE_UP = "gave_up"  # the shopper pressed *
    EXPIRED = "expired"  # the shown code's time is over
    UNANSWERED = "unanswered"  # the gateway did not say what became of it in time
    RESTARTED = "restarted"  # found open in the journal: nobody is known to stand before the machine
    OPERATOR = "operator"  # the operator's command
    LATE = "late"  # found paid, or still open, after it had ended for its shopper
    ELSEWHERE = "elsewhere"  # given back by other hands than ours, in the gateway's portal perhaps
    REFUND_FAILED = "refund_failed"  # the gateway took three refunds, and each of them failed
    NOT_DUE = "not_due"  # paid on the static code, and nobody here was to pay that
    UNCONFIRMED = "unconfirmed"  # paid; the power went during the release, and nobody knows whether the goods came out
    JAM = "jam"  # paid, but the goods did not come out
    NOT_SHOWN = "not_shown"  # the code does not fit the display so that a phone can read it


class Verdict(StrEnum):
    """How an order ended without money."""

    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    NOT_SENT = "not_sent"  # the gateway never received it


class Settlement(StrEnum):
    """What a person found out about an order that the machine could not bring to its end."""

    RELEASED = "released"  # paid, and the shopper has the goods
    REFUNDED = "refunded"  # paid, and the shopper has the money back
    NOTHING = "nothing"  # no money moved


class AfterCrash(StrEnum):
    """What is done about a release that was begun and had not answered when the power went."""

    ASSUME_RELEASED = "assume_released"  # the pulse follows its record within milliseconds
    ASK = "ask"  # a person
    REFUND = "refund"


class Way(StrEnum):
    """How money is given back: CANCEL (all of it, on the day of payment) or REFUND."""

    CANCEL = "cancel"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Requested:
    """PAY is on its way. `close` is set when the order is to be closed as soon as PAY is answered."""

    close: Reason | None = None


@dataclass(frozen=True, slots=True)
class Awaiting:
    """At the gateway, unpaid as far as we know. `code` is the text of the QR to show; None: the result is in doubt."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """To be closed: the last DETAIL is asked before CANCEL goes out, so that a payment made just now is honoured."""

    why: Reason


@dataclass(frozen=True, slots=True)
class Cancelling:
    """CANCEL is repeated until it is answered."""

    why: Reason


@dataclass(frozen=True, slots=True)
class Confirming:
    """CANCEL was answered, with yes or no; DETAIL is asked until it says where the money is."""

    why: Reason


@dataclass(frozen=True, slots=True)
class Releasing:
    """Verified as paid; the goods or the barrier are being released."""


@dataclass(frozen=True, slots=True)
class GivingBack:
    """Paid money on its way back. Done when DETAIL says so, not when we asked.

    `amount` goes back by `way`, as refund `refund_id` where the way is REFUND. `refused`: the gateway said no to it.
    `open`: DETAIL lists it as under way, so nothing is asked for again. `failed`: how many before it came to nothing.
    `gateway_id`: the gateway's own id of it, once it has said so. `unsure`: whether the goods came out is not known
    (Unconfirmed), and a refund does not change that.
    """

    why: Reason
    amount: Amount
    way: Way
    refund_id: str
    refused: bool = False
    open: bool = False
    failed: int = 0
    gateway_id: str = ""
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """End: paid, and the goods are out."""


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """End: paid, and the power went during the release. Taken as released, until a person says what became of it."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """End: paid, and all of it is back with the shopper, says the gateway."""

    why: Reason


@dataclass(frozen=True, slots=True)
class NotCharged:
    """End: no money moved. Looks at it are owed for a while, for a success that comes late."""

    verdict: Verdict
    why: Reason | None = None


@dataclass(frozen=True, slots=True)
class Unresolved:
    """End for the machine: not settled within a day. It goes on asking now and then; a person has to look.

    `paid`: the money is known to be with us. `way`: how it was asked back, if it was; of a CANCEL, DETAIL tells nothing
    before it is done. `unsure`: as in GivingBack.
    """

    why: Reason
    paid: bool
    way: Way | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """End: a person looked, and says what became of it. `reason` in their words."""

    how: Settlement
    reason: str


Phase: TypeAlias = (
    Requested
    | Awaiting
    | Closing
    | Cancelling
    | Confirming
    | Releasing
    | GivingBack
    | Released
    | Unconfirmed
    | GivenBack
    | NotCharged
    | Unresolved
    | Settled
)
IN_DOUBT = (Requested, Awaiting, Closing, Cancelling, Confirming)  # phases in which it may yet turn out paid


class Request(StrEnum):
    """What can be asked of the gateway about an order."""

    PAY = "pay"
    DETAIL = "detail"
    CANCEL = "cancel"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due for an order, in monotonic seconds. Not part of its record: recovery makes a new one.

    `due`: the next request goes out. `until`: the phase may last. `asked`: the requests made in this phase. `absent`:
    how often in a row the gateway knew no such order. `looks`: how often an order that ended without money was looked
    at again, and `unseen` the looks in a row that brought nothing to be seen. `last`: when DETAIL was last asked.
    `busy`: the request under way; no other is sent for this order before its answer. `code`: the scanned code, while
    PAY may need it again. `doubted`: the operator has been told that what the gateway says of it can't be.
    `hint`: what was notified, and DETAIL has not been heard on yet.
    """

    due: float = NEVER
    until: float = NEVER
    asked: int = 0
    absent: int = 0
    looks: int = 0
    unseen: int = 0
    last: float = -NEVER
    busy: Request | None = None
    code: PaymentCode | None = None
    doubted: bool = False
    hint: Hint | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One order. Two orders are equal when their records are: the plan is no part of it.

    `id` is the gateway's merchantOrderId (at most 28 characters of `[A-Za-z0-9_-]`, so that refund ids fit 32 too);
    `created_at`, `expire_at`, `paid_at` and `since` (when the phase began) are aware times of the gateway's clock.
    `owed`: it has ended, and yet DETAIL is to be asked, whatever happens meanwhile.
    """

    id: str
    product: Product
    amount: Amount
    created_at: datetime
    expire_at: datetime
    since: datetime
    phase: Phase
    gateway_id: str | None = None
    paid_at: datetime | None = None
    released: bool = False
    refunds: tuple[ConfirmedRefund, ...] = ()
    refunds_asked: int = 0
    owed: bool = False
    plan: Plan = field(default_factory=Plan, compare=False)

    @property
    def claim(self) -> str:
        """The short code by which a shopper and `kiosk order CODE` name this order."""
        return self.id[-CLAIM_LENGTH:]

    @property
    def refunded(self) -> Amount:
        """What DETAIL has confirmed as given back."""
        return Amount(sum(refund.amount.minor for refund in self.refunds), self.amount.currency)

    @property
    def state(self) -> str:
        """For people and lists: the phase's name, or how the order ended without money ("expired")."""
        if isinstance(self.phase, NotCharged):
            return self.phase.verdict.value
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in type(self.phase).__name__)[1:]

    @property
    def left(self) -> Amount:
        """What of a paid order has not been given back."""
        return Amount(max(0, self.amount.minor - self.refunded.minor), self.amount.currency)

    @property
    def ended(self) -> bool:
        """Nothing more is owed to anybody, as far as the machine can tell."""
        return isinstance(self.phase, Released | Unconfirmed | GivenBack | NotCharged | Unresolved | Settled)
