import pytest

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamError, UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
    Answer,
    AnswerBegun,
    AnswerEnded,
    AnswerFailed,
    ItemBegun,
    ItemEnded,
    ItemGrew,
    Stop,
    StopKind,
    UsageTold,
)
from llmgw_desktop.domain.model.content import (
    CallKind,
    Citation,
    Hosted,
    Image,
    Media,
    RedactedThinking,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate import answer_events
from llmgw_desktop.wire.translate.answer_events import collected, events_of

SEAL = Signature(vendor=Vendor.GOOGLE, data="seal")
STOP = Stop(kind=StopKind.TOOLS, vendor_word="tool_use")


def answer_of(*items: object) -> Answer:
    return Answer(
        id="msg_1",
        model="m",
        items=items,  # type: ignore[arg-type]
        stop=STOP,
        usage=Usage(input_tokens=3, output_tokens=4),
        created_s=7,
    )


WHOLE = answer_of(
    Thinking(text="hm", signature=SEAL),
    RedactedThinking(signature=SEAL),
    Text(text="Hello", citations=(Citation(url="https://a.example"),), signature=SEAL),
    Text(text=""),
    Refusal(text="no"),
    Image(media=Media(media_type="image/png", data="AAAA")),
    Hosted(vendor=Vendor.OPENAI, what="web_search_call", raw={"id": "ws"}),
    ToolCall(id="c1", name="f", arguments='{"a": 1}', signature=SEAL),
    ToolCall(id="c2", name="g", arguments="", kind=CallKind.CUSTOM),
    ToolCall(id="c3", name="h", arguments="{}", namespace="n"),
)


def test_a_whole_answer_survives_its_events() -> None:
    assert collected(events_of(WHOLE)) == WHOLE


def test_growing_parts_are_empty_at_the_beginning() -> None:
    begun = [event.item for event in events_of(WHOLE) if isinstance(event, ItemBegun)]
    assert begun[0] == Thinking(text="")
    assert begun[2] == Text(text="", signature=SEAL)
    assert begun[7] == ToolCall(id="c1", name="f", arguments="", signature=SEAL)


def test_overlapping_items_keep_the_order_in_which_they_began() -> None:
    answer = collected(
        [
            AnswerBegun(id="i", model="m"),
            ItemBegun(index=0, item=ToolCall(id="a", name="f", arguments="")),
            ItemBegun(index=1, item=Text(text="")),
            ItemGrew(index=1, more="x"),
            ItemGrew(index=0, more='{"k":'),
            ItemGrew(index=0, more="1}"),
            ItemEnded(index=1),
            ItemEnded(index=0),
            AnswerEnded(stop=STOP),
        ]
    )
    assert answer.items == (ToolCall(id="a", name="f", arguments='{"k":1}'), Text(text="x"))


def test_a_call_without_arguments_has_an_empty_object() -> None:
    events = [
        AnswerBegun(id="i", model="m"),
        ItemBegun(index=0, item=ToolCall(id="a", name="f", arguments="")),
        ItemEnded(index=0),
        AnswerEnded(stop=STOP),
    ]
    assert collected(events).items == (ToolCall(id="a", name="f", arguments="{}"),)


def test_the_last_usage_holds() -> None:
    events = [
        AnswerBegun(id="i", model="m"),
        UsageTold(usage=Usage(input_tokens=5, output_tokens=1)),
        UsageTold(usage=Usage(output_tokens=9)),
        AnswerEnded(stop=STOP),
    ]
    assert collected(events).usage == Usage(output_tokens=9)


def test_a_cost_is_kept_until_another_is_told() -> None:
    told = [
        AnswerBegun(id="i", model="m"),
        UsageTold(usage=Usage(), cost_usd=0.25),
        UsageTold(usage=Usage(output_tokens=9)),
        AnswerEnded(stop=STOP),
    ]
    answer = collected(told)
    assert answer.cost_usd == 0.25
    assert collected(events_of(answer)) == answer


def test_a_missing_end_is_a_cut() -> None:
    with pytest.raises(UpstreamCut):
        collected(events_of(WHOLE)[:-1])


def test_a_failure_is_an_error_with_the_vendors_words() -> None:
    with pytest.raises(UpstreamError, match="too busy"):
        collected([*events_of(WHOLE)[:-1], AnswerFailed(message="too busy")])


def test_an_answer_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_events, "MOST_CHARS", 10)
    with pytest.raises(UpstreamGarbage):
        collected(
            [ItemBegun(index=0, item=Text(text="")), ItemGrew(index=0, more="x" * 11)],
        )
