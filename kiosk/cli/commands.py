"""The command line: one command for each thing a person wants, one clear line when it can't be done."""

import sys

# In the order in which --help names them.
# isort: off
from kiosk.cli import running, technician  # noqa: F401 - each adds its commands
from kiosk.cli import orders, operator  # noqa: F401 - likewise
from kiosk.cli import configuration  # noqa: F401 - likewise

# isort: on
from kiosk.cli.console import complain
from kiosk.cli.program import app, config_first
from kiosk.journal import JournalError


def main() -> None:
    """Run the command line."""
    try:
        app(config_first(sys.argv[1:]))
    except JournalError as error:  # found while reading: damaged, or gone
        complain(str(error))
        sys.exit(1)
