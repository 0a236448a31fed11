"""Prints of prompts: what is packed comes out again, and differences are told from hashes alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.flights.cache_kin import CacheHabits, PrintedFlight
from llmgw_desktop.domain.flights.cache_verdict import NO_MISS, CacheCause, judge
from llmgw_desktop.domain.flights.prompt_changes import changes, common_messages
from llmgw_desktop.domain.flights.prompt_print import (
    HASH_BYTES,
    MOST_PARTS,
    OPTIONS,
    TOOL_MEMBERS,
    PrintMark,
    PromptPrint,
    PromptSection,
    TextPrint,
    ToolPrint,
    packed,
    unpacked,
)
from llmgw_desktop.domain.usage import Usage
from tests.support.made_flights import summary

_HASH = st.binary(min_size=HASH_BYTES, max_size=HASH_BYTES).filter(any)
_SIZE = st.integers(0, 10**6)
_MEMBERS = st.tuples(*[_HASH] * len(TOOL_MEMBERS))
_TOOLS = st.lists(
    st.builds(ToolPrint, members=_MEMBERS, size=_SIZE), max_size=6, unique_by=lambda t: t.members[0]
).map(tuple)
_SYSTEM = st.lists(
    st.builds(
        TextPrint,
        whole=_HASH,
        size=_SIZE,
        head=_HASH | st.just(b""),
        tail=_HASH | st.just(b""),
    ),
    max_size=4,
).map(tuple)
_MESSAGES = st.lists(
    st.builds(TextPrint, whole=_HASH, size=_SIZE, blocks=st.integers(1, 255)), max_size=8
).map(tuple)
_MARKS = st.lists(
    st.builds(
        PrintMark,
        section=st.sampled_from(PromptSection),
        index=st.integers(0, 9),
        block=st.integers(0, 9),
        ttl_s=st.sampled_from([300, 3600]),
    ),
    max_size=4,
).map(tuple)
_PRINTS = st.builds(
    PromptPrint,
    tools=_TOOLS,
    system=_SYSTEM,
    messages=_MESSAGES,
    options=st.tuples(*[_HASH | st.just(b"")] * len(OPTIONS)),
    marks=_MARKS,
    continues=st.booleans(),
)
_TOKENS = st.none() | st.integers(0, 10**6)
_USAGES = st.builds(
    Usage, input_tokens=_TOKENS, cache_read_tokens=_TOKENS, cache_write_tokens=_TOKENS
)
_HABITS = st.builds(
    CacheHabits,
    is_marked=st.booleans(),
    least_tokens=st.none() | st.integers(1, 5000),
    kept_s=st.none() | st.just((300.0, 3600.0)),
    step_tokens=st.sampled_from([1, 128]),
    looks_back_blocks=st.none() | st.just(20),
)


@given(_PRINTS)
def test_what_is_packed_comes_out_again(made: PromptPrint) -> None:
    assert unpacked(packed(made)) == made


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused_or_of_another_version(cell: bytes) -> None:
    try:
        made = unpacked(cell)
    except ValueError:
        return
    assert made is None or packed(made) == cell


def test_too_many_parts() -> None:
    message = TextPrint(whole=b"aaaa", size=1)
    with pytest.raises(ValueError, match="more parts"):
        packed(PromptPrint(messages=(message,) * (MOST_PARTS + 1)))


@given(_PRINTS, _MESSAGES)
def test_a_conversation_that_goes_on_is_not_changed(made: PromptPrint, more: object) -> None:
    assert isinstance(more, tuple)
    longer = PromptPrint(
        tools=made.tools,
        system=made.system,
        messages=(*made.messages, *more),
        options=made.options,
    )
    assert changes(made, longer) == []
    assert common_messages(made, longer) == len(made.messages)


@given(_PRINTS, _PRINTS)
def test_no_change_means_the_same_beginning(one: PromptPrint, other: PromptPrint) -> None:
    if not changes(one, other):
        assert (one.tools, one.options) == (other.tools, other.options)
        assert [each.whole for each in one.system] == [each.whole for each in other.system]
        assert common_messages(one, other) == len(one.messages)


@given(_PRINTS, _USAGES, _PRINTS, _USAGES, _HABITS, st.floats(-10, 10**5))
def test_every_pair_has_a_verdict_that_holds(
    before: PromptPrint,
    had: Usage,
    now: PromptPrint,
    has: Usage,
    habits: CacheHabits,
    gap_s: float,
) -> None:
    earlier = PrintedFlight(flight=summary(1, usage=had), made=before)
    flight = summary(2, usage=has, started_at_s=summary(1).started_at_s + gap_s)
    verdict = judge(PrintedFlight(flight=flight, made=now), [earlier], habits)
    if verdict.lost_tokens is not None:
        assert verdict.lost_tokens >= 0
        assert has.input_tokens is None or verdict.lost_tokens <= has.input_tokens
    if verdict.cause is CacheCause.UNKNOWN:
        assert verdict.why
    if verdict.cause in NO_MISS:
        assert not verdict.is_miss
        assert not verdict.lost_tokens
    if verdict.place and verdict.cause is not CacheCause.UNKNOWN:
        assert verdict.place in [each.place for each in verdict.changes]
    if verdict.is_miss and verdict.cause not in (CacheCause.SMALL, CacheCause.UNMARKED):
        assert verdict.earlier is not None
        assert verdict.lost_tokens
