"""What the Grok CLI says in streaming-messages-json, on transcripts of the real one (1.0.41)."""

from __future__ import annotations

import orjson
import pytest

from llmgw_desktop.clis.cli import OutputReader
from llmgw_desktop.clis.grok import CLI
from llmgw_desktop.clis.grok.reader import GrokMessagesReader
from llmgw_desktop.domain.cli import (
    ErrorCategory,
    RunEnded,
    SessionTold,
    TextGrew,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
)
from llmgw_desktop.domain.usage import Usage
from tests.clis.support import asked, end_of, events_of, last_used, only, recorded, text_in

AS_MESSAGES = {"outputFormat": "streaming-messages-json"}


def reader() -> OutputReader:
    return CLI.reader(asked(CLI.name, options=AS_MESSAGES))


def test_the_request_s_format_chooses_the_reader() -> None:
    request = asked(CLI.name, options=AS_MESSAGES)
    assert isinstance(CLI.reader(request), GrokMessagesReader)
    assert CLI.plan(request).output_format == "streaming-messages-json"
    assert not isinstance(CLI.reader(asked(CLI.name)), GrokMessagesReader)


def test_what_is_said_twice_is_passed_on_once() -> None:
    events = recorded(reader(), "grok.messages-tool.jsonl")
    assert text_in(events) == "Let me look. \n\nPONG3"
    assert only(events, ThinkingGrew) == [ThinkingGrew(text="hm ")]
    assert only(events, ToolBegan) == [
        ToolBegan(call_id="call_1", name="run_terminal_command", summary="touch made.txt")
    ]
    assert only(events, ToolEnded) == [ToolEnded(call_id="call_1", ok=True)]
    assert end_of(events) == RunEnded(ok=True, text="PONG3", stop_reason="end_turn")


def test_whole_messages_are_enough() -> None:
    events = recorded(reader(), "grok.messages-turn.jsonl")
    assert only(events, SessionTold) == [
        SessionTold(session_id="01a1fbaf-6460-7210-ab8f-a2fb054f0d65")
    ]
    assert only(events, TextGrew) == [TextGrew(text="STUB-PONG users=3")]
    assert last_used(events).cost_usd is None
    assert last_used(events).usage == Usage(
        input_tokens=2317, output_tokens=9, cache_read_tokens=2000, cache_write_tokens=0
    )


@pytest.mark.parametrize(
    ("result", "category"),
    [
        ({"is_error": True, "errors": ["Unauthorized (401)", 3]}, ErrorCategory.AUTH),
        ({"is_error": True, "result": "overloaded"}, ErrorCategory.UPSTREAM),
        ({"is_error": True, "errors": 3}, ErrorCategory.CLI),
        ({"is_error": False, "stop_reason": "cancelled"}, ErrorCategory.CLI),
        ({"is_error": False, "stop_reason": "end_turn", "result": ""}, ErrorCategory.EMPTY),
    ],
)
def test_what_is_no_success(result: dict[str, object], category: ErrorCategory) -> None:
    line = orjson.dumps({"type": "result", **result})
    last = end_of(events_of(reader(), line))
    assert (last.ok, last.category) == (False, category)


def test_an_error_before_all_else() -> None:
    line = b'{"type":"error","message":"unknown model id"}\n'
    last = end_of(events_of(reader(), line, exit_code=1))
    assert (last.ok, last.error) == (False, "unknown model id")
