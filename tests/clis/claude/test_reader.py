from __future__ import annotations

from typing import Any

import orjson
import pytest

from llmgw_desktop.clis.claude import CLI
from llmgw_desktop.domain.cli import (
    CliName,
    CliRequest,
    ErrorCategory,
    ModelTold,
    Retrying,
    RunUsageTold,
    SessionTold,
    SessionWish,
    TextGrew,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.usage import Usage
from tests.clis.support import SESSION, asked, end_of, events_of, only, text_in, transcript


def request(**options: Any) -> CliRequest:
    return asked(CliName.CLAUDE, options=options)


def read(name: str, of: CliRequest | None = None, **finish: Any) -> list[Any]:
    return events_of(CLI.reader(of or request()), transcript(name), **finish)


def test_a_turn() -> None:
    used = Usage(
        input_tokens=2317,
        output_tokens=9,
        cache_read_tokens=2000,
        cache_write_tokens=300,
        cache_write_1h_tokens=200,
    )
    events = read("claude.turn.jsonl")
    assert events[:5] == [
        SessionTold(session_id="a34715cc-9245-4a30-87c0-f6351e1d9ac1"),
        ModelTold(model="claude-opus-5-5"),
        TextGrew(text="STUB-"),
        TextGrew(text="PONG users=1"),
        RunUsageTold(usage=used),
    ]
    assert only(events, RunUsageTold)[-1] == RunUsageTold(
        usage=used.with_news(Usage(reasoning_tokens=0)), cost_usd=pytest.approx(0.002748)
    )
    assert end_of(events).text == "STUB-PONG users=1"
    assert end_of(events).stop_reason == "end_turn"
    assert len(events) == 7


def test_a_turn_without_pieces_says_the_same() -> None:
    events = read("claude.whole.jsonl")
    assert text_in(events) == "STUB-PONG users=1"
    assert end_of(events).ok


def test_a_tool_is_used() -> None:
    events = read("claude.tool.jsonl")
    assert only(events, ToolBegan) == [
        ToolBegan(
            call_id="toolu_stub4790bbe8",
            name="Bash",
            summary="echo TOOLRAN-$((40+2)) > tool_out.txt; cat tool_out.txt",
        )
    ]
    assert only(events, ToolEnded) == [ToolEnded(call_id="toolu_stub4790bbe8", ok=True)]
    assert text_in(events) == 'TOOLSAID:"TOOLRAN-42"'
    assert [told.usage.input_tokens for told in only(events, RunUsageTold)] == [2317, 4634, 4634]


def test_a_resumed_session_tells_the_use_of_this_run() -> None:
    """Its total cost and its models' figures are those of the whole session."""
    of = asked(CliName.CLAUDE, session=SessionWish.RESUME, session_id=SESSION)
    told = only(read("claude.resumed.jsonl", of), RunUsageTold)[-1]
    assert (told.usage.input_tokens, told.usage.output_tokens) == (2051, 4)
    assert not told.is_cumulative
    assert not told.is_cost_cumulative
    assert told.cost_usd is None, "a price that nobody knows"


def test_an_older_version_tells_the_cost_of_the_whole_session() -> None:
    of = asked(CliName.CLAUDE, session=SessionWish.RESUME, session_id=SESSION)
    told = only(read("claude.json.jsonl", of), RunUsageTold)[-1]
    assert told.usage.input_tokens == 2317
    assert told.is_cost_cumulative
    assert not only(read("claude.json.jsonl"), RunUsageTold)[-1].is_cost_cumulative


def test_a_refused_key() -> None:
    events = read("claude.401.jsonl", exit_code=1)
    end = end_of(events)
    assert only(events, Retrying) == [
        Retrying(reason="authentication_failed (HTTP 401)", attempt=1, status=401, pause_s=0.507)
    ]
    assert text_in(events) == "", "an error is no answer"
    assert (end.ok, end.category, end.status) == (False, ErrorCategory.AUTH, 401)
    assert end.error.startswith("Failed to authenticate.")
    assert "claude auth login" in end.error
    assert only(events, RunUsageTold) == []


def test_an_unknown_session() -> None:
    end = end_of(read("claude.no-session.jsonl", exit_code=1))
    assert end.category is ErrorCategory.CLI
    assert end.error.startswith("No conversation found with session ID")


def lines(*messages: dict[str, Any]) -> bytes:
    return b"".join(orjson.dumps(message) + b"\n" for message in messages)


RESULT = {"type": "result", "subtype": "success", "is_error": False, "result": "Done."}


def test_an_error_that_calls_itself_success() -> None:
    message = RESULT | {"is_error": True, "result": "API Error: 529 overloaded"}
    end = end_of(events_of(CLI.reader(request()), lines(message)))
    assert (end.ok, end.category) == (False, ErrorCategory.UPSTREAM)


def test_a_limit_that_was_reached() -> None:
    message = {"type": "result", "subtype": "error_max_turns", "is_error": True}
    end = end_of(events_of(CLI.reader(request()), lines(message), exit_code=1))
    assert end.error == "It reached maxTurns before it was done."


def test_an_answer_as_json_is_one_without_text() -> None:
    message = RESULT | {"result": "", "structured_output": {"a": 1}}
    end = end_of(events_of(CLI.reader(request()), lines(message)))
    assert (end.ok, end.structured) == (True, {"a": 1})


def test_messages_are_set_apart_and_subagents_are_not_heard() -> None:
    def said(text: str, parent: str | None = None) -> dict[str, Any]:
        block = {"type": "text", "text": text}
        message = {"id": text, "model": "m", "content": [block]}
        return {"type": "assistant", "message": message, "parent_tool_use_id": parent}

    thought = {
        "type": "assistant",
        "message": {"content": [{"type": "thinking", "thinking": "Hm"}]},
    }
    output = lines(said("One."), said("unheard", "toolu_1"), thought, said("Two."), RESULT)
    events = events_of(CLI.reader(request()), output)
    assert text_in(events) == "One.\n\nTwo."
    assert only(events, ThinkingGrew) == [ThinkingGrew(text="Hm")]


def test_what_was_not_allowed_is_told() -> None:
    message = RESULT | {"permission_denials": [{"tool_name": "Bash"}, {"tool_name": "Bash"}]}
    events = events_of(CLI.reader(request()), lines(message))
    assert [each.message for each in only(events, Warned)] == ["It was not allowed to use Bash."]


def test_several_turns_are_added_up() -> None:
    used = {"m": {"inputTokens": 5, "outputTokens": 1, "costUSD": 0.5, "costBasis": "list"}}
    message = RESULT | {"model_usage_since_last_result": used}
    events = events_of(CLI.reader(request()), lines(message, message | {"result": "Twice."}))
    last = only(events, RunUsageTold)[-1]
    assert (last.usage.input_tokens, last.cost_usd) == (10, 1.0)
    assert end_of(events).text == "Twice."


def test_stderr_says_why_where_nothing_else_does() -> None:
    stderr = (
        '[claude-code:unrecognized_model] {"model":"x"}\nError: Session ID is already in use.\n'
    )
    end = end_of(events_of(CLI.reader(request()), b"", exit_code=1, stderr=stderr))
    assert end.error == (
        "Error: Session ID is already in use.\n"
        "Claude Code ended with exit code 1 before it was done."
    )
