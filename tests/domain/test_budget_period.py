"""Periods of budgets are those of the calendar, wherever and whenever a clock is turned."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.policy import WITHOUT_END, Period, span_of

HOUR_S = 3600.0
D, W, M, Y, H = Period.DAY, Period.WEEK, Period.MONTH, Period.YEAR, Period.HOUR
BERLIN, KOLKATA, KATHMANDU = "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu"
HOWE, HAVANA, BEIRUT, APIA = (
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Beirut",
    "Pacific/Apia",
)
CASES = [
    # usual days, and the two of the year that are not
    (D, BERLIN, "2026-06-15T12:00", "2026-06-15T00:00", 24),
    (D, BERLIN, "2026-03-29T12:00", "2026-03-29T00:00", 23),
    (D, BERLIN, "2026-10-25T12:00", "2026-10-25T00:00", 25),
    (D, BERLIN, "2026-10-25T23:59", "2026-10-25T00:00", 25),
    (D, BERLIN, "2026-10-26T00:00", "2026-10-26T00:00", 24),
    # months by their lengths, the 31st and the leap day
    (M, BERLIN, "2026-01-31T23:59", "2026-01-01T00:00", 31 * 24),
    (M, BERLIN, "2026-02-28T23:59", "2026-02-01T00:00", 28 * 24),
    (M, BERLIN, "2028-02-29T12:00", "2028-02-01T00:00", 29 * 24),
    (M, BERLIN, "2026-03-31T23:59", "2026-03-01T00:00", 31 * 24 - 1),
    (M, BERLIN, "2026-10-31T00:00", "2026-10-01T00:00", 31 * 24 + 1),
    (M, BERLIN, "2026-12-31T23:59", "2026-12-01T00:00", 31 * 24),
    (M, BERLIN, "2100-02-28T12:00", "2100-02-01T00:00", 28 * 24),
    # weeks from Monday, over a year's end and over a change of the clocks
    (W, BERLIN, "2027-01-03T23:59", "2026-12-28T00:00", 7 * 24),
    (W, BERLIN, "2026-03-29T12:00", "2026-03-23T00:00", 7 * 24 - 1),
    (W, BERLIN, "2026-10-25T12:00", "2026-10-19T00:00", 7 * 24 + 1),
    # years
    (Y, BERLIN, "2026-12-31T23:59", "2026-01-01T00:00", 365 * 24),
    (Y, BERLIN, "2028-02-29T00:00", "2028-01-01T00:00", 366 * 24),
    # zones of half and quarter hours
    (D, KOLKATA, "2026-06-15T00:10", "2026-06-15T00:00", 24),
    (H, KOLKATA, "2026-06-15T12:59", "2026-06-15T12:00", 1),
    (H, KATHMANDU, "2026-06-15T12:01", "2026-06-15T12:00", 1),
    (H, BERLIN, "2026-04-05T12:30", "2026-04-05T12:00", 1),
    # clocks that are turned by half an hour: the last hour of that day gives or takes it
    (D, HOWE, "2026-10-04T12:00", "2026-10-04T00:00", 23.5),
    (D, HOWE, "2026-04-05T12:00", "2026-04-05T00:00", 24.5),
    (H, HOWE, "2026-04-05T23:45", "2026-04-05T23:30", 0.5),
    # midnight comes twice, or not at all, or with the day after the next one
    (D, HAVANA, "2026-11-01T12:00", "2026-11-01T00:00", 25),
    (D, BEIRUT, "2026-03-29T12:00", "2026-03-29T01:00", 23),
    (D, APIA, "2011-12-29T12:00", "2011-12-29T00:00", 24),
    (D, APIA, "2011-12-31T12:00", "2011-12-31T00:00", 24),
]


@pytest.mark.parametrize(("period", "zone", "moment", "begins", "hours"), CASES)
def test_periods_are_those_of_the_calendar(
    period: Period, zone: str, moment: str, begins: str, hours: float
) -> None:
    at_s = _at_s(moment, zone)
    span = span_of(period, at_s, ZoneInfo(zone))
    assert span.begins_at_s == _at_s(begins, zone)
    assert span.ends_at_s is not None
    assert span.begins_at_s <= at_s < span.ends_at_s
    assert span.ends_at_s - span.begins_at_s == hours * HOUR_S


def test_an_hour_that_comes_twice_is_two_hours_of_one_day() -> None:
    first, again = (
        datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo(BERLIN), fold=fold).timestamp()
        for fold in (0, 1)
    )
    zone = ZoneInfo(BERLIN)
    assert again - first == HOUR_S
    assert span_of(H, first, zone).ends_at_s == span_of(H, again, zone).begins_at_s
    assert span_of(D, first, zone) == span_of(D, again, zone)


def test_what_begins_never_anew_has_no_bounds() -> None:
    assert span_of(Period.NEVER, 0.0, ZoneInfo(BERLIN)) == WITHOUT_END


@given(
    at_s=st.floats(0, 4_000_000_000),
    period=st.sampled_from([D, W, M, Y, H]),
    zone=st.sampled_from(
        ["UTC", BERLIN, "America/St_Johns", KATHMANDU, HOWE, HAVANA, BEIRUT, APIA]
    ),
)
def test_every_moment_lies_in_its_period_and_its_end_begins_the_next(
    at_s: float, period: Period, zone: str
) -> None:
    span = span_of(period, at_s, ZoneInfo(zone))
    assert span.begins_at_s is not None
    assert span.ends_at_s is not None
    assert span.begins_at_s <= at_s < span.ends_at_s
    assert span_of(period, span.ends_at_s, ZoneInfo(zone)).begins_at_s == span.ends_at_s


def _at_s(wall: str, zone: str) -> float:
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).timestamp()
