"""The shipped prices are whole, dated, and found by a model's own name alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.store.routing.prices import load_price_table

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


def _table(folder: Path, row: Any, **head: Any) -> Path:
    path = folder / "prices.json"
    plain = {"input": 1, "output": 2}
    whole = {"date": "2026-01-01", "pages": {}, "fees": {}} | head
    path.write_text(json.dumps(whole | {"prices": {"v": {"plain": plain, "odd": row}}}))
    return path


GOOD = {"input": 1, "output": 2}
OVERLAP = [{"above_tokens": 9, **GOOD}, {"above_tokens": 9, **GOOD}]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("free", "an object is missing"),
        ({"input": 1}, "output is missing"),
        ({"input": -1, "output": 1}, "input is -1"),
        ({"input": "1", "output": 1}, "input is no number"),
        ({"input": True, "output": 1}, "input is no number"),
        ({"input": 1e9, "output": 1}, "input is 1000000000.0"),
        ({**GOOD, "inptu": 1}, "nobody knows what inptu is"),
        ({**GOOD, "tiers": 7}, "its tiers are no list"),
        ({**GOOD, "tiers": OVERLAP}, "its tiers overlap"),
        ({**GOOD, "tiers": [{"above_tokens": 9}, {"above_tokens": 3}]}, "its tiers overlap"),
        ({**GOOD, "tiers": [{"above_tokens": "9", **GOOD}]}, "above how many tokens"),
        ({**GOOD, "services": {"flex": {"input": 1}}}, "output is missing"),
        ({**GOOD, "services": {"flex": -0.5}}, "flex is -0.5"),
        ({**GOOD, "fees": {"web_search": -1}}, "web_search is -1"),
        ({**GOOD, "peak": {"input": 1}}, "output is missing"),
    ],
)
def test_a_row_that_cannot_be_true_is_no_price_and_spoils_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, row: Any, words: str
) -> None:
    table = load_price_table(_table(tmp_path, row))
    assert table.price_of("v", "odd") is None
    assert "shipped price of odd is not used" in caplog.text
    assert words in caplog.text
    assert table.price_of("v", "plain") is not None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"date": NaN}', '{"prices": []}', None])
def test_a_table_that_cannot_be_read_has_no_prices_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str | None
) -> None:
    path = tmp_path / "prices.json"
    if text is not None:
        path.write_text(text)
    table = load_price_table(path)
    assert (table.date, table.price_of("openai", "gpt-4o")) == ("", None)
    assert "The shipped prices cannot be read" in caplog.text


def test_a_date_to_come_is_told_as_it_is_and_changes_no_price(tmp_path: Path) -> None:
    table = load_price_table(_table(tmp_path, GOOD, date="2999-01-01"))
    assert table.date == "2999-01-01"
    assert table.price_of("v", "odd") is not None


def test_a_tier_of_which_nothing_is_told_has_no_price(tmp_path: Path) -> None:
    row = {**GOOD, "tiers": [{"above_tokens": 9}]}
    price = load_price_table(_table(tmp_path, row)).price_of("v", "odd")
    assert price is not None
    assert price.bill(Usage(input_tokens=9, output_tokens=0)).usd == 9e-6
    bill = price.bill(Usage(input_tokens=10, output_tokens=0))
    assert (bill.usd, bill.unpriced) == (None, ("standard tier of long prompts",))


def test_service_tiers_and_tools_of_vendors_have_prices() -> None:
    price = TABLE.price_of("openai", "gpt-5.1")
    assert price is not None
    assert {"flex", "priority", "batch"} <= price.services.keys()
    assert price.services["flex"].rates.input == price.rates.input / 2
    assert {"web_search", "file_search", "code_interpreter"} <= price.fees.keys()
    claude = TABLE.price_of("anthropic", "claude-opus-4-8")
    assert claude is not None
    assert claude.fees["web_fetch"] == 0.0
    assert "priority" not in claude.services, "a commitment, not a price for a token"
