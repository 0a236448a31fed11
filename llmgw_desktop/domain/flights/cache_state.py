"""Figures of runs, summed: the model requests of one run that passed this gateway, whose figures
are the job's; and what vendors' prompt caches have done for many. Unknown is None.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import reduce
from operator import or_
from typing import Any

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Figure, Usage
from llmgw_desktop.domain.values import value


@value
class CacheUse:
    """Of some requests. `usage.input_tokens` counts the prompts of those whose CLI told of its
    cache: the base of the rate."""

    requests: int = 0
    hits: int = 0
    """Of these something came from a cache."""
    usage: Usage = UNKNOWN_USAGE
    saving_usd: float | None = None
    """Estimated by today's prices, what writing cost more taken off."""

    @property
    def hit_rate(self) -> float | None:
        return self.usage.cache_hit_rate


@value
class ModelCacheUse:
    """Of one model of one CLI."""

    cli: CliName
    model: str
    """Empty: the CLI chose, and did not tell."""
    use: CacheUse


@value
class LastUse:
    """The newest request of a session or with a prefix."""

    at_s: float
    """When it ended; one that goes on keeps what it uses in the cache until now."""
    blocks: int = 0
    ttl_s: int = 0
    """0: nothing was marked."""


@value
class SessionCache:
    """Of one session."""

    session_id: str
    cli: CliName
    use: CacheUse
    prefixes: int
    """How many different ones."""
    last: LastUse | None
    ttl_left_s: float | None
    """None where nothing is known of the vendor's cache."""


@value
class PrefixCache:
    """Of one stable beginning."""

    prefix_hash: str
    use: CacheUse
    models: tuple[ModelCacheUse, ...]
    first_at_s: float
    last_at_s: float


@value
class MarkedUse:
    """What marks and stable beginnings came to."""

    marked: CacheUse
    """Requests that had marks."""
    reused: int
    """Requests whose beginning had been used before in the same time."""
    written_after_first: float | None
    """Tokens written to the cache, on the average, by those."""


@value
class GlobalCache:
    """Of everything in the last hours."""

    hours: int
    use: CacheUse
    clis: tuple[ModelCacheUse, ...]
    """Each CLI's models together."""
    marks: MarkedUse


def together(uses: Iterable[CacheUse]) -> CacheUse:
    """Of a figure that nobody told the sum is None; and so is a saving of which a part that
    counts is not known."""
    every = list(uses)
    savings = [each.saving_usd for each in every if _has_to_do_with_cache(each)]
    known = [each for each in savings if each is not None]
    tells = any(each.usage.cache_read_tokens is not None for each in every)
    return CacheUse(
        requests=sum(each.requests for each in every),
        hits=sum(each.hits for each in every),
        usage=Usage(
            input_tokens=_sum(each.usage.input_tokens for each in every),
            cache_read_tokens=_sum(each.usage.cache_read_tokens for each in every),
            cache_write_tokens=_sum(each.usage.cache_write_tokens for each in every),
            cache_write_1h_tokens=_sum(each.usage.cache_write_1h_tokens for each in every),
            estimated=_any(each.usage.estimated for each in every),
            partial=_any(each.usage.partial for each in every),
        ),
        saving_usd=sum(known) if tells and len(known) == len(savings) else None,
    )


def _has_to_do_with_cache(use: CacheUse) -> bool:
    return bool(use.usage.cache_read_tokens or use.usage.cache_write_tokens)


def _any(marks: Iterable[int]) -> int:
    return reduce(or_, marks, 0)


def _sum(figures: Iterable[int | None]) -> int | None:
    known = [each for each in figures if each is not None]
    return sum(known) if known else None


MOST_IDS = 200
"""The latest of a run; how many there were is told besides."""
_SUMS = {
    "input_tokens": Figure.INPUT,
    "output_tokens": Figure.OUTPUT,
    "cache_read_tokens": Figure.CACHE_READ,
    "cache_write_tokens": Figure.CACHE_WRITE,
    "cache_write_1h_tokens": 0,
    "reasoning_tokens": Figure.REASONING,
}


@value
class LinkedFlights:
    """Flights of a run's requests, oldest first. Unknown is None; a sum of which a part is not
    known is a lower bound, and marked as one."""

    count: int = 0
    ids: tuple[str, ...] = ()
    asked: int = 0
    """Those for which an upstream was asked; counts of tokens are not among them."""
    usage: Usage = UNKNOWN_USAGE
    cost_usd: float | None = None
    tokens_of: Mapping[str, int] = field(default_factory=dict)
    """Model → what its answers used."""
    billed: int = 0
    """Those that may have used something."""
    replayed: int = 0
    """Those that the gateway's own cache answered: the CLI tells of tokens that nobody used."""

    @property
    def have_tokens(self) -> bool:
        """They are what counts: the run's own flight counts nothing."""
        return self.asked > 0

    @property
    def model(self) -> str | None:
        """The one that used the most: beside it CLIs ask small ones for titles."""
        return max(self.tokens_of, key=lambda name: self.tokens_of[name], default=None)

    def plus(self, flight: FlightSummary) -> "LinkedFlights":
        """With one more, that has ended or not."""
        more = LinkedFlights(
            count=self.count + 1,
            ids=(*self.ids, flight.id)[-MOST_IDS:],
            asked=self.asked + _asks_for_answer(flight),
            usage=self.usage,
            cost_usd=self.cost_usd,
            tokens_of=self.tokens_of,
            billed=self.billed,
            replayed=self.replayed + (not flight.attempts and flight.state is FlightState.OK),
        )
        return _with_figures(more, flight) if _may_be_billed(flight) else more


NO_FLIGHTS = LinkedFlights()


def linked_flights(flights: Iterable[FlightSummary]) -> LinkedFlights:
    """Of several, oldest first."""
    found = NO_FLIGHTS
    for flight in flights:
        found = found.plus(flight)
    return found


def _may_be_billed(flight: FlightSummary) -> bool:
    """What nobody was asked for, or was refused without a word of usage, used nothing."""
    if not _asks_for_answer(flight):
        return False
    return flight.state is not FlightState.FAILED or flight.usage != UNKNOWN_USAGE


def _asks_for_answer(flight: FlightSummary) -> bool:
    return flight.attempts > 0 and flight.operation is not Operation.COUNT_TOKENS


def _with_figures(before: LinkedFlights, flight: FlightSummary) -> LinkedFlights:
    one, other, is_first = before.usage, flight.usage, not before.billed
    partial = one.partial | other.partial
    sums: dict[str, Any] = {}
    for name, figure in _SUMS.items():
        known, more = getattr(one, name), getattr(other, name)
        sums[name] = more if known is None else known if more is None else known + more
        if not is_first and (known is None) != (more is None):
            partial |= figure
    cost, more_usd = before.cost_usd, flight.cost_usd
    if not is_first and (cost is None) != (more_usd is None):
        partial |= Figure.COST
    model = flight.model_served or flight.model_asked
    tokens = (other.input_tokens or 0) + (other.output_tokens or 0)
    return LinkedFlights(
        count=before.count,
        ids=before.ids,
        asked=before.asked,
        usage=Usage(**sums, estimated=one.estimated | other.estimated, partial=partial),
        cost_usd=more_usd if cost is None else cost + (more_usd or 0.0),
        tokens_of={**before.tokens_of, model: before.tokens_of.get(model, 0) + tokens},
        billed=before.billed + 1,
        replayed=before.replayed,
    )
