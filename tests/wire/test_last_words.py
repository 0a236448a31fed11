"""What a person said last, apart from all the rest, in every protocol."""

from typing import Any

import orjson
import pytest

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.guards.prompt_parts import LastWords, last_words

ANTHROPIC, CHAT = ModelProtocol.ANTHROPIC, ModelProtocol.OPENAI_CHAT
RESPONSES, GEMINI = ModelProtocol.OPENAI_RESPONSES, ModelProtocol.GEMINI


def _read(protocol: ModelProtocol, fields: dict[str, Any]) -> LastWords | None:
    return last_words(protocol, orjson.dumps(fields), fields)


def _said(content: object, **more: object) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content, **more}]}


@pytest.mark.parametrize(
    ("protocol", "with_text"),
    [
        (ANTHROPIC, _said),
        (ANTHROPIC, lambda text: _said([{"type": "text", "text": text}])),
        (CHAT, lambda text: _said([{"type": "text", "text": "a"}, {"type": "text", "text": text}])),
        (RESPONSES, lambda text: {"input": text}),
        (RESPONSES, lambda text: {"input": [{"role": "user", "content": text}]}),
        (
            ModelProtocol.CODEX,
            lambda text: {
                "input": [
                    {"type": "message", "role": "assistant", "content": "x"},
                    {
                        "type": "message",
                        "role": "user",
                        "content": [{"type": "input_text", "text": text}],
                    },
                ]
            },
        ),
        (GEMINI, lambda text: {"contents": [{"parts": [{"text": text}]}]}),
    ],
)
def test_only_the_last_text_is_left_out_of_the_rest(
    protocol: ModelProtocol, with_text: Any
) -> None:
    one, other = _read(protocol, with_text("Hello")), _read(protocol, with_text("Good day"))
    assert one is not None
    assert other is not None
    assert (one.text, other.text) == ("Hello", "Good day")
    assert one.rest == other.rest
    further = _read(protocol, {**with_text("Hello"), "temperature": 0})
    assert further is not None
    assert further.rest != one.rest


@pytest.mark.parametrize(
    ("protocol", "fields"),
    [
        (CHAT, _said("")),
        (CHAT, {"messages": []}),
        (CHAT, {"messages": "x"}),
        (CHAT, {"messages": [{"role": "assistant", "content": "x"}]}),
        (CHAT, {"messages": [{"role": "tool", "content": "x"}]}),
        (CHAT, {**_said("x"), "n": 2}),
        (CHAT, _said([{"type": "image_url", "image_url": {"url": "u"}}, {"type": "text"}])),
        (ANTHROPIC, _said([{"type": "tool_result", "tool_use_id": "t", "content": "x"}])),
        (
            ANTHROPIC,
            {
                "messages": [
                    {"role": "user", "content": [{"type": "document", "source": {}}]},
                    *_said("x")["messages"],
                ]
            },
        ),
        (RESPONSES, {"input": [{"type": "function_call_output", "output": "x"}]}),
        (GEMINI, {"contents": [{"parts": [{"text": "x", "thought": True}]}]}),
        (
            GEMINI,
            {
                "contents": [{"parts": [{"text": "x"}]}],
                "generationConfig": {"candidateCount": 2},
            },
        ),
        (ModelProtocol.CLI, _said("x")),
    ],
)
def test_what_is_more_than_a_persons_words_has_none(
    protocol: ModelProtocol, fields: dict[str, Any]
) -> None:
    assert _read(protocol, fields) is None


def test_the_same_words_at_another_place_are_another_rest() -> None:
    one = _read(CHAT, {"messages": [{"role": "user", "content": "x"}]})
    other = _read(CHAT, {"messages": [{"role": "user", "content": None, "name": "x"}]})
    blocks = _read(CHAT, _said([{"type": "text", "text": "x"}]))
    assert one is not None
    assert blocks is not None
    assert other is None
    assert one.rest != blocks.rest
