"""How the Grok CLI is asked."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.clis.grok import CLI
from llmgw_desktop.domain.cli import PlannedFile, SessionWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from tests.clis.support import SESSION, added, added_by, asked

FIELDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"transport": "cli"}, []),
    ({"outputFormat": "plain"}, []),
    ({"outputFormat": "json"}, []),
    ({"outputFormat": "streaming-json"}, []),
    (
        {"outputFormat": "streaming-messages-json"},
        ["--output-format=streaming-messages-json", "--include-partial-messages"],
    ),
    ({"effort": "xhigh"}, ["--effort=xhigh"]),
    ({"reasoningEffort": "low"}, ["--reasoning-effort=low"]),
    ({"allowedTools": ["a", "b"]}, ["--tools=a,b"]),
    ({"allowedTools": []}, []),
    (
        {"disallowedTools": ["a", "Agent(explore, plan)"]},
        ["--disallowed-tools=a,Agent(explore, plan)"],
    ),
    ({"maxTurns": 10_000}, ["--max-turns=10000"]),
    ({"sandbox": "strict"}, ["--sandbox=strict"]),
    ({"rules": "- be brief\n- be kind"}, ["--rules=- be brief\n- be kind"]),
    ({"systemPromptOverride": "x"}, ["--system-prompt-override=x"]),
    ({"allow": ["Bash(git *)", "Read"]}, ["--allow=Bash(git *)", "--allow=Read"]),
    ({"deny": ["Bash(rm*)"]}, ["--deny=Bash(rm*)"]),
    ({"compactionMode": "segments"}, ["--compaction-mode=segments"]),
    ({"compactionDetail": "none"}, ["--compaction-detail=none"]),
    ({"agent": "a"}, ["--agent=a"]),
    ({"disableWebSearch": True}, ["--disable-web-search"]),
    ({"todoGate": True}, ["--todo-gate"]),
    ({"verbatim": True}, ["--verbatim"]),
    ({"experimentalMemory": True}, ["--experimental-memory"]),
    ({"noAltScreen": True}, ["--no-alt-screen"]),
    ({"noMemory": True}, ["--no-memory"]),
    ({"noPlan": True}, ["--no-plan"]),
    ({"noSubagents": True}, ["--no-subagents"]),
    ({"oauth": True}, ["--oauth"]),
    ({"restoreCode": True}, ["--restore-code"]),
    ({"leaderSocket": "/s"}, ["--leader-socket=/s"]),
    ({"alwaysApprove": True}, ["--always-approve"]),
    ({"permissionMode": "default"}, []),
    ({"permissionMode": "auto"}, ["--permission-mode=auto"]),
    ({"permissionMode": "dontAsk"}, ["--permission-mode=dontAsk"]),
    ({"permissionMode": "bypassPermissions"}, ["--permission-mode=bypassPermissions"]),
    (
        {"permissionMode": "acceptEdits"},
        ["--permission-mode=acceptEdits", "--allow=Edit(./**)", "--allow=Write(./**)"],
    ),
    (
        {"permissionMode": "plan"},
        ["--permission-mode=plan", "--deny=Bash", "--deny=Edit", "--deny=Write"],
    ),
    ({"agents": {"a": {"x": 1}}}, ['--agents={"a":{"x":1}}']),
    ({"agents": '{"a": 1}'}, ['--agents={"a": 1}']),
    (
        {"promptJson": [{"type": "text", "text": "x"}]},
        ['--prompt-json=[{"type":"text","text":"x"}]'],
    ),
    ({"nativeWorktree": True}, ["--worktree"]),
    ({"nativeWorktree": "w"}, ["--worktree=w"]),
    ({"nativeWorktree": True, "worktreeRef": "main"}, ["--worktree", "--worktree-ref=main"]),
    ({"jsonSchema": {"type": "object"}}, ['--json-schema={"type":"object"}']),
]
ELSEWHERE = {"sessionId", "resumeLatest", "forkSession", "workingDir", "promptFile"}


def test_a_plain_run() -> None:
    plan = CLI.plan(asked(CLI.name, "- say\npong"))
    assert plan.command == "grok"
    assert plan.arguments == (
        "--output-format=streaming-json",
        "--prompt-file={folder}/prompt",
        "--permission-mode=default",
    )
    assert plan.files == (PlannedFile(name="prompt", content=b"- say\npong"),)
    assert plan.stdin is None
    assert plan.output_format == "streaming-json"


@pytest.mark.parametrize(("options", "arguments"), FIELDS, ids=[str(each) for each, _ in FIELDS])
def test_each_field_becomes_its_arguments(options: dict[str, Any], arguments: list[str]) -> None:
    assert added(CLI, **options) == arguments


def test_all_fields_are_tried() -> None:
    assert {option.name for option in CLI.options} == {
        n for each, _ in FIELDS for n in each
    } | ELSEWHERE


@pytest.mark.parametrize(
    ("wishes", "arguments"),
    [
        ({"session_id": SESSION}, [f"--session-id={SESSION}"]),
        ({"session": SessionWish.RESUME, "session_id": SESSION}, [f"--resume={SESSION}"]),
        (
            {"session": SessionWish.FORK, "session_id": SESSION},
            [f"--resume={SESSION}", "--fork-session"],
        ),
        ({"session": SessionWish.CONTINUE, "working_dir": "/w"}, ["--continue"]),
        ({"session": SessionWish.FORK, "working_dir": "/w"}, ["--continue", "--fork-session"]),
    ],
)
def test_sessions(wishes: dict[str, Any], arguments: list[str]) -> None:
    assert added_by(CLI, asked(CLI.name, **wishes)) == arguments


def test_the_model() -> None:
    assert "--model=grok-4.6" in CLI.plan(asked(CLI.name, model="grok-4.6")).arguments
    assert [a for a in CLI.plan(asked(CLI.name, model="default")).arguments if "model" in a] == []


def test_approving_everything_leaves_no_mode_that_would_ask() -> None:
    request = asked(CLI.name, options={"alwaysApprove": True})
    assert [a for a in CLI.plan(request).arguments if "permission" in a] == []


def test_blocks_take_the_prompt_s_place() -> None:
    plan = CLI.plan(asked(CLI.name, options={"promptJson": "[]"}))
    assert plan.files == ()
    assert [a for a in plan.arguments if "prompt-file" in a] == []


def test_only_the_mode_that_plans_changes_nothing() -> None:
    assert not CLI.plan(asked(CLI.name, options={"permissionMode": "plan"})).changes_files
    assert CLI.plan(asked(CLI.name)).changes_files


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"options": {"transport": "acp"}}, "transport"),
        ({"options": {"promptFile": "/etc/passwd"}}, "promptFile"),
        ({"options": {"effort": "low", "reasoningEffort": "low"}}, "effort"),
        ({"options": {"alwaysApprove": True, "permissionMode": "plan"}}, "alwaysApprove"),
        ({"options": {"experimentalMemory": True, "noMemory": True}}, "experimentalMemory"),
        ({"options": {"worktreeRef": "main"}}, "worktreeRef"),
        ({"options": {"worktreeRef": "main", "nativeWorktree": False}}, "worktreeRef"),
        ({"options": {"nativeWorktree": "--x"}}, "nativeWorktree"),
        ({"options": {"maxTurns": 0}}, "maxTurns"),
        ({"options": {"maxTurns": 10_001}}, "maxTurns"),
        ({"options": {"maxTurns": True}}, "maxTurns"),
        ({"options": {"effort": "huge"}}, "effort"),
        ({"options": {"allow": ["--always-approve"]}}, "allow"),
        ({"options": {"allowedTools": ["-x"]}}, "allowedTools"),
        ({"options": {"rules": "a\0"}}, "rules"),
        ({"options": {"jsonSchema": "{no"}}, "jsonSchema"),
        ({"options": {"agents": "no"}}, "agents"),
        ({"options": {"promptJson": "no"}}, "promptJson"),
        (
            {"options": {"jsonSchema": {}, "outputFormat": "streaming-messages-json"}},
            "jsonSchema",
        ),
        ({"session": SessionWish.RESUME, "session_id": "a title"}, "sessionId"),
        ({"options": {"approvalMode": "yolo"}}, "approvalMode"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(wishes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(asked(CLI.name, **wishes))
    assert refused.value.field == field


def test_every_flag_of_the_table_is_known() -> None:
    assert {option.flag for option in CLI.options if option.flag} <= CLI.flags


def test_a_long_prompt_of_a_model_is_handed_over_whole():
    """It would leave out the middle of 96 kB, to read it by a tool that a model does not have."""
    assert CLI.model_use.options["verbatim"] is True
