"""What all commands share: the program itself, the configuration it is about, and how it speaks to its user.

Exit 0 = done, 1 = it was tried and failed, 2 = wrong usage or configuration, 3 = asked for and not yet known. Reading
commands open the journal beside the running daemon; those that move money ask the daemon, for it is the only one that
writes.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from kiosk.cli.console import PlainConsole
from kiosk.cli.plain import complain, write
from kiosk.cli.version import this_version
from kiosk.journal import JournalError, JournalReader, read
from kiosk.settings import Settings, SettingsError, load, settings_file

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A payment kiosk.",
)

Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Csv = Annotated[bool, typer.Option("--csv", help="For spreadsheets.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask first.")]


UNCUT = 1000  # characters to a line, where there is no terminal that says how many


class _Chosen:
    """The configuration file that --config names; None: $KIOSK_CONFIG, or /etc/kiosk/kiosk.toml."""

    config: Path | None = None


def fail(line: str, code: int) -> NoReturn:
    """End, with a line or more on stderr."""
    complain(line)
    raise typer.Exit(code)


def chosen_file() -> Path:
    """The configuration file that this is about."""
    return settings_file(_Chosen.config)


def load_again() -> Settings:
    """The configuration as it stands in its file now. Raises SettingsError."""
    return load(_Chosen.config)


def configured() -> Settings:
    """The configuration; one with a mistake ends the program."""
    try:
        return load_again()
    except SettingsError as error:
        fail(str(error), 2)


def open_journal(settings: Settings) -> JournalReader:
    """The journal, for reading; one that can't be read ends the program."""
    try:
        return read(settings.kiosk.state_dir)
    except JournalError as error:
        fail(str(error), 1)


def console() -> PlainConsole:
    """The terminal; where there is none, lines are as long as they have to be."""
    return PlainConsole(markup=False, highlight=False, width=None if sys.stdout.isatty() else UNCUT)


def say(*rows: object, sep: str = " ") -> None:
    """Print tables and lines."""
    if rows:
        console().print(*rows, sep=sep)


def say_json(value: object) -> None:
    """Print for programs."""
    write(json.dumps(value, ensure_ascii=False, indent=2))


def ask(path: str, *, as_json: bool = False, **params: str) -> None:
    """Let the running daemon do it, and say what came of it."""
    from kiosk.app.control import Result, Unusable  # noqa: PLC0415 - its HTTP client is not for `kiosk orders`
    from kiosk.app.control import ask as asked  # noqa: PLC0415 - likewise

    try:
        result, line = asked(configured().kiosk.state_dir, path, params)
    except ConnectionError as error:
        fail(str(error), 1)
    except Unusable as error:
        fail(str(error), 2)
    code = {Result.DONE: 0, Result.FAILED: 1, Result.UNKNOWN: 3}[result]
    if as_json:
        say_json({"result": result.value, "line": line})
        raise typer.Exit(code)
    if code:
        fail(line, code)
    say(line)


def _version(*, wanted: bool) -> None:
    if wanted:
        write(this_version())
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
