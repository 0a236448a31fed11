"""What the Vibe CLI says, on transcripts of the real one (3.0.2 and 3.0.3)."""

from __future__ import annotations

import orjson
import pytest

from llmgw_desktop.clis.cli import OutputReader
from llmgw_desktop.clis.mistral import CLI
from llmgw_desktop.clis.mistral.reader import read_usage
from llmgw_desktop.domain.cli import (
    ErrorCategory,
    RunEnded,
    RunUsageTold,
    SessionTold,
    SessionWish,
    TextGrew,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
)
from llmgw_desktop.domain.usage import Usage
from tests.clis.support import (
    asked,
    end_of,
    events_of,
    only,
    recorded,
    stderr_of,
    text_in,
    transcript,
)


def reader(prompt: str = "say pong", session: SessionWish = SessionWish.NEW) -> OutputReader:
    return CLI.reader(asked(CLI.name, prompt, session=session))


def test_a_turn() -> None:
    assert recorded(reader(), "vibe.turn.jsonl") == [
        SessionTold(session_id="21cc7a34-2537-8973-56a1-b2aeac9754d1"),
        TextGrew(text="STUB-PONG users=1"),
        RunEnded(ok=True),
    ]


def test_a_tool() -> None:
    events = recorded(reader(), "vibe.tool.jsonl")
    call_id = "effect-62c8fbc2-8f94-5810-b69c-58c04c57f444"
    assert only(events, ToolBegan) == [
        ToolBegan(
            call_id=call_id,
            name="file_system.bash",
            summary="echo TOOLRAN-42 > tool_out.txt; cat tool_out.txt",
        )
    ]
    assert only(events, ToolEnded) == [ToolEnded(call_id=call_id, ok=True)]
    assert text_in(events).startswith("TOOLSAID:")
    assert end_of(events).ok


def test_a_tool_that_was_denied_lets_the_answer_go_on() -> None:
    events = recorded(reader(), "vibe.denied.jsonl")
    assert [ended.ok for ended in only(events, ToolEnded)] == [False]
    assert only(events, ThinkingGrew) == [ThinkingGrew(text="hm ")]
    assert text_in(events) == "Let me look. \n\nPONG1"
    assert end_of(events).ok


def test_a_resumed_conversation_as_it_is_printed_today() -> None:
    events = recorded(reader(session=SessionWish.RESUME), "vibe.resumed.jsonl")
    assert text_in(events) == "PONG2"
    assert end_of(events).ok


def test_of_a_printed_history_only_the_new_turn_counts() -> None:
    history = transcript("vibe.tool.jsonl")
    events = events_of(
        reader(session=SessionWish.CONTINUE), history + transcript("vibe.resumed.jsonl")
    )
    assert text_in(events) == "PONG2"
    assert only(events, ToolBegan) == []


def test_the_new_turn_is_told_of_while_it_goes_on() -> None:
    resumed = reader(session=SessionWish.RESUME)
    assert only(resumed.feed(transcript("vibe.tool.jsonl")), TextGrew) == []
    assert only(resumed.feed(transcript("vibe.resumed.jsonl")), TextGrew) == [
        TextGrew(text="PONG2")
    ]


def test_the_last_turn_is_ours_where_the_prompt_was_written_otherwise() -> None:
    events = events_of(
        reader("say  PONG", SessionWish.RESUME),
        transcript("vibe.tool.jsonl") + transcript("vibe.resumed.jsonl"),
    )
    assert text_in(events) == "PONG2"
    assert end_of(events).ok


def test_a_refused_key() -> None:
    last = end_of(recorded(reader(), "vibe.401.jsonl", 1))
    assert (last.ok, last.category) == (False, ErrorCategory.AUTH)
    assert last.error.startswith("Invalid API key (from env var STUB_KEY).")
    assert "vibe --setup" in last.error


def test_a_foreign_session() -> None:
    last = end_of(recorded(reader(session=SessionWish.RESUME), "vibe.unknown-session.jsonl", 1))
    assert last.error.startswith("Session not found: d638aec7")


def test_a_bound_that_was_reached() -> None:
    last = end_of(recorded(reader(), "vibe.turn-limit.jsonl", 3))
    assert (last.ok, last.stop_reason, last.category) == (False, "turn_limit", ErrorCategory.CLI)


@pytest.mark.parametrize(
    ("why", "category"), [("deadline", ErrorCategory.TIMEOUT), ("terminated", ErrorCategory.CLI)]
)
def test_a_run_that_was_stopped(why: str, category: ErrorCategory) -> None:
    noise = stderr_of("vibe.turn.jsonl")
    last = end_of(events_of(reader(), b"", exit_code=3, stderr=f"{noise}Stopped: {why}\n"))
    assert (last.ok, last.stop_reason, last.category) == (False, why, category)


def test_stopped_after_an_answer_is_still_stopped() -> None:
    last = end_of(
        events_of(
            reader(), transcript("vibe.turn.jsonl"), exit_code=3, stderr="Stopped: deadline\n"
        )
    )
    assert not last.ok


def test_code_0_without_an_answer_is_no_success() -> None:
    user_alone = transcript("vibe.turn.jsonl").splitlines(keepends=True)[:1]
    assert not end_of(events_of(reader(), b"".join(user_alone))).ok
    tool_last = transcript("vibe.tool.jsonl").splitlines(keepends=True)[:2]
    assert not end_of(events_of(reader(), b"".join(tool_last))).ok


def test_usage_of_its_export() -> None:
    assert read_usage(transcript("vibe.export.json")) == RunUsageTold(
        usage=Usage(input_tokens=4634, output_tokens=18, cache_read_tokens=4000),
        cost_usd=0.00467,
    )


def test_usage_as_older_versions_wrote_it_is_of_the_whole_session() -> None:
    stats = {"session_prompt_tokens": 10, "session_completion_tokens": 2, "session_cost": 0.5}
    assert read_usage(orjson.dumps({"stats": stats})) == RunUsageTold(
        usage=Usage(input_tokens=10, output_tokens=2),
        cost_usd=0.5,
        is_cumulative=True,
        is_cost_cumulative=True,
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"usage":3}',
        b'{"usage":{"input_tokens":0,"output_tokens":0},"cost_usd":0.0}',
        b'{"stats":{"session_prompt_tokens":"1"}}',
    ],
)
def test_what_tells_nothing_is_unknown(content: bytes) -> None:
    assert read_usage(content) is None
