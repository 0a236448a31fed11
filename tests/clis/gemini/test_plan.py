"""How the Gemini CLI is asked."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.clis.gemini import CLI
from llmgw_desktop.domain.cli import SessionWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from tests.clis.support import SESSION, added, added_by, asked

FIELDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"approvalMode": "default"}, []),
    ({"approvalMode": "auto_edit"}, ["--approval-mode=auto_edit"]),
    ({"approvalMode": "yolo"}, ["--approval-mode=yolo"]),
    ({"approvalMode": "plan"}, ["--approval-mode=plan"]),
    ({"yolo": True}, ["--approval-mode=yolo"]),
    ({"yolo": True, "approvalMode": "yolo"}, ["--approval-mode=yolo"]),
    ({"yolo": False}, []),
    ({"allowedTools": ["a", "b c"]}, ["--allowed-tools=a", "--allowed-tools=b c"]),
    ({"includeDirs": ["/a", "/b"]}, ["--include-directories=/a", "--include-directories=/b"]),
    ({"outputFormat": "text"}, []),
    ({"outputFormat": "json"}, []),
    ({"outputFormat": "stream-json"}, []),
    ({"sandbox": True}, ["--sandbox"]),
    ({"policyFiles": ["/p"]}, ["--policy=/p"]),
    ({"adminPolicyFiles": ["/p"]}, ["--admin-policy=/p"]),
    ({"skipTrust": True}, ["--skip-trust"]),
    ({"noTools": True}, ["--admin-policy={folder}/no-tools.toml"]),
    ({"noTools": False}, []),
    ({"systemPrompt": "-- be brief"}, []),
    ({"attachments": []}, []),
]


def test_a_plain_run() -> None:
    plan = CLI.plan(asked(CLI.name, "say\npong"))
    assert plan.command == "gemini"
    assert plan.arguments == ("--output-format=stream-json", "--approval-mode=default")
    assert plan.stdin == b"say\npong"
    assert plan.files == ()
    assert plan.environment == {
        "GEMINI_CLI_TRUST_WORKSPACE": "true",
        "GEMINI_CLI_NO_RELAUNCH": "true",
    }
    assert plan.output_format == "stream-json"


@pytest.mark.parametrize(("options", "arguments"), FIELDS, ids=[str(each) for each, _ in FIELDS])
def test_each_field_becomes_its_arguments(options: dict[str, Any], arguments: list[str]) -> None:
    assert added(CLI, **options) == arguments


def test_tools_are_allowed_or_there_are_none() -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(asked(CLI.name, options={"noTools": True, "allowedTools": ["a"]}))
    assert refused.value.field == "noTools"


def test_all_fields_are_tried_above_or_below() -> None:
    tried = {name for options, _ in FIELDS for name in options}
    elsewhere = {"sessionId", "resumeLatest", "workingDir"}
    assert {option.name for option in CLI.options} == tried | elsewhere | set(ONLY_AGY)


@pytest.mark.parametrize(
    ("wishes", "arguments"),
    [
        ({"session_id": SESSION}, [f"--session-id={SESSION}"]),
        ({"session": SessionWish.RESUME, "session_id": SESSION}, [f"--resume={SESSION}"]),
        ({"session": SessionWish.CONTINUE, "working_dir": "/w"}, ["--resume=latest"]),
    ],
)
def test_sessions(wishes: dict[str, Any], arguments: list[str]) -> None:
    assert added_by(CLI, asked(CLI.name, **wishes)) == arguments


def test_the_model() -> None:
    assert "--model=gemini-2.5-pro" in CLI.plan(asked(CLI.name, model="gemini-2.5-pro")).arguments
    assert [a for a in CLI.plan(asked(CLI.name, model="latest")).arguments if "model" in a] == []


def test_attachments_are_named_in_the_prompt() -> None:
    plan = CLI.plan(asked(CLI.name, "look", options={"attachments": ["/a b.png", "c.txt"]}))
    assert plan.stdin == b"look\n\n@/a\\ b.png\n@c.txt"


def test_only_the_mode_that_plans_changes_nothing() -> None:
    def changes(**options: Any) -> bool:
        return CLI.plan(asked(CLI.name, options=options)).changes_files

    assert not changes(approvalMode="plan")
    assert changes()
    assert changes(approvalMode="auto_edit")
    assert changes(approvalMode="plan", allowedTools=["run_shell_command"])
    assert changes(approvalMode="plan", adminPolicyFiles=["/rules.toml"])


ONLY_AGY = ("project", "newProject", "printTimeout")


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"options": {"project": "p"}}, "project"),
        ({"options": {"newProject": True}}, "newProject"),
        ({"options": {"printTimeout": "5m"}}, "printTimeout"),
        ({"options": {"yolo": True, "approvalMode": "plan"}}, "yolo"),
        ({"options": {"approvalMode": "bypass"}}, "approvalMode"),
        ({"options": {"includeDirs": ["--yolo"]}}, "includeDirs"),
        ({"options": {"attachments": ["a\n@/etc/passwd"]}}, "attachments"),
        ({"options": {"permissionMode": "plan"}}, "permissionMode"),
        ({"session": SessionWish.FORK, "session_id": SESSION}, "forkSession"),
        ({"session": SessionWish.RESUME, "session_id": "latest"}, "sessionId"),
        ({"session": SessionWish.RESUME, "session_id": "5"}, "sessionId"),
        ({"model": "--yolo"}, "model"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(wishes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(asked(CLI.name, **wishes))
    assert refused.value.field == field


def test_every_flag_of_the_table_is_known() -> None:
    assert {option.flag for option in CLI.options if option.flag} <= CLI.flags
    assert {
        argument.partition("=")[0] for argument in CLI.plan(asked(CLI.name)).arguments
    } <= CLI.flags
