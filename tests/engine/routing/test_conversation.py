"""Which conversation a request belongs to: the same for all its turns, never another's."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.access.principal import DEFAULT_SCOPES, Principal
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.routing.conversation import (
    SESSION_HEADERS,
    conversation_of,
    following_turn,
)
from llmgw_desktop.wire.json_steps import object_in_steps
from tests.support.routes import asking, provider, request, routing

CHAT, MESSAGES = ModelProtocol.OPENAI_CHAT, ModelProtocol.ANTHROPIC
RESPONSES, GEMINI = ModelProtocol.OPENAI_RESPONSES, ModelProtocol.GEMINI
OTHER = Principal(client_id="cli_2", name="local", scopes=DEFAULT_SCOPES)


def _of(fields: Mapping[str, object], **headers: str) -> str:
    return conversation_of(request("m", fields=fields, headers=headers))


@pytest.mark.parametrize("name", SESSION_HEADERS)
def test_a_header_says_it(name: str) -> None:
    one = conversation_of(request("m", headers={name.title(): "s1"}))
    assert one == conversation_of(request("m", headers={name: "s1"}, fields={"messages": []}))
    assert one != conversation_of(request("m", headers={name: "s2"}))


@pytest.mark.parametrize(
    "fields",
    [
        {"metadata": {"user_id": '{"device_id": "d", "session_id": "s1"}'}},
        {"metadata": {"user_id": "user_x_account_y_session_s1"}},
    ],
)
def test_claude_codes_user_says_the_same_as_its_header(fields: dict[str, object]) -> None:
    assert _of(fields) == _of({}, **{"x-claude-code-session-id": "s1"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"prompt_cache_key": "a"}, {"prompt_cache_key": "b"}),
        ({"conversation": "a"}, {"conversation": {"id": "b"}}),
        ({"previous_response_id": "a"}, {"previous_response_id": "b"}),
    ],
)
def test_a_field_says_it(one: dict[str, object], other: dict[str, object]) -> None:
    assert _of(one)
    assert _of(one) == _of({**one, "input": "anything"})
    assert _of(one) != _of(other)
    assert _of({"conversation": "a"}) == _of({"conversation": {"id": "a"}})


TURNS = [
    (
        {"system": "Be kind.", "messages": [{"role": "user", "content": "Hello"}]},
        [{"role": "assistant", "content": "Hi"}, {"role": "user", "content": "And now?"}],
        "messages",
    ),
    (
        {
            "messages": [
                {"role": "developer", "content": "Be kind."},
                {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
            ]
        },
        [{"role": "assistant", "content": "Hi"}],
        "messages",
    ),
    (
        {
            "instructions": "Be kind.",
            "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hello"}]}],
        },
        [{"type": "function_call", "name": "f"}],
        "input",
    ),
    (
        {
            "systemInstruction": {"parts": [{"text": "Be kind."}]},
            "contents": [{"role": "user", "parts": [{"text": "Hello"}]}],
        },
        [{"role": "model", "parts": [{"text": "Hi"}]}],
        "contents",
    ),
]


@pytest.mark.parametrize(("first", "later", "name"), TURNS, ids=["system", "chat", "resp", "gem"])
def test_else_it_is_known_by_how_it_began(
    first: dict[str, object], later: list[object], name: str
) -> None:
    began = first[name]
    assert isinstance(began, list)
    key = _of(first)
    assert "digest:" in key
    assert _of({**first, name: [*began, *later], "temperature": 1}) == key
    other = json.loads(json.dumps(first).replace("Hello", "Good day"))
    assert _of(other) != key
    assert _of(json.loads(json.dumps(first).replace("kind", "curt"))) != key


def test_a_mark_of_caching_that_moves_changes_nothing() -> None:
    block = {"type": "text", "text": "Hello"}
    marked = {**block, "cache_control": {"type": "ephemeral"}}
    assert _of({"messages": [{"role": "user", "content": [block]}]}) == _of(
        {"messages": [{"role": "user", "content": [marked]}]}
    )


def test_clients_and_models_share_none() -> None:
    headers = {"session-id": "s1"}
    one = conversation_of(request("m", headers=headers))
    assert one != conversation_of(request("n", headers=headers))
    assert one != conversation_of(request("m", headers=headers, principal=OTHER))


@pytest.mark.parametrize(
    "fields",
    [{}, {"messages": []}, {"messages": "x"}, {"contents": {"a": 1}}, {"metadata": 3}],
    ids=str,
)
def test_what_tells_nothing_is_none_or_its_own(fields: dict[str, object]) -> None:
    assert _of(fields) == "" or "digest:" in _of(fields)


def test_a_long_mark_is_kept_short() -> None:
    assert len(_of({"prompt_cache_key": "x" * 100_000})) < 300


def test_a_large_body_is_known_as_the_small_one_was() -> None:
    first = {"system": "Be kind.", "messages": [{"role": "user", "content": "Hello"}]}
    asked = request("m", fields=first)
    small = conversation_of(asked)
    grown = [{"role": "assistant", "content": f"number {n}"} for n in range(20_000)]
    asked.body = json.dumps({**first, "messages": [*first["messages"], *grown]}).encode()
    steps = object_in_steps(asked.body)
    try:
        while True:
            next(steps)
    except StopIteration as stop:
        asked.fields = stop.value
    assert conversation_of(asked) == small
    assert not asked.fields._values.get("messages"), "only its beginning was looked at"


def test_a_turn_that_goes_on_by_an_id_is_known() -> None:
    (theirs,) = routing([provider("gpt", "openai", "m")]).explain(asking("m", RESPONSES)).candidates
    (translated,) = routing([provider("c", "anthropic", "m")]).explain(asking("m")).candidates
    first = request("m", RESPONSES)
    again = conversation_of(request("m", RESPONSES, fields={"previous_response_id": "resp_9"}))
    assert following_turn(first, theirs, "resp_9") == again
    ours = conversation_of(request("m", RESPONSES, fields={"previous_response_id": "resp_1"}))
    assert following_turn(first, translated, None) == ours
    assert following_turn(first, theirs, None) == ""
    assert following_turn(request("m", CHAT), theirs, "x") == ""


_NAMES = st.sampled_from(
    ["messages", "input", "system", "role", "content", "text", "metadata", "user_id", "parts", "id"]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(_NAMES | st.just("conversation") | st.just("prompt_cache_key"), _JSON))
def test_it_never_fails(fields: dict[str, object]) -> None:
    assert isinstance(_of(fields), str)
