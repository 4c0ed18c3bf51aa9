"""What happens to the sale. Each event is a fact from outside; the time stands beside it, not in it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from kiosk.sale.money import Amount
from kiosk.sale.order import Order, Reason, Settlement
from kiosk.sale.outcome import Approved, CancelOutcome, DetailOutcome, PayOutcome, RefundOutcome, Trust
from kiosk.sale.panel import Text
from kiosk.sale.payment_code import PaymentCode
from kiosk.sale.rules import Rules


@dataclass(frozen=True, slots=True)
class Moment:
    """Now: `mono` in seconds for durations, `at` as the gateway's clock has it, aware, in the gateway's time zone."""

    mono: float
    at: datetime


class Key(StrEnum):
    """The keys of a 4x4 pad; a 3x4 pad lacks A to D."""

    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"
    SIX = "6"
    SEVEN = "7"
    EIGHT = "8"
    NINE = "9"
    ZERO = "0"
    STAR = "*"
    HASH = "#"
    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Part(StrEnum):
    """A part of the machine that can be in trouble. What each one's trouble stops: `Kiosk.trouble`."""

    GATEWAY = "gateway"
    JOURNAL = "journal"
    RELEASE = "release"
    CLOCK = "clock"
    CAMERA = "camera"
    DISPLAY = "display"
    KEYPAD = "keypad"
    KEYS = "keys"  # one or more are stuck or chatter; the others work
    BUZZER = "buzzer"
    LAMPS = "lamps"
    SCREEN = "screen"  # the static code can't be drawn so that a phone reads it
    DRAINED = "drained"  # nothing is broken: a person took it out of service, until a person puts it back
    OUTBOX = "outbox"  # the operator's server refuses a result


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key went down."""

    key: Key


@dataclass(frozen=True, slots=True)
class CodeScanned:
    """The camera read something, a payment code or not. `held_up`: it was not in view from the start, as posters."""

    code: PaymentCode
    held_up: bool = True


@dataclass(frozen=True, slots=True)
class PayAnswered:
    """PAY of an order came back, or did not."""

    order_id: str
    outcome: PayOutcome


@dataclass(frozen=True, slots=True)
class DetailAnswered:
    """DETAIL of an order came back, or did not."""

    order_id: str
    outcome: DetailOutcome


@dataclass(frozen=True, slots=True)
class CancelAnswered:
    """CANCEL of an order came back, or did not."""

    order_id: str
    outcome: CancelOutcome


@dataclass(frozen=True, slots=True)
class RefundAnswered:
    """REFUND `refund_id` of an order came back, or did not."""

    order_id: str
    refund_id: str
    outcome: RefundOutcome


@dataclass(frozen=True, slots=True)
class Notified:
    """A verified NOTIFICATION about an order of ours."""

    order_id: str
    outcome: DetailOutcome
    trust: Trust = Trust.SIGNED


@dataclass(frozen=True, slots=True)
class EntryPaid:
    """A payment on the static code, confirmed by DETAIL or well signed; the first one with this gateway id.

    `ours`: it names this very terminal.
    """

    approved: Approved
    ours: bool = True


@dataclass(frozen=True, slots=True)
class Woken:
    """The time that the state asked for has come."""


@dataclass(frozen=True, slots=True)
class ReleaseAnswered:
    """The release came to its end. `trouble` is None when the goods are out, else one line that says what happened."""

    order_id: str
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class PartFailed:
    """A part of the machine is in trouble; `what` says so in one line."""

    part: Part
    what: str


@dataclass(frozen=True, slots=True)
class PartRecovered:
    """A part of the machine works again."""

    part: Part


@dataclass(frozen=True, slots=True)
class ServiceWanted:
    """A technician wants the machine for `lasting` seconds; `keys`: by its keys, which are the menu's from then on."""

    lasting: float
    keys: bool


@dataclass(frozen=True, slots=True)
class ServiceOver:
    """The technician is done."""


@dataclass(frozen=True, slots=True)
class ServiceUsed:
    """A technician did something at the machine itself; the operator is told what. No PIN is in it."""

    what: str


@dataclass(frozen=True, slots=True)
class RulesChanged:
    """The operator has changed the numbers of a sale. The kiosk's id and the currency are as they were."""

    rules: Rules


@dataclass(frozen=True, slots=True)
class Reloaded:
    """An ended order was taken from the journal because something is about to be said or asked of it."""

    order: Order


@dataclass(frozen=True, slots=True)
class RefundWanted:
    """The operator gives `amount` of an order back; None: all that is left."""

    order_id: str
    amount: Amount | None


@dataclass(frozen=True, slots=True)
class CancelWanted:
    """The operator cancels an order: closes it, or gives all of it back."""

    order_id: str


@dataclass(frozen=True, slots=True)
class InquiryWanted:
    """The operator wants the gateway asked about an order now."""

    order_id: str


@dataclass(frozen=True, slots=True)
class SettleWanted:
    """A person says what became of an order that the machine could not settle; `reason` in their words."""

    order_id: str
    how: Settlement
    reason: str


@dataclass(frozen=True, slots=True)
class CodeNotShowable:
    """The code on the panel can't be drawn on this display so that a phone reads it; `what` says why in one line."""

    what: str


@dataclass(frozen=True, slots=True)
class ProbeAnswered:
    """The sign of life that was asked of the gateway: `Absent`, properly signed, is the good answer."""

    outcome: DetailOutcome


@dataclass(frozen=True, slots=True)
class GaveUp:
    """From the machine to an order: close it, because ..."""

    order_id: str
    why: Reason


@dataclass(frozen=True, slots=True)
class OrderMoved:
    """From the machine to the shopper's session: its order has changed."""

    order: Order


@dataclass(frozen=True, slots=True)
class Checked:
    """From the machine to the shopper's session, after each step: can a sale begin? None: yes; else why not."""

    trouble: Text | None


@dataclass(frozen=True, slots=True)
class StopWanted:
    """The daemon is to stop: no new sale, and what can be closed is closed."""


OrderEvent: TypeAlias = (
    PayAnswered
    | DetailAnswered
    | CancelAnswered
    | RefundAnswered
    | Notified
    | ReleaseAnswered
    | RefundWanted
    | CancelWanted
    | InquiryWanted
    | SettleWanted
    | GaveUp
    | Woken
)
SessionEvent: TypeAlias = (
    KeyPressed
    | CodeScanned
    | CodeNotShowable
    | EntryPaid
    | StopWanted
    | ServiceWanted
    | ServiceOver
    | OrderMoved
    | Checked
    | Woken
)
MachineEvent: TypeAlias = PartFailed | PartRecovered | ProbeAnswered | Reloaded | RulesChanged | ServiceUsed
Event: TypeAlias = OrderEvent | SessionEvent | MachineEvent
