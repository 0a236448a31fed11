"""Arguments that a strict tool would take, and never a hang or a failure over a schema."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.engine.upstream.practice_arguments import arguments_for


def _one(schema: object) -> object:
    return arguments_for(
        {"type": "object", "properties": {"x": schema}, "required": ["x"], "$defs": DEFS}
    )["x"]


DEFS = {
    "Colour": {"enum": ["red", "blue"]},
    "a/b": {"type": "boolean"},
    "Again": {"$ref": "#/$defs/Colour"},
    "Loop": {"$ref": "#/$defs/Loop"},
}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "practice"),
        ({"type": "string", "minLength": 12}, "practicexxxx"),
        ({"type": "string", "maxLength": 3}, "pra"),
        ({"type": "string", "format": "date"}, "2026-01-31"),
        ({"type": "string", "format": "uuid"}, "00000000-0000-4000-8000-000000000000"),
        ({"enum": ["b", "a"]}, "b"),
        ({"const": None}, None),
        ({"type": "integer"}, 1),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "exclusiveMinimum": 5}, 6),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "number", "maximum": 100}, 1),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"type": ["null", "integer"]}, 1),
        ({"type": "array", "items": {"type": "string"}}, []),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {}),
        ({"properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"a": 1}),
        ({"default": "d", "type": "string"}, "d"),
        ({"examples": ["e"], "type": "string"}, "e"),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 1),
        ({"oneOf": [{"const": 7}, {"type": "string"}]}, 7),
        ({"$ref": "#/$defs/Colour"}, "red"),
        ({"$ref": "#/$defs/Again"}, "red"),
        ({"$ref": "#/$defs/a~1b"}, True),
        ({"$ref": "#/$defs/missing"}, "practice"),
        ({"$ref": "https://example.com/schema"}, "practice"),
        ({"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
                    {"properties": {"b": {"$ref": "#/$defs/Colour"}}, "required": ["b"]}]},
         {"a": 1, "b": "red"}),
        (True, "practice"),
        ({}, "practice"),
    ],
)  # fmt: skip
def test_a_required_value_fits_its_schema(schema: object, value: object) -> None:
    assert _one(schema) == value


def test_what_is_not_required_is_left_out() -> None:
    schema = {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["b"]}
    assert arguments_for(schema) == {"b": "practice"}
    assert arguments_for({"type": "object", "properties": {"a": {}}}) == {}


@pytest.mark.parametrize("schema", [None, 7, [], "x", {}, {"type": "string"}, {"type": ["null"]}])
def test_arguments_are_always_an_object(schema: object) -> None:
    assert arguments_for(schema) == {}


def test_schemas_that_refer_to_themselves_end() -> None:
    node: dict[str, Any] = {
        "type": "object",
        "properties": {name: {"$ref": "#"} for name in "abcdefghij"},
        "required": list("abcdefghij"),
    }
    assert len(orjson.dumps(arguments_for(node))) < 100_000
    assert _one({"$ref": "#/$defs/Loop"}) == "practice"
    deep = {"type": "array", "minItems": 10**9, "items": {"$ref": "#/properties/x"}}
    assert len(orjson.dumps(_one(deep))) < 100_000


words = st.sampled_from(
    ["type", "properties", "required", "items", "enum", "anyOf", "allOf", "$ref", "minItems",
     "minimum", "maximum", "exclusiveMinimum", "minLength", "maxLength", "format", "default"]
)  # fmt: skip
schemas = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["object", "array", "string", "integer", "#", "#/properties/x", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | st.just("x"), inner),
    max_leaves=20,
)


@given(schema=schemas)
def test_any_schema_gives_an_object_that_can_be_sent(schema: object) -> None:
    made = arguments_for(schema)
    assert type(made) is dict
    assert len(orjson.dumps(made)) < 10_000_000
    assert made == arguments_for(schema)
