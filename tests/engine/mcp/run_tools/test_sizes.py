"""Every client carries the list of tools in its model's context, and answers: their sizes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jsonschema
import orjson
import pytest

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.engine.mcp.listing import input_schema, output_schema, tool_shown
from llmgw_desktop.engine.mcp.results import KeptResults
from llmgw_desktop.engine.mcp.tool import Profile, ToolAnswer
from tests.support.run_toolbox import RunBox

EVERYDAY = {
    *(f"{cli}_request" for cli in ("claude", "codex", "gemini", "grok", "mistral", "opencode")),
    "copilot_request",
    "llm_job_status",
    "llm_job_watch",
    "llm_job_result",
    "llm_job_cancel",
}


@pytest.mark.parametrize(
    ("profile", "most"), [(Profile.CORE, 18), (Profile.REVIEW, 18), (Profile.FULL, 52)]
)
def test_the_list_is_short(box: RunBox, profile: Profile, most: int) -> None:
    tools = box.box.shown(LOCAL, profile)
    size = len(orjson.dumps([tool_shown(tool, profile) for tool in tools]))
    assert size <= most * 1024, size


def test_who_orchestrates_has_what_he_needs(box: RunBox) -> None:
    names = {tool.name for tool in box.box.shown(LOCAL, Profile.CORE)}
    assert names >= EVERYDAY
    assert {f"{name}_async" for name in EVERYDAY if name.endswith("_request")} <= names
    assert len(names) == 18


def test_the_schemas_are_schemas(box: RunBox) -> None:
    for tool in box.tools:
        for profile in Profile:
            jsonschema.Draft202012Validator.check_schema(input_schema(tool, profile))
        jsonschema.Draft202012Validator.check_schema(output_schema(tool))
        assert tool.needs <= {option.name for option in tool.takes}


@pytest.mark.parametrize(
    "structured",
    [
        {"flights": [{"id": f"fl_{number}", "model": "m"} for number in range(500)]},
        {"text": "word " * 5_000},
        {f"key-{number}": "word " * 5 for number in range(500)},
        {"deep": [[["x" * 90] * 99] * 99] * 9},
    ],
    ids=["list", "text", "keys", "deep"],
)
def test_a_long_structure_has_a_short_text_that_says_where_the_rest_is(
    structured: dict[str, Any],
) -> None:
    results = KeptResults()
    answer = results.outlined(ToolAnswer(structured=structured), LOCAL)
    assert answer.structured == structured
    assert answer.text is not None
    assert len(answer.text) < 4_300
    result_id = answer.text.rpartition(" ")[2].rstrip(".")
    assert orjson.loads(results.text(result_id, LOCAL)) == structured


def test_short_structures_and_words_of_ones_own_are_told_as_they_are() -> None:
    results = KeptResults()
    short = ToolAnswer(structured={"answer": 42})
    assert results.outlined(short, LOCAL) is short
    said = ToolAnswer(structured={"response": "x" * 9_000}, text="x" * 9_000)
    assert results.outlined(said, LOCAL) is said


def test_the_same_asked_again_is_kept_once() -> None:
    """A client that polls neither fills the room of results nor pushes out another's."""
    results = KeptResults()
    whose = replace(LOCAL, client_id="cli_other")
    polled = ToolAnswer(structured={"jobs": ["word " * 2_000]})
    first = results.outlined(polled, LOCAL)
    other = results.outlined(polled, whose)
    assert {results.outlined(polled, LOCAL).text for _ in range(50)} == {first.text}
    assert other.text != first.text
    for number in range(20):  # of which the bound has room for fewer
        results.keep(f"{number} " + "x" * (1 << 20), LOCAL)
    again = results.outlined(polled, LOCAL)
    assert again.text != first.text
    assert again.text is not None
    result_id = again.text.rpartition(" ")[2].rstrip(".")
    assert orjson.loads(results.text(result_id, LOCAL)) == polled.structured
    assert results.outlined(polled, whose).text == other.text
