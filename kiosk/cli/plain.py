"""Words to a person without tables or colours: on the terminal as they are, and a complaint on stderr."""

import sys

from kiosk.app.printable import printable

INTERRUPTED = 130  # what a shell has for a program that Ctrl-C ended


def write(text: str) -> None:
    """Print as it is, for programs to read, or to be read again as a file."""
    print(printable(text))  # noqa: T201 - a program's word to its user


def complain(lines: str) -> None:
    """Print on stderr."""
    print(printable(lines), file=sys.stderr)  # noqa: T201 - likewise
