"""Values made by a function are those that their class makes."""

from dataclasses import fields

import pytest

from llmgw_desktop.domain.flights.flight import FlightSummary, Phase, PhaseName
from llmgw_desktop.domain.values import maker
from tests.support.made_flights import failed, summary


@pytest.mark.parametrize("made", [summary(1), failed(2)])
def test_a_made_value_is_the_same(made: FlightSummary) -> None:
    parts = {each.name: getattr(made, each.name) for each in fields(FlightSummary)}
    again = maker(FlightSummary)(**parts)
    assert type(again) is FlightSummary
    assert again == made
    assert hash(again) == hash(made)


def test_defaults_hold() -> None:
    made = maker(Phase)(name=PhaseName.WAIT, start_ms=1.0, end_ms=2.0)
    assert made == Phase(name=PhaseName.WAIT, start_ms=1.0, end_ms=2.0, note="")


def test_what_is_missing_or_unknown_is_refused() -> None:
    make = maker(Phase)
    with pytest.raises(TypeError, match="end_ms"):
        make(name=PhaseName.WAIT, start_ms=1.0)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="colour"):
        make(name=PhaseName.WAIT, start_ms=1.0, end_ms=1.0, colour=1)  # type: ignore[call-arg]
