"""The technician's commands: how the kiosk is, and what is wrong with it."""

import asyncio
import logging
import time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from kiosk.cli.console import PlainConsole
from kiosk.cli.findingspage import Progress, list_page, report_page, summary
from kiosk.cli.plain import write
from kiosk.cli.program import Json, app, ask, chosen_file, configured, console, fail, load_again, say
from kiosk.cli.statuspage import status_page
from kiosk.settings import Settings, SettingsError

EVERY = 1.0  # seconds between two looks of --watch


@app.command()
def status(
    *,
    as_json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on showing it, until Ctrl-C.")] = False,
    decode: Annotated[
        str | None, typer.Option(help="Read the text of the code that a kiosk's service menu shows.")
    ] = None,
) -> None:
    """Show on one screen how the running daemon is: in service, or everything that keeps it out."""
    if decode is not None:
        _decode(decode)
        return
    from kiosk.app.attending import ask_status  # noqa: PLC0415 - its HTTP client is not for `kiosk orders`

    settings = configured()
    if watch and not as_json:
        _watch(settings)
        return
    try:
        now = ask_status(settings.kiosk.state_dir)
    except ConnectionError as error:
        fail(str(error), 1)
    if as_json:
        write(now.model_dump_json(indent=2))
    else:
        PlainConsole(highlight=False).print(status_page(now, ZoneInfo(settings.kiosk.timezone)))


@app.command()
def diagnose(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[CHECK]...", help="A group, or a check by name.")
    ] = None,
    *,
    as_list: Annotated[bool, typer.Option("--list", help="Say what there is to check.")] = False,
    as_json: Json = False,
    interactive: Annotated[
        bool, typer.Option("--interactive", help="With you: keys, lamps, tunes, display, camera; leaves a protocol.")
    ] = False,
    operate: Annotated[bool, typer.Option("--operate", help="With --interactive: drive the release, too.")] = False,
    out: Annotated[Path, typer.Option(help="Where --interactive leaves its protocol.")] = Path(),
) -> None:
    """Find out what is wrong: finding, likely cause and next step of each check. Exits 1 when something is broken."""
    from kiosk.app import diagnose as parts  # noqa: PLC0415 - the hardware is not for `kiosk orders`
    from kiosk.diagnostics.findings import chosen, in_order  # noqa: PLC0415 - likewise

    logging.disable()  # the findings say it
    if interactive:
        from kiosk.cli.walkthrough import walk_through  # noqa: PLC0415 - likewise

        if not walk_through(configured(), chosen_file(), operate=operate, out=out):
            raise typer.Exit(1)
        return
    file, kiosk_id = chosen_file(), None
    try:
        settings = load_again()
        every, kiosk_id = parts.checks_of(settings, file), settings.kiosk.id
    except SettingsError as error:
        every = parts.checks_without(file, error)
    try:
        wanted = chosen(every, tuple(names or ()))
    except ValueError as error:
        fail(str(error), 2)
    terminal = console()
    if as_list:
        terminal.print(list_page(in_order(wanted)))
        return
    progress = Progress(PlainConsole(stderr=True), len(wanted))
    progress.start()
    try:
        report = asyncio.run(parts.diagnosis(wanted, kiosk_id, progress.heard))
    finally:
        progress.stop()
    if as_json:
        write(report.model_dump_json(indent=2))
    else:
        terminal.print(report_page(report), summary(report))
    if not report.ok:
        raise typer.Exit(1)


@app.command()
def drain(
    reason: Annotated[str, typer.Option(help="Why; it is kept, and told to the operator.")] = "",
    *,
    as_json: Json = False,
) -> None:
    """Take the kiosk out of use, also across restarts. A sale in hand goes on to its end."""
    ask("/drain", as_json=as_json, **({"reason": reason} if reason else {}))


@app.command()
def undrain(*, as_json: Json = False) -> None:
    """Put the kiosk back into use."""
    ask("/undrain", as_json=as_json)


@app.command()
def pin(
    *,
    unlock: Annotated[bool, typer.Option("--unlock", help="After ten wrong ones: let them try again.")] = False,
) -> None:
    """Make the credential service-pin: asks for a PIN, and prints what belongs into the file. It is shown nowhere."""
    from kiosk.diagnostics.pin import PinError, hashed  # noqa: PLC0415 - likewise

    if unlock:
        ask("/service/unlock")
        return
    typed = typer.prompt("PIN, 4 to 12 digits", hide_input=True, confirmation_prompt=True, err=True)
    try:
        write(hashed(typed))
    except PinError as error:
        fail(str(error), 2)


def _decode(text: str) -> None:
    """Say what a text says, and whether the kiosk of this configuration has signed it."""
    from kiosk.diagnostics.compact import decoded  # noqa: PLC0415 - likewise
    from kiosk.settings.credentials import read_one  # noqa: PLC0415 - likewise

    try:
        secret = str(read_one(load_again().kiosk.credentials_dir / "webhook-secret"))
    except SettingsError:
        secret = ""
    try:
        read = decoded(text, secret)
    except ValueError as error:
        fail(str(error), 2)
    say(*read.lines, sep="\n")
    match read.genuine:
        case True:
            say("the signature is right")
        case None:
            say("the signature was not looked at: that takes the kiosk's configuration and its webhook-secret")
        case False:
            fail("that is not this kiosk's signature", 1)


def _watch(settings: Settings) -> None:
    """Show it anew every second. A daemon that stops, or is not there yet, is waited for."""
    from kiosk.app.attending import ask_status  # noqa: PLC0415 - likewise

    zone = ZoneInfo(settings.kiosk.timezone)
    page: object = Text("asking the daemon")
    try:
        with Live(console=PlainConsole(highlight=False), auto_refresh=False) as live:
            while True:
                try:
                    page = status_page(ask_status(settings.kiosk.state_dir), zone)
                except ConnectionError as error:
                    page = Text(str(error), "bold red")
                live.update(Group(page, Text("Ctrl-C ends it", "dim")), refresh=True)
                time.sleep(EVERY)
    except KeyboardInterrupt:
        return
