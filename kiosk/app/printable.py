"""Text that others wrote, made fit for a terminal: nothing in it moves the cursor, colours, or turns a line round."""

import re

_UNFIT = re.compile(  # controls, and marks that turn the direction of writing or end a line; not \t and \n
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def printable(text: str) -> str:
    r"""The text with each such character as `\u001b`, which JSON and TOML read as what it was."""
    return _UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def as_wide(text: str) -> str:
    """The text with each such character as one that takes a place, where tables count them."""
    return _UNFIT.sub("\ufffd", text)


def one_line(text: str) -> str:
    """The same, with no line ended in it either: no stranger writes a line of a log."""
    return printable(text).replace("\n", "\\n")
