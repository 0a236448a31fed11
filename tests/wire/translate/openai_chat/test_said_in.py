"""Text, thinking, refusals, images, sound and citations of answers."""

from __future__ import annotations

import orjson
import pytest

from llmgw_desktop.domain.model.answer import StopKind
from llmgw_desktop.domain.model.content import (
    Audio,
    Citation,
    Image,
    RedactedThinking,
    Refusal,
    Signature,
    Text,
    Thinking,
    Vendor,
)
from tests.wire.streams import chunk
from tests.wire.translate.openai_chat.support import (
    answered,
    delta,
    items_of,
)


@pytest.mark.parametrize("member", ["reasoning_content", "reasoning", "thinking"])
def test_thinking_has_several_names(member: str) -> None:
    streamed = answered(
        delta(**{member: "I th"}),
        delta(**{member: "ink"}),
        delta(content="so"),
        delta(finish="stop"),
    )
    assert streamed.items == (Thinking(text="I think"), Text(text="so"))
    assert items_of({member: "I think", "content": "so"}) == streamed.items


def test_think_tags_stay_text() -> None:
    assert items_of({"content": "<think>a</think>b"}) == (Text(text="<think>a</think>b"),)


def test_reasoning_details_are_kept_whole_for_the_way_back() -> None:
    entry = {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0}
    hidden = {"type": "reasoning.encrypted", "data": "xyz", "id": "r1", "index": 1}
    streamed = answered(
        delta(reasoning="I th", reasoning_details=[{**entry, "text": "I th", "signature": None}]),
        delta(reasoning="ink", reasoning_details=[{**entry, "text": "ink"}]),
        delta(reasoning_details=[{**entry, "signature": "sig"}]),
        delta(reasoning_details=[hidden]),
        delta(content="so"),
        delta(finish="stop"),
    )
    thinking, redacted, said = streamed.items
    assert isinstance(thinking, Thinking)
    assert thinking.text == "I think"
    assert thinking.signature is not None
    assert thinking.signature.vendor is Vendor.OTHER
    assert orjson.loads(thinking.signature.data) == {**entry, "signature": "sig"}
    assert redacted == RedactedThinking(
        signature=Signature(vendor=Vendor.OTHER, data=orjson.dumps(hidden).decode())
    )
    assert said == Text(text="so")
    details = [{**entry, "text": "I think", "signature": "sig"}, hidden]
    message = {"reasoning": "I think", "reasoning_details": details, "content": "so"}
    whole_thinking, *rest = items_of(message)
    assert whole_thinking.text == "I think"
    assert orjson.loads(whole_thinking.signature.data) == {**entry, "signature": "sig"}
    assert rest == [redacted, said]


def test_details_of_another_index_are_other_thinking() -> None:
    details = [
        {"type": "reasoning.summary", "summary": "one", "index": 0},
        {"type": "reasoning.summary", "summary": "two", "index": 1},
    ]
    assert [item.text for item in items_of({"reasoning_details": details})] == ["one", "two"]


def test_a_seal_in_the_middle_of_a_text_does_not_part_it() -> None:
    answer = answered(
        delta(content="a"),
        delta(reasoning_details=[{"type": "reasoning.encrypted", "data": "x"}]),
        delta(content="b", finish="stop"),
    )
    assert answer.items[0] == Text(text="ab")
    assert isinstance(answer.items[1], RedactedThinking)


def test_content_may_be_a_list_of_parts() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "so"},
    ]
    assert items_of({"content": parts}) == (Thinking(text="hm"), Text(text="so"))
    assert answered(delta(content=parts), delta(finish="stop")).items == items_of(
        {"content": parts}
    )


def test_a_refusal_is_its_own_item_and_the_reason_to_stop() -> None:
    answer = answered(delta(refusal="I "), delta(refusal="won't"), delta(finish="stop"))
    assert answer.items == (Refusal(text="I won't"),)
    assert answer.stop.kind is StopKind.REFUSAL


def test_images_and_sound_come_whole() -> None:
    url = "data:image/png;base64,iVBORw0KGgo="
    image = {"type": "image_url", "image_url": {"url": url}}
    answer = answered(delta(content="see"), delta(images=[image]), delta(finish="stop"))
    assert isinstance(answer.items[1], Image)
    assert answer.items[1].media.data == "iVBORw0KGgo="
    spoken = answered(
        delta(audio={"id": "a", "transcript": "Hel"}),
        delta(audio={"data": "SUQz"}),
        delta(audio={"transcript": "lo", "data": "AAA="}),
        delta(finish="stop"),
        chunk({"id": "x", "choices": [{"index": 0, "delta": {"audio": {"expires_at": 5}}}]}),
    )
    assert spoken.items[0] == Text(text="Hello")
    assert isinstance(spoken.items[1], Audio)
    assert spoken.items[1].media.media_type == "audio/mpeg"
    assert spoken.items[1].media.data == "SUQzAAA="


def test_annotations_are_citations_in_the_text_they_belong_to() -> None:
    cited = {"url": "https://a.example", "title": "A", "start_index": 5, "end_index": 9}
    annotations = [{"type": "url_citation", "url_citation": cited}, {"type": "file"}, 7]
    answer = answered(
        delta(content="one "),
        delta(reasoning="hm"),
        delta(content="or two"),
        delta(annotations=annotations, finish="stop"),
    )
    citation = Citation(url="https://a.example", title="A", start=1, end=5)
    assert answer.items[-1] == Text(text="or two", citations=(citation,))
    found = items_of({"content": "one or two", "annotations": annotations})
    assert found[0].citations[0].start == 5


def test_lone_surrogates_are_read() -> None:
    frame = delta(content="?", finish="stop").replace(b'"?"', b'"\\ud83d"')
    assert answered(frame).items == (Text(text="\ufffd"),)
