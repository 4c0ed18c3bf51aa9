"""The commands about orders: to see them, to give money back, to ask, to settle."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote
from zoneinfo import ZoneInfo

import typer

from kiosk.app.printable import printable
from kiosk.cli import listings
from kiosk.cli.program import Json, Yes, app, ask, configured, fail, open_journal, say, say_json
from kiosk.journal import STATES
from kiosk.sale.money import Amount, MoneyError
from kiosk.sale.order import Order

Name = Annotated[str, typer.Argument(help="The order's id, the gateway's id, or the claim code.")]


@app.command()
def orders(
    *,
    since: Annotated[datetime | None, typer.Option(help="From this day or time on; default: a week ago.")] = None,
    state: Annotated[str | None, typer.Option(help=f"One of {', '.join(STATES)}.")] = None,
    as_json: Json = False,
) -> None:
    """List the orders, newest first."""
    if state is not None and state not in STATES:
        fail(f"--state {state}: expected one of {', '.join(STATES)}", 2)
    settings = configured()
    zone = ZoneInfo(settings.kiosk.timezone)
    begin = since.replace(tzinfo=zone) if since else datetime.now(zone) - timedelta(days=7)
    with open_journal(settings) as journal:
        found = journal.orders(begin, state, 1000)
    if as_json:
        say_json([listings.order_json(order) for order in found])
    else:
        say(listings.orders_table(found, zone) if found else "no orders")


@app.command()
def order(name: Name, *, as_json: Json = False) -> None:
    """Show one order, with all that was done for it."""
    settings = configured()
    zone = ZoneInfo(settings.kiosk.timezone)
    with open_journal(settings) as journal:
        found = journal.find(name)
        history = journal.history(found.id) if found else ()
    if found is None:
        fail(f"no order {name!r}: give its id, the gateway's id or the claim code", 1)
    if as_json:
        say_json({**listings.order_json(found), "history": [listings.attempt_json(one) for one in history]})
    else:
        say(listings.order_table(found, history, zone))


def _agreed(name: str, what: str, *, yes: bool, moves_all: Callable[[Order], bool]) -> None:
    """Ask before all of an order's money goes back. Without a terminal and without --yes nothing is done."""
    with open_journal(configured()) as journal:
        found = journal.find(name)
    if yes or found is None or not moves_all(found):  # an order that there is not, the daemon says
        return
    question = f"{what} gives back all that is left, {found.left} of {found.amount}, of order {found.id}"
    if not sys.stdin.isatty():
        fail(f"{question}: say --yes to do it", 2)
    if not typer.confirm(printable(f"{question}. Do it?")):
        fail("nothing was done", 1)


@app.command()
def refund(
    name: Name,
    amount: Annotated[str | None, typer.Argument(help="In major units; default: all that is left.")] = None,
    *,
    yes: Yes = False,
) -> None:
    """Give money back, all of it or a part; the running daemon does it."""

    def moves_all(order: Order) -> bool:
        try:
            return amount is None or Amount.parse(amount, order.amount.currency) == order.left
        except MoneyError:  # the daemon says why
            return False

    _agreed(name, "refund", yes=yes, moves_all=moves_all)
    ask(f"/orders/{quote(name, safe='')}/refund", **({} if amount is None else {"amount": amount}))


@app.command()
def cancel(name: Name, *, yes: Yes = False) -> None:
    """Cancel an order: close it, or give all of it back."""
    _agreed(name, "cancel", yes=yes, moves_all=lambda order: order.paid_at is not None)
    ask(f"/orders/{quote(name, safe='')}/cancel")


@app.command()
def inquire(name: Name) -> None:
    """Ask the gateway what became of an order."""
    ask(f"/orders/{quote(name, safe='')}/inquire")


@app.command()
def settle(
    name: Name,
    *,
    released: Annotated[bool, typer.Option("--released", help="Paid, and the shopper has the goods.")] = False,
    refunded: Annotated[bool, typer.Option("--refunded", help="Paid, and the shopper has the money back.")] = False,
    nothing: Annotated[bool, typer.Option("--nothing", help="No money moved.")] = False,
    reason: Annotated[str, typer.Option(help="How you know; it is kept, and told to the operator.")] = "",
) -> None:
    """Say what became of an order that the machine could not settle. Moves no money."""
    ways = {"released": released, "refunded": refunded, "nothing": nothing}
    chosen = [how for how, wanted in ways.items() if wanted]
    if len(chosen) != 1:
        fail("settle: give one of --released, --refunded and --nothing", 2)
    if not reason.strip():
        fail("settle: --reason: expected some words on how you know", 2)
    ask(f"/orders/{quote(name, safe='')}/settle", **{"as": chosen[0], "reason": reason.strip()})
