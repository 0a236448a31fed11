"""JSON schemas of callers as Gemini takes them under `parametersJsonSchema`.

Google documents which keywords count: type, format, title, description, enum, items, prefixItems,
minItems, maxItems, minimum, maximum, anyOf, oneOf, properties, additionalProperties, required and
propertyOrdering. References are put in place, within bounds, for a few short ones that point at a
long text, or at each other, would stand for gigabytes; what else constrains a value is told in the
description, or cut, and either is reported.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson

_MOST_LOOPS = 2
"""So often a reference may stand within itself."""
_MOST_REFERRED_BYTES = 2 << 20
_PLACE = re.compile(r"[0-9]{1,9}")


class ReferenceBudget:
    """What references may bring, in all schemas of one request."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = _MOST_REFERRED_BYTES

    def takes(self, size: int) -> bool:
        has_room = size <= self._left
        self._left -= size if has_room else 0
        return has_room


class References:
    """Of one schema."""

    __slots__ = ("_room", "_root", "_sizes", "_within")

    def __init__(self, root: Mapping[str, Any], room: ReferenceBudget) -> None:
        self._root = root
        self._room = room
        self._sizes: dict[str, int] = {}
        """Of what the references point at."""
        self._within: list[str] = []
        """The references that are being put in place."""

    def target(self, reference: str) -> Mapping[str, Any] | None:
        """What it points at; None for nothing, and for what is not in this schema."""
        if not reference.startswith("#"):
            return None
        place: object = self._root
        for step in reference[1:].split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(place, Mapping):
                place = place.get(key)
            elif type(place) is list and _PLACE.fullmatch(key) and int(key) < len(place):
                place = place[int(key)]
            else:
                return None
        return place if isinstance(place, Mapping) else None

    def enter(self, reference: str, target: Mapping[str, Any]) -> bool:
        """Whether there is room to put it in place; then `leave` when that is done."""
        if self._within.count(reference) >= _MOST_LOOPS:
            return False
        if reference not in self._sizes:
            self._sizes[reference] = _size(target)
        if not self._room.takes(self._sizes[reference]):
            return False
        self._within.append(reference)
        return True

    def leave(self) -> None:
        self._within.pop()


def _size(schema: Mapping[str, Any]) -> int:
    try:
        return len(orjson.dumps(schema))
    except TypeError:  # too deep to be written, and to be put anywhere
        return _MOST_REFERRED_BYTES + 1


Schema = dict[str, Any]

_MOST_NODES = 5_000
_DEEPEST = 48
_KEPT = frozenset({"type", "title", "minItems", "maxItems", "minimum", "maximum"})
_TOLD = frozenset(
    {
        "pattern",
        "minLength",
        "maxLength",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "uniqueItems",
        "minProperties",
        "maxProperties",
    }
)
_NEUTRAL = frozenset(
    {
        "$schema",
        "$id",
        "$anchor",
        "$comment",
        "$ref",
        "description",
        "required",
        "$defs",
        "$vocabulary",
        "definitions",
        "deprecated",
        "readOnly",
        "writeOnly",
        "contentEncoding",
        "contentMediaType",
        "strict",
        "examples",
        "example",
        "additionalItems",
        "unevaluatedProperties",
        "unevaluatedItems",
    }
)
_FORMATS = frozenset({"date-time", "date", "time", "int32", "int64", "float", "double", "enum"})
_ANNOTATIONS = frozenset({"nullable", "propertyOrdering", "format", "default"})
_LONGEST_WORD = 200
_LARGEST = 1 << 53


def cleaned(
    schema: Mapping[str, Any], lost: Callable[[str], None], room: ReferenceBudget | None = None
) -> Schema:
    """`lost` is told the keyword that was cut or only put in words."""
    return _Cleaner(schema, lost, room or ReferenceBudget()).clean(schema)


def cleaned_arguments(
    schema: Mapping[str, Any], lost: Callable[[str], None], room: ReferenceBudget | None = None
) -> Schema:
    """Of a function, whose root has to describe an object."""
    root = cleaned(schema, lost, room)
    choices = root.pop("anyOf", None)
    if choices is not None:
        lost("anyOf")
        for choice in choices:
            members = {**choice.get("properties", {}), **root.get("properties", {})}
            root |= {"properties": members} if members else {}
    root["type"] = "object"
    return root


