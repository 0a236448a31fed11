"""The figures of the Overview, one span read in one call. Bars are kept between readings: only
what may have changed is read again.

A bar counts the flights that began in its stretch and have ended. So it changes when a flight ends,
and the flight's beginning says which bar it is. What ended a moment ago may not be on the disk yet,
so it counts as changed for a while longer.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum

from llmgw_desktop.app.flights.provenance_words import sum_money, sum_tokens
from llmgw_desktop.app.words.figures import (
    count_text,
    counted,
    duration_text,
    local_time,
    share_text,
)
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flights.flight import (
    FlightBucket,
    FlightQuery,
    FlightSummary,
    FlightTotals,
)
from llmgw_desktop.domain.flights.spending import FlightSpending, SumBy
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.spending import WhichFlights

WRITTEN_WITHIN_S = 5.0
"""The recorder writes ten times a second; when it cannot, it says so."""
_SLOT_S = 0.5
_MOST_SLOTS = 120

_Read = Callable[[float, float, float], list[FlightBucket]]


class RecentEnds:
    """From when on bars may have changed. `note` is for one thread, the rest for another."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._slots: deque[tuple[float, float]] = deque()
        """When flights ended, by slots of half a second, and when the first of them had begun."""

    def note(self, started_at_s: float) -> None:
        """A flight that began then has ended now."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            if self._slots and now_s - self._slots[-1][0] < _SLOT_S:
                at_s, earliest_s = self._slots[-1]
                self._slots[-1] = (at_s, min(earliest_s, started_at_s))
            else:
                self._slots.append((now_s, started_at_s))
            if len(self._slots) > _MOST_SLOTS:  # nobody has read for long
                _, earliest_s = self._slots.popleft()
                at_s, next_s = self._slots[0]
                self._slots[0] = (at_s, min(earliest_s, next_s))

    def earliest_s(self) -> float | None:
        """The beginning of the oldest flight that has ended since; None where none has."""
        with self._lock:
            return min((earliest_s for _, earliest_s in self._slots), default=None)

    def forget_before(self, at_s: float) -> None:
        """What had ended by then is on the disk and was read."""
        with self._lock:
            while self._slots and self._slots[0][0] + _SLOT_S < at_s:
                self._slots.popleft()


class BucketMemory:
    """For one reader at a time."""

    def __init__(self, read: _Read, clock: Clock) -> None:
        self.ends = RecentEnds(clock)
        self._read = read
        self._clock = clock
        self._buckets: tuple[FlightBucket, ...] = ()

    def buckets(
        self, since_s: float, until_s: float, span_s: float, *, anew: bool
    ) -> tuple[FlightBucket, ...]:
        """`anew` reads all of them."""
        began_s = self._clock.monotonic_s()
        kept = [] if anew else self._unchanged(since_s, until_s, span_s)
        from_s = kept[-1].start_s + span_s if kept else since_s
        read = self._read(from_s, until_s, span_s) if from_s < until_s else []
        self._buckets = (*kept, *read)
        self.ends.forget_before(began_s - WRITTEN_WITHIN_S)
        return self._buckets

    def _unchanged(self, since_s: float, until_s: float, span_s: float) -> list[FlightBucket]:
        """The bars at the beginning of the stretch that are as they were."""
        earliest_s = self.ends.earliest_s()
        edge_s = until_s if earliest_s is None else earliest_s
        kept: list[FlightBucket] = []
        for bucket in self._buckets:
            is_next = bucket.start_s == since_s + len(kept) * span_s and bucket.span_s == span_s
            if is_next and bucket.start_s + span_s <= min(edge_s, until_s):
                kept.append(bucket)
            elif kept:
                break
        return kept


NO_PROVIDER = "no provider"
"""Shown for flights that reached none: an unknown model, a refused key."""


class OverviewSpan(StrEnum):
    """How far back the page looks; each has its own width of bars."""

    QUARTER = "15m"
    HOUR = "1h"
    DAY = "24h"
    WEEK = "7d"


@value
class _Shape:
    bucket_s: int
    buckets: int
    words: str


_SHAPES = {
    OverviewSpan.QUARTER: _Shape(bucket_s=15, buckets=60, words="the last 15 minutes"),
    OverviewSpan.HOUR: _Shape(bucket_s=60, buckets=60, words="the last hour"),
    OverviewSpan.DAY: _Shape(bucket_s=1200, buckets=72, words="the last 24 hours"),
    OverviewSpan.WEEK: _Shape(bucket_s=7200, buckets=84, words="the last 7 days"),
}


@value
class InputSources:
    """Input tokens by where they came from; all parts add up to the whole prompts."""

    fresh: int
    cache_write: int
    cache_read: int
    untold: int
    """Of flights whose provider says nothing of its cache."""

    @property
    def total(self) -> int:
        return self.fresh + self.cache_write + self.cache_read + self.untold

    @property
    def is_cache_told(self) -> bool:
        """Whether any provider of the span spoke of its cache."""
        return self.total > self.untold or self.total == 0


@value
class ProviderShare:
    """How much of the span's flights one provider answered."""

    provider: str
    """Empty for flights that reached none."""
    flights: int
    errors: int
    share: float
    """0 to 1."""


