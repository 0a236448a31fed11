"""`/v1/rules` and `/v1/hooks/CLI`: rules are read, and a CLI in a terminal is held to them; what it
asks stands in the one list beside its own question."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.access.principal import ALL_SCOPES
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import ApprovalSettings, Unattended
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict, StandingRule
from llmgw_desktop.engine.front import questions_door
from llmgw_desktop.engine.questions.permissions import desk
from tests.engine.conftest import House, house_in
from tests.engine.policy.keys import key_of

HOOK = "/v1/hooks/claude"
RULES = (
    StandingRule(name="look", verdict=RuleVerdict.ALLOW, commands=("git status",)),
    StandingRule(name="pushing", verdict=RuleVerdict.DENY, commands=("git push",), note="Ask me."),
    StandingRule(name="touching", verdict=RuleVerdict.ASK, commands=("touch *",)),
)


def told(event: str, command: str = "git pull", session: str = "s1") -> dict[str, Any]:
    return {
        "session_id": session,
        "hook_event_name": event,
        "tool_name": "Bash",
        "tool_input": {"command": command, "description": "A step"},
        "cwd": "/tmp",
    }


def held(house: House, **settings: Any) -> None:
    house.container.runs.permissions.apply(ApprovalSettings(**settings), RULES)


async def hooked(house: House, body: Any, **headers: str) -> dict[str, Any]:
    """What the hook is to print; empty: nothing."""
    async with house.post(HOOK, body, **headers) as answer:
        assert answer.status == 200, await answer.text()
        lines = (await answer.text()).splitlines()
    (data,) = (each.removeprefix("data: ") for each in lines if each.startswith("data: "))
    said = json.loads(data)["said"]
    return dict(json.loads(said)["hookSpecificOutput"]) if said else {}


async def until(there: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not there():
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("command", "verdict"),
    [
        ("git status", "allow"),
        ("timeout 5 git push origin", "deny"),
        ("touch a", "ask"),
        ("llmgw approvals allow prm_1", "ask"),
        ("git pull", ""),
        ("git status; llmgw questions answer x once", "ask"),
    ],
)
async def test_a_rule_holds_before_a_tool_is_used(house: House, command: str, verdict: str) -> None:
    held(house)
    said = await hooked(house, told("PreToolUse", command))
    assert said.get("permissionDecision", "") == verdict
    if verdict == "deny":
        assert said["permissionDecisionReason"] == "The rule pushing says deny. Ask me."
    assert not len(house.container.question_list), "nobody is asked yet"


async def test_what_rules_decide_is_on_record(house: House) -> None:
    held(house)
    for command in ("git status", "git push", "git pull"):
        await hooked(house, told("PreToolUse", command))
    desk = house.container.runs.permissions
    found = [(each.question.ask.command, str(each.answer.way)) for each in desk.recent()]
    assert sorted(found) == [("git push", "standing"), ("git status", "standing")]


async def ask(house: House, command: str = "git pull") -> asyncio.Task[dict[str, Any]]:
    before = len(house.container.question_list)
    task = asyncio.ensure_future(hooked(house, told("PermissionRequest", command)))
    await until(lambda: task.done() or len(house.container.question_list) > before)
    return task


async def answered(house: House, choice: str, **more: str) -> None:
    question = house.container.question_list.waiting[0]
    async with house.post(f"/v1/questions/{question.id}", {"choice": choice, **more}) as answer:
        assert answer.status == 200, await answer.text()


@pytest.mark.parametrize(
    ("choice", "decision"),
    [
        ("once", {"behavior": "allow"}),
        ("deny", {"behavior": "deny", "message": "Not now."}),
        ("stop", {"behavior": "deny", "message": "Not now.", "interrupt": True}),
    ],
)
async def test_what_it_asks_is_answered_from_the_list(
    house: House, choice: str, decision: dict[str, Any]
) -> None:
    task = await ask(house)
    question = house.container.question_list.waiting[0]
    assert question.title == "Claude Code wants to run git pull"
    assert question.blocks == "a terminal in tmp"
    assert question.silence == "It waits in its terminal, where it asks as well."
    await answered(house, choice, **({} if choice == "once" else {"note": "Not now."}))
    assert await task == {"hookEventName": "PermissionRequest", "decision": decision}


async def test_allowed_for_the_session_it_is_not_asked_again_there(house: House) -> None:
    task = await ask(house)
    await answered(house, "job")
    await task
    again = await hooked(house, told("PermissionRequest"))
    assert again["decision"] == {"behavior": "allow"}
    other = asyncio.ensure_future(hooked(house, told("PermissionRequest", session="s2")))
    await until(lambda: len(house.container.question_list))
    await hooked(house, told("SessionEnd", session="s2"))
    assert await other == {}


async def test_answered_in_the_terminal_it_is_closed_here(house: House) -> None:
    task = await ask(house)
    await hooked(house, told("PostToolUse", "git fetch"))
    assert len(house.container.question_list) == 1, "another was done"
    await hooked(house, told("PostToolUse"))
    assert await task == {}
    assert not len(house.container.question_list)


async def test_the_question_ends_with_its_hook(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmgw_desktop.engine.questions.permissions.hooked.SIGN_OF_LIFE_S", 0.01)
    task = await ask(house)
    task.cancel()
    await until(lambda: not len(house.container.question_list))
    assert house.container.question_list.waiting == ()


async def test_silence_denies_nothing(house: House) -> None:
    held(house, unattended=Unattended.DENY)
    assert await hooked(house, told("PermissionRequest")) == {}
    huge = await hooked(house, told("PermissionRequest", "x" * 300_000))
    assert huge == {}, "too large to be shown: its own question stands"


async def grok_holds(house: House) -> dict[str, Any]:
    """A rule wants it asked, and Grok was told to ask nobody."""
    wish = told("PreToolUse", "touch /tmp/x") | {
        "tool_name": "run_terminal_command",
        "permission_mode": "bypassPermissions",
    }
    async with house.post("/v1/hooks/grok", wish) as answer:
        lines = (await answer.text()).splitlines()
    (held, data) = (each.removeprefix("data: ") for each in lines if each.startswith("data: "))
    otherwise = json.loads(json.loads(held)["said"])  # should the gateway end meanwhile
    assert otherwise["decision"] == "deny"
    return dict(json.loads(json.loads(data)["said"] or "{}"))


async def test_a_held_step_expires_before_its_cli_passes_the_hook_by(house: House) -> None:
    """It runs a step whose hook is late, however long questions may stay open here."""
    held(house, answer_within_minutes=600)
    grok = cli_of(CliName.GROK).hook
    assert grok is not None
    task = asyncio.ensure_future(grok_holds(house))
    await until(lambda: len(house.container.question_list))
    (question,) = house.container.question_list.waiting
    assert question.until_s - question.since_s < grok.waits_s < 600 * 60
    assert question.silence == "It is denied, and the agent goes on without it."
    await answered(house, "once")
    assert await task == {}


async def test_silence_denies_what_is_held(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    held(house)
    grok = cli_of(CliName.GROK)
    assert grok.hook is not None
    hurried = replace(grok, hook=replace(grok.hook, waits_s=0.0))
    monkeypatch.setattr(questions_door, "cli_of", lambda _: hurried)
    monkeypatch.setattr(desk, "LEAST_S", 0.05)
    said = await grok_holds(house)
    assert said["decision"] == "deny"
    assert said["reason"].endswith("Nobody has answered.")
    assert not len(house.container.question_list)


@pytest.mark.parametrize("tool", ["AskUserQuestion", "ExitPlanMode", ""])
async def test_what_only_its_own_screen_can_answer_is_left_there(house: House, tool: str) -> None:
    body = told("PermissionRequest") | {"tool_name": tool}
    assert await hooked(house, body) == {}


@pytest.mark.parametrize(
    "body",
    [{}, {"hook_event_name": 1}, {"hook_event_name": "PreToolUse", "session_id": ["s"]}],
)
async def test_what_is_no_call_of_a_hook_is_answered_with_nothing(house: House, body: Any) -> None:
    assert await hooked(house, body) == {}


async def test_none_but_the_person_may_bring_questions(house: House) -> None:
    key = key_of(house, "Agent", *ALL_SCOPES)
    headers = {"Authorization": f"Bearer {key}"}
    async with house.post(HOOK, told("PermissionRequest"), **headers) as answer:
        assert answer.status == 403
    async with house.post("/v1/hooks/nobody", told("PermissionRequest")) as answer:
        assert answer.status == 400
        assert "there are: claude" in await answer.text()


async def test_rules_are_listed_and_written_by_nobody(tmp_path: Any) -> None:
    settings = (
        '[[rules]]\nname = "one"\naction = "deny"\ncommands = ["rm *"]\n[[rules]]\naction = 1\n'
    )
    async with house_in(tmp_path, settings) as house:
        async with house.get("/v1/rules") as answer:
            body = await answer.json()
        assert body["total"] == 2
        assert body["rules"][0] == {
            "name": "one",
            "action": "deny",
            "commands": ["rm *"],
            "mistake": "",
        }
        assert body["rules"][1]["mistake"]
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            async with house.session.request(method, f"{house.url}/v1/rules", json={}) as refused:
                assert refused.status in (404, 405)


OF_FILES = (
    StandingRule(name="that file", verdict=RuleVerdict.DENY, paths=("**/denied.txt",)),
    StandingRule(name="that tool", verdict=RuleVerdict.DENY, tools=("my_gate/put_note",)),
)


async def printed(house: House, cli: str, body: dict[str, Any]) -> str:
    async with house.post(f"/v1/hooks/{cli}", body) as answer:
        lines = (await answer.text()).splitlines()
    data = [each.removeprefix("data: ") for each in lines if each.startswith("data: ")][-1]
    return str(json.loads(data)["said"])


@pytest.mark.parametrize(
    ("cli", "event", "tool", "given"),
    [
        ("grok", "PreToolUse", "monitor", {"command": "cat denied.txt"}),
        ("codex", "PreToolUse", "view_image", {"path": "denied.txt"}),
        (
            "codex",
            "PreToolUse",
            "Bash",
            {"command": "apply_patch <<'E'\n*** Begin Patch\n*** Delete File: denied.txt\nE"},
        ),
        ("gemini", "BeforeTool", "grep_search", {"pattern": "x", "dir_path": "denied.txt"}),
        ("claude", "PreToolUse", "Grep", {"pattern": "x", "path": "denied.txt"}),
        ("opencode", "before", "my_gate_put_note", {"text": "x"}),
        ("copilot", "", "my_gate-put_note", {"text": "x"}),
        ("mistral", "pre_tool", "my_gate-put_note", {"text": "x"}),
        ("grok", "PreToolUse", "my_gate__put_note", {"text": "x"}),
        ("mistral", "pre_tool", "file_system.read_file", {"file_path": "denied.txt"}),
        ("claude", "PreToolUse", "Write", {"file_path": "denied.txt", "content": "x" * 400_000}),
    ],
)
async def test_each_cli_is_held_in_its_own_words(
    house: House, cli: str, event: str, tool: str, given: dict[str, Any]
) -> None:
    """What is too large to be shown to a person is held to the rules, too."""
    house.container.runs.permissions.apply(ApprovalSettings(), OF_FILES)
    body = {"session_id": "s1", "hook_event_name": event, "cwd": "/tmp"}
    body |= {"tool_name": tool, "tool_input": given}
    if cli == "copilot":
        body = {"sessionId": "s1", "cwd": "/tmp", "toolName": tool, "toolArgs": given}
    said = await printed(house, cli, body)
    assert "deny" in said
    assert "The rule that" in said
    harmless = json.loads(
        json.dumps(body).replace("denied.txt", "free.txt").replace("put_", "get_")
    )
    assert await printed(house, cli, harmless) == ""


DETAILS = {"type": "exec", "title": "Confirm", "command": "rm -rf build", "rootCommand": "rm"}
NOTICES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], str]] = {
    "gemini": (
        {"hook_event_name": "BeforeTool", "tool_name": "run_shell_command"}
        | {"tool_input": {"command": "rm -rf build"}},
        {"hook_event_name": "Notification", "notification_type": "ToolPermission"}
        | {"message": "Tool Confirm requires execution", "details": DETAILS},
        {"hook_event_name": "AfterAgent"},
        "Gemini CLI asks in its terminal: run rm -rf build",
    ),
    "grok": (
        {"hook_event_name": "PreToolUse", "tool_name": "run_terminal_command"}
        | {"tool_input": {"command": "rm -rf build"}},
        {"hook_event_name": "Notification", "notificationType": "permission_prompt"}
        | {"message": "Tool permission requested"},
        {"hook_event_name": "StopCancelled"},
        "Grok asks in its terminal: run rm -rf build",
    ),
    "copilot": (
        {"toolName": "bash", "toolArgs": {"command": "rm -rf build"}},
        {"hook_event_name": "Notification", "notification_type": "permission_prompt"}
        | {"message": "Run command: rm -rf build", "title": "Permission needed"},
        {"stopReason": "end_turn", "stop_hook_active": False},
        "GitHub Copilot asks in its terminal: run rm -rf build",
    ),
}
"""A step, the notice of its question, its turn's end: as each CLI says them."""


