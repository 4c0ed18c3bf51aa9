"""The technician's commands: how the kiosk is, and what is wrong with it."""

import time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from kiosk.cli.program import Json, app, configured, fail
from kiosk.cli.statuspage import status_page
from kiosk.settings import Settings

EVERY = 1.0  # seconds between two looks of --watch


@app.command()
def status(
    *,
    as_json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on showing it, until Ctrl-C.")] = False,
) -> None:
    """Show on one screen how the running daemon is: in service, or everything that keeps it out."""
    from kiosk.app.control import ask_status  # noqa: PLC0415 - its HTTP client is not for `kiosk orders`

    settings = configured()
    if watch and not as_json:
        _watch(settings)
        return
    try:
        now = ask_status(settings.kiosk.state_dir)
    except ConnectionError as error:
        fail(str(error), 1)
    if as_json:
        typer.echo(now.model_dump_json(indent=2))
    else:
        Console(highlight=False).print(status_page(now, ZoneInfo(settings.kiosk.timezone)))


def _watch(settings: Settings) -> None:
    """Show it anew every second. A daemon that stops, or is not there yet, is waited for."""
    from kiosk.app.control import ask_status  # noqa: PLC0415 - likewise

    zone = ZoneInfo(settings.kiosk.timezone)
    page: object = Text("asking the daemon")
    try:
        with Live(console=Console(highlight=False), auto_refresh=False) as live:
            while True:
                try:
                    page = status_page(ask_status(settings.kiosk.state_dir), zone)
                except ConnectionError as error:
                    page = Text(str(error), "bold red")
                live.update(Group(page, Text("Ctrl-C ends it", "dim")), refresh=True)
                time.sleep(EVERY)
    except KeyboardInterrupt:
        return
