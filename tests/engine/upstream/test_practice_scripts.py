"""What the practice provider says, without a wire and without a clock."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.upstream import practice_anthropic, practice_openai
from llmgw_desktop.engine.upstream.practice_scripts import (
    MODEL_NAMES,
    Fault,
    OfferedTool,
    Script,
    ScriptTurn,
    Stamp,
    script_for,
)
from llmgw_desktop.wire import anthropic, openai_chat
from llmgw_desktop.wire.tokens import estimate_tokens, text_tokens

STAMP = Stamp(id="abc123", model="practice/echo", created_s=17)
TOOL = OfferedTool(name="look", schema={"properties": {"at": {}}, "required": ["at"]})


def turn(text: str = "Hi", **more: Any) -> ScriptTurn:
    return ScriptTurn(
        user_text=text, **({"tool": None, "tool_result": None, "input_tokens": 3} | more)
    )


def script(model: str, of: ScriptTurn) -> Script:
    made = script_for(f"practice/{model}", of)
    assert isinstance(made, Script)
    return made


def user(content: object) -> dict[str, Any]:
    return {"role": "user", "content": content}


def test_the_names_that_are_promised() -> None:
    assert sorted(MODEL_NAMES) == sorted(
        f"practice/{name}"
        for name in (
            *("echo", "slow", "tools", "thinking", "long", "cut", "stall"),
            *("fault-401", "fault-429", "fault-500", "fault-529"),
        )
    )


def test_every_name_plays_something() -> None:
    for name in MODEL_NAMES:
        made = script_for(name, turn())
        assert isinstance(made, Fault) == ("fault" in name)


@pytest.mark.parametrize("model", ["practice/nope", "practice/", "echo", "", "practice/fault-404"])
def test_other_names_are_not_found(model: str) -> None:
    made = script_for(model, turn())
    assert isinstance(made, Fault)
    assert made.status == 404


def test_a_number_says_how_many_words_slow_says() -> None:
    assert len(script("slow", turn("7")).text.split()) == 7
    assert len(script("slow", turn(" 5000 ")).text.split()) == 5000
    usual = script("slow", turn()).text
    assert 30 <= len(usual.split()) <= 60
    for other in ("0", "5001", "1" * 5000, "-3", "٣", "7 words"):
        assert script("slow", turn(other)).text == usual


def test_tools_calls_then_quotes() -> None:
    called = script("tools", turn(tool=TOOL))
    assert called.tool_call is not None
    assert orjson.loads(called.tool_call.arguments) == {"at": "practice"}
    assert called.text == ""
    quoted = script("tools", turn(tool=TOOL, tool_result="it is here"))
    assert quoted.tool_call is None
    assert "it is here" in quoted.text
    assert script("tools", turn()).tool_call is None


def test_the_count_is_the_stated_one() -> None:
    thought = script("thinking", turn("日本語"))
    assert thought.output_tokens == text_tokens(thought.thinking) + 3
    called = script("tools", turn(tool=TOOL))
    assert called.output_tokens == text_tokens('{"at":"practice"}') == 5


@given(text=st.text(), step=st.sampled_from([None, 1, 5, 48]))
def test_pieces_are_the_text(text: str, step: int | None) -> None:
    made = Script(text=text, step=step)
    pieces = list(made.pieces(text))
    assert all(pieces)
    joined = "".join(pieces)
    assert joined == (text if step else text[len(text) - len(text.lstrip()) :])


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        ([], ""),
        ([user("one"), {"role": "assistant", "content": "two"}], "one"),
        ([user("one"), user([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}])], "b"),
        ([user("one"), user([{"type": "tool_result", "content": "r"}])], "one"),
        ([user("one"), {"role": "system", "content": "env"}], "one"),
        ([user(""), user([]), user(None), 7, None], ""),
    ],
)
def test_the_last_text_of_the_user_is_taken(messages: list[object], text: str) -> None:
    fields = {"messages": messages}
    for dialect in (practice_anthropic, practice_openai):
        assert dialect.read_turn(fields, b"").user_text == text


@pytest.mark.parametrize(
    ("tools", "choice", "name"),
    [
        ([], None, None),
        ([{"name": "a", "input_schema": {}}, {"name": "b"}], None, "a"),
        ([{"name": "a"}, {"name": "b"}], {"type": "tool", "name": "b"}, "b"),
        ([{"name": "a"}], {"type": "tool", "name": "z"}, None),
        ([{"name": "a"}], {"type": "any"}, "a"),
        ([{"name": "a"}], {"type": "none"}, None),
        (
            [{"type": "web_search_20250305", "name": "w"}, {"type": "custom", "name": "b"}],
            None,
            "b",
        ),
        ([{"name": "a", "defer_loading": True}, {"name": "b"}], None, "b"),
        ([7, {"name": 7}, {"name": "b"}], None, "b"),
        ("junk", "junk", None),
    ],
)
def test_the_tool_of_an_anthropic_request(tools: Any, choice: Any, name: str | None) -> None:
    fields = {"messages": [user("x")], "tools": tools, "tool_choice": choice}
    tool = practice_anthropic.read_turn(fields, b"").tool
    assert (tool.name if tool else None) == name


@pytest.mark.parametrize(
    ("tools", "choice", "name"),
    [
        (None, None, None),
        ([{"type": "function", "function": {"name": "a"}}], "auto", "a"),
        ([{"type": "function", "function": {"name": "a"}}], "required", "a"),
        ([{"type": "function", "function": {"name": "a"}}], "none", None),
        (
            [{"function": {"name": "a"}}, {"function": {"name": "b"}}],
            {"type": "function", "function": {"name": "b"}},
            "b",
        ),
        ([7, {"type": "custom"}, {"function": []}, {"function": {"name": "b"}}], {}, "b"),
    ],
)
def test_the_tool_of_an_openai_request(tools: Any, choice: Any, name: str | None) -> None:
    fields = {"messages": [user("x")], "tools": tools, "tool_choice": choice}
    tool = practice_openai.read_turn(fields, b"").tool
    assert (tool.name if tool else None) == name


def test_only_results_since_the_models_last_word_count() -> None:
    def result(content: object) -> dict[str, Any]:
        return {"type": "tool_result", "tool_use_id": "t", "content": content}

    blocks = [{"type": "text", "text": "b1"}, {"type": "image"}, {"type": "text", "text": "b2"}]
    messages = [
        user([result("old")]),
        {"role": "assistant", "content": "…"},
        user([result("a"), result(blocks)]),
        {"role": "system", "content": "env"},
    ]
    assert practice_anthropic.read_turn({"messages": messages}, b"").tool_result == "a\nb1\nb2"
    assert practice_anthropic.read_turn({"messages": messages[:2]}, b"").tool_result is None
    openai_messages = [
        {"role": "tool", "content": "old"},
        {"role": "assistant", "content": None},
        {"role": "tool", "content": "a"},
        {"role": "tool", "content": [{"type": "text", "text": "b"}]},
    ]
    assert practice_openai.read_turn({"messages": openai_messages}, b"").tool_result == "a\nb"


scripts = st.builds(
    Script,
    text=st.text(min_size=1, max_size=80),
    thinking=st.text(max_size=80),
    step=st.sampled_from([None, 7, 48]),
)


@given(made=scripts)
def test_our_own_accountants_read_what_practice_writes(made: Script) -> None:
    asked = turn(marks_cache=True)
    for dialect, wire, stream_reader in (
        (practice_anthropic, anthropic, anthropic.AnthropicStreamReader),
        (practice_openai, openai_chat, openai_chat.ChatStreamReader),
    ):
        reader = stream_reader()
        for beat in dialect.beats(made, asked, STAMP):
            assert beat.endswith(b"\n\n")
            reader.feed(beat)
        facts = wire.read_answer(dialect.whole(made, asked, STAMP))
        assert reader.is_complete
        assert reader.error_text is None
        assert reader.usage == facts.usage
        assert reader.usage.input_tokens == 3
        assert reader.usage.output_tokens == made.output_tokens
        assert (reader.stop_reason, reader.model) == (facts.stop_reason, facts.model)
        cached = 0 if wire is anthropic else None
        assert reader.usage.cache_read_tokens == cached
        assert reader.usage.reasoning_tokens == (made.thinking_tokens if made.thinking else None)


def test_the_prompt_is_counted_by_the_stated_rule() -> None:
    fields = {"messages": [user("abcdefgh")], "system": "abcd", "tools": [{"name": "n"}]}
    counted = practice_anthropic.read_turn(fields, b"").input_tokens
    assert counted == estimate_tokens(fields, ModelProtocol.ANTHROPIC) == 7
