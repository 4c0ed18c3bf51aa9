"""Where in a TOML file each key stands, for whoever has to mend it. tomllib does not say."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Key: TypeAlias = tuple[str, ...]  # ("hardware", "release", "pin")


def lines_of(text: str) -> dict[Key, int]:
    """The line, from 1, of each section and key of a text that is TOML."""
    found: dict[Key, int] = {}
    section: Key = ()
    for line, statement in _statements(text):
        keys = tuple(_keys(tomllib.loads(statement)))
        if statement.lstrip().startswith("["):
            section = max(keys, key=len)
        else:
            keys = tuple(section + key for key in keys)
        for key in keys:
            found.setdefault(key, line)
    return found


def line_of(lines: Mapping[Key, int], key: Key) -> int | None:
    """The line of a key, or of the innermost section that it would stand in."""
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each header, and each key with its value, which may go over several lines."""
    pending, first = "", 1
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        first = first if pending else number
        pending += line
        try:
            if tomllib.loads(pending):  # else: a comment
                yield first, pending
        except tomllib.TOMLDecodeError:
            continue  # in the middle of a list, or of a text
        pending = ""


def _keys(values: Mapping[str, Any]) -> Iterator[Key]:
    for name, value in values.items():
        yield (name,)
        if isinstance(value, dict):
            yield from ((name, *rest) for rest in _keys(value))
