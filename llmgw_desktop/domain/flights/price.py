"""What tokens cost, and what an answer cost by its vendor's public prices. Unknown is None."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace

from llmgw_desktop.domain.usage import NO_BILLING_FACTS, Figure, Usage
from llmgw_desktop.domain.values import maker, value

PER = 1_000_000
"""Prices are for so many tokens."""
_PRICED = int(Figure.INPUT | Figure.OUTPUT | Figure.CACHE_READ | Figure.CACHE_WRITE)
STANDARD = "standard"
_STANDARD_WORDS = frozenset(
    {"", "auto", "default", "on_demand", STANDARD, "standard_only", "unspecified"}
)
_TIER_WORDS = {"batches": "batch", "on_demand_flex": "flex", "on_demand_priority": "priority"}


@value
class Rates:
    """US dollars per million tokens; None where no price is known."""

    input: float
    """Of prompt tokens that no cache has to do with."""
    output: float
    cache_read: float | None = None
    cache_write_5m: float | None = None
    cache_write_1h: float | None = None
    audio_input: float | None = None
    """Sound and pictures are parts of the prompt and of the answer; where one has the rate of
    `input` or `output`, no difference is made."""
    audio_output: float | None = None
    image_input: float | None = None
    image_output: float | None = None

    @property
    def most_input(self) -> float:
        """Of a prompt token that costs the most."""
        dearer = (self.cache_write_5m, self.cache_write_1h, self.audio_input, self.image_input)
        return max(self.input, *(each or 0.0 for each in dearer))

    @property
    def most_output(self) -> float:
        return max(self.output, self.audio_output or 0.0, self.image_output or 0.0)


@value
class Bill:
    """What an answer cost by a price; `usd` is None where nothing can be said."""

    usd: float | None = None
    unpriced: tuple[str, ...] = ()
    """What is not in it, in words: then it is a lower bound."""


_bill: Callable[..., Bill] = maker(Bill)
NO_BILL = Bill()
FREE_BILL = Bill(usd=0.0)


@value
class Tier:
    """Other rates for requests whose prompt is longer than this; they hold for all its tokens."""

    above_tokens: int
    rates: Rates | None
    """None: such prompts cost something else, and nobody here knows what."""


@value
class RateCard:
    """What tokens cost, by how long the prompt is."""

    rates: Rates
    tiers: tuple[Tier, ...] = ()
    """The shortest prompts first."""

    def rates_for(self, input_tokens: int) -> Rates | None:
        rates: Rates | None = self.rates
        for tier in self.tiers:
            if input_tokens > tier.above_tokens:
                rates = tier.rates
        return rates

    def dearest_usd(self, input_tokens: int, output_tokens: int) -> float | None:
        rates = self.rates_for(input_tokens)
        if rates is None:
            return None
        return (input_tokens * rates.most_input + output_tokens * rates.most_output) / PER


@value
class Price(RateCard):
    """Of one model, as it is served usually and otherwise."""

    services: Mapping[str, RateCard] = field(default_factory=dict)
    """By service tier, as `service_tier_of` names it; of one that is missing no rate is known."""
    fees: Mapping[str, float] = field(default_factory=dict)
    """US dollars for one call of a vendor's own tool, by the tool's name."""
    besides: tuple[str, ...] = ()
    """What these rates leave out, in words, though it may be billed: a bill is a lower bound."""
    peak: Rates | None = None
    """Where the vendor takes more at some hours: what it takes then."""
    is_free: bool = False
    """Nothing of it costs anything, whatever it is."""

    def bill(self, usage: Usage) -> Bill:
        """Of what is known; nothing is billed by figures that contradict themselves.

        A vendor that says nothing of a cache is taken at its word: nothing came from one.
        """
        facts = usage.billing
        if facts is NO_BILLING_FACTS and not self.besides and not self.is_free:
            rates = self.rates_for(usage.input_tokens or 0) if self.tiers else self.rates
            return _plain_bill(usage, rates) or self._bill(usage)
        if facts.unsound:
            return NO_BILL
        return FREE_BILL if self.is_free else self._bill(usage)

    def most_usd(
        self, input_tokens: int, output_tokens: int, service_tier: str = ""
    ) -> float | None:
        """What such a request costs at most, by the dearest rates that it may meet; a vendor may
        serve it as usual, whatever it asks for. None where one is not known. Fees are not in it:
        nobody knows how many there will be."""
        if self.is_free:
            return 0.0
        peak = self if self.peak is None else RateCard(rates=self.peak)
        usual = peak.dearest_usd(input_tokens, output_tokens)
        tier = service_tier_of(service_tier)
        if tier == STANDARD or usual is None:
            return usual
        card = self.services.get(tier)
        asked = None if card is None else card.dearest_usd(input_tokens, output_tokens)
        return None if asked is None else max(usual, asked)

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

    @property
    def usual(self) -> float:
        """One figure to compare models by: of a million tokens, three quarters of them prompt."""
        return self.rates.input * 0.75 + self.rates.output * 0.25

    def _bill(self, usage: Usage) -> Bill:
        facts = usage.billing
        if usage.input_tokens is None and usage.output_tokens is None and not facts.fees:
            return NO_BILL
        tier = service_tier_of(facts.service_tier)
        card = self if tier == STANDARD else self.services.get(tier)
        rates = None if card is None else card.rates_for(usage.input_tokens or 0)
        if rates is not None:
            parts = [*_prompt_parts(usage, rates), *_answer_parts(usage, rates)]
        else:
            unknown = f"{tier} tier" if card is None else f"{tier} tier of long prompts"
            parts = [(unknown, None, None)]
        for name, calls in facts.fees:
            fee = self.fees.get(name)
            parts.append((name, calls, None if fee is None else fee * PER))
        return _sum_of(parts, self.besides)


_Part = tuple[str, int | None, float | None]
"""What it is, how many tokens or calls, what a million of them costs."""


def service_tier_of(word: str) -> str:
    """One name for what vendors call differently. A word that is not known here names a tier of its
    own, whose rates are not known either."""
    plain = word.strip().lower().removeprefix("service_tier_")
    return STANDARD if plain in _STANDARD_WORDS else _TIER_WORDS.get(plain, plain)


def _plain_bill(usage: Usage, rates: Rates | None) -> Bill | None:
    """Of the most usual answers, which have nothing to be named; None of others."""
    fresh, made = usage.input_tokens, usage.output_tokens
    if fresh is None or made is None or rates is None:
        return None
    usd = made * rates.output
    if read := usage.cache_read_tokens:
        if (rate := rates.cache_read) is None:
            return None
        usd += read * rate
        fresh -= read
    if written := usage.cache_write_tokens:
        if usage.cache_write_1h_tokens or (rate := rates.cache_write_5m) is None:
            return None
        usd += written * rate
        fresh -= written
    return None if fresh < 0 else _bill((usd + fresh * rates.input) / PER)


def _prompt_parts(usage: Usage, rates: Rates) -> list[_Part]:
    facts = usage.billing
    read, written = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0
    written_1h = usage.cache_write_1h_tokens or 0
    fresh = None if usage.input_tokens is None else usage.input_tokens - read - written
    cached = [read, written - written_1h, written_1h]
    media = _with_own_rate(
        rates.input,
        ("audio input", facts.audio_input_tokens, rates.audio_input),
        ("image input", facts.image_input_tokens, rates.image_input),
    )
    count = sum(tokens or 0 for _, tokens, _ in media)
    if media and any(cached):
        # nobody told which of them came from a cache: tokens that may be either are left out
        cached = [max(each - count, 0) for each in cached]
        fresh = None if fresh is None else max(fresh - count, 0)
        media = [(name, tokens, None) for name, tokens, _ in media]
    elif fresh is not None:
        fresh -= count
    return [
        ("input", fresh, rates.input),
        *media,
        ("cache read", cached[0], rates.cache_read),
        ("cache write", cached[1], rates.cache_write_5m),
        ("cache write of an hour", cached[2], rates.cache_write_1h),
    ]


def _answer_parts(usage: Usage, rates: Rates) -> list[_Part]:
    facts = usage.billing
    media = _with_own_rate(
        rates.output,
        ("audio output", facts.audio_output_tokens, rates.audio_output),
        ("image output", facts.image_output_tokens, rates.image_output),
    )
    text = usage.output_tokens
    if text is not None:
        text -= sum(tokens or 0 for _, tokens, _ in media)
    return [("output", text, rates.output), *media]


def _with_own_rate(of_text: float, *media: _Part) -> list[_Part]:
    return [each for each in media if each[1] and each[2] != of_text]


def _sum_of(parts: Iterable[_Part], besides: tuple[str, ...]) -> Bill:
    """What costs nothing costs nothing, however much there was of it."""
    total, unpriced, has_priced = 0.0, list[str](), False
    for name, amount, rate in parts:
        if amount is not None and amount < 0:
            return NO_BILL
        if (rate is None and amount != 0) or (amount is None and rate != 0):
            unpriced.append(name)
        elif amount and rate is not None:
            total += amount * rate
            has_priced = True
    if unpriced and not has_priced:
        return Bill(unpriced=tuple(unpriced))
    return Bill(usd=total / PER, unpriced=(*unpriced, *besides))


def with_cost_marks(usage: Usage, bill: Bill) -> Usage:
    """With what is to be said of a cost that follows from it by this bill, or of there being
    none."""
    if bill is FREE_BILL:
        return usage
    gaps = bill.unpriced or usage.billing.not_understood
    is_partial = bool(gaps) or usage.partial & _PRICED != 0
    estimated = usage.estimated & _PRICED
    is_estimated = estimated != 0 and estimated & ~_guessed_none(usage) != 0
    if not is_partial and not is_estimated:
        return usage
    billing = usage.billing
    if bill.unpriced:
        billing = replace(billing, unpriced=bill.unpriced)
    if bill.usd is None:
        return replace(usage, billing=billing)
    return replace(
        usage,
        partial=usage.partial | (Figure.COST._value_ if is_partial else 0),
        estimated=usage.estimated | (Figure.COST._value_ if is_estimated else 0),
        billing=billing,
    )


def _guessed_none(usage: Usage) -> int:
    """Figures of a cache of which no token was counted, as bits: a cost is what it were without
    them."""
    read = 0 if usage.cache_read_tokens else Figure.CACHE_READ._value_
    return read | (0 if usage.cache_write_tokens else Figure.CACHE_WRITE._value_)


@value
class PriceRule:
    """One `[[prices]]` table: a price of the person's own, before the shipped table."""

    provider: str = "*"
    model: str = "*"
    """Either may hold `*` and `?`."""
    price: Price
