"""Codex's app server as it was heard, cut, broken and repeated: what is sent follows from what was
said, and nothing but a person's answer allows anything."""

import itertools
import json
from collections.abc import Iterable
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.clis.codex.asking_plan import dialogue, plan_asking
from llmgw_desktop.clis.codex.dialogue import CodexDialogue
from llmgw_desktop.clis.dialogue import Done, GaveUp, PermissionAsked, Send, Spoken, Withdrawn
from llmgw_desktop.domain.cli import (
    CliName,
    CliRequest,
    ErrorCategory,
    ModelTold,
    Retrying,
    RunEnded,
    RunUsageTold,
    SessionTold,
    SessionWish,
    TextGrew,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    Decision,
    DecisionWay,
    FileChange,
    PermissionAnswer,
    PermissionKind,
)
from llmgw_desktop.domain.jobs.run_errors import InvalidRun

CWD = "/home/user/project"
THREAD, TURN = "01a1fbef-acfb-7593-ab3f-c5c6e8972ea7", "turn-1"
PROVEN = {
    "thread": {"id": THREAD},
    "model": "gpt-5.4",
    "approvalPolicy": "untrusted",
    "approvalsReviewer": "user",
    "sandbox": {"type": "workspaceWrite"},
}
ALLOWING = {"accept", "acceptForSession", "approved", "approved_for_session"}


def request(**more: Any) -> CliRequest:
    return CliRequest(cli=CliName.CODEX, prompt="do it", asks=True, **more)


def line(**message: Any) -> bytes:
    return orjson.dumps(message) + b"\n"


def told(method: str, **params: Any) -> bytes:
    return line(method=method, params={"threadId": THREAD, "turnId": TURN, **params})


def started(item: dict[str, Any]) -> bytes:
    return told("item/started", item=item)


def done(item: dict[str, Any]) -> bytes:
    return told("item/completed", item=item)


def turn_done(status: str = "completed", **more: Any) -> bytes:
    return told("turn/completed", turn={"id": TURN, "status": status, **more})


def asks(number: object, method: str, **params: Any) -> bytes:
    return line(id=number, method=method, params={"threadId": THREAD, "turnId": TURN, **params})


def asks_command(number: object = 0, command: str = "touch a", **more: Any) -> bytes:
    return asks(
        number,
        "item/commandExecution/requestApproval",
        kind="command",
        itemId=f"call-{number}",
        command=command,
        cwd=CWD,
        **more,
    )


def opened(wish: CliRequest | None = None, proof: dict[str, Any] | None = None) -> CodexDialogue:
    """At the point where the prompt is sent."""
    made = dialogue(wish or request(), CWD)
    made.begin()
    made.feed(b"".join(greeting(made)))
    made.feed(line(id="llmgw-thread", result=proof or PROVEN))
    made.feed(line(id="llmgw-turn", result={"turn": {"id": TURN}}))
    return made


def greeting(made: CodexDialogue, home: str = "/home/user/.codex") -> Iterable[bytes]:
    """What the server answers until the thread may begin."""
    hello = line(id="llmgw-initialize", result={"codexHome": home})
    probes = [each for each in dialogue(request(), CWD).feed(hello) if isinstance(each, Send)]
    yield hello
    for probe in probes:
        if probe.key.startswith("llmgw-rules"):
            error = {"code": -32603, "message": "No such file or directory (os error 2)"}
            yield line(id=probe.key, error=error)
        elif probe.key == "llmgw-config":
            yield line(id=probe.key, result={"config": {}})


def sent(spoken: Iterable[Spoken]) -> list[tuple[str, dict[str, Any]]]:
    return [(each.key, json.loads(each.data)) for each in spoken if isinstance(each, Send)]


def asked(spoken: Iterable[Spoken]) -> list[Ask]:
    return [each.ask for each in spoken if isinstance(each, PermissionAsked)]


def answer(decision: Decision, note: str = "") -> PermissionAnswer:
    return PermissionAnswer(decision=decision, way=DecisionWay.DIALOG, at_s=1.0, note=note)


