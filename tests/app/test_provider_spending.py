"""What a provider has under way, and what it cost today and this month."""

from collections.abc import Mapping

from llmgw_desktop.app.providers.usage import ProviderSpending
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary, FlightTotals
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from tests.support.turned_clock import TurnedClock

DAY_S = 86_400.0


def _flight(provider: str | None) -> FlightSummary:
    return FlightSummary(
        id="flt_1",
        started_at_s=0,
        state=FlightState.RUNNING,
        client="c",
        protocol=ModelProtocol.ANTHROPIC,
        operation=Operation.GENERATE,
        model_asked="m",
        provider=provider,
    )


def test_today_and_this_month_with_what_is_under_way() -> None:
    clock = TurnedClock()  # on the 21st
    asked: list[float] = []

    def totals(since_s: float, until_s: float) -> Mapping[str, FlightTotals]:
        asked.append(since_s)
        assert until_s == clock.now_s() + 1
        if since_s > clock.now_s() - 1.1 * DAY_S:
            return {"work": FlightTotals(flights=34, cost_usd=3.2), "": FlightTotals(flights=9)}
        return {
            "work": FlightTotals(flights=402, cost_usd=41.1),
            "local": FlightTotals(flights=1),
        }

    flights = [_flight("work"), _flight("work"), _flight(None)]
    spending = ProviderSpending(totals, lambda: flights, clock)
    assert spending.words("work", 0) == ""
    spending.read()
    today_s, month_s = asked
    assert clock.now_s() - DAY_S * 1.1 < today_s <= clock.now_s()
    assert 20 * DAY_S < clock.now_s() - month_s < 22.1 * DAY_S
    under_way = spending.under_way()
    assert (under_way["work"], under_way.get("local", 0)) == (2, 0)
    words = spending.words("work", under_way["work"])
    assert words == "2 under way · today 34 requests, $3.20 · this month 402 requests, $41.10"
    assert spending.words("local", 0) == "this month 1 request"
    assert spending.words("another", 0) == ""
