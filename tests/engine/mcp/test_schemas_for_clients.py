"""What clients of the MCP door refuse in a tool is not in ours: a refusal of one tool is often one
of all, or of the whole turn."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.canonical import LARGEST
from llmgw_desktop.domain.cli import SessionWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.mcp.listing import input_schema, output_schema, tool_shown
from llmgw_desktop.engine.mcp.tool import McpTool, Profile
from llmgw_desktop.engine.mcp.toolbox import checked
from llmgw_desktop.engine.mcp.tools.requests import options_of, refused_by
from llmgw_desktop.engine.runs.fields import COMMON
from llmgw_desktop.store.paths import Places
from tests.clis.support import SESSION, asked
from tests.clis.test_tables import CLIS

_LONGEST_NAME = 64 - len("mcp__llmgw__")
"""Vendors take 64 characters, and a client puts the longest prefix in front."""


@pytest.fixture
def offered(tmp_path: Path) -> list[McpTool]:
    """In any profile."""
    places = Places.of({"LLMGW_HOME": str(tmp_path)})
    places.make()
    container = Container(places, {})
    found = list(container.mcp_offer().toolbox)
    container.access.close()
    return found


@pytest.fixture
def tools(offered: list[McpTool]) -> list[McpTool]:
    return [tool for tool in offered if tool.shown_to(LOCAL, Profile.FULL)]


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


def test_each_says_when_to_call_it_what_comes_and_what_it_costs(offered: list[McpTool]) -> None:
    for tool in offered:
        guide = tool.guide
        assert guide is not None, tool.name
        assert all((guide.when, guide.returns, guide.costs)), tool.name
        assert tool.told.endswith(f"E.g. {orjson.dumps(guide.example).decode()}")


def test_each_example_is_a_call_that_the_tool_takes(offered: list[McpTool]) -> None:
    for tool in offered:
        assert tool.guide is not None
        for profile in (Profile.FULL, Profile.CORE):
            jsonschema.validate(tool.guide.example, input_schema(tool, profile))
        assert checked(tool, tool.guide.example) == tool.guide.example, tool.name


def test_a_tool_that_only_looks_changes_nothing(offered: list[McpTool]) -> None:
    for tool in offered:
        assert tool.guide is not None
        if tool.destroys:
            assert tool.guide.costs != "nothing", tool.name


def test_the_lists_stay_small(offered: list[McpTool]) -> None:
    """In bytes: a client carries the list in the context of every request."""
    most = {Profile.CORE: 21_500, Profile.FULL: 90 * 1024, Profile.SEARCH: 2_100}
    for profile, size in most.items():
        shown = [tool_shown(tool, profile) for tool in offered if profile in tool.profiles]
        assert len(orjson.dumps(shown)) <= size, profile


@pytest.mark.parametrize("cli", CLIS, ids=lambda cli: str(cli.commands[0]))
def test_what_is_always_refused_is_not_in_the_schema(cli: Cli) -> None:
    """For each word that a field may hold there is a run that takes it: a plain one, one beside
    other fields, or one that asks; or one of another program that goes by the same name."""
    refused = refused_by(cli)
    alike = [each for each in CLIS if each.name is cli.name]
    for option in options_of(cli):
        assert option.name not in refused
        if any(option.name == each.name for each in COMMON):
            continue
        for word in _words_of(option.schema):
            taken = any(_is_taken(each, option.name, word) for each in alike)
            assert taken, (cli.name, option.name, word)


def _words_of(schema: Mapping[str, Any]) -> list[Any]:
    if "enum" in schema:
        return list(schema["enum"])
    return [True] if schema.get("type") == "boolean" else []


def _is_taken(cli: Cli, name: str, word: Any) -> bool:
    ways = [cli.plan, *([cli.asking.plan] if cli.asking else [])]
    beside: list[dict[str, Any]] = [{}, {"nativeWorktree": True}]
    sessions = [{}, {"session": SessionWish.RESUME, "session_id": SESSION}]
    for plan, more, session in itertools.product(ways, beside, sessions):
        try:
            plan(asked(cli.name, options={**more, name: word}, **session))
        except InvalidRun:
            continue
        return True
    return False


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _numbers(each)
    elif isinstance(value, int | float):
        yield value
