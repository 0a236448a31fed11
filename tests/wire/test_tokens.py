"""The stated rule for a local guess: four bytes of text a token."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.tokens import DOCUMENT_TOKENS, IMAGE_TOKENS, estimate_tokens, text_tokens

ANTHROPIC, OPENAI = ModelProtocol.ANTHROPIC, ModelProtocol.OPENAI_CHAT


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("é", 1), ("日本語", 3)]
)
def test_four_bytes_are_a_token(text: str, tokens: int) -> None:
    assert text_tokens(text) == tokens


def _user(content: object) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}]}


@pytest.mark.parametrize(
    ("fields", "tokens"),
    [
        ({}, 0),
        (_user("abcdefgh"), 2),
        (_user([{"type": "text", "text": "abcd"}, {"type": "text", "text": "efghi"}]), 3),
        (_user("abcd") | {"system": "abcd"}, 2),
        (_user("abcd") | {"system": [{"type": "text", "text": "abcdefgh"}]}, 3),
        (_user([{"type": "thinking", "thinking": "abcd", "signature": "x" * 999}]), 1),
        (_user([{"type": "tool_use", "id": "t", "name": "n", "input": {"a": 1}}]), 2),
        (_user([{"type": "tool_result", "content": [{"type": "text", "text": "abcd"}]}]), 1),
        (
            _user(
                [{"type": "image", "source": {"data": "x" * 9999}}, {"type": "text", "text": "a"}]
            ),
            IMAGE_TOKENS + 1,
        ),
        (
            _user([{"type": "tool_result", "content": [{"type": "image", "source": {}}]}]),
            IMAGE_TOKENS,
        ),
        (_user([{"type": "document", "source": {"data": "x" * 9999}}]), DOCUMENT_TOKENS),
        ({"tools": [{"name": "abc"}]}, 4),
    ],
)
def test_an_anthropic_request(fields: dict[str, Any], tokens: int) -> None:
    assert estimate_tokens(fields, ANTHROPIC) == tokens


@pytest.mark.parametrize(
    ("fields", "tokens"),
    [
        (_user([{"type": "text", "text": "abcd"}]), 1),
        (_user([{"type": "image_url", "image_url": {"url": "data:" + "x" * 999}}]), IMAGE_TOKENS),
        ({"messages": [{"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}]}, 3),
        ({"input": ["abcd", "abcd"]}, 2),
        ({"tools": [{"type": "function"}], "response_format": {"a": 1}}, 7),
    ],
)
def test_an_openai_request(fields: dict[str, Any], tokens: int) -> None:
    assert estimate_tokens(fields, OPENAI) == tokens


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["messages", "content", "type", "text", "tools", "system", "input"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(fields=st.dictionaries(st.sampled_from(["messages", "tools", "system"]), anything))
def test_wrong_types_are_guessed_at_too(fields: dict[str, Any]) -> None:
    for protocol in (ANTHROPIC, OPENAI):
        assert estimate_tokens(fields, protocol) >= 0


def test_the_deepest_body_is_guessed_at_too() -> None:
    deep: object = "x"
    for _ in range(900):
        deep = [{"content": deep}]
    assert estimate_tokens({"messages": deep, "tools": deep}, ANTHROPIC) >= 0
