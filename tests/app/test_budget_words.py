"""A budget in words, with figures that people read."""

from __future__ import annotations

import logging
from datetime import datetime

import pytest

from llmgw_desktop.app.policy.words import anew_words, budget_log, reached_text, reached_title
from llmgw_desktop.domain.events import BudgetReached
from llmgw_desktop.domain.policy import Budget, Measure, Period, Spent, amount_words, budget_words
from tests.support.turned_clock import TurnedClock

NOW_S = datetime(2026, 11, 21, 9, 0).astimezone().timestamp()
MIDNIGHT_S = datetime(2026, 11, 22).astimezone().timestamp()


def _reached(percent: int, used: float, period: Period = Period.DAY) -> BudgetReached:
    budget = Budget(measure=Measure.USD, amount=5, period=period)
    ends_at_s = None if period is Period.NEVER else MIDNIGHT_S
    spent = Spent(budget=budget, used=used, reserved=0, begins_at_s=None, ends_at_s=ends_at_s)
    return BudgetReached(client_id="cli_1", name="nightly\n", spent=spent, percent=percent)


def test_a_mark_is_told_with_its_figures_and_when_the_budget_begins_anew() -> None:
    near, up = _reached(80, 4.0), _reached(100, 5.2)
    assert "nightly" in reached_title(near)
    assert "\n" not in reached_title(near)
    assert reached_title(near).endswith("has used 80 % of its 5 US dollars a day")
    assert reached_text(near, NOW_S) == "1 US dollar is left; it begins anew at 00:00."
    assert reached_title(up).endswith("has used up its 5 US dollars a day")
    assert reached_text(up, NOW_S) == "Its requests are refused; it begins anew at 00:00."
    once = _reached(100, 5.0, Period.NEVER)
    assert reached_title(once).endswith("has used up its 5 US dollars")
    assert reached_text(once, NOW_S) == "Its requests are refused; it does not begin anew."


@pytest.mark.parametrize(
    ("measure", "amount", "words"),
    [
        (Measure.USD, 1, "1 US dollar"),
        (Measure.USD, 0.000001, "1e-06 US dollars"),
        (Measure.USD, 0.25, "0.25 US dollars"),
        (Measure.USD, 1234.5, "1,234.50 US dollars"),
        (Measure.TOKENS, 20_000_000, "20,000,000 tokens"),
        (Measure.REQUESTS, 1, "1 request"),
    ],
)
def test_amounts_are_told_as_people_read_them(measure: Measure, amount: float, words: str) -> None:
    assert amount_words(measure, amount) == words


def test_a_period_that_ends_later_is_told_with_its_day() -> None:
    assert budget_words(Budget(measure=Measure.REQUESTS, amount=9, period=Period.HOUR)) == (
        "9 requests an hour"
    )
    month = datetime(2026, 12, 1).astimezone().timestamp()
    year = datetime(2027, 1, 1).astimezone().timestamp()
    assert anew_words(month, NOW_S) == "it begins anew on 1 Dec at 00:00"
    assert anew_words(year, NOW_S) == "it begins anew on 1 Jan 2027 at 00:00"


def test_without_a_window_the_log_tells_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        budget_log(TurnedClock(NOW_S))(_reached(80, 4.0))
    assert "has used 80 % of its 5 US dollars a day. 1 US dollar is left" in caplog.text
