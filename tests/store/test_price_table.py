"""The shipped prices are whole, dated, and found by a model's own name alone."""

import pytest

from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.store.price_table import load_price_table

TABLE = load_price_table()
VENDORS = ("anthropic", "openai", "google", "groq", "mistral", "xai", "deepseek")


def test_it_says_when_and_where_its_figures_come_from() -> None:
    year, month, day = map(int, TABLE.date.split("-"))
    assert year >= 2026
    assert 1 <= month <= 12
    assert 1 <= day <= 31
    assert set(TABLE.pages) == set(VENDORS)


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_row_can_be_read_and_is_sane(vendor: str) -> None:
    models = TABLE.models_of(vendor)
    assert models
    for model in models:
        price = TABLE.price_of(vendor, model)
        assert price is not None
        assert 0 <= price.rates.input < 1000
        assert 0 <= price.rates.output < 2000
        cost = price.bill(Usage(input_tokens=10, output_tokens=10)).usd
        assert cost is not None
        assert cost >= 0
        bounds = [tier.above_tokens for tier in price.tiers]
        assert bounds == sorted(bounds)


def test_a_date_in_the_name_is_not_another_model() -> None:
    plain = TABLE.price_of("anthropic", "claude-opus-4-8")
    assert plain is not None
    assert TABLE.price_of("anthropic", "claude-opus-4-8-20991231") == plain
    assert TABLE.price_of("openai", "gpt-4o-2099-12-31") == TABLE.price_of("openai", "gpt-4o")


@pytest.mark.parametrize("model", ["claude-opus-4-8x", "claude-opus", "claude", "", "gpt-4o"])
def test_a_likeness_is_no_price(model: str) -> None:
    assert TABLE.price_of("anthropic", model) is None


def test_a_vendor_nobody_knows_has_no_prices() -> None:
    assert TABLE.price_of("nobody", "gpt-4o") is None
