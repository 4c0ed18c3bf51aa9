"""The command line: one command for each thing a person wants, one clear line when it can't be done.

Exit 0 = done, 1 = it was tried and failed, 2 = wrong usage or configuration, 3 = asked for and not yet known. Reading
commands open the journal beside the running daemon; those that move money ask the daemon, for it is the only one that
writes.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated, NoReturn
from urllib.parse import quote
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from kiosk import listings
from kiosk.journal import STATES, JournalError, JournalReader, OutboxState, read
from kiosk.sale import show
from kiosk.sale.events import Moment
from kiosk.sale.money import Amount, MoneyError
from kiosk.sale.order import Order, Product
from kiosk.sale.state import EntryShown, Kiosk
from kiosk.settings import Settings, SettingsError, load, rules, settings_file, shown

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help="A payment kiosk.")
config_app = typer.Typer(no_args_is_help=True, help="The configuration.")
outbox_app = typer.Typer(invoke_without_command=True, help="Results on their way to the operator.")
app.add_typer(config_app, name="config")
app.add_typer(outbox_app, name="outbox")

Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask first.")]
Name = Annotated[str, typer.Argument(help="The order's id, the gateway's id, or the claim code.")]


class _Chosen:
    """The configuration file that --config names; None: $KIOSK_CONFIG, or /etc/kiosk/kiosk.toml."""

    config: Path | None = None


def main() -> None:
    """Run the command line."""
    try:
        app()
    except JournalError as error:  # found while reading: damaged, or gone
        print(error, file=sys.stderr)  # noqa: T201 - a program's word to its user
        sys.exit(1)


def _fail(line: str, code: int) -> NoReturn:
    for one in line.splitlines():
        print(one, file=sys.stderr)  # noqa: T201 - a program's word to its user
    raise typer.Exit(code)


def _settings() -> Settings:
    try:
        return load(_Chosen.config)
    except SettingsError as error:
        _fail(str(error), 2)


def _journal(settings: Settings) -> JournalReader:
    try:
        return read(settings.kiosk.state_dir)
    except JournalError as error:
        _fail(str(error), 1)


def _print(*rows: object, sep: str = " ") -> None:
    if rows:
        Console(markup=False, highlight=False).print(*rows, sep=sep)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201 - a program's word to its user


def _version(*, wanted: bool) -> None:
    if wanted:
        print(f"kiosk {installed_version('kiosk')}")  # noqa: T201 - likewise
        raise typer.Exit


@app.callback()
def _kiosk(
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
    _version_wanted: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--version", callback=lambda wanted: _version(wanted=wanted), is_eager=True)
    ] = False,
) -> None:
    """Take payments at an unattended kiosk, and look after what was paid."""
    _Chosen.config = config


# --- the daemon ------------------------------------------------------------------------------------------------------


@app.command()
def run() -> None:
    """Run the daemon, until SIGTERM."""
    from kiosk.app import logs  # noqa: PLC0415 - the daemon's weight is not for `kiosk orders`
    from kiosk.app.run import DaemonError, run_until_stopped  # noqa: PLC0415 - likewise
    from kiosk.credentials import read_credentials  # noqa: PLC0415 - likewise

    settings = _settings()
    logs.configure(logging.INFO, settings.kiosk.id)
    try:
        asyncio.run(run_until_stopped(settings, read_credentials(settings), lambda: load(_Chosen.config)))
    except SettingsError as error:
        _fail(str(error), 2)
    except (DaemonError, JournalError) as error:
        _fail(str(error), 1)
    except OSError as error:
        _fail(error.strerror or str(error), 1)


@app.command()
def demo(
    *,
    script: Annotated[
        bool, typer.Option("--script", help="Play a purchase of each product, without a person.")
    ] = False,
    port: Annotated[int, typer.Option(help="Of the front panel.")] = 8080,
) -> None:
    """Run the whole kiosk on this machine, without hardware and without an account."""
    from kiosk import demo as played  # noqa: PLC0415 - likewise
    from kiosk.app.run import DaemonError  # noqa: PLC0415 - likewise

    try:
        good = asyncio.run(played.script() if script else played.stage(port))
    except KeyboardInterrupt:
        return
    except DaemonError as error:
        _fail(str(error), 1)
    except OSError as error:
        _fail(error.strerror or str(error), 1)
    if not good:
        raise typer.Exit(1)


@app.command()
def sandbox(port: Annotated[int, typer.Option(help="Where it listens, on 127.0.0.1.")] = 8070) -> None:
    """Run the local gateway alone, with the demo's keys."""
    from kiosk import demo as played  # noqa: PLC0415 - likewise

    try:
        asyncio.run(played.gateway_alone(port))
    except KeyboardInterrupt:
        return
    except OSError as error:
        _fail(error.strerror or str(error), 1)


