"""What the runner of a CLI writes is what the codec reads, however it is cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemBegun,
    ItemEnded,
    ItemGrew,
    Stop,
    StopKind,
    UsageTold,
)
from llmgw_desktop.domain.model.content import Text, Thinking
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.wire.cli import CliEventReader, CliFrames
from llmgw_desktop.wire.stream_openings import StreamOpening, opening, output_chars
from llmgw_desktop.wire.translate.answer_events import Collector, collected, events_of
from llmgw_desktop.wire.translate.codec import EventReader
from llmgw_desktop.wire.translate.tools import ToolNames
from tests.wire.translate.pairs.made import codec

TOLD = CliFrames()
USAGE = Usage(input_tokens=10, output_tokens=3, cache_read_tokens=4)
RUN = (
    TOLD.begun("run_1", "sonnet"),
    TOLD.thinking("Hm, "),
    TOLD.thinking("Bern."),
    TOLD.text("Süß"),
    TOLD.text(' "x"\n\n'),
    TOLD.usage(USAGE, 0.25),
    TOLD.thinking("And?"),
    TOLD.text("😀"),
    TOLD.ended("end_turn"),
)
EVENTS = [
    AnswerBegun(id="run_1", model="sonnet"),
    ItemBegun(index=0, item=Thinking(text="")),
    ItemGrew(index=0, more="Hm, "),
    ItemGrew(index=0, more="Bern."),
    ItemEnded(index=0),
    ItemBegun(index=1, item=Text(text="")),
    ItemGrew(index=1, more="Süß"),
    ItemGrew(index=1, more=' "x"\n\n'),
    UsageTold(usage=USAGE, cost_usd=0.25),
    ItemEnded(index=1),
    ItemBegun(index=2, item=Thinking(text="")),
    ItemGrew(index=2, more="And?"),
    ItemEnded(index=2),
    ItemBegun(index=3, item=Text(text="")),
    ItemGrew(index=3, more="😀"),
    ItemEnded(index=3),
    AnswerEnded(stop=Stop(kind=StopKind.END, vendor_word="end_turn")),
]


def read(chunks: Sequence[bytes]) -> list[AnswerEvent]:
    reader = codec(ModelProtocol.CLI).event_reader(ToolNames())
    return [event for chunk in chunks for event in reader.feed(chunk)] + reader.finish()


def read_quickly(chunks: Sequence[bytes]) -> tuple[list[AnswerEvent], int]:
    """As the engine does it; how many chunks needed no event."""
    reader: EventReader = CliEventReader()
    events: list[AnswerEvent] = []
    quick = 0
    for chunk in chunks:
        if more := reader.more(chunk):
            quick += 1
            events.append(ItemGrew(index=reader.grown, more=more))
        else:
            events += reader.feed(chunk)
    return events + reader.finish(), quick


def test_a_run() -> None:
    assert read(RUN) == EVENTS
    answer = collected(read(RUN))
    assert [item.text for item in answer.items if isinstance(item, Text)] == ['Süß "x"\n\n', "😀"]
    assert (answer.usage, answer.cost_usd) == (USAGE, 0.25)
    assert events_of(answer)[-2] == UsageTold(usage=USAGE, cost_usd=0.25)


def test_split_at_every_byte() -> None:
    stream = b"".join(RUN)
    for cut in range(len(stream) + 1):
        chunks = (stream[:cut], stream[cut:])
        assert read(chunks) == EVENTS, cut
        assert read_quickly(chunks)[0] == EVENTS, cut
    single = [stream[place : place + 1] for place in range(len(stream))]
    assert read(single) == EVENTS


def test_growing_text_needs_no_event() -> None:
    events, quick = read_quickly(RUN)
    assert events == EVENTS
    assert quick == 2
    more = [TOLD.text(f'word{number} "é😀\\') for number in range(20)]
    stream = (RUN[0], *more, TOLD.ended())
    events, quick = read_quickly(stream)
    assert events == read(stream)
    assert quick == 19


frames = st.one_of(
    st.text(max_size=8).map(TOLD.text),
    st.text(max_size=8).map(TOLD.thinking),
    st.just(b": alive\n\n"),
    st.builds(
        TOLD.usage,
        st.builds(Usage, input_tokens=st.none() | st.integers(0, 99)),
        st.none() | st.floats(0, 9),
    ),
)


@given(st.lists(frames, max_size=12), st.lists(st.integers(0, 600), max_size=8))
def test_any_run_cut_anywhere(said: list[bytes], cuts: list[int]) -> None:
    stream = b"".join([TOLD.begun("a", "m"), *said, TOLD.ended("length")])
    places = sorted({0, *(min(cut, len(stream)) for cut in cuts), len(stream)})
    chunks = [stream[begin:end] for begin, end in pairwise(places)]
    events = read([stream])
    assert read(chunks) == events
    assert read_quickly(chunks)[0] == events
    assert read_quickly([TOLD.begun("a", "m"), *said, TOLD.ended("length")])[0] == events
    begun = [event.index for event in events if isinstance(event, ItemBegun)]
    ended = [event.index for event in events if isinstance(event, ItemEnded)]
    assert begun == ended == list(range(len(begun)))
    assert events[-1] == AnswerEnded(stop=Stop(kind=StopKind.LENGTH, vendor_word="length"))


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=20))
def test_what_can_be_written_is_read_the_same(words: str) -> None:
    (*_, grew, _, _) = read([TOLD.begun("a", "m"), TOLD.text(f"w{words}"), TOLD.ended()])
    assert grew == ItemGrew(index=0, more=f"w{words}")


def test_a_long_answer_in_one_piece() -> None:
    """Also one that would be taken for a bomb, were it a single event."""
    words = "[,{:" * 500_000
    answer = collected(read([TOLD.begun("a", "m"), TOLD.text(words), TOLD.ended()]))
    assert answer.items == (Text(text=words),)


def test_half_characters_become_the_sign_for_them() -> None:
    (*_, grew, _, _) = read(
        [TOLD.begun("a", "m"), TOLD.text("a\ud83d b\ud83d\ude00"), TOLD.ended()]
    )
    assert grew == ItemGrew(index=0, more="a\ufffd b😀")


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        (None, StopKind.END),
        ("end_turn", StopKind.END),
        ("stop", StopKind.END),
        ("tool_use", StopKind.END),
        ("whatever", StopKind.END),
        ("max_tokens", StopKind.LENGTH),
        ("MAX_TOKENS", StopKind.LENGTH),
        ("length", StopKind.LENGTH),
        ("model_context_window_exceeded", StopKind.CONTEXT),
        ("refusal", StopKind.REFUSAL),
        ("content_filter", StopKind.REFUSAL),
        ("SAFETY", StopKind.REFUSAL),
    ],
)
def test_why_it_stopped(word: str | None, kind: StopKind) -> None:
    last = read([TOLD.begun("a", "m"), TOLD.ended(word)])[-1]
    assert last == AnswerEnded(stop=Stop(kind=kind, vendor_word=word))


def test_a_failure_before_and_within() -> None:
    failed = TOLD.failed("Sign in with `claude`.", "authentication_error", 401)
    event = AnswerFailed(message="Sign in with `claude`.", kind="authentication_error", status=401)
    assert read([failed]) == [event]
    assert read([*RUN[:2], failed, TOLD.ended()])[-1] == event
    assert read([TOLD.failed("")]) == [AnswerFailed(message="The CLI failed without a word.")]


def test_nothing_is_said_after_the_end() -> None:
    assert read([*RUN, TOLD.text("more"), TOLD.failed("x")]) == EVENTS
    reader = CliEventReader()
    for frame in RUN:
        reader.feed(frame)
    assert reader.more(TOLD.text("more")) == ""


def test_a_run_that_was_cut_has_no_end() -> None:
    for frame in range(len(RUN)):
        events = read([*RUN[:frame], RUN[frame][:-3]])
        assert not any(isinstance(event, AnswerEnded) for event in events)
        with pytest.raises(UpstreamCut):
            collected(events)
    assert read([*RUN[:-1], RUN[-1][:-1]]) == EVENTS
    assert read([*RUN[:-1], RUN[-1][:-2]]) == EVENTS


@pytest.mark.parametrize(
    "frame",
    [
        b"data: {\n\n",
        b"data: []\n\n",
        b'data: {"other":1}\n\n',
        b'data: {"text":1}\n\n',
        b'data: {"begun":{}}\n\n',
    ],
)
def test_what_is_none_of_it_is_garbage(frame: bytes) -> None:
    with pytest.raises(UpstreamGarbage):
        read([RUN[0], frame])


def test_a_run_has_a_beginning() -> None:
    with pytest.raises(UpstreamGarbage, match="without its beginning"):
        read([TOLD.text("x")])


@pytest.mark.parametrize("cost", [b"-1", b'"1"', b"true", b"null"])
def test_a_cost_that_is_none_is_unknown(cost: bytes) -> None:
    frame = b'data: {"usage":{"input_tokens":-1,"output_tokens":2},"cost_usd":%b}\n\n' % cost
    assert read([RUN[0], frame])[-1] == UsageTold(usage=Usage(output_tokens=2))


def test_the_last_cost_that_was_told_counts() -> None:
    collector = Collector()
    told = [*RUN[:1], TOLD.usage(UNKNOWN_USAGE, 0.1), TOLD.usage(USAGE), TOLD.ended()]
    for event in read(told):
        collector.feed(event)
    assert collector.answer().cost_usd == 0.1
    assert collector.answer().usage == USAGE


def test_the_beginning_of_a_stream_is_known_for_what_it_is() -> None:
    def kind(frame: bytes) -> StreamOpening:
        return opening(frame, ModelProtocol.CLI)

    assert [kind(RUN[0]), kind(TOLD.usage(USAGE)), kind(b": alive\n\n")] == [
        StreamOpening.START
    ] * 3
    assert [kind(frame) for frame in RUN[1:5]] == [StreamOpening.OUTPUT] * 4
    assert kind(TOLD.ended()) is StreamOpening.OUTPUT
    assert kind(TOLD.failed("x", "y", 500)) is StreamOpening.ERROR
    assert output_chars(TOLD.text("four")) == 4
    assert output_chars(TOLD.thinking("four")) == 4
