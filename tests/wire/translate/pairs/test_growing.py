"""More of an item is written the same with and without an event for it, in every protocol."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    ItemBegun,
    ItemEnded,
    ItemGrew,
    Stop,
    StopKind,
)
from llmgw_desktop.domain.model.content import CallKind, Item, Refusal, Text, Thinking, ToolCall
from llmgw_desktop.domain.model.prompt import Reasoning
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.sse import SseSplitter
from llmgw_desktop.wire.translate.answer_events import Collector, collected
from llmgw_desktop.wire.translate.codec import EventWriter
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.tools import ToolNames
from tests.wire.translate.pairs.made import PAIR_IDS, PAIRS, PROTOCOLS, TOOLS, asked, codec

ITEMS: tuple[Item, ...] = (
    Text(text=""),
    Text(text="I say "),
    Thinking(text=""),
    Refusal(text=""),
    ToolCall(id="c", name="get_weather", arguments=""),
    ToolCall(id="d", name="free", arguments="", kind=CallKind.CUSTOM),
)
WORDS = st.sampled_from(["", " ", "a", 'say "hi"', "\\", "\n", "é", "😀", "\u2028", "{}"])


@st.composite
def overlapping(draw: st.DrawFn) -> list[AnswerEvent]:
    """Items of all kinds, some of them begun before others have ended."""
    events: list[AnswerEvent] = [AnswerBegun(id="a", model="m")]
    opened: list[int] = []
    begun = 0
    for step in draw(st.lists(st.sampled_from(["begin", "grow", "grow", "grow", "end"]))):
        if step == "begin" or not opened:
            events.append(ItemBegun(index=begun, item=draw(st.sampled_from(ITEMS))))
            opened.append(begun)
            begun += 1
        elif step == "grow":
            index = draw(st.sampled_from(opened))
            events.append(ItemGrew(index=index, more=draw(WORDS)))
        else:
            index = draw(st.sampled_from(opened))
            opened.remove(index)
            events.append(ItemEnded(index=index))
    events += [ItemEnded(index=index) for index in opened]
    return [*events, AnswerEnded(stop=Stop(kind=StopKind.END))]


def writer(protocol: ModelProtocol, *, shows_thinking: bool, query: str) -> EventWriter:
    own = codec(protocol)
    wanted = asked(TOOLS)
    reasoning = Reasoning(is_adaptive=True, show="auto") if shows_thinking else None
    wanted = replace(wanted, prompt=replace(wanted.prompt, reasoning=reasoning), query=query)
    return own.event_writer(wanted, LossReport(own.losses))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(events=overlapping(), shows_thinking=st.booleans(), query=st.sampled_from(["", "alt=sse"]))
def test_every_writer(
    protocol: ModelProtocol, events: list[AnswerEvent], *, shows_thinking: bool, query: str
) -> None:
    one = writer(protocol, shows_thinking=shows_thinking, query=query)
    other = writer(protocol, shows_thinking=shows_thinking, query=query)
    for event in events:
        if isinstance(event, ItemGrew):
            assert other.grow(event.index, event.more) == one.write(event), event
        else:
            assert other.write(event) == one.write(event), event


def streamed(protocol: ModelProtocol) -> list[bytes]:
    """An upstream's stream in which everything grows by a few words, frame by frame."""
    events: list[AnswerEvent] = [AnswerBegun(id="a", model="m")]
    for index, item in enumerate((Thinking(text=""), Text(text=""), ITEMS[4])):
        events.append(ItemBegun(index=index, item=item))
        pieces = ['{"city":"', *(f'tok{number} "é' for number in range(8)), '"}']
        events += [ItemGrew(index=index, more=more) for more in pieces]
        events.append(ItemEnded(index=index))
    events.append(AnswerEnded(stop=Stop(kind=StopKind.TOOLS)))
    own = writer(protocol, shows_thinking=True, query="alt=sse")
    return SseSplitter().feed(b"".join(map(own.write, events)))


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=PAIR_IDS)
def test_every_pair_frame_by_frame(ours: ModelProtocol, theirs: ModelProtocol) -> None:
    """As the engine does it, against all events of the whole stream at once."""
    frames = streamed(theirs)
    reader = codec(theirs).event_reader(ToolNames(TOOLS.tools))
    quick = writer(ours, shows_thinking=True, query="alt=sse")
    caller, quickly = b"", 0
    for frame in frames:
        if more := reader.more(frame):
            quickly += 1
            caller += quick.grow(reader.grown, more)
        else:
            caller += b"".join(map(quick.write, reader.feed(frame)))
    caller += b"".join(map(quick.write, reader.finish()))
    assert quickly >= 12
    reader = codec(theirs).event_reader(ToolNames(TOOLS.tools))
    events = [*reader.feed(b"".join(frames)), *reader.finish()]
    own = writer(ours, shows_thinking=True, query="alt=sse")
    assert caller == b"".join(map(own.write, events))


def test_chat_says_nothing_after_the_end() -> None:
    own = writer(ModelProtocol.OPENAI_CHAT, shows_thinking=True, query="")
    own.write(AnswerBegun(id="a", model="m"))
    own.write(ItemBegun(index=0, item=Text(text="")))
    assert b"hello" in own.grow(0, "hello")
    own.fail("It broke off.", "upstream_cut")
    assert own.grow(0, "hello") == b""


@given(events=overlapping())
def test_the_collector(events: list[AnswerEvent]) -> None:
    collector = Collector()
    for event in events:
        if isinstance(event, ItemGrew):
            collector.grow_item(event.index, event.more)
        else:
            collector.feed(event)
    assert collector.answer() == collected(events)


def test_the_collector_has_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmgw_desktop.wire.translate.answer_events.MOST_CHARS", 9)
    collector = Collector()
    collector.feed(ItemBegun(index=0, item=Text(text="")))
    collector.grow_item(0, "012345678")
    with pytest.raises(UpstreamGarbage, match="longer than any answer"):
        collector.grow_item(0, "9")
