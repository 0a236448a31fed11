from __future__ import annotations

from typing import Any

import orjson
import pytest

from llmgw_desktop.clis.claude import CLI
from llmgw_desktop.domain.cli import (
    CliName,
    CliRequest,
    NamedPath,
    SessionWish,
)
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from tests.clis.support import SESSION, asked

ALWAYS = ("--print", "--output-format=stream-json", "--verbose", "--include-partial-messages")


def request(**options: Any) -> CliRequest:
    return asked(CliName.CLAUDE, options=options)


def added(of: CliRequest) -> tuple[str, ...]:
    """What stands behind that which is always asked for."""
    arguments = CLI.plan(of).arguments
    assert arguments[: len(ALWAYS)] == ALWAYS
    return arguments[len(ALWAYS) :]


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, ()),
        ({"outputFormat": "text"}, ()),
        (
            {"allowedTools": ["Bash(git *)", "Edit"]},
            ("--allowed-tools=Bash(git *)", "--allowed-tools=Edit"),
        ),
        ({"disallowedTools": ["WebFetch"]}, ("--disallowed-tools=WebFetch",)),
        ({"tools": ["Bash", "Read"]}, ("--tools=Bash", "--tools=Read")),
        ({"tools": []}, ("--tools=",)),
        ({"permissionMode": "plan"}, ("--permission-mode=plan",)),
        ({"permissionMode": "default"}, ("--permission-mode=default",)),
        ({"dangerouslySkipPermissions": True}, ("--permission-mode=bypassPermissions",)),
        (
            {"dangerouslySkipPermissions": False, "permissionMode": "plan"},
            ("--permission-mode=plan",),
        ),
        ({"agents": {"a": {"prompt": "-x"}}}, ('--agents={"a":{"prompt":"-x"}}',)),
        ({"systemPrompt": "- be terse"}, ("--system-prompt=- be terse",)),
        ({"appendSystemPrompt": "--also"}, ("--append-system-prompt=--also",)),
        ({"maxBudgetUsd": 0.5}, ("--max-budget-usd=0.5",)),
        ({"maxTurns": 3}, ("--max-turns=3",)),
        ({"effort": "xhigh"}, ("--effort=xhigh",)),
        ({"jsonSchema": {"type": "object"}}, ('--json-schema={"type":"object"}',)),
        ({"jsonSchema": '{"type": "object"}'}, ('--json-schema={"type": "object"}',)),
        ({"debug": True}, ("--debug",)),
        ({"debug": False}, ()),
        ({"debug": "api,hooks"}, ("--debug=api,hooks",)),
        ({"bare": True, "safeMode": True}, ("--safe-mode", "--bare")),
        ({"replayUserMessages": True}, ("--replay-user-messages", "--input-format=stream-json")),
    ],
)
def test_fields_become_arguments(options: dict[str, Any], arguments: tuple[str, ...]) -> None:
    assert added(request(**options)) == arguments