class _Cleaner:
    def __init__(
        self, root: Mapping[str, Any], lost: Callable[[str], None], room: ReferenceBudget
    ) -> None:
        self._lost = lost
        self._references = References(root, room)
        self._nodes = 0

    def clean(self, schema: Mapping[str, Any]) -> Schema:
        return self._schema(schema, 0)

    def _schema(self, schema: object, depth: int) -> Schema:
        self._nodes += 1
        if not isinstance(schema, Mapping) or depth > _DEEPEST or self._nodes > _MOST_NODES:
            if schema is not True and schema != {}:
                self._lost("depth" if isinstance(schema, Mapping) else "false")
            return {}
        found: Schema = {}
        words: list[str] = []
        for name, value in schema.items():
            self._keyword(name, value, found=found, words=words, depth=depth)
        reference = schema.get("$ref")
        if isinstance(reference, str):
            self._merge(found, self._referred(reference, depth))
        described = schema.get("description")
        if isinstance(described, str) and described:
            words.insert(0, described)
        if words:
            found["description"] = "\n".join(words)
        self._tidy(found)
        return found

    def _keyword(
        self, name: str, value: object, *, found: Schema, words: list[str], depth: int
    ) -> None:
        if name in _KEPT:
            found[name] = value
        elif name in ("anyOf", "oneOf") and type(value) is list:
            found.setdefault("anyOf", []).extend(self._schema(each, depth + 1) for each in value)
        elif name == "allOf" and type(value) is list:
            for each in value:
                self._merge(found, self._schema(each, depth + 1))
        elif name in ("properties", "items", "prefixItems", "additionalProperties"):
            self._children(name, value, found, depth)
        elif name in _TOLD:
            self._tell(name, value, found, words)
        else:
            self._value(name, value, found, words)

    def _children(self, name: str, value: object, found: Schema, depth: int) -> None:
        if name == "properties" and isinstance(value, Mapping):
            merged = found.setdefault("properties", {})
            for key, each in value.items():
                if each is False:
                    self._lost("false")
                else:
                    merged[key] = self._schema(each, depth + 1)
        elif name == "additionalProperties":
            is_plain = isinstance(value, bool)
            found[name] = value if is_plain else self._schema(value, depth + 1)
        elif type(value) is list:
            found["prefixItems"] = [self._schema(each, depth + 1) for each in value]
        elif name == "items":
            found["items"] = self._schema(value, depth + 1)

    def _tell(self, name: str, value: object, found: Schema, words: list[str]) -> None:
        """In the description; whole numbers have another way to say it."""
        if name in _BOUND and type(value) is int and abs(value) < _LARGEST:
            found[_BOUND[name]] = value + (1 if name == "exclusiveMinimum" else -1)
            return
        if value in (False, None) or (name.startswith("min") and value == 0):
            return
        self._lost(name)
        words.append(f"({name}: {_word(value)})")

    def _value(self, name: str, value: object, found: Schema, words: list[str]) -> None:
        if name in _ANNOTATIONS:
            _annotate(name, value, found, words)
        elif name == "enum" and type(value) is list:
            self._enum(value, found, words)
        elif name == "const":
            self._enum([value], found, words)
        elif name == "required" and type(value) is list:
            found["required"] = [each for each in value if isinstance(each, str)]
        elif name not in _NEUTRAL and not name.startswith("x-"):
            self._lost(name)

    def _enum(self, values: list[object], found: Schema, words: list[str]) -> None:
        """Strings and numbers; null goes with the type."""
        plain = [v for v in values if isinstance(v, str | int | float) and not isinstance(v, bool)]
        if len(plain) == len([value for value in values if value is not None]) and plain:
            found["enum"] = plain
            if all(isinstance(each, str) for each in plain):
                found.setdefault("type", "string")
            if None in values:
                found["nullable"] = True
        elif not {True, False} <= {v for v in values if isinstance(v, bool)}:
            self._lost("enum")
            words.append(f"(one of: {_word(values)})")

    def _referred(self, reference: str, depth: int) -> Schema:
        target = self._references.target(reference)
        if target is None or not self._references.enter(reference, target):
            self._lost("$ref")
            kind = target.get("type") if isinstance(target, Mapping) else None
            return {"type": kind} if isinstance(kind, str) else {}
        found = self._schema(target, depth + 1)
        self._references.leave()
        return found

    def _merge(self, into: Schema, other: Schema) -> None:
        """Both hold: what only one says is taken over, members and demands are joined."""
        for name, value in other.items():
            if name not in into:
                into[name] = value
            elif name == "properties":
                into[name] = {**value, **into[name]}
            elif name == "required":
                into[name] = [*into[name], *(each for each in value if each not in into[name])]
            elif name not in ("description", "title") and into[name] != value:
                self._lost("allOf")

    def _tidy(self, schema: Schema) -> None:
        """What would be refused: demands of members that are not there, empty lists."""
        if schema.pop("nullable", False):
            _allow_null(schema)
        if not schema.get("properties", True):
            del schema["properties"]
        if "required" in schema:
            members = schema.get("properties", {})
            schema["required"] = [each for each in schema["required"] if each in members]
        for name in ("required", "enum", "anyOf", "prefixItems"):
            if name in schema and not schema[name]:
                del schema[name]
        if "properties" in schema and "type" not in schema:
            schema["type"] = "object"


def _annotate(name: str, value: object, found: Schema, words: list[str]) -> None:
    """What constrains nothing, or is dealt with elsewhere."""
    if name == "nullable" and value is True:
        found["nullable"] = True
    elif name == "propertyOrdering" and type(value) is list:
        found[name] = value
    elif name == "format" and isinstance(value, str) and value in _FORMATS:
        found["format"] = value
    elif name in ("format", "default"):
        words.append(f"({name}: {_word(value)})")


_BOUND = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def _allow_null(schema: Schema) -> None:
    kind = schema.get("type")
    if isinstance(kind, str) and kind != "null":
        schema["type"] = [kind, "null"]
    elif "anyOf" in schema and {"type": "null"} not in schema["anyOf"]:
        schema["anyOf"] = [*schema["anyOf"], {"type": "null"}]


def _word(value: object) -> str:
    told = value if isinstance(value, str) else orjson.dumps(value).decode()
    return told if len(told) <= _LONGEST_WORD else f"{told[:_LONGEST_WORD]}…"
