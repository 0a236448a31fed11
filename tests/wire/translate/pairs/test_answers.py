"""Any answer of one protocol reaches a caller of any other, streamed or not, the same."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamError, UpstreamGarbage
from llmgw_desktop.domain.model.answer import Answer, AnswerEnded, AnswerEvent, AnswerFailed
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.answer_events import collected, events_of
from llmgw_desktop.wire.translate.codec import WrittenRequest
from llmgw_desktop.wire.translate.losses import LossReport
from tests.wire.translate.pairs.essence import differences, of_answer
from tests.wire.translate.pairs.made import (
    ANSWER,
    PAIR_IDS,
    PAIRS,
    PLAIN,
    PROTOCOLS,
    TARGETS,
    TOOLS,
    answers,
    asked,
    codec,
)


@cache
def sent(protocol: ModelProtocol) -> WrittenRequest:
    own = codec(protocol)
    return own.write_prompt(TOOLS, TARGETS[protocol], LossReport(own.losses))


def whole(answer: Answer, protocol: ModelProtocol, report: LossReport) -> Answer:
    own = codec(protocol)
    body = own.write_answer(answer, asked(TOOLS), report.under(own.losses))
    return own.read_answer(body, sent(protocol).names)


def stream_of(events: list[AnswerEvent], protocol: ModelProtocol, report: LossReport) -> bytes:
    own = codec(protocol)
    writer = own.event_writer(asked(TOOLS), report.under(own.losses))
    return b"".join(map(writer.write, events))


def events_in(stream: bytes, protocol: ModelProtocol, *cuts: int) -> list[AnswerEvent]:
    reader = codec(protocol).event_reader(sent(protocol).names)
    found: list[AnswerEvent] = []
    done = 0
    for cut in sorted({min(cut, len(stream)) for cut in cuts}):
        found += reader.feed(stream[done:cut])
        done = cut
    return [*found, *reader.feed(stream[done:]), *reader.finish()]


@pytest.mark.parametrize("ours", PROTOCOLS)
@settings(max_examples=40)
@given(before=answers())
def test_generated_answers_come_through(ours: ModelProtocol, before: Answer) -> None:
    """An example goes to all: to make one takes longer than to translate it."""
    for theirs in PROTOCOLS:
        report = LossReport()
        told = whole(before, theirs, report)
        after = whole(told, ours, report)
        assert differences(of_answer(before), of_answer(after), report.names) == {}, theirs


@pytest.mark.parametrize("ours", PROTOCOLS)
@settings(max_examples=30)
@given(before=answers(), cuts=st.lists(st.integers(0, 4000), max_size=5))
def test_streams_tell_what_whole_answers_tell(
    ours: ModelProtocol, before: Answer, cuts: list[int]
) -> None:
    for theirs in PROTOCOLS:
        report = LossReport()
        upstream = stream_of(events_of(before), theirs, report)
        events = events_in(upstream, theirs, *cuts)
        caller = stream_of(events, ours, report)
        after = collected(events_in(caller, ours))
        assert differences(of_answer(before), of_answer(after), report.names) == {}, theirs
        at_once = collected(events_in(upstream, theirs))
        assert of_answer(collected(events)) == of_answer(at_once), "however the bytes are split"


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=PAIR_IDS)
def test_a_cut_stream_never_ends_well(ours: ModelProtocol, theirs: ModelProtocol) -> None:
    """Cut at every place: the caller's stream has no good end either."""
    report = LossReport()
    upstream = stream_of(events_of(ANSWER), theirs, report)
    last = [upstream[:end] for end in range(0, len(upstream), 37)]
    for piece in last:
        events = events_in(piece, theirs)
        if any(isinstance(event, AnswerEnded) for event in events):
            continue  # all that matters had come
        caller = stream_of(events, ours, report)
        seen = events_in(caller, ours)
        assert not any(isinstance(event, AnswerEnded) for event in seen), piece[-80:]


@pytest.mark.parametrize(
    ("protocol", "query"),
    [*((protocol, "alt=sse") for protocol in PROTOCOLS), (ModelProtocol.GEMINI, "")],
)
def test_a_cut_is_a_cut_wherever_it_is(protocol: ModelProtocol, query: str) -> None:
    """Whole up to some byte and then over: never garbage, and no end that was not told."""
    own = codec(protocol)
    writer = own.event_writer(replace(asked(TOOLS), query=query), LossReport(own.losses))
    pieces = [writer.write(event) for event in events_of(ANSWER)]
    stream = b"".join(pieces)
    before = b"".join(pieces[:-1])
    wholes = []
    for end in range(len(stream) + 1):
        try:
            collected(events_in(stream[:end], protocol))
        except UpstreamCut:
            continue
        wholes.append(end)
    assert wholes[-1] == len(stream)
    assert wholes[0] > len(before)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_so_is_that_of_a_whole_answer_in_the_place_of_a_stream(protocol: ModelProtocol) -> None:
    own = codec(protocol)
    body = own.write_answer(ANSWER, asked(TOOLS), LossReport(own.losses))
    for end in range(len(body)):
        with pytest.raises(UpstreamCut):
            collected(events_in(body[:end], protocol))


@pytest.mark.parametrize("ours", PROTOCOLS)
def test_the_last_words_of_a_broken_stream_are_an_error(ours: ModelProtocol) -> None:
    own = codec(ours)
    writer = own.event_writer(asked(PLAIN), LossReport(own.losses))
    begun = events_of(ANSWER)[:3]
    stream = b"".join(map(writer.write, begun)) + writer.fail("it broke", "upstream_cut")
    events = events_in(stream, ours)
    assert any(isinstance(event, AnswerFailed) for event in events)
    assert not any(isinstance(event, AnswerEnded) for event in events)
    with pytest.raises(UpstreamError):
        collected(events)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@settings(max_examples=60)
@given(garbage=st.binary(max_size=300))
def test_arbitrary_bytes_are_no_answer(protocol: ModelProtocol, garbage: bytes) -> None:
    own = codec(protocol)
    with pytest.raises((UpstreamGarbage, UpstreamCut, UpstreamError)):
        own.read_answer(garbage, sent(protocol).names)
    try:
        events = events_in(garbage, protocol, 7, 50)
    except UpstreamGarbage:
        return
    assert not any(isinstance(event, AnswerEnded) for event in events)
