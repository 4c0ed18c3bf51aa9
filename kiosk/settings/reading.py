"""Reading the configuration: one TOML file, under the environment's values. It is shown again as TOML.

Each mistake is one line that names the file, the key, the value and what is expected.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kiosk.settings import mistakes
from kiosk.settings.environment import override
from kiosk.settings.model import Settings
from kiosk.settings.places import Key, line_of, lines_of

DEFAULT = Path("/etc/kiosk/kiosk.toml")
NEEDED = {  # what takes the place of a value that can't be left out, so that the others can be looked at
    "kiosk": {"id": "kiosk"},
    "gateway": {"base_url": "https://gateway.invalid", "client_id": "M", "sign_id": "K"},
    "payment": {"description": "-"},
}
WANTED_BY = {"entry_code": "products"}
ALL_THERE_IS = ("url", "listen")  # the keys of sections that have no other
_KEY = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


class SettingsError(Exception):
    """The configuration can't be used; one line for each mistake.

    `rest`: what it is without them, in which more may be found; the mistakes are in `sections`.
    """

    def __init__(self, lines: str, rest: Settings | None = None, sections: frozenset[str] = frozenset()) -> None:
        super().__init__(lines)
        self.rest = rest
        self.sections = sections


def settings_file(path: Path | None) -> Path:
    """The file: `path`, else $KIOSK_CONFIG, else /etc/kiosk/kiosk.toml."""
    return path or Path(os.environ.get("KIOSK_CONFIG", DEFAULT))


def load(path: Path | None) -> Settings:
    """Read the file. Raises SettingsError."""
    file = settings_file(path)
    values = _values(file)
    try:
        override(values, os.environ, Settings)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    try:
        return Settings(**values)
    except ValidationError as error:
        wrong = error.errors()
        lines = placed(path, (mistakes.line(one, Settings) for one in wrong))
        sections = frozenset(str(one["loc"][0]) for one in wrong if one["loc"])
        raise SettingsError("\n".join(lines), _rest(values, [one["loc"] for one in wrong]), sections) from None


def placed(path: Path | None, lines: Iterable[str]) -> tuple[str, ...]:
    """Mistakes that begin with their keys, each after its place: `kiosk.toml:12: payment.currency = ...`."""
    file = settings_file(path)
    found = lines_of(file.read_text(encoding="utf-8"))
    return tuple(f"{_place(file, found, _KEY.match(one))}: {one}" for one in lines)


def _place(file: Path, found: Mapping[Key, int], key: re.Match[str] | None) -> str:
    parts = tuple(key[0].split(".")) if key else ()
    variable = f"KIOSK_{'__'.join(parts).upper()}"
    if any(variable == name.upper() for name in os.environ):
        return f"environment: {variable}"
    number = line_of(found, parts)
    return f"{file}:{number}" if number else f"{file}"


def _values(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{file}: not found; name the file with --config or $KIOSK_CONFIG") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: is not TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"{file}: can't be read: {why}") from None


def _rest(values: dict[str, Any], wrong: Iterable[Iterable[int | str]]) -> Settings | None:
    """The configuration without its mistakes; None where what is left is none."""
    for loc in wrong:
        if key := [part for part in loc if isinstance(part, str)]:
            _leave_out(values, key)
    for section, needed in NEEDED.items():
        values[section] = {**needed, **values.get(section, {})}
    try:
        return Settings(**values)
    except (ValidationError, TypeError):  # as where a value is right, and was wanted by one that is not
        return None


def _leave_out(values: dict[str, Any], key: list[str]) -> None:
    """A key, or the section that is nothing without it."""
    *sections, name = key[:-1] if key[-1] in ALL_THERE_IS else key
    for section in sections:
        values = values.get(section, {})
    if isinstance(values, dict):
        values.pop(name, None)
        values.pop(WANTED_BY.get(name, ""), None)


def shown(settings: Settings) -> str:
    """The configuration as understood, as TOML. It holds no secrets: of an address the scheme and host."""
    return "\n".join(_toml(settings.model_dump(mode="json", exclude_none=True), ()))


def _toml(section: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    lines = [f"[{'.'.join(path)}]"] if path else []
    lines += [f"{key} = {_value(value)}" for key, value in section.items() if not isinstance(value, dict)]
    for key, value in section.items():
        if isinstance(value, dict):
            lines += ["", *_toml(value, (*path, key))]
    return lines


def _value(value: object) -> str:
    """A value of TOML, which JSON's strings, numbers and lists are, but for one character."""
    shortened = mistakes.shortened(value) if isinstance(value, str) else value
    return json.dumps(shortened, ensure_ascii=False).replace("\x7f", "\\u007f")
