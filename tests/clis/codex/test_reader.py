from __future__ import annotations

import json
from typing import Any

import orjson
import pytest

from llmgw_desktop.clis.codex import CLI
from llmgw_desktop.domain.cli import (
    CliName,
    CliRequest,
    ErrorCategory,
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
from llmgw_desktop.domain.provider import QuotaWindow
from llmgw_desktop.domain.usage import Usage
from tests.clis.support import SESSION, asked, end_of, events_of, only, text_in, transcript

RESUME = {"session": SessionWish.RESUME, "session_id": SESSION}
FORK = {"session": SessionWish.FORK, "session_id": SESSION}


def request(**options: Any) -> CliRequest:
    return asked(CliName.CODEX, options=options)


def goes_on(**options: Any) -> CliRequest:
    return asked(CliName.CODEX, options=options, **RESUME)


def read(name: str, of: CliRequest | None = None, **finish: Any) -> list[Any]:
    return events_of(CLI.reader(of or request()), transcript(name), **finish)


def test_a_turn() -> None:
    events = read("codex.turn.jsonl")
    assert events[0] == SessionTold(session_id="01a1fbae-e817-77f2-8b53-9f9a74b14cd1")
    assert isinstance(events[1], Warned)
    assert events[2:4] == [
        TextGrew(text="STUB-PONG users=2"),
        RunUsageTold(
            usage=Usage(
                input_tokens=2317,
                output_tokens=9,
                cache_read_tokens=2000,
                cache_write_tokens=0,
                reasoning_tokens=3,
            )
        ),
    ]
    assert end_of(events).text == "STUB-PONG users=2"
    assert len(events) == 5


def test_a_tool_is_used() -> None:
    events = read("codex.tool.jsonl")
    assert only(events, ToolBegan) == [
        ToolBegan(
            call_id="item_1",
            name="command_execution",
            summary="/bin/bash -lc 'echo TOOLRAN-$((40+2)) > tool_out.txt; cat tool_out.txt'",
        )
    ]
    assert only(events, ToolEnded) == [ToolEnded(call_id="item_1", ok=True)]


@pytest.mark.parametrize("of", [goes_on(), asked(CliName.CODEX, **FORK)])
def test_what_goes_on_tells_the_use_of_the_whole_session(of: CliRequest) -> None:
    (told,) = only(read("codex.resumed.jsonl", of), RunUsageTold)
    assert told.is_cumulative
    assert told.usage.input_tokens == 18423


def test_a_refused_key() -> None:
    events = read("codex.401.jsonl", exit_code=1)
    end = end_of(events)
    assert [each.attempt for each in only(events, Retrying)] == [1, 2, 3, 4, 5]
    assert {each.status for each in only(events, Retrying)} == {401}
    assert only(events, Retrying)[0].reason.startswith("unexpected status 401 Unauthorized")
    assert (end.ok, end.category, end.status) == (False, ErrorCategory.AUTH, 401)
    assert "codex login" in end.error


def lines(*messages: dict[str, Any]) -> bytes:
    return b"".join(orjson.dumps(message) + b"\n" for message in messages)


def item(kind: str, *, event: str = "item.completed", **members: Any) -> dict[str, Any]:
    return {"type": event, "item": {"id": "item_7", "type": kind, **members}}


DONE = {"type": "turn.completed"}


def test_messages_are_set_apart_and_the_last_is_the_answer() -> None:
    output = lines(item("agent_message", text="One."), item("agent_message", text="Two."), DONE)
    events = events_of(CLI.reader(request()), output)
    assert text_in(events) == "One.\n\nTwo."
    assert end_of(events).text == "Two."
    assert only(events, RunUsageTold) == [], "absent is absent"


@pytest.mark.parametrize(
    ("tool", "began", "ok"),
    [
        (
            item("mcp_tool_call", server="s", tool="t", arguments={"query": "q"}, status="failed"),
            ToolBegan(call_id="item_7", name="s.t", summary="q"),
            False,
        ),
        (
            item("file_change", changes=[{"path": "a"}, {"path": "b"}], status="completed"),
            ToolBegan(call_id="item_7", name="file_change", summary="a, b"),
            True,
        ),
        (
            item("web_search", query="q"),
            ToolBegan(call_id="item_7", name="web_search", summary="q"),
            None,
        ),
        (
            item("command_execution", command="false", exit_code=1, status="failed"),
            ToolBegan(call_id="item_7", name="command_execution", summary="false"),
            False,
        ),
    ],
)
def test_tools_that_were_only_told_at_their_end(
    tool: dict[str, Any], began: ToolBegan, ok: bool | None
) -> None:
    events = events_of(CLI.reader(request()), lines(tool))
    assert events[:2] == [began, ToolEnded(call_id="item_7", ok=ok)]


def test_thinking() -> None:
    events = events_of(CLI.reader(request()), lines(item("reasoning", text="Hm")))
    assert events[0] == ThinkingGrew(text="Hm")


def test_an_answer_as_json() -> None:
    output = lines(item("agent_message", text='{"a": 1}'), DONE)
    assert end_of(events_of(CLI.reader(request(outputSchema={})), output)).structured == {"a": 1}
    assert end_of(events_of(CLI.reader(request()), output)).structured is None


def test_an_error_before_the_turn_is_the_reason() -> None:
    output = lines({"type": "error", "message": "Missing environment variable: `STUB_KEY`."})
    end = end_of(events_of(CLI.reader(request()), output, exit_code=1))
    assert end.category is ErrorCategory.AUTH
    assert end.error.startswith("Missing environment variable")


def test_stderr_says_why_a_session_is_unknown() -> None:
    stderr = (
        "WARNING: proceeding, even though we could not create PATH aliases: no\n"
        "Reading prompt from stdin...\n"
        "Error: thread/resume: thread/resume failed: no rollout found for thread id x\n"
    )
    end = end_of(events_of(CLI.reader(goes_on()), b"", exit_code=1, stderr=stderr))
    assert end.error.startswith("Error: thread/resume")
    assert end.category is ErrorCategory.CLI


class TestSideUsage:
    content = transcript("codex.rollout.jsonl")

    def told(self, content: bytes) -> RunUsageTold | None:
        assert CLI.side_usage is not None
        return CLI.side_usage.read(content)

    def test_is_that_of_the_last_run_alone(self) -> None:
        """The session has come to 27641."""
        told = self.told(self.content)
        assert told is not None
        assert (told.usage.input_tokens, told.usage.output_tokens) == (9218, 3)
        assert not told.is_cumulative

    def test_tells_what_is_left_of_a_subscription(self) -> None:
        told = self.told(transcript("codex.rollout-quota.jsonl"))
        assert told is not None
        assert told.windows == (
            QuotaWindow(name="5h", used_share=0.425, resets_at_s=1795300000),
            QuotaWindow(name="7d", used_share=0.07, resets_at_s=1795900000),
        )
        assert told.usage.input_tokens == 10

    @pytest.mark.parametrize(
        ("limits", "names"),
        [
            (None, []),
            ({"primary": None, "secondary": {"used_percent": 5}}, ["secondary"]),
            ({"primary": {"used_percent": "5", "window_minutes": 300}}, []),
            ({"primary": {"used_percent": 1e999, "window_minutes": 300}}, []),
            ({"primary": {"used_percent": 250, "window_minutes": -1}}, ["primary"]),
            ({"primary": {"used_percent": 5, "window_minutes": 90}}, ["90m"]),
            (
                {"primary": {"used_percent": 5, "window_minutes": True, "resets_at": "x"}},
                ["primary"],
            ),
            ([1, 2], []),
        ],
    )
    def test_takes_nothing_for_a_quota_that_is_none(self, limits: object, names: list[str]) -> None:
        event = {"type": "token_count", "info": None, "rate_limits": limits}
        told = self.told(json.dumps({"type": "event_msg", "payload": event}).encode())
        windows = () if told is None else told.windows
        assert [each.name for each in windows] == names
        assert all(0 <= (each.used_share or 0) <= 1 for each in windows)

    def test_is_added_up_over_calls_and_counts_none_twice(self) -> None:
        def count(total: int) -> dict[str, Any]:
            one = {"input_tokens": 5, "output_tokens": 1}
            info = {"total_token_usage": {"input_tokens": total}, "last_token_usage": one}
            return {"type": "event_msg", "payload": {"type": "token_count", "info": info}}

        begun = {"type": "event_msg", "payload": {"type": "task_started"}}
        unknown = {"type": "event_msg", "payload": {"type": "token_count", "info": None}}
        told = self.told(self.content + lines(begun, unknown, count(5), count(5), count(10)))
        assert told is not None
        assert told.usage == Usage(input_tokens=10, output_tokens=2)
        assert self.told(self.content + lines(begun, unknown)) is None

    @pytest.mark.parametrize("content", [b"", b'{"token_count"', b'["token_count"]\n'])
    def test_is_unknown_where_nothing_was_written(self, content: bytes) -> None:
        assert self.told(content) is None