def test_the_prompt_is_sent_when_asking_is_proven() -> None:
    made = dialogue(request(model="gpt-5.4", options={"reasoningEffort": "high"}), CWD)
    ((key, hello),) = sent(made.begin())
    assert (key, hello["method"]) == ("llmgw-initialize", "initialize")
    first, *replies = greeting(made)
    probes = sent(made.feed(first))
    assert probes[0][1] == {"jsonrpc": "2.0", "method": "initialized", "params": {}}
    folders = [each["params"]["path"] for _, each in probes if "rules" in each.get("id", "")]
    assert folders == [
        "/home/user/.codex/rules",
        "/etc/codex/rules",
        "/home/user/project/.codex/rules",
        "/home/.codex/rules",
        "/.codex/rules",
    ]
    *_, (key, thread) = sent(made.feed(b"".join(replies)))
    assert thread["method"] == "thread/start"
    assert thread["params"] == {
        "cwd": CWD,
        "approvalPolicy": "untrusted",
        "sandbox": "workspace-write",
        "model": "gpt-5.4",
    }
    session, model, turn = made.feed(line(id="llmgw-thread", result=PROVEN))
    assert (session, model) == (SessionTold(session_id=THREAD), ModelTold(model="gpt-5.4"))
    ((_, begun),) = sent([turn])
    assert begun["params"] == {
        "threadId": THREAD,
        "approvalPolicy": "untrusted",
        "input": [{"type": "text", "text": "do it"}],
        "effort": "high",
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"approvalPolicy": "on-request"}, "its policy is 'on-request'"),
        ({"approvalPolicy": "never"}, "its policy is 'never'"),
        ({"approvalPolicy": None}, "its policy is 'None'"),
        ({"approvalsReviewer": "auto_review"}, "'auto_review' is asked"),
        ({"sandbox": {"type": "dangerFullAccess"}}, "its sandbox is 'dangerFullAccess'"),
        ({"sandbox": {"type": "readOnly"}}, "its sandbox is 'readOnly'"),
        ({"sandbox": None}, "its sandbox is 'None'"),
        ({"thread": {}}, "names no thread"),
    ],
)
def test_what_is_not_proven_ends_the_run(change: dict[str, Any], words: str) -> None:
    made = dialogue(request(), CWD)
    made.begin()
    made.feed(b"".join(greeting(made)))
    assert made.feed(line(id="llmgw-thread", result=PROVEN | change)) == [GaveUp()]
    assert made.feed(asks_command()) == []
    end = made.finish(None, "")[-1]
    assert isinstance(end, RunEnded)
    assert not end.ok
    assert words in end.error
    assert end.category is ErrorCategory.CLI


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ({"result": {"entries": [{"fileName": "default.rules"}]}}, "has rules of its own in"),
        ({"error": {"message": "Permission denied (os error 13)"}}, "does not say which rules"),
        ({"error": {"message": "unknown variant `fs/readDirectory`"}}, "does not say which rules"),
    ],
)
def test_rules_on_the_disk_end_the_run(reply: dict[str, Any], words: str) -> None:
    made = dialogue(request(), CWD)
    made.begin()
    first, probe, *_ = greeting(made)
    made.feed(first)
    assert made.feed(line(id=json.loads(probe)["id"], **reply)) == [GaveUp()]
    end = made.finish(None, "")[-1]
    assert isinstance(end, RunEnded)
    assert words in end.error


def test_servers_of_the_person_are_set_to_ask() -> None:
    made = dialogue(request(), CWD)
    made.begin()
    *before, config = greeting(made)
    made.feed(b"".join(before))
    servers = {"gate": {"tools": {"add": {"approval_mode": "approve"}}}, "two": {}}
    told_config = line(id=json.loads(config)["id"], result={"config": {"mcp_servers": servers}})
    ((_, thread),) = sent(made.feed(told_config))
    assert thread["params"]["config"] == {
        "mcp_servers.gate.default_tools_approval_mode": "prompt",
        "mcp_servers.gate.tools.add.approval_mode": "prompt",
        "mcp_servers.two.default_tools_approval_mode": "prompt",
    }


@pytest.mark.parametrize("config", [{"mcp_servers": {"a.b": {}}}, None, "x"])
def test_settings_that_cannot_be_read_end_the_run(config: object) -> None:
    made = dialogue(request(), CWD)
    made.begin()
    *before, last = greeting(made)
    made.feed(b"".join(before))
    assert made.feed(line(id=json.loads(last)["id"], result={"config": config})) == [GaveUp()]


