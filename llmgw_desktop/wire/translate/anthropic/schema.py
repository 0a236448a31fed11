"""JSON schemas as the vendor takes them: of tools' arguments and of structured answers.

The root of a tool's schema must be an object without alternatives. Enforced schemas must close
every object and may not bound numbers and lengths.
"""

from collections.abc import Callable, Mapping
from typing import Any

_DEEPEST = 60
_MOST_VARIANTS = 200
_ALTERNATIVES = ("anyOf", "oneOf", "allOf")
_SUBSCHEMA_MAPS = ("properties", "$defs", "definitions")
_SUBSCHEMA_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_UNENFORCED = frozenset(
    {
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "patternProperties",
        "propertyNames",
        "contains",
        "not",
        "if",
        "then",
        "else",
        "dependentRequired",
        "dependentSchemas",
        "unevaluatedProperties",
        "unevaluatedItems",
    }
)
_FORMATS = frozenset(
    (
        *("date-time", "time", "date", "duration", "email"),
        *("hostname", "uri", "ipv4", "ipv6", "uuid"),
    )
)
_LONGEST_BOUND = 200
Lost = Callable[[str], None]


def tool_schema(schema: Mapping[str, Any] | None, lost: Lost) -> dict[str, Any]:
    """With an object at its root; `lost` hears what had to be given up."""
    root = _without_draft_3(dict(schema or {}), 0)
    target = _local_target(root)
    if target is not None:
        root = {**target, **{name: root[name] for name in root if name != "$ref"}}
    for name in _ALTERNATIVES:
        if name in root:
            lost(name)
            _merge(root, root.pop(name), all_hold=name == "allOf")
    if root.get("type") != "object":
        if "type" in root:
            lost("type")
        root["type"] = "object"
    if type(root.get("properties")) is not dict:
        root["properties"] = {}
    return root


def enforced_schema(schema: Mapping[str, Any], lost: Lost) -> dict[str, Any]:
    """Closed; bounds that are not enforced are told in the descriptions."""
    return _enforced(dict(schema), lost, 0)


def _enforced(schema: dict[str, Any], lost: Lost, depth: int) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    told = []
    for name, value in schema.items():
        if _is_enforced(name, value):
            kept["anyOf" if name == "oneOf" else name] = value
        else:
            lost(name)
            told.append(f"{name}: {value}"[:_LONGEST_BOUND])
    if told:
        # as the vendor's own libraries do: the model may heed what is not enforced
        words = f"{{{', '.join(told)}}}"
        before = kept.get("description")
        kept["description"] = f"{before}\n\n{words}" if isinstance(before, str) else words
    if kept.get("type") == "object" or "properties" in kept:
        if kept.get("additionalProperties", False) is not False:
            lost("additionalProperties")
        kept["additionalProperties"] = False
    if depth < _DEEPEST:
        _each_part(kept, lambda part: _enforced(part, lost, depth + 1))
    return kept


def _is_enforced(name: str, value: object) -> bool:
    if name == "minItems":
        return value in (0, 1)
    if name == "format":
        return value in _FORMATS if isinstance(value, str) else False
    return name not in _UNENFORCED


def _without_draft_3(schema: dict[str, Any], depth: int) -> dict[str, Any]:
    """`required: true` on a property is of an old draft, and refused."""
    kept = {
        name: value
        for name, value in schema.items()
        if name != "required" or isinstance(value, list)
    }
    if depth < _DEEPEST:
        _each_part(kept, lambda part: _without_draft_3(part, depth + 1))
    return kept


def _each_part(schema: dict[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    for name in _SUBSCHEMA_MAPS:
        parts = schema.get(name)
        if type(parts) is dict:
            schema[name] = {
                key: change(part) if type(part) is dict else part for key, part in parts.items()
            }
    for name in _SUBSCHEMA_LISTS:
        parts = schema.get(name)
        if type(parts) is list:
            schema[name] = [change(part) if type(part) is dict else part for part in parts]
    for name in ("items", "not", "additionalProperties"):
        part = schema.get(name)
        if type(part) is dict:
            schema[name] = change(part)


def _local_target(root: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a `$ref` at the root means, one step far."""
    reference = root.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return None
    found: Any = root
    for step in reference[2:].split("/"):
        found = found.get(step) if type(found) is dict else None
    return found if type(found) is dict and "$ref" not in found else None


def _merge(root: dict[str, Any], variants: object, *, all_hold: bool) -> None:
    """The properties of all variants; required is what every one of them requires."""
    parts = [each for each in variants if type(each) is dict] if type(variants) is list else []
    parts = parts[:_MOST_VARIANTS]
    properties = dict(root["properties"]) if type(root.get("properties")) is dict else {}
    wanted: set[str] | None = None
    for part in parts:
        target = _local_target({**root, **part}) or part
        own = target.get("properties")
        for name, schema in (own if type(own) is dict else {}).items():
            properties.setdefault(name, schema)
        required = target.get("required")
        names = {each for each in required if type(each) is str} if required else set()
        wanted = names if wanted is None else wanted | names if all_hold else wanted & names
    root["properties"] = properties
    before = root["required"] if type(root.get("required")) is list else []
    if before or wanted:
        root["required"] = [*before, *sorted((wanted or set()).difference(map(str, before)))]
