"""What was spent: by whom and for what, what of it was in vain, what the month comes to, and what
another model would have cost. Sums are exact; what is estimated says so, with what is left out.
"""

import math
import statistics
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

from llmgw_desktop.app.words.figures import counted, marked_money, money_text
from llmgw_desktop.app.words.inert_text import csv_of
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.flights.price import Price
from llmgw_desktop.domain.flights.spending import (
    NOTHING_SPENT,
    FlightSpending,
    HourLatency,
    Latency,
    LatencyKey,
    SumBy,
    by_session,
)
from llmgw_desktop.domain.usage import Provenance, Usage
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.spending import WhichFlights, midnight_s

LEAST_DAYS, MOST_DAYS = 3, 28
"""Whole days that a forecast needs, and looks back at."""
_RANGE_80 = 1.2816
"""Standard deviations to either side, between which four of five lie."""
PriceOf = Callable[[str, str], Price | None]
"""Provider and model to what it costs."""


@value
class Forecast:
    """Of the month that runs; an estimate."""

    so_far_usd: Decimal | None
    likely_usd: float | None = None
    """None where too few whole days are on record."""
    low_usd: float = 0.0
    high_usd: float = 0.0
    days: int = 0
    """Whole days that it is made of."""
    unpriced: int = 0
    """Flights in it whose cost nobody knows: the forecast is without them."""


@value
class Instead:
    """What the same tokens would have cost with one other model; an estimate by the price table."""

    model: str
    usd: float | None
    left_out: int
    """Flights of which tokens or the rate are not known."""


@value
class CacheMoney:
    """What caches came to, by the prices of now; estimates. None where no price is known."""

    saved_usd: float | None
    missed_usd: float | None
    """At most: what the tokens that were not read from a cache cost more than if they had been."""
    missed_tokens: int
    left_out: int
    """Flights of models whose prices are not known, or whose vendor tells nothing of its cache."""


@value
class SpendingFigures:
    """All that the page shows of one span."""

    since_s: float | None
    """None: of all that is kept."""
    by: SumBy
    total: FlightSpending
    sums: Mapping[str, FlightSpending]
    """By the words of `by`, those that cost most first."""
    days: Mapping[str, FlightSpending]
    cache: CacheMoney
    instead: tuple[Instead, ...]
    """If all had been answered by one of the models that answered some; the cheapest first."""
    forecast: Forecast


@value
class LatencyFigures:
    """How long answers took in one span."""

    rows: Mapping[LatencyKey, Latency]
    """Those with most flights first."""
    hours: tuple[HourLatency, ...]


class Spending:
    """Reads the disk: never on a thread that must not wait."""

    def __init__(
        self,
        reader: FlightReader,
        price_of: PriceOf,
        clock: Clock,
        practice: Callable[[], Iterable[str]] = tuple,
        *,
        sessions: Callable[[Iterable[str]], Mapping[str, str]] = lambda _: {},
    ) -> None:
        """`practice`: providers that cost nobody anything, and are left out. `sessions`: of jobs;
        waits for the disk."""
        self._sessions = sessions
        self._reader = reader
        self._price_of = price_of
        self._clock = clock
        self._practice = practice

    def figures(self, by: SumBy, days: int | None) -> SpendingFigures:
        """Of so many days with today; None: of all that is kept."""
        which = self._which(since_s := self._since_s(days), None)
        by_day = self._reader.spending(which, SumBy.DAY)
        sums = by_day if by is SumBy.DAY else self._sums(which, by)
        by_price = self._reader.spending_by_price(which)
        return SpendingFigures(
            since_s=since_s,
            by=by,
            total=sum(by_day.values(), NOTHING_SPENT),
            sums=sums,
            days=by_day,
            cache=cache_money(by_price, self._price_of),
            instead=tuple(instead_of(by_price, self._price_of)),
            forecast=self.forecast(),
        )

    def _sums(self, which: WhichFlights, by: SumBy) -> Mapping[str, FlightSpending]:
        if by is not SumBy.SESSION:
            return self._reader.spending(which, by)
        by_job = self._reader.spending(which, SumBy.JOB)
        return by_session(by_job, self._sessions(by_job))

    def forecast(self) -> Forecast:
        today = self._today()
        first = min(today.replace(day=1), today - timedelta(days=MOST_DAYS))
        which = self._which(midnight_s(first), None)
        spent = {
            date.fromisoformat(day): each
            for day, each in self._reader.spending(which, SumBy.DAY).items()
        }
        midnight, now_s = midnight_s(today), self._clock.now_s()
        length_s = midnight_s(today + timedelta(days=1)) - midnight
        return forecast_month(spent, today, passed=min(max((now_s - midnight) / length_s, 0), 1))

    def latency(self, days: int | None) -> LatencyFigures:
        """As `figures`."""
        which = self._which(self._since_s(days), None)
        return LatencyFigures(
            rows=self._reader.latency(which), hours=tuple(self._reader.latency_by_hour(which))
        )

    def _since_s(self, days: int | None) -> float | None:
        return None if days is None else midnight_s(self._today() - timedelta(days=days - 1))

    def _which(self, since_s: float | None, until_s: float | None) -> WhichFlights:
        query = FlightQuery(since_s=since_s, until_s=until_s)
        return WhichFlights(query=query, without=tuple(sorted(self._practice())))

    def _today(self) -> date:
        return local_day(self._clock.now_s())


