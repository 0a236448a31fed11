"""Makes arguments for a tool from its JSON schema: the smallest that a strict tool would take.

Only what the schema requires is filled in. Patterns and conditions between members are beyond it.
"""

from collections.abc import Mapping
from typing import Any

_MOST_VALUES = 500
_DEEPEST = 6
_MOST_ITEMS = 4
_WORD = "practice"
_FORMATS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "email": "practice@example.com",
    "uri": "https://example.com/practice",
    "url": "https://example.com/practice",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "ipv4": "127.0.0.1",
    "hostname": "example.com",
}


def arguments_for(schema: object) -> dict[str, Any]:
    """Always an object, whatever the schema is; the same one for the same schema."""
    made = _Sampler(schema if isinstance(schema, dict) else {}).value(schema, _DEEPEST)
    return made if isinstance(made, dict) else {}


class _Sampler:
    """Bounded in depth and in number of values, because schemas can refer to themselves."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._left = _MOST_VALUES

    def value(self, schema: object, depth: int) -> object:
        self._left -= 1
        if not isinstance(schema, dict) or depth <= 0 or self._left < 0:
            return _WORD
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        for listed in ("enum", "examples"):
            if isinstance(schema.get(listed), list) and schema[listed]:
                return schema[listed][0]
        if "default" in schema:
            return schema["default"]
        for either in ("anyOf", "oneOf"):
            if isinstance(schema.get(either), list) and schema[either]:
                return self.value(_first_that_says_something(schema[either]), depth - 1)
        return self._typed(schema, depth)

    def _typed(self, schema: Mapping[str, Any], depth: int) -> object:
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next((name for name in kind if name != "null"), "null")
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                count = min(_whole(schema.get("minItems")), _MOST_ITEMS)
                return [self.value(schema.get("items"), depth - 1) for _ in range(count)]
            case "integer" | "number":
                return _number(schema)
            case "boolean":
                return True
            case "null":
                return None
        return _text(schema)

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, object]:
        properties = schema.get("properties")
        required = schema.get("required")
        if not isinstance(required, list):
            return {}
        known = properties if isinstance(properties, dict) else {}
        names = [name for name in required if isinstance(name, str)][:_MOST_VALUES]
        return {name: self.value(known.get(name), depth - 1) for name in names}

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """With references inside the schema followed, and `allOf` laid together."""
        for _ in range(_DEEPEST):
            reference = schema.get("$ref")
            if not isinstance(reference, str) or not reference.startswith("#"):
                break
            schema = self._at(reference)
        parts = schema.get("allOf")
        if not isinstance(parts, list):
            return schema
        laid = {name: value for name, value in schema.items() if name != "allOf"}
        for part in parts:
            if isinstance(part, dict):
                resolved = self._at(part["$ref"]) if isinstance(part.get("$ref"), str) else part
                laid = _laid_together(laid, resolved)
        return laid

    def _at(self, reference: str) -> dict[str, Any]:
        place: object = self._root
        for step in reference.removeprefix("#").strip("/").split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            if name and isinstance(place, dict):
                place = place.get(name)
        return place if isinstance(place, dict) else {}


def _laid_together(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**one, **other}
    for name, empty in (("properties", dict), ("required", list)):
        both = [part[name] for part in (one, other) if isinstance(part.get(name), empty)]
        if len(both) == 2:
            merged[name] = both[0] | both[1] if empty is dict else both[0] + both[1]
    return merged


def _first_that_says_something(choices: list[Any]) -> object:
    return next((c for c in choices if isinstance(c, dict) and c.get("type") != "null"), choices[0])


def _whole(value: object) -> int:
    return value if type(value) is int and value > 0 else 0


def _number(schema: Mapping[str, Any]) -> int | float:
    lowest, above, highest = (
        _figure(schema.get(name)) for name in ("minimum", "exclusiveMinimum", "maximum")
    )
    if lowest is not None:
        return lowest
    if above is not None:
        return above + 1
    return 1 if highest is None else min(highest, 1)


def _figure(value: object) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(schema: Mapping[str, Any]) -> str:
    made = _FORMATS.get(str(schema.get("format")), _WORD)
    made = made.ljust(min(_whole(schema.get("minLength")), 1000), "x")
    longest = schema.get("maxLength")
    return made[:longest] if type(longest) is int and longest >= 0 else made
