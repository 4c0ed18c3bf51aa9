"""What is wrong with a configuration, as a person would say it: the key, its value, what is expected, what was meant.

pydantic finds the mistakes; its words are those of a programmer.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel

ADDRESS = re.compile(r"\b([a-z][a-z0-9+.-]*):/{1,2}(?:[^\s'\"]*@)?([^/?#\s'\"@]*)[^\s'\"]*", re.IGNORECASE)
EXPECTED = {  # pydantic's kinds of mistakes, with its limits
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


def line(error: Any, model: type[BaseModel]) -> str:  # noqa: ANN401 - pydantic's ErrorDetails, not exported for use
    """One mistake in one line that begins with its key."""
    key, value = ".".join(str(part) for part in error["loc"]), shortened(repr(error["input"]))
    match error["type"]:
        case "missing":
            return f"{key}: missing; it has to be set"
        case "extra_forbidden":  # without its value: it may be a secret at a wrong place
            return f"{key}: no such setting{meant(str(error['loc'][-1]), _siblings(error['loc'], model))}"
        case "model_type":
            return f"{key} = {value}: expected a section, [{key}]"
        case "value_error" if isinstance(error["input"], dict):  # a section whose values do not fit each other
            return f"{key}.{_said(error)}"
        case "literal_error" | "enum":
            known = re.findall(r"'([^']*)'", error["ctx"]["expected"])
            return f"{key} = {value}: {_said(error)}{meant(str(error['input']), known)}"
        case _:
            return f"{key} = {value}: {_said(error)}"


def meant(said: str, known: Iterable[str]) -> str:
    """`; did you mean pin?`, where one of what is known is close."""
    from difflib import get_close_matches  # noqa: PLC0415 - only mistakes need it

    near = get_close_matches(said, list(known), 1)
    return f"; did you mean {near[0]}?" if near else ""


def shortened(text: str) -> str:
    """A text whose addresses say no more than the scheme and the host: the rest may be a secret."""
    return ADDRESS.sub(lambda found: f"{found[1]}://{found[2]}", text)


def _said(error: Any) -> str:  # noqa: ANN401 - likewise
    if error["type"] in EXPECTED:
        limits: Mapping[str, Any] = error.get("ctx", {})
        return f"expected {EXPECTED[error['type']].format(**limits)}"
    return str(error["msg"]).removeprefix("Value error, ").replace("Input should be", "expected")


def _siblings(loc: Iterable[int | str], model: type[BaseModel]) -> Iterator[str]:
    """What may stand where something unknown does."""
    *sections, _ = loc
    for section in sections:
        field = model.model_fields.get(str(section))
        found = [kind for kind in (field.annotation, *get_args(field.annotation)) if _is_section(kind)] if field else []
        if not found:
            return
        model = found[0]
    yield from model.model_fields


def _is_section(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
