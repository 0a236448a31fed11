"""Claude Code's control protocol without Claude Code: what is asked, answered, never allowed."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.clis.claude import CLI
from llmgw_desktop.clis.claude.dialogue import ClaudeDialogue
from llmgw_desktop.clis.dialogue import Done, GaveUp, PermissionAsked, Send, Spoken, Withdrawn
from llmgw_desktop.domain.cli import CliName, CliRequest, RunEnded, TextGrew
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionKind,
)
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from tests.clis.support import asked as request_for

FOLDER = "/home/user/project"


def request(prompt: str = "Make it", **options: Any) -> CliRequest:
    return CliRequest(cli=CliName.CLAUDE, prompt=prompt, options=options, asks=True)


def line(**message: Any) -> bytes:
    return json.dumps(message).encode() + b"\n"


def replied(request_id: str, **response: Any) -> bytes:
    told = {"subtype": "success", "request_id": request_id, **response}
    return line(type="control_response", response=told)


def wants(request_id: str, tool: str, given: dict[str, Any], **more: Any) -> bytes:
    asked = {"subtype": "can_use_tool", "tool_name": tool, "input": given, **more}
    return line(type="control_request", request_id=request_id, request=asked)


READY = replied("llmgw-initialize", response={"commands": []}) + replied("llmgw-mode")
INIT = line(type="system", subtype="init", permissionMode="default", model="m", session_id="s")
BASH = wants("r1", "Bash", {"command": "touch a", "description": "Make a"}, tool_use_id="t1")
SAID = line(
    type="assistant",
    session_id="s",
    message={"id": "m1", "model": "m", "content": [{"type": "text", "text": "Grüße ☂"}]},
)
RESULT = line(
    type="result", subtype="success", is_error=False, result="Grüße ☂", stop_reason="end_turn"
)
STREAM = READY + INIT + BASH + SAID + RESULT


def opened(*, mode: str = "default") -> tuple[ClaudeDialogue, list[Spoken]]:
    options = {"permissionMode": mode} if mode != "default" else {}
    dialogue = ClaudeDialogue(request(**options), FOLDER)
    return dialogue, [*dialogue.begin(), *dialogue.feed(READY)]


def sends(spoken: list[Spoken]) -> list[Any]:
    return [json.loads(each.data) for each in spoken if isinstance(each, Send)]


def ask_in(spoken: list[Spoken]) -> Ask:
    (asked,) = [each.ask for each in spoken if isinstance(each, PermissionAsked)]
    return asked


def given_answer(decision: Decision, note: str = "") -> PermissionAnswer:
    return PermissionAnswer(decision=decision, way=DecisionWay.DIALOG, at_s=1.0, note=note)


def answer_in(spoken: list[Spoken]) -> Any:
    (sent,) = sends(spoken)
    assert sent["type"] == "control_response"
    return sent["response"]


def test_the_prompt_is_sent_when_it_has_taken_the_mode() -> None:
    dialogue = ClaudeDialogue(request(), FOLDER)
    (first,) = sends(dialogue.begin())
    assert first["request"]["subtype"] == "initialize"
    (second,) = sends(dialogue.feed(replied("llmgw-initialize")))
    assert second["request"] == {"subtype": "set_permission_mode", "mode": "default"}
    (third,) = sends(dialogue.feed(replied("llmgw-mode")))
    assert third["message"]["content"] == [{"type": "text", "text": "Make it"}]


def test_a_plan_stays_one() -> None:
    _, spoken = opened(mode="plan")
    assert sends(spoken)[1]["request"]["mode"] == "plan"


@pytest.mark.parametrize(
    "proof",
    [
        line(type="system", subtype="init", permissionMode="bypassPermissions"),
        line(type="system", subtype="init", permissionMode="acceptEdits"),
        line(type="system", subtype="init"),
        line(type="system", subtype="init", permissionMode=None),
        line(type="system", subtype="status", permissionMode="auto"),
    ],
)
def test_what_is_in_another_mode_is_given_up_for_good(proof: bytes) -> None:
    dialogue, _ = opened()
    assert dialogue.feed(proof)[-1] == GaveUp()
    assert dialogue.feed(BASH + SAID + RESULT) == []
    assert dialogue.stop() == []
    end = dialogue.finish(0, "")[-1]
    assert isinstance(end, RunEnded)
    assert not end.ok
    assert "asks before it acts" in end.error


@pytest.mark.parametrize("request_id", ["llmgw-initialize", "llmgw-mode"])
def test_one_that_refuses_its_beginning_is_given_up(request_id: str) -> None:
    dialogue = ClaudeDialogue(request(), FOLDER)
    dialogue.begin()
    told = {"subtype": "error", "request_id": request_id, "error": "no such mode"}
    assert dialogue.feed(line(type="control_response", response=told)) == [GaveUp()]
    assert "no such mode" in dialogue.finish(1, "")[-1].error  # type: ignore[union-attr]


def test_a_command_is_asked_in_full_and_allowed_as_it_was_shown() -> None:
    dialogue, _ = opened()
    ask = ask_in(dialogue.feed(BASH))
    assert (ask.native_id, ask.call_id, ask.kind) == ("r1", "t1", PermissionKind.COMMAND)
    assert (ask.command, ask.cwd, ask.agent_words) == ("touch a", FOLDER, "Make a")
    told = answer_in(dialogue.answer("r1", given_answer(Decision.ONCE)))
    assert told["response"] == {
        "behavior": "allow",
        "updatedInput": {"command": "touch a", "description": "Make a"},
    }
    assert dialogue.answer("r1", given_answer(Decision.DENY)) == [], "once"


def test_for_the_job_is_a_rule_of_ours_alone() -> None:
    dialogue, _ = opened()
    offered = [{"type": "setMode", "mode": "acceptEdits", "destination": "session"}]
    dialogue.feed(wants("r1", "Bash", {"command": "x"}, permission_suggestions=offered))
    told = answer_in(dialogue.answer("r1", given_answer(Decision.JOB)))
    assert told["response"] == {"behavior": "allow", "updatedInput": {"command": "x"}}


@pytest.mark.parametrize("note", ["", 'Nimm other.txt:\n"so" ☂ </x>'])
def test_a_note_goes_with_a_denial_word_for_word(note: str) -> None:
    dialogue, _ = opened()
    dialogue.feed(BASH)
    told = answer_in(dialogue.answer("r1", given_answer(Decision.DENY, note)))
    expected = note or "The person did not allow this."
    assert told["response"] == {"behavior": "deny", "message": expected}


@pytest.mark.parametrize(
    ("tool", "given", "kind", "shown"),
    [
        ("Write", {"file_path": "/a", "content": "c"}, PermissionKind.EDIT, ("/a", None, "c")),
        (
            "Edit",
            {"file_path": "/a", "old_string": "o", "new_string": "n"},
            PermissionKind.EDIT,
            ("/a", "o", "n"),
        ),
        (
            "NotebookEdit",
            {"notebook_path": "/a.ipynb", "new_source": "n"},
            PermissionKind.EDIT,
            ("/a.ipynb", None, "n"),
        ),
    ],
)
def test_edits_are_shown_whole(
    tool: str, given: dict[str, Any], kind: PermissionKind, shown: tuple[Any, ...]
) -> None:
    dialogue, _ = opened()
    ask = ask_in(dialogue.feed(wants("r", tool, given)))
    (change,) = ask.changes
    assert (ask.kind, (change.path, change.old, change.new)) == (kind, shown)


def test_other_tools_are_told_by_their_kinds() -> None:
    dialogue, _ = opened()
    url = {"url": "https://example.com/x", "prompt": "What is it?"}
    fetched = ask_in(dialogue.feed(wants("1", "WebFetch", url)))
    assert (fetched.kind, fetched.url) == (PermissionKind.FETCH, url["url"])
    called = ask_in(dialogue.feed(wants("2", "mcp__gate__add__two", {"a": 1})))
    assert (called.kind, called.server, called.tool) == (PermissionKind.MCP, "gate", "add__two")
    assert called.arguments == {"a": 1}
    other = ask_in(dialogue.feed(wants("3", "Task", {"description": "Look"})))
    assert (other.kind, other.tool) == (PermissionKind.OTHER, "Task")
    strange = ask_in(dialogue.feed(wants("4", "Bash", {"command": ["rm"]})))
    assert (strange.command, strange.arguments) == ("", {"command": ["rm"]})


QUESTION = {"questions": [{"question": "Which?", "options": [{"label": "A"}, {"label": "B"}]}]}


@pytest.mark.parametrize(
    ("decision", "note", "expected"),
    [
        (Decision.ONCE, "B", {**QUESTION, "answers": {"Which?": "B"}}),
        (Decision.DENY, "neither", {**QUESTION, "answers": {"Which?": "neither"}}),
        (Decision.ONCE, "", None),
        (Decision.DENY, "", None),
    ],
)
def test_a_question_of_its_own_is_answered_by_the_note(
    decision: Decision, note: str, expected: dict[str, Any] | None
) -> None:
    dialogue, _ = opened()
    ask = ask_in(dialogue.feed(wants("q", "AskUserQuestion", QUESTION)))
    assert ask.agent_words == "Which?\n- A\n- B"
    told = answer_in(dialogue.answer("q", given_answer(decision, note)))["response"]
    assert told.get("updatedInput") == expected
    assert told["behavior"] == ("deny" if expected is None else "allow")


def test_what_is_withdrawn_takes_no_answer() -> None:
    dialogue, _ = opened()
    dialogue.feed(BASH)
    withdrawn = line(type="control_cancel_request", request_id="r1")
    assert dialogue.feed(withdrawn) == [Withdrawn(native_id="r1")]
    assert dialogue.feed(withdrawn) == []
    assert dialogue.answer("r1", given_answer(Decision.ONCE)) == []


def test_the_same_question_twice_is_one() -> None:
    dialogue, _ = opened()
    dialogue.feed(BASH)
    changed = wants("r1", "Bash", {"command": "rm -rf /"})
    assert dialogue.feed(BASH + changed) == []
    told = answer_in(dialogue.answer("r1", given_answer(Decision.ONCE)))
    assert told["response"]["updatedInput"]["command"] == "touch a"
    assert dialogue.feed(changed) == []


def test_stopped_it_is_denied_first_then_interrupted() -> None:
    dialogue, _ = opened()
    dialogue.feed(BASH)
    spoken = dialogue.stop()
    denied, interrupt = sends(spoken)
    assert denied["response"]["response"]["behavior"] == "deny"
    assert denied["response"]["response"]["interrupt"] is True
    assert interrupt["request"] == {"subtype": "interrupt"}
    assert spoken[-1] == Done()
    assert dialogue.stop() == []
    late = answer_in(dialogue.feed(wants("r2", "Bash", {"command": "x"})))
    assert late["response"]["behavior"] == "deny"


def test_the_end_of_its_turn_is_the_end() -> None:
    dialogue, _ = opened()
    spoken = dialogue.feed(INIT + SAID + RESULT)
    assert TextGrew(text="Grüße ☂") in spoken
    assert spoken[-1] == Done()
    end = dialogue.finish(0, "")[-1]
    assert isinstance(end, RunEnded)
    assert end.ok


def test_other_requests_are_refused_and_not_left_waiting() -> None:
    dialogue, _ = opened()
    asked = line(type="control_request", request_id="h", request={"subtype": "hook_callback"})
    told = answer_in(dialogue.feed(asked))
    assert told["subtype"] == "error"
    assert told["request_id"] == "h"


def test_a_question_that_no_strict_reader_takes_is_denied() -> None:
    """Half a character, which JavaScript's JSON writes without shame."""
    dialogue, _ = opened()
    told = answer_in(dialogue.feed(BASH.replace(b"touch a", rb"touch \ud83d")))
    assert told["request_id"] == "r1"
    assert told["response"]["behavior"] == "deny"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, len(STREAM)), max_size=40))
