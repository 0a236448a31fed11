"""Amounts, budgets and moments in words: the same in refusals, log, notices and tables."""

from datetime import datetime

from llmgw_desktop.domain.policy import Budget, Measure, Period

_UNITS = {Measure.USD: "US dollar", Measure.TOKENS: "token", Measure.REQUESTS: "request"}


def amount_words(measure: Measure, amount: float) -> str:
    """«5 US dollars», «1 request», «20,000,000 tokens»."""
    figure = f"{amount:,.0f}" if amount % 1 == 0 else f"{amount:,.2f}"
    if amount < 1:
        figure = f"{amount:.3g}"
    return f"{figure} {_UNITS[measure]}{'' if amount == 1 else 's'}"


def budget_words(budget: Budget) -> str:
    """«5 US dollars a day», «an hour»; one that never begins anew only its amount."""
    words = amount_words(budget.measure, budget.amount)
    if budget.period is Period.NEVER:
        return words
    return f"{words} {'an' if budget.period is Period.HOUR else 'a'} {budget.period}"


def moment_words(at_s: float) -> str:
    """«2027-02-01 at 00:00», by the wall clock of this computer."""
    return f"{datetime.fromtimestamp(at_s).astimezone():%Y-%m-%d at %H:%M}"
