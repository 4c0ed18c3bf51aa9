"""kiosk(1), written from the command line itself: `python -m kiosk.cli.manpage [--check] FILE`.

The page is part of the wheel, which is built without the libraries that the command line takes, so it is kept beside
this and `make lint` sees that it is what the commands say.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from kiosk.cli import commands  # noqa: F401 - which adds every command
from kiosk.cli.program import app

ABOUT = """\
Takes payments at an unattended kiosk on a Raspberry Pi, and looks after what was paid.
Commands that read look into the journal beside the running daemon; those that move money ask the daemon."""
FILES = (
    ("/etc/kiosk/kiosk.toml", "the configuration, unless --config or $KIOSK_CONFIG name another file"),
    ("/etc/kiosk/credentials/", "the secrets, one file each, or sealed to the machine by systemd-creds(1)"),
    ("/var/lib/kiosk/", "the journal and its copy"),
)
EXITS = (
    ("0", "done"),
    ("1", "it was tried and failed"),
    ("2", "wrong usage or configuration"),
    ("3", "asked for, and not yet known"),
)


def page() -> str:
    """The page, in roff."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield '.TH KIOSK 1 "" "kiosk" "User Commands"'
    yield from (".SH NAME", "kiosk \\- an unattended payment kiosk", ".SH SYNOPSIS")
    yield from (".B kiosk", "[\\-\\-config FILE] COMMAND ...", ".SH DESCRIPTION", _safe(ABOUT), ".SH COMMANDS")
    yield from _commands(get_command(app), "kiosk")
    yield ".SH FILES"
    for name, what in FILES:
        yield from (".TP", f".I {_safe(name)}", _safe(what))
    yield ".SH EXIT STATUS"
    for code, what in EXITS:
        yield from (".TP", f".B {code}", what)
    yield from (".SH SEE ALSO", "systemctl(1), journalctl(1), systemd-creds(1)")


def _commands(command: object, path: str) -> Iterator[str]:
    if isinstance(command, TyperCommand) or (isinstance(command, TyperGroup) and command.invoke_without_command):
        yield from _one(command, path)
    if isinstance(command, TyperGroup):
        for name, other in command.commands.items():
            yield from _commands(other, f"{path} {name}")


def _one(command: TyperCommand | TyperGroup, path: str) -> Iterator[str]:
    arguments = [one for one in command.params if isinstance(one, TyperArgument)]
    words = [f"{one.name}" if one.required else f"[{one.name}]" for one in arguments]
    yield f".SS {_safe(' '.join((path, *words)))}"
    yield _safe(" ".join((command.help or "").split()))
    for one in command.params:
        if isinstance(one, TyperOption) and "--help" not in one.opts:
            takes = "" if one.is_flag else f" {one.name.upper()}"
            yield from (".TP", f".B {_safe(', '.join(one.opts) + takes)}", _safe(one.help or "see above"))


def _safe(text: str) -> str:
    """Without what roff takes for its own."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\n".join(f"\\&{line}" if line.startswith(".") else line for line in escaped.splitlines())


def main() -> None:
    """Write the page, or see that it is as it would be written."""
    *options, file = sys.argv[1:]
    if "--check" not in options:
        Path(file).write_text(page(), encoding="utf-8")
    elif Path(file).read_text(encoding="utf-8") != page():
        sys.exit(f"{file} is not what the commands say; make it anew: python -m kiosk.cli.manpage {file}")


if __name__ == "__main__":
    main()
