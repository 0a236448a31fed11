"""Calendar periods of budgets: where one begins and ends, in the time zone of the budget.

A period ends where the calendar says, whatever the length of its days: at a change of the clocks a
day has 23 or 25 hours, and February is a month like any other.
"""

from datetime import datetime, timedelta, tzinfo

from llmgw_desktop.domain.policy import Period
from llmgw_desktop.domain.values import value

_MONDAY = 0
_HOUR_S = 3600.0


@value
class Span:
    """`[begins_at_s, ends_at_s)` in seconds since 1970, UTC; None: without a bound."""

    begins_at_s: float | None
    ends_at_s: float | None


WITHOUT_END = Span(begins_at_s=None, ends_at_s=None)


def span_of(period: Period, at_s: float, zone: tzinfo) -> Span:
    """The period that this moment lies in."""
    if period is Period.NEVER:
        return WITHOUT_END
    if period is Period.HOUR:
        return _hour_of(at_s, zone)
    begin = _begin(period, datetime.fromtimestamp(at_s, tz=zone))
    return Span(begins_at_s=_seconds(begin, zone), ends_at_s=_seconds(_next(period, begin), zone))


def _hour_of(at_s: float, zone: tzinfo) -> Span:
    """Hours are counted from midnight, so they begin as the clock on the wall does, in zones of
    half hours too; where clocks change by half an hour the day's last one is shorter."""
    day = span_of(Period.DAY, at_s, zone)
    day_begins_s, day_ends_s = day.begins_at_s or 0.0, day.ends_at_s or 0.0
    begin_s = day_begins_s + (at_s - day_begins_s) // _HOUR_S * _HOUR_S
    return Span(begins_at_s=begin_s, ends_at_s=min(begin_s + _HOUR_S, day_ends_s))


def _begin(period: Period, moment: datetime) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday() - _MONDAY)
    if period is Period.MONTH:
        return day.replace(day=1)
    if period is Period.YEAR:
        return day.replace(month=1, day=1)
    return day


def _next(period: Period, begin: datetime) -> datetime:
    if period is Period.DAY:
        return begin + timedelta(days=1)
    if period is Period.WEEK:
        return begin + timedelta(days=7)
    if period is Period.MONTH:
        return (begin + timedelta(days=31)).replace(day=1)
    return begin.replace(year=begin.year + 1)


def _seconds(wall: datetime, zone: tzinfo) -> float:
    """Midnight may not exist where clocks change then: the moment after the gap is meant."""
    return wall.replace(tzinfo=zone).timestamp()