def local_day(at_s: float) -> date:
    """Of this computer's clock."""
    from llmgw_desktop.app.words.figures import local_time

    return local_time(at_s).date()


def forecast_month(spent: Mapping[date, FlightSpending], today: date, passed: float) -> Forecast:
    """By the mean of the last whole days, and how far they lie apart. `passed`: how much of today
    is over, from 0 to 1. Days without a flight cost nothing, from the first on record on."""
    month = [each for day, each in spent.items() if day.replace(day=1) == today.replace(day=1)]
    so_far = sum(month, NOTHING_SPENT)
    begun = [day for day in spent if day < today]
    first = max(min(begun, default=today), today - timedelta(days=MOST_DAYS))
    days = [first + timedelta(days=number) for number in range((today - first).days)]
    daily = [float(spent.get(day, NOTHING_SPENT).cost_usd or 0) for day in days]
    unpriced = so_far.unpriced + sum(
        spent[day].unpriced for day in days if day in spent and day.month != today.month
    )
    if len(daily) < LEAST_DAYS:
        return Forecast(so_far_usd=so_far.cost_usd, days=len(daily), unpriced=unpriced)
    left = monthrange(today.year, today.month)[1] - today.day + (1 - passed)
    base = float(so_far.cost_usd or 0)
    likely = base + statistics.fmean(daily) * left
    spread = statistics.stdev(daily) * math.sqrt(left + left * left / len(daily)) * _RANGE_80
    return Forecast(
        so_far_usd=so_far.cost_usd,
        likely_usd=likely,
        low_usd=max(base, likely - spread),
        high_usd=likely + spread,
        days=len(daily),
        unpriced=unpriced,
    )


def would_have_cost(model: str, spent: Iterable[FlightSpending], price: Price) -> Instead:
    """By its usual rates for short prompts, with the same share from a cache."""
    plain, usd, left_out = replace(price, tiers=(), besides=(), peak=None), 0.0, 0
    is_known = False
    for each in spent:
        bill = plain.bill(_usage(each))
        if bill.usd is None or bill.unpriced:
            left_out += each.flights
            continue
        is_known = True
        usd += bill.usd
        left_out += each.untold
    return Instead(model=model, usd=usd if is_known else None, left_out=left_out)


def instead_of(spent: Mapping[tuple[str, str], FlightSpending], price_of: PriceOf) -> list[Instead]:
    """Of the models whose price is known, each name once."""
    found: dict[str, Instead] = {}
    for provider, model in spent:
        price = price_of(provider, model)
        if price is not None and not price.is_free and model not in found:
            found[model] = would_have_cost(model, spent.values(), price)
    return sorted(found.values(), key=lambda each: (each.usd is None, each.usd or 0))


def cache_money(spent: Mapping[tuple[str, str], FlightSpending], price_of: PriceOf) -> CacheMoney:
    saved, missed, tokens, left_out = 0.0, 0.0, 0, 0
    is_known = False
    for (provider, model), each in spent.items():
        known, price = each.cache_known_input_tokens, price_of(provider, model)
        rate = None if price is None else price.rates.cache_read
        if price is None or rate is None or known is None:
            left_out += each.flights
            continue
        gain = price.cache_saving_usd(_usage(each))
        fresh = max(known - (each.cache_read_tokens or 0), 0)
        if gain is None:
            left_out += each.flights
            continue
        is_known = True
        saved += gain
        tokens += fresh
        missed += fresh * max(price.rates.input - rate, 0.0) / 1_000_000
    return CacheMoney(
        saved_usd=saved if is_known else None,
        missed_usd=missed if is_known else None,
        missed_tokens=tokens,
        left_out=left_out,
    )


def _usage(spent: FlightSpending) -> Usage:
    return Usage(
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        cache_read_tokens=spent.cache_read_tokens,
        cache_write_tokens=spent.cache_write_tokens,
        cache_write_1h_tokens=spent.cache_write_1h_tokens,
    )


def cost_words(spent: FlightSpending) -> str:
    """«$3.10», «≥$3.10»."""
    cost = spent.cost_usd
    return marked_money(None if cost is None else float(cost), spent.cost_provenance)


