"""What holds for each CLI that is told of in a file of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.clis import claude, codex, copilot
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import CliRequest, ErrorCategory, RunEnded, SessionWish, Warned
from llmgw_desktop.domain.run_errors import InvalidRun
from tests.clis.support import (
    SESSION,
    asked,
    end_of,
    events_in_pieces,
    events_of,
    only,
    transcript,
    value_of,
)

CLIS = [claude.CLI, codex.CLI, copilot.CLI]
each_cli = pytest.mark.parametrize("cli", CLIS, ids=lambda cli: cli.name)
CLAUDE_FIELDS = """
    outputFormat allowedTools disallowedTools dangerouslySkipPermissions permissionMode agent
    agents systemPrompt appendSystemPrompt maxBudgetUsd maxTurns effort
    excludeDynamicSystemPromptSections fallbackModel jsonSchema addDir noSessionPersistence
    settingSources settings tools includeHookEvents replayUserMessages systemPromptFile
    appendSystemPromptFile name pluginDir pluginUrl safeMode bare debug debugFile strictMcpConfig
    sessionId continueSession forkSession workingDir promptParts
"""
CODEX_FIELDS = """
    fullAuto sandboxMode askForApproval useLegacyFullAutoFlag outputFormat
    dangerouslyBypassApprovalsAndSandbox outputSchema search profile configOverrides ephemeral
    images ignoreUserConfig ignoreRules addDir enable disable strictConfig oss localProvider color
    outputLastMessage dangerouslyBypassHookTrust
    sessionId resumeLatest forkSession workingDir
"""
NAMES = "type item data event message usage content delta id"
KINDS = """
    result item.completed item.started assistant user stream_event turn.completed error system
    message_delta content_block_delta tool_use text assistant.message tool.execution_start
"""
LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(KINDS.split())
OWN = frozenset(["sessionId", "continueSession", "resumeLatest", "forkSession", "workingDir"])
SAMPLES: dict[str, Any] = {"string": "a", "boolean": True, "integer": 3, "number": 2.5}
OUTPUTS = [
    (claude.CLI, "claude.turn.jsonl"),
    (claude.CLI, "claude.tool.jsonl"),
    (claude.CLI, "claude.401.jsonl"),
    (codex.CLI, "codex.tool.jsonl"),
    (codex.CLI, "codex.401.jsonl"),
    (copilot.CLI, "copilot.turn.jsonl"),
    (copilot.CLI, "copilot.tool.jsonl"),
    (copilot.CLI, "copilot.401.jsonl"),
]


def branches(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(NAMES.split())
    return st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4)


def sample(schema: dict[str, Any]) -> Any:
    if "anyOf" in schema:
        return sample(schema["anyOf"][-1])
    if "enum" in schema:
        return schema["enum"][-1]
    if schema["type"] == "array":
        return [sample(schema["items"])]
    return {} if schema["type"] == "object" else SAMPLES[schema["type"]]


@pytest.mark.parametrize(
    ("cli", "fields"), [(claude.CLI, CLAUDE_FIELDS), (codex.CLI, CODEX_FIELDS)]
)
def test_all_public_fields_are_there(cli: Cli, fields: str) -> None:
    assert {option.name for option in cli.options} == set(fields.split())


@each_cli
def test_every_field_can_be_said_alone(cli: Cli) -> None:
    """But for those that say again what the request's own fields say."""
    for option in cli.options:
        if option.name in OWN or option.name == "promptParts":
            continue
        given_value = sample(dict(option.schema))
        plan = cli.plan(asked(cli.name, options={option.name: given_value}))
        names = {argument.partition("=")[0] for argument in plan.arguments}
        assert not option.flag or option.flag in cli.flags
        if option.flag and given_value != {}:
            assert option.flag in names, option.name


@each_cli
def test_a_plan_uses_no_flag_that_the_cli_does_not_have(cli: Cli) -> None:
    plan = cli.plan(asked(cli.name))
    flags = [argument.partition("=")[0] for argument in plan.arguments]
    assert {flag for flag in flags if flag.startswith("--") and flag != "--"} <= cli.flags
    assert cli.unlisted_flags <= cli.flags


