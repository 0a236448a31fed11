from typing import Any

import pytest
from anthropic import transform_schema

from llmgw_desktop.wire.translate.anthropic.tools_out import enforced_schema, tool_schema

A = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
B = {"type": "object", "properties": {"b": {"type": "string"}, "a": {}}, "required": ["a", "b"]}


@pytest.mark.parametrize(
    ("schema", "wanted", "lost"),
    [
        (None, {"type": "object", "properties": {}}, []),
        ({}, {"type": "object", "properties": {}}, []),
        (A, A, []),
        ({"type": "string"}, {"type": "object", "properties": {}}, ["type"]),
        (
            {"anyOf": [A, B]},
            {
                "type": "object",
                "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
                "required": ["a"],
            },
            ["anyOf"],
        ),
        (
            {"allOf": [A, B], "required": ["c"]},
            {
                "type": "object",
                "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
                "required": ["c", "a", "b"],
            },
            ["allOf"],
        ),
        ({"$ref": "#/$defs/A", "$defs": {"A": A}}, {**A, "$defs": {"A": A}}, []),
        (
            {"oneOf": [{"$ref": "#/$defs/A"}], "$defs": {"A": A}},
            {**A, "$defs": {"A": A}},
            ["oneOf"],
        ),
        (
            {"type": "object", "properties": {"a": {"type": "string", "required": True}}},
            {"type": "object", "properties": {"a": {"type": "string"}}},
            [],
        ),
        (
            {"anyOf": 3, "required": [1]},
            {"type": "object", "properties": {}, "required": [1]},
            ["anyOf"],
        ),
    ],
)
def test_the_root_is_an_object(schema: Any, wanted: dict[str, Any], lost: list[str]) -> None:
    heard: list[str] = []
    assert tool_schema(schema, heard.append) == wanted
    assert heard == lost


def test_enforced_schemas_are_closed_all_the_way_down() -> None:
    heard: list[str] = []
    schema = {
        "type": "object",
        "properties": {
            "list": {"type": "array", "items": A, "maxItems": 3, "minItems": 1},
            "any": {"anyOf": [A, {"type": "null"}]},
            "open": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "$defs": {"A": A},
    }
    closed = {**A, "additionalProperties": False}
    assert enforced_schema(schema, heard.append) == {
        "type": "object",
        "properties": {
            "list": {
                "type": "array",
                "items": closed,
                "minItems": 1,
                "description": "{maxItems: 3}",
            },
            "any": {"anyOf": [closed, {"type": "null"}]},
            "open": {"type": "object", "additionalProperties": False},
        },
        "$defs": {"A": closed},
        "additionalProperties": False,
    }
    assert heard == ["maxItems", "additionalProperties"]
    assert A == {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


def test_the_vendors_own_library_says_the_same() -> None:
    schema = {
        "type": "object",
        "description": "d",
        "properties": {
            "n": {"type": "integer", "minimum": 1, "maximum": 9, "description": "how many"},
            "s": {"type": "string", "format": "date", "title": "S"},
            "o": {"oneOf": [{"type": "string", "format": "regex"}, {"type": "null"}]},
            "e": {"enum": ["a", "b"]},
            "l": {"type": "array", "items": {"type": "object", "properties": {}}, "minItems": 4},
            "r": {"$ref": "#/$defs/A"},
        },
        "required": ["n"],
        "$defs": {"A": A},
    }
    assert enforced_schema(schema, lambda _: None) == transform_schema(schema)


def test_depth_is_bounded() -> None:
    schema: dict[str, Any] = {}
    for _ in range(900):
        schema = {"type": "object", "properties": {"p": schema}}
    tool_schema(schema, lambda _: None)
    enforced_schema(schema, lambda _: None)
