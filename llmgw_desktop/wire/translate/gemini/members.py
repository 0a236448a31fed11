"""Members of a caller's JSON, checked once: each error names the place.

Google reads both spellings of a name, camelCase and snake_case; here all become camelCase. Only the
protocol's own objects are touched, never a caller's arguments or schemas.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.translate.losses import Feature, LossReport

Fields = Mapping[str, Any]

_LARGEST = 1 << 53
_WHOLE = re.compile(r"-?[0-9]{1,15}")


def object_of(value: object, path: str) -> Fields:
    """An object with its members' names in camelCase."""
    if type(value) is not dict:
        raise MalformedRequest("must be an object", path=path)
    if not any("_" in name for name in value):
        return value
    return {camel(name): member for name, member in value.items()}


def camel(name: str) -> str:
    if "_" not in name:
        return name
    first, *others = name.split("_")
    return first + "".join(other[:1].upper() + other[1:] for other in others)


def child(fields: Fields, name: str, path: str) -> Fields | None:
    """A member that is an object; None when it is missing or null."""
    value = fields.get(name)
    return None if value is None else object_of(value, f"{path}{name}")


def items(fields: Fields, name: str, path: str) -> Iterator[tuple[Any, str]]:
    """The elements of a list with their paths; nothing when it is missing or null."""
    value = fields.get(name)
    if value is None:
        return
    if type(value) is not list:
        raise MalformedRequest("must be a list", path=f"{path}{name}")
    for number, element in enumerate(value):
        yield element, f"{path}{name}[{number}]"


def text(fields: Fields, name: str, path: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise MalformedRequest("must be a string", path=f"{path}{name}")
    return value


def needed_text(fields: Fields, name: str, path: str) -> str:
    value = text(fields, name, path)
    if not value:
        raise MalformedRequest("is required, as a string", path=f"{path}{name}")
    return value


def texts(fields: Fields, name: str, path: str) -> tuple[str, ...]:
    found = []
    for element, place in items(fields, name, path):
        if not isinstance(element, str):
            raise MalformedRequest("must be a string", path=place)
        found.append(element)
    return tuple(found)


def flag(fields: Fields, name: str, path: str) -> bool | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise MalformedRequest("must be true or false", path=f"{path}{name}")
    return value


def number(fields: Fields, name: str, path: str) -> float | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MalformedRequest("must be a number", path=f"{path}{name}")
    return value


def whole(fields: Fields, name: str, path: str) -> int | None:
    """A whole number; Google takes 64.0 as well, and numbers in strings."""
    value = fields.get(name)
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    told = number(fields, name, path)
    if told is None:
        return None
    if told != int(told) or abs(told) > _LARGEST:
        raise MalformedRequest("must be a whole number", path=f"{path}{name}")
    return int(told)


def report_others(fields: Fields, known: frozenset[str], losses: LossReport, path: str) -> None:
    """Members that have no place in what we read; empty ones say nothing."""
    for name, value in fields.items():
        if name not in known and value not in (None, "", [], {}, False):
            losses.lost(Feature.FIELD, f"{path}{name}")
