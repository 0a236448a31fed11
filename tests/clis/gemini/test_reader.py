"""What the Gemini CLI says, on transcripts of the real one (0.61.0)."""

from __future__ import annotations

import pytest

from llmgw_desktop.clis.cli import OutputReader
from llmgw_desktop.clis.gemini import CLI
from llmgw_desktop.clis.gemini.reader import error_on_stderr, used
from llmgw_desktop.domain.cli import (
    ErrorCategory,
    ModelTold,
    RunEnded,
    RunUsageTold,
    SessionTold,
    TextGrew,
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
    stderr_of,
    text_in,
    transcript,
)


def reader() -> OutputReader:
    return CLI.reader(asked(CLI.name))


def test_a_turn() -> None:
    assert recorded(reader(), "gemini.turn.jsonl") == [
        SessionTold(session_id="d06a9000-89e5-4df8-8b85-4f2f7c3af361"),
        ModelTold(model="gemini-2.5-pro"),
        TextGrew(text="STUB-PONG users=1"),
        RunUsageTold(usage=Usage(input_tokens=2317, output_tokens=12, cache_read_tokens=2000)),
        RunEnded(ok=True),
    ]


def test_a_tool() -> None:
    events = recorded(reader(), "gemini.tool.jsonl")
    assert only(events, ToolBegan) == [
        ToolBegan(
            call_id="run_shell_command__fcall_stub1",
            name="run_shell_command",
            summary="echo TOOLRAN-42 > tool_out.txt; cat tool_out.txt",
        )
    ]
    assert only(events, ToolEnded) == [ToolEnded(call_id="run_shell_command__fcall_stub1", ok=True)]
    assert last_used(events).usage.input_tokens == 4634
    assert end_of(events).ok


def test_a_refused_key_as_a_stream_tells_it() -> None:
    events = recorded(reader(), "gemini.401.jsonl", 145)
    last = end_of(events)
    assert (last.ok, last.status, last.category) == (False, 401, ErrorCategory.AUTH)
    assert last.error.startswith("stub forced error (401)\nGemini is not signed in")
    assert only(events, RunUsageTold) == []


def test_a_refused_key_as_stderr_tells_it() -> None:
    last = end_of(recorded(reader(), "gemini.json-401.jsonl", 145))
    assert (last.ok, last.status, last.category) == (False, 401, ErrorCategory.AUTH)
    assert last.error.startswith("stub forced error (401)\n")


@pytest.mark.parametrize(
    ("code", "status", "category"),
    [
        (144, 400, ErrorCategory.UPSTREAM),
        (145, 401, ErrorCategory.AUTH),
        (147, 403, ErrorCategory.AUTH),
        (173, 429, ErrorCategory.RATE_LIMIT),
        (244, 500, ErrorCategory.UPSTREAM),
        (247, 503, ErrorCategory.UPSTREAM),
        (41, None, ErrorCategory.AUTH),
        (42, None, ErrorCategory.INVALID_INPUT),
        (55, None, ErrorCategory.CLI),
        (1, None, ErrorCategory.CLI),
        (-9, None, ErrorCategory.CLI),
    ],
)
def test_exit_codes_that_are_a_status(
    code: int, status: int | None, category: ErrorCategory
) -> None:
    last = end_of(events_of(reader(), b"", exit_code=code))
    assert (last.ok, last.status, last.category) == (False, status, category)


def test_a_foreign_session() -> None:
    last = end_of(recorded(reader(), "gemini.unknown-session.jsonl", 42))
    assert last.category is ErrorCategory.INVALID_INPUT
    assert "No previous sessions found for this project" in last.error
    assert "It did not accept what it was asked" in last.error


def test_code_0_without_an_end_is_no_success() -> None:
    whole = transcript("gemini.turn.jsonl").splitlines(keepends=True)
    events = events_of(reader(), b"".join(whole[:3]), stderr=stderr_of("gemini.turn.jsonl"))
    assert text_in(events) == "STUB-PONG users=1"
    last = end_of(events)
    assert not last.ok
    assert last.error == "Gemini ended with exit code 0 before it was done."


def test_an_end_that_nobody_saw_leave_counts() -> None:
    assert end_of(recorded(reader(), "gemini.turn.jsonl", None)).ok


def test_an_answer_and_then_a_failure_is_none() -> None:
    last = end_of(recorded(reader(), "gemini.turn.jsonl", 1))
    assert not last.ok
    assert last.error.endswith(
        "Gemini said that it had succeeded, and then ended with exit code 1."
    )


def test_an_empty_answer_is_no_success() -> None:
    events = events_of(reader(), lines({"type": "result", "status": "success", "stats": {}}))
    assert end_of(events).category is ErrorCategory.EMPTY


def test_what_is_said_after_a_tool_is_a_paragraph_of_its_own() -> None:
    said = {"type": "message", "role": "assistant", "delta": True}
    events = events_of(
        reader(),
        lines(
            {**said, "content": "Let me "},
            {**said, "content": "look."},
            {"type": "tool_use", "tool_name": "t", "tool_id": "1", "parameters": {}},
            {"type": "tool_result", "tool_id": "1", "status": "error"},
            {**said, "content": "It is 42."},
            {"type": "result", "status": "success"},
        ),
    )
    assert text_in(events) == "Let me look.\n\nIt is 42."
    assert only(events, ToolEnded) == [ToolEnded(call_id="1", ok=False)]


def test_complaints_are_warnings_and_the_reason_where_it_fails() -> None:
    complaint = {"type": "error", "severity": "error", "message": "Maximum session turns exceeded"}
    events = events_of(reader(), lines(complaint), exit_code=53)
    assert only(events, Warned) == [
        Warned(code="gemini_error", message="Maximum session turns exceeded")
    ]
    assert end_of(events).error == "Maximum session turns exceeded"


def test_figures_that_are_all_zero_are_unknown() -> None:
    zero = {"total_tokens": 0, "input_tokens": 0, "output_tokens": 0, "cached": 0}
    assert list(used(zero)) == []
    assert list(used({})) == []


@pytest.mark.parametrize("stderr", ["", "{\n", "{\n}", "{\n[]\n}", '{\n"error": 3}', "x {\n"])
def test_stderr_without_an_error_object(stderr: str) -> None:
    assert error_on_stderr(stderr) is None
