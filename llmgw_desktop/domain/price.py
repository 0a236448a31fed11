"""What tokens cost, and what an answer cost by its vendor's public prices. Unknown is None."""

from dataclasses import dataclass, replace

from llmgw_desktop.domain.usage import Figure, Usage
from llmgw_desktop.domain.values import value

PER = 1_000_000
"""Prices are for so many tokens."""
_PRICED = int(Figure.INPUT | Figure.OUTPUT | Figure.CACHE_READ | Figure.CACHE_WRITE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """US dollars per million tokens; None where no price is known."""

    input: float
    """Of prompt tokens that no cache has to do with."""
    output: float
    cache_read: float | None = None
    cache_write_5m: float | None = None
    cache_write_1h: float | None = None


@value
class Bill:
    """What an answer cost by a price; `usd` is None where nothing can be said."""

    usd: float | None = None
    unpriced: tuple[str, ...] = ()
    """What is not in it, in words: then it is a lower bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Other rates for requests whose prompt is longer than this; they hold for all its tokens."""

    above_tokens: int
    rates: Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Of one model."""

    rates: Rates
    tiers: tuple[Tier, ...] = ()
    """The shortest prompts first."""

    def bill(self, usage: Usage) -> Bill:
        """Of what is known; nothing is billed by figures that contradict themselves.

        A vendor that says nothing of a cache is taken at its word: nothing came from one.
        """
        if not usage.is_sound or (usage.input_tokens is None and usage.output_tokens is None):
            return Bill()
        read = usage.cache_read_tokens or 0
        written = usage.cache_write_tokens or 0
        written_1h = min(usage.cache_write_1h_tokens or 0, written)
        fresh = None if usage.input_tokens is None else usage.input_tokens - read - written
        rates = self.rates_for(usage.input_tokens or 0)
        total, unpriced, has_priced = 0.0, list[str](), False
        for name, tokens, rate in (
            ("input", fresh, rates.input),
            ("output", usage.output_tokens, rates.output),
            ("cache read", read, rates.cache_read),
            ("cache write", written - written_1h, rates.cache_write_5m),
            ("cache write of an hour", written_1h, rates.cache_write_1h),
        ):
            if tokens is None or (tokens and rate is None):
                unpriced.append(name)
            elif tokens and rate is not None:
                total += tokens * rate
                has_priced = True
        if unpriced and not has_priced:
            return Bill()
        return Bill(usd=total / PER, unpriced=tuple(unpriced))

    def cache_saving_usd(self, usage: Usage) -> float | None:
        """What a cache has saved: what was read from it cost less, what was written to it more than
        other tokens. At the rates of short prompts. None where a price is unknown."""
        written = usage.cache_write_tokens or 0
        written_1h = min(usage.cache_write_1h_tokens or 0, written)
        total = 0.0
        for tokens, rate in (
            (usage.cache_read_tokens or 0, self.rates.cache_read),
            (written - written_1h, self.rates.cache_write_5m),
            (written_1h, self.rates.cache_write_1h),
        ):
            if tokens and rate is None:
                return None
            total += tokens * (self.rates.input - (rate or 0.0)) if tokens else 0.0
        return total / PER

    def rates_for(self, input_tokens: int) -> Rates:
        rates = self.rates
        for tier in self.tiers:
            if input_tokens > tier.above_tokens:
                rates = tier.rates
        return rates

    @property
    def usual(self) -> float:
        """One figure to compare models by: of a million tokens, three quarters of them prompt."""
        return self.rates.input * 0.75 + self.rates.output * 0.25


def with_cost_marks(usage: Usage, bill: Bill) -> Usage:
    """With what is to be said of a cost that follows from it by this bill."""
    gaps = bill.unpriced or usage.billing.not_understood
    is_partial = bool(gaps) or usage.partial & _PRICED != 0
    is_estimated = usage.estimated & _PRICED != 0
    if not is_partial and not is_estimated:
        return usage
    return replace(
        usage,
        partial=usage.partial | (Figure.COST._value_ if is_partial else 0),
        estimated=usage.estimated | (Figure.COST._value_ if is_estimated else 0),
        billing=replace(usage.billing, unpriced=bill.unpriced),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRule:
    """One `[[prices]]` table: a price of the person's own, before the shipped table."""

    provider: str = "*"
    model: str = "*"
    """Either may hold `*` and `?`."""
    price: Price
