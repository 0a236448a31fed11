"""What holds for each CLI that is told of in a file of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from llmgw_desktop.clis import claude, codex, copilot
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import CliRequest, ErrorCategory, SessionWish
from llmgw_desktop.domain.run_errors import InvalidRun
from tests.clis.support import (
    SESSION,
    asked,
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
OWN = frozenset(["sessionId", "continueSession", "resumeLatest", "forkSession", "workingDir"])
SAMPLES: dict[str, Any] = {"string": "a", "boolean": True, "integer": 3, "number": 2.5}


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
