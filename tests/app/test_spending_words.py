"""What is said of what was spent: estimates say so, and nothing unknown is taken for nothing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from llmgw_desktop.app.flights.agents import agent_rows, agents_words, is_of_a_piece_of_work
from llmgw_desktop.app.flights.spending import (
    cache_money,
    cache_rows,
    cost_words,
    csv_text,
    doubt_words,
    filter_of,
    forecast_month,
    forecast_words,
    waste_rows,
    would_have_cost,
)
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.flights.flight_filter import parse_filter
from llmgw_desktop.domain.flights.price import Price, Rates, Tier
from llmgw_desktop.domain.flights.spending import PICOS, AgentSpending, FlightSpending, SumBy

PRICE = Price(
    rates=Rates(input=3.0, output=15.0, cache_read=0.3, cache_write_5m=3.75),
    tiers=(Tier(above_tokens=200_000, rates=None),),
)
TODAY = date(2026, 11, 21)
SPENT = FlightSpending(
    flights=4,
    input_tokens=1_000_000,
    output_tokens=100_000,
    cache_read_tokens=600_000,
    cache_write_tokens=0,
    cache_known_input_tokens=1_000_000,
    cost_picos=3 * PICOS,
)


def _day(dollars: float) -> FlightSpending:
    return FlightSpending(flights=1, cost_picos=int(dollars * PICOS))


def test_a_forecast_goes_on_as_the_last_days_went() -> None:
    days = {TODAY - timedelta(days=number): _day(2) for number in range(1, 29)}
    found = forecast_month({**days, TODAY: _day(1)}, TODAY, passed=0.5)
    assert found.so_far_usd == Decimal(41)
    assert found.likely_usd == pytest.approx(41 + 2 * 9.5)
    assert (found.low_usd, found.high_usd) == (found.likely_usd, found.likely_usd)
    assert "est. $60.00 in all" in forecast_words(found)


def test_its_range_holds_what_days_differ_by_and_never_less_than_was_spent() -> None:
    spread = {TODAY - timedelta(days=n): _day(20 if n % 7 == 0 else 0) for n in range(1, 29)}
    found = forecast_month(spread, TODAY, passed=0.0)
    assert found.low_usd >= float(found.so_far_usd or 0)
    assert found.high_usd > (found.likely_usd or 0) > found.low_usd


def test_too_few_days_make_no_forecast() -> None:
    found = forecast_month({TODAY - timedelta(days=1): _day(2)}, TODAY, passed=0.5)
    assert found.likely_usd is None
    assert "needs 3 whole days, and 1 are on record" in forecast_words(found)
    assert forecast_month({}, TODAY, passed=0.5).so_far_usd is None


def test_another_model_by_its_price_without_the_tier_of_one_long_prompt() -> None:
    found = would_have_cost("b", [SPENT], PRICE)
    assert found.usd == pytest.approx((400_000 * 3 + 600_000 * 0.3 + 100_000 * 15) / 1e6)
    unknown = FlightSpending(flights=2, untold=2)
    assert would_have_cost("b", [SPENT, unknown], PRICE).left_out == 2
    assert would_have_cost("b", [unknown], PRICE).usd is None


def test_what_caches_came_to() -> None:
    pairs = {("a", "m"): SPENT, ("a", "nobody's"): FlightSpending(flights=3)}
    found = cache_money(pairs, lambda _, model: PRICE if model == "m" else None)
    assert found.saved_usd == pytest.approx(600_000 * 2.7 / 1e6)
    assert found.missed_usd == pytest.approx(400_000 * 2.7 / 1e6)
    assert (found.missed_tokens, found.left_out) == (400_000, 3)
    assert [row[1] for row in cache_rows(found)] == ["≤$1.08 est.", "$1.62 est."]
    assert cache_rows(cache_money({}, lambda *_: None)) == []


def test_words() -> None:
    spent = FlightSpending(
        flights=9, cost_picos=PICOS, unpriced=2, bounded=1, untold=3, cut=1, retried=2
    )
    assert cost_words(spent) == "≥$1.00"
    assert cost_words(FlightSpending(flights=1, unpriced=1)) == "–"
    assert doubt_words(spent).startswith("The cost of 2 flights is not known; 1 flight cost at")
    assert [row[3] for row in waste_rows(spent)] == ["state:cut,canceled", "attempts>1"]


@pytest.mark.parametrize(
    ("by", "key"),
    [
        (SumBy.CLIENT, "Claude Code"),
        (SumBy.MODEL, "gpt-5"),
        (SumBy.DAY, "2026-11-23"),
        (SumBy.JOB, "j"),
    ],
)
def test_a_row_is_a_filter(by: SumBy, key: str) -> None:
    assert parse_filter(filter_of(by, key), 1.8e9) != FlightQuery()


def test_what_no_filter_can_say_has_none() -> None:
    assert filter_of(SumBy.LABEL, "") == filter_of(SumBy.LABEL, "a*") == ""


def test_a_callers_word_is_no_formula_in_a_spreadsheet() -> None:
    text = csv_text(SumBy.LABEL, {"=1+1": FlightSpending(flights=1, cost_picos=1)})
    assert "'=1+1,0.000000000001,,,," in text


def _agent(conversation: str, agent: str, **spent: int) -> AgentSpending:
    told = FlightSpending(flights=2, **spent)
    models = ("opus", "haiku", "sonnet", "a", "b") if agent == "a1" else ("opus",)
    return AgentSpending(
        conversation=conversation, agent=agent, began_at_s=0.0, models=models, spent=told
    )


def test_agents_are_named_by_who_began_in_each_conversation() -> None:
    found = (
        _agent("c1", "a1", input_tokens=48_200, output_tokens=12, cost_picos=PICOS),
        _agent("c1", "a2", input_tokens=800, unpriced=2),
        _agent("", ""),
        _agent("c2", "b1", input_tokens=1000, cost_picos=PICOS // 2),
    )
    rows = agent_rows(found, "job:job_1")
    assert [each.cells[:3] for each in rows] == [
        ("Main agent", "a1", "opus, haiku, sonnet +2"),
        ("Subagent 1", "a2", "opus"),
        ("Not told apart", "", "opus"),
        ("Main agent", "b1", "opus"),
    ]
    assert [each.cells[3:] for each in rows][:3] == [
        ("2", "48.2k", "12", "$1.00"),
        ("2", "800", "–", "–"),
        ("2", "–", "–", "–"),
    ]
    assert [each.filter for each in rows[1:3]] == ["job:job_1 agent:a2", "job:job_1"]
    assert len({each.key for each in rows}) == 4
    assert agents_words(found) == ("8 requests by 3 agents: 50.0k tokens in, 12 out, ≥$1.50."), (
        "what is not known makes it a lower bound"
    )
    assert agents_words(found[:1]) == "2 requests: 48.2k tokens in, 12 out, $1.00."
    assert agents_words(()) == ""


@pytest.mark.parametrize(
    ("said", "is_one"),
    [("agent:a1", True), ("job:j since:2h", True), ("-agent:a1", False), ("cost>1", False)],
)
def test_a_piece_of_work_is_asked_for_by_name(said: str, is_one: bool) -> None:
    assert is_of_a_piece_of_work(parse_filter(said, 1.7e9)) == is_one