@each_cli
def test_the_prompt_goes_in_by_stdin_whatever_it_is(cli: Cli) -> None:
    prompt = "--yolo 'café' \n" + "x" * 500_000
    plan = cli.plan(asked(cli.name, prompt))
    assert plan.stdin == prompt.encode()
    assert all(len(argument) < 1000 for argument in plan.arguments)


@each_cli
@pytest.mark.parametrize("model", ["", "default", "latest"])
def test_the_cli_chooses_the_model(cli: Cli, model: str) -> None:
    assert value_of(cli, asked(cli.name, model=model), "--model") == []


@each_cli
def test_a_model_is_named(cli: Cli) -> None:
    assert value_of(cli, asked(cli.name, model="some/model"), "--model") == ["some/model"]


@each_cli
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": " \n"}, "prompt"),
        ({"prompt": "a\0b"}, "prompt"),
        ({"prompt": "half \ud83d"}, "prompt"),
        ({"prompt": "x", "model": "--yolo"}, "model"),
        ({"prompt": "x", "model": "a\0b"}, "model"),
        ({"prompt": "x", "working_dir": "here/there"}, "workingDir"),
        ({"prompt": "x", "options": {"nonsense": True}}, "nonsense"),
        ({"prompt": "x", "options": {"sessionId": SESSION}}, "sessionId"),
        ({"prompt": "x", "options": {"workingDir": "/w"}}, "workingDir"),
        ({"prompt": "x", "options": {"addDir": ["-rf"]}}, "addDir"),
        ({"prompt": "x", "options": {"addDir": ["a\0b"]}}, "addDir"),
        ({"prompt": "x", "options": {"addDir": "/one"}}, "addDir"),
        ({"prompt": "x", "options": {"addDir": [""]}}, "addDir"),
        ({"prompt": "x", "options": {"addDir": [1]}}, "addDir"),
        ({"prompt": "x", "options": {"outputFormat": "xml"}}, "outputFormat"),
        ({"prompt": "x", "session": SessionWish.RESUME}, "sessionId"),
        (
            {"prompt": "x", "session": SessionWish.RESUME, "session_id": "--continue"},
            "sessionId",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    cli: Cli, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRun) as refused:
        cli.plan(CliRequest(cli=cli.name, **fields))
    assert refused.value.field == field


@each_cli
def test_the_session_and_the_folder_may_be_said_twice(cli: Cli) -> None:
    names = {option.name for option in cli.options}
    last = "continueSession" if "continueSession" in names else "resumeLatest"
    going = asked(cli.name, session=SessionWish.CONTINUE, working_dir="/w")
    twice = replace(going, options={last: True, "workingDir": "/w"})
    assert cli.plan(twice) == cli.plan(going)
    with pytest.raises(InvalidRun) as refused:
        cli.plan(asked(cli.name, options={last: True}))
    assert refused.value.field == last


@each_cli
def test_an_argument_that_is_too_long_is_refused(cli: Cli) -> None:
    with pytest.raises(InvalidRun) as refused:
        cli.plan(asked(cli.name, options={"addDir": ["/" + "é" * 70_000]}))
    assert refused.value.field == "addDir"
    assert refused.value.category is ErrorCategory.INPUT_TOO_LARGE


@each_cli
def test_folders_are_to_be_looked_for_before_the_start(cli: Cli) -> None:
    plan = cli.plan(asked(cli.name, options={"addDir": ["/one", "/two"]}))
    assert [(need.field, need.path, need.is_folder) for need in plan.needs] == [
        ("addDir", "/one", True),
        ("addDir", "/two", True),
    ]


@pytest.mark.parametrize(("cli", "name"), OUTPUTS, ids=lambda each: getattr(each, "name", each))
@given(cuts=st.lists(st.integers(0, 20_000), max_size=12))
def test_events_are_the_same_however_the_output_is_split(
    cli: Cli, name: str, cuts: list[int]
) -> None:
    output = transcript(name).replace(b"STUB-", "Grüße🦊-".encode())
    request = asked(cli.name)
    assert events_in_pieces(cli.reader(request), output, cuts) == events_of(
        cli.reader(request), output
    )


