"""A client's budgets and rates in words."""

from dataclasses import replace
from datetime import datetime

from llmgw_desktop.app.policy.limit_words import budget_lines
from llmgw_desktop.domain.access.principal import ClientFigures
from llmgw_desktop.domain.policy import Budget, ClientPolicy, Measure, Period, Spent
from llmgw_desktop.domain.usage import Provenance


def test_a_budget_of_noon_and_a_whole_day_explain_each_other() -> None:
    budget = Budget(measure=Measure.TOKENS, amount=3000, period=Period.DAY)
    noon_s = local_noon_s()
    standing = Spent(
        budget=budget,
        used=284,
        reserved=0,
        begins_at_s=noon_s - 12 * 3600,
        ends_at_s=None,
        since_s=noon_s + 240,
    )
    policy = ClientPolicy(client="c", budgets=(budget,))
    today = ClientFigures(
        flights=9, tokens=525_700, tokens_provenance=Provenance.PARTIAL, cost_usd=0.5
    )
    (line,) = budget_lines(policy, [standing], noon_s + 3600, today)
    assert line.words == (
        "284 tokens used since 12:04 · 2,716 tokens left · ≥525.7k tokens today in all"
    )
    (line,) = budget_lines(policy, [replace(standing, since_s=None)], noon_s + 3600, today)
    assert line.words == "284 tokens used · 2,716 tokens left"


def local_noon_s() -> float:
    return datetime(2026, 4, 5, 12).astimezone().timestamp()
