"""What was used, and what of it was cached or made shorter."""

from collections.abc import Mapping
from dataclasses import replace
from enum import IntFlag, StrEnum
from typing import Any

from llmgw_desktop.domain.values import value


class Figure(IntFlag):
    """What is told of a flight in numbers; each is a bit, so that several are one number."""

    INPUT = 1
    OUTPUT = 2
    CACHE_READ = 4
    CACHE_WRITE = 8
    REASONING = 16
    COST = 32
    TTFT = 64
    """Time to first token."""


class Provenance(StrEnum):
    """Where a figure comes from."""

    TOLD = "told"
    """Whoever answered said it; of a cost: it follows from such figures and from known rates; of
    a time: it was measured on the way."""
    ESTIMATED = "estimated"
    """The gateway counted."""
    PARTIAL = "partial"
    """At least so much: the answer broke off, or a part of the sum is not known."""
    UNKNOWN = "unknown"


@value
class BillingFacts:
    """What else a vendor told that the bill depends on. Most answers have none of it."""

    service_tier: str = ""
    """The vendor's word for how the request was served, such as `flex`; empty: it told none."""
    fees: tuple[tuple[str, int], ...] = ()
    """Calls of the vendor's own tools that cost beside the tokens: (name, how many)."""
    audio_input_tokens: int | None = None
    """These four are parts of the input and of the output."""
    audio_output_tokens: int | None = None
    image_input_tokens: int | None = None
    image_output_tokens: int | None = None
    vendor_cost_usd: float | None = None
    """The vendor's own bill, in US dollars."""
    not_understood: tuple[str, ...] = ()
    """Members of the usage that nobody here knows, by their paths: the bill is a lower bound."""
    unpriced: tuple[str, ...] = ()
    """What has a price that is not known here, so that the bill is a lower bound."""
    unsound: tuple[str, ...] = ()
    """Figures that cannot be true, in words: nothing is priced by them."""


NO_BILLING_FACTS = BillingFacts()


