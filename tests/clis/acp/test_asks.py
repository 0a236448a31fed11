"""What a person is shown of a question: what would be done, as each agent tells it."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import Ask, FileChange, PermissionKind
from llmgw_desktop.engine.questions.permissions.rules import PathInView, rule_of
from tests.support.acp_talk import FOLDER, Talk

PATH = f"{FOLDER}/w1.txt"
DIFF = {"type": "diff", "path": PATH, "oldText": "", "newText": "hello\n"}
GIT_DIFF = "--- a/dev/null\n+++ b/w1.txt\n@@ -1,0 +1,1 @@\n+hello\n"


def _ask(name: CliName, before: dict[str, Any] | None = None, **call: Any) -> Ask:
    talk = Talk(name).begun()
    if before is not None:
        talk.update("tool_call", toolCallId="c1", **before)
    (ask,) = talk.ask(0, {"toolCallId": "c1", **call}).asks
    return ask


def test_copilots_title_is_the_models_word() -> None:
    ask = _ask(
        CliName.COPILOT,
        title="just looking around",
        kind="execute",
        rawInput={"command": "rm -rf .", "commands": ["rm -rf ."]},
    )
    assert ask.command == "rm -rf ."
    assert ask.agent_words == "just looking around"


def test_gemini_calls_a_command_by_itself() -> None:
    words = f"[current working directory {FOLDER}/sub] (lab step)"
    content = [{"type": "content", "content": {"type": "text", "text": words}}]
    ask = _ask(CliName.GEMINI, title="rm x", kind="execute", content=content)
    assert (ask.command, ask.cwd, ask.agent_words) == ("rm x", f"{FOLDER}/sub", "lab step")


def test_vibe_tells_the_call_before_it_asks() -> None:
    before = {
        "title": "bash: touch x",
        "kind": "execute",
        "rawInput": {"command": "touch x"},
        "_meta": {"tool_name": "bash"},
    }
    ask = _ask(CliName.MISTRAL, before)
    assert (ask.kind, ask.command) == (PermissionKind.COMMAND, "touch x")


@pytest.mark.parametrize(
    ("name", "before", "call", "change"),
    [
        (
            CliName.GEMINI,
            None,
            {"title": "Writing to w1.txt", "kind": "edit", "content": [DIFF]},
            FileChange(path=PATH, old="", new="hello\n"),
        ),
        (
            CliName.OPENCODE,
            {"title": "write", "kind": "edit", "rawInput": {}},
            {
                "title": PATH,
                "kind": "edit",
                "content": [DIFF],
                "rawInput": {"filepath": PATH, "diff": GIT_DIFF},
            },
            FileChange(path=PATH, old="", new="hello\n"),
        ),
        (
            CliName.COPILOT,
            {"title": "Creating", "kind": "edit", "content": [{**DIFF, "newText": "other"}]},
            {
                "title": "Create file",
                "kind": "edit",
                "rawInput": {"fileName": PATH, "diff": GIT_DIFF},
            },
            FileChange(path=PATH, diff=GIT_DIFF),
        ),
        (
            CliName.MISTRAL,
            {"title": "Writing", "kind": "edit", "content": [{**DIFF, "oldText": None}]},
            {},
            FileChange(path=PATH, new="hello\n"),
        ),
        (
            CliName.GROK,
            None,
            {"kind": "edit", "rawInput": {"file_path": PATH, "content": "hello\n"}},
            FileChange(path=PATH, new="hello\n"),
        ),
        (
            CliName.GROK,
            None,
            {
                "kind": "edit",
                "rawInput": {"file_path": PATH, "old_string": "a", "new_string": ""},
            },
            FileChange(path=PATH, old="a", new=""),
        ),
        (
            CliName.COPILOT,
            None,
            {"kind": "delete", "title": "tidy", "locations": [{"path": PATH}]},
            FileChange(path=PATH, is_gone=True),
        ),
    ],
)
def test_edits_are_shown_as_changes(
    name: CliName, before: dict[str, Any] | None, call: dict[str, Any], change: FileChange
) -> None:
    ask = _ask(name, before, **call)
    assert ask.kind is PermissionKind.EDIT
    assert ask.changes == (change,)


def test_what_was_allowed_to_change_a_file_does_not_remove_it() -> None:
    edit = _ask(CliName.COPILOT, kind="edit", rawInput={"fileName": PATH, "diff": GIT_DIFF})
    removal = _ask(CliName.COPILOT, kind="delete", title="x", locations=[{"path": PATH}])
    place = PathInView(said=PATH, full=PATH, real=PATH)
    allowed = rule_of(edit, place, [place]).digests
    assert not set(rule_of(removal, place, [place]).digests) & set(allowed)
    moved = _ask(
        CliName.COPILOT, kind="move", title="x", locations=[{"path": PATH}, {"path": "/b"}]
    )
    assert [each.is_gone for each in moved.changes] == [True, False]


def test_a_command_is_shown_with_all_that_decides_what_it_does() -> None:
    ask = _ask(
        CliName.OPENCODE,
        title="x",
        kind="execute",
        rawInput={
            "command": "make",
            "description": "Build it",
            "workdir": "/elsewhere",
            "env": {"LD_PRELOAD": "/tmp/x.so"},
        },
    )
    assert ask.cwd == "/elsewhere"
    assert ask.arguments == {"env": {"LD_PRELOAD": "/tmp/x.so"}}


@pytest.mark.parametrize(
    ("name", "call", "server"),
    [
        (
            CliName.GEMINI,
            {
                "title": "add (gate MCP Server)",
                "kind": "other",
                "content": [
                    {"type": "content", "content": {"type": "text", "text": '{"a": 1, "b": 2}'}}
                ],
            },
            "gate",
        ),
        (
            CliName.GROK,
            {
                "title": "gate__add — hook 'x' asks: gateway",
                "kind": "other",
                "rawInput": {"tool_name": "gate__add", "tool_input": {"a": 1, "b": 2}},
            },
            "gate",
        ),
        (
            CliName.OPENCODE,
            {"title": "gate_add", "kind": "other", "rawInput": {"a": 1, "b": 2}},
            "",
        ),
    ],
)
def test_tools_of_mcp_servers_are_known(name: CliName, call: dict[str, Any], server: str) -> None:
    ask = _ask(name, **call)
    assert ask.kind is PermissionKind.MCP
    assert (ask.server, ask.tool) == (server, "add" if server else "gate_add")
    assert ask.arguments == {"a": 1, "b": 2}


def test_an_address_is_shown() -> None:
    ask = _ask(CliName.OPENCODE, title="x", kind="fetch", rawInput={"url": "https://x.test/"})
    assert (ask.kind, ask.url) == (PermissionKind.FETCH, "https://x.test/")


@pytest.mark.parametrize(
    "call",
    [
        {"title": "harmless", "kind": "execute"},
        {"title": "harmless", "kind": "edit"},
        {"title": "harmless", "kind": "fetch"},
        {"title": "harmless", "kind": "delete"},
        {"title": "harmless", "kind": "a new one", "rawInput": {"what": "something else"}},
        {"title": "harmless"},
        {},
    ],
)
def test_where_nothing_is_found_all_of_it_is_shown(call: dict[str, Any]) -> None:
    ask = _ask(CliName.COPILOT, **call)
    assert ask.kind is PermissionKind.OTHER
    assert not ask.command
    whole = {"toolCallId": "c1", **call}
    assert ask.arguments == call.get("rawInput", whole)
    assert '"toolCallId":"c1"' in ask.raw


def test_an_mcp_tool_cannot_pass_for_a_command_of_its_own() -> None:
    """And the other way round: a command that reads as a tool's name is a command."""
    ask = _ask(CliName.GEMINI, title="rm x (gate MCP Server)", kind="execute")
    assert (ask.kind, ask.command) == (PermissionKind.COMMAND, "rm x (gate MCP Server)")
