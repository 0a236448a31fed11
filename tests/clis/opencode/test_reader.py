"""What opencode says, on transcripts of the real one (1.18.33)."""

from __future__ import annotations

from llmgw_desktop.clis.cli import OutputReader
from llmgw_desktop.clis.opencode import CLI
from llmgw_desktop.domain.cli import (
    ErrorCategory,
    RunEnded,
    RunUsageTold,
    SessionTold,
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
    last_used,
    lines,
    only,
    recorded,
    text_in,
    transcript,
)

ONE_STEP = Usage(
    input_tokens=2317,
    output_tokens=9,
    cache_read_tokens=2000,
    cache_write_tokens=0,
    reasoning_tokens=3,
)


def step(reason: str, **tokens: object) -> dict[str, object]:
    return {"type": "step_finish", "part": {"reason": reason, "tokens": tokens, "cost": 0}}


def reader() -> OutputReader:
    return CLI.reader(asked(CLI.name))


def test_a_turn() -> None:
    assert recorded(reader(), "opencode.turn.jsonl") == [
        SessionTold(session_id="ses_e044eb816ffeu0Ns7T9eTf8CZx"),
        TextGrew(text="STUB-PONG users=1"),
        RunUsageTold(usage=ONE_STEP, cost_usd=0.000535),
        RunEnded(ok=True, stop_reason="stop"),
    ]


def test_a_tool_and_the_sum_of_its_steps() -> None:
    events = recorded(reader(), "opencode.tool.jsonl")
    assert only(events, ToolBegan) == [
        ToolBegan(
            call_id="call_stub4b7997e3",
            name="bash",
            summary="echo TOOLRAN-$((40+2)) > tool_out.txt; cat tool_out.txt",
        )
    ]
    assert only(events, ToolEnded) == [ToolEnded(call_id="call_stub4b7997e3", ok=True)]
    assert last_used(events) == RunUsageTold(
        usage=Usage(
            input_tokens=4634,
            output_tokens=18,
            cache_read_tokens=4000,
            cache_write_tokens=0,
            reasoning_tokens=6,
        ),
        cost_usd=0.00107,
    )
    assert end_of(events).ok


def test_thinking() -> None:
    events = recorded(reader(), "opencode.thinking.jsonl")
    assert only(events, ThinkingGrew) == [ThinkingGrew(text="hm ")]
    assert text_in(events) == "PONG1"


def test_a_refused_key() -> None:
    events = recorded(reader(), "opencode.401.jsonl", 1)
    last = end_of(events)
    assert (last.ok, last.status, last.category) == (False, 401, ErrorCategory.AUTH)
    assert last.error.startswith("stub forced error\nopencode is not signed in")
    assert len(only(events, SessionTold)) == 1


def test_an_unknown_model() -> None:
    last = end_of(recorded(reader(), "opencode.unknown-model.jsonl", 1))
    assert (last.ok, last.category) == (False, ErrorCategory.CLI)
    assert last.error.startswith("Unexpected server error")


def test_a_tool_that_was_refused_ends_the_turn_without_an_answer() -> None:
    events = recorded(reader(), "opencode.rejected.jsonl", 0)
    assert only(events, ToolEnded) == [ToolEnded(call_id="call_1", ok=False)]
    last = end_of(events)
    assert not last.ok
    assert last.error == (
        "! permission requested: bash (touch made.txt); auto-rejecting\n"
        "opencode ended with exit code 0 before it was done."
    )


def test_a_step_that_began_and_did_not_end_is_no_success() -> None:
    whole = transcript("opencode.tool.jsonl").splitlines(keepends=True)
    assert not end_of(events_of(reader(), b"".join(whole[:-1]))).ok
    assert not end_of(events_of(reader(), b"".join(whole[:3]))).ok


def test_an_error_after_an_answer_is_no_success() -> None:
    error = {"type": "error", "error": {"name": "APIError", "data": {"statusCode": 529}}}
    last = end_of(events_of(reader(), transcript("opencode.turn.jsonl") + lines(error)))
    assert (last.ok, last.status, last.category) == (False, 529, ErrorCategory.UPSTREAM)


def test_a_missing_sign_in_is_told_how() -> None:
    error = {"type": "error", "error": {"name": "ProviderAuthError", "data": {"message": "no"}}}
    last = end_of(events_of(reader(), lines(error), exit_code=1))
    assert last.category is ErrorCategory.AUTH
    assert "opencode auth login" in last.error


def test_what_is_not_told_is_unknown() -> None:
    events = events_of(
        reader(),
        lines({"type": "text", "part": {"text": "x"}}, step("stop", input=0, output=0)),
    )
    assert only(events, RunUsageTold) == []
    events = events_of(
        reader(),
        lines({"type": "text", "part": {"text": "x"}}, step("stop", input=5)),
    )
    assert last_used(events) == RunUsageTold(usage=Usage(input_tokens=5))


def test_each_part_is_a_paragraph() -> None:
    parts = [{"type": "text", "part": {"text": word}} for word in ("one", "two")]
    assert text_in(events_of(reader(), lines(*parts, step("stop")))) == "one\n\ntwo"


def test_a_command_that_failed_is_told_as_such() -> None:
    state = {"status": "completed", "metadata": {"exit": 2}, "input": {"command": "false"}}
    tool = {"type": "tool_use", "part": {"tool": "bash", "callID": "1", "state": state}}
    assert events_of(reader(), lines(tool))[:2] == [
        ToolBegan(call_id="1", name="bash", summary="false"),
        ToolEnded(call_id="1", ok=False),
    ]


def test_an_empty_answer_is_no_success() -> None:
    assert end_of(events_of(reader(), lines(step("stop")))).category is ErrorCategory.EMPTY
