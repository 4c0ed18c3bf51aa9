"""How orders, results and takings are written for programs: JSON and CSV. Pure.

In JSON an amount is `{"value": smallest units as text, "currency"}`; a time is ISO 8601 in the kiosk's zone, with its
offset. In CSV an amount is in major units, with its currency in a column of its own.
"""

import csv
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from io import StringIO
from typing import TypeAlias

from kiosk.journal import Attempt, OutboxRow
from kiosk.journal.takings import Takings
from kiosk.sale.money import Amount
from kiosk.sale.order import Order, Phase, Settled

Json: TypeAlias = dict[str, object]


def order_json(order: Order, zone: tzinfo) -> Json:
    """An order."""
    return {
        "order_id": order.id,
        "gateway_order_id": order.gateway_id,
        "claim": order.claim,
        "product": order.product.value,
        "amount": _amount_json(order.amount),
        "refunded": _amount_json(order.refunded),
        "state": order.state,
        "created_at": _time(order.created_at, zone),
        "paid_at": _time(order.paid_at, zone),
        "released": order.released,
        "settled": _settled_json(order.phase),
        "refunds": [{"refund_id": one.id, "value": str(one.amount.minor)} for one in order.refunds],
    }


def attempt_json(attempt: Attempt, zone: tzinfo) -> Json:
    """One thing that was done for an order."""
    return {
        "kind": attempt.kind,
        "at": _time(attempt.at, zone),
        "answer": attempt.answer,
        "answered_at": _time(attempt.answered_at, zone),
    }


def result_json(row: OutboxRow, zone: tzinfo, *, whole: bool = False) -> Json:
    """A result on its way to the operator; `whole`: with its body, and the times of its way."""
    shown: Json = {
        "sequence": row.sequence,
        "id": row.id,
        "type": row.topic,
        "order_id": row.order_id,
        "timestamp": _time(row.at, zone),
        "state": row.state.value,
        "attempts": row.attempts,
        "trouble": row.trouble,
    }
    times = {"refused_at": row.refused_at, "again_at": row.again_at, "delivered_at": row.delivered_at}
    rest: Json = {**{name: _time(at, zone) for name, at in times.items()}, "body": row.body}
    return shown | rest if whole else shown


def takings_json(begin: date, end: date, takings: Takings, zone: tzinfo) -> Json:
    """The takings of some days, and whether paid is released + given back + open."""
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
        "date": begin.isoformat(),
        "until": end.isoformat(),
        "products": products,
        "net": [{"value": str(takings.net(one.currency)), "currency": one.currency} for one in takings.sums],
        "unresolved": [order_json(order, zone) for order in takings.unresolved],
        "sum_holds": all(total.holds for total in takings.sums),
    }


def orders_csv(orders: Sequence[Order], zone: tzinfo) -> str:
    """Orders, a row each, for a spreadsheet."""
    headings = "order_id gateway_order_id claim product amount currency refunded state created_at paid_at released"
    rows = [
        (
            *(order.id, order.gateway_id or "", order.claim, order.product.value),
            *(order.amount.major, order.amount.currency, order.refunded.major, order.state),
            *(_time(order.created_at, zone), _time(order.paid_at, zone) or "", "yes" if order.released else "no"),
        )
        for order in orders
    ]
    return _csv(headings.split(), rows)


def takings_csv(takings: Takings) -> str:
    """Takings, a row for each product and currency; counts and amounts."""
    kinds = ("paid", "released", "given_back", "refunded")
    headings = ["product", "currency", *(f"{kind}_{what}" for kind in kinds for what in ("count", "amount"))]
    rows = []
    for line in takings.products:
        row = [line.product.value, line.currency]
        for tally in (line.paid, line.released, line.given_back, line.refunded):
            row += [str(tally.count), Amount(tally.minor, line.currency).major]
        rows.append(row)
    return _csv(headings, rows)


def _csv(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([[_tame(str(cell)) for cell in row] for row in rows])
    return out.getvalue().rstrip("\n")


def _tame(cell: str) -> str:
    """A spreadsheet takes what begins so for a formula, and others wrote some of it."""
    return f"'{cell}" if cell[:1] in tuple("=+-@\t\r") else cell


def _settled_json(phase: Phase) -> Json | None:
    return {"as": phase.how.value, "reason": phase.reason} if isinstance(phase, Settled) else None


def _amount_json(amount: Amount) -> Json:
    return {"value": str(amount.minor), "currency": amount.currency}


def _time(at: datetime | None, zone: tzinfo) -> str | None:
    return at.astimezone(zone).isoformat() if at else None