def test_any_cut_of_the_stream_says_the_same(cuts: list[int]) -> None:
    whole, _ = opened_without_feeding()
    expected = whole.feed(STREAM)
    cut, _ = opened_without_feeding()
    said: list[Spoken] = []
    edges = [0, *sorted(cuts), len(STREAM)]
    for begin, end in pairwise(edges):
        said += cut.feed(STREAM[begin:end])
    assert said == expected
    assert cut.finish(0, "") == whole.finish(0, "")


def opened_without_feeding() -> tuple[ClaudeDialogue, list[Spoken]]:
    dialogue = ClaudeDialogue(request(), FOLDER)
    return dialogue, dialogue.begin()


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(list(Decision)[:3]),
    st.text(max_size=40),
    st.integers(len(READY + INIT + BASH), len(STREAM)),
)
def test_fed_again_it_sends_the_same(decision: Decision, note: str, at: int) -> None:
    def played() -> list[tuple[str, bytes]]:
        dialogue, said = opened_without_feeding()
        said = [*said, *dialogue.feed(STREAM[:at])]
        try:
            note.encode()
        except UnicodeEncodeError:
            return []
        said += dialogue.answer("r1", given_answer(decision, note))
        said += [*dialogue.feed(STREAM[at:]), *dialogue.stop()]
        return [(each.key, each.data) for each in said if isinstance(each, Send)]

    first, second = played(), played()
    assert first == second
    assert len({key for key, _ in first}) == len(first)


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_garbage_never_allows(chance: random.Random) -> None:
    """Whatever it says, without a person's answer nothing is allowed."""
    dialogue, _ = opened_without_feeding()
    pieces = [READY, INIT, BASH, SAID, RESULT, b"\n", b'{"type":"control_request"}\n', b"\xff{\n"]
    said: list[Spoken] = []
    for _ in range(12):
        piece = bytearray(chance.choice(pieces))
        for _ in range(chance.randrange(4)):
            if piece:
                piece[chance.randrange(len(piece))] = chance.randrange(256)
        said += dialogue.feed(bytes(piece))
        if chance.random() < 0.2:
            said += dialogue.answer(chance.choice(["r1", "x"]), given_answer(Decision.DENY))
    said += dialogue.stop()
    dialogue.finish(chance.choice([0, 1, None]), "")
    assert all(b'"allow"' not in each.data for each in said if isinstance(each, Send))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("allowedTools", ["Bash"]),
        ("dangerouslySkipPermissions", True),
        ("settings", "{}"),
        ("settingSources", "user"),
        ("agents", {"a": {}}),
        ("pluginDir", ["/tmp"]),
        ("permissionMode", "acceptEdits"),
        ("permissionMode", "bypassPermissions"),
        ("bare", True),
    ],
)
def test_what_would_allow_things_beforehand_is_refused(name: str, value: object) -> None:
    assert CLI.asking is not None
    with pytest.raises(InvalidRun) as refused:
        CLI.asking.plan(request(**{name: value}))
    assert refused.value.field == name


