"""What clients of the MCP door refuse in a tool is not in ours: a refusal of one tool is often one
of all, or of the whole turn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.canonical import LARGEST
from llmgw_desktop.engine.mcp.listing import input_schema, output_schema
from llmgw_desktop.engine.mcp.tool import McpTool, Profile
from llmgw_desktop.store.paths import Places

_LONGEST_NAME = 64 - len("mcp__llmgw__")
"""Vendors take 64 characters, and a client puts the longest prefix in front."""


@pytest.fixture
def tools(tmp_path: Path) -> list[McpTool]:
    places = Places.of({"LLMGW_HOME": str(tmp_path)})
    places.make()
    container = Container(places, {})
    shown = list(container.mcp_offer().toolbox.shown(LOCAL, Profile.FULL))
    container.access.close()
    return shown


def test_no_number_is_larger_than_all_can_hold(tools: list[McpTool]) -> None:
    """Vibe ends a turn for one of them: `exceeds safe integer domain for JSON floats`."""
    found = {
        (tool.name, number)
        for tool in tools
        for number in _numbers([input_schema(tool), output_schema(tool)])
        if abs(number) > LARGEST
    }
    assert not found


def test_names_fit_with_a_clients_own_in_front(tools: list[McpTool]) -> None:
    assert len(tools) > 50
    assert all(len(tool.name) <= _LONGEST_NAME for tool in tools)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", tool.name) for tool in tools)


def test_arguments_are_one_plain_object(tools: list[McpTool]) -> None:
    for tool in tools:
        schema = input_schema(tool)
        assert schema["type"] == "object"
        assert not {"anyOf", "oneOf", "allOf", "not", "$ref", "$defs", "$schema"} & set(schema)


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _numbers(each)
    elif isinstance(value, int | float):
        yield value
