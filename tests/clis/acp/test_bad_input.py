"""Whatever an agent writes: it is never an allowance, and nobody waits for ever."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.clis.dialogue import PermissionAsked, Send
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import Decision, PermissionKind
from tests.support.acp_talk import SPEAK, Talk, line

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 105)
    | st.floats(allow_nan=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
WORDS = st.sampled_from(
    [
        "id",
        "method",
        "params",
        "result",
        "error",
        "sessionId",
        "update",
        "sessionUpdate",
        "toolCall",
        "toolCallId",
        "options",
        "kind",
        "optionId",
        "content",
        "rawInput",
    ]
)
VALUES = st.sampled_from(
    [
        "session/request_permission",
        "session/update",
        "tool_call",
        "agent_message_chunk",
        "usage_update",
        "s1",
        "execute",
        "edit",
        "allow_once",
        101,
        {"type": "diff", "path": "x", "newText": "y"},
    ]
)
MESSAGES = st.dictionaries(
    WORDS,
    st.recursive(
        JSON | VALUES, lambda inner: st.dictionaries(WORDS, inner, max_size=4), max_leaves=10
    ),
    max_size=8,
)
GARBAGE = st.lists(
    st.one_of(
        MESSAGES.map(line),
        st.binary(max_size=40).map(lambda data: data + b"\n"),
        st.sampled_from([b"{\n", b'{"jsonrpc"\n', b"null\n", b"[]\n", b"\xff\xfe\n"]),
    ),
    max_size=12,
)


@pytest.mark.parametrize("name", SPEAK)
@settings(max_examples=25)
@given(lines=GARBAGE)
def test_garbage_allows_nothing(name: CliName, lines: list[bytes]) -> None:
    talk = Talk(name).begun()
    for each in lines:
        talk.feed(each)
    for each in talk.of(Send):
        outcome = orjson.loads(each.data).get("result", {}).get("outcome", {})
        assert not str(outcome.get("optionId")).startswith("the-allow")
    asked = {each.ask.native_id for each in talk.of(PermissionAsked)}
    talk.stops()
    answered = {key.removeprefix("answer:") for key in talk.keys}
    assert asked <= answered, "nothing that was asked stays open"
    assert talk.end().ok in (True, False)


@pytest.mark.parametrize("name", SPEAK)
@settings(max_examples=25)
@given(lines=GARBAGE)
def test_garbage_says_the_same_again(name: CliName, lines: list[bytes]) -> None:
    def fed(data: list[bytes]) -> Talk:
        talk = Talk(name).begun()
        for each in data:
            talk.feed(each)
        return talk

    whole = b"".join(lines)
    said = fed([whole]).said
    assert fed(lines).said == said
    assert fed([whole[at : at + 1] for at in range(len(whole))]).said == said


@pytest.mark.parametrize("name", SPEAK)
def test_a_question_of_a_megabyte_goes_through(name: CliName) -> None:
    command = "echo " + "x" * 1_000_000
    call = {
        "toolCallId": "c1",
        "kind": "execute",
        "title": command,
        "rawInput": {"command": command},
    }
    talk = Talk(name).begun().ask(0, call)
    (ask,) = talk.asks
    assert ask.command == command
    talk.answers("0", Decision.ONCE)
    assert "answer:0" in talk.keys


@pytest.mark.parametrize("depth", [300, 900, 100_000])
def test_what_is_nested_deep_is_asked_or_given_up(depth: int) -> None:
    talk = Talk(CliName.GROK).begun()
    nested = b"[" * depth + b"]" * depth
    talk.feed(
        b'{"jsonrpc":"2.0","id":0,"method":"session/request_permission","params":{"sessionId":"s1",'
        b'"toolCall":{"toolCallId":"c","kind":"other","rawInput":{"deep":' + nested + b"}},"
        b'"options":[{"optionId":"a","name":"a","kind":"allow_once"}]}}\n'
    )
    assert talk.asks or talk.is_done or "answer:0?" in talk.keys
    for ask in talk.asks:
        orjson.dumps(dict(ask.arguments))


def test_half_characters_hide_no_question() -> None:
    talk = Talk(CliName.GROK).begun()
    talk.feed(
        b'{"jsonrpc":"2.0","id":0,"method":"session/request_permission","params":{"sessionId":"s1",'
        b'"toolCall":{"toolCallId":"c","kind":"execute","rawInput":{"command":"echo \\ud800"}},'
        b'"options":[{"optionId":"a","name":"a","kind":"allow_once"}]}}\n'
    )
    (ask,) = talk.asks
    assert ask.command.startswith("echo ")
    ask.command.encode()


def test_what_cannot_be_read_gives_it_up_where_it_may_have_been_a_question() -> None:
    talk = Talk(CliName.GEMINI).begun().feed(b'npm warn: "x"\n{"broken": \n')
    assert not talk.is_done
    assert talk.feed(b'{"jsonrpc":"2.0","id":0,"method":"session/requ\n').is_done
    assert "cancel:1" in talk.keys


def test_noise_is_counted() -> None:
    talk = Talk(CliName.GEMINI).begun().feed(b"hello\nthere\n").ends()
    (warned,) = [each for each in talk.dialogue.finish(0, "") if hasattr(each, "code")]
    assert "2 lines" in warned.message


@pytest.mark.parametrize("rpc_id", [None, True, 1.5, [], {}])
def test_a_question_that_cannot_be_answered_gives_it_up(rpc_id: object) -> None:
    call = {"toolCallId": "c1", "kind": "execute", "rawInput": {"command": "x"}}
    talk = Talk(CliName.GROK).begun().ask(rpc_id, call)
    assert not talk.asks
    assert talk.is_done


def test_a_flood_of_calls_stays_small() -> None:
    talk = Talk(CliName.GROK).begun()
    for number in range(2000):
        talk.update("tool_call", toolCallId=f"c{number}", title="x", rawInput={"command": "y"})
    call = {"toolCallId": "c1999", "kind": "execute"}
    (ask,) = talk.ask(0, call).asks
    assert (ask.kind, ask.command) == (PermissionKind.COMMAND, "y")
