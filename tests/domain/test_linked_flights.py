"""Flights of a run's own requests, summed: nothing twice, nothing made up."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.flights.cache_state import MOST_IDS, NO_FLIGHTS, linked_flights
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Figure, Usage
from tests.support.made_flights import summary

_counts = st.none() | st.integers(0, 10**6)
_usages = st.builds(
    Usage,
    input_tokens=_counts,
    output_tokens=_counts,
    cache_read_tokens=_counts,
    reasoning_tokens=_counts,
)
_flights = st.lists(
    st.builds(
        lambda number, usage, cost, attempts: summary(
            number, usage=usage, cost_usd=cost, attempts=attempts
        ),
        st.integers(0, 999),
        _usages,
        st.none() | st.floats(0, 10),
        st.integers(0, 2),
    ),
    max_size=6,
)


@given(_flights)
def test_what_is_known_is_summed_and_what_is_not_is_no_zero(flights: list[FlightSummary]) -> None:
    found = linked_flights(flights)
    asked = [each for each in flights if each.attempts]
    assert (found.count, found.asked) == (len(flights), len(asked))
    assert found.have_tokens == bool(asked)
    for name, figure in (("input_tokens", Figure.INPUT), ("output_tokens", Figure.OUTPUT)):
        told = [getattr(each.usage, name) for each in asked]
        known = [count for count in told if count is not None]
        assert getattr(found.usage, name) == (sum(known) if known else None)
        is_bound = bool(known) and len(known) < len(told)
        assert bool(found.usage.partial & figure) == is_bound, (told, found)
    costs = [each.cost_usd for each in asked if each.cost_usd is not None]
    assert found.cost_usd == (sum(costs) if costs else None)


def test_only_what_our_own_cache_answered_was_replayed() -> None:
    well = summary(1)
    ours = replace(well, id="b", attempts=0)
    refused_here = replace(ours, id="c", state=FlightState.FAILED)
    assert linked_flights([well, ours, refused_here]).replayed == 1


def test_refused_ones_use_nothing_and_mark_nothing() -> None:
    well = summary(1, usage=Usage(input_tokens=5, output_tokens=2), cost_usd=0.1)
    refused = replace(
        well, id="b", state=FlightState.FAILED, usage=UNKNOWN_USAGE, cost_usd=None, status=429
    )
    never = replace(refused, id="c", attempts=0)
    counted = replace(well, id="e", operation=Operation.COUNT_TOKENS)
    assert not linked_flights([counted, never]).have_tokens, "then the CLI's word is all there is"
    found = linked_flights([refused, well, never, counted])
    assert (found.count, found.asked, found.usage) == (4, 2, well.usage)
    assert found.cost_usd == 0.1
    lost = replace(refused, id="d", state=FlightState.LOST)
    assert found.plus(lost).usage.partial & Figure.OUTPUT, "nobody knows what it came to"


def test_the_model_is_the_one_that_did_the_work() -> None:
    work = summary(1, model_served="large", usage=Usage(input_tokens=900, output_tokens=50))
    title = summary(2, model_served="small", usage=Usage(input_tokens=20, output_tokens=5))
    assert linked_flights([title, work, title]).model == "large"
    assert NO_FLIGHTS.model is None


def test_of_many_the_latest_are_named() -> None:
    found = linked_flights(summary(number) for number in range(MOST_IDS + 5))
    assert found.count == MOST_IDS + 5
    assert found.ids == tuple(summary(number).id for number in range(5, MOST_IDS + 5))
