"""Values of the environment, which go before those of the file: `KIOSK_SECTION__KEY`, in text; lists as JSON."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel

PREFIX, NESTED = "KIOSK_", "__"
NOT_OURS = frozenset({"KIOSK_CONFIG", "KIOSK_BENCH", "KIOSK_HYPOTHESIS_EXAMPLES"})  # no settings, though named so


def override(values: dict[str, Any], environment: Mapping[str, str], model: type[BaseModel]) -> None:
    """Put the environment's values in their places. Raises ValueError, in a line, for a variable that sets nothing."""
    for name, text in environment.items():
        if name.upper().startswith(PREFIX) and name not in NOT_OURS:
            *sections, key = name.removeprefix(name[: len(PREFIX)]).lower().split(NESTED)
            if not sections or sections[0] not in model.model_fields:
                raise ValueError(f"environment: {name}: no such setting; expected KIOSK_SECTION__KEY")
            table = values
            for section in sections:
                if not isinstance(table.get(section), dict):
                    table[section] = {}
                table = table[section]
            table[key] = _list(name, text) if _takes_a_list([*sections, key], model) else text


def _takes_a_list(path: list[str], model: type[BaseModel]) -> bool:
    """Whether a list is wanted there; where there is no such key, that is found later."""
    kinds: list[Any] = [model]
    for part in path:
        fields = [kind.model_fields[part] for kind in kinds if _has(kind, part)]
        kinds = [kind for field in fields for kind in _kinds(field.annotation)]
    return any(get_origin(kind) is tuple for kind in kinds)


def _has(kind: object, key: str) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel) and key in kind.model_fields


def _kinds(annotation: object) -> Iterator[object]:
    """What a value may be: itself, or each of a union."""
    yield annotation
    if get_origin(annotation) is not tuple:
        for inner in get_args(annotation):
            yield from _kinds(inner)


def _list(name: str, text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError(f'environment: {name}: expected JSON such as ["ORDER_CODE"]') from None