# --- orders ----------------------------------------------------------------------------------------------------------


@app.command()
def orders(
    *,
    since: Annotated[datetime | None, typer.Option(help="From this day or time on; default: a week ago.")] = None,
    state: Annotated[str | None, typer.Option(help=f"One of {', '.join(STATES)}.")] = None,
    as_json: Json = False,
) -> None:
    """List the orders, newest first."""
    if state is not None and state not in STATES:
        _fail(f"--state {state}: expected one of {', '.join(STATES)}", 2)
    settings = _settings()
    zone = ZoneInfo(settings.kiosk.timezone)
    begin = since.replace(tzinfo=zone) if since else datetime.now(zone) - timedelta(days=7)
    with _journal(settings) as journal:
        found = journal.orders(begin, state, 1000)
    if as_json:
        _print_json([listings.order_json(order) for order in found])
    else:
        _print(listings.orders_table(found, zone) if found else "no orders")


@app.command()
def order(name: Name, *, as_json: Json = False) -> None:
    """Show one order, with all that was done for it."""
    settings = _settings()
    zone = ZoneInfo(settings.kiosk.timezone)
    with _journal(settings) as journal:
        found = journal.find(name)
        history = journal.history(found.id) if found else ()
    if found is None:
        _fail(f"no order {name!r}: give its id, the gateway's id or the claim code", 1)
    if as_json:
        _print_json({**listings.order_json(found), "history": [listings.attempt_json(one) for one in history]})
    else:
        _print(listings.order_table(found, history, zone))


def _ask(path: str, **params: str) -> None:
    """Let the running daemon do it, and say what came of it."""
    from kiosk.app.control import Result, Unusable, ask  # noqa: PLC0415 - its HTTP client is not for `kiosk orders`

    try:
        result, line = ask(_settings().kiosk.state_dir, path, params)
    except ConnectionError as error:
        _fail(str(error), 1)
    except Unusable as error:
        _fail(str(error), 2)
    match result:
        case Result.DONE:
            _print(line)
        case Result.FAILED:
            _fail(line, 1)
        case Result.UNKNOWN:
            _fail(line, 3)


def _agreed(name: str, what: str, *, yes: bool, moves_all: Callable[[Order], bool]) -> None:
    """Ask before all of an order's money goes back. Without a terminal and without --yes nothing is done."""
    with _journal(_settings()) as journal:
        found = journal.find(name)
    if yes or found is None or not moves_all(found):  # an order that there is not, the daemon says
        return
    question = f"{what} gives back all that is left, {found.left} of {found.amount}, of order {found.id}"
    if not sys.stdin.isatty():
        _fail(f"{question}: say --yes to do it", 2)
    if not typer.confirm(f"{question}. Do it?"):
        _fail("nothing was done", 1)


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
    _ask(f"/orders/{quote(name, safe='')}/refund", **({} if amount is None else {"amount": amount}))


@app.command()
def cancel(name: Name, *, yes: Yes = False) -> None:
    """Cancel an order: close it, or give all of it back."""
    _agreed(name, "cancel", yes=yes, moves_all=lambda order: order.paid_at is not None)
    _ask(f"/orders/{quote(name, safe='')}/cancel")


@app.command()
def inquire(name: Name) -> None:
    """Ask the gateway what became of an order."""
    _ask(f"/orders/{quote(name, safe='')}/inquire")


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
        _fail("settle: give one of --released, --refunded and --nothing", 2)
    if not reason.strip():
        _fail("settle: --reason: expected some words on how you know", 2)
    _ask(f"/orders/{quote(name, safe='')}/settle", **{"as": chosen[0], "reason": reason.strip()})


