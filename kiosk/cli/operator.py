"""The operator's commands: results on their way, the day's takings, the journal's copy."""

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from kiosk.cli import listings, tables
from kiosk.cli.plain import write
from kiosk.cli.program import Csv, Json, app, ask, configured, fail, open_journal, say, say_json
from kiosk.cli.spans import Day, Since, Until, days, midnight
from kiosk.journal import JournalError, OutboxState

outbox_app = typer.Typer(invoke_without_command=True, help="Results on their way to the operator.")
app.add_typer(outbox_app, name="outbox")


@outbox_app.callback()
def outbox(context: typer.Context, *, as_json: Json = False) -> None:
    """List the results that wait for the operator, or were set aside."""
    if context.invoked_subcommand:
        return
    settings = configured()
    zone = ZoneInfo(settings.kiosk.timezone)
    with open_journal(settings) as journal:
        rows = (*journal.rows(OutboxState.QUARANTINED, 500), *journal.rows(OutboxState.PENDING, 500))
    if as_json:
        say_json([listings.result_json(row, zone) for row in rows])
    elif not rows:
        say("nothing waits")
    else:
        say(tables.results_table(rows, zone))
        say(*(f"{row.sequence}: {row.trouble}" for row in rows if row.trouble), sep="\n")
        say("the whole of one: kiosk outbox show NUMBER")


@outbox_app.command("show")
def outbox_show(sequence: Annotated[int, typer.Argument(min=1, help="Its number.")], *, as_json: Json = False) -> None:
    """Show one result: what it says, and what became of it."""
    settings = configured()
    zone = ZoneInfo(settings.kiosk.timezone)
    with open_journal(settings) as journal:
        found = journal.row(sequence)
    if found is None:
        fail(f"no result {sequence}: kiosk outbox lists those that wait", 1)
    if as_json:
        say_json(listings.result_json(found, zone, whole=True))
    else:
        say(tables.result_table(found, zone))


@outbox_app.command("retry")
def outbox_retry(
    sequence: Annotated[int | None, typer.Argument(min=1, help="Its number; default: all.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Put what was set aside back to be delivered."""
    ask("/outbox/retry", as_json=as_json, **({"sequence": str(sequence)} if sequence is not None else {}))


@app.command()
def report(
    day: Day = None,
    *,
    since: Since = None,
    until: Until = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Also see that nobody but the daemon wrote in the journal.")
    ] = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Sum up the takings of a day, or of a span of days. Exits 1 when paid is not released + given back + open."""
    settings = configured()
    zone = ZoneInfo(settings.kiosk.timezone)
    first, last = days(day, since, until, zone)
    with open_journal(settings) as journal:
        takings = journal.takings(midnight(first, zone), midnight(last + timedelta(days=1), zone))
        altered = journal.verify() if verify else ()
    if as_json:
        shown = listings.takings_json(first, last, takings, zone)
        say_json({**shown, "altered": list(altered)} if verify else shown)
    elif as_csv:
        write(listings.takings_csv(takings))
    else:
        named = tables.span_words(first, last)
        say(named if takings.products else f"{named}: nothing was paid")
        if takings.products:
            say(tables.takings_table(takings))
        say(*tables.takings_lines(takings), sep="\n")
        if verify:
            say(*altered or ("the journal is as the daemon wrote it",), sep="\n")
    if altered or not all(total.holds for total in takings.sums):
        raise typer.Exit(1)


@app.command()
def backup(*, as_json: Json = False) -> None:
    """Copy the journal into the state directory's folder `backup`, and check the copy; the one before is kept."""
    from kiosk.journal.backup import back_up  # noqa: PLC0415 - not for `kiosk orders`

    try:
        copy = back_up(configured().kiosk.state_dir)
    except JournalError as error:
        fail(str(error), 1)
    if as_json:
        say_json({"result": "done", "file": str(copy)})
    else:
        say(f"the journal was copied to {copy}, and the copy is whole")