@pytest.mark.parametrize("cli", NOTICES)
async def test_what_only_its_terminal_answers_is_told_in_the_list(house: House, cli: str) -> None:
    step, notice, end, title = NOTICES[cli]
    of = {"session_id": "s1", "sessionId": "s1", "cwd": "/tmp"}
    listed = house.container.question_list

    async def asks() -> str:
        assert await printed(house, cli, of | step) == ""
        assert not len(listed), "the one before has its answer"
        assert await printed(house, cli, of | notice) == "", "no word of ours counts there"
        (question,) = listed.waiting
        assert (question.title, question.blocks) == (title, "a terminal in tmp")
        assert [each.id for each in question.choices] == ["seen"]
        assert "rm -rf build" in "".join(text for _, text in question.details)
        return question.id

    await asks()
    question_id = await asks()
    async with house.post(f"/v1/questions/{question_id}", {"choice": "once"}) as answer:
        assert answer.status == 400, "it cannot be allowed here"
    async with house.post(f"/v1/questions/{question_id}", {"choice": "seen"}) as answer:
        assert await answer.json() == {"answered": [question_id], "late": []}
    await asks()
    assert await printed(house, cli, of | end) == ""
    assert not len(listed), "its turn is over"
    idle = notice | {"notification_type": "idle_prompt", "notificationType": "idle_prompt"}
    assert await printed(house, cli, of | idle) == ""
    assert not len(listed), "that it has nothing to do is no question"


