"""The command line: one command for each thing a person wants, one clear line when it can't be done."""

import sys
from collections.abc import Sequence
from typing import NoReturn

import typer
from typer.exceptions import TyperException
from typer.main import get_command

# In the order in which --help names them.
# isort: off
from kiosk.cli import running, technician  # noqa: F401 - each adds its commands
from kiosk.cli import orders, operator  # noqa: F401 - likewise
from kiosk.cli import configuration, initial  # noqa: F401 - likewise

# isort: on
from kiosk.cli.plain import INTERRUPTED, complain
from kiosk.cli.program import app
from kiosk.journal import JournalError


def command(words: Sequence[str]) -> NoReturn:
    """Run the command that these words are, and end."""
    try:
        code = get_command(app).main([*words], prog_name="kiosk", standalone_mode=False)
    except TyperException as error:
        complain(_one_line(error))
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except JournalError as error:  # found while reading: damaged, or gone
        complain(str(error))
        sys.exit(1)
    except OSError as error:  # a disk, a directory or a port that is not as it was asked for
        complain(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _one_line(error: TyperException) -> str:
    """What is wrong with the words of a command, and where to look; help, where there were no words."""
    said, context = error.format_message(), getattr(error, "ctx", None)
    if "\n" in said or context is None:
        return said
    return f"{context.command_path}: {said.rstrip('.')}; see: {context.command_path} --help"