def test_a_session_that_goes_on_is_told_the_policy_again() -> None:
    for wish, method in ((SessionWish.RESUME, "thread/resume"), (SessionWish.FORK, "thread/fork")):
        made = dialogue(request(session=wish, session_id=THREAD), CWD)
        made.begin()
        *_, (_, thread) = sent(made.feed(b"".join(greeting(made))))
        assert thread["method"] == method
        assert thread["params"]["threadId"] == THREAD
        assert thread["params"]["approvalPolicy"] == "untrusted"
        assert thread["params"]["sandbox"] == "workspace-write"


def test_a_command_is_asked_and_answered() -> None:
    made = opened()
    (ask,) = asked(made.feed(asks_command(reason="May I?")))
    assert (ask.native_id, ask.call_id, ask.kind) == ("0", "call-0", PermissionKind.COMMAND)
    assert (ask.command, ask.cwd, ask.reason) == ("touch a", CWD, "May I?")
    ((key, said),) = sent(made.answer("0", answer(Decision.ONCE)))
    assert (key, said["id"], said["result"]) == ("answer 0", 0, {"decision": "accept"})
    assert made.answer("0", answer(Decision.ONCE)) == [], "late answers are dropped"


def test_for_the_job_is_never_told_to_the_agent() -> None:
    made = opened()
    made.feed(asks_command())
    ((_, said),) = sent(made.answer("0", answer(Decision.JOB)))
    assert said["result"] == {"decision": "accept"}


def test_a_note_goes_before_its_denial() -> None:
    made = opened()
    made.feed(asks_command())
    (_, note), (_, said) = sent(made.answer("0", answer(Decision.DENY, "Rather not.")))
    assert note["method"] == "turn/steer"
    assert note["params"] == {
        "threadId": THREAD,
        "expectedTurnId": TURN,
        "input": [{"type": "text", "text": "Rather not."}],
    }
    assert said["result"] == {"decision": "decline"}


def test_a_note_beside_an_allowance_is_not_sent() -> None:
    made = opened()
    made.feed(asks_command())
    assert len(sent(made.answer("0", answer(Decision.ONCE, "go")))) == 1


def test_several_wait_and_are_answered_in_any_order() -> None:
    made = opened()
    assert [each.native_id for each in asked(made.feed(asks_command(0) + asks_command("0")))] == [
        "0",
        '"0"',
    ]
    assert sent(made.answer('"0"', answer(Decision.ONCE)))[0][1]["id"] == "0"
    assert sent(made.answer("0", answer(Decision.DENY)))[0][1]["id"] == 0


def test_files_come_from_the_item_before() -> None:
    made = opened()
    changes = [
        {"path": "/p/new", "kind": {"type": "add"}, "diff": "hello\n"},
        {"path": "/p/old", "kind": {"type": "update"}, "diff": "-a\n+b\n"},
        {"path": "/p/away", "kind": {"type": "update", "move_path": "/p/to"}, "diff": "+c\n"},
        {"path": "/p/gone", "kind": {"type": "delete"}, "diff": "was\n"},
    ]
    made.feed(started({"type": "fileChange", "id": "call-1", "changes": changes}))
    (ask,) = asked(made.feed(asks(1, "item/fileChange/requestApproval", itemId="call-1")))
    assert ask.kind is PermissionKind.EDIT
    assert ask.changes == (
        FileChange(path="/p/new", new="hello\n"),
        FileChange(path="/p/old", diff="-a\n+b\n"),
        FileChange(path="/p/away", is_gone=True),
        FileChange(path="/p/to", diff="+c\n"),
        FileChange(path="/p/gone", old="was\n", is_gone=True),
    )


def test_a_patch_that_changes_while_it_is_asked_is_denied() -> None:
    made = opened()
    first = [{"path": "/p/a", "kind": {"type": "add"}, "diff": "1"}]
    made.feed(started({"type": "fileChange", "id": "c", "changes": first}))
    made.feed(asks(1, "item/fileChange/requestApproval", itemId="c"))
    assert made.feed(told("item/fileChange/patchUpdated", itemId="c", changes=first)) == []
    other = [{"path": "/p/b", "kind": {"type": "add"}, "diff": "1"}]
    withdrawn, said = made.feed(told("item/fileChange/patchUpdated", itemId="c", changes=other))
    assert withdrawn == Withdrawn(native_id="1")
    assert sent([said])[0][1]["result"] == {"decision": "decline"}


