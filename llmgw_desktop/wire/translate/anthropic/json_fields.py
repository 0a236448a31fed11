"""Members of a caller's JSON, by type, with the path in the complaint when the type is another.

A member that is null counts as absent, as vendors take it. Which members there are is known to
those who read requests.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest

Json = Mapping[str, Any]

_LARGEST = 1 << 53


def as_object(value: object, path: str) -> dict[str, Any]:
    if type(value) is not dict:
        raise MalformedRequest("must be an object", path=path)
    return value


def as_list(value: object, path: str) -> list[Any]:
    if type(value) is not list:
        raise MalformedRequest("must be a list", path=path)
    return value


def as_text(value: object, path: str) -> str:
    if type(value) is not str:
        raise MalformedRequest("must be a string", path=path)
    return value


def text_in(parent: Json, name: str, path: str) -> str:
    return as_text(parent.get(name), f"{path}.{name}")


def maybe_text(parent: Json, name: str, path: str = "") -> str | None:
    value = parent.get(name)
    return None if value is None else as_text(value, _joined(path, name))


def maybe_object(parent: Json, name: str, path: str = "") -> dict[str, Any] | None:
    value = parent.get(name)
    return None if value is None else as_object(value, _joined(path, name))


def maybe_list(parent: Json, name: str, path: str = "") -> list[Any] | None:
    value = parent.get(name)
    return None if value is None else as_list(value, _joined(path, name))


def maybe_flag(parent: Json, name: str, path: str = "") -> bool | None:
    value = parent.get(name)
    if value is None or type(value) is bool:
        return value
    raise MalformedRequest("must be true or false", path=_joined(path, name))


def maybe_count(parent: Json, name: str, path: str = "") -> int | None:
    value = parent.get(name)
    if value is None or type(value) is int:
        return value
    if type(value) is float and value.is_integer() and abs(value) <= _LARGEST:
        return int(value)
    raise MalformedRequest("must be a whole number", path=_joined(path, name))


def maybe_number(parent: Json, name: str, path: str = "") -> float | None:
    value = parent.get(name)
    if value is None or type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    raise MalformedRequest("must be a number", path=_joined(path, name))


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
