"""What tokens cost, and what an answer cost by its vendor's public prices. Unknown is None."""

from dataclasses import dataclass

from llmgw_desktop.domain.usage import Usage

PER = 1_000_000
"""Prices are for so many tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """US dollars per million tokens; None where no price is known."""

    input: float
    """Of prompt tokens that no cache has to do with."""
    output: float
    cache_read: float | None = None
    cache_write_5m: float | None = None
    cache_write_1h: float | None = None


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

    def cost_usd(self, usage: Usage) -> float | None:
        """None where a figure or a price that belongs to the sum is unknown.

        A vendor that says nothing of a cache is taken at its word: nothing came from one.
        """
        if usage.input_tokens is None or usage.output_tokens is None:
            return None
        rates = self.rates_for(usage.input_tokens)
        read = usage.cache_read_tokens or 0
        written = usage.cache_write_tokens or 0
        written_1h = min(usage.cache_write_1h_tokens or 0, written)
        total = 0.0
        for tokens, rate in (
            (max(usage.input_tokens - read - written, 0), rates.input),
            (usage.output_tokens, rates.output),
            (read, rates.cache_read),
            (written - written_1h, rates.cache_write_5m),
            (written_1h, rates.cache_write_1h),
        ):
            if not tokens:
                continue
            if rate is None:
                return None
            total += tokens * rate
        return total / PER

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRule:
    """One `[[prices]]` table: a price of the person's own, before the shipped table."""

    provider: str = "*"
    model: str = "*"
    """Either may hold `*` and `?`."""
    price: Price