def test_a_tool_is_asked_with_its_arguments() -> None:
    made = opened()
    meta = {
        "codex_approval_kind": "mcp_tool_call",
        "persist": ["session", "always"],
        "tool_name": "add",
        "tool_params": {"a": 1},
    }
    (ask,) = asked(
        made.feed(
            asks(
                2,
                "mcpServer/elicitation/request",
                serverName="gate",
                mode="form",
                _meta=meta,
                message="Allow it?",
                requestedSchema={"type": "object", "properties": {}},
            )
        )
    )
    assert (ask.kind, ask.server, ask.tool) == (PermissionKind.MCP, "gate", "add")
    assert (ask.arguments, ask.reason) == ({"a": 1}, "Allow it?")
    ((_, said),) = sent(made.answer("2", answer(Decision.JOB)))
    assert said["result"] == {"action": "accept", "content": {}}


def test_the_older_forms_are_asked_too() -> None:
    made = opened()
    old = asks(3, "execCommandApproval", callId="c", command=["rm", "a b"], cwd="/p")
    (ask,) = asked(made.feed(old))
    assert (ask.command, ask.cwd) == ("rm 'a b'", "/p")
    assert sent(made.answer("3", answer(Decision.ONCE)))[0][1]["result"] == {"decision": "approved"}
    changes = {"/p/a": {"type": "add", "content": "x"}}
    (ask,) = asked(made.feed(asks(4, "applyPatchApproval", callId="c", fileChanges=changes)))
    assert ask.changes == (FileChange(path="/p/a", new="x"),)
    assert sent(made.answer("4", answer(Decision.STOP)))[0][1]["result"] == {"decision": "abort"}


def test_the_network_is_an_address() -> None:
    made = opened()
    context = {"host": "example.com", "protocol": "https"}
    (ask,) = asked(made.feed(asks_command(networkApprovalContext=context)))
    assert (ask.kind, ask.url) == (PermissionKind.FETCH, "https://example.com")
    assert ask.arguments == {"command": "touch a"}


def test_input_for_a_terminal_is_no_command() -> None:
    """It could be allowed once and never for the job."""
    made = opened()
    params = {"kind": "writeStdin", "itemId": "c", "command": "y", "cwd": CWD}
    (ask,) = asked(made.feed(asks(1, "item/commandExecution/requestApproval", **params)))
    assert ask.kind is PermissionKind.OTHER
    assert ask.arguments["kind"] == "writeStdin"


@pytest.mark.parametrize(
    ("method", "params", "denial"),
    [
        ("item/fileChange/requestApproval", {"itemId": "never seen"}, {"decision": "decline"}),
        ("item/fileChange/requestApproval", {"itemId": "root"}, {"decision": "decline"}),
        ("item/fileChange/requestApproval", {"itemId": "torn"}, {"decision": "decline"}),
        ("item/commandExecution/requestApproval", {"itemId": "x"}, {"decision": "decline"}),
        ("item/commandExecution/requestApproval", {"command": 7}, {"decision": "decline"}),
        ("mcpServer/elicitation/request", {"serverName": "s"}, {"action": "decline"}),
        (
            "mcpServer/elicitation/request",
            {
                "serverName": "s",
                "_meta": {"codex_approval_kind": "mcp_tool_call", "tool_name": "t"},
                "requestedSchema": {"properties": {"password": {"type": "string"}}},
            },
            {"action": "decline"},
        ),
        (
            "item/permissions/requestApproval",
            {"permissions": {"network": {"enabled": True}}},
            {"permissions": {}, "scope": "turn"},
        ),
        ("applyPatchApproval", {"fileChanges": {"a": {"type": "odd"}}}, {"decision": "denied"}),
        ("execCommandApproval", {"command": ["a", 1]}, {"decision": "denied"}),
        ("execCommandApproval", {"command": "a"}, {"decision": "denied"}),
    ],
)
def test_what_cannot_be_shown_is_denied(
    method: str, params: dict[str, Any], denial: dict[str, Any]
) -> None:
    made = opened()
    change = {"path": "/p/a", "kind": {"type": "add"}, "diff": "x"}
    made.feed(started({"type": "fileChange", "id": "root", "changes": [change]}))
    made.feed(started({"type": "fileChange", "id": "torn", "changes": [change, 7]}))
    more = {"grantRoot": "/p"} if params.get("itemId") == "root" else {}
    spoken = made.feed(asks(5, method, **params, **more))
    assert asked(spoken) == []
    (_, note), (_, said) = sent(spoken)
    assert "cannot be shown" in note["params"]["input"][0]["text"]
    assert (said["id"], said["result"]) == (5, denial)
    assert made.answer("5", answer(Decision.ONCE)) == []