def test_the_safe_mode_of_a_managed_run_gives_way_to_asking() -> None:
    assert CLI.asking is not None
    managed = CliRequest(
        cli=CliName.CLAUDE,
        prompt="p",
        options={"permissionMode": "acceptEdits"},
        is_managed=True,
        asks=True,
    )
    assert "--permission-mode=default" in CLI.asking.plan(managed).arguments
    assert "--permission-mode=acceptEdits" not in CLI.asking.plan(managed).arguments


def test_the_plan_of_a_run_that_asks() -> None:
    assert CLI.asking is not None
    usual = CLI.plan(request_for(CliName.CLAUDE))
    plan = CLI.asking.plan(request(effort="low"))
    assert plan.stdin is None
    assert set(usual.arguments) <= set(plan.arguments)
    for flag in (
        "--input-format=stream-json",
        "--permission-prompt-tool=stdio",
        "--setting-sources=",
        "--effort=low",
    ):
        assert plan.arguments.count(flag) == 1


def test_a_question_of_its_own_says_what_it_offers() -> None:
    dialogue, _ = opened()
    red, blue = {"label": "Red", "description": "warm"}, {"label": "Blue", "preview": "#00f"}
    one = {"question": "Which colour?", "header": "Colour", "options": [red, blue]}
    ask = ask_in(dialogue.feed(wants("q", "AskUserQuestion", {"questions": [one]})))
    assert (ask.is_question, ask.can_take_note, bool(ask.form)) == (True, False, True)
    assert ask.agent_words == "Colour: Which colour?\n- Red: warm\n- Blue"
    assert ask.offers == ("Red", "Blue")
    several = {"questions": [one | {"multiSelect": True}]}
    ask = ask_in(dialogue.feed(wants("r", "AskUserQuestion", several)))
    assert ask.offers == ()
    assert "(several may be chosen)" in ask.agent_words
    two = {"questions": [one, one]}
    assert ask_in(dialogue.feed(wants("s", "AskUserQuestion", two))).offers == ()
    assert not ask_in(dialogue.feed(wants("t", "Bash", {"command": "ls"}))).is_question