async def test_what_is_told_is_short_and_one_of_a_session(house: House) -> None:
    _, notice, _, _ = NOTICES["grok"]
    for number in range(3):
        about = {"session_id": f"s{number % 2}", "cwd": "/tmp", "message": "x" * 300_000}
        assert await printed(house, "grok", notice | about) == ""
    told_of = house.container.question_list.waiting
    assert len(told_of) == 2
    assert all(len(text) <= 4000 for each in told_of for _, text in each.details)
    assert {each.title for each in told_of} == {"Grok asks in its terminal"}


async def test_a_call_that_a_person_has_allowed_is_not_asked_twice(house: House) -> None:
    """Where a rule has it asked opencode's own question about the same call comes after ours."""
    held(house)
    call = {"session_id": "s1", "cwd": "/tmp", "tool_name": "bash", "call_id": "call_1"}
    call |= {"tool_input": {"command": "touch a"}}
    step = call | {"hook_event_name": "before"}
    task = asyncio.ensure_future(printed(house, "opencode", step))
    await until(lambda: len(house.container.question_list))
    await answered(house, "once")
    assert await task == ""
    asks = call | {"hook_event_name": "asks", "asks_for": "bash: touch a"}
    assert json.loads(await printed(house, "opencode", asks)) == {"reply": "once"}
    other = asyncio.ensure_future(printed(house, "opencode", asks | {"call_id": "call_2"}))
    await until(lambda: len(house.container.question_list))
    assert house.container.question_list.waiting[0].words == "bash: touch a"
    await answered(house, "deny", note="Not now.")
    assert json.loads(await other) == {"reply": "reject", "message": "Not now."}
    allowed = asks | {"call_id": "call_3", "tool_input": {"command": "git status"}}
    assert json.loads(await printed(house, "opencode", allowed)) == {"reply": "once"}, "by a rule"


async def test_what_is_too_large_is_denied_where_nobody_would_be_asked(house: House) -> None:
    held(house)
    step = told("PreToolUse", "git status") | {"in_part": True}
    assert (await hooked(house, step))["permissionDecision"] == "ask", "also what a rule allows"
    step |= {"tool_name": "run_terminal_command", "permission_mode": "bypassPermissions"}
    assert json.loads(await printed(house, "grok", step))["decision"] == "deny"
    assert not len(house.container.question_list)
    house.container.runs.permissions.apply(ApprovalSettings(), ())
    assert await printed(house, "grok", step) == "", "without rules it goes its own way"
