"""JSON schemas as Gemini takes them."""

from __future__ import annotations

import time
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.wire.translate.gemini.schema import ReferenceBudget, cleaned, cleaned_arguments

DOCUMENTED = frozenset(
    {
        "type", "format", "title", "description", "enum", "items", "prefixItems", "minItems",
        "maxItems", "minimum", "maximum", "anyOf", "properties", "additionalProperties",
        "required", "propertyOrdering",
    }
)  # fmt: skip


def clean(schema: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    lost: list[str] = []
    return cleaned(schema, lost.append), lost


@pytest.mark.parametrize(
    ("schema", "expected", "lost"),
    [
        ({"type": "string", "title": "T"}, {"type": "string", "title": "T"}, []),
        ({"$schema": "x", "$id": "y", "type": "null", "x-own": 1}, {"type": "null"}, []),
        ({"type": ["string", "null"]}, {"type": ["string", "null"]}, []),
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}, []),
        ({"oneOf": [{"type": "string"}]}, {"anyOf": [{"type": "string"}]}, []),
        ({"const": "a"}, {"enum": ["a"], "type": "string"}, []),
        ({"enum": ["a", None]}, {"enum": ["a"], "type": ["string", "null"]}, []),
        ({"type": "integer", "enum": [1, 2]}, {"type": "integer", "enum": [1, 2]}, []),
        ({"type": "boolean", "enum": [True, False]}, {"type": "boolean"}, []),
        (
            {"type": "boolean", "enum": [True]},
            {"type": "boolean", "description": "(one of: [true])"},
            ["enum"],
        ),
        ({"exclusiveMinimum": 0}, {"minimum": 1}, []),
        ({"exclusiveMaximum": 9}, {"maximum": 8}, []),
        (
            {"exclusiveMinimum": 0.5},
            {"description": "(exclusiveMinimum: 0.5)"},
            ["exclusiveMinimum"],
        ),
        ({"minLength": 0, "uniqueItems": False}, {}, []),
        (
            {"description": "d", "pattern": "^a$", "default": 3, "format": "uri"},
            {"description": "d\n(pattern: ^a$)\n(default: 3)\n(format: uri)"},
            ["pattern"],
        ),
        ({"format": "date-time"}, {"format": "date-time"}, []),
        ({"not": {"type": "null"}}, {}, ["not"]),
        ({"if": {}, "then": {}, "patternProperties": {}}, {}, ["if", "then", "patternProperties"]),
        ({"items": True}, {"items": {}}, []),
        ({"items": [{"type": "null"}]}, {"prefixItems": [{"type": "null"}]}, []),
        ({"type": "object", "properties": {}}, {"type": "object"}, []),
        (
            {"properties": {"a": True, "b": False}, "required": ["a", "b", 7]},
            {"properties": {"a": {}}, "required": ["a"], "type": "object"},
            ["false"],
        ),
        (
            {"properties": {"a": {"type": "string", "required": True}}},
            {"properties": {"a": {"type": "string"}}, "type": "object"},
            [],
        ),
        (
            {"type": "object", "additionalProperties": {"type": "string", "pattern": "x"}},
            {
                "type": "object",
                "additionalProperties": {"type": "string", "description": "(pattern: x)"},
            },
            ["pattern"],
        ),
        (
            {
                "allOf": [
                    {"properties": {"a": {}}, "required": ["a"]},
                    {"properties": {"b": {}}, "required": ["b"], "description": "d"},
                ]
            },
            {
                "properties": {"a": {}, "b": {}},
                "required": ["a", "b"],
                "type": "object",
                "description": "d",
            },
            [],
        ),
        ({"type": "string", "allOf": [{"type": "null"}]}, {"type": "string"}, ["allOf"]),
        ({"$ref": "https://x.example/s"}, {}, ["$ref"]),
    ],
)
def test_keywords(schema: dict[str, Any], expected: dict[str, Any], lost: list[str]) -> None:
    assert clean(schema) == (expected, lost)


