"""How a run over the Agent Client Protocol is begun, asked about, denied, stopped and ended."""

from __future__ import annotations

import subprocess
import sys

import orjson
import pytest

from llmgw_desktop.clis.acp import messages
from llmgw_desktop.clis.acp.dialogue import DENIED, MOST_PROMPTS, AcpDialogue, as_words
from llmgw_desktop.clis.dialogue import Done, GaveUp, PermissionAsked, Send, Withdrawn
from llmgw_desktop.clis.gemini.plan import DIALECT
from llmgw_desktop.domain.cli import (
    CliName,
    CliRequest,
    ErrorCategory,
    Retrying,
    SessionWish,
    TextGrew,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.jobs.approval import Decision
from llmgw_desktop.domain.mcp_server import GivenServer
from tests.support.acp_talk import FOLDER, SPEAK, Talk, answer, line

TOUCH = {
    "toolCallId": "c1",
    "kind": "execute",
    "title": "touch x",
    "rawInput": {"command": "touch x"},
}
NOTE = "Not that one."


def _said(text: str) -> dict[str, object]:
    return {"content": {"type": "text", "text": text}}


@pytest.fixture(params=SPEAK, ids=str)
def talk(request: pytest.FixtureRequest) -> Talk:
    return Talk(request.param).begun()


def test_it_says_who_it_is_and_offers_nothing(talk: Talk) -> None:
    params = talk.sent("initialize")["params"]
    assert params["protocolVersion"] == 1
    files = {"readTextFile": False, "writeTextFile": False}
    assert params["clientCapabilities"]["fs"] == files
    assert params["clientCapabilities"]["terminal"] is False
    assert talk.sent("session")["params"] == {"cwd": FOLDER, "mcpServers": []}


def test_nothing_is_asked_of_it_before_it_is_known_to_ask() -> None:
    talk = Talk(CliName.GEMINI)
    talk.tell({"id": 1, "result": {"protocolVersion": 1}})
    mode = {"currentModeId": "yolo", "availableModes": []}
    talk.tell({"id": 2, "result": {"sessionId": "s1", "modes": mode}})
    assert isinstance(talk.said[-1], GaveUp)
    assert "prompt:1" not in talk.keys
    end = talk.end()
    assert "not certain that Gemini asks" in end.error
    assert "yolo" in end.error


@pytest.mark.parametrize("name", [each for each in SPEAK if each is not CliName.GROK])
def test_what_does_not_tell_its_mode_proves_nothing(name: CliName) -> None:
    talk = Talk(name)
    talk.tell({"id": 1, "result": {"protocolVersion": 1}}, {"id": 2, "result": {"sessionId": "s"}})
    assert isinstance(talk.said[-1], GaveUp)
    assert "does not tell its mode" in talk.end().error


@pytest.mark.parametrize(
    "hooks",
    [
        [],
        [{"name": "agent:gateway-asks:x", "event": "pre_tool_use", "disabled": True}],
        [{"name": "agent:gateway-asks:x", "event": "stop", "disabled": False}],
        [{"name": "mine", "event": "pre_tool_use", "disabled": False}],
        [{"name": "agent:gateway-asks:x", "event": "pre_tool_use", "matcher": "Bash"}],
    ],
)
def test_grok_without_its_hook_is_given_up(hooks: list[dict[str, object]]) -> None:
    talk = Talk(CliName.GROK)
    talk.tell({"id": 1, "result": {"protocolVersion": 1}}, {"id": 2, "result": {"sessionId": "s"}})
    assert talk.sent("hooks")["method"] == "_x.ai/hooks/list"
    talk.tell({"id": 3, "result": {"result": {"hooks": hooks}}})
    assert isinstance(talk.said[-1], GaveUp)
    assert "hook" in talk.end().error


def test_grok_tells_that_its_upstream_refuses() -> None:
    talk = Talk(CliName.GROK).begun()
    update = {"sessionUpdate": "retry_state", "type": "retrying", "attempt": 2}
    reason = "API error (status 503 Service Unavailable): busy"
    params = {"sessionId": "s1", "update": {**update, "reason": reason}}
    talk.tell({"method": "_x.ai/session/update", "params": params})
    assert talk.said[-1] == Retrying(reason=reason, attempt=2, status=503)
    said = len(talk.said)
    talk.tell({"method": "_x.ai/other", "params": params})
    assert len(talk.said) == said


def test_copilot_that_allows_everything_is_given_up_at_once() -> None:
    talk = Talk(CliName.COPILOT).begun().ask(0, TOUCH)
    options = [{"id": "allow_all", "type": "select", "currentValue": "on"}]
    talk.update("config_option_update", configOptions=options)
    assert talk.sent("answer:0")["result"]["outcome"] == {"outcome": "cancelled"}
    assert "cancel:1" in talk.keys
    assert isinstance(talk.said[-1], GaveUp)


def test_a_mode_that_changes_gives_it_up(talk: Talk) -> None:
    if talk.name in (CliName.GROK,):
        talk.update("current_mode_update", currentModeId="yolo")
        assert not talk.is_done, "its hook asks in every mode"
        return
    talk.update("current_mode_update", currentModeId="yolo")
    assert isinstance(talk.said[-1], GaveUp)


def test_a_session_goes_on_and_what_was_said_in_it_is_left_out() -> None:
    talk = Talk(CliName.GEMINI, session=SessionWish.RESUME, session_id="s1")
    talk.tell(
        {"id": 1, "result": {"protocolVersion": 1, "agentCapabilities": {"loadSession": True}}}
    )
    assert talk.sent("session")["method"] == "session/load"
    talk.update("agent_message_chunk", **_said("an old answer"))
    modes = {"currentModeId": "default", "availableModes": []}
    talk.tell({"id": 2, "result": {"modes": modes}})
    talk.update("agent_message_chunk", **_said("more of it"))
    talk.tell({"id": 3, "result": {}})
    talk.update("agent_message_chunk", **_said("new"))
    assert [each.text for each in talk.of(TextGrew)] == ["new"]


def test_a_session_that_cannot_go_on_is_told() -> None:
    talk = Talk(CliName.GEMINI, session=SessionWish.RESUME, session_id="s1")
    talk.tell({"id": 1, "result": {"protocolVersion": 1}})
    assert isinstance(talk.said[-1], Done)
    assert "cannot go on" in talk.end().error


@pytest.mark.parametrize("at", [1, 2])
def test_without_a_sign_in_it_says_how_to_get_one(at: int) -> None:
    talk = Talk(CliName.GEMINI)
    if at == 2:
        talk.tell({"id": 1, "result": {"protocolVersion": 1}})
    talk.tell({"id": at, "error": {"code": -32000, "message": "Gemini API key is missing."}})
    assert isinstance(talk.said[-1], Done)
    end = talk.end()
    assert end.category is ErrorCategory.AUTH
    assert "Gemini API key is missing." in end.error
    assert "run `gemini`" in end.error


def test_another_version_of_the_protocol_is_told() -> None:
    talk = Talk(CliName.OPENCODE).tell({"id": 1, "result": {"protocolVersion": 2}})
    assert isinstance(talk.said[-1], Done)
    assert "version 2" in talk.end().error


def test_an_error_of_the_prompt_ends_it_with_its_words(talk: Talk) -> None:
    error = {"code": -32603, "message": "Internal error", "data": {"details": "429 rate limit"}}
    talk.tell({"id": 101, "error": error})
    assert isinstance(talk.said[-1], Done)
    end = talk.end()
    assert "429 rate limit" in end.error
    assert end.category is ErrorCategory.RATE_LIMIT


def test_words_thoughts_and_tools_are_told(talk: Talk) -> None:
    talk.update("agent_thought_chunk", **_said("hm"))
    talk.update("agent_message_chunk", **_said("I do "))
    talk.update("agent_message_chunk", **_said("it."))
    talk.update("tool_call", **TOUCH, status="pending")
    talk.update("tool_call_update", toolCallId="c1", status="completed")
    talk.update("agent_message_chunk", **_said("Done."))
    talk.ends()
    assert [each.text for each in talk.of(ThinkingGrew)] == ["hm"]
    assert "".join(each.text for each in talk.of(TextGrew)) == "I do it.\n\nDone."
    (began,), (ended,) = talk.of(ToolBegan), talk.of(ToolEnded)
    assert (began.summary, ended.ok) == ("touch x", True)
    assert talk.end().ok


def test_other_sessions_say_nothing_here_but_may_ask(talk: Talk) -> None:
    update = {"sessionUpdate": "agent_message_chunk", **_said("a helper's words")}
    talk.tell({"method": "session/update", "params": {"sessionId": "s2", "update": update}})
    assert not talk.of(TextGrew)
    params = {"sessionId": "s2", "toolCall": TOUCH, "options": []}
    talk.tell({"id": 4, "method": "session/request_permission", "params": params})
    assert "answer:4" in talk.keys, "it has no option that allows: denied"


def test_one_that_is_answered_twice_is_answered_once(talk: Talk) -> None:
    talk.ask(0, TOUCH).answers("0", Decision.ONCE)
    before = len(talk.said)
    talk.answers("0", Decision.DENY).answers("7", Decision.ONCE)
    assert len(talk.said) == before
    assert talk.sent("answer:0")["result"]["outcome"]["optionId"] == "the-allow_once"


def test_always_is_never_chosen(talk: Talk) -> None:
    talk.ask(0, TOUCH).answers("0", Decision.JOB)
    talk.ask(1, {**TOUCH, "toolCallId": "c2"}).answers("1", Decision.DENY)
    sent = b"".join(each.data for each in talk.of(Send))
    assert b"always" not in sent


def test_what_can_only_be_allowed_for_ever_is_denied(talk: Talk) -> None:
    talk.ask(0, TOUCH, kinds=["allow_always", "reject_once"])
    assert not talk.of(PermissionAsked)
    assert talk.sent("answer:0")["result"]["outcome"]["optionId"] == "the-reject_once"
    assert [each.code for each in talk.of(Warned)] == ["no_allow_once"]


@pytest.mark.parametrize(
    "params", [{}, {"toolCall": 3, "options": "x"}, {"options": [{"kind": "?"}]}]
)
def test_a_question_that_is_none_is_denied(talk: Talk, params: dict[str, object]) -> None:
    talk.tell({"id": 9, "method": "session/request_permission", "params": params})
    assert not talk.of(PermissionAsked)
    assert talk.sent("answer:9?")["result"]["outcome"] == {"outcome": "cancelled"}


def test_a_question_that_comes_twice_is_one(talk: Talk) -> None:
    talk.ask(0, TOUCH).ask(0, TOUCH)
    assert len(talk.of(PermissionAsked)) == 1
    talk.answers("0", Decision.ONCE).ask(0, TOUCH)
    assert len(talk.of(PermissionAsked)) == 1
    assert talk.keys.count("answer:0") == 1


def test_an_id_that_is_used_again_is_another_question(talk: Talk) -> None:
    talk.ask(0, TOUCH).answers("0", Decision.ONCE)
    talk.ask(0, {**TOUCH, "toolCallId": "c2", "rawInput": {"command": "rm x"}})
    (ask,) = talk.asks
    assert ask.native_id != "0"
    talk.answers(ask.native_id, Decision.DENY)
    assert talk.sent(f"answer:{ask.native_id}")["id"] == 0


def test_text_and_number_are_two_ids(talk: Talk) -> None:
    talk.ask(0, TOUCH).ask("0", {**TOUCH, "toolCallId": "c2"})
    assert [each.native_id for each in talk.asks] == ["0", '"0"']
    talk.answers('"0"', Decision.DENY)
    assert talk.sent('answer:"0"')["id"] == "0"


def test_two_at_once_are_answered_apart() -> None:
    talk = Talk(CliName.COPILOT).begun()
    talk.ask(0, TOUCH).ask(1, {**TOUCH, "toolCallId": "c2"})
    talk.answers("1", Decision.ONCE).answers("0", Decision.DENY, NOTE)
    assert talk.sent("answer:1")["result"]["outcome"]["optionId"] == "the-allow_once"
    assert talk.sent("answer:0")["result"]["outcome"]["optionId"] == "the-reject_once"
    talk.ends()
    assert talk.sent("prompt:2")["params"]["prompt"][0]["text"] == NOTE


def test_more_that_is_known_later_is_shown() -> None:
    talk = Talk(CliName.OPENCODE).begun()
    mcp = {"toolCallId": "c1", "title": "gate_add", "kind": "other"}
    talk.ask(0, {**mcp, "rawInput": {}})
    talk.update("tool_call_update", **mcp, rawInput={"a": 1}, status="in_progress")
    first, second = talk.of(PermissionAsked)
    assert first.ask.native_id == second.ask.native_id
    assert (first.ask.arguments, second.ask.arguments) == ({}, {"a": 1})


def test_a_plain_denial_lets_it_go_on(talk: Talk) -> None:
    talk.ask(0, TOUCH).answers("0", Decision.DENY)
    assert talk.sent("answer:0")["result"]["outcome"]["optionId"] == "the-reject_once"
    talk.ends()
    if talk.name is CliName.COPILOT:
        assert talk.sent("prompt:2")["params"]["prompt"][0]["text"] == DENIED
        assert not talk.is_done
    else:
        assert talk.is_done


def test_a_note_ends_the_turn_of_those_that_would_not_hear_it(talk: Talk) -> None:
    talk.ask(0, TOUCH).answers("0", Decision.DENY, NOTE)
    sent = talk.sent("answer:0")["result"]
    if talk.name is CliName.GROK:
        assert sent["_meta"] == {"followup_message": NOTE}
        return
    if talk.name is not CliName.COPILOT:
        assert sent["outcome"] == {"outcome": "cancelled"}
        assert talk.keys[-2:] == ["cancel:1", "answer:0"], "so that it cannot go on in between"
        talk.ask(1, {**TOUCH, "toolCallId": "c2"})
        assert talk.sent("answer:1")["result"]["outcome"] == {"outcome": "cancelled"}
    talk.ends(stopReason="cancelled")
    assert talk.sent("prompt:2")["params"]["prompt"][0]["text"] == NOTE
    talk.update("agent_message_chunk", **_said("Well then."))
    talk.ends(2)
    assert talk.end().ok


def test_notes_to_one_who_does_not_listen_end() -> None:
    talk = Talk(CliName.COPILOT).begun()
    for number in range(1, MOST_PROMPTS + 1):
        assert not talk.is_done
        talk.ask(number, {**TOUCH, "toolCallId": f"c{number}"})
        talk.answers(str(number), Decision.DENY, NOTE).ends(number)
    assert talk.is_done


def test_stopped_the_turn_ends_and_all_is_denied(talk: Talk) -> None:
    talk.ask(0, TOUCH).ask(1, {**TOUCH, "toolCallId": "c2"}).stops()
    assert talk.keys[-3:] == ["cancel:1", "answer:0", "answer:1"]
    assert [each.native_id for each in talk.of(Withdrawn)] == ["0", "1"]
    talk.ask(2, {**TOUCH, "toolCallId": "c3"})
    assert talk.sent("answer:2")["result"]["outcome"] == {"outcome": "cancelled"}
    talk.ends(stopReason="cancelled")
    assert isinstance(talk.said[-1], Done)
    end = talk.end()
    assert (end.ok, end.stop_reason) == (False, "cancelled")
    assert not talk.stops().keys[-1].startswith("cancel:2")


def test_stop_is_an_answer_too(talk: Talk) -> None:
    talk.ask(0, TOUCH).ask(1, {**TOUCH, "toolCallId": "c2"}).answers("1", Decision.STOP)
    assert talk.keys[-3:] == ["cancel:1", "answer:1", "answer:0"]


def test_stopped_before_the_prompt_it_is_over() -> None:
    talk = Talk(CliName.GEMINI).stops()
    assert isinstance(talk.said[-1], Done)
    talk.tell({"id": 1, "result": {"protocolVersion": 1}})
    assert talk.keys == ["initialize"]


def test_what_is_open_at_a_turns_end_is_denied_and_withdrawn(talk: Talk) -> None:
    talk.ask(0, TOUCH).ends()
    assert talk.sent("answer:0")["result"]["outcome"] == {"outcome": "cancelled"}
    assert [each.native_id for each in talk.of(Withdrawn)] == ["0"]


@pytest.mark.parametrize(
    ("reason", "ok"),
    [
        ("end_turn", True),
        ("max_tokens", True),
        ("max_turn_requests", False),
        ("refusal", False),
        ("cancelled", False),
        ("", False),
        ("new-one", False),
    ],
)
def test_reasons_to_stop(talk: Talk, reason: str, ok: bool) -> None:
    talk.update("agent_message_chunk", **_said("words")).ends(stopReason=reason)
    end = talk.end()
    assert end.ok is ok
    assert end.stop_reason == (reason or None)


def test_an_answer_without_words_is_none(talk: Talk) -> None:
    assert talk.ends().end().category is ErrorCategory.EMPTY


@pytest.mark.parametrize(
    "method", ["fs/write_text_file", "fs/read_text_file", "terminal/create", "x"]
)
def test_what_was_not_offered_is_not_done(talk: Talk, method: str) -> None:
    talk.tell({"id": 5, "method": method, "params": {"path": "/etc/passwd"}})
    assert talk.sent("reply:5")["error"]["code"] == -32601


def test_commands_of_the_agents_own_stay_words() -> None:
    for text in ("/always-approve on", "  /yolo", "!touch x", "#x", "\n/allow-all"):
        assert as_words(text).startswith("What is asked of you:\n")
        assert as_words(text).endswith(text)
    assert as_words("Mend a/b") == "Mend a/b"
    talk = Talk(CliName.COPILOT, prompt="/allow-all on").begun()
    assert not talk.sent("prompt:1")["params"]["prompt"][0]["text"].startswith("/")
    talk.ask(0, TOUCH).answers("0", Decision.DENY, "/allow-all on").ends()
    assert not talk.sent("prompt:2")["params"]["prompt"][0]["text"].startswith("/")


def test_without_its_last_word_it_has_not_succeeded(talk: Talk) -> None:
    talk.update("agent_message_chunk", **_said("so far"))
    end = talk.dialogue.finish(3, "it fell\n")[-1]
    assert not end.ok
    assert "it fell" in end.error
    assert "exit code 3" in end.error


def test_a_line_that_is_too_long_may_have_been_a_question() -> None:
    request = CliRequest(cli=CliName.GEMINI, prompt="x", working_dir=FOLDER)
    dialogue = AcpDialogue(DIALECT, request, FOLDER, longest=1000)
    dialogue.begin()
    said = dialogue.feed(b'{"jsonrpc":"2.0","id":0,"method":"' + b"x" * 2000 + b'"}\n')
    assert isinstance(said[-1], GaveUp)
    assert dialogue.answer("0", answer(Decision.ONCE)) == []
    assert "may have been a question" in dialogue.finish(0, "")[-1].error


def test_the_library_is_read_in_when_such_a_run_is_planned() -> None:
    script = (
        "import sys; from llmgw_desktop.clis.registry import NAMES, variants\n"
        "from llmgw_desktop.domain.cli import CliRequest\n"
        "clis = [each for name in NAMES for each in variants(name)]\n"
        "before = 'acp' in sys.modules or 'pydantic' in sys.modules\n"
        "cli = [each for each in clis if each.name == 'grok'][0]\n"
        "cli.plan(CliRequest(cli=cli.name, prompt='x'))\n"
        "between = 'acp' in sys.modules\n"
        "cli.asking.plan(CliRequest(cli=cli.name, prompt='x'))\n"
        "print(before, between, 'acp.schema' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False", "True"]


def test_it_says_the_same_again() -> None:
    def run() -> Talk:
        talk = Talk(CliName.GEMINI).begun().ask(0, TOUCH).answers("0", Decision.DENY, NOTE)
        return talk.ends(stopReason="cancelled").feed(line({"id": 102, "result": {}}))

    assert run().said == run().said


def test_what_is_sent_is_of_the_protocol() -> None:
    here = GivenServer(name="here", command="c", args=("x",), env={"K": "v"})
    there = GivenServer(name="there", url="https://there", headers={"H": "v"})
    schema = messages.load()
    for said, model in (
        (messages.initialize(1), schema.InitializeRequest),
        (messages.session(2, "/work", (here, there)), schema.NewSessionRequest),
        (messages.session(2, "/work", (here, there), "s"), schema.LoadSessionRequest),
        (messages.prompt(3, "s", "hello"), schema.PromptRequest),
        (messages.cancel("s"), schema.CancelNotification),
        (messages.selected(4, "once", "words"), schema.RequestPermissionResponse),
        (messages.canceled("4"), schema.RequestPermissionResponse),
    ):
        told = orjson.loads(said)
        body = told.get("params") or told["result"]
        read = model.model_validate(body)
        assert read.model_dump(mode="json", by_alias=True, exclude_none=True) == body