@value
class Usage:
    """Tokens of one answer.

    `input_tokens` counts the whole prompt, cached parts included, whatever the vendor's own
    convention (Anthropic leaves cached tokens out of its `input_tokens`, OpenAI counts them in).
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    """All generated tokens, reasoning included."""
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    """Those of the former that are kept for an hour and cost more; None where nobody said."""
    reasoning_tokens: int | None = None
    estimated: int = 0
    """Which figures the gateway counted, as bits of Figure."""
    partial: int = 0
    """Which figures are lower bounds, as bits of Figure. Cost and time to first token are no part
    of the usage, but their bits travel with it."""
    billing: BillingFacts = NO_BILLING_FACTS

    def with_news(self, later: "Usage") -> "Usage":
        """Later figures in the place of earlier ones, where they are known."""
        if self is UNKNOWN_USAGE:
            return later
        return Usage(
            input_tokens=_later(self.input_tokens, later.input_tokens),
            output_tokens=_later(self.output_tokens, later.output_tokens),
            cache_read_tokens=_later(self.cache_read_tokens, later.cache_read_tokens),
            cache_write_tokens=_later(self.cache_write_tokens, later.cache_write_tokens),
            cache_write_1h_tokens=_later(self.cache_write_1h_tokens, later.cache_write_1h_tokens),
            reasoning_tokens=_later(self.reasoning_tokens, later.reasoning_tokens),
            estimated=(self.estimated & ~later.known) | later.estimated,
            partial=(self.partial & ~later.known) | later.partial,
            billing=self.billing if later.billing == NO_BILLING_FACTS else later.billing,
        )

    def broken_off(self, least_output_tokens: int) -> "Usage":
        """Of an answer whose end did not come: what it generated is at least what was told on the
        way, and what came of it."""
        least = max(self.output_tokens or 0, least_output_tokens)
        grows = int(Figure.OUTPUT | Figure.REASONING)
        return replace(
            self,
            output_tokens=least or None,
            estimated=self.estimated & ~grows,
            partial=self.partial | grows,
        )

    def with_earlier(self, earlier: "Usage") -> "Usage":
        """Of two answers to the same request, both of which count. What is known of one alone is
        a lower bound."""
        one_sided = self.known ^ earlier.known
        return Usage(
            input_tokens=_sum(self.input_tokens, earlier.input_tokens),
            output_tokens=_sum(self.output_tokens, earlier.output_tokens),
            cache_read_tokens=_sum(self.cache_read_tokens, earlier.cache_read_tokens),
            cache_write_tokens=_sum(self.cache_write_tokens, earlier.cache_write_tokens),
            cache_write_1h_tokens=_sum(self.cache_write_1h_tokens, earlier.cache_write_1h_tokens),
            reasoning_tokens=_sum(self.reasoning_tokens, earlier.reasoning_tokens),
            estimated=self.estimated | earlier.estimated,
            partial=self.partial | earlier.partial | one_sided,
            billing=self.billing,
        )

    @property
    def at_least(self) -> "Usage":
        """Of an answer or a run of which more may come: every figure is a lower bound, and so is
        a cost that follows from them or was told meanwhile."""
        return replace(self, partial=self.partial | self.known | Figure.COST._value_)

    @property
    def is_sound(self) -> bool:
        """Nothing in it contradicts itself."""
        return not self.billing.unsound

    @property
    def known(self) -> int:
        """The figures that are there, as bits of Figure."""
        return (
            (self.input_tokens is not None and Figure.INPUT._value_)
            | (self.output_tokens is not None and Figure.OUTPUT._value_)
            | (self.cache_read_tokens is not None and Figure.CACHE_READ._value_)
            | (self.cache_write_tokens is not None and Figure.CACHE_WRITE._value_)
            | (self.reasoning_tokens is not None and Figure.REASONING._value_)
        )

    def provenance(self, figure: Figure) -> Provenance:
        """Of one of the kinds of tokens."""
        return provenance_of(figure, is_known=bool(self.known & figure), usage=self)

    @property
    def fresh_tokens(self) -> int | None:
        """Prompt tokens neither read from a cache nor written to one.

        None where the vendor says nothing of its cache: they may well have come from it.
        """
        if self.input_tokens is None:
            return None
        if self.cache_read_tokens is None and self.cache_write_tokens is None:
            return None
        cached = (self.cache_read_tokens or 0) + (self.cache_write_tokens or 0)
        return max(self.input_tokens - cached, 0)

    @property
    def cache_hit_rate(self) -> float | None:
        """Share of the prompt that came from a cache, 0 to 1; None where the vendor is silent."""
        if self.cache_read_tokens is None or not self.input_tokens:
            return None
        return self.cache_read_tokens / self.input_tokens


def usage_of(told: Mapping[str, Any]) -> Usage:
    """From what `asdict` made of one, of this version or an earlier one. Raises TypeError for
    what is none."""
    billing = told.get("billing")
    return Usage(**{**told, "billing": billing_facts_of(billing or {})})


def billing_facts_of(told: Mapping[str, Any]) -> BillingFacts:
    """As `usage_of`, from JSON that may leave out what is plain."""
    if not told:
        return NO_BILLING_FACTS
    facts = dict(told)
    for name in ("not_understood", "unpriced", "unsound"):
        facts[name] = tuple(facts.get(name, ()))
    facts["fees"] = tuple((name, count) for name, count in facts.get("fees", ()))
    made = BillingFacts(**facts)
    return NO_BILLING_FACTS if made == NO_BILLING_FACTS else made


def checked(usage: Usage) -> Usage:
    """With the contradictions between its figures named. They stay as they were told."""
    read, written = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0
    found = []
    if usage.input_tokens is not None and read + written > usage.input_tokens:
        found.append("more cached tokens than the prompt has")
    if usage.output_tokens is not None and (usage.reasoning_tokens or 0) > usage.output_tokens:
        found.append("more reasoning than output")
    if (usage.cache_write_1h_tokens or 0) > written:
        found.append("more written for an hour than written")
    if usage.billing is not NO_BILLING_FACTS:
        found += _unsound_media(usage)
    if not found or set(found) <= set(usage.billing.unsound):
        return usage
    unsound = tuple(dict.fromkeys((*usage.billing.unsound, *found)))
    return replace(usage, billing=replace(usage.billing, unsound=unsound))


def _unsound_media(usage: Usage) -> list[str]:
    facts, found = usage.billing, []
    sent = (facts.audio_input_tokens or 0) + (facts.image_input_tokens or 0)
    if usage.input_tokens is not None and sent > usage.input_tokens:
        found.append("more audio and image tokens than the prompt has")
    made = (facts.audio_output_tokens or 0) + (facts.image_output_tokens or 0)
    if usage.output_tokens is not None and made > usage.output_tokens:
        found.append("more audio and image tokens than the answer has")
    return found


def provenance_of(figure: Figure, *, is_known: bool, usage: Usage) -> Provenance:
    """By the bits that travel with the usage. A lower bound of what was counted is one."""
    if not is_known:
        return Provenance.UNKNOWN
    if usage.partial & figure:
        return Provenance.PARTIAL
    return Provenance.ESTIMATED if usage.estimated & figure else Provenance.TOLD


def _later(earlier: int | None, later: int | None) -> int | None:
    return earlier if later is None else later


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None and other is None else (one or 0) + (other or 0)


UNKNOWN_USAGE = Usage()


class AnswerShape(StrEnum):
    """How a caller wants to have a run's answer."""

    AS_IT_IS = ""
    COMPRESSED = "compressed"
    OPTIMIZED = "optimized"
    """And without courtesies."""


@value
class Saving:
    """Tokens of a text before and after it was made shorter, both estimated."""

    before_tokens: int
    after_tokens: int


@value
class PromptFacts:
    """Of one run."""

    stable_prefix_hash: str = ""
    """SHA-256, in hex, of what begins the prompt and stays from request to request; empty: the
    prompt has no such part."""
    stable_prefix_tokens: int = 0
    """Estimated."""
    cache_control_blocks: int = 0
    """Parts that were marked for the vendor's cache."""
    cache_control_ttl_s: int = 0
    prompt_saving: Saving | None = None
    """None where it was not asked for."""
    answer_saving: Saving | None = None


NO_FACTS = PromptFacts()
