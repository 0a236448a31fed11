"""Members of a caller's JSON, with the type that they must have or MalformedRequest.

Null counts as not given, as it does at the vendor's. Paths are of the kind `messages[2].content`.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest

_MOST = 1 << 53


def joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def string_at(parent: Mapping[str, Any], name: str, path: str) -> str | None:
    found = parent.get(name)
    if found is None or type(found) is str:
        return found
    raise MalformedRequest("must be a string", path=joined(path, name))


def needed_string(parent: Mapping[str, Any], name: str, path: str) -> str:
    """Not an empty one."""
    found = parent.get(name)
    if type(found) is str and found:
        return found
    raise MalformedRequest("is required, as a string", path=joined(path, name))


def object_at(parent: Mapping[str, Any], name: str, path: str) -> dict[str, Any] | None:
    found = parent.get(name)
    if found is None or type(found) is dict:
        return found
    raise MalformedRequest("must be an object", path=joined(path, name))


def needed_object(parent: Mapping[str, Any], name: str, path: str) -> dict[str, Any]:
    found = object_at(parent, name, path)
    if found is None:
        raise MalformedRequest("is required, as an object", path=joined(path, name))
    return found


def objects_at(parent: Mapping[str, Any], name: str, path: str) -> list[dict[str, Any]]:
    """A list of objects; empty when it is not given."""
    found = parent.get(name)
    if found is None:
        return []
    if type(found) is not list:
        raise MalformedRequest("must be a list", path=joined(path, name))
    for number, each in enumerate(found):
        if type(each) is not dict:
            raise MalformedRequest("must be an object", path=f"{joined(path, name)}[{number}]")
    return found


def flag_at(parent: Mapping[str, Any], name: str, path: str) -> bool | None:
    found = parent.get(name)
    if found is None or type(found) is bool:
        return found
    raise MalformedRequest("must be true or false", path=joined(path, name))


def number_at(parent: Mapping[str, Any], name: str, path: str) -> float | None:
    found = parent.get(name)
    if found is None or type(found) is float or type(found) is int:
        return found
    raise MalformedRequest("must be a number", path=joined(path, name))


def count_at(parent: Mapping[str, Any], name: str, path: str, *, least: int = -_MOST) -> int | None:
    found = parent.get(name)
    if type(found) is float and found.is_integer():
        found = int(found)
    if found is None:
        return None
    if type(found) is not int or abs(found) > _MOST:
        raise MalformedRequest("must be a whole number", path=joined(path, name))
    if found < least:
        raise MalformedRequest(f"must be at least {least}", path=joined(path, name))
    return found


def one_of(parent: Mapping[str, Any], name: str, path: str, words: Mapping[str, Any]) -> Any | None:
    """What the word stands for."""
    found = string_at(parent, name, path)
    if found is None:
        return None
    if found not in words:
        raise MalformedRequest(f"must be one of {', '.join(words)}", path=joined(path, name))
    return words[found]
