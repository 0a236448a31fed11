"""What an answer cost: the person's own prices first, else the shipped table's, else unknown; and
what many of them cost and took, as it is told to callers."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.flights.price import NO_BILL, Bill, Price, PriceRule, Rates
from llmgw_desktop.domain.flights.spending import (
    FlightSpending,
    Latency,
    LatencyKey,
    SumBy,
    by_session,
)
from llmgw_desktop.domain.jobs.cli_settings import provider_of
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.plain_text import Glob
from llmgw_desktop.domain.provider import KINDS, PRACTICE_PREFIX, Provider, Upstream
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.flights.spending import WhichFlights
from llmgw_desktop.store.routing.prices import PriceTable, load_price_table

_KNOWN_PAIRS = 1024
_PRACTICE = PRACTICE_PREFIX.rstrip("/")
"""No other provider may have this name."""
_FREE = Price(rates=Rates(input=0.0, output=0.0), is_free=True)
_VENDORS_BY_HOST = {
    "api.mistral.ai": "mistral",
    "api.x.ai": "xai",
    "api.deepseek.com": "deepseek",
}


class Pricing:
    """`bill` costs a flight one look into a table."""

    def __init__(self, load: Callable[[], PriceTable] = load_price_table) -> None:
        """`load` is called when a first price is wanted."""
        self._load = load
        self._table: PriceTable | None = None
        self._vendors: dict[str, str] = {}
        self._rules: Sequence[tuple[Glob, Glob, Price]] = ()
        self._found: dict[tuple[str, str], Price | None] = {}

    def apply(self, providers: Sequence[Provider], rules: Sequence[PriceRule]) -> None:
        self._vendors = {each.name: vendor for each in providers if (vendor := vendor_of(each))}
        self._rules = [(Glob(rule.provider), Glob(rule.model), rule.price) for rule in rules]
        self._found.clear()

    def price_of(self, provider: str, model: str) -> Price | None:
        """None where no price is known."""
        pair = (provider, model)
        try:
            return self._found[pair]
        except KeyError:
            price = self._look_up(provider, model)
        if len(self._found) < _KNOWN_PAIRS:  # models are named by callers
            self._found[pair] = price
        return price

    def price_of_run(self, cli: CliName, model: str) -> Price | None:
        """What its vendor takes where it is paid by the token; None where that is not known."""
        price = self.price_of(provider_of(cli), model)
        return price or self.table.price_of(cli_of(cli).vendor, model)

    def usual(self, upstream: Upstream, model: str) -> float | None:
        """One figure to compare models by; None where no price is known."""
        price = self.price_of(upstream.provider, model)
        return None if price is None else price.usual

    def bill(self, provider: str | None, models: Iterable[str | None], usage: Usage) -> Bill:
        """By the prices of now, and by the first of these names of its model that has one."""
        for model in models:
            if provider and model and (price := self.price_of(provider, model)) is not None:
                return price.bill(usage)
        return NO_BILL

    @property
    def table(self) -> PriceTable:
        if self._table is None:
            self._table = self._load()
        return self._table

    def _look_up(self, provider: str, model: str) -> Price | None:
        for of_provider, of_model, price in self._rules:
            if of_provider.fits(provider) and of_model.fits(model):
                return price
        if provider == _PRACTICE:
            return _FREE
        vendor = self._vendors.get(provider)
        return self.table.price_of(vendor, model) if vendor else None


def vendor_of(provider: Provider) -> str:
    """Whose public prices hold for it; empty for servers that charge by nobody's list.

    A server of the person's own costs what the person says, though it speaks like a vendor: it may
    ask one that is paid, so that nothing is taken for free unsaid.
    """
    if provider.local:
        return ""
    host = urlsplit(provider.base_url).hostname or ""
    return KINDS[provider.kind].price_list or _VENDORS_BY_HOST.get(host, "")


@value
class FlightSums:
    """Where they come from: all of these wait for the disk."""

    spending: Callable[[WhichFlights, SumBy | None], dict[str, FlightSpending]]
    latency: Callable[[WhichFlights], dict[LatencyKey, Latency]]
    sessions: Callable[[Iterable[str]], Mapping[str, str]]
    """Of jobs."""

    async def spent(self, by: SumBy, query: FlightQuery) -> dict[str, Any]:
        """Raises InvalidRun."""
        from llmgw_desktop.wire.native.flights import sums_object  # nobody asks at a start

        _check(query)
        return await asyncio.to_thread(lambda: sums_object(by, self.found(by, query)))

    def found(self, by: SumBy, query: FlightQuery) -> dict[str, FlightSpending]:
        """Waits for the disk."""
        which = WhichFlights(query=query)
        if by is not SumBy.SESSION:
            return self.spending(which, by)
        by_job = self.spending(which, SumBy.JOB)
        return by_session(by_job, self.sessions(by_job))

    async def timed(self, query: FlightQuery) -> dict[str, Any]:
        """Raises InvalidRun."""
        from llmgw_desktop.wire.native.flights import latency_object

        _check(query)
        return latency_object(await asyncio.to_thread(self.latency, WhichFlights(query=query)))


def _check(query: FlightQuery) -> None:
    if query.said:
        raise InvalidRun("'body' is not looked for in sums", field="filter")
