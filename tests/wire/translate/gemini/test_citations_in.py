"""Where an answer's text comes from."""

from __future__ import annotations

import pytest

from llmgw_desktop.domain.model.content import Citation, Text, Vendor
from llmgw_desktop.wire.translate.answer_events import collected
from llmgw_desktop.wire.translate.gemini import events_in
from tests.wire.translate.gemini.support import (
    chunk,
    events_of_stream,
    read_answer,
    whole,
)

GROUNDING = {
    "groundingChunks": [
        {"web": {"uri": "https://a.example", "title": "A"}},
        {"retrievedContext": {"uri": "gs://b", "title": "B"}},
    ],
    "groundingSupports": [
        # bytes: "Grüß " is 7 of them, 5 characters
        {
            "segment": {"startIndex": 7, "endIndex": 11, "text": "dich"},
            "groundingChunkIndices": [0, 1],
        },
        {"segment": {"endIndex": 6}, "groundingChunkIndices": [1, 9, "x"]},
    ],
}


def test_grounding_becomes_citations_in_characters() -> None:
    expected = (
        Citation(url="https://a.example", title="A", start=5, end=9, vendor=Vendor.GOOGLE),
        Citation(url="gs://b", title="B", start=5, end=9, vendor=Vendor.GOOGLE),
        Citation(url="gs://b", title="B", start=0, end=4, vendor=Vendor.GOOGLE),
    )
    body = whole({"text": "Grüß "}, {"text": "dich"})
    body["candidates"][0]["groundingMetadata"] = GROUNDING
    (item,) = read_answer(body).items
    assert item == Text(text="Grüß dich", citations=expected)
    last = chunk(finish="STOP")
    last["candidates"][0]["groundingMetadata"] = GROUNDING
    events = events_of_stream(chunk({"text": "Grüß "}), chunk({"text": "dich"}), last, last)
    assert collected(events).items == (item,)


def test_recitation_becomes_citations() -> None:
    body = whole({"text": "to be or not"})
    source = {"startIndex": 0, "endIndex": 5, "uri": "https://h.example", "license": ""}
    body["candidates"][0]["citationMetadata"] = {"citationSources": [source]}
    (item,) = read_answer(body).items
    assert isinstance(item, Text)
    assert item.citations == (
        Citation(url="https://h.example", start=0, end=5, vendor=Vendor.GOOGLE),
    )


def test_a_text_is_not_searched_for_places_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text of 4 MB, cited with every object, held the loop for a tenth of a second each time."""
    monkeypatch.setattr(events_in, "_MOST_SEARCHED_CHARS", 100)
    begun = chunk({"text": "Grüß dich" * 3})
    cited = []
    for number in range(20):
        each = chunk()
        supports = [{"segment": {"endIndex": number}, "groundingChunkIndices": [0]}]
        each["candidates"][0]["groundingMetadata"] = {**GROUNDING, "groundingSupports": supports}
        cited.append(each)
    (item,) = collected(events_of_stream(begun, *cited, chunk(finish="STOP"))).items
    assert isinstance(item, Text)
    assert [citation.end for citation in item.citations] == [0, 1, 2, 3]
