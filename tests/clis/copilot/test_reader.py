from __future__ import annotations

from typing import Any

import orjson
import pytest

from llmgw_desktop.clis.copilot import CLI
from llmgw_desktop.domain.cli import (
    CliName,
    CliRequest,
    ErrorCategory,
    ModelTold,
    Retrying,
    RunUsageTold,
    SessionTold,
    TextGrew,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.usage import Usage
from tests.clis.support import SESSION, asked, end_of, events_of, only, text_in, transcript


def request(**options: Any) -> CliRequest:
    return asked(CliName.COPILOT, options=options)


def read(name: str, **finish: Any) -> list[Any]:
    return events_of(CLI.reader(request()), transcript(name), **finish)


def test_a_turn() -> None:
    events = read("copilot.turn.jsonl")
    assert text_in(events) == "STUB-PONG users=1"
    assert only(events, ModelTold) == [ModelTold(model="stub-model")]
    assert len(only(events, SessionTold)) == 1
    assert end_of(events).text == "STUB-PONG users=1"
    assert only(events, RunUsageTold) == []


def test_a_tool_is_used() -> None:
    events = read("copilot.tool.jsonl")
    assert only(events, ToolBegan) == [
        ToolBegan(
            call_id="call_stubf26e37b6",
            name="bash",
            summary="echo TOOLRAN-$((40+2)) > tool_out.txt; cat tool_out.txt",
        )
    ]
    assert only(events, ToolEnded) == [ToolEnded(call_id="call_stubf26e37b6", ok=True)]
    assert text_in(events) == end_of(events).text
    assert text_in(events).startswith("TOOLSAID:")


@pytest.mark.parametrize(
    ("told", "ok"),
    [
        ({"success": True}, True),
        ({"success": False}, False),
        ({"success": True, "shellExecution": {"exitCode": 127}}, False),
        ({"success": False, "shellExecution": {"exitCode": 0}}, False),
        ({}, None),
    ],
)
def test_how_a_tool_ended(told: dict[str, Any], ok: bool | None) -> None:
    output = lines(said("tool.execution_complete", toolCallId="c", **told))
    assert events_of(CLI.reader(request()), output)[0] == ToolEnded(call_id="c", ok=ok)


def test_a_refused_key() -> None:
    events = read("copilot.401.jsonl", exit_code=1)
    end = end_of(events)
    assert only(events, Retrying) == [
        Retrying(reason="transient_auth_error (HTTP 401)", attempt=1, status=401),
        Retrying(reason="transient_auth_error (HTTP 401)", attempt=2, status=401),
    ]
    assert (end.ok, end.category, end.status) == (False, ErrorCategory.AUTH, 401)
    assert "copilot login" in end.error


def lines(*messages: dict[str, Any]) -> bytes:
    return b"".join(orjson.dumps(message) + b"\n" for message in messages)


def said(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


GOOD = {"type": "result", "sessionId": SESSION, "exitCode": 0}


def test_what_was_said_in_pieces_is_not_said_again() -> None:
    output = lines(
        said("assistant.turn_start"),
        said("assistant.reasoning_delta", reasoningId="r", deltaContent="Hm"),
        said("assistant.reasoning", reasoningId="r", content="Hm"),
        said("assistant.message_delta", messageId="a", deltaContent="On"),
        said("assistant.message_delta", messageId="a", deltaContent="e."),
        said("assistant.message", messageId="a", content="One.", model="m"),
        said("assistant.message", messageId="b", content="unheard", parentToolCallId="t"),
        said("assistant.turn_start"),
        said("assistant.reasoning", reasoningId="s", content="Well"),
        said("assistant.message", messageId="c", content="Two.", model="m"),
        GOOD,
    )
    events = events_of(CLI.reader(request()), output)
    assert text_in(events) == "One.\n\nTwo."
    assert only(events, ThinkingGrew) == [ThinkingGrew(text="Hm"), ThinkingGrew(text="Well")]
    assert only(events, TextGrew)[0] == TextGrew(text="On")
    assert end_of(events).text == "Two."


def test_an_error_without_an_answer_is_a_failure_whatever_the_exit_code() -> None:
    output = lines(said("session.error", message="Too many requests", statusCode=429), GOOD)
    end = end_of(events_of(CLI.reader(request()), output))
    assert (end.ok, end.category, end.status) == (False, ErrorCategory.RATE_LIMIT, 429)


def test_a_warning_does_not_end_the_run() -> None:
    warning = said("session.warning", warningType="quota", message="nearly used up")
    message = said("assistant.message", messageId="a", content="Hi", model="m")
    events = events_of(CLI.reader(request()), lines(warning, message, GOOD))
    assert only(events, Warned) == [Warned(code="quota", message="nearly used up")]
    assert end_of(events).ok


def test_stderr_says_why_a_session_is_unknown() -> None:
    stderr = f"Error: No session, task, or name matched '{SESSION}'.\n"
    end = end_of(events_of(CLI.reader(request()), b"", exit_code=1, stderr=stderr))
    assert end.error.startswith("Error: No session")


class TestSideUsage:
    content = transcript("copilot.events.jsonl")

    def told(self, content: bytes) -> RunUsageTold | None:
        assert CLI.side_usage is not None
        return CLI.side_usage.read(content)

    def test_is_in_a_file_of_the_session(self) -> None:
        assert CLI.side_usage is not None
        path = CLI.side_usage.path.format(session_id=SESSION)
        assert path == f".copilot/session-state/{SESSION}/events.jsonl"

    def test_is_that_of_the_last_run(self) -> None:
        """The session's own figures have grown to 23717."""
        usage = Usage(
            input_tokens=11877, output_tokens=19, cache_read_tokens=0, cache_write_tokens=0
        )
        assert self.told(self.content) == RunUsageTold(usage=usage)

    def test_is_added_up_over_calls_and_told_of_a_run_that_was_cut_off(self) -> None:
        record = {"usage": {"inputTokens": 5, "outputTokens": 2, "reasoningTokens": 1}}
        events = lines(
            said("session.resume"),
            {"type": "session.usage_record", "data": record},
            {"type": "session.usage_record", "data": record},
        )
        told = self.told(self.content + events + b'{"type":"session.usage_record","da')
        assert told is not None
        assert told.usage == Usage(input_tokens=10, output_tokens=4, reasoning_tokens=2)

    @pytest.mark.parametrize(
        "content",
        [b"", b"garbage", b'{"type":"session.usage_record"', b'["session.usage_record"]\n'],
    )
    def test_is_unknown_where_nothing_was_written(self, content: bytes) -> None:
        assert self.told(content) is None

    def test_is_unknown_for_a_run_that_said_nothing(self) -> None:
        assert self.told(self.content + lines(said("session.resume"))) is None
