"""What an answer cost, to the last cent; what is not known makes no sum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.price import Price, Rates, Tier
from llmgw_desktop.domain.usage import Usage, checked

RATES = Rates(input=3.0, output=15.0, cache_read=0.3, cache_write_5m=3.75, cache_write_1h=6.0)
LONG = Rates(input=6.0, output=22.5, cache_read=0.6, cache_write_5m=7.5, cache_write_1h=12.0)
PRICE = Price(rates=RATES, tiers=(Tier(above_tokens=200_000, rates=LONG),))


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
        (Usage(input_tokens=4, output_tokens=0, cache_read_tokens=4), None, ()),
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
