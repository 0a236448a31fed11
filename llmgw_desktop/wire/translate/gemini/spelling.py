"""What Google spells in two ways, and how it is read: names in camelCase or snake_case, whole
numbers as strings too, schemas in its own OpenAPI form or in JSON's.

Only the protocol's own objects are touched, never a caller's arguments.
"""

import re
from collections.abc import Set
from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.members import (
    LEAST,
    Fields,
    as_object,
    joined,
    lose_others,
    maybe_whole,
)

_DEEPEST = 128
_COUNT = re.compile(r"[0-9]{1,15}")
_TYPES = frozenset({"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"})
_COUNTS = frozenset(
    {"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"}
)
_ONE = frozenset({"items", "additionalProperties"})
_MANY = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_NAMED = frozenset({"properties", "$defs", "defs", "definitions"})


def from_openapi(schema: object, path: str, depth: int = 0) -> dict[str, Any]:
    """Of `parameters` and `responseSchema`."""
    if type(schema) is not dict:
        raise MalformedRequest("must be an object", path=path)
    _check_depth(depth, path)
    found: dict[str, Any] = {}
    is_nullable = False
    for given, value in schema.items():
        name = camel(given)
        if name == "nullable":
            is_nullable = value is True
        elif name == "type":
            found["type"] = _type(value)
        elif name in _COUNTS:
            is_told = isinstance(value, str) and _COUNT.fullmatch(value)
            found[name] = int(value) if is_told else value
        elif name == "example":
            found["examples"] = [value]
        elif name in _MANY and type(value) is list:
            found[name] = [from_openapi(each, f"{path}.{name}", depth + 1) for each in value]
        elif name in _ONE and type(value) is dict:
            found[name] = from_openapi(value, f"{path}.{name}", depth + 1)
        elif name in _NAMED and type(value) is dict:
            found[_key(name)] = {
                key: from_openapi(each, f"{path}.{name}.{key}", depth + 1)
                for key, each in value.items()
            }
        else:
            found[_key(name)] = value
    return _nullable(found) if is_nullable else found


def from_json_schema(schema: object, path: str, depth: int = 0) -> Any:
    """Of `parametersJsonSchema` and `responseJsonSchema`: as it is, but for types that some
    clients spell large here too."""
    if depth == 0 and type(schema) is not dict:
        raise MalformedRequest("must be an object", path=path)
    _check_depth(depth, path)
    if type(schema) is not dict:
        return schema
    found: dict[str, Any] = {}
    for name, value in schema.items():
        if name == "type":
            found[name] = _type(value)
        elif name in _MANY and type(value) is list:
            found[name] = [from_json_schema(each, path, depth + 1) for each in value]
        elif name in _ONE:
            found[name] = from_json_schema(value, path, depth + 1)
        elif name in _NAMED and type(value) is dict:
            found[name] = {
                key: from_json_schema(each, path, depth + 1) for key, each in value.items()
            }
        else:
            found[name] = value
    return found


def _check_depth(depth: int, path: str) -> None:
    if depth > _DEEPEST:
        raise MalformedRequest("is nested deeper than any schema", path=path[:80])


def _type(value: object) -> object:
    if isinstance(value, str):
        return value.lower() if value in _TYPES else value
    if type(value) is list:
        return [_type(each) for each in value]
    return value


def _key(name: str) -> str:
    """Google's Schema has `ref` and `defs` for what JSON schema writes with a dollar."""
    return f"${name}" if name in ("ref", "defs") else name


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    kind, enum = schema.get("type"), schema.get("enum")
    if isinstance(kind, str):
        schema = schema | {"type": [kind, "null"]}
        if type(enum) is list and None not in enum:
            schema = schema | {"enum": [*enum, None]}
    elif type(schema.get("anyOf")) is list:
        schema = schema | {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    return schema


def whole(fields: Fields, name: str, path: str = "", *, least: int = LEAST) -> int | None:
    if fields.get(name) is None:
        return None
    return maybe_whole(fields, name, path, least=least, in_words=True)


def lose_rest(fields: Fields, known: Set[str], losses: LossReport, place: str = "") -> None:
    if not fields.keys() <= known:
        lose_others(fields, known, losses, place, empty_says=False)


def object_of(value: object, path: str = "") -> Fields:
    """An object with its members' names in camelCase."""
    given = as_object(value, path)
    if not any("_" in name for name in given):
        return given
    return {camel(name): member for name, member in given.items()}


def child(fields: Fields, name: str, path: str = "") -> Fields | None:
    """A member that is an object; None when it is missing or null."""
    value = fields.get(name)
    return None if value is None else object_of(value, joined(path, name))


def camel(name: str) -> str:
    if "_" not in name:
        return name
    first, *others = name.split("_")
    return first + "".join(other[:1].upper() + other[1:] for other in others)
