"""The figures behind the Overview page."""

from llmgw_desktop.app.flights.overview import (
    InputSources,
    Overview,
    OverviewSpan,
    in_words,
    input_sources,
    none_words,
    sources_in_words,
)
from llmgw_desktop.domain.flights.flight import (
    FlightBucket,
    FlightQuery,
    FlightState,
    FlightSummary,
    FlightTotals,
)
from llmgw_desktop.domain.flights.spending import PICOS, FlightSpending, SumBy
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.store.flights.spending import WhichFlights


class StillClock:
    def __init__(self, now_s: float) -> None:
        self.now = now_s

    def now_s(self) -> float:
        return self.now

    def monotonic_s(self) -> float:
        return self.now


class PlainReader:
    """Answers with what it was given and notes what it was asked."""

    def __init__(self, totals: FlightTotals | None = None, ever: int = 0) -> None:
        self.given = totals or FlightTotals()
        self.ever = ever
        self.asked: list[tuple[float, ...]] = []
        self.without: list[tuple[str, ...]] = []
        self.providers: dict[str, FlightTotals] = {}
        self.costs: dict[SumBy, dict[str, FlightSpending]] = {}

    def count(self, query: FlightQuery) -> int:
        assert query == FlightQuery()
        return self.ever

    def totals(
        self, since_s: float, until_s: float, *, without: tuple[str, ...] = ()
    ) -> FlightTotals:
        self.asked.append((since_s, until_s))
        self.without.append(without)
        return self.given

    def buckets(
        self, since_s: float, until_s: float, span_s: float, *, without: tuple[str, ...] = ()
    ) -> list[FlightBucket]:
        self.without.append(without)
        self.asked.append((since_s, until_s, span_s))
        return [
            FlightBucket(start_s=since_s + at * span_s, span_s=span_s, totals=self.given)
            for at in range(round((until_s - since_s) / span_s))
        ]

    def by_provider(self, since_s: float, until_s: float) -> dict[str, FlightTotals]:
        self.asked.append((since_s, until_s))
        return self.providers

    def spending(self, which: WhichFlights, by: SumBy | None = None) -> dict[str, FlightSpending]:
        assert which.query.since_s is not None
        assert which.query.until_s is not None
        self.asked.append((which.query.since_s, which.query.until_s))
        self.without.append(which.without)
        return self.costs.get(by or SumBy.DAY, {})


def flight(flight_id: str, started_at_s: float) -> FlightSummary:
    return FlightSummary(
        id=flight_id,
        started_at_s=started_at_s,
        state=FlightState.RUNNING,
        client="codex",
        protocol=ModelProtocol.OPENAI_CHAT,
        operation=Operation.GENERATE,
        model_asked="gpt",
    )


def overview(reader: PlainReader, now_s: float = 1_000_000.0) -> Overview:
    return Overview(reader, lambda: (), StillClock(now_s))


def test_every_part_of_the_page_looks_at_the_same_stretch() -> None:
    for span in OverviewSpan:
        reader = PlainReader()
        figures = overview(reader).figures(span)
        assert {asked[0] for asked in reader.asked} == {figures.since_s}
        # Sums may look ahead to the end of the minute: nothing has begun there.
        assert all(0 <= asked[1] - figures.until_s < 60 for asked in reader.asked)
        width_s = figures.until_s - figures.since_s
        assert width_s % figures.bucket_s == 0
        assert 50 <= width_s / figures.bucket_s <= 100


def test_the_stretch_ends_with_the_bucket_of_now_and_moves_by_whole_buckets() -> None:
    clock = StillClock(1_000_000.0)
    made = Overview(PlainReader(), lambda: (), clock)
    first = made.figures(OverviewSpan.QUARTER)
    assert first.until_s - first.bucket_s <= clock.now < first.until_s
    clock.now = first.until_s - 0.001
    assert made.figures(OverviewSpan.QUARTER).since_s == first.since_s
    clock.now = first.until_s
    assert made.figures(OverviewSpan.QUARTER).since_s == first.since_s + first.bucket_s


def test_bars_are_read_again_from_where_a_flight_ended() -> None:
    reader = PlainReader()
    made = overview(reader)
    since_s = made.figures(OverviewSpan.QUARTER).since_s
    reader.asked.clear()
    made.flights_ended([flight("flt_2", since_s + 900.5), flight("flt_1", since_s + 600.5)])
    made.figures(OverviewSpan.QUARTER, anew=False)
    assert [asked[0] for asked in reader.asked if len(asked) == 3] == [since_s + 600]
    made.figures(OverviewSpan.QUARTER)
    assert reader.asked[-2][0] == since_s


def test_the_quarter_hour_is_a_quarter_of_an_hour() -> None:
    figures = overview(PlainReader()).figures(OverviewSpan.QUARTER)
    assert figures.until_s - figures.since_s == 900


def test_the_page_knows_whether_a_flight_was_ever_recorded() -> None:
    assert not overview(PlainReader()).figures(OverviewSpan.HOUR).has_any
    assert overview(PlainReader(ever=1)).figures(OverviewSpan.HOUR).has_any
    recent = PlainReader(FlightTotals(flights=1))
    assert overview(recent).figures(OverviewSpan.HOUR).has_any


