"""What a card says of an account's last day."""

from collections.abc import Mapping

from llmgw_desktop.app.providers.usage import SPAN_S, AccountUsage, used_words
from llmgw_desktop.domain.flights.flight import FlightTotals
from tests.support.turned_clock import TurnedClock

BUSY = FlightTotals(
    flights=34, errors=1, input_tokens=1_200_000, output_tokens=45_000, cost_usd=3.2
)


def test_all_that_is_known_is_told() -> None:
    words = used_words(BUSY)
    assert words.startswith("24 h: 34 requests, 1.2")
    assert words.endswith("$3.20, 1 error")


def test_what_nobody_told_is_left_out() -> None:
    assert used_words(FlightTotals(flights=1)) == "24 h: 1 request"


def test_the_last_day_by_account() -> None:
    clock = TurnedClock()
    asked: list[tuple[float, float]] = []

    def totals(since_s: float, until_s: float) -> Mapping[str, FlightTotals]:
        asked.append((since_s, until_s))
        return {"": FlightTotals(flights=3), "work": BUSY, "work/second": FlightTotals(flights=2)}

    usage = AccountUsage(totals, clock)
    assert usage.of("work") == ""
    usage.read()
    assert usage.of("work") == used_words(BUSY)
    assert usage.of("work/second") == "24 h: 2 requests"
    assert usage.of("another") == usage.of("") == ""
    [(since_s, until_s)] = asked
    assert until_s - since_s == SPAN_S + 1
    assert since_s <= clock.now_s() - SPAN_S
