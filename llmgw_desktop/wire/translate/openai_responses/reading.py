"""Members of a caller's request, checked once where they are read: MalformedRequest with the path.

What the members mean is the business of the other files.
"""

from collections.abc import Mapping, Set
from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.translate.losses import Feature, LossReport

_LARGEST = 1 << 53
"""From here on not every whole number has a place among those with a point."""


def as_object(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedRequest("must be an object", path=path)
    return value


def as_list(value: object, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise MalformedRequest("must be an array", path=path)
    return value


def maybe_list(parent: Mapping[str, Any], name: str, path: str = "") -> list[Any]:
    """Empty where there is none."""
    value = parent.get(name)
    return [] if value is None else as_list(value, _joined(path, name))


def as_string(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise MalformedRequest("must be a string", path=path)
    return value


def string_in(parent: Mapping[str, Any], name: str, path: str) -> str:
    value = parent.get(name)
    # a path is written only where it is needed: a long conversation has thousands of members
    return value if isinstance(value, str) else as_string(value, f"{path}.{name}")


def name_in(parent: Mapping[str, Any], name: str, path: str) -> str:
    """A string that is not empty."""
    word = string_in(parent, name, path)
    if not word:
        raise MalformedRequest("must not be empty", path=f"{path}.{name}")
    return word


def maybe_string(parent: Mapping[str, Any], name: str, path: str = "") -> str | None:
    value = parent.get(name)
    return None if value is None else as_string(value, _joined(path, name))


def maybe_number(parent: Mapping[str, Any], name: str) -> float | None:
    value = parent.get(name)
    if value is None or type(value) in (int, float):
        return value
    raise MalformedRequest("must be a number", path=name)


def maybe_whole(parent: Mapping[str, Any], name: str) -> int | None:
    """64.0 is one, as with the other protocols."""
    value = parent.get(name)
    if value is None or type(value) is int:
        return value
    if type(value) is float and value.is_integer() and abs(value) <= _LARGEST:
        return int(value)
    raise MalformedRequest("must be a whole number", path=name)


def maybe_bool(parent: Mapping[str, Any], name: str, path: str = "") -> bool | None:
    value = parent.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise MalformedRequest("must be true or false", path=_joined(path, name))


def maybe_object(parent: Mapping[str, Any], name: str, path: str = "") -> dict[str, Any] | None:
    value = parent.get(name)
    return None if value is None else as_object(value, _joined(path, name))


def tell_unknown(
    parent: Mapping[str, Any], known: Set[str], report: LossReport, prefix: str = ""
) -> None:
    """Members of which nothing is known are lost by their names; null says nothing."""
    if parent.keys() <= known:
        return
    for name in sorted(parent.keys() - known):
        if parent[name] is not None:
            report.lost(Feature.FIELD, f"{prefix}{name}")


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
