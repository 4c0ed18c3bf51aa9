"""What is written into the journal and read from it, besides orders. Values only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple, TypeAlias

from kiosk.sale.commands import Intent, SendResult
from kiosk.sale.order import Order

Kind: TypeAlias = Literal["pay", "cancel", "refund", "release"]  # of an intent: Pay, Cancel, Refund, Release


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an intent: it answers the oldest unanswered one of that order and kind.

    `text` is for a person to read, and never has a code or key in it.
    """

    order_id: str
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """All that one step wrote, in one transaction: the records of orders as they are now, answers that came, intents
    about to be carried out, and results for the operator. `at`, aware, is when.

    The order of an intent or result is in `orders`, or in the journal already.
    """

    at: datetime
    orders: tuple[Order, ...] = ()
    intents: tuple[Intent, ...] = ()
    answers: tuple[Answer, ...] = ()
    results: tuple[SendResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """An intent as the journal has it. Without an answer, it may or may not have been carried out."""

    order_id: str
    kind: Kind
    at: datetime
    answer: str | None = None
    answered_at: datetime | None = None


class OutboxState(StrEnum):
    """Where a result is: to be delivered, delivered, or set aside for a person to look at. None is ever dropped."""

    PENDING = "pending"
    DELIVERED = "delivered"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A result on its way. `sequence` 1, 2, 3...; `id` is its webhook-id; `body` the JSON text, byte for byte.

    `attempts` counts those that failed, `trouble` says why the last one did. `refused_at`: when the operator's server
    refused it first; `again_at`: of one set aside, when it is tried again by itself.
    """

    sequence: int
    id: str
    topic: str
    order_id: str | None
    at: datetime
    body: str
    state: OutboxState
    attempts: int
    trouble: str
    delivered_at: datetime | None
    refused_at: datetime | None = None
    again_at: datetime | None = None

    @property
    def set_aside(self) -> bool:
        """Whether later results may go before it."""
        return self.state is OutboxState.QUARANTINED


class Counts(NamedTuple):
    """How many results wait, and how many were set aside."""

    pending: int
    quarantined: int