def test_references_are_put_in_place() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"$ref": "#/$defs/A~1B", "description": "here"},
            "b": {"$ref": "#/definitions/C"},
        },
        "$defs": {"A/B": {"type": "string", "description": "there"}},
        "definitions": {"C": {"$ref": "#/$defs/A~1B"}},
    }
    found, lost = clean(schema)
    assert found["properties"] == {
        "a": {"type": "string", "description": "here"},
        "b": {"type": "string", "description": "there"},
    }
    assert lost == []


def test_a_reference_within_itself_ends() -> None:
    tree = {"type": "object", "properties": {"kids": {"type": "array", "items": {"$ref": "#"}}}}
    found, lost = clean(tree)
    assert lost == ["$ref"]
    assert "$ref" not in orjson.dumps(found).decode()


def test_references_do_not_explode() -> None:
    schema = {
        "$defs": {
            f"d{n}": {"properties": {f"p{k}": {"$ref": f"#/$defs/d{n + 1}"} for k in range(10)}}
            for n in range(40)
        },
        "$ref": "#/$defs/d0",
    }
    begun = time.process_time()
    found, lost = clean(schema)
    assert time.process_time() - begun < 5
    assert len(orjson.dumps(found)) < 1_000_000
    assert "depth" in lost


@pytest.mark.parametrize("long", [{"enum": ["x" * 9] * 9000}, {"description": "x" * 99_000}])
def test_references_to_something_long_do_not_explode(long: dict[str, Any]) -> None:
    """A body of 200 KB made one of 500 MB for the vendor, and more would have taken all memory."""
    properties = {f"p{n}": {"$ref": "#/$defs/long"} for n in range(4000)}
    schema = {"$defs": {"long": {"type": "string", **long}}, "properties": properties}
    found, lost = clean(schema)
    assert len(orjson.dumps(found)) < 4_000_000
    assert "$ref" in lost
    assert found["properties"]["p0"] == {"type": "string", **long}
    assert found["properties"]["p3999"] == {"type": "string"}


def test_all_schemas_of_a_request_share_what_references_may_bring() -> None:
    schema = {
        "$defs": {"long": {"type": "string", "description": "x" * 99_000}},
        "properties": {f"p{n}": {"$ref": "#/$defs/long"} for n in range(15)},
    }
    lost: list[str] = []
    room = ReferenceBudget()
    cleaned_arguments(schema, lost.append, room)
    assert lost == []
    cleaned_arguments(schema, lost.append, room)
    assert "$ref" in lost


def test_a_reference_to_something_too_deep_is_cut() -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(400):
        deep = {"type": "array", "items": deep}
    assert clean({"$defs": {"a": deep}, "$ref": "#/$defs/a"}) == ({"type": "array"}, ["$ref"])


def test_deep_nesting_is_cut() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(400):
        schema = {"type": "array", "items": schema}
    assert clean(schema)[1] == ["depth"]


def test_arguments_are_always_an_object() -> None:
    lost: list[str] = []
    choices = [
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        {"properties": {"b": {"type": "null"}}},
    ]
    found = cleaned_arguments({"anyOf": choices}, lost.append)
    assert found == {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "null"}},
    }
    assert lost == ["anyOf"]
    assert cleaned_arguments({}, lost.append) == {"type": "object"}


def test_the_given_schema_is_left_alone() -> None:
    schema = {"properties": {"a": {"allOf": [{"enum": [None, "x"]}], "required": True}}}
    before = orjson.dumps(schema)
    clean(schema)
    assert orjson.dumps(schema) == before


NAMES = st.sampled_from(
    [
        *DOCUMENTED,
        "$ref",
        "$defs",
        "allOf",
        "oneOf",
        "const",
        "nullable",
        "pattern",
        "not",
        "default",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["#", "#/$defs/a", "string"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


def keywords(schema: Any) -> set[str]:
    """Of a schema and those within it."""
    if not isinstance(schema, dict):
        return set()
    found = set(schema)
    within = [
        *schema.get("properties", {}).values(),
        *schema.get("anyOf", []),
        *schema.get("prefixItems", []),
        schema.get("items"),
        schema.get("additionalProperties"),
    ]
    return found.union(*map(keywords, within))


@settings(max_examples=40)
@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_whatever_comes_only_documented_words_go_out(schema: dict[str, Any]) -> None:
    assert keywords(clean(schema)[0]) <= DOCUMENTED
