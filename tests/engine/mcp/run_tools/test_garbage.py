"""What cannot be asked starts nothing, and its field is named."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmgw_desktop.clis.registry import NAMES
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.engine.mcp.tool import CATEGORIES
from tests.engine.runs.conftest import RunHouse
from tests.support.run_toolbox import OTHER, RunBox

OK = "answer hello"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def house(idle_house: RunHouse) -> RunHouse:
    return idle_house


@pytest_asyncio.fixture(loop_scope="module")
async def box(house: RunHouse) -> AsyncIterator[RunBox]:
    made = RunBox(house.container)
    yield made
    await made.close()


def _nothing_was_made(house: RunHouse) -> bool:
    folder = house.container.places.jobs_folder
    is_empty = not folder.exists() or not any(folder.iterdir())
    return is_empty and house.asked == [] and house.container.runs.supervisor.list() == []


@pytest.mark.parametrize("kind", ["request", "request_async"])
@pytest.mark.parametrize(
    ("fields", "field", "category"),
    [
        ({}, "prompt", "invalid_input"),
        (None, "prompt", "invalid_input"),
        ({"prompt": ""}, "prompt", "invalid_input"),
        ({"prompt": " \n"}, "prompt", "invalid_input"),
        ({"prompt": 7}, "prompt", "invalid_input"),
        ({"prompt": "a\0b"}, "prompt", "invalid_input"),
        ({"prompt": "\ud800"}, "prompt", "invalid_input"),
        ({"prompt": "x" * 100_001}, "prompt", "input_too_large"),
        ({"promptParts": {"task": "x" * 100_001}}, "promptParts.task", "input_too_large"),
        ({"prompt": OK, "promptParts": {"task": OK}}, "promptParts", "invalid_input"),
        ({"promptParts": {}}, "promptParts", "invalid_input"),
        ({"promptParts": {"task": "a\0"}}, "promptParts", "invalid_input"),
        ({"promptParts": {"task": OK, "more": "x"}}, "promptParts", "invalid_input"),
        ({"promptParts": "task"}, "promptParts", "invalid_input"),
        ({"prompt": OK, "nonsense": 1}, "nonsense", "invalid_input"),
        ({"prompt": OK, "": 1}, "", "invalid_input"),
        ({"prompt": OK, "model": "-x"}, "model", "invalid_input"),
        ({"prompt": OK, "sessionId": ""}, "sessionId", "invalid_input"),
        ({"prompt": OK, "sessionId": "gws_1"}, "sessionId", "invalid_input"),
        ({"prompt": OK, "workingDir": "/nope/x"}, "workingDir", "invalid_input"),
        ({"prompt": OK, "workingDir": "/tmp\0"}, "workingDir", "invalid_input"),
        ({"prompt": OK, "permissionMode": "all"}, "permissionMode", "invalid_input"),
        ({"prompt": OK, "allowedTools": ["--x"]}, "allowedTools", "invalid_input"),
        ({"prompt": OK, "allowedTools": [""]}, "allowedTools", "invalid_input"),
        ({"prompt": OK, "allowedTools": [7]}, "allowedTools", "invalid_input"),
        ({"prompt": OK, "allowedTools": ["x" * 140_000]}, "allowedTools", "input_too_large"),
        ({"prompt": OK, "idleTimeoutMs": 5}, "idleTimeoutMs", "invalid_input"),
        ({"prompt": OK, "maxTurns": True}, "maxTurns", "invalid_input"),
        ({"prompt": OK, "worktree": True}, "worktree", "invalid_input"),
        ({"prompt": OK, "forkSession": True}, "forkSession", "invalid_input"),
        ({"prompt": OK, "correlationId": "a\nb"}, "correlationId", "invalid_input"),
        ({"prompt": OK, "forceRefresh": True, "replay": True}, "replay", "invalid_input"),
    ],
)
async def test_what_cannot_be_asked_makes_nothing(
    box: RunBox, house: RunHouse, kind: str, fields: Any, field: str, category: str
) -> None:
    told = await box.refused_by(f"claude_{kind}", fields)
    assert (told["field"] or "", told["errorCategory"]) == (field, category)
    assert told["retryable"] is False
    assert _nothing_was_made(house)
    assert house.closed == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=8), each, max_size=3)
    ),
    max_leaves=6,
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
async def test_garbage_starts_nothing(box: RunBox, house: RunHouse, data: st.DataObject) -> None:
    """Whatever a client sends as arguments of any tool: one answer in one shape, and no program.
    No prompt here can be run."""
    tool = data.draw(st.sampled_from([each for each in box.tools if each.takes]))
    names = st.sampled_from([each.name for each in tool.takes]) | st.text(max_size=12)
    arguments = data.draw(st.dictionaries(names, JSON, max_size=4))
    if any(part in tool.name for part in ("_request", "fork")):
        # A prompt that is a text and all else in order would be a run.
        arguments["workingDir"] = data.draw(st.sampled_from(["/nope/x", "x", "", 3, [], "/\0"]))
        if tool.name == "codex_fork_session" or data.draw(st.booleans()):
            arguments.pop("prompt", None)
    answer = await box.box.call(tool.name, arguments, data.draw(st.sampled_from([LOCAL, OTHER])))
    if answer.is_error:
        assert answer.structured["success"] is False
        assert answer.structured["errorCategory"] in CATEGORIES
        assert answer.structured["errorCategory"] != "internal_error", answer.structured
        assert answer.structured["error"]
    else:
        assert not any(part in tool.name for part in ("_request", "fork"))
    assert house.asked == []
    assert house.container.runs.supervisor.list() == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["request", "request_async"])
async def test_every_cli_names_the_field(
    box: RunBox, house: RunHouse, name: str, kind: str
) -> None:
    for fields, field in (
        ({}, "prompt"),
        ({"prompt": "a", "promptParts": {"task": "b"}}, "promptParts"),
        ({"prompt": "a", "x": 1}, "x"),
        ({"prompt": "a\0"}, "prompt"),
    ):
        told = await box.refused_by(f"{name}_{kind}", fields)
        assert told["field"] == field
        assert told["errorCategory"] == "invalid_input"
    assert _nothing_was_made(house)


@pytest.mark.parametrize("name", NAMES)
async def test_one_prompt_is_asked_for_in_the_words_that_clients_know(
    box: RunBox, house: RunHouse, name: str
) -> None:
    both = await box.refused_by(f"{name}_request", {"prompt": "a", "promptParts": {"task": "b"}})
    assert both["error"] == "provide exactly one of `prompt` or `promptParts`"
    neither = await box.refused_by(f"{name}_request_async", {})
    assert neither["error"] == "one of `prompt` or `promptParts` is required"
    assert _nothing_was_made(house)
