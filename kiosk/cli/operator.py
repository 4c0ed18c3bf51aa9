"""The operator's commands: results on their way, the day's takings, the journal's copy."""

from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from kiosk.cli import listings
from kiosk.cli.program import Json, app, ask, configured, fail, open_journal, say, say_json
from kiosk.journal import JournalError, OutboxState

outbox_app = typer.Typer(invoke_without_command=True, help="Results on their way to the operator.")
app.add_typer(outbox_app, name="outbox")


@outbox_app.callback()
def outbox(context: typer.Context, *, as_json: Json = False) -> None:
    """List the results that wait for the operator, or were set aside."""
    if context.invoked_subcommand:
        return
    with open_journal(configured()) as journal:
        rows = (*journal.rows(OutboxState.QUARANTINED, 500), *journal.rows(OutboxState.PENDING, 500))
    if as_json:
        say_json([listings.result_json(row) for row in rows])
    else:
        say(listings.results_table(rows) if rows else "nothing waits")


@outbox_app.command("retry")
def outbox_retry(sequence: Annotated[int | None, typer.Argument(help="Its number; default: all.")] = None) -> None:
    """Put what was set aside back to be delivered."""
    ask("/outbox/retry", **({"sequence": str(sequence)} if sequence is not None else {}))


@app.command()
def report(
    day: Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Default: today.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Sum up a day's takings. Exits 1 when paid is not released + given back + open."""
    settings = configured()
    zone = ZoneInfo(settings.kiosk.timezone)
    begin = datetime.combine((day or datetime.now(zone)).date(), datetime.min.time(), zone)
    with open_journal(settings) as journal:
        takings = journal.takings(begin, begin + timedelta(days=1))
    if as_json:
        say_json(listings.takings_json(begin.date(), takings))
    else:
        say(f"{begin:%Y-%m-%d}" if takings.products else f"{begin:%Y-%m-%d}: nothing was paid")
        if takings.products:
            say(listings.takings_table(takings))
        say(*listings.takings_lines(takings), sep="\n")
    if not all(total.holds for total in takings.sums):
        raise typer.Exit(1)


@app.command()
def backup() -> None:
    """Copy the journal into the state directory's folder `backup`, and check the copy; the one before is kept."""
    from kiosk.journal.backup import back_up  # noqa: PLC0415 - not for `kiosk orders`

    try:
        say(f"the journal was copied to {back_up(configured().kiosk.state_dir)}, and the copy is whole")
    except JournalError as error:
        fail(str(error), 1)
