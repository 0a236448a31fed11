"""Why a flight's cache missed: its verdict, the words that differ, and what it cost.

Every call reads the disk: never on a thread that must not wait.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.flights.cache_kin import (
    CacheHabits,
    Kinship,
    PrintedFlight,
    habits_of,
    kinship_of,
)
from llmgw_desktop.domain.flights.cache_verdict import (
    COLD,
    CacheCause,
    CacheVerdict,
    Warmth,
    judge,
    unknown,
    warmth_of,
    why_unasked,
)
from llmgw_desktop.domain.flights.cache_words import PromptBlock, blocks_of
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.flights.price import PER, Price, Rates
from llmgw_desktop.domain.flights.prompt_changes import (
    PromptChange,
    TextDifference,
    first_difference,
)
from llmgw_desktop.domain.flights.prompt_print import LEAST_BYTES
from llmgw_desktop.domain.provider import ModelProtocol, Provider, ProviderKind
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.prompt_cache.fingerprints import MOST_BYTES
from llmgw_desktop.engine.prompt_cache.prompt_parts import (
    RecordedPrompt,
    UnreadablePrompt,
    vendors_reason,
)
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.prints import NearPrints, StoredPrint
from llmgw_desktop.wire.native.flight_diff import (
    block_objects,
    difference_object,
    verdict_object,
    warmth_object,
)

PriceOf = Callable[[str, str], Price | None]
KindOf = Callable[[str], ProviderKind | None]
_OTHER_KEY = (
    "Earlier requests cannot be compared: what they consist of was noted under another key."
)
_HIDDEN = "What differs was taken out of the record as a secret."
_STRIP_LOOKS_BACK = 6
"""Earlier requests of one conversation that each of a strip is compared with."""


@value
class CacheExplanation:
    """Of one flight."""

    flight: FlightSummary
    verdict: CacheVerdict
    change: PromptChange | None = None
    """The first difference."""
    difference: TextDifference | None = None
    """In its words; None where there is none, or where they cannot be read."""
    unread: str = ""
    """Why the words cannot be compared, in a sentence."""
    lost_usd: float | None = None
    """What it cost to send again what had lain in the cache; None where a price is not known."""
    vendors_reason: str = ""
    """The vendor's own word for the miss, where it told one; it compares structure alone."""
    warmth: Warmth = COLD
    blocks: Sequence[PromptBlock] = ()

    @property
    def has_print(self) -> bool:
        """Whether it is known what its prompt consists of."""
        return bool(self.blocks)


@value(kw_only=False)
class StripTurn:
    """One request of a conversation."""

    flight: FlightSummary
    verdict: CacheVerdict


class CacheExplainer:
    """May be used from any thread that may wait."""

    def __init__(self, reader: FlightReader, price_of: PriceOf, kind_of: KindOf) -> None:
        self._reader = reader
        self._price_of = price_of
        self._kind_of = kind_of

    def explain(self, flight_id: str, owner: str | None = None) -> CacheExplanation | None:
        """`owner`: compared with flights of this client alone; None: with all. None where there is
        no such flight."""
        near = self._reader.prints_near(flight_id, owner)
        if near is None:
            return None
        flight, own = near.flight, near.own
        if own is None:
            return CacheExplanation(flight=flight, verdict=unknown(_why_without(flight)))
        verdict = self._judged(near)
        told = CacheExplanation(
            flight=flight,
            verdict=verdict,
            change=_named(verdict),
            lost_usd=self._lost_usd(flight, verdict),
            vendors_reason=self._vendors_reason(flight),
            warmth=warmth_of(_printed(own), self._habits(flight)),
            blocks=blocks_of(own.made, flight.usage, verdict),
        )
        return self._with_words(told)

    def verdict(self, flight_id: str, owner: str | None = None) -> CacheVerdict | None:
        """Without its words."""
        near = self._reader.prints_near(flight_id, owner)
        return None if near is None else self._judged(near)

    def summary(self, flight_id: str) -> FlightSummary | None:
        record = self._reader.record(flight_id, with_bodies=False)
        return None if record is None else record.summary

    def strip(self, flight_id: str, owner: str | None = None) -> list[StripTurn]:
        """The conversation's requests, oldest first."""
        found = [_printed(each) for each in self._reader.conversation(flight_id, owner)]
        own = next((each for each in found if each.flight.id == flight_id), None)
        if own is None:
            return []
        kin = [each for each in found if each is own or _is_same_talk(each, own)]
        return [
            StripTurn(each.flight, judge(each, _before(kin, at), self._habits(each.flight)))
            for at, each in enumerate(kin)
        ]

    def both(self, explanation: CacheExplanation) -> tuple[str, str]:
        """The part that differs, before and now. Raises UnreadablePrompt."""
        verdict, change = explanation.verdict, explanation.change
        if change is None or verdict.earlier is None:
            return "", ""
        before, now = self._prompts(verdict.earlier.id, explanation.flight.id)
        return before.text(change, change.before), now.text(change, change.now)

    def names(self, flight_id: str, blocks: Sequence[PromptBlock]) -> Mapping[str, str]:
        """Of blocks, by their places; empty where the prompt cannot be read."""
        try:
            prompt = RecordedPrompt(self._reader.record(flight_id), "this request")
        except UnreadablePrompt:
            return {}
        return {each.place: prompt.name(each.section, each.index) for each in blocks}

    def _judged(self, near: NearPrints) -> CacheVerdict:
        if near.own is None:
            return unknown(_why_without(near.flight))
        earlier = list(map(_printed, near.earlier))
        verdict = judge(_printed(near.own), earlier, self._habits(near.flight))
        if verdict.cause is CacheCause.FIRST and near.others:
            return unknown(_OTHER_KEY)
        return verdict

    def _with_words(self, told: CacheExplanation) -> CacheExplanation:
        if told.change is None:
            return told
        try:
            before, now = self.both(told)
        except UnreadablePrompt as why:
            return replace(told, unread=_sentence(str(why)))
        difference = first_difference(before, now)
        if difference is None:
            return replace(told, unread=_HIDDEN)
        return replace(told, difference=difference)

    def _vendors_reason(self, flight: FlightSummary) -> str:
        if (flight.upstream_protocol or flight.protocol) is not ModelProtocol.ANTHROPIC:
            return ""
        record = self._reader.record(flight.id)
        return "" if record is None else vendors_reason(record.answer_body)

    def _prompts(self, before_id: str, now_id: str) -> tuple[RecordedPrompt, RecordedPrompt]:
        now = RecordedPrompt(self._reader.record(now_id), "this request")
        return RecordedPrompt(self._reader.record(before_id), "the earlier request"), now

    def _habits(self, flight: FlightSummary) -> CacheHabits:
        kind = None if flight.provider is None else self._kind_of(flight.provider)
        protocol = flight.upstream_protocol or flight.protocol
        return habits_of(kind, protocol, flight.model_served or flight.model_asked)

    def _lost_usd(self, flight: FlightSummary, verdict: CacheVerdict) -> float | None:
        if verdict.lost_tokens is None or flight.provider is None:
            return None
        names = (flight.model_served, flight.model_asked)
        prices = (self._price_of(flight.provider, name) for name in names if name)
        price = next((each for each in prices if each is not None), None)
        return None if price is None else lost_usd(price, flight.usage, verdict.lost_tokens)