# --- the operator ----------------------------------------------------------------------------------------------------


@outbox_app.callback()
def outbox(context: typer.Context, *, as_json: Json = False) -> None:
    """List the results that wait for the operator, or were set aside."""
    if context.invoked_subcommand:
        return
    with _journal(_settings()) as journal:
        rows = (*journal.rows(OutboxState.QUARANTINED, 500), *journal.rows(OutboxState.PENDING, 500))
    if as_json:
        _print_json([listings.result_json(row) for row in rows])
    else:
        _print(listings.results_table(rows) if rows else "nothing waits")


@outbox_app.command("retry")
def outbox_retry(sequence: Annotated[int | None, typer.Argument(help="Its number; default: all.")] = None) -> None:
    """Put what was set aside back to be delivered."""
    _ask("/outbox/retry", **({"sequence": str(sequence)} if sequence is not None else {}))


@app.command()
def report(
    day: Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Default: today.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Sum up a day's takings. Exits 1 when paid is not released + given back + open."""
    settings = _settings()
    zone = ZoneInfo(settings.kiosk.timezone)
    begin = datetime.combine((day or datetime.now(zone)).date(), datetime.min.time(), zone)
    with _journal(settings) as journal:
        takings = journal.takings(begin, begin + timedelta(days=1))
    if as_json:
        _print_json(listings.takings_json(begin.date(), takings))
    else:
        _print(f"{begin:%Y-%m-%d}" if takings.products else f"{begin:%Y-%m-%d}: nothing was paid")
        if takings.products:
            _print(listings.takings_table(takings))
        _print(*listings.takings_lines(takings), sep="\n")
    if not all(total.holds for total in takings.sums):
        raise typer.Exit(1)


@app.command()
def backup() -> None:
    """Copy the journal into the state directory's folder `backup`, and check the copy; the one before is kept."""
    from kiosk.journal.backup import back_up  # noqa: PLC0415 - not for `kiosk orders`

    try:
        _print(f"the journal was copied to {back_up(_settings().kiosk.state_dir)}, and the copy is whole")
    except JournalError as error:
        _fail(str(error), 1)


# --- configuration ---------------------------------------------------------------------------------------------------


@config_app.command("check")
def config_check() -> None:
    """Check the configuration, the wiring and the credentials."""
    from kiosk.app.board import hardware_mistakes  # noqa: PLC0415 - the hardware is not for `kiosk orders`
    from kiosk.credentials import read_credentials  # noqa: PLC0415 - with the check of keys comes cryptography

    settings = _settings()
    wrong = [f"{settings_file(_Chosen.config)}: {mistake}" for mistake in hardware_mistakes(settings)]
    try:
        read_credentials(settings)
    except SettingsError as error:
        wrong.append(str(error))
    if wrong:
        _fail("\n".join(wrong), 2)
    if Product.ENTRY_CODE in settings.payment.products:
        _check_entry_code(settings)
    _print("the configuration and the credentials are in order")


def _check_entry_code(settings: Settings) -> None:
    """The static code is known now, so it can be seen now whether the display can show it."""
    from kiosk.app.board import board_config  # noqa: PLC0415 - likewise
    from kiosk.screens import CodeNotShowable, FontMissing, render  # noqa: PLC0415 - its fonts are not for the others

    numbers, size = rules(settings), board_config(settings).display.size
    shown = Kiosk(numbers, EntryShown(numbers.most, numbers.code_lifetime), orders={}, troubles={})
    panel = show.panel(shown, Moment(0.0, datetime.now(ZoneInfo(settings.gateway.timezone))))
    try:
        render(panel, language=settings.kiosk.language, size=size, mode="1")
    except CodeNotShowable as error:
        _fail(f"payment.entry_code: {error}; it takes a larger display ([hardware.display])", 2)
    except FontMissing as error:
        _fail(str(error), 1)


@config_app.command("show")
def config_show() -> None:
    """Show the configuration as it is understood, with secrets hidden."""
    print(shown(_settings()))  # noqa: T201 - a program's word to its user
