"""An order as a row, and back. Knows each column of `orders`; a phase is its name and its fields as JSON."""

import sqlite3
from datetime import UTC, datetime, timedelta
from functools import cache

from pydantic import TypeAdapter, ValidationError

from kiosk.journal.file import JournalError
from kiosk.sale.money import Amount
from kiosk.sale.order import (
    Awaiting,
    Cancelling,
    Closing,
    Confirming,
    GivenBack,
    GivingBack,
    NotCharged,
    Order,
    Phase,
    Product,
    Released,
    Releasing,
    Requested,
    Settled,
    Settlement,
    Unconfirmed,
    Unresolved,
    Verdict,
)
from kiosk.sale.outcome import ConfirmedRefund

PHASES: dict[str, type[Phase]] = {
    "requested": Requested,
    "awaiting": Awaiting,
    "closing": Closing,
    "cancelling": Cancelling,
    "confirming": Confirming,
    "releasing": Releasing,
    "giving_back": GivingBack,
    "released": Released,
    "unconfirmed": Unconfirmed,
    "given_back": GivenBack,
    "not_charged": NotCharged,
    "unresolved": Unresolved,
    "settled": Settled,
}
STATES = (*PHASES, *(verdict.value for verdict in Verdict))  # by which orders can be asked for

_NAMES: dict[type[Phase], str] = {phase: name for name, phase in PHASES.items()}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache  # each is made when an order first has that state, and not by a start
def _adapter(state: str) -> TypeAdapter[Phase]:
    return TypeAdapter(PHASES[state])


@cache
def _refunds() -> TypeAdapter[tuple[ConfirmedRefund, ...]]:
    return TypeAdapter(tuple[ConfirmedRefund, ...])


def microseconds(at: datetime) -> int:
    """An aware time as whole microseconds since 1970, to compare and sort by."""
    return (at - EPOCH) // timedelta(microseconds=1)


def row_of(order: Order) -> dict[str, str | int | None]:
    """The columns of an order, without `number`. Its plan is no part of the record."""
    state = _NAMES[type(order.phase)]
    return {
        "id": order.id,
        "claim": order.claim,
        "product": order.product.value,
        "amount_minor": order.amount.minor,
        "currency": order.amount.currency,
        "state": state,
        "phase": _adapter(state).dump_json(order.phase).decode(),
        "ended": int(order.ended),
        "created_at": order.created_at.isoformat(),
        "expire_at": order.expire_at.isoformat(),
        "since": order.since.isoformat(),
        "paid_at": order.paid_at.isoformat() if order.paid_at else None,
        "created_us": microseconds(order.created_at),
        "since_us": microseconds(order.since),
        "paid_us": microseconds(order.paid_at or order.created_at) if was_paid(order) else None,
        "gateway_id": order.gateway_id,
        "released": int(order.released),
        "refunds": _refunds().dump_json(order.refunds).decode(),
        "refunds_asked": order.refunds_asked,
        "owed": int(order.owed),
    }


def order_of(row: sqlite3.Row) -> Order:
    """The order of a row. Raises JournalError when the row makes no sense."""
    try:
        return Order(
            id=row["id"],
            product=Product(row["product"]),
            amount=Amount(row["amount_minor"], row["currency"]),
            created_at=datetime.fromisoformat(row["created_at"]),
            expire_at=datetime.fromisoformat(row["expire_at"]),
            since=datetime.fromisoformat(row["since"]),
            phase=_adapter(row["state"]).validate_json(row["phase"]),
            gateway_id=row["gateway_id"],
            paid_at=datetime.fromisoformat(row["paid_at"]) if row["paid_at"] else None,
            released=bool(row["released"]),
            refunds=_refunds().validate_json(row["refunds"]),
            refunds_asked=row["refunds_asked"],
            owed=bool(row["owed"]),
        )
    except (KeyError, ValueError, ValidationError) as error:
        raise JournalError(
            f"order {row['id']} in the journal makes no sense ({type(error).__name__}); "
            "keep the file aside, and put a backup in its place"
        ) from error


def was_paid(order: Order) -> bool:
    """Whether money for this order came, as far as the machine knows."""
    match order.phase:
        case Releasing() | GivingBack() | Released() | GivenBack() | Unresolved(paid=True):
            return True
        case Settled(Settlement.RELEASED | Settlement.REFUNDED):
            return True
        case _:
            return order.paid_at is not None
