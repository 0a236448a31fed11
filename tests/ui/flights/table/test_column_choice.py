"""What was chosen of the columns comes back, and nonsense does no harm."""

from __future__ import annotations

import json

import pytest

from llmgw_desktop.app.flights.columns import flight_columns
from llmgw_desktop.ui.flights.table.flight_header import (
    ColumnChoice,
    choice_of,
    choice_text,
    default_choice,
)

COLUMNS = flight_columns()
USUAL = default_choice(COLUMNS)


def test_it_comes_back_as_it_was() -> None:
    chosen = ColumnChoice(
        order=tuple(reversed(USUAL.order)),
        shown=frozenset({"time", "model", "error"}),
        widths={"client": 210},
    )
    assert choice_of(choice_text(chosen), COLUMNS) == chosen


@pytest.mark.parametrize(
    "spoilt",
    [
        "",
        "nonsense",
        "[]",
        "null",
        '{"order": 1, "shown": [], "widths": {}}',
        '{"order": ["time"], "shown": ["time"], "widths": {"time": "wide"}}',
        json.dumps({"order": USUAL.order, "shown": ["gone"], "widths": {}}),
    ],
)
def test_what_cannot_be_used_gives_the_usual(spoilt: str) -> None:
    assert choice_of(spoilt, COLUMNS) == USUAL


def test_columns_that_came_since_are_added_and_those_that_went_are_forgotten() -> None:
    kept = {"order": ["model", "gone", "time"], "shown": ["time", "gone"], "widths": {"gone": 9}}
    choice = choice_of(json.dumps(kept), COLUMNS)
    assert choice.order[:2] == ("model", "time")
    assert sorted(choice.order) == sorted(USUAL.order)
    assert choice.shown == USUAL.shown - {"model"}
    assert choice.widths == {}


def test_a_width_beyond_reason_is_bounded() -> None:
    kept = {"order": USUAL.order, "shown": ["time"], "widths": {"time": 10**9, "model": -4}}
    assert choice_of(json.dumps(kept), COLUMNS).widths == {"time": 4000}
