"""What CLIs tell their hooks, as it was seen, and what they are told back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.clis.dialogue import HookCall, HookMoment, HookUse
from llmgw_desktop.clis.registry import NAMES, cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import Decision, DecisionWay, PermissionAnswer
from llmgw_desktop.domain.jobs.approval import PermissionKind as Kind
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict

BASH = {"command": "mkdir made", "description": "A step"}
SEEN: dict[CliName, dict[str, Any]] = {
    CliName.CLAUDE: {"hook_event_name": "PreToolUse", "tool_name": "Bash"},
    CliName.CODEX: {
        "hook_event_name": "PreToolUse",
        "permission_mode": "bypassPermissions",
        "tool_name": "Bash",
    },
    CliName.GEMINI: {"hook_event_name": "BeforeTool", "tool_name": "run_shell_command"},
    CliName.GROK: {
        "hookEventName": "pre_tool_use",
        "hook_event_name": "PreToolUse",
        "permission_mode": "default",
        "tool_name": "run_terminal_command",
    },
    CliName.MISTRAL: {"hook_event_name": "pre_tool", "tool_name": "file_system.bash"},
    CliName.OPENCODE: {"hook_event_name": "before", "tool_name": "bash"},
    CliName.COPILOT: {"sessionId": "s", "toolName": "bash", "toolArgs": BASH},
}
HELD = {CliName.CODEX, CliName.MISTRAL, CliName.OPENCODE}


def hook_of(cli: CliName) -> HookUse:
    hook = cli_of(cli).hook
    assert hook is not None
    return hook


def read(cli: CliName, **told: Any) -> HookCall:
    call = hook_of(cli).read({"session_id": "s", "cwd": "/p", **told})
    assert call is not None
    return call


def test_every_cli_of_the_seven_has_one() -> None:
    assert {each for each in NAMES if cli_of(each).hook is not None} == set(SEEN)


@pytest.mark.parametrize("cli", SEEN)
def test_a_command_is_read(cli: CliName) -> None:
    call = read(cli, **({"tool_input": BASH} | SEEN[cli]))
    assert (call.moment, call.session) == (HookMoment.BEFORE, "s")
    assert (call.ask.kind, call.ask.command, call.ask.cwd.rstrip("/")) == (
        Kind.COMMAND,
        "mkdir made",
        "/p",
    )
    assert call.is_held is (cli in HELD)


@pytest.mark.parametrize("cli", SEEN)
def test_a_denial_is_said_with_its_reason(cli: CliName) -> None:
    said = hook_of(cli).ruled(RuleVerdict.DENY, "The rule says so.")
    assert b"deny" in said
    assert b"The rule says so." in said
    allowed = hook_of(cli).ruled(RuleVerdict.ALLOW, "")
    assert (b"allow" in allowed) is (cli is CliName.CLAUDE), "others go their own way"


def test_a_folder_and_files_of_the_call_count() -> None:
    wish = {"hook_event_name": "BeforeTool", "tool_name": "run_shell_command"}
    call = read(CliName.GEMINI, **wish, tool_input={"command": "ls", "dir_path": "sub"})
    assert call.ask.cwd == "/p/sub"
    given_ = {"filePath": "/p/a", "oldString": "x", "newString": "y"}
    edit = read(CliName.OPENCODE, hook_event_name="before", tool_name="edit", tool_input=given_)
    assert [(each.path, each.old, each.new) for each in edit.ask.changes] == [("/p/a", "x", "y")]
    patch = "*** Begin Patch\n*** Update File: a\n*** Move to: b\n*** Delete File: c\n"
    told = {"hook_event_name": "PreToolUse", "tool_name": "apply_patch"}
    call = read(CliName.CODEX, **told, tool_input={"command": patch})
    assert [(each.path, each.is_gone) for each in call.ask.changes] == [
        *(("a", False), ("b", False), ("c", True))
    ]


def test_tools_of_servers_are_known_where_their_names_tell() -> None:
    told = {"hook_event_name": "PreToolUse", "tool_name": "mcp__fs__write_file", "tool_input": {}}
    assert read(CliName.CODEX, **told).ask.server == "fs"
    context = {"server_name": "fs", "tool_name": "write_file"}
    told = {"hook_event_name": "BeforeTool", "tool_name": "mcp_fs_write_file", "tool_input": {}}
    ask = read(CliName.GEMINI, **told, mcp_context=context).ask
    assert (ask.kind, ask.server, ask.tool) == (Kind.MCP, "fs", "write_file")


def test_codex_is_answered_as_it_was_seen_to_take_it() -> None:
    hook = hook_of(CliName.CODEX)
    allowed = PermissionAnswer(decision=Decision.ONCE, way=DecisionWay.COMMAND, at_s=0)
    stopped = PermissionAnswer(decision=Decision.STOP, way=DecisionWay.COMMAND, at_s=0, note="no")
    said = [json.loads(hook.answered(each)) for each in (allowed, stopped)]
    assert [each["hookSpecificOutput"]["decision"] for each in said] == [
        {"behavior": "allow"},
        {"behavior": "deny", "message": "no"},
    ]
    assert hook.ruled(RuleVerdict.ASK, "why") == b"", "it refuses a question here"


JUNK = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(cli=st.sampled_from(sorted(SEEN)), given_=JUNK, tool=JUNK)
def test_whatever_it_says_is_read_or_left(cli: CliName, given_: Any, tool: Any) -> None:
    told = {**SEEN[cli], "session_id": "s", "tool_input": given_, "toolArgs": given_}
    hook_of(cli).read(told)
    hook_of(cli).read({**told, "tool_name": tool, "toolName": tool})
