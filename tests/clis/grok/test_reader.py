"""What the Grok CLI says in streaming-json, on transcripts of the real one (1.0.41)."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.clis.cli import OutputReader
from llmgw_desktop.clis.grok import CLI
from llmgw_desktop.clis.grok.reader import plain, usage_of
from llmgw_desktop.domain.cli import (
    ErrorCategory,
    ModelTold,
    RunEnded,
    RunUsageTold,
    SessionTold,
    TextGrew,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.usage import Usage
from tests.clis.support import (
    asked,
    end_of,
    events_of,
    last_used,
    lines,
    only,
    recorded,
    text_in,
    transcript,
)

USED = Usage(
    input_tokens=2317,
    output_tokens=9,
    cache_read_tokens=2000,
    cache_write_tokens=0,
    reasoning_tokens=3,
)


def reader() -> OutputReader:
    return CLI.reader(asked(CLI.name))


def test_a_turn() -> None:
    assert recorded(reader(), "grok.turn.jsonl") == [
        TextGrew(text="STUB-"),
        TextGrew(text="PONG users=3"),
        RunUsageTold(usage=USED),
        SessionTold(session_id="01a1fbaf-5dbd-7a82-8d36-e45f2241f4ea"),
        ModelTold(model="stub-model"),
        RunUsageTold(usage=USED),
        RunEnded(ok=True, stop_reason="end_turn"),
    ]


def test_a_tool() -> None:
    events = recorded(reader(), "grok.tool.jsonl")
    assert only(events, ToolBegan) == [
        ToolBegan(
            call_id="call_stub63935943",
            name="run_terminal_command",
            summary="echo TOOLRAN-$((40+2)) > tool_out.txt; cat tool_out.txt",
        )
    ]
    assert only(events, ToolEnded) == [ToolEnded(call_id="call_stub63935943", ok=True)]
    assert [each.usage.input_tokens for each in only(events, RunUsageTold)] == [2317, 4634, 4634]
    assert last_used(events).usage.cache_read_tokens == 4000
    assert end_of(events).ok


def test_a_refused_key() -> None:
    last = end_of(recorded(reader(), "grok.401.jsonl", 1))
    assert (last.ok, last.status, last.category) == (False, 401, ErrorCategory.AUTH)
    said, guidance = last.error.split("\n")
    assert said == (
        "Unauthorized (401) from http://127.0.0.1:8099/v1/chat/completions:"
        " authentication_error: stub forced error"
    )
    assert guidance.startswith("Grok is not signed in")


def test_a_tool_that_may_not_be_used_is_no_success_though_it_exits_with_0() -> None:
    events = events_of(
        reader(),
        lines(
            {"type": "text", "data": "Let me look. "},
            {"type": "tool_call", "toolCallId": "1", "toolName": "write", "rawInput": {}},
            {"type": "tool_call_update", "toolCallId": "1", "status": "failed"},
            {"type": "end", "stopReason": "cancelled", "sessionId": "s"},
        ),
    )
    last = end_of(events)
    assert (last.ok, last.category, last.stop_reason) == (False, ErrorCategory.CLI, "cancelled")
    assert "permissionMode" in last.error


def test_a_denied_tool_lets_the_answer_go_on() -> None:
    events = recorded(reader(), "grok.denied.jsonl")
    assert only(events, ToolEnded) == [ToolEnded(call_id="call_1", ok=False)]
    assert text_in(events) == "Let me look. \n\nPONG3"
    assert only(events, ThinkingGrew) == [ThinkingGrew(text="hm ")]
    assert end_of(events).ok


def test_turns_used_up() -> None:
    last = end_of(recorded(reader(), "grok.max-turns.jsonl", 1))
    assert (last.ok, last.stop_reason) == (False, "max_turns")
    assert "maxTurns" in last.error


def test_an_answer_that_does_not_fit_its_schema() -> None:
    last = end_of(recorded(reader(), "grok.schema-unfit.jsonl"))
    assert not last.ok
    assert last.error.startswith("Its answer does not fit jsonSchema: model output was not valid")


def test_an_answer_that_does() -> None:
    ended = {"type": "end", "stopReason": "end_turn", "structuredOutput": {"a": 1}}
    assert end_of(events_of(reader(), lines(ended))).structured == {"a": 1}


def test_a_foreign_session() -> None:
    last = end_of(recorded(reader(), "grok.unknown-session.jsonl", 1))
    assert not last.ok
    assert "not found locally" in last.error
    assert last.category is ErrorCategory.CLI
    assert "grok login" not in last.error


@pytest.mark.parametrize(
    ("cost", "known"), [(0.0, None), (0, None), (None, None), ("1", None), (0.25, 0.25)]
)
def test_a_cost_of_nothing_is_unknown(cost: Any, known: float | None) -> None:
    ended = {"type": "end", "usage": {"input_tokens": 1}, "total_cost_usd": cost}
    assert last_used(events_of(reader(), lines(ended))).cost_usd == known


def test_figures_that_are_all_zero_are_unknown() -> None:
    assert usage_of({"input_tokens": 0, "output_tokens": 0}) is None
    assert usage_of({"input_tokens": True, "output_tokens": -1}) is None


def test_code_0_without_an_end_is_no_success() -> None:
    whole = transcript("grok.turn.jsonl").splitlines(keepends=True)
    last = end_of(events_of(reader(), b"".join(whole[:-1])))
    assert not last.ok
    assert "before it was done" in last.error


def test_an_empty_answer_is_no_success() -> None:
    events = events_of(reader(), lines({"type": "end", "stopReason": "end_turn"}))
    assert end_of(events).category is ErrorCategory.EMPTY


def test_another_reason_to_stop_is_told() -> None:
    said = {"type": "text", "data": "half"}
    events = events_of(reader(), lines(said, {"type": "end", "stopReason": "max_tokens"}))
    assert [warning.code for warning in only(events, Warned)] == ["stop_reason"]
    assert end_of(events).ok


def test_its_insides_are_left_out_of_an_error() -> None:
    assert plain('Internal error: "Gone (500)\\n\\n  Model:  x"') == "Gone (500)"
    assert plain("plain words") == "plain words"
