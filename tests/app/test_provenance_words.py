"""Where a figure comes from, as marks and in sentences."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.app.flights.columns import RowTime, flight_columns
from llmgw_desktop.app.flights.formats import facts, token_parts, tokens_sentence
from llmgw_desktop.app.flights.provenance_words import (
    cost_words,
    counted_words,
    doubts,
    figure_tip,
    sum_money,
    sum_tip,
)
from llmgw_desktop.app.words.figures import (
    cost_text,
    exact_money_text,
    fresh_text,
    hit_rate_text,
    in_out_text,
    marked,
    marked_money,
    spent_text,
    tokens_text,
)
from llmgw_desktop.domain.flights.flight import (
    Counted,
    FlightRecord,
    FlightState,
    FlightSummary,
    FlightTotals,
)
from llmgw_desktop.domain.usage import BillingFacts, Figure, Provenance, Usage
from tests.support.made_flights import summary

CUT = Usage(input_tokens=48_200, output_tokens=31, partial=int(Figure.OUTPUT | Figure.COST))
COUNTED = Usage(
    input_tokens=48_200,
    output_tokens=310,
    cache_read_tokens=43_862,
    estimated=int(Figure.INPUT | Figure.COST),
)


def test_a_mark_is_seen_without_a_legend() -> None:
    assert [marked("310", each) for each in Provenance] == ["310", "≈310", "≥310", "310"]
    assert [marked("–", each) for each in Provenance] == ["–"] * 4
    assert tokens_text(CUT, Figure.INPUT) == "48.2k"
    assert tokens_text(CUT, Figure.OUTPUT) == "≥31"
    assert tokens_text(CUT, Figure.CACHE_READ) == "–"
    assert tokens_text(COUNTED, Figure.INPUT, in_full=True) == "≈48,200"
    assert in_out_text(CUT) == "48.2k → ≥31"
    assert in_out_text(Usage()) == "–"
    assert (hit_rate_text(COUNTED), hit_rate_text(CUT)) == ("≈91 %", "–")
    assert (fresh_text(COUNTED), fresh_text(CUT)) == ("≈4,338", "–")
    assert (cost_text(CUT, 0.0424), cost_text(CUT, None)) == ("≥$0.042", "–")


@pytest.mark.parametrize(
    ("dollars", "provenance", "text"),
    [
        (0.0001, Provenance.TOLD, "<$0.001"),
        (0.000041, Provenance.PARTIAL, "≥$0.000041"),
        (0.0004, Provenance.ESTIMATED, "≈$0.00040"),
        (0.0, Provenance.PARTIAL, "≥$0"),
        (3.1, Provenance.PARTIAL, "≥$3.10"),
        (None, Provenance.UNKNOWN, "–"),
    ],
)
def test_money_with_its_mark(dollars: float | None, provenance: Provenance, text: str) -> None:
    assert marked_money(dollars, provenance) == text


def test_a_flights_own_cost_is_told_to_the_digit_that_says_something() -> None:
    told = [exact_money_text(each) for each in (0.0123, 0.011, 0.42, 0.000041, 3.1, 0.0, 1e-12)]
    assert told == ["$0.0123", "$0.0110", "$0.4200", "$0.000041", "$3.10", "$0", "<$0.00000001"]


def _cost(usage: Usage, cost_usd: float | None = 0.02, **more: Any) -> str:
    return cost_words(summary(1, usage=usage, cost_usd=cost_usd, **more), exactly=True)


def test_the_cost_says_whose_it_is_and_what_it_leaves_out() -> None:
    whole = Usage(input_tokens=10, output_tokens=4)
    bill = {"is_billed_by_vendor": True, "list_cost_usd": 0.011}
    assert _cost(whole, 0.0123, **bill) == (
        "$0.0123, the vendor's own bill; $0.0110 by list prices"
    )
    assert _cost(whole, 0.0123, is_billed_by_vendor=True) == "$0.0123, the vendor's own bill"
    assert _cost(whole) == "$0.0200, by the prices known then"
    assert _cost(CUT) == "at least $0.0200: the answer broke off"
    assert _cost(COUNTED).startswith("about $0.0200: the gateway counted the tokens of the prompt")
    partial = int(Figure.COST)
    searched = BillingFacts(unpriced=("web_search",), not_understood=("usage.magic",))
    assert _cost(Usage(input_tokens=10, output_tokens=4, partial=partial, billing=searched)) == (
        "at least $0.0200: no price is known of web search;"
        " nobody here knows what usage.magic means"
    )
    silent = BillingFacts(unpriced=("output",))
    assert _cost(Usage(input_tokens=10, partial=partial, billing=silent)) == (
        "at least $0.0200: its output is not known"
    )


def test_why_a_cost_is_not_known() -> None:
    whole = Usage(input_tokens=10, output_tokens=4)
    assert _cost(Usage(), None) == "not known: the provider told no tokens"
    assert _cost(whole, None) == "not known: no price is known of this model"
    mad = BillingFacts(unsound=("more reasoning than output",))
    assert _cost(Usage(input_tokens=1, billing=mad), None) == (
        "not known: what was told cannot be true (more reasoning than output)"
    )
    assert _cost(Usage(), None, state=FlightState.FAILED) == ""


def test_every_doubt_is_named_and_none_of_a_plain_flight() -> None:
    assert doubts(summary(1)) == ()
    billing = BillingFacts(
        service_tier="flex\x1b[31m",
        fees=(("web_search", 2),),
        not_understood=tuple(f"n{number}" for number in range(8)),
    )
    told = dict(doubts(summary(1, usage=Usage(input_tokens=1, billing=billing))))
    assert "\x1b" not in told["Service tier"]
    assert told["Vendor's tools"] == "web search, 2 times"
    assert told["Not understood"] == "n0, n1, n2, n3, n4, n5 and 2 more"
    shown = {
        each.label for each in facts(FlightRecord(summary=summary(1, usage=Usage(billing=billing))))
    }
    assert set(told) <= shown


def test_the_tokens_bar_says_its_marks_in_words() -> None:
    assert [part.text for part in token_parts(CUT)] == ["48,200", "≥31"]
    assert tokens_sentence(CUT).endswith(
        "≥ is at least so much: the answer broke off before all of it was told."
    )
    assert "≈ was counted by the gateway" in tokens_sentence(COUNTED)
    assert "≈" not in tokens_sentence(Usage(input_tokens=1, output_tokens=1))


def test_a_cell_has_its_mark_and_its_tip() -> None:
    columns = {each.key: each for each in flight_columns()}

    def cell(key: str, flight: FlightSummary) -> tuple[str, str]:
        column, time = columns[key], RowTime.at(flight.started_at_s)
        assert column.tip is not None
        return column.text(flight, time), column.tip(flight)

    cut = summary(1, usage=CUT, cost_usd=0.02)
    assert cell("output", cut)[0] == "≥31"
    assert "broke off" in cell("output", cut)[1]
    assert cell("input", cut) == ("48.2k", "")
    assert cell("cost", cut) == ("≥$0.020", "at least $0.0200: the answer broke off")
    silent = summary(1, usage=Usage())
    assert cell("input", silent) == ("–", "Not known: the provider did not tell it.")
    assert figure_tip(summary(1, state=FlightState.RUNNING, usage=CUT), Figure.OUTPUT) == ""
    whole_answer = summary(1, streaming=False)
    rate = columns["rate"].text(whole_answer, RowTime.at(whole_answer.started_at_s))
    assert rate == "–"  # 61.9k tokens/s for 1.1 ms were never made in that time


def test_a_sum_says_of_how_many_it_was_told() -> None:
    found = Counted(told=201, estimated=3, partial=2, unknown=8)
    words = "Told by 201 of 214 answers; 3 estimated; 2 broke off; 8 unknown."
    assert counted_words(found, Figure.OUTPUT) == words
    assert counted_words(found, Figure.COST).endswith("2 at least so much; 8 unknown.")
    assert counted_words(Counted(told=3), Figure.OUTPUT) == "Told by all of 3 answers."
    assert counted_words(Counted(), Figure.OUTPUT) == ""
    totals = FlightTotals(cost_usd=3.2, counted={Figure.COST: found, Figure.OUTPUT: found})
    assert sum_money(totals) == "≥$3.20"
    assert sum_tip(totals, Figure.OUTPUT) == words
    assert sum_tip(totals, Figure.INPUT) == ""


def test_what_nobody_told_is_no_zero_in_a_sum() -> None:
    assert spent_text(0.0, is_whole=True) == "$0"
    assert spent_text(0.0, is_whole=False) == "–"
    assert spent_text(0.0123, is_whole=False) == "≥$0.0123"