def told_of(found: CacheExplanation) -> dict[str, Any]:
    """As doors, MCP and commands tell it."""
    return {
        **verdict_object(found.flight, found.verdict, found.difference),
        **difference_object(found.difference, found.unread),
        "lostUsd": found.lost_usd,
        "vendorReason": found.vendors_reason or None,
        **warmth_object(found.warmth),
        "blocks": block_objects(found.blocks),
    }


def kinds_of(providers: Callable[[], Sequence[Provider]]) -> KindOf:
    """What sort of service a provider of this name is, by the settings of now."""
    return lambda name: next((each.kind for each in providers() if each.name == name), None)


def lost_usd(price: Price, usage: Usage, lost_tokens: int) -> float | None:
    """What these tokens cost more than reading them from the cache had: those that were written
    again at the price of that, the others as fresh ones. None where a price is not known."""
    if not lost_tokens or price.is_free:
        return 0.0
    rates = price.rates_for(usage.input_tokens or 0)
    if rates is None or rates.cache_read is None or usage.billing.service_tier:
        return None
    written = min(usage.cache_write_tokens or 0, lost_tokens)
    of_hour = min(usage.cache_write_1h_tokens or 0, written)
    paid = _paid(rates, of_hour, written - of_hour)
    if paid is None:
        return None
    fresh = lost_tokens - written
    return (paid + fresh * rates.input - lost_tokens * rates.cache_read) / PER


def _paid(rates: Rates, of_hour: int, others: int) -> float | None:
    total = 0.0
    for tokens, rate in ((of_hour, rates.cache_write_1h), (others, rates.cache_write_5m)):
        if tokens and rate is None:
            return None
        total += tokens * (rate or 0.0)
    return total


def _named(verdict: CacheVerdict) -> PromptChange | None:
    """The change that the verdict names, or else the first that there is."""
    named = [each for each in verdict.changes if each.place == verdict.place]
    return next(iter(named or verdict.changes), None)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _printed(stored: StoredPrint) -> PrintedFlight:
    return PrintedFlight(flight=stored.flight, made=stored.made)


def _before(kin: Sequence[PrintedFlight], at: int) -> Sequence[PrintedFlight]:
    return kin[max(at - _STRIP_LOOKS_BACK, 0) : at]


def _is_same_talk(each: PrintedFlight, own: PrintedFlight) -> bool:
    return kinship_of(each.made, own.made) is Kinship.CONVERSATION


def _why_without(flight: FlightSummary) -> str:
    """In a sentence: why nothing is known of what its prompt consists of."""
    if why := why_unasked(flight):
        return why
    if flight.request_bytes < LEAST_BYTES:
        return "The prompt is too short for any provider's cache."
    if flight.request_bytes > MOST_BYTES:
        return "The prompt is too large to be compared with others."
    return (
        "What the prompt consists of was not noted: it was recorded without what was said, by an"
        " earlier version, or could not be read."
    )
