"""Lines of an axis stand at round places."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.app.words.figures import local_time
from llmgw_desktop.ui.overview.stacked_bars import round_top, time_marks


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kathmandu"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@settings(deadline=None)
@given(st.floats(min_value=0, max_value=1e12))
def test_everything_fits_below_the_top_and_the_lines_are_few(largest: float) -> None:
    top, step = round_top(largest)
    assert largest <= top
    assert 1 <= round(top / step) <= 6
    assert step == int(step), "counts are shown: no line at a fraction"
    assert top <= max(4, largest * 2.1)


@pytest.mark.parametrize(
    ("largest", "expected"),
    [(0, (1, 1)), (3, (3, 1)), (7, (8, 2)), (100, (100, 25)), (125_000, (150_000, 50_000))],
)
def test_tops_people_expect(largest: float, expected: tuple[float, float]) -> None:
    assert round_top(largest) == expected


def test_quarters_of_an_hour_are_marked_on_the_local_clock(zone: str) -> None:
    since_s = 1_763_726_418.0
    marks = time_marks(since_s, since_s + 900, 8)
    assert 4 <= len(marks) <= 8
    for at_s, word in marks:
        assert since_s <= at_s < since_s + 900
        at = local_time(at_s)
        assert (at.second, at.minute % 2) == (0, 0)
        assert word == f"{at:%H:%M}"


def test_days_are_marked_at_the_local_midnight(zone: str) -> None:
    since_s = 1_763_726_418.0
    marks = time_marks(since_s, since_s + 7 * 86_400, 8)
    assert len(marks) == 7
    for at_s, word in marks:
        at = local_time(at_s)
        assert (at.hour, at.minute) == (0, 0)
        assert word == f"{at:%a} {at.day}"


def test_a_day_names_its_midnight(zone: str) -> None:
    marks = time_marks(1_763_726_418.0, 1_763_726_418.0 + 86_400, 9)
    named = [word for at_s, word in marks if local_time(at_s).hour == 0]
    assert len(named) == 1
    assert not named[0][0].isdigit()
