"""Reading the configuration: one TOML file, under the environment's values. It is shown again as TOML.

Each mistake is one line that names the file, the key, the value and what is expected.
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError as UnreadableVariable

from kiosk.settings.model import Settings

DEFAULT = Path("/etc/kiosk/kiosk.toml")
NOT_OURS = frozenset({"KIOSK_CONFIG", "KIOSK_BENCH", "KIOSK_HYPOTHESIS_EXAMPLES"})  # no settings, though named so
_PASSWORD = re.compile(r"//[^/]*@")  # in an address


class SettingsError(Exception):
    """The configuration can't be used; one line for each mistake."""


def settings_file(path: Path | None) -> Path:
    """The file: `path`, else $KIOSK_CONFIG, else /etc/kiosk/kiosk.toml."""
    return path or Path(os.environ.get("KIOSK_CONFIG", DEFAULT))


def load(path: Path | None) -> Settings:
    """Read the file. Raises SettingsError."""
    file = settings_file(path)
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{file}: not found; name the file with --config or $KIOSK_CONFIG") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: is not TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"{file}: can't be read: {why}") from None
    _refuse_unknown_variables(os.environ)
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError("\n".join(f"{file}: {_line(one)}" for one in error.errors())) from None
    except UnreadableVariable:  # pydantic reads lists from the environment as JSON
        raise SettingsError('environment: KIOSK_PAYMENT__PRODUCTS: expected JSON such as ["ORDER_CODE"]') from None


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    sections = tuple(f"KIOSK_{name.upper()}__" for name in Settings.model_fields)
    for name in environment:
        if name.startswith("KIOSK_") and name not in NOT_OURS and not name.upper().startswith(sections):
            raise SettingsError(f"environment: {name}: no such setting; expected KIOSK_SECTION__KEY")


def _line(error: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails, which it does not export for use
    key, value = ".".join(str(part) for part in error["loc"]), _PASSWORD.sub("//...@", repr(error["input"]))
    match error["type"]:
        case "missing":
            return f"{key}: missing; it has to be set"
        case "extra_forbidden":  # without its value: it may be a secret at a wrong place
            return f"{key}: no such setting"
        case "model_type":
            return f"{key} = {value}: expected a section, [{key}]"
        case "value_error" if isinstance(error["input"], dict):  # a section whose values do not fit each other
            return f"{key}.{error['msg'].removeprefix('Value error, ')}"
        case _:
            return f"{key} = {value}: {_expected(error['type'], error['msg'], error.get('ctx', {}))}"


EXPECTED = {  # pydantic's kinds of mistakes, with its limits, as a person would say it
    "string_type": "text in quotes",
    "path_type": "text in quotes",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "tuple_type": "a list, in brackets",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "greater_than_equal": "{ge:g} or more",
    "less_than_equal": "{le:g} or less",
    "string_too_short": "something, not nothing",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "text that matches {pattern}",
}


def _expected(kind: str, message: str, limits: Mapping[str, Any]) -> str:
    if kind in EXPECTED:
        return f"expected {EXPECTED[kind].format(**limits)}"
    return message.removeprefix("Value error, ").replace("Input should be", "expected")


def shown(settings: Settings) -> str:
    """The configuration as understood, as TOML. It holds no secrets."""
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
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
