"""What an answer cost, to the last cent; what is not known makes no sum."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.flights.price import (
    Bill,
    Price,
    RateCard,
    Rates,
    Tier,
    service_tier_of,
    with_cost_marks,
)
from llmgw_desktop.domain.usage import BillingFacts, Figure, Usage, checked

pytestmark = pytest.mark.daily

RATES = Rates(input=3.0, output=15.0, cache_read=0.3, cache_write_5m=3.75, cache_write_1h=6.0)
LONG = Rates(input=6.0, output=22.5, cache_read=0.6, cache_write_5m=7.5, cache_write_1h=12.0)
TIERS = (Tier(above_tokens=200_000, rates=LONG),)
PRICE = Price(rates=RATES, tiers=TIERS)
FLEX = Rates(input=1.5, output=7.5, cache_read=0.15)
SPOKEN = replace(RATES, audio_input=10.0, audio_output=40.0, image_input=RATES.input)
SERVED = Price(
    rates=SPOKEN,
    tiers=TIERS,
    services={
        "flex": RateCard(rates=FLEX, tiers=(Tier(above_tokens=200_000, rates=None),)),
        "batch": RateCard(rates=LONG),
    },
    fees={"web_search": 0.01, "web_fetch": 0.0},
)
PLAIN = Usage(input_tokens=1_000_000, output_tokens=0)


def test_each_kind_of_token_has_its_own_price() -> None:
    usage = Usage(
        input_tokens=1_000,
        output_tokens=100,
        cache_read_tokens=500,
        cache_write_tokens=300,
        cache_write_1h_tokens=200,
    )
    dollars = (200 * 3.0 + 100 * 15.0 + 500 * 0.3 + 100 * 3.75 + 200 * 6.0) / 1e6
    assert PRICE.bill(usage).usd == pytest.approx(dollars)


@pytest.mark.parametrize(
    ("tokens", "dollars"), [(200_000, 0.6 + 15e-6), (200_001, 200_001 * 6e-6 + 22.5e-6)]
)
def test_a_longer_prompt_makes_all_of_it_dearer(tokens: int, dollars: float) -> None:
    assert PRICE.bill(Usage(input_tokens=tokens, output_tokens=1)).usd == pytest.approx(dollars)


@pytest.mark.parametrize(
    ("usage", "dollars", "unpriced"),
    [
        (Usage(), None, ()),
        (Usage(cache_read_tokens=4), None, ()),
        (Usage(input_tokens=1), 1.0, ("output",)),
        (Usage(output_tokens=1), 2.0, ("input",)),
        (Usage(input_tokens=9, output_tokens=1, cache_read_tokens=4), 7.0, ("cache read",)),
        (Usage(input_tokens=9, output_tokens=1, cache_write_tokens=4), 7.0, ("cache write",)),
        (Usage(input_tokens=4, output_tokens=0, cache_read_tokens=4), None, ("cache read",)),
    ],
)
def test_what_is_unknown_is_named_and_leaves_a_lower_bound(
    usage: Usage, dollars: float | None, unpriced: tuple[str, ...]
) -> None:
    bill = Price(rates=Rates(input=1e6, output=2e6)).bill(usage)
    assert (bill.usd, bill.unpriced) == (dollars, unpriced)


def test_a_price_of_nothing_is_a_price() -> None:
    free = Price(rates=Rates(input=0.0, output=0.0))
    assert free.bill(Usage(input_tokens=5, output_tokens=5)).usd == 0.0
    assert free.bill(Usage(input_tokens=5, output_tokens=5, cache_read_tokens=5)) == Bill(
        usd=0.0, unpriced=("cache read",)
    )


def test_who_takes_nothing_takes_nothing_for_anything() -> None:
    free = Price(rates=Rates(input=0.0, output=0.0), is_free=True)
    facts = BillingFacts(service_tier="flex", fees=(("web_search", 3),), not_understood=("x",))
    cut = Usage(cache_read_tokens=5, partial=int(Figure.INPUT), billing=facts)
    assert free.bill(cut) == Bill(usd=0.0)
    assert with_cost_marks(cut, free.bill(cut)) == cut, "nothing is not at least nothing"
    assert free.most_usd(9, 9, "made-up") == 0.0


@pytest.mark.parametrize(
    ("word", "tier"),
    [
        *(
            (word, "standard")
            for word in ("", "default", "auto", "STANDARD", "on_demand", "SERVICE_TIER_UNSPECIFIED")
        ),
        ("flex", "flex"),
        (" Priority ", "priority"),
        ("batches", "batch"),
        ("ON_DEMAND_FLEX", "flex"),
        ("scale", "scale"),
    ],
)
def test_vendors_words_for_a_tier_are_one_name(word: str, tier: str) -> None:
    assert service_tier_of(word) == tier


@pytest.mark.parametrize(
    ("facts", "tokens", "bill"),
    [
        (BillingFacts(service_tier="default"), PLAIN, Bill(usd=6.0)),
        (BillingFacts(service_tier="batch"), PLAIN, Bill(usd=6.0)),
        (BillingFacts(service_tier="priority"), PLAIN, Bill(unpriced=("priority tier",))),
        (BillingFacts(service_tier="flex"), PLAIN, Bill(unpriced=("flex tier of long prompts",))),
        (
            BillingFacts(service_tier="flex"),
            Usage(input_tokens=100_000, output_tokens=0),
            Bill(usd=0.15),
        ),
        (
            BillingFacts(service_tier="flex"),
            Usage(input_tokens=100_000, output_tokens=0, cache_write_tokens=50_000),
            Bill(usd=0.075, unpriced=("cache write",)),
        ),
        (
            BillingFacts(service_tier="priority", fees=(("web_search", 2),)),
            PLAIN,
            Bill(usd=0.02, unpriced=("priority tier",)),
        ),
        (BillingFacts(fees=(("web_search", 2), ("web_fetch", 9))), PLAIN, Bill(usd=6.02)),
        (BillingFacts(fees=(("grounding", 1),)), PLAIN, Bill(usd=6.0, unpriced=("grounding",))),
        (BillingFacts(fees=(("grounding", 0),)), PLAIN, Bill(usd=6.0)),
        (
            BillingFacts(fees=(("web_search", 2),)),
            Usage(),
            Bill(usd=0.02, unpriced=("input", "output")),
        ),
    ],
)
def test_a_tier_and_a_fee_have_their_own_price_or_none(
    facts: BillingFacts, tokens: Usage, bill: Bill
) -> None:
    got = SERVED.bill(replace(tokens, billing=facts))
    assert (got.usd, got.unpriced) == (pytest.approx(bill.usd), bill.unpriced)


@pytest.mark.parametrize(
    ("facts", "read", "bill"),
    [
        (
            BillingFacts(audio_input_tokens=30, audio_output_tokens=5),
            0,
            (70 * 3 + 300 + 75 + 200, ()),
        ),
        (BillingFacts(image_input_tokens=30), 0, (100 * 3 + 150, ())),
        (BillingFacts(image_output_tokens=4), 0, (100 * 3 + 6 * 15, ("image output",))),
        (BillingFacts(audio_input_tokens=30), 50, (20 * 3 + 20 * 0.3 + 150, ("audio input",))),
        (BillingFacts(image_input_tokens=30), 50, (50 * 3 + 50 * 0.3 + 150, ())),
    ],
)
def test_sound_and_pictures_are_no_text(
    facts: BillingFacts, read: int, bill: tuple[float, tuple[str, ...]]
) -> None:
    usage = Usage(input_tokens=100, output_tokens=10, cache_read_tokens=read, billing=facts)
    got = SERVED.bill(usage)
    assert (got.usd, got.unpriced) == (pytest.approx(bill[0] / 1e6), bill[1])


def test_more_sound_than_there_is_prompt_is_not_priced() -> None:
    usage = checked(
        Usage(input_tokens=4, output_tokens=1, billing=BillingFacts(audio_input_tokens=5))
    )
    assert usage.billing.unsound == ("more audio and image tokens than the prompt has",)
    assert SERVED.bill(usage) == Bill()


def test_what_has_no_price_is_named_also_where_nothing_is_left() -> None:
    usage = replace(PLAIN, billing=BillingFacts(service_tier="priority"))
    marked = with_cost_marks(usage, SERVED.bill(usage))
    assert marked.billing.unpriced == ("priority tier",)
    assert not marked.partial, "no figure is there that could be a lower bound"
    paid = replace(PLAIN, billing=BillingFacts(fees=(("grounding", 1),)))
    assert with_cost_marks(paid, SERVED.bill(paid)).partial == Figure.COST


@pytest.mark.parametrize(("read", "guessed"), [(0, False), (5, True)])
def test_a_guess_that_there_was_no_cache_makes_no_cost_a_guess(read: int, guessed: bool) -> None:
    """Else the same answer had another cost for callers whose dialect wants that number."""
    usage = replace(PLAIN, cache_read_tokens=read, estimated=int(Figure.CACHE_READ))
    marked = with_cost_marks(usage, PRICE.bill(usage))
    assert bool(marked.estimated & Figure.COST) is guessed


def test_what_rates_leave_out_is_said_with_each_bill() -> None:
    bill = replace(PRICE, besides=("peak hours",)).bill(PLAIN)
    assert bill == Bill(usd=6.0, unpriced=("peak hours",))


@pytest.mark.parametrize(
    ("tokens", "tier", "dollars"),
    [
        (100, "", (100 * 10.0 + 10 * 40.0) / 1e6),
        (100, "flex", (100 * 10.0 + 10 * 40.0) / 1e6),
        (100_000, "batch", (100_000 * 12.0 + 10 * 22.5) / 1e6),
        (300_000, "", (300_000 * 12.0 + 10 * 22.5) / 1e6),
        (300_000, "flex", None),
        (100, "priority", None),
    ],
)
def test_the_most_is_by_the_dearest_rates_that_may_come(
    tokens: int, tier: str, dollars: float | None
) -> None:
    most = SERVED.most_usd(tokens, 10, tier)
    assert most == (None if dollars is None else pytest.approx(dollars))


@pytest.mark.parametrize("kind", ["cache_write_5m", "cache_write_1h", "audio_input", "image_input"])
def test_each_kind_of_prompt_token_may_be_the_dearest(kind: str) -> None:
    dear = Price(rates=replace(FLEX, **{kind: 20.0}))
    assert dear.most_usd(1_000_000, 0) == pytest.approx(20.0)


@pytest.mark.parametrize("kind", ["output", "audio_output", "image_output"])
def test_each_kind_of_answers_token_may_be_the_dearest(kind: str) -> None:
    dear = Price(rates=replace(FLEX, **{kind: 20.0}))
    assert dear.most_usd(0, 1_000_000) == pytest.approx(20.0)


_counts = st.none() | st.integers(0, 10**9)


@given(_counts, _counts, _counts, _counts, _counts)
def test_no_figures_of_a_vendor_make_it_fail_or_pay_back(
    fresh: int | None, out: int | None, read: int | None, written: int | None, hour: int | None
) -> None:
    usage = checked(
        Usage(
            input_tokens=fresh,
            output_tokens=out,
            cache_read_tokens=read,
            cache_write_tokens=written,
            cache_write_1h_tokens=hour,
        )
    )
    bill = PRICE.bill(usage)
    if bill.usd is None:
        assert not usage.is_sound or fresh is None or out is None
    else:
        assert bill.usd >= 0
        assert bool(bill.unpriced) == (fresh is None or out is None)


_tokens = st.integers(0, 400_000)
_rate = st.floats(0, 1000, allow_nan=False)
_all_rates = st.builds(
    Rates,
    **dict.fromkeys(
        ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "audio_input"), _rate
    ),
    audio_output=_rate,
)
_cards = st.builds(
    lambda short, long, above: RateCard(rates=short, tiers=(Tier(above_tokens=above, rates=long),)),
    _all_rates,
    _all_rates,
    st.integers(1, 400_000),
)
_prices = st.builds(
    lambda usual, flex, fee: Price(
        rates=usual.rates, tiers=usual.tiers, services={"flex": flex}, fees={"web_search": fee}
    ),
    _cards,
    _cards,
    st.floats(0, 10),
)
_KINDS = ("text", "audio", "read", "written", "hour", "made", "spoken", "searches")
_amounts = st.fixed_dictionaries(dict.fromkeys(_KINDS, _tokens))


def _usage(amounts: dict[str, int], tier: str) -> Usage:
    """A cache had no part of a prompt with sound, so that nothing is left open."""
    if amounts["audio"]:
        amounts = amounts | {"read": 0, "written": 0, "hour": 0}
    cached = amounts["read"] + amounts["written"] + amounts["hour"]
    return Usage(
        input_tokens=amounts["text"] + amounts["audio"] + cached,
        output_tokens=amounts["made"] + amounts["spoken"],
        cache_read_tokens=amounts["read"],
        cache_write_tokens=amounts["written"] + amounts["hour"],
        cache_write_1h_tokens=amounts["hour"],
        billing=BillingFacts(
            service_tier=tier,
            fees=(("web_search", amounts["searches"]),),
            audio_input_tokens=amounts["audio"],
            audio_output_tokens=amounts["spoken"],
        ),
    )


@given(_prices, _amounts, st.sampled_from(["", "flex"]))
def test_a_bill_is_what_another_arithmetic_makes_it(
    price: Price, amounts: dict[str, int], tier: str
) -> None:
    usage = _usage(amounts, tier)
    card = price.services["flex"] if tier else price
    sent = usage.input_tokens or 0
    is_long = sent > card.tiers[0].above_tokens
    rates = card.tiers[0].rates if is_long else card.rates
    assert rates is not None
    cents = Fraction(0)
    fresh = sent - (usage.cache_read_tokens or 0) - (usage.cache_write_tokens or 0)
    for count, rate in (
        (fresh - amounts["audio"], rates.input),
        (amounts["audio"], rates.audio_input),
        (usage.cache_read_tokens, rates.cache_read),
        (
            (usage.cache_write_tokens or 0) - (usage.cache_write_1h_tokens or 0),
            rates.cache_write_5m,
        ),
        (usage.cache_write_1h_tokens, rates.cache_write_1h),
        (amounts["made"], rates.output),
        (amounts["spoken"], rates.audio_output),
        (amounts["searches"] * 1_000_000, price.fees["web_search"]),
    ):
        cents += Fraction(count or 0) * Fraction(rate or 0) / 10_000
    bill = price.bill(usage)
    assert bill.unpriced == ()
    assert bill.usd == pytest.approx(float(cents / 100), rel=1e-9, abs=1e-12)
    most = price.most_usd(sent, usage.output_tokens or 0, tier)
    fees = amounts["searches"] * price.fees["web_search"]
    assert most is not None
    assert bill.usd <= (most + fees) * (1 + 1e-9) + 1e-12


@given(
    _prices, _amounts, st.sampled_from(_KINDS), st.integers(0, 1000), st.sampled_from(["", "flex"])
)
def test_more_of_anything_never_costs_less_within_a_tier(
    price: Price, amounts: dict[str, int], kind: str, more: int, tier: str
) -> None:
    less, more_of_it = _usage(amounts, tier), _usage(amounts | {kind: amounts[kind] + more}, tier)
    card = price.services["flex"] if tier else price
    above = card.tiers[0].above_tokens
    if ((less.input_tokens or 0) > above) != ((more_of_it.input_tokens or 0) > above):
        return
    if bool(amounts["audio"]) != bool(more_of_it.billing.audio_input_tokens):
        return  # what was cached is another prompt
    before, after = price.bill(less).usd, price.bill(more_of_it).usd
    assert before is not None
    assert after is not None
    assert after >= before * (1 - 1e-9)


@given(_prices, _amounts, st.sampled_from(["", "flex", "priority"]))
def test_nothing_that_contradicts_itself_is_priced(
    price: Price, amounts: dict[str, int], tier: str
) -> None:
    usage = _usage(amounts, tier)
    told = replace(usage, cache_read_tokens=(usage.input_tokens or 0) + 1)
    assert price.bill(checked(told)) == Bill()