def test_shares_come_largest_first_and_leave_out_who_answered_nothing() -> None:
    reader = PlainReader()
    reader.providers = {
        "openai": FlightTotals(flights=1, errors=1),
        "anthropic": FlightTotals(flights=3),
        "practice": FlightTotals(),
    }
    shares = overview(reader).figures(OverviewSpan.HOUR).providers
    assert [(each.provider, each.flights, each.errors, each.share) for each in shares] == [
        ("anthropic", 3, 0, 0.75),
        ("openai", 1, 1, 0.25),
    ]


def test_sources_add_up_to_the_whole_prompts() -> None:
    totals = FlightTotals(
        input_tokens=120,
        cache_known_input_tokens=100,
        cache_read_tokens=70,
        cache_write_tokens=20,
    )
    sources = input_sources(totals)
    assert sources == InputSources(fresh=10, cache_write=20, cache_read=70, untold=20)
    assert sources.total == 120
    assert sources.is_cache_told


def test_what_no_provider_told_is_neither_fresh_nor_cached() -> None:
    assert input_sources(FlightTotals(flights=2)) is None
    silent = input_sources(FlightTotals(input_tokens=5))
    assert silent == InputSources(fresh=0, cache_write=0, cache_read=0, untold=5)
    assert not silent.is_cache_told
    assert sources_in_words(silent) == "Input tokens: 5 in all, 5 of unknown source."


def test_a_provider_that_tells_only_what_was_read_wrote_nothing() -> None:
    totals = FlightTotals(input_tokens=10, cache_known_input_tokens=10, cache_read_tokens=4)
    assert input_sources(totals) == InputSources(fresh=6, cache_write=0, cache_read=4, untold=0)


def test_running_flights_stand_oldest_first_with_their_age() -> None:
    new, old = flight("flt_b", 999_990.0), flight("flt_a", 999_000.0)
    made = Overview(PlainReader(), lambda: (new, old), StillClock(1_000_000.0))
    assert made.running() == (old, new)
    assert made.elapsed_ms(new) == 10_000
    assert made.elapsed_ms(flight("flt_c", 1_000_001.0)) == 0


def test_words_say_what_the_page_shows_and_dash_what_is_unknown() -> None:
    reader = PlainReader(
        FlightTotals(
            flights=412,
            errors=3,
            input_tokens=48_200,
            cache_read_tokens=41_600,
            cache_known_input_tokens=48_200,
            output_tokens=901,
        )
    )
    reader.providers = {"anthropic": FlightTotals(flights=411), "": FlightTotals(flights=1)}
    words = in_words(overview(reader).figures(OverviewSpan.QUARTER))
    assert "In the last 15 minutes: 412 flights, 3 errors." in words
    assert "Cache hit rate 86 %, first token – in the median, 901 output tokens, " in words
    assert "48,200 in all, 6,600 fresh, 0 written to a cache, 41,600 read from one." in words
    assert "anthropic: 411 flights, 99 %." in words
    assert "no provider: 1 flight, <1 %." in words
    assert "Input tokens: not known." in in_words(
        overview(PlainReader()).figures(OverviewSpan.QUARTER)
    )


def test_practice_is_no_real_traffic() -> None:
    reader = PlainReader()
    reader.providers = {
        "anthropic": FlightTotals(flights=200),
        "practice": FlightTotals(flights=60),
        "drill": FlightTotals(flights=3),
    }
    made = Overview(
        reader, lambda: (), StillClock(1_000_000.0), lambda: ["practice", "drill", "never"]
    )
    figures = made.figures(OverviewSpan.HOUR)
    names = ("drill", "never", "practice")
    assert reader.without == [names, names, names], "tiles, costs and bars"
    assert [(share.provider, share.share) for share in figures.providers] == [("anthropic", 1.0)]
    assert figures.practice_flights == 63
    assert "63 practice flights left out." in in_words(figures)
    assert none_words(figures) == "No flights but practice in the last hour."

    reader.without.clear()
    figures = made.figures(OverviewSpan.HOUR, anew=False, with_practice=True)
    assert reader.without == [(), (), ()]  # bars of before would leave some out
    assert len(figures.providers) == 3
    assert "63 practice flights counted, too." in in_words(figures)


def test_costs_are_kept_apart_by_what_is_asked_for_the_dearest_first() -> None:
    reader = PlainReader(FlightTotals(flights=9))
    reader.costs[SumBy.CLIENT] = {
        "cheap": FlightSpending(flights=4, cost_picos=PICOS),
        "dear": FlightSpending(flights=1, cost_picos=3 * PICOS),
        "": FlightSpending(flights=4, unpriced=4),
        "gone": FlightSpending(),
    }
    figures = overview(reader).figures(OverviewSpan.DAY, costs_by=SumBy.CLIENT)
    assert [(each.key, each.share) for each in figures.costs] == [
        ("dear", 0.75),
        ("cheap", 0.25),
        ("", 0.0),
    ]
    assert overview(reader).figures(OverviewSpan.DAY).costs == ()
