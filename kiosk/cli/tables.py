"""How orders, results and takings are shown to people: tables that fit 80 columns, and lines. Pure.

Times are in the kiosk's zone. Ids are never cut: what does not fit a line is left out, or goes on in the next.
"""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from rich.table import Table
from rich.text import Text

from kiosk.journal import Attempt, OutboxRow, OutboxState
from kiosk.journal.takings import Takings
from kiosk.sale.money import Amount
from kiosk.sale.order import Order, Settled

WIDE = 100  # characters from which on orders are listed with their ids
GOOD, BAD, FAINT, OPEN = "green", "bold red", "dim", "yellow"
STATES = {  # what a colour means: it ended well; a person has to look; it is still going on; it came to nothing
    "released": GOOD,
    "unresolved": BAD,
    "unconfirmed": BAD,
    "declined": FAINT,
    "expired": FAINT,
    "cancelled": FAINT,
    "not_sent": FAINT,
    "given_back": GOOD,
    "settled": GOOD,
}
ENGLISH = {"not_sent": "not sent", "given_back": "given back", "giving_back": "giving back"}


def state_words(state: str) -> Text:
    """A state in plain words, in the colour of what it means."""
    return Text(ENGLISH.get(state, state), STATES.get(state, OPEN))


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        right = heading in {"amount", "given back", "no.", "tries", "paid", "released", "refunded later"}
        table.add_column(heading, overflow="fold", justify="right" if right else "left")
    return table


def orders_table(orders: Sequence[Order], zone: tzinfo, width: int) -> Table:
    """Orders, a line each, `width` characters wide at the most."""
    wide = width >= WIDE
    table = _table("claim", *(("order",) if wide else ()), "time", "product", "amount", "state", "given back")
    for order in orders:
        table.add_row(
            order.claim,
            *((order.id,) if wide else ()),
            f"{order.created_at.astimezone(zone):%m-%d %H:%M:%S}",
            order.product.value,
            str(order.amount),
            state_words(order.state),
            str(order.refunded) if order.refunds else "",
        )
    return table


def order_table(order: Order, history: Sequence[Attempt], results: Sequence[OutboxRow], zone: tzinfo) -> Table:
    """One order, all that was done for it, and what the operator was told."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True, style=FAINT)
    table.add_column(overflow="fold")
    table.add_row("order", order.id)
    table.add_row("claim", order.claim)
    table.add_row("at the gateway", order.gateway_id or "-")
    table.add_row("product", order.product.value)
    table.add_row("amount", str(order.amount))
    table.add_row("state", state_words(order.state))
    table.add_row("created", _whole(order.created_at, zone))
    table.add_row("paid", _whole(order.paid_at, zone) if order.paid_at else "no")
    table.add_row("released", "yes" if order.released else "no")
    table.add_row("given back", str(order.refunded))
    for refund in order.refunds:
        table.add_row("", f"{refund.amount} as refund {refund.id}")
    if isinstance(order.phase, Settled):
        table.add_row("settled as", f"{order.phase.how}: {order.phase.reason}")
    events = [(one.at, f"{one.kind}{_over(one, order)}: {one.answer or 'no answer'}") for one in history]
    events += [(one.at, f"told: {one.topic}, {result_state(one)}") for one in results]
    for at, line in sorted(events, key=lambda event: event[0]):
        table.add_row(_whole(at, zone), line)
    return table


def _over(attempt: Attempt, order: Order) -> str:
    """The amount of what was asked, where it is the whole order's."""
    return f" {order.amount}" if attempt.kind in {"pay", "cancel"} else ""


def result_state(row: OutboxRow) -> str:
    """Where a result is, in plain words."""
    match row.state:
        case OutboxState.PENDING:
            return "waits"
        case OutboxState.DELIVERED:
            return "delivered"
        case OutboxState.QUARANTINED:
            return "set aside"


def results_table(rows: Sequence[OutboxRow], zone: tzinfo) -> Table:
    """Results on their way, a line each, with the last trouble below."""
    table = _table("no.", "time", "type", "claim", "state", "tries")
    for row in rows:
        style = BAD if row.set_aside else OPEN
        claim = (row.order_id or "")[-6:]
        at = f"{row.at.astimezone(zone):%m-%d %H:%M:%S}"
        table.add_row(str(row.sequence), at, row.topic, claim, Text(result_state(row), style), str(row.attempts))
    return table


def result_table(row: OutboxRow, zone: tzinfo) -> Table:
    """One result, with all that is known of its way."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True, style=FAINT)
    table.add_column(overflow="fold")
    table.add_row("number", str(row.sequence))
    table.add_row("id", row.id)
    table.add_row("type", row.topic)
    table.add_row("order", row.order_id or "-")
    table.add_row("happened", _whole(row.at, zone))
    table.add_row("state", Text(result_state(row), BAD if row.set_aside else OPEN))
    table.add_row("tries that failed", str(row.attempts))
    table.add_row("last trouble", row.trouble or "-")
    for name, at in (
        ("refused first", row.refused_at),
        ("tried again", row.again_at),
        ("delivered", row.delivered_at),
    ):
        if at:
            table.add_row(name, _whole(at, zone))
    table.add_row("body", row.body)
    return table


def takings_table(takings: Takings) -> Table:
    """Takings by product."""
    table = _table("product", "paid", "released", "given back", "refunded later")
    for line in takings.products:
        tallies = (line.paid, line.released, line.given_back, line.refunded)
        table.add_row(line.product.value, *(f"{one.count}x {Amount(one.minor, line.currency)}" for one in tallies))
    return table


def takings_lines(takings: Takings) -> list[Text]:
    """The sum of each currency, what is left of it, and what waits for a person."""
    lines = []
    for total in takings.sums:
        terms = (total.paid, total.released, total.given_back, total.open)
        paid, released, back, still = (Amount(minor, total.currency) for minor in terms)
        sign = "=" if total.holds else "IS NOT"
        told = f"paid {paid} {sign} released {released} + given back {back} + open {still}"
        lines.append(Text(told, "" if total.holds else BAD))
        lines.append(
            Text(f"net {Amount(takings.net(total.currency), total.currency)}: paid, less all that went back", "bold")
        )
    waiting = (f"{one.state}: {one.id} {one.amount}; see: kiosk order {one.claim}" for one in takings.unresolved)
    return [*lines, *(Text(line, BAD) for line in waiting)]


def span_words(begin: date, end: date) -> str:
    """The days of a report: `2026-11-28`, or `2026-11-01 to 2026-11-28`, both of them in it."""
    return f"{begin:%Y-%m-%d}" if begin == end else f"{begin:%Y-%m-%d} to {end:%Y-%m-%d}"


def _whole(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
