import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemBegun,
    ItemCited,
    ItemEnded,
    ItemGrew,
    Stop,
    StopKind,
    UsageTold,
)
from llmgw_desktop.domain.model.content import Citation, Text
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate import answer_events
from llmgw_desktop.wire.translate.answer_events import InTurn
from llmgw_desktop.wire.translate.codec import MOST_OPEN_ITEMS

END = AnswerEnded(stop=Stop(kind=StopKind.END))


def begun(index: int) -> AnswerEvent:
    return ItemBegun(index=index, item=Text(text=""))


def grew(index: int, more: str) -> AnswerEvent:
    return ItemGrew(index=index, more=more)


def ended(index: int) -> AnswerEvent:
    return ItemEnded(index=index)


def test_what_does_not_overlap_passes_at_once() -> None:
    turns = InTurn()
    events = [
        AnswerBegun(id="a", model="m"),
        begun(0),
        grew(0, "x"),
        ended(0),
        begun(1),
        UsageTold(usage=Usage(input_tokens=1)),
        ended(1),
        END,
    ]
    for event in events:
        assert turns.feed(event) == [event]


def test_later_items_wait_for_the_earlier_one() -> None:
    turns = InTurn()
    assert turns.feed(begun(0)) == [begun(0)]
    assert turns.feed(begun(1)) == []
    assert turns.feed(grew(1, "b")) == []
    assert turns.feed(grew(0, "a")) == [grew(0, "a")]
    assert turns.feed(begun(2)) == []
    cited = ItemCited(index=2, citation=Citation(url="https://a.example"))
    assert turns.feed(cited) == []
    assert turns.feed(ended(2)) == []
    assert turns.feed(ended(0)) == [ended(0), begun(1), grew(1, "b")]
    assert turns.feed(grew(1, "c")) == [grew(1, "c")]
    assert turns.feed(ended(1)) == [ended(1), begun(2), cited, ended(2)]
    assert turns.feed(END) == [END]


@pytest.mark.parametrize("last", [END, AnswerFailed(message="broken")])
def test_the_end_ends_all_that_is_open(last: AnswerEvent) -> None:
    turns = InTurn()
    for event in (begun(0), begun(1), grew(1, "b"), begun(2), ended(2)):
        turns.feed(event)
    assert turns.feed(last) == [
        ended(0),
        begun(1),
        grew(1, "b"),
        ended(1),
        begun(2),
        ended(2),
        last,
    ]


def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_events, "MOST_WAITING", 10_000)
    turns = InTurn()
    turns.feed(begun(0))
    turns.feed(begun(1))
    for _ in range(15):
        turns.feed(grew(1, "b" * 200))
    with pytest.raises(UpstreamGarbage):
        turns.feed(grew(1, "b" * 5000))


def test_so_are_the_items_that_wait() -> None:
    turns = InTurn()
    for index in range(MOST_OPEN_ITEMS + 1):
        turns.feed(begun(index))
        if index:
            turns.feed(ended(index))
    with pytest.raises(UpstreamGarbage, match="more items at once"):
        turns.feed(begun(MOST_OPEN_ITEMS + 1))


@given(st.data())
def test_any_mixture_comes_out_item_by_item(data: st.DataObject) -> None:
    counts = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=5))
    left = [
        [begun(i), *[grew(i, f"{i}.{n}") for n in range(count)], ended(i)]
        for i, count in enumerate(counts)
    ]
    wanted = [event for events in left for event in events]
    turns = InTurn()
    got: list[AnswerEvent] = []
    begun_so_far = 0
    while any(left):
        ready = [i for i, events in enumerate(left) if events and i <= begun_so_far]
        chosen = data.draw(st.sampled_from(ready))
        if len(left[chosen]) == counts[chosen] + 2:
            begun_so_far += 1
        got += turns.feed(left[chosen].pop(0))
    assert got == wanted
    assert turns.feed(END) == [END]