def doubt_words(spent: FlightSpending) -> str:
    """What the sums leave out, in a sentence; empty where nothing."""
    parts = []
    if spent.unpriced:
        parts.append(f"the cost of {counted(spent.unpriced, 'flight')} is not known")
    if spent.bounded:
        parts.append(f"{counted(spent.bounded, 'flight')} cost at least what is counted")
    if spent.guessed:
        parts.append(f"the cost of {counted(spent.guessed, 'flight')} is estimated")
    if spent.untold:
        parts.append(f"tokens of {counted(spent.untold, 'flight')} are not known")
    words = "; ".join(parts)
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def waste_rows(total: FlightSpending) -> list[tuple[str, str, str, str]]:
    """(What, how much, what is to be said, filter of its flights) of what was in vain."""
    rows = []
    if total.cut or total.canceled:
        said = f"{counted(total.cut, 'answer')} cut, {total.canceled:,} left by the caller"
        cost = _dollars(total.cut_cost_usd)
        rows.append(("Broken off", cost, said, "state:cut,canceled"))
    if total.retried:
        said = (
            f"{counted(total.retried, 'flight')} needed {counted(total.more_attempts, 'attempt')}"
            f" more; their answers cost this. What failed attempts cost nobody tells."
        )
        rows.append(("Retries, failovers", _dollars(total.retried_cost_usd), said, "attempts>1"))
    if total.failed:
        said = f"{counted(total.failed, 'flight')} ended with an error"
        rows.append(("Failed", _dollars(total.failed_cost_usd), said, "state:failed"))
    return rows


def _dollars(cost: Decimal | None) -> str:
    return money_text(None if cost is None else float(cost))


def cache_rows(cache: CacheMoney) -> list[tuple[str, str, str, str]]:
    """As `waste_rows`."""
    if cache.missed_usd is None or cache.saved_usd is None:
        return []
    besides = f" {counted(cache.left_out, 'flight')} left out." if cache.left_out else ""
    missed = f"{cache.missed_tokens:,} prompt tokens came from no cache: what it could have saved"
    saved = "what prompt tokens from a cache cost less"
    return [
        ("Cache misses", f"≤{_est(cache.missed_usd)}", f"{missed}.{besides}", "cache<50%"),
        ("Caches saved", _est(cache.saved_usd), f"By the prices of now: {saved}.", "cache>0%"),
    ]


def _est(usd: float) -> str:
    return f"{'−' if usd < 0 else ''}{money_text(abs(usd))} est."


def forecast_words(forecast: Forecast) -> str:
    known = forecast.so_far_usd
    provenance = Provenance.PARTIAL if forecast.unpriced else Provenance.TOLD
    so_far = marked_money(None if known is None else float(known), provenance)
    if forecast.likely_usd is None:
        need = f"a forecast needs {LEAST_DAYS} whole days, and {forecast.days} are on record"
        return f"This month so far {so_far}; {need}."
    low, high = money_text(forecast.low_usd), money_text(forecast.high_usd)
    made = f"four times in five between {low} and {high}, by the last {forecast.days} days"
    less = f" Without {counted(forecast.unpriced, 'flight')} of unknown cost." * bool(
        forecast.unpriced
    )
    return (
        f"This month so far {so_far}; est. {money_text(forecast.likely_usd)} in all: {made}.{less}"
    )


_FILTERS = {SumBy.CLIENT, SumBy.MODEL, SumBy.PROVIDER, SumBy.ACCOUNT, SumBy.PROJECT}
_FILTERS |= {SumBy.LABEL, SumBy.JOB, SumBy.CONVERSATION, SumBy.AGENT}


def filter_of(by: SumBy, key: str) -> str:
    """What shows the flights of one row; empty where the filter has no word for it."""
    if by is SumBy.DAY:
        after = date.fromisoformat(key) + timedelta(days=1)
        return f"since:{key} until:{after}"
    if by not in _FILTERS or not key or any(sign in key for sign in '*?,"\\'):
        return ""
    return f'{by}:"{key}"' if any(sign.isspace() for sign in key) else f"{by}:{key}"


def csv_text(by: SumBy, sums: Mapping[str, FlightSpending]) -> str:
    """For spreadsheets: exact dollars; what is not known is empty."""
    names = [each.name for each in fields(FlightSpending) if not each.name.endswith("_picos")]
    costs = ("cost_usd", "cut_cost_usd", "retried_cost_usd", "failed_cost_usd")

    def plain(spent: FlightSpending) -> list[object]:
        told = [getattr(spent, name) for name in (*costs, *names)]
        return [f"{each:f}" if isinstance(each, Decimal) else each for each in told]

    rows = [[key, *plain(spent)] for key, spent in sums.items()]
    return csv_of([str(by), *costs, *names], rows)


def latency_csv(rows: Mapping[LatencyKey, Latency]) -> str:
    """As `csv_text`, in milliseconds."""
    kinds, shares = ("first_token", "total", "own"), ("p50_ms", "p95_ms", "p99_ms")
    told = [
        [key.provider, key.model, each.total.flights]
        + [getattr(getattr(each, kind), share) for kind in kinds for share in shares]
        for key, each in rows.items()
    ]
    head = [f"{kind}_{share}" for kind in kinds for share in shares]
    return csv_of(["provider", "model", "flights", *head], told)
