"""How the CLIs are started so that they ask, and what such a run cannot be asked for."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName, CliRequest, LaunchPlan, SessionWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from tests.support.acp_talk import FOLDER, SPEAK

SESSIONS = {CliName.OPENCODE: "ses_e044eb816ffeu0Ns7T9eTf8CZx"}
A_UUID = "6390d421-78d0-4a46-abc8-2ad6706e805a"
FIELDS: dict[CliName, list[dict[str, Any]]] = {
    CliName.GEMINI: [
        {"yolo": True},
        {"approvalMode": "auto_edit"},
        {"allowedTools": ["run_shell_command"]},
        {"policyFiles": ["mine.toml"]},
        {"adminPolicyFiles": ["mine.toml"]},
        {"noTools": True},
        {"attachments": ["a.txt"]},
    ],
    CliName.GROK: [
        {"alwaysApprove": True},
        {"permissionMode": "bypassPermissions"},
        {"allow": ["Bash(*)"]},
        {"agent": "mine"},
        {"leaderSocket": "/tmp/x"},
        {"jsonSchema": {}},
    ],
    CliName.COPILOT: [
        {"allowAllTools": True},
        {"allowAll": True},
        {"yolo": True},
        {"allowAllPaths": True},
        {"allowedTools": ["shell"]},
        {"allowedUrls": ["x.test"]},
        {"trustFolder": True},
        {"mode": "autopilot"},
        {"mcpConfig": {"mcpServers": {}}},
    ],
    CliName.OPENCODE: [
        {"permissionMode": "bypassPermissions"},
        {"permissionMode": "acceptEdits"},
        {"agent": "mine"},
        {"command": "review"},
        {"files": ["a.txt"]},
    ],
    CliName.MISTRAL: [
        {"permissionMode": "auto-approve"},
        {"allowedTools": ["bash"]},
        {"trust": True},
        {"maxTurns": 3},
    ],
}
REFUSED = [(name, options) for name, all_ in FIELDS.items() for options in all_]


def _plan(name: CliName, options: dict[str, Any] | None = None, **fields: Any) -> LaunchPlan:
    asking = cli_of(name).asking
    assert asking is not None
    request = CliRequest(cli=name, prompt="x", working_dir=FOLDER, options=options or {}, **fields)
    return asking.plan(request)


@pytest.mark.parametrize(("name", "options"), REFUSED)
def test_what_would_be_done_unasked_is_refused(name: CliName, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidRun, match="asks before it acts") as refused:
        _plan(name, options)
    assert refused.value.field == next(iter(options))


@pytest.mark.parametrize("name", SPEAK)
def test_the_prompt_goes_by_the_dialogue(name: CliName) -> None:
    plan = _plan(name)
    assert plan.stdin is None
    assert "x" not in plan.arguments
    assert plan.changes_files


@pytest.mark.parametrize("name", SPEAK)
def test_sessions_go_on_by_their_id_alone(name: CliName) -> None:
    _plan(name, session=SessionWish.RESUME, session_id=SESSIONS.get(name, A_UUID))
    with pytest.raises(InvalidRun):
        _plan(name, session=SessionWish.CONTINUE)
    with pytest.raises(InvalidRun):
        _plan(name, session=SessionWish.FORK, session_id=SESSIONS.get(name, A_UUID))
    with pytest.raises(InvalidRun):
        _plan(name, session=SessionWish.RESUME, session_id="../../x")


def test_a_prompt_that_cannot_be_sent_is_refused() -> None:
    asking = cli_of(CliName.GEMINI).asking
    assert asking is not None
    for prompt in ("", "  ", "a\0b", "\ud800"):
        with pytest.raises(InvalidRun):
            asking.plan(CliRequest(cli=CliName.GEMINI, prompt=prompt))


def test_gemini_has_rules_of_the_highest_rank() -> None:
    plan = _plan(CliName.GEMINI, model="gemini-2.5-pro")
    assert plan.arguments[:3] == (
        "--acp",
        "--approval-mode=default",
        "--admin-policy={folder}/asks.toml",
    )
    assert "--model=gemini-2.5-pro" in plan.arguments
    (rules,) = plan.files
    assert rules.content.count(b'decision = "ask_user"') == 2
    assert b"allow" not in rules.content


def test_grok_has_a_hook_and_no_leader() -> None:
    plan = _plan(CliName.GROK, {"effort": "high"}, model="grok-4.5")
    assert plan.arguments == (
        "agent",
        "--no-leader",
        "--agent-profile={folder}/asks.md",
        "--model=grok-4.5",
        "--reasoning-effort=high",
        "stdio",
    )
    (profile,) = plan.files
    assert b"""printf '{"decision":"ask","reason":"gateway"}'""" in profile.content


def test_copilot_may_be_given_less_and_never_more() -> None:
    plan = _plan(CliName.COPILOT, {"excludedTools": ["shell"]}, model="gpt-5")
    assert plan.arguments == (
        "--acp",
        "--no-auto-update",
        "--model=gpt-5",
        "--excluded-tools=shell",
    )


def test_opencode_has_rules_for_all_and_reads_none_of_the_folder() -> None:
    plan = _plan(CliName.OPENCODE, model="gw/one")
    rules = orjson.loads(plan.environment["OPENCODE_PERMISSION"])
    assert {rules[each] for each in ("*", "bash", "edit", "webfetch")} == {"ask"}
    assert plan.environment["OPENCODE_DISABLE_PROJECT_CONFIG"] == "1"
    (settings,) = (orjson.loads(each.content) for each in plan.files)
    assert settings["agent"]["build"]["permission"] == rules
    assert settings["experimental"] == {"continue_loop_on_deny": True}
    assert settings["model"] == "gw/one"


def test_vibe_is_asked_by_its_other_program() -> None:
    plan = _plan(CliName.MISTRAL, model="devstral")
    assert (plan.command, plan.arguments) == ("vibe-acp", ())
    tools = orjson.loads(plan.environment["VIBE_TOOLS"])
    assert tools["bash"] == {"permission": "ask", "allowlist": []}
    assert plan.environment["VIBE_ACTIVE_MODEL"] == "devstral"
    with pytest.raises(InvalidRun):
        _plan(CliName.MISTRAL, model="x", session=SessionWish.RESUME, session_id=A_UUID)


@pytest.mark.parametrize("name", SPEAK)
def test_each_says_how_it_is_known_to_ask(name: CliName) -> None:
    asking = cli_of(name).asking
    assert asking is not None
    assert asking.proof.endswith(".")