@pytest.mark.parametrize(("cli", "name"), OUTPUTS, ids=lambda each: getattr(each, "name", each))
def test_events_are_the_same_byte_by_byte(cli: Cli, name: str) -> None:
    output = transcript(name).replace(b"STUB-", "Grüße🦊-".encode())
    request = asked(cli.name)
    cuts = list(range(len(output)))
    assert events_in_pieces(cli.reader(request), output, cuts) == events_of(
        cli.reader(request), output
    )


@pytest.mark.parametrize(("cli", "name"), OUTPUTS, ids=lambda each: getattr(each, "name", each))
def test_a_run_that_is_cut_off_has_not_succeeded(cli: Cli, name: str) -> None:
    """Wherever it was, and whatever its exit code."""
    lines = transcript(name).splitlines(keepends=True)
    for kept in range(len(lines) - 1):
        end = end_of(events_of(cli.reader(asked(cli.name)), b"".join(lines[:kept])))
        assert not end.ok
        assert end.error


@pytest.mark.parametrize(("cli", "name"), OUTPUTS, ids=lambda each: getattr(each, "name", each))
def test_garbage_is_left_out_and_told_once(cli: Cli, name: str) -> None:
    clean = events_of(cli.reader(asked(cli.name)), transcript(name))
    lines = transcript(name).splitlines(keepends=True)
    garbage = b'{"half": \n[1]\n\xff\xfe\n"text"\n\n'
    events = events_of(cli.reader(asked(cli.name)), garbage + garbage.join(lines))
    warned = [each for each in only(events, Warned) if each.code == "malformed_output"]
    assert [each.message.partition(" of ")[0] for each in warned] == [f"{4 * len(lines)} lines"]
    assert [event for event in events if event not in warned] == clean


@each_cli
@given(message=st.recursive(LEAVES, branches, max_leaves=12))
def test_no_line_breaks_a_reader(cli: Cli, message: Any) -> None:
    events = events_of(cli.reader(asked(cli.name)), orjson.dumps(message))
    assert isinstance(events[-1], RunEnded)


@each_cli
@pytest.mark.parametrize(("exit_code", "said"), [(0, "exit code 0"), (-9, "signal 9"), (None, "")])
def test_silence_is_no_success(cli: Cli, exit_code: int | None, said: str) -> None:
    end = end_of(events_of(cli.reader(asked(cli.name)), b"", exit_code=exit_code))
    assert not end.ok
    assert said in end.error
    assert end.category is ErrorCategory.CLI


@pytest.mark.parametrize(
    ("cli", "name"),
    [
        (claude.CLI, "claude.turn.jsonl"),
        (codex.CLI, "codex.turn.jsonl"),
        (copilot.CLI, "copilot.turn.jsonl"),
    ],
)
class TestAGoodTurn:
    def test_succeeds(self, cli: Cli, name: str) -> None:
        end = end_of(events_of(cli.reader(asked(cli.name)), transcript(name)))
        assert end.ok
        assert (end.text or "").startswith("STUB-PONG")

    def test_succeeds_though_nobody_saw_the_exit_code(self, cli: Cli, name: str) -> None:
        reader = cli.reader(asked(cli.name))
        assert end_of(events_of(reader, transcript(name), exit_code=None)).ok

    def test_fails_where_the_exit_code_says_so(self, cli: Cli, name: str) -> None:
        end = end_of(events_of(cli.reader(asked(cli.name)), transcript(name), exit_code=3))
        assert not end.ok
        assert "exit code 3" in end.error
        assert (end.text or "").startswith("STUB-PONG")

    def test_fails_where_it_said_nothing(self, cli: Cli, name: str) -> None:
        output = transcript(name)
        for said in (b"STUB-PONG users=1", b"STUB-PONG users=2", b"STUB-", b"PONG users=1"):
            output = output.replace(b'"' + said + b'"', b'""')
        end = end_of(events_of(cli.reader(asked(cli.name)), output))
        assert not end.ok
        assert end.category is ErrorCategory.EMPTY