@value
class CostShare:
    """How much of the span's known cost is of one model, client or conversation."""

    key: str
    """Empty for flights of which it is not known."""
    spent: FlightSpending
    share: float
    """0 to 1; 0 where the cost is not known."""


@value
class OverviewFigures:
    """All that the page shows of one span."""

    span: OverviewSpan
    since_s: float
    until_s: float
    bucket_s: float
    totals: FlightTotals
    buckets: tuple[FlightBucket, ...]
    providers: tuple[ProviderShare, ...]
    """Most flights first."""
    has_any: bool
    """Whether a flight was ever recorded, in this span or before."""
    with_practice: bool = False
    practice_flights: int = 0
    """Of practice providers, in this span; they are in the other figures only `with_practice`."""
    costs_by: SumBy = SumBy.MODEL
    costs: tuple[CostShare, ...] = ()
    """Those that cost most first."""


class Overview:
    """Reads a span in one call; `running` are the flights under way, oldest first."""

    def __init__(
        self,
        reader: FlightReader,
        running: Callable[[], Sequence[FlightSummary]],
        clock: Clock,
        practice: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """`practice`: the names of the practice providers."""
        self._reader = reader
        self._running = running
        self._clock = clock
        self._practice = practice
        self._left_out: tuple[str, ...] = ()
        self._memory = BucketMemory(self._buckets, clock)

    def flights_ended(self, flights: Sequence[FlightSummary]) -> None:
        """Tell of all, so that `figures` knows what it need not read again."""
        if flights:
            self._memory.ends.note(min([flight.started_at_s for flight in flights]))

    def today(self) -> FlightTotals:
        """Since midnight, without practice. Blocks. Raises StoreError."""
        now_s = self._clock.now_s()
        midnight = local_time(now_s).replace(hour=0, minute=0, second=0, microsecond=0)
        practice = tuple(sorted(self._practice()))
        return self._reader.totals(midnight.timestamp(), now_s + 1, without=practice)

    def figures(
        self,
        span: OverviewSpan,
        *,
        anew: bool = True,
        with_practice: bool = False,
        costs_by: SumBy = SumBy.MODEL,
    ) -> OverviewFigures:
        """Ends with the bucket that contains now, so that bars keep their place between calls.

        With `anew` off, old bars are as they were unless a flight ended that began in them.
        """
        practice = tuple(sorted(self._practice()))
        left_out = () if with_practice else practice
        anew, self._left_out = anew or left_out != self._left_out, left_out
        shape = _SHAPES[span]
        until_s = (self._clock.now_s() // shape.bucket_s + 1) * shape.bucket_s
        since_s = until_s - shape.bucket_s * shape.buckets
        totals = self._reader.totals(since_s, until_s, without=left_out)
        by_provider = self._reader.by_provider(since_s, until_s)
        answered = {name: each for name, each in by_provider.items() if name not in left_out}
        practiced = [by_provider[name].flights for name in practice if name in by_provider]
        query = FlightQuery(since_s=since_s, until_s=until_s)
        costs = self._reader.spending(WhichFlights(query=query, without=left_out), costs_by)
        return OverviewFigures(
            span=span,
            since_s=since_s,
            until_s=until_s,
            bucket_s=shape.bucket_s,
            totals=totals,
            buckets=self._memory.buckets(since_s, until_s, shape.bucket_s, anew=anew),
            providers=_shares(answered),
            has_any=totals.flights > 0 or self._reader.count(FlightQuery()) > 0,
            with_practice=with_practice,
            practice_flights=sum(practiced),
            costs_by=costs_by,
            costs=_cost_shares(costs),
        )

    def _buckets(self, since_s: float, until_s: float, span_s: float) -> list[FlightBucket]:
        return self._reader.buckets(since_s, until_s, span_s, without=self._left_out)

    def running(self) -> tuple[FlightSummary, ...]:
        return tuple(sorted(self._running(), key=lambda flight: (flight.started_at_s, flight.id)))

    def elapsed_ms(self, flight: FlightSummary) -> float:
        """How long it has been under way."""
        return max(0.0, (self._clock.now_s() - flight.started_at_s) * 1000)


def input_sources(totals: FlightTotals) -> InputSources | None:
    """None where no flight of the span told its input tokens."""
    if totals.input_tokens is None:
        return None
    told = min(totals.cache_known_input_tokens or 0, totals.input_tokens)
    write = totals.cache_write_tokens or 0
    read = totals.cache_read_tokens or 0
    return InputSources(
        fresh=max(told - write - read, 0),
        cache_write=write,
        cache_read=read,
        untold=totals.input_tokens - told,
    )


def charted(totals: FlightTotals) -> tuple[list[float], list[float], list[float]]:
    """Input tokens; seconds to the first token, the median and the 95th percentile; dollars. Empty
    where it is not known, which is not nothing."""
    times_ms = (totals.ttft_p50_ms, totals.ttft_p95_ms)
    return (
        [] if totals.input_tokens is None else [float(totals.input_tokens)],
        [each / 1000 for each in times_ms if each is not None],
        [] if totals.cost_usd is None else [totals.cost_usd],
    )


def span_words(span: OverviewSpan) -> str:
    """«the last 15 minutes»."""
    return _SHAPES[span].words


def none_words(figures: OverviewFigures) -> str:
    """«No flights in the last hour.», where there are none to be shown."""
    is_left_out = figures.practice_flights and not figures.with_practice
    but = " but practice" if is_left_out else ""
    return f"No flights{but} in {span_words(figures.span)}."


def in_words(figures: OverviewFigures) -> str:
    """The whole page in a few sentences, for those who do not see it."""
    totals = figures.totals
    sentences = [
        f"In {span_words(figures.span)}: {counted(totals.flights, 'flight')}"
        f", {counted(totals.errors, 'error')}.",
        f"Cache hit rate {share_text(totals.cache_hit_rate)}"
        f", first token {duration_text(totals.ttft_p50_ms)} in the median"
        f", {sum_tokens(totals, Figure.OUTPUT, in_full=True)} output tokens"
        f", cost {sum_money(totals)}.",
        *practice_words(figures),
        sources_in_words(input_sources(totals)),
    ]
    sentences += (
        f"{share.provider or NO_PROVIDER}: {counted(share.flights, 'flight')}"
        f", {share_text(share.share)}."
        for share in figures.providers
    )
    return " ".join(sentences)


def practice_words(figures: OverviewFigures) -> list[str]:
    """«63 flights of practice are left out.»; nothing where there are none."""
    if not figures.practice_flights:
        return []
    flights = counted(figures.practice_flights, "practice flight")
    if figures.with_practice:
        return [f"{flights} counted, too."]
    return [f"{flights} left out."]


def sources_in_words(sources: InputSources | None) -> str:
    """«Input tokens: 48,200 in all, 4,300 fresh, 2,300 written …»."""
    if sources is None:
        return "Input tokens: not known."
    words = f"Input tokens: {count_text(sources.total)} in all"
    if sources.is_cache_told:
        words += (
            f", {count_text(sources.fresh)} fresh"
            f", {count_text(sources.cache_write)} written to a cache"
            f", {count_text(sources.cache_read)} read from one"
        )
    if sources.untold:
        words += f", {count_text(sources.untold)} of unknown source"
    return f"{words}."


def _shares(by_provider: dict[str, FlightTotals]) -> tuple[ProviderShare, ...]:
    flights = sum(totals.flights for totals in by_provider.values())
    shares = (
        ProviderShare(
            provider=provider,
            flights=totals.flights,
            errors=totals.errors,
            share=totals.flights / flights,
        )
        for provider, totals in by_provider.items()
        if totals.flights
    )
    return tuple(sorted(shares, key=lambda share: (-share.flights, share.provider)))


def _cost_shares(costs: Mapping[str, FlightSpending]) -> tuple[CostShare, ...]:
    whole = sum(spent.cost_picos or 0 for spent in costs.values())
    shares = (
        CostShare(key=key, spent=spent, share=(spent.cost_picos or 0) / whole if whole else 0.0)
        for key, spent in costs.items()
        if spent.flights
    )
    return tuple(sorted(shares, key=lambda each: (-each.share, -each.spent.flights, each.key)))
