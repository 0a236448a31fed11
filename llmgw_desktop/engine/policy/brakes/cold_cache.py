"""Holds requests whose prompt lay in their vendor's cache and does so no longer, where that costs
more than `[cache_awareness] ask_above_usd`: a person sees the price and the reason, and decides.

What prompts consist of is noted as hashes under a key of this program's own, in a thread beside the
loop, and of those requests alone that could be dear enough. Of each forecast its flight tells what
became of it. Where nobody is there to be asked, the request goes on, and its flight says so.
"""

import asyncio
import logging
import os
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

from llmgw_desktop.domain.brakes import Brake, HoldChoice
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import Event, FlightClosed
from llmgw_desktop.domain.flights.cache_forecast import CacheForecast, ColdCause, forecast
from llmgw_desktop.domain.flights.cache_kin import PrintedFlight, habits_of
from llmgw_desktop.domain.flights.price import PER, Price, Rates
from llmgw_desktop.domain.flights.prompt_print import LEAST_BYTES, PromptPrint
from llmgw_desktop.domain.provider import ModelProtocol, Provider
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.policy.brakes.holds import HoldDesk, HoldReason, VendorFacts
from llmgw_desktop.engine.prompt_cache.explainer import lost_usd
from llmgw_desktop.engine.prompt_cache.fingerprints import MOST_BYTES, print_of

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_KNOWN = 400
"""Requests that a later one is compared with, of all clients."""
_MOST_COMPARED = 24
_LEAST_BYTES_A_TOKEN = 2
"""No prompt is taken for more tokens than this makes of its bytes."""
_BYTES_A_TOKEN = 4
_MODELS_OFFERED = 2
_SEND = HoldChoice(id="send", words="Send it all the same")
_WARM = "warm_account"
_log = logging.getLogger(__name__)


