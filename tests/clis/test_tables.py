"""What holds for each CLI that is told of in a file of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from llmgw_desktop.clis import agy, claude, codex, copilot, gemini, grok, mistral, opencode
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import CliRequest, ErrorCategory, SessionWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from tests.clis.support import (
    SESSION,
    asked,
    value_of,
)

CLIS = [
    claude.CLI,
    codex.CLI,
    copilot.CLI,
    gemini.CLI,
    agy.CLI,
    grok.CLI,
    opencode.CLI,
    mistral.CLI,
]
each_cli = pytest.mark.parametrize("cli", CLIS, ids=lambda cli: str(cli.commands[0]))
A_LIST = {"gemini": "includeDirs", "agy": "includeDirs", "grok": "allow", "opencode": "files"}
"""A field of texts; of the others it is addDir."""
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
    outputLastMessage dangerouslyBypassHookTrust developerInstructions reasoningEffort
    sessionId resumeLatest forkSession workingDir
"""
GEMINI_FIELDS = """
    outputFormat approvalMode yolo allowedTools includeDirs sandbox policyFiles adminPolicyFiles
    attachments skipTrust project newProject printTimeout noTools systemPrompt
    sessionId resumeLatest workingDir
"""
GROK_FIELDS = """
    transport outputFormat effort reasoningEffort allowedTools disallowedTools maxTurns sandbox
    rules systemPromptOverride allow deny compactionMode compactionDetail agent disableWebSearch
    todoGate verbatim promptFile experimentalMemory noAltScreen noMemory noPlan noSubagents oauth
    restoreCode leaderSocket alwaysApprove permissionMode agents promptJson nativeWorktree
    worktreeRef jsonSchema
    sessionId resumeLatest forkSession workingDir
"""
MISTRAL_FIELDS = """
    transport outputFormat permissionMode allowedTools disallowedTools trust maxTurns maxPrice
    maxTokens addDir
    sessionId resumeLatest workingDir
"""
NOT_ALONE = {
    "claude": {"promptParts"},
    "gemini": {"project", "newProject", "printTimeout"},
    "agy": {
        "outputFormat",
        "allowedTools",
        "noTools",
        "systemPrompt",
        "policyFiles",
        "adminPolicyFiles",
        "attachments",
        "skipTrust",
    },
    "grok": {"transport", "promptFile", "worktreeRef"},
    "vibe": {"transport"},
}
"""What is refused as the sample that it is given below, and tried elsewhere."""
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
    ("cli", "fields"),
    [
        (claude.CLI, CLAUDE_FIELDS),
        (codex.CLI, CODEX_FIELDS),
        (gemini.CLI, GEMINI_FIELDS),
        (grok.CLI, GROK_FIELDS),
        (mistral.CLI, MISTRAL_FIELDS),
    ],
)
def test_all_public_fields_are_there(cli: Cli, fields: str) -> None:
    assert {option.name for option in cli.options} == set(fields.split())


@each_cli
def test_every_field_can_be_said_alone(cli: Cli) -> None:
    """But for those that say again what the request's own fields say."""
    for option in cli.options:
        if option.name in OWN or option.name in NOT_ALONE.get(cli.commands[0], ()):
            continue
        given_value = sample(dict(option.schema))
        plan = cli.plan(asked(cli.name, options={option.name: given_value}))
        names = {argument.partition("=")[0] for argument in plan.arguments}
        if cli is not agy.CLI:
            assert not option.flag or option.flag in cli.flags
        if cli is not agy.CLI and option.flag and given_value != {}:
            assert option.flag in names, option.name


@each_cli
def test_a_plan_uses_no_flag_that_the_cli_does_not_have(cli: Cli) -> None:
    plan = cli.plan(asked(cli.name))
    flags = [argument.partition("=")[0] for argument in plan.arguments]
    assert {flag for flag in flags if flag.startswith("--") and flag != "--"} <= cli.flags
    assert cli.unlisted_flags <= cli.flags


@each_cli
def test_the_prompt_goes_in_by_stdin_or_a_file_whatever_it_is(cli: Cli) -> None:
    prompt = "--yolo 'café' \n" + "x" * 500_000
    if cli is agy.CLI:
        with pytest.raises(InvalidRun) as refused:
            cli.plan(asked(cli.name, prompt))
        assert refused.value.category is ErrorCategory.INPUT_TOO_LARGE
        return
    plan = cli.plan(asked(cli.name, prompt))
    assert [file.content for file in plan.files] or plan.stdin
    assert {plan.stdin, *(file.content for file in plan.files)} - {None} == {prompt.encode()}
    assert cli.facts.reads_stdin or plan.stdin is None
    assert all(len(argument) < 1000 for argument in plan.arguments)


@each_cli
@pytest.mark.parametrize("model", ["", "default", "latest"])
def test_the_cli_chooses_the_model(cli: Cli, model: str) -> None:
    assert value_of(cli, asked(cli.name, model=model), "--model") == []


@each_cli
def test_a_model_is_named(cli: Cli) -> None:
    """Vibe has no flag for it."""
    request = asked(cli.name, model="some/model")
    if cli is mistral.CLI:
        assert cli.plan(request).environment == {"VIBE_ACTIVE_MODEL": "some/model"}
    else:
        assert value_of(cli, request, "--model") == ["some/model"]


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
        ({"prompt": "x", "options": {"LIST": ["-rf"]}}, "LIST"),
        ({"prompt": "x", "options": {"LIST": ["a\0b"]}}, "LIST"),
        ({"prompt": "x", "options": {"LIST": "/one"}}, "LIST"),
        ({"prompt": "x", "options": {"LIST": [""]}}, "LIST"),
        ({"prompt": "x", "options": {"LIST": [1]}}, "LIST"),
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
    """LIST stands for a field of texts that the CLI has."""
    a_list = A_LIST.get(cli.commands[0], "addDir")
    given = {**fields}
    if "LIST" in fields.get("options", {}):
        given["options"] = {a_list: fields["options"]["LIST"]}
    with pytest.raises(InvalidRun) as refused:
        cli.plan(CliRequest(cli=cli.name, **given))
    assert refused.value.field == (a_list if field == "LIST" else field)


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
    a_list = A_LIST.get(cli.commands[0], "addDir")
    with pytest.raises(InvalidRun) as refused:
        cli.plan(asked(cli.name, options={a_list: ["/" + "é" * 70_000]}))
    assert refused.value.field == a_list
    assert refused.value.category is ErrorCategory.INPUT_TOO_LARGE


@pytest.mark.parametrize(
    ("cli", "field", "is_folder"),
    [
        (claude.CLI, "addDir", True),
        (codex.CLI, "addDir", True),
        (copilot.CLI, "addDir", True),
        (gemini.CLI, "includeDirs", True),
        (gemini.CLI, "policyFiles", False),
        (gemini.CLI, "attachments", False),
        (agy.CLI, "includeDirs", True),
        (opencode.CLI, "files", False),
        (mistral.CLI, "addDir", True),
    ],
)
def test_paths_are_to_be_looked_for_before_the_start(cli: Cli, field: str, is_folder: bool) -> None:
    plan = cli.plan(asked(cli.name, options={field: ["/one", "/two"]}))
    assert [(need.field, need.path, need.is_folder) for need in plan.needs] == [
        (field, "/one", is_folder),
        (field, "/two", is_folder),
    ]
