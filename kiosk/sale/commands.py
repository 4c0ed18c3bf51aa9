"""What the sale wants done. A command is carried out only after it and the state that asked for it are on disk.

`Pay`, `Cancel`, `Refund` and `Release` act on the world: each is an intent in the journal, with its answer beside it.
`Inquire` and `Probe` only ask, `ServiceKey` moves nothing. `SendResult` goes into the outbox in the same transaction.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from kiosk.sale.events import Key
from kiosk.sale.order import Order
from kiosk.sale.payment_code import PaymentCode


class Topic(StrEnum):
    """What the operator is told (kiosk/README.md, "Results")."""

    PAID = "payment.paid"
    DECLINED = "payment.declined"
    EXPIRED = "payment.expired"
    CANCELLED = "payment.cancelled"
    REFUNDED = "payment.refunded"
    UNRESOLVED = "payment.unresolved"
    SETTLED = "payment.settled"
    RELEASE_DONE = "release.done"
    RELEASE_FAILED = "release.failed"
    RELEASE_UNCONFIRMED = "release.unconfirmed"
    FAULT = "kiosk.fault"
    RECOVERED = "kiosk.recovered"
    SERVICE = "kiosk.service"


@dataclass(frozen=True, slots=True)
class Pay:
    """PAY for the order; with the scanned code where the product is PAYMENT_CODE."""

    order: Order
    code: PaymentCode | None = None


@dataclass(frozen=True, slots=True)
class Inquire:
    """DETAIL for the order."""

    order: Order


@dataclass(frozen=True, slots=True)
class Cancel:
    """CANCEL for the order."""

    order: Order


@dataclass(frozen=True, slots=True)
class Refund:
    """REFUND for the order: its phase, a GivingBack, has the amount and the refund's id."""

    order: Order


@dataclass(frozen=True, slots=True)
class Release:
    """Release the goods, or open the barrier, for the order."""

    order: Order


@dataclass(frozen=True, slots=True)
class Probe:
    """Ask the gateway anything, to know whether it can be reached before a shopper needs it."""


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """A key for the technician's menu."""

    key: Key


@dataclass(frozen=True, slots=True)
class SendResult:
    """Tell the operator; `details` are further words for the body (reason, part, refund id). Never a code or key."""

    topic: Topic
    at: datetime
    order: Order | None = None
    details: dict[str, str] = field(default_factory=dict)


Intent: TypeAlias = Pay | Cancel | Refund | Release
Command: TypeAlias = Intent | Inquire | Probe | SendResult | ServiceKey
