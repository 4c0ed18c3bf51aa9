"""The commands about orders: to see them, to give money back, to ask, to settle."""

import sys
from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote
from zoneinfo import ZoneInfo

import typer

from kiosk.app.printable import printable
from kiosk.cli import listings, tables
from kiosk.cli.plain import complain, write
from kiosk.cli.program import Csv, Json, Yes, app, ask, configured, console, fail, open_journal, say, say_json
from kiosk.cli.spans import Since, Until, span
from kiosk.journal import STATES
from kiosk.sale.money import Amount, MoneyError
from kiosk.sale.order import Order

WEEK, MOST = 7, 1000  # days, and orders, that are listed
Name = Annotated[str, typer.Argument(help="The order's id, the gateway's id, or the claim code.")]


@app.command()
def orders(
    *,
    since: Since = None,
    until: Until = None,
    state: Annotated[str | None, typer.Option(help=f"One of {', '.join(STATES)}.")] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """List the orders, newest first; of the last week, unless told otherwise."""
    if state is not None and state not in STATES:
        fail(f"--state {state}: expected one of {', '.join(STATES)}", 2)
    settings = configured()
    zone = ZoneInfo(settings.kiosk.timezone)
    begin, end = span(since, until, zone, WEEK)
    with open_journal(settings) as journal:
        found = journal.orders(begin, state, MOST, end)
    if as_json:
        say_json([listings.order_json(order, zone) for order in found])
    elif as_csv:
        write(listings.orders_csv(found, zone))
    else:
        say(tables.orders_table(found, zone, console().width) if found else "no orders")
    if len(found) == MOST:
        oldest = found[-1].created_at.astimezone(zone)
        complain(f"these are the newest {MOST}; for those before: --until {oldest:%Y-%m-%dT%H:%M:%S}")


@app.command()
def order(name: Name, *, as_json: Json = False) -> None:
    """Show one order, with all that was done for it."""
    settings = configured()
    zone = ZoneInfo(settings.kiosk.timezone)
    with open_journal(settings) as journal:
        found = journal.find(name)
        history = journal.history(found.id) if found else ()
        results = journal.results(found.id) if found else ()
    if found is None:
        fail(f"no order {name!r}: give its id, the gateway's id or the claim code", 1)
    if as_json:
        told = [listings.result_json(one, zone) for one in results]
        done = [listings.attempt_json(one, zone) for one in history]
        say_json({**listings.order_json(found, zone), "history": done, "results": told})
    else:
        say(tables.order_table(found, history, results, zone))


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
    as_json: Json = False,
) -> None:
    """Give money back, all of it or a part; the running daemon does it."""

    def moves_all(order: Order) -> bool:
        try:
            return amount is None or Amount.parse(amount, order.amount.currency) == order.left
        except MoneyError:  # the daemon says why
            return False

    _agreed(name, "refund", yes=yes, moves_all=moves_all)
    given = {} if amount is None else {"amount": amount}
    ask(f"/orders/{quote(name, safe='')}/refund", as_json=as_json, **given)


@app.command()
def cancel(name: Name, *, yes: Yes = False, as_json: Json = False) -> None:
    """Cancel an order: close it, or give all of it back."""
    _agreed(name, "cancel", yes=yes, moves_all=lambda order: order.paid_at is not None)
    ask(f"/orders/{quote(name, safe='')}/cancel", as_json=as_json)


@app.command()
def inquire(name: Name, *, as_json: Json = False) -> None:
    """Ask the gateway what became of an order."""
    ask(f"/orders/{quote(name, safe='')}/inquire", as_json=as_json)


@app.command()
def settle(
    name: Name,
    *,
    released: Annotated[bool, typer.Option("--released", help="Paid, and the shopper has the goods.")] = False,
    refunded: Annotated[bool, typer.Option("--refunded", help="Paid, and the shopper has the money back.")] = False,
    nothing: Annotated[bool, typer.Option("--nothing", help="No money moved.")] = False,
    reason: Annotated[str, typer.Option(help="How you know; it is kept, and told to the operator.")] = "",
    as_json: Json = False,
) -> None:
    """Say what became of an order that the machine could not settle. Moves no money."""
    ways = {"released": released, "refunded": refunded, "nothing": nothing}
    chosen = [how for how, wanted in ways.items() if wanted]
    if len(chosen) != 1:
        fail("settle: give one of --released, --refunded and --nothing", 2)
    if not reason.strip():
        fail("settle: --reason: expected some words on how you know", 2)
    ask(f"/orders/{quote(name, safe='')}/settle", as_json=as_json, **{"as": chosen[0], "reason": reason.strip()})
