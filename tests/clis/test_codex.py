from __future__ import annotations

import tomllib
from typing import Any

import orjson
import pytest

from llmgw_desktop.clis.codex import CLI
from llmgw_desktop.clis.codex.settings import as_setting
from llmgw_desktop.domain.cli import (
    CliName,
    CliRequest,
    ErrorCategory,
    NamedPath,
    Retrying,
    SessionTold,
    SessionWish,
    TextGrew,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
    UsageTold,
    Warned,
)
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.domain.usage import Usage
from tests.clis.support import SESSION, asked, end_of, events_of, only, text_in, transcript

ALWAYS = {"--json", "--skip-git-repo-check", "--config=check_for_update_on_startup=false"}
RESUME = {"session": SessionWish.RESUME, "session_id": SESSION}
FORK = {"session": SessionWish.FORK, "session_id": SESSION}


def request(**options: Any) -> CliRequest:
    return asked(CliName.CODEX, options=options)


def goes_on(**options: Any) -> CliRequest:
    return asked(CliName.CODEX, options=options, **RESUME)


def added(of: CliRequest) -> tuple[str, ...]:
    """What is not always asked for."""
    return tuple(each for each in CLI.plan(of).arguments if each not in ALWAYS)


def test_what_is_always_asked_for() -> None:
    assert set(CLI.plan(request()).arguments) > ALWAYS
    assert set(CLI.plan(goes_on()).arguments) > ALWAYS


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, ()),
        ({"outputFormat": "text"}, ()),
        ({"sandboxMode": "read-only"}, ("--sandbox=read-only",)),
        ({"fullAuto": True}, ("--sandbox=workspace-write",)),
        ({"fullAuto": True, "useLegacyFullAutoFlag": True}, ("--sandbox=workspace-write",)),
        ({"fullAuto": True, "sandboxMode": "workspace-write"}, ("--sandbox=workspace-write",)),
        (
            {"dangerouslyBypassApprovalsAndSandbox": True},
            ("--dangerously-bypass-approvals-and-sandbox",),
        ),
        ({"images": ["a.png", "/b.png"]}, ("--image=a.png", "--image=/b.png")),
        ({"enable": ["a"], "disable": ["b"]}, ("--enable=a", "--disable=b")),
        ({"oss": True, "localProvider": "ollama"}, ("--oss", "--local-provider=ollama")),
        ({"color": "never"}, ("--color=never",)),
        ({"outputSchema": "/schema.json"}, ("--output-schema=/schema.json",)),
        ({"outputSchema": {"type": "object"}}, ("--output-schema={folder}/output-schema.json",)),
        ({"configOverrides": {"a.b": "high", "c": "1"}}, ("--config=a.b=high", "--config=c=1")),
        (
            {"configOverrides": {"a": True, "b": [1, "x"], "c": {"d e": 0.5}}},
            ("--config=a=true", '--config=b=[1,"x"]', '--config=c={"d e"=0.5}'),
        ),
        ({"addDir": ["/one"]}, ("--add-dir=/one",)),
    ],
)
def test_fields_become_arguments(options: dict[str, Any], arguments: tuple[str, ...]) -> None:
    assert added(request(**options)) == ("exec", *arguments, "--", "-")


@pytest.mark.parametrize(
    ("options", "before"),
    [
        ({"askForApproval": "never"}, ("--ask-for-approval=never",)),
        ({"search": True}, ("--search",)),
    ],
)
@pytest.mark.parametrize("session", [{}, RESUME])
def test_what_stands_before_the_subcommand(
    options: dict[str, Any], before: tuple[str, ...], session: dict[str, Any]
) -> None:
    arguments = added(asked(CliName.CODEX, options=options, **session))
    assert arguments[: len(before) + 1] == (*before, "exec")


@pytest.mark.parametrize(
    ("fields", "arguments"),
    [
        (RESUME, ("exec", "resume", "--", SESSION, "-")),
        (
            {"session": SessionWish.CONTINUE, "working_dir": "/w"},
            ("exec", "resume", "--last", "--", "-"),
        ),
        (FORK, ("exec", "fork", "--", SESSION, "-")),
    ],
)
def test_sessions(fields: dict[str, Any], arguments: tuple[str, ...]) -> None:
    assert added(asked(CliName.CODEX, **fields)) == arguments


