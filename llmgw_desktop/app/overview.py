"""What goes on, at a glance: the figures behind the Overview page, for one stretch of time.

Every number is computed here or in `domain/`, once; the page only draws. What is unknown stays
None. Reading waits for the disk, so it belongs in a worker thread; `running` is quick.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from llmgw_desktop.app.figures import count_text, counted, duration_text, share_text
from llmgw_desktop.app.overview_buckets import BucketMemory
from llmgw_desktop.app.provenance_words import sum_money, sum_tokens
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flight import FlightBucket, FlightQuery, FlightSummary, FlightTotals
from llmgw_desktop.domain.usage import Figure

NO_PROVIDER = "no provider"
"""Shown for flights that reached none: an unknown model, a refused key."""


class OverviewSpan(StrEnum):
    """How far back the page looks; each has its own width of bars."""

    QUARTER = "15m"
    HOUR = "1h"
    DAY = "24h"
    WEEK = "7d"


@dataclass(frozen=True, slots=True, kw_only=True)
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


class RecordedTotals(Protocol):
    """What is asked of the store's reader. Every call may wait for the disk."""

    def count(self, query: FlightQuery) -> int: ...

    def totals(
        self, since_s: float, until_s: float, *, without: tuple[str, ...] = ()
    ) -> FlightTotals: ...

    def buckets(
        self, since_s: float, until_s: float, span_s: float, *, without: tuple[str, ...] = ()
    ) -> list[FlightBucket]: ...

    def by_provider(self, since_s: float, until_s: float) -> dict[str, FlightTotals]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderShare:
    """How much of the span's flights one provider answered."""

    provider: str
    """Empty for flights that reached none."""
    flights: int
    errors: int
    share: float
    """0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
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


class Overview:
    """Reads a span in one call; `running` are the flights under way, oldest first."""

    def __init__(
        self,
        reader: RecordedTotals,
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

    def figures(
        self, span: OverviewSpan, *, anew: bool = True, with_practice: bool = False
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
