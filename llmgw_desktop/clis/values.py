"""The few kinds of values that fields of a request have, as JSON schemas.

A table's schemas are shown to clients and decide here: there is no second truth about a field.
"""

from collections.abc import Callable, Mapping
from typing import Any

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
ON: Schema = {"type": "boolean"}
TEXTS: Schema = {"type": "array", "items": TEXT}
JSON_OBJECT: Schema = {"anyOf": [TEXT, {"type": "object"}]}


def one_of(*names: str) -> Schema:
    return {"type": "string", "enum": list(names)}


def whole_number(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def number(least: float, most: float) -> Schema:
    return {"type": "number", "minimum": least, "maximum": most}


def fits(value: object, schema: Schema) -> bool:
    """Whether a value is what the schema says; knows what the tables use."""
    if "anyOf" in schema:
        return any(fits(value, each) for each in schema["anyOf"])
    return _FITS[schema["type"]](value, schema)


def said(schema: Schema) -> str:
    """What is accepted, for a person."""
    if "anyOf" in schema:
        return " or ".join(said(each) for each in schema["anyOf"])
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    bounds = [
        f"{word} {schema[name]}"
        for name, word in (("minimum", "from"), ("maximum", "to"))
        if name in schema
    ]
    return " ".join([_SAID[schema["type"]], *bounds])


def _is_text(value: object, schema: Schema) -> bool:
    if not isinstance(value, str) or len(value) < schema.get("minLength", 0):
        return False
    return value in schema.get("enum", [value])


def _is_number(value: object, schema: Schema) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _is_whole(value: object, schema: Schema) -> bool:
    return isinstance(value, int) and _is_number(value, schema)


def _is_list(value: object, schema: Schema) -> bool:
    if not isinstance(value, list):
        return False
    return all(fits(each, schema["items"]) for each in value) if "items" in schema else True


_FITS: dict[str, Callable[[object, Schema], bool]] = {
    "string": _is_text,
    "boolean": lambda value, _: isinstance(value, bool),
    "integer": _is_whole,
    "number": _is_number,
    "array": _is_list,
    "object": lambda value, _: isinstance(value, dict),
    "null": lambda value, _: value is None,
}
_SAID = {
    "string": "a text that is not empty",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list of texts",
    "object": "a JSON object",
    "null": "null",
}