def test_what_goes_on_has_its_sandbox_by_settings() -> None:
    arguments = added(goes_on(sandboxMode="read-only", addDir=['/a "b"']))
    assert arguments[2:4] == (
        '--config=sandbox_mode="read-only"',
        '--config=sandbox_workspace_write.writable_roots=["/a \\"b\\""]',
    )


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"sandboxMode": "none"}, "sandboxMode"),
        ({"fullAuto": True, "sandboxMode": "read-only"}, "fullAuto"),
        (
            {"dangerouslyBypassApprovalsAndSandbox": True, "sandboxMode": "read-only"},
            "dangerouslyBypassApprovalsAndSandbox",
        ),
        (
            {"dangerouslyBypassApprovalsAndSandbox": True, "fullAuto": True},
            "dangerouslyBypassApprovalsAndSandbox",
        ),
        ({"askForApproval": "untrusted"}, "askForApproval"),
        ({"configOverrides": {"sandbox_mode": "danger-full-access"}}, "configOverrides"),
        ({"configOverrides": {"a=b": "c"}}, "configOverrides"),
        ({"configOverrides": {"": "c"}}, "configOverrides"),
        ({"configOverrides": {"a\n": "c"}}, "configOverrides"),
        ({"configOverrides": {"a": "b\nsandbox_mode = 1"}}, "configOverrides"),
        ({"configOverrides": {"a": None}}, "configOverrides"),
        ({"configOverrides": {"a": [None]}}, "configOverrides"),
        ({"configOverrides": {"a": object()}}, "configOverrides"),
        ({"configOverrides": {"a": float("nan")}}, "configOverrides"),
        ({"configOverrides": {"a": "x" * 140_000}}, "configOverrides"),
        ({"outputSchema": "{no"}, "outputSchema"),
        ({"outputSchema": {"a": "\ud83d"}}, "outputSchema"),
        ({"outputSchema": "--x"}, "outputSchema"),
        ({"outputSchema": "{folder}/x"}, "outputSchema"),
        ({"outputSchema": "a/{folder}/x"}, "outputSchema"),
        ({"images": ["-a.png"]}, "images"),
    ],
)
def test_what_cannot_be_asked_is_refused(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(request(**options))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"profile": "p"}, "profile"),
        ({"oss": True}, "oss"),
        ({"localProvider": "ollama"}, "localProvider"),
        ({"color": "never"}, "color"),
    ],
)
def test_what_only_new_sessions_take_is_refused_for_others(
    options: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(goes_on(**options))
    assert refused.value.field == field


def test_a_new_session_has_an_id_of_the_clis_own() -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(asked(CliName.CODEX, session_id=SESSION))
    assert refused.value.field == "sessionId"


def test_a_schema_of_any_length_becomes_a_file() -> None:
    schema = {"description": "é" * 200_000}
    (file,) = CLI.plan(request(outputSchema=schema)).files
    assert (file.name, orjson.loads(file.content)) == ("output-schema.json", schema)
    assert CLI.plan(request(outputSchema="s.json")).needs == (
        NamedPath(field="outputSchema", path="s.json"),
    )


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({}, True),
        ({"sandboxMode": "read-only"}, False),
        ({"sandboxMode": "workspace-write"}, True),
        ({"sandboxMode": "read-only", "outputLastMessage": "/a.txt"}, True),
    ],
)
def test_only_a_closed_sandbox_changes_nothing(options: dict[str, Any], changes: bool) -> None:
    assert CLI.plan(request(**options)).changes_files is changes


@pytest.mark.parametrize(
    "value", [True, 3, -1.5, 'a "b" \x7f\\ é', ["a", [1, 2]], {"a b": {"c": [True]}, "d": ""}]
)
def test_settings_are_toml(value: object) -> None:
    assert tomllib.loads(f"x = {as_setting(value)}") == {"x": value}


def read(name: str, of: CliRequest | None = None, **finish: Any) -> list[Any]:
    return events_of(CLI.reader(of or request()), transcript(name), **finish)


def test_a_turn() -> None:
    events = read("codex.turn.jsonl")
    assert events[0] == SessionTold(session_id="01a1fbae-e817-77f2-8b53-9f9a74b14cd1")
    assert isinstance(events[1], Warned)
    assert events[2:4] == [
        TextGrew(text="STUB-PONG users=2"),
        UsageTold(
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
    (told,) = only(read("codex.resumed.jsonl", of), UsageTold)
    assert told.is_cumulative
    assert told.usage.input_tokens == 18423


def test_a_refused_key() -> None:
    events = read("codex.401.jsonl", exit_code=1)
    end = end_of(events)
    assert [each.attempt for each in only(events, Retrying)] == [1, 2, 3, 4, 5]
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
    assert only(events, UsageTold) == [], "absent is absent"


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

    def told(self, content: bytes) -> UsageTold | None:
        assert CLI.side_usage is not None
        return CLI.side_usage.read(content)

    def test_is_that_of_the_last_run_alone(self) -> None:
        """The session has come to 27641."""
        told = self.told(self.content)
        assert told is not None
        assert (told.usage.input_tokens, told.usage.output_tokens) == (9218, 3)
        assert not told.is_cumulative

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