@pytest.mark.parametrize(
    ("fields", "arguments"),
    [
        ({"session_id": SESSION}, (f"--session-id={SESSION}",)),
        ({"session": SessionWish.RESUME, "session_id": SESSION}, (f"--resume={SESSION}",)),
        ({"session": SessionWish.CONTINUE, "working_dir": "/w"}, ("--continue",)),
        (
            {"session": SessionWish.FORK, "session_id": SESSION},
            (f"--resume={SESSION}", "--fork-session"),
        ),
        ({"session": SessionWish.FORK, "working_dir": "/w"}, ("--continue", "--fork-session")),
    ],
)
def test_sessions(fields: dict[str, Any], arguments: tuple[str, ...]) -> None:
    assert added(asked(CliName.CLAUDE, **fields)) == arguments


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"systemPrompt": "a", "systemPromptFile": "/f"}, "systemPromptFile"),
        ({"appendSystemPrompt": "a", "appendSystemPromptFile": "/f"}, "appendSystemPromptFile"),
        (
            {"dangerouslySkipPermissions": True, "permissionMode": "plan"},
            "dangerouslySkipPermissions",
        ),
        ({"permissionMode": "yolo"}, "permissionMode"),
        ({"effort": "most"}, "effort"),
        ({"maxTurns": 0}, "maxTurns"),
        ({"maxTurns": True}, "maxTurns"),
        ({"maxBudgetUsd": 0}, "maxBudgetUsd"),
        ({"maxBudgetUsd": float("nan")}, "maxBudgetUsd"),
        ({"jsonSchema": "{"}, "jsonSchema"),
        ({"jsonSchema": "[1]"}, "jsonSchema"),
        ({"agents": {"a": object()}}, "agents"),
        ({"agents": {"a": "x" * 140_000}}, "agents"),
        ({"agents": {"a": "\ud83d"}}, "agents"),
        ({"systemPrompt": "a\0b"}, "systemPrompt"),
        ({"allowedTools": ["Bash", "--dangerously-skip-permissions"]}, "allowedTools"),
        ({"settings": "--x"}, "settings"),
        ({"name": "{folder}/x"}, "name"),
    ],
)
def test_what_cannot_be_asked_is_refused(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(request(**options))
    assert refused.value.field == field


def test_long_system_prompts_become_files() -> None:
    text = "é" * 200_000
    plan = CLI.plan(request(systemPrompt=text, appendSystemPrompt="see {folder}/x"))
    assert plan.arguments[len(ALWAYS) :] == (
        "--system-prompt-file={folder}/system-prompt.txt",
        "--append-system-prompt-file={folder}/append-system-prompt.txt",
    )
    assert [(file.name, file.content) for file in plan.files] == [
        ("system-prompt.txt", text.encode()),
        ("append-system-prompt.txt", b"see {folder}/x"),
    ]


def test_a_prompt_that_is_shown_again_goes_in_as_a_message() -> None:
    stdin = CLI.plan(request(replayUserMessages=True)).stdin
    assert stdin is not None
    assert stdin.endswith(b"\n")
    assert orjson.loads(stdin)["message"]["content"] == [{"type": "text", "text": "say pong"}]


def test_marked_parts_go_in_as_blocks_that_are_the_prompt() -> None:
    parts = {"system": "S", "tools": "", "context": "Cé", "task": "T"}
    prompt = "S\n\nCé\n\nT"
    marked = {**parts, "cacheControl": {"context": True, "tools": True, "system": False}}
    plan = CLI.plan(asked(CliName.CLAUDE, prompt, options={"promptParts": marked}))
    assert plan.arguments[-1] == "--input-format=stream-json"
    blocks = orjson.loads(plan.stdin or b"")["message"]["content"]
    assert "".join(block["text"] for block in blocks) == prompt
    assert [block.get("cache_control") for block in blocks] == [
        None,
        {"type": "ephemeral", "ttl": "1h"},
        None,
    ]
    unmarked = CLI.plan(asked(CliName.CLAUDE, prompt, options={"promptParts": parts}))
    assert unmarked == CLI.plan(asked(CliName.CLAUDE, prompt))


@pytest.mark.parametrize(
    "parts",
    [
        {"task": "another"},
        {"task": 1},
        {"task": "say pong", "more": "x"},
        {"task": "say pong", "cacheControl": {"task": True}},
        {"task": "say pong", "cacheControl": [1]},
        {"task": "say pong", "system": "\ud83d"},
    ],
)
def test_parts_that_are_none_of_the_prompt_are_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(request(promptParts=parts))
    assert refused.value.field == "promptParts"


def test_files_are_to_be_looked_for() -> None:
    plan = CLI.plan(request(systemPromptFile="/s.txt", pluginDir=["p.zip"]))
    assert plan.needs == (
        NamedPath(field="pluginDir", path="p.zip"),
        NamedPath(field="systemPromptFile", path="/s.txt"),
    )


@pytest.mark.parametrize(("mode", "changes"), [("plan", False), ("default", True)])
def test_only_planning_changes_nothing(mode: str, changes: bool) -> None:
    assert CLI.plan(request(permissionMode=mode)).changes_files is changes