class ColdCacheGate:
    """On the loop."""

    def __init__(self, desk: HoldDesk, vendors: VendorFacts, clock: Clock, bus: Bus) -> None:
        self._desk, self._vendors, self._clock, self._bus = desk, vendors, clock, bus
        self._key = os.urandom(32)
        self._known: OrderedDict[str, tuple[str, PrintedFlight]] = OrderedDict()
        """(client, what it asked) by flights, the newest last."""
        self._running: dict[str, tuple[str, PromptPrint, Candidate]] = {}
        self._providers: dict[str, Provider] = {}
        self._above_usd = 0.0
        self._end: Callable[[], None] | None = None

    def apply(self, settings: Settings) -> None:
        self._above_usd = settings.cache_awareness.ask_above_usd
        self._providers = {each.name: each for each in settings.providers}
        if self._above_usd and self._end is None:
            self._end = self._bus.subscribe(self._closed, FlightClosed)
        elif not self._above_usd and self._end is not None:
            self._end()
            self._end = None
            self._known.clear()
            self._running.clear()

    async def check(self, exchange: Exchange) -> None:
        """Raises HeldBack."""
        if not LEAST_BYTES <= len(exchange.request.body) <= MOST_BYTES:
            return
        candidate = self._first_asked(exchange)
        price = self._vendors.price_of(candidate.upstream.provider, candidate.model)
        if price is None or not self._could_be_dear(exchange, candidate, price):
            return
        request = exchange.request
        try:
            made = await asyncio.to_thread(print_of, request.body, request.protocol, self._key)
        except (LlmgwError, ValueError, TypeError, RecursionError):
            return  # whoever must read it says what is wrong with it
        told = self._forecast(exchange, candidate, made)
        if told is not None and told.cause is not None:
            candidate = await self._cold(exchange, candidate, told, price)
        if told is not None:
            is_kept = told.cause is None
            exchange.flight.foretold(told.expected_tokens if is_kept else 0)
        client = exchange.principal.client_id
        self._running[request.flight_id] = (client, made, candidate)

    def _first_asked(self, exchange: Exchange) -> Candidate:
        candidates, health = exchange.decision.candidates, self._vendors.health
        free = (
            each for each in candidates if not health.why_not(each.upstream.account, each.model)
        )
        return next(free, candidates[0])

    def _could_be_dear(self, exchange: Exchange, candidate: Candidate, price: Price) -> bool:
        """Also of a request that a later one, twice as long, is to be compared with."""
        size, protocol = len(exchange.request.body), candidate.upstream.protocol
        if protocol is ModelProtocol.CLI or price.is_free:
            return False
        rates = price.rates_for(size // _BYTES_A_TOKEN)
        if rates is None or rates.cache_read is None:
            return False
        dearest = max(_rates_of(rates))
        return 2 * size / _LEAST_BYTES_A_TOKEN * (dearest - rates.cache_read) / PER >= (
            self._above_usd
        )

    def _forecast(
        self, exchange: Exchange, candidate: Candidate, made: PromptPrint
    ) -> CacheForecast | None:
        upstream, client = candidate.upstream, exchange.principal.client_id
        flight = replace(
            exchange.flight.summary(),
            provider=upstream.provider,
            account=upstream.account,
            model_served=candidate.model,
            upstream_protocol=upstream.protocol,
            started_at_s=self._clock.now_s(),
        )
        own = [kin for owner, kin in self._known.values() if owner == client]
        habits = habits_of(upstream.kind, upstream.protocol, candidate.model)
        now = PrintedFlight(flight=flight, made=made)
        return forecast(now, own[-_MOST_COMPARED:], habits)

    async def _cold(
        self, exchange: Exchange, candidate: Candidate, told: CacheForecast, price: Price
    ) -> Candidate:
        """Who is asked first, as a person wants it."""
        prompt_tokens = len(exchange.request.body) // _BYTES_A_TOKEN
        extra_usd = lost_usd(price, told.usage(prompt_tokens), told.lost_tokens)
        if extra_usd is None or extra_usd < self._above_usd:
            return candidate
        why = _reason(told, candidate)
        words = (
            f"{why} About {told.lost_tokens:,} tokens are sent again, which costs about "
            f"${extra_usd:.2f} more than to read them from the cache."
        )
        if not self._desk.audience.is_there:
            reason = exchange.flight.route_reason
            exchange.flight.because(f"{reason} {words} Nobody was there to be asked.".strip())
            return candidate
        ways = self._ways(exchange, candidate, told)
        who = exchange.principal.label or exchange.principal.name
        chosen = await self._desk.decide(
            exchange,
            HoldReason(
                brake=Brake.COLD_CACHE,
                title=f"{who}: a cold cache costs about ${extra_usd:.2f} more",
                words=words,
                choices=(_SEND, *(choice for choice, _ in ways.values())),
                facts=_facts(told, candidate, extra_usd),
            ),
        )
        if chosen == _SEND.id:
            return candidate
        return await self._other(exchange, ways[chosen][1])

    def _ways(
        self, exchange: Exchange, candidate: Candidate, told: CacheForecast
    ) -> dict[str, tuple[HoldChoice, Candidate]]:
        """Others that may be asked in its place, by the ids of their choices."""
        found: dict[str, tuple[HoldChoice, Candidate]] = {}
        warm = None if told.before is None else told.before.flight.account
        of_warm = (each for each in exchange.decision.candidates if each.upstream.account == warm)
        other = next(of_warm, None)
        if told.cause is ColdCause.ACCOUNT and other is not None:
            left_s = self._vendors.health.wait(other).left_s
            if left_s is not None:
                until = f"Wait {left_s:.0f} s for" if left_s else "Ask"
                words = f"{until} {warm}"
                found[_WARM] = (HoldChoice(id=_WARM, words=words), other)
        for number, each in enumerate(self._cheaper(exchange, candidate), 1):
            way = f"model_{number}"
            found[way] = (HoldChoice(id=way, words=f"Ask {each.model}"), each)
        return found

    def _cheaper(self, exchange: Exchange, candidate: Candidate) -> list[Candidate]:
        """Models that the same account has by the settings, where no policy picks them."""
        provider = self._providers.get(candidate.upstream.provider)
        own = self._input_rate(candidate.upstream.provider, candidate.model)
        is_bound = exchange.decision.strict or self._vendors.is_bound(exchange.principal)
        if provider is None or own is None or is_bound:
            return []
        rated = [
            (rate, name)
            for name in provider.models
            if (rate := self._input_rate(provider.name, name)) is not None and rate < own
        ]
        return [
            Candidate(upstream=candidate.upstream, model=name)
            for _, name in sorted(rated)[:_MODELS_OFFERED]
        ]

    def _input_rate(self, provider: str, model: str) -> float | None:
        price = self._vendors.price_of(provider, model)
        rates = None if price is None else price.rates_for(0)
        return None if rates is None else rates.input

    async def _other(self, exchange: Exchange, chosen: Candidate) -> Candidate:
        left_s = self._vendors.health.wait(chosen).left_s
        if left_s:
            await asyncio.sleep(left_s)
            exchange.flight.held(f"waited for {chosen.upstream.account}")
        decision = exchange.decision
        others = [each for each in decision.candidates if each is not chosen]
        exchange.decision = replace(decision, candidates=(chosen, *others))
        exchange.flight.because(f"A person chose {chosen.upstream.account}, {chosen.model}.")
        return chosen

    def _closed(self, event: Event) -> None:
        assert isinstance(event, FlightClosed)
        summary = event.summary
        noted = self._running.pop(summary.id, None)
        if noted is None or not summary.was_generated:
            return
        client, made, candidate = noted
        if summary.account == candidate.upstream.account:  # compared by the name it was asked by
            summary = replace(summary, model_served=candidate.model)
        self._known[summary.id] = (client, PrintedFlight(flight=summary, made=made))
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)


def _rates_of(rates: Rates) -> list[float]:
    known = (rates.input, rates.cache_write_5m, rates.cache_write_1h)
    return [each for each in known if each is not None]


def _reason(told: CacheForecast, candidate: Candidate) -> str:
    match told.cause:
        case ColdCause.ACCOUNT:
            before = None if told.before is None else told.before.flight.account
            asked = candidate.upstream.account
            return f"Its prompt is in the cache of {before}, and {asked} is asked."
        case ColdCause.CHANGED:
            return f"Its prompt is another from {told.place} on than in the cache."
        case _:
            kept = "" if told.kept_s is None else f"; the vendor keeps it for {_span(told.kept_s)}"
            return f"Its prompt was last in the cache {_span(told.gap_s)} ago{kept}."


def _facts(
    told: CacheForecast, candidate: Candidate, extra_usd: float
) -> tuple[tuple[str, str], ...]:
    before = "" if told.before is None else told.before.flight.id
    return (
        ("Asked", f"{candidate.upstream.account}, {candidate.model}"),
        ("Sent again", f"about {told.lost_tokens:,} tokens"),
        ("Costs more", f"about ${extra_usd:.2f}"),
        ("Compared with", before),
    )


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
