"""How orders, results and takings are written: as tables for people, as JSON for programs. Pure.

In JSON an amount is `{"value": smallest units as text, "currency"}` and a time is ISO 8601 with its offset.
"""

from collections.abc import Sequence
from datetime import date, tzinfo
from typing import TypeAlias

from rich.table import Table

from kiosk.journal import Attempt, OutboxRow, Takings
from kiosk.sale.money import Amount
from kiosk.sale.order import Order, Phase, Settled

Json: TypeAlias = dict[str, object]


def order_json(order: Order) -> Json:
    """An order."""
    return {
        "order_id": order.id,
        "gateway_order_id": order.gateway_id,
        "claim": order.claim,
        "product": order.product.value,
        "amount": _amount_json(order.amount),
        "refunded": _amount_json(order.refunded),
        "state": order.state,
        "created_at": order.created_at.isoformat(),
        "paid_at": order.paid_at.isoformat() if order.paid_at else None,
        "released": order.released,
        "settled": _settled_json(order.phase),
        "refunds": [{"refund_id": one.id, "value": str(one.amount.minor)} for one in order.refunds],
    }


def attempt_json(attempt: Attempt) -> Json:
    """One thing that was done for an order."""
    return {
        "kind": attempt.kind,
        "at": attempt.at.isoformat(),
        "answer": attempt.answer,
        "answered_at": attempt.answered_at.isoformat() if attempt.answered_at else None,
    }


def result_json(row: OutboxRow) -> Json:
    """A result on its way to the operator."""
    return {
        "sequence": row.sequence,
        "id": row.id,
        "type": row.topic,
        "order_id": row.order_id,
        "timestamp": row.at.isoformat(),
        "state": row.state.value,
        "attempts": row.attempts,
        "trouble": row.trouble,
    }


def takings_json(day: date, takings: Takings) -> Json:
    """A day's takings, and whether paid is released + given back + open."""
    products = [
        {
            "product": line.product.value,
            "currency": line.currency,
            "paid": {"count": line.paid.count, "value": str(line.paid.minor)},
            "released": {"count": line.released.count, "value": str(line.released.minor)},
            "given_back": {"count": line.given_back.count, "value": str(line.given_back.minor)},
            "refunded": {"count": line.refunded.count, "value": str(line.refunded.minor)},
        }
        for line in takings.products
    ]
    return {
        "date": day.isoformat(),
        "products": products,
        "unresolved": [order_json(order) for order in takings.unresolved],
        "sum_holds": all(total.holds for total in takings.sums),
    }


def orders_table(orders: Sequence[Order], zone: tzinfo) -> Table:
    """Orders, a line each."""
    table = Table("claim", "order", "time", "product", "amount", "state", "given back", box=None)
    for order in orders:
        table.add_row(
            order.claim,
            order.id,
            f"{order.created_at.astimezone(zone):%m-%d %H:%M:%S}",
            order.product.value,
            str(order.amount),
            order.state,
            str(order.refunded) if order.refunds else "",
        )
    return table


def order_table(order: Order, history: Sequence[Attempt], zone: tzinfo) -> Table:
    """One order, and all that was done for it."""
    table = Table(show_header=False, box=None)
    table.add_row("order", order.id)
    table.add_row("claim", order.claim)
    table.add_row("at the gateway", order.gateway_id or "-")
    table.add_row("product", order.product.value)
    table.add_row("amount", str(order.amount))
    table.add_row("state", order.state)
    table.add_row("created", f"{order.created_at.astimezone(zone):%Y-%m-%d %H:%M:%S}")
    table.add_row("paid", f"{order.paid_at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if order.paid_at else "no")
    table.add_row("released", "yes" if order.released else "no")
    table.add_row("given back", str(order.refunded))
    if isinstance(order.phase, Settled):
        table.add_row("settled as", f"{order.phase.how}: {order.phase.reason}")
    for attempt in history:
        at = attempt.at.astimezone(zone)
        table.add_row(f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}", f"{attempt.kind}: {attempt.answer or 'no answer'}")
    return table


def results_table(rows: Sequence[OutboxRow]) -> Table:
    """Results on their way, a line each."""
    table = Table("no.", "type", "order", "state", "tries", "trouble", box=None)
    for row in rows:
        table.add_row(str(row.sequence), row.topic, row.order_id or "", row.state, str(row.attempts), row.trouble)
    return table


def takings_table(takings: Takings) -> Table:
    """A day's takings by product."""
    table = Table("product", "paid", "released", "given back", "refunded later", box=None)
    for line in takings.products:
        tallies = (line.paid, line.released, line.given_back, line.refunded)
        table.add_row(line.product, *(f"{one.count} x {Amount(one.minor, line.currency)}" for one in tallies))
    return table


def takings_lines(takings: Takings) -> list[str]:
    """The sum of each currency, and what waits for a person."""
    lines = []
    for total in takings.sums:
        terms = (total.paid, total.released, total.given_back, total.open)
        paid, released, back, still = (Amount(minor, total.currency) for minor in terms)
        sign = "=" if total.holds else "IS NOT"
        lines.append(f"paid {paid} {sign} released {released} + given back {back} + open {still}")
    lines += [f"{one.state}: {one.id} {one.amount}; see: kiosk order {one.claim}" for one in takings.unresolved]
    return lines


def _settled_json(phase: Phase) -> Json | None:
    return {"as": phase.how.value, "reason": phase.reason} if isinstance(phase, Settled) else None


def _amount_json(amount: Amount) -> Json:
    return {"value": str(amount.minor), "currency": amount.currency}
