"""Tool calls put together from the pieces that servers send."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import AnswerBegun, ItemBegun, ItemEnded, ItemGrew, StopKind
from llmgw_desktop.domain.model.content import CallKind, Text, ToolCall
from llmgw_desktop.domain.model.prompt import Tool
from llmgw_desktop.wire.translate.openai_chat.events_in import ChatEventReader, read_answer
from llmgw_desktop.wire.translate.tools import ToolNames
from tests.wire.streams import DONE
from tests.wire.translate.openai_chat.support import (
    NO_NAMES,
    answered,
    call_delta,
    delta,
    events_in,
    whole,
)


def test_parallel_calls_come_mixed_and_out_of_order() -> None:
    answer = answered(
        delta(role="assistant", content=None),
        call_delta(1, id="b", type="function", function={"name": "two", "arguments": ""}),
        call_delta(0, id="a", type="function", function={"name": "one", "arguments": '{"x"'}),
        call_delta(1, function={"arguments": "{}"}),
        call_delta(0, function={"arguments": ":1}"}),
        delta(finish="tool_calls"),
        DONE,
    )
    assert answer.items == (
        ToolCall(id="a", name="one", arguments='{"x":1}'),
        ToolCall(id="b", name="two", arguments="{}"),
    )
    assert answer.stop.kind is StopKind.TOOLS


def test_a_call_ends_when_the_next_begins_and_its_arguments_are_whole() -> None:
    reader = ChatEventReader(NO_NAMES)
    reader.feed(call_delta(0, id="a", function={"name": "one", "arguments": '{"x":1}'}))
    events = reader.feed(call_delta(1, id="b", function={"name": "two", "arguments": ""}))
    assert events[0] == ItemEnded(index=0)
    assert isinstance(events[1], ItemBegun)


def test_a_call_goes_on_after_the_next_began_while_its_arguments_are_not_whole() -> None:
    answer = answered(
        call_delta(0, id="a", function={"name": "one", "arguments": '{"x":{}'}),
        call_delta(1, id="b", function={"name": "two", "arguments": "{}"}),
        call_delta(0, function={"arguments": "}"}),
        delta(finish="tool_calls"),
    )
    assert [item.arguments for item in answer.items] == ['{"x":{}}', "{}"]


@pytest.mark.parametrize(
    "pieces",
    [
        [{"function": {"arguments": '{"x":'}}, {"id": "a", "function": {"name": "f"}}],
        [{"id": "a", "function": {"arguments": '{"x":'}}, {"function": {"name": "f"}}],
        [{"function": {"name": "f", "arguments": '{"x":'}}, {"id": "a", "function": {}}],
        [
            {"id": "a", "function": {"name": "f", "arguments": ""}},
            {"id": "", "function": {"name": None, "arguments": '{"x":'}},
            {"id": None, "function": {"name": "", "arguments": None}},
        ],
        [
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x"'}},
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": ":"}},
        ],
    ],
    ids=["arguments first", "name late", "id late", "empty names", "repeated names"],
)
def test_names_and_ids_come_when_they_come(pieces: list[dict[str, Any]]) -> None:
    answer = answered(
        *(call_delta(0, **piece) for piece in pieces),
        call_delta(0, function={"arguments": "1}"}),
        delta(finish="tool_calls"),
        DONE,
    )
    assert answer.items == (ToolCall(id="a", name="f", arguments='{"x":1}'),)


def test_a_call_without_an_id_gets_one_that_is_always_the_same() -> None:
    frames = (
        call_delta(0, function={"name": "f", "arguments": "{}"}),
        call_delta(1, function={"name": "g", "arguments": ""}),
        delta(finish="tool_calls"),
    )
    calls = answered(*frames).items
    assert [(call.name, call.arguments) for call in calls] == [("f", "{}"), ("g", "{}")]
    assert len({call.id for call in calls}) == 2
    assert answered(*frames).items == calls


def test_a_call_that_is_never_named_is_no_call() -> None:
    answer = answered(
        delta(content="a"),
        call_delta(0, id="x", function={"arguments": "{}"}),
        delta(content="b"),
        delta(finish="tool_calls"),
        DONE,
    )
    assert answer.items == (Text(text="ab"),)
    assert answer.stop.kind is StopKind.END


def test_servers_without_an_index_are_understood() -> None:
    answer = answered(
        call_delta(None, id="a", function={"name": "f", "arguments": "{}"}),
        call_delta(None, id="b", function={"name": "g", "arguments": '{"x"'}),
        call_delta(None, function={"arguments": ":1}"}),
        call_delta(None, function={"name": "h", "arguments": "{}"}),
        delta(finish="stop"),
    )
    assert [(call.name, call.arguments) for call in answer.items] == [
        ("f", "{}"),
        ("g", '{"x":1}'),
        ("h", "{}"),
    ]


@given(data=st.data())
def test_calls_stand_in_the_order_of_their_indices(data: st.DataObject) -> None:
    """However their pieces come mixed."""
    indices = data.draw(st.lists(st.integers(0, 4), min_size=1, unique=True))
    pieces = {
        index: [
            call_delta(index, id=f"c{index}", function={"name": f"f{index}", "arguments": ""}),
            call_delta(index, function={"arguments": '{"x"'}),
            call_delta(index, function={"arguments": f":{index}}}"}),
        ]
        for index in indices
    }
    turns = data.draw(st.permutations([index for index in indices for _ in range(3)]))
    frames = [pieces[index].pop(0) for index in turns]
    answer = answered(*frames, delta(finish="tool_calls"), DONE)
    expected = [(f"c{index}", f"f{index}", f'{{"x":{index}}}') for index in sorted(indices)]
    assert [(call.id, call.name, call.arguments) for call in answer.items] == expected


def test_a_call_whose_turn_it_is_does_not_wait() -> None:
    reader = ChatEventReader(NO_NAMES)
    early = call_delta(1, id="b", function={"name": "g", "arguments": '{"y":1}'})
    assert [type(event) for event in reader.feed(early)] == [AnswerBegun]
    first = call_delta(0, id="a", function={"name": "f", "arguments": ""})
    begun = [event.item.id for event in reader.feed(first) if isinstance(event, ItemBegun)]
    assert begun == ["a", "b"]
    grown = reader.feed(call_delta(0, function={"arguments": '{"x"'}))
    assert grown == [ItemGrew(index=0, more='{"x"')]


def test_servers_that_give_all_calls_the_same_index_are_understood() -> None:
    answer = answered(
        call_delta(0, id="a", function={"name": "f", "arguments": "{}"}),
        call_delta(0, id="b", function={"name": "f", "arguments": '{"x":1}'}),
        call_delta(0, id="c", function={"name": "g", "arguments": ""}),
        call_delta(0, id="d", function={"name": "g", "arguments": ""}),
        delta(finish="tool_calls"),
    )
    assert [call.id for call in answer.items] == ["a", "b", "c", "d"]


def test_whole_calls_are_apart_whatever_their_ids_and_indices() -> None:
    calls = [
        {"index": 0, "id": "", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"index": 0, "id": None, "type": "function", "function": {"name": "g", "arguments": {}}},
    ]
    found = read_answer(whole({"content": None, "tool_calls": calls}), NO_NAMES)
    assert [(call.name, call.arguments) for call in found.items] == [("f", "{}"), ("g", "{}")]
    assert found.items[0].id != found.items[1].id
    assert found.stop.kind is StopKind.TOOLS


def test_a_legacy_call_is_a_call() -> None:
    streamed = answered(
        delta(function_call={"name": "f", "arguments": ""}),
        delta(function_call={"arguments": '{"x":1}'}),
        delta(finish="function_call"),
    )
    message = {"content": None, "function_call": {"name": "f", "arguments": '{"x":1}'}}
    assert streamed == read_answer(whole(message, "function_call"), NO_NAMES)
    assert streamed.items[0].name == "f"
    assert streamed.stop.kind is StopKind.TOOLS


def test_a_custom_call_is_text_whole_and_streamed() -> None:
    names = ToolNames([Tool(name="run", kind=CallKind.CUSTOM)])
    expected = (ToolCall(id="a", name="run", arguments='say "hi"\n', kind=CallKind.CUSTOM),)
    streamed = answered(
        call_delta(0, id="a", type="custom", custom={"name": "run", "input": ""}),
        call_delta(0, custom={"input": 'say "hi"'}),
        call_delta(0, custom={"input": "\n"}),
        delta(finish="tool_calls"),
        names=names,
    )
    assert streamed.items == expected
    call = {"id": "a", "type": "custom", "custom": {"name": "run", "input": 'say "hi"\n'}}
    assert read_answer(whole({"tool_calls": [call]}), names).items == expected


def test_a_custom_call_that_went_as_a_function_is_unwrapped() -> None:
    names = ToolNames([Tool(name="run", kind=CallKind.CUSTOM, namespace="box")])
    answer = answered(
        call_delta(0, id="a", function={"name": "box__run", "arguments": '{"inp'}),
        call_delta(0, function={"arguments": 'ut": "a\\'}),
        call_delta(0, function={"arguments": 'nb"}'}),
        delta(finish="tool_calls"),
        names=names,
    )
    assert answer.items == (
        ToolCall(id="a", name="run", namespace="box", arguments="a\nb", kind=CallKind.CUSTOM),
    )


def test_long_arguments_are_not_looked_at_again_and_again() -> None:
    long = '{"x":"' + "y" * (1 << 16) + '"}'
    reader = ChatEventReader(NO_NAMES)
    reader.feed(call_delta(0, id="a", function={"name": "f", "arguments": long}))
    events = reader.feed(call_delta(1, id="b", function={"name": "g", "arguments": "{}"}))
    assert not [event for event in events if isinstance(event, ItemEnded)]
    events = reader.feed(delta(finish="tool_calls"))
    assert events == [ItemEnded(index=0), ItemEnded(index=1)]


@pytest.mark.parametrize("index", [0, None])
def test_brackets_without_end_are_not_looked_at_each_time(
    index: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """60,000 of them held the loop for 20 s: each could be the last of the arguments."""
    looked = 0
    parse = orjson.loads

    def loads(text: str | bytes) -> object:
        nonlocal looked
        looked += isinstance(text, str)
        return parse(text)

    monkeypatch.setattr(orjson, "loads", loads)
    begin = call_delta(0, id="c", function={"name": "f", "arguments": '{"a":"'})
    another = {} if index is None else {"id": "d"}
    bracket = call_delta(index, **another, function={"name": "f", "arguments": "}"})
    events = events_in(begin, *[bracket] * 3000)
    assert sum(isinstance(event, ItemGrew) for event in events) == 3001
    assert looked <= 1000


def test_there_is_a_bound_to_calls() -> None:
    frames = [call_delta(number, id=str(number)) for number in range(1025)]
    with pytest.raises(UpstreamGarbage):
        events_in(*frames)


def test_long_calls_of_the_same_index_are_still_apart() -> None:
    long = '{"x":"' + "y" * (1 << 16) + '"}'
    answer = answered(
        call_delta(0, id="a", function={"name": "f", "arguments": long}),
        call_delta(0, id="b", function={"name": "f", "arguments": "{}"}),
        delta(finish="tool_calls"),
    )
    assert [call.arguments for call in answer.items] == [long, "{}"]