def test_other_requests_are_not_left_waiting() -> None:
    made = opened()
    ((_, said),) = sent(made.feed(asks(6, "attestation/generate")))
    assert said["error"]["code"] == -32601
    ((_, said),) = sent(made.feed(asks(7, "item/tool/requestUserInput", questions=[])))
    assert said["result"] == {"answers": {}}
    ((_, said),) = sent(made.feed(asks(8, "item/tool/call", tool="x")))
    assert said["result"]["success"] is False


def test_what_is_resolved_elsewhere_is_withdrawn() -> None:
    made = opened()
    made.feed(asks_command(0) + asks_command(1))
    assert made.feed(told("serverRequest/resolved", requestId=0)) == [Withdrawn(native_id="0")]
    assert made.answer("0", answer(Decision.ONCE)) == []
    spoken = made.feed(turn_done())
    assert Withdrawn(native_id="1") in spoken
    assert spoken[-1] == Done()


def test_a_stop_denies_then_interrupts() -> None:
    made = opened()
    made.feed(asks_command(0) + asks_command(1))
    spoken = made.stop()
    assert [key for key, _ in sent(spoken)] == ["answer 0", "answer 1", "llmgw-interrupt"]
    assert all(said["result"] == {"decision": "decline"} for _, said in sent(spoken)[:2])
    assert sent(spoken)[2][1]["params"] == {"threadId": THREAD, "turnId": TURN}
    assert spoken[-1] == Done()
    assert made.stop() == []
    assert sent(made.feed(asks_command(2)))[0][1]["result"] == {"decision": "decline"}


def test_the_turn_becomes_events() -> None:
    made = opened()
    command = {"type": "commandExecution", "id": "call-0", "command": "ls"}
    events = made.feed(
        started(command)
        + asks_command(0)
        + done({**command, "status": "completed", "exitCode": 0})
        + done({"type": "reasoning", "id": "r", "summary": ["Thinking."]})
        + told("item/agentMessage/delta", itemId="m", delta="One ")
        + done({"type": "agentMessage", "id": "m", "text": "One two."})
        + done({"type": "agentMessage", "id": "n", "text": "Three."})
        + told("error", error={"message": "Reconnecting"}, willRetry=True)
        + told(
            "thread/tokenUsage/updated",
            tokenUsage={"total": {"inputTokens": 9, "outputTokens": 2, "cachedInputTokens": 4}},
        )
        + turn_done()
    )
    told_events = [each for each in events if not isinstance(each, PermissionAsked | Withdrawn)]
    usage = told_events[-2]
    assert told_events[:-2] == [
        ToolBegan(call_id="call-0", name="command_execution", summary="ls"),
        ToolEnded(call_id="call-0", ok=True),
        ThinkingGrew(text="Thinking."),
        TextGrew(text="One "),
        TextGrew(text="two."),
        TextGrew(text="\n\nThree."),
        Retrying(reason="Reconnecting"),
    ]
    assert isinstance(usage, RunUsageTold)
    assert (usage.usage.input_tokens, usage.usage.cache_read_tokens) == (9, 4)
    assert made.finish(0, "") == [RunEnded(ok=True, text="Three.")]


def test_what_ran_unasked_is_told() -> None:
    made = opened()
    item = {"type": "commandExecution", "id": "x", "command": "rm a", "status": "completed"}
    warned = [each for each in made.feed(done(item)) if isinstance(each, Warned)]
    assert [each.code for each in warned] == ["ran_unasked"]
    declined = made.feed(done({**item, "id": "y", "status": "declined"}))
    assert not [each for each in declined if isinstance(each, Warned)]


@pytest.mark.parametrize(
    ("status", "more", "category"),
    [
        (
            "failed",
            {"error": {"message": "unexpected status 401 Unauthorized"}},
            ErrorCategory.AUTH,
        ),
        ("failed", {"error": {"message": "status 429 Too Many"}}, ErrorCategory.RATE_LIMIT),
        ("failed", {}, ErrorCategory.CLI),
        ("interrupted", {}, ErrorCategory.CLI),
        (None, {}, ErrorCategory.CLI),
    ],
)
def test_failures_have_a_category(status: str, more: Any, category: ErrorCategory) -> None:
    made = opened()
    assert made.feed(turn_done(status, **more))[-1] == Done()
    end = made.finish(0, "")[-1]
    assert isinstance(end, RunEnded)
    assert (end.ok, end.category) == (False, category)


