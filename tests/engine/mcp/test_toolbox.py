"""One way to call any tool, one shape of what went wrong."""

from typing import Any

import jsonschema
import pytest

from llmgw_desktop.clis.fields import ON, TEXT, option
from llmgw_desktop.domain.access.principal import LOCAL, Principal, Scope
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import StoreInQuestion
from llmgw_desktop.domain.jobs.run_errors import CliResting, NoSuchJob, Saturated, SessionBusy
from llmgw_desktop.engine.mcp.listing import input_schema, output_schema
from llmgw_desktop.engine.mcp.tool import (
    CATEGORIES,
    FULL_ALONE,
    McpTool,
    McpToolCall,
    Profile,
    ToolAnswer,
)
from llmgw_desktop.engine.mcp.toolbox import Toolbox

READER = Principal(client_id="cli_1", name="reader", scopes=frozenset({Scope.MCP}))


def _resting(category: ErrorCategory) -> CliResting:
    return CliResting("claude-cli", "It failed.", category=category, retry_after_s=20)


async def _echo(call: McpToolCall) -> ToolAnswer:
    return ToolAnswer(structured={"success": True, "said": call.arguments["words"]})


def a_tool(**more: Any) -> McpTool:
    fields: dict[str, Any] = {
        "name": "echo",
        "title": "Echo",
        "description": "Says it again.",
        "takes": (option("words", TEXT, "What to say."), option("loud", ON, "Louder.")),
        "needs": frozenset({"words"}),
        "tells": {"said": {"type": "string"}},
        "call": _echo,
        "scope": Scope.JOBS_RUN,
    }
    return McpTool(**{**fields, **more})


async def test_an_answer_fits_its_schema() -> None:
    answer = await Toolbox([a_tool()]).call("echo", {"words": "hello", "loud": None}, LOCAL)
    assert not answer.is_error
    jsonschema.validate(answer.structured, output_schema(a_tool()))
    assert answer.structured["said"] == "hello"


async def test_what_a_client_adds_for_itself_does_not_spoil_a_call() -> None:
    """Gemini CLI offers each tool with an argument of its own more, and sends it to the server."""
    toolbox = Toolbox([a_tool()])
    answer = await toolbox.call("echo", {"words": "hello", "wait_for_previous": True}, LOCAL)
    assert answer.structured == {"success": True, "said": "hello"}
    own = Toolbox([a_tool(takes=(option("wait_for_previous", ON, ""),), needs=frozenset())])
    wrong = await own.call("echo", {"wait_for_previous": "yes"}, LOCAL)
    assert wrong.structured["field"] == "wait_for_previous"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "words"),
        (None, "words"),
        ({"words": ""}, "words"),
        ({"words": 3}, "words"),
        ({"words": "a\0b"}, "words"),
        ({"words": "a", "loud": "yes"}, "loud"),
        ({"words": "a", "wrods": "b"}, "wrods"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_name(arguments: Any, field: str) -> None:
    answer = await Toolbox([a_tool()]).call("echo", arguments, LOCAL)
    assert answer.is_error
    assert answer.structured["success"] is False
    assert answer.structured["errorCategory"] == "invalid_input"
    assert answer.structured["field"] == field
    assert field in answer.structured["error"]
    jsonschema.validate(answer.structured, output_schema(a_tool()))


@pytest.mark.parametrize(
    ("error", "category", "retryable"),
    [
        (NoSuchJob("job_1"), "not_found", False),
        (Saturated(3), "saturated", True),
        (SessionBusy("gws_1"), "saturated", True),
        (_resting(ErrorCategory.RATE_LIMIT), "rate_limit", True),
        (_resting(ErrorCategory.AUTH), "auth_error", False),
        (ZeroDivisionError(), "internal_error", False),
    ],
)
async def test_what_goes_wrong_inside_is_told_in_the_same_shape(
    error: Exception, category: str, retryable: bool
) -> None:
    async def fail(call: McpToolCall) -> ToolAnswer:
        raise error

    answer = await Toolbox([a_tool(call=fail)]).call("echo", {"words": "a"}, LOCAL)
    assert answer.is_error
    assert answer.structured["errorCategory"] == category
    assert category in CATEGORIES
    assert answer.structured["retryable"] is retryable


async def test_of_a_store_in_question_a_person_is_told_what_to_do() -> None:
    async def fail(call: McpToolCall) -> ToolAnswer:
        raise StoreInQuestion("gateway.db was emptied.")

    answer = await Toolbox([a_tool(call=fail)]).call("echo", {"words": "a"}, LOCAL)
    assert answer.structured["error"] == (
        "gateway.db was emptied. A person has to say what is to become of it: in the gateway's"
        " window, or with 'llmgw restore'; 'llmgw doctor' tells the choices."
    )


async def test_a_mistyped_tool_is_told_which_was_meant() -> None:
    answer = await Toolbox([a_tool()]).call("ecko", {"words": "a"}, LOCAL)
    assert answer.structured["error"] == (
        "There is no tool 'ecko' for this key; did you mean 'echo'? tools/list names all that its"
        " scopes allow."
    )


async def test_to_whom_a_tool_is_not_allowed_it_is_not_there() -> None:
    box = Toolbox([a_tool()])
    assert box.shown(READER, Profile.FULL) == []
    mine = await box.call("echo", {"words": "a"}, READER)
    nobodys = await box.call("ohce", {"words": "a"}, READER)
    assert mine.structured["error"].replace("echo", "ohce") == nobodys.structured["error"]


def test_a_profile_says_what_is_listed() -> None:
    box = Toolbox([a_tool(), a_tool(name="rare", profiles=FULL_ALONE)])
    assert [tool.name for tool in box.shown(LOCAL, Profile.CORE)] == ["echo"]
    assert [tool.name for tool in box.shown(LOCAL, Profile.FULL)] == ["echo", "rare"]


def test_the_core_profile_shows_few_of_many_arguments_and_refuses_none() -> None:
    tool = a_tool(core_takes=frozenset[str]())
    assert set(input_schema(tool, Profile.CORE)["properties"]) == {"words"}
    assert "additionalProperties" not in input_schema(tool, Profile.CORE)
    assert input_schema(tool)["additionalProperties"] is False
    jsonschema.Draft202012Validator.check_schema(input_schema(tool))


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("wrods", "did you mean 'words'?"),
        ("Words", "did you mean 'words'?"),
        ("task", "it belongs into 'parts';"),
    ],
)
async def test_a_mistyped_argument_is_told_what_was_meant(wrong: str, hint: str) -> None:
    parts = option("parts", {"type": "object", "properties": {"task": TEXT}}, "Its parts.")
    tool = a_tool(takes=(*a_tool().takes, parts))
    answer = await Toolbox([tool]).call("echo", {"words": "a", wrong: "b"}, LOCAL)
    assert answer.structured["field"] == wrong
    assert f"echo has no such argument; {hint} it has words, loud" in answer.structured["error"]


async def test_a_tool_that_its_scopes_hide_is_told_of_like_one_that_there_is_not() -> None:
    box = Toolbox([a_tool()])
    hidden = await box.call("echo", {"words": "a"}, READER)
    nowhere = await box.call("ohce", {"words": "a"}, READER)
    assert "for this key" in hidden.structured["error"]
    assert hidden.text.replace("echo", "ohce") == nowhere.text


async def test_nothing_is_guessed_from_afar() -> None:
    answer = await Toolbox([a_tool()]).call("echo", {"words": "a", "colour": "b"}, LOCAL)
    assert "no such argument; it has words" in answer.structured["error"]
