"""The request that a replay sends, out of the one that was recorded."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import NotReplayable, SecretsRemoved
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.native.replay import (
    ReplayWish,
    last_message,
    read_wish,
    removed_secrets,
    replay_request,
)
from tests.support.made_flights import record, running, summary


def _record(body: Any = None, **changes: Any) -> FlightRecord:
    made = record(1, summary=summary(1, **changes))
    return made if body is None else replace(made, request_body=json.dumps(body).encode())


def test_what_does_not_change_is_sent_byte_for_byte() -> None:
    odd = b'{ "model":"claude-sonnet",\n "messages": [ ], "n": 1.50, "a": "\\u00e9" }'
    made = replace(_record(), request_body=odd)
    for wish in (ReplayWish(), ReplayWish(times=9), ReplayWish(keeps_marks=True)):
        assert replay_request(made, wish).body is odd
    assert replay_request(made, ReplayWish(), "claude-sonnet").body is odd
    assert json.loads(replay_request(made, ReplayWish(), "gpt").body)["model"] == "gpt"


def test_keys_traces_and_what_was_masked_stay_behind() -> None:
    headers = (
        ("Host", "127.0.0.1"),
        ("Authorization", "Bearer ***"),
        ("X-Custom", "a ***"),
        ("Cookie", "a=b"),
        ("Idempotency-Key", "once"),
        ("traceparent", "00-1-2-03"),
        ("x-gateway-hops", "a1"),
        ("Content-Length", "7"),
        ("Content-Encoding", "gzip"),
        ("x-stainless-retry-count", "2"),
        ("X-Long", "so long…"),
        ("anthropic-beta", "b-1"),
        ("User-Agent", "claude-cli/2"),
        ("x-project", "site"),
    )
    asked = replay_request(replace(_record(), request_headers=headers), ReplayWish())
    assert dict(asked.headers) == {
        "anthropic-beta": "b-1",
        "user-agent": "claude-cli/2",
        "x-project": "site",
        "content-type": "application/json",
        "x-llmgw-replay": summary(1).id,
    }


def test_keys_in_the_address_stay_behind_and_geminis_model_stands_in_it() -> None:
    path = "/v1beta/models/gemini-3:streamGenerateContent?key=secret&alt=sse&x=1"
    made = replace(_record({"contents": []}, protocol=ModelProtocol.GEMINI), path=path)
    asked = replay_request(made, ReplayWish())
    assert (asked.path, asked.query) == (path.partition("?")[0], "alt=sse&x=1")
    other = replay_request(made, ReplayWish(), "vendor/gemini 4")
    assert other.path == "/v1beta/models/vendor/gemini%204:streamGenerateContent"
    assert json.loads(other.body) == {"contents": []}
    bare = replace(made, path=path.partition("?")[0], answer_body=b"data: {}")
    assert replay_request(bare, ReplayWish()).query == "alt=sse"
    array = replace(bare, answer_body=b"[{}]")
    assert replay_request(array, ReplayWish()).query == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"summary": summary(1, protocol=ModelProtocol.CLI)}, "start a job"),
        ({"summary": summary(1, operation=Operation.COMPACT)}, "asked twice"),
        ({"summary": running(1)}, "when it has ended"),
        ({"unreadable": "Unlock."}, "encrypted"),
        ({"request_body": None}, "not recorded"),
        ({"request_body_whole": False}, "Only the beginning"),
    ],
)
def test_what_cannot_be_asked_again(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(NotReplayable, match=words):
        replay_request(replace(_record(), **changes), ReplayWish())


@pytest.mark.parametrize("body", [b"", b"no", b"[1]", b"\xff"])
def test_what_is_no_object_is_sent_as_it_is_or_not_at_all(body: bytes) -> None:
    made = replace(_record(), request_body=body)
    assert replay_request(made, ReplayWish()).body == body
    assert last_message(body, ModelProtocol.ANTHROPIC) == ""
    with pytest.raises(NotReplayable, match="no JSON object"):
        replay_request(made, ReplayWish(changes={"a": 1}))


def test_several_secrets_go_back_in_their_order() -> None:
    mark = "[secret removed]"
    body = {"messages": [{"role": "user", "content": f"a {mark} b {mark}"}]}
    made = _record(body)
    assert [each[-2:] for each in removed_secrets(made.request_body or b"")] == ["a ", "b "]
    with pytest.raises(SecretsRemoved, match="2 places"):
        replay_request(made, ReplayWish())
    put = replay_request(made, ReplayWish(secrets=('first "one"', "second\\one")))
    assert json.loads(put.body)["messages"][0]["content"] == 'a first "one" b second\\one'
    with pytest.raises(InvalidRun, match="expected 2"):
        replay_request(made, ReplayWish(secrets=("only", "two", "three")))
    assert "first" not in repr(ReplayWish(secrets=("first one",)))


def test_what_a_user_says_last_is_found_where_each_dialect_has_it() -> None:
    says: dict[ModelProtocol, list[Any]] = {
        ModelProtocol.ANTHROPIC: [
            {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
            {
                "messages": [
                    {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}]},
                    {"role": "user", "content": [{"type": "tool_result", "content": "r"}]},
                ]
            },
        ],
        ModelProtocol.OPENAI_CHAT: [{"messages": [{"role": "user", "content": "a"}]}],
        ModelProtocol.OPENAI_RESPONSES: [
            {"input": "a"},
            {"input": [{"role": "user", "content": [{"type": "input_text", "text": "a"}]}]},
        ],
        ModelProtocol.GEMINI: [
            {"contents": [{"parts": [{"text": "a"}]}, {"role": "model", "parts": [{"text": "b"}]}]}
        ],
    }
    for protocol, bodies in says.items():
        for body in bodies:
            made = _record(body, protocol=protocol)
            if protocol is ModelProtocol.GEMINI:
                made = replace(made, path="/v1beta/models/g:generateContent")
            assert last_message(made.request_body or b"", protocol) == "a"
            sent = replay_request(made, ReplayWish(last_message="new")).body
            assert last_message(sent, protocol) == "new"
            assert sent.count(b"new") == 1
    with pytest.raises(InvalidRun, match="no user"):
        replay_request(_record({"messages": []}), ReplayWish(last_message="new"))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
_NAMES = ("models", "times", "set", "lastMessage", "body", "secrets", "keepMarks", "dryRun", "?")


@given(st.dictionaries(st.sampled_from(_NAMES), _JSON, max_size=4))
def test_whatever_is_wished_is_refused_in_words_or_can_be_sent(fields: dict[str, Any]) -> None:
    try:
        wish = read_wish(fields)
        asked = replay_request(_record(), wish, wish.models[0] if wish.models else "")
    except (InvalidRun, NotReplayable) as error:
        said = str(error)
    else:
        said = json.loads(asked.body)
    assert said


def test_half_a_character_is_refused() -> None:
    for wish in (ReplayWish(last_message="a\ud800"), ReplayWish(changes={"a": "\udfff"})):
        with pytest.raises(InvalidRun, match="half a character"):
            replay_request(_record(), wish)