def test_a_step_that_is_refused_ends_the_run_in_its_words() -> None:
    made = dialogue(request(session=SessionWish.RESUME, session_id=THREAD), CWD)
    made.begin()
    made.feed(b"".join(greeting(made)))
    error = {"code": -32600, "message": f"no rollout found for thread id {THREAD}"}
    assert made.feed(line(id="llmgw-thread", error=error)) == [Done()]
    end = made.finish(0, "")[-1]
    assert isinstance(end, RunEnded)
    assert "no rollout found" in end.error


def test_an_end_without_a_word_is_a_failure() -> None:
    made = opened()
    made.feed(asks_command())
    end = made.finish(1, "boom")[-1]
    assert isinstance(end, RunEnded)
    assert not end.ok


def test_other_threads_speak_for_themselves() -> None:
    """A sub-agent's question is asked; its end is not the run's."""
    made = opened()
    other = line(
        method="turn/completed", params={"threadId": "sub", "turn": {"status": "completed"}}
    )
    assert made.feed(other) == []
    sub = line(
        id=9,
        method="item/commandExecution/requestApproval",
        params={"threadId": "sub", "turnId": "t", "itemId": "i", "command": "ls"},
    )
    assert len(asked(made.feed(sub))) == 1
    (_, note), _ = sent(made.answer("9", answer(Decision.DENY, "no")))
    assert (note["params"]["threadId"], note["params"]["expectedTurnId"]) == ("sub", "t")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"dangerouslyBypassApprovalsAndSandbox": True}, "dangerouslyBypassApprovalsAndSandbox"),
        ({"dangerouslyBypassHookTrust": True}, "dangerouslyBypassHookTrust"),
        ({"askForApproval": "never"}, "askForApproval"),
        ({"askForApproval": "on-request"}, "askForApproval"),
        ({"configOverrides": {"approvals_reviewer": "auto_review"}}, "configOverrides"),
        (
            {"configOverrides": {"mcp_servers.a.default_tools_approval_mode": "approve"}},
            "configOverrides",
        ),
        ({"configOverrides": {"notify": ["sh"]}}, "configOverrides"),
        ({"configOverrides": {"hooks": {}}}, "configOverrides"),
        ({"configOverrides": {"approval_policy": "never"}}, "configOverrides"),
        ({"profile": "x"}, "profile"),
        ({"ignoreUserConfig": True}, "ignoreUserConfig"),
        ({"outputLastMessage": "/tmp/x"}, "outputLastMessage"),
        ({"outputSchema": "/tmp/schema.json"}, "outputSchema"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_what_it_cannot_do_while_it_asks_is_refused(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        plan_asking(request(options=options))
    assert refused.value.field == field


def test_the_last_session_of_a_folder_is_not_looked_for() -> None:
    with pytest.raises(InvalidRun):
        plan_asking(request(session=SessionWish.CONTINUE, working_dir=CWD))
    with pytest.raises(InvalidRun):
        plan_asking(
            request(session=SessionWish.RESUME, session_id=THREAD, options={"ephemeral": True})
        )


def test_the_plan() -> None:
    plan = plan_asking(
        request(
            options={
                "askForApproval": "untrusted",
                "sandboxMode": "read-only",
                "configOverrides": {"model_provider": "gw"},
                "addDir": ["/more"],
                "enable": ["x"],
                "images": ["a.png"],
            }
        )
    )
    assert plan.arguments == (
        "app-server",
        "--enable=x",
        "--config=model_provider=gw",
        '--config=sandbox_workspace_write.writable_roots=["/more"]',
        "--config=check_for_update_on_startup=false",
    )
    assert plan.stdin is None
    assert {each.field for each in plan.needs} == {"images", "addDir"}


TALK = b"".join(
    [
        started({"type": "commandExecution", "id": "call-0", "command": "touch a"}),
        asks_command(0),
        started(
            {
                "type": "fileChange",
                "id": "call-1",
                "changes": [{"path": "/p/a", "kind": {"type": "add"}, "diff": "ü\n"}],
            }
        ),
        asks(1, "item/fileChange/requestApproval", itemId="call-1"),
        asks(2, "item/permissions/requestApproval", permissions={}),
        told("serverRequest/resolved", requestId=1),
        done({"type": "agentMessage", "id": "m", "text": "Done. ✓"}),
        turn_done(),
    ]
)


@given(st.lists(st.integers(0, len(TALK)), max_size=12))
@settings(max_examples=200, deadline=None)
def test_however_it_is_cut_the_same_is_said(cuts: list[int]) -> None:
    whole, pieces = opened().feed(TALK), opened()
    at = [0, *sorted(cuts), len(TALK)]
    said = [each for one, two in itertools.pairwise(at) for each in pieces.feed(TALK[one:two])]
    assert said == whole


NAMES = [
    *("id", "method", "params", "result", "error", "threadId", "itemId", "item", "command"),
    *("changes", "kind", "_meta", "tool_name", "requestId", "turn", "thread", "decision"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
METHODS = st.sampled_from(
    [
        "item/commandExecution/requestApproval",
        "item/fileChange/requestApproval",
        "mcpServer/elicitation/request",
        "item/permissions/requestApproval",
        "execCommandApproval",
        "applyPatchApproval",
        "item/tool/call",
        "item/started",
        "item/completed",
        "item/fileChange/patchUpdated",
        "serverRequest/resolved",
        "turn/started",
        "turn/completed",
        "thread/tokenUsage/updated",
        "error",
        "warning",
    ]
)
MESSAGES = st.one_of(
    st.fixed_dictionaries({"method": METHODS, "params": JSON}, optional={"id": JSON}),
    st.dictionaries(st.sampled_from(["id", "method", "result", "error"]), JSON, max_size=4),
)
GARBAGE = st.one_of(MESSAGES.map(lambda each: orjson.dumps(each)), st.binary(max_size=60))


@given(st.lists(GARBAGE, max_size=15), st.booleans())
@settings(max_examples=400, deadline=None)
def test_garbage_allows_nothing_and_breaks_nothing(lines: list[bytes], is_open: bool) -> None:
    made = opened() if is_open else dialogue(request(), CWD)
    spoken = [each for garbage in lines for each in made.feed(garbage + b"\n")]
    for _, said in sent(spoken):
        result = said.get("result")
        if isinstance(result, dict):
            assert result.get("decision") not in ALLOWING
            assert result.get("action") != "accept"
            assert not result.get("permissions")
    for ask in asked(spoken):
        refusal = sent(made.answer(ask.native_id, answer(Decision.DENY)))
        assert not any(
            (said.get("result") or {}).get("decision") in ALLOWING for _, said in refusal
        )
    assert isinstance(made.finish(0, "")[-1], RunEnded)


@given(st.sampled_from(list(Decision)), st.integers(0, 3))
def test_read_again_the_same_is_sent_under_the_same_names(decision: Decision, fed: int) -> None:
    """A later program: what was sent already is left out by its key, so a key names one text."""

    def speak() -> list[tuple[str, bytes]]:
        made = dialogue(request(), CWD)
        spoken = [*made.begin()]
        for each in greeting(made):
            spoken += made.feed(each)
        spoken += made.feed(line(id="llmgw-thread", result=PROVEN))
        spoken += made.feed(line(id="llmgw-turn", result={"turn": {"id": TURN}}))
        lines = TALK.splitlines(keepends=True)
        spoken += made.feed(b"".join(lines[: 2 + fed]))
        spoken += made.answer("0", answer(decision, "why"))
        spoken += made.feed(b"".join(lines[2 + fed :]))
        return [(each.key, each.data) for each in spoken if isinstance(each, Send)]

    first, second = speak(), speak()
    assert first == second
    assert len({key for key, _ in first}) == len(first)


def test_without_prompt_and_options_the_same_is_told() -> None:
    """What a run said is read again from its files alone."""
    full = opened(request(options={"reasoningEffort": "high"}))
    bare = opened(CliRequest(cli=CliName.CODEX, prompt=""))
    events = [
        [each for each in made.feed(TALK) if not isinstance(each, Send)] for made in (full, bare)
    ]
    assert events[0] == events[1]
    assert full.finish(0, "") == bare.finish(0, "")
