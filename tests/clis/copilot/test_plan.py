from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.clis.copilot import CLI
from llmgw_desktop.domain.cli import (
    CliName,
    CliRequest,
    SessionWish,
)
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from tests.clis.support import SESSION, asked

ALWAYS = ("--output-format=json", "--stream=on", "--no-ask-user", "--no-auto-update", "--no-color")


def request(**options: Any) -> CliRequest:
    return asked(CliName.COPILOT, options=options)


def added(of: CliRequest) -> tuple[str, ...]:
    arguments = CLI.plan(of).arguments
    assert arguments[: len(ALWAYS)] == ALWAYS
    return arguments[len(ALWAYS) :]


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, ()),
        ({"effort": "high"}, ("--reasoning-effort=high",)),
        ({"mode": "plan"}, ("--mode=plan",)),
        ({"allowAllTools": True}, ("--allow-all-tools",)),
        ({"yolo": True}, ("--yolo",)),
        (
            {"allowedTools": ["shell(git:*)", "write"], "disallowedTools": ["shell(git push)"]},
            ("--allow-tool=shell(git:*)", "--allow-tool=write", "--deny-tool=shell(git push)"),
        ),
        ({"attachments": ["a.png"]}, ("--attachment=a.png",)),
        (
            {"mcpConfig": {"mcpServers": {}}},
            ('--additional-mcp-config={"mcpServers":{}}',),
        ),
        ({"maxAutopilotContinues": 0}, ("--max-autopilot-continues=0",)),
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
    ],
)
def test_sessions(fields: dict[str, Any], arguments: tuple[str, ...]) -> None:
    assert added(asked(CliName.COPILOT, **fields)) == arguments


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"yolo": True, "allowAll": True}, "yolo"),
        ({"availableTools": ["a"], "excludedTools": ["b"]}, "availableTools"),
        ({"mcpConfig": "@/etc/passwd"}, "mcpConfig"),
        ({"mcpConfig": "[]"}, "mcpConfig"),
        ({"mode": "interactive"}, "mode"),
        ({"allowedTools": ["--yolo"]}, "allowedTools"),
    ],
)
def test_what_cannot_be_asked_is_refused(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(request(**options))
    assert refused.value.field == field


def test_a_session_cannot_be_forked() -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(asked(CliName.COPILOT, session=SessionWish.FORK, session_id=SESSION))
    assert refused.value.field == "forkSession"


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({}, True),
        ({"mode": "plan"}, False),
        ({"mode": "plan", "allowAllTools": True}, True),
        ({"mode": "plan", "allowedTools": []}, False),
    ],
)
def test_only_planning_without_leave_changes_nothing(
    options: dict[str, Any], changes: bool
) -> None:
    assert CLI.plan(request(**options)).changes_files is changes
