"""Schemas of fields: what they accept and how they say it."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.clis.fields import (
    JSON_OBJECT,
    ON,
    TEXT,
    TEXTS,
    Schema,
    fits,
    number,
    one_of,
    said,
    whole_number,
)

ACCEPTED: list[tuple[Schema, list[Any]]] = [
    (TEXT, ["a", "-", " "]),
    (ON, [True, False]),
    (TEXTS, [[], ["a"], ["a", "b"]]),
    (JSON_OBJECT, ["{}", {}, {"a": 1}]),
    (one_of("a", "b"), ["a", "b"]),
    (whole_number(1, 3), [1, 3]),
    (number(0.5, 3), [0.5, 1, 3.0]),
]
REFUSED: list[tuple[Schema, list[Any]]] = [
    (TEXT, ["", 1, None, True, ["a"], b"a"]),
    (ON, [1, 0, "true", None]),
    (TEXTS, ["a", [1], [""], ("a",), {"a": 1}]),
    (JSON_OBJECT, ["", 1, []]),
    (one_of("a", "b"), ["", "c", "A", 1]),
    (whole_number(1, 3), [0, 4, 1.5, 2.0, True, "2"]),
    (number(0.5, 3), [0.4, 3.1, True, "1", float("nan"), float("inf")]),
]


@pytest.mark.parametrize(("schema", "values"), ACCEPTED, ids=[said(each) for each, _ in ACCEPTED])
def test_what_fits(schema: Schema, values: list[Any]) -> None:
    assert [value for value in values if not fits(value, schema)] == []


@pytest.mark.parametrize(("schema", "values"), REFUSED, ids=[said(each) for each, _ in REFUSED])
def test_what_does_not(schema: Schema, values: list[Any]) -> None:
    assert [value for value in values if fits(value, schema)] == []


def test_a_schema_says_what_it_accepts() -> None:
    assert said(one_of("a", "b")) == "one of a, b"
    assert said(whole_number(1, 3)) == "a whole number from 1 to 3"
    assert said(JSON_OBJECT) == "a text that is not empty or a JSON object"
