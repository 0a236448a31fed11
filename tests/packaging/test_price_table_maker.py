"""The table of prices is renewed from a list that can be true, says what changed, or stays."""

import importlib.util
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from llmgw_desktop.domain.flights.price import RateCard, Rates, Tier
from llmgw_desktop.store.routing.prices import load_price_table
from tests.packaging.machine import PACKAGING

TODAY = date(2026, 11, 22)
PER_TOKEN = {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}
LONG = "_above_200k_tokens"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("maker", PACKAGING / "make_price_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _list(maker: ModuleType, **more: Any) -> dict[str, dict[str, Any]]:
    """A model of every vendor; `more` is of one by OpenAI."""
    found = {
        f"{vendor}/plain": {"litellm_provider": vendor, "mode": "chat", **PER_TOKEN}
        for vendor in maker.VENDORS
    }
    found["gpt-x"] = {"litellm_provider": "openai", "mode": "chat", **PER_TOKEN, **more}
    return found


def _renewed(maker: ModuleType, path: Path, prices: Mapping[str, Any]) -> list[str]:
    lines: Iterator[str] = maker.renew(json.dumps(prices), "1.2.3", path, TODAY)
    return list(lines)


def test_tiers_media_and_fees_are_taken(maker: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    more = {
        "input_cost_per_token_flex": 0.5e-6,
        "output_cost_per_token_flex": 1e-6,
        f"input_cost_per_token{LONG}_flex": 1e-6,
        f"output_cost_per_token{LONG}_flex": 2e-6,
        f"input_cost_per_token{LONG}": 2e-6,
        f"output_cost_per_token{LONG}": 4e-6,
        "input_cost_per_token_priority": 3e-6,
        "output_cost_per_token_priority": 9e-6,
        "output_cost_per_token_batches": 1e-6,
        "input_cost_per_audio_token": 7e-6,
        "search_context_cost_per_query": {"low": 0.01, "high": 0.01},
    }
    prices = _list(maker, **more)
    prices["openai/container"] = {"mode": "chat", "code_interpreter_cost_per_session": 0.03}
    lines = _renewed(maker, path, prices)
    assert any(
        line.startswith("+ openai gpt-x: input 1, output 2, audio_input 7") for line in lines
    )
    table = load_price_table(path)
    assert table.date == "2026-11-22"
    price = table.price_of("openai", "gpt-x")
    assert price is not None
    assert price.rates == Rates(input=1.0, output=2.0, audio_input=7.0)
    assert price.tiers == (Tier(above_tokens=200_000, rates=Rates(input=2.0, output=4.0)),)
    assert price.services == {
        "flex": RateCard(
            rates=Rates(input=0.5, output=1.0),
            tiers=(Tier(above_tokens=200_000, rates=Rates(input=1.0, output=2.0)),),
        ),
        "priority": RateCard(
            rates=Rates(input=3.0, output=9.0), tiers=(Tier(above_tokens=200_000, rates=None),)
        ),
    }, "a tier that is told in part has no price"
    assert price.fees == {"web_search": 0.01, "file_search": 0.0025, "code_interpreter": 0.03}


def test_a_tier_that_is_a_multiple_is_written_as_one_and_read_back(
    maker: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "prices.json"
    more = {
        "cache_read_input_token_cost": 0.3e-6,
        "input_cost_per_token_batches": 0.5e-6,
        "output_cost_per_token_batches": 1e-6,
        "cache_read_input_token_cost_batches": 0.15e-6,
        "provider_specific_entry": {"fast": 2},
    }
    _renewed(maker, path, _list(maker, **more))
    assert '"services":{"batch":0.5,"fast":2}' in path.read_text()
    price = load_price_table(path).price_of("openai", "gpt-x")
    assert price is not None
    assert price.services["batch"].rates == Rates(input=0.5, output=1.0, cache_read=0.15)
    assert price.services["fast"].rates == Rates(input=2.0, output=4.0, cache_read=0.6)


@pytest.mark.parametrize(
    "entry",
    [
        {"input_cost_per_token": 1e-6},
        {"input_cost_per_token": 0, "output_cost_per_token": 0, "output_cost_per_image": 0.04},
        {"mode": "image_generation", **PER_TOKEN, "output_cost_per_image": 0.04},
        {"mode": "audio_speech", **PER_TOKEN},
    ],
)
def test_what_is_not_paid_by_tokens_has_no_price(
    maker: ModuleType, tmp_path: Path, entry: dict[str, Any]
) -> None:
    path = tmp_path / "prices.json"
    odd = {"odd": {"litellm_provider": "openai", "mode": "chat", **entry}}
    _renewed(maker, path, _list(maker) | odd)
    assert load_price_table(path).price_of("openai", "odd") is None


def test_an_embedding_writes_nothing_so_its_output_costs_nothing(
    maker: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "prices.json"
    odd = {"odd": {"litellm_provider": "openai", "mode": "embedding", "input_cost_per_token": 1e-6}}
    _renewed(maker, path, _list(maker) | odd)
    price = load_price_table(path).price_of("openai", "odd")
    assert price is not None
    assert price.rates == Rates(input=1.0, output=0.0)


def test_hours_that_cost_more_are_a_bound_and_said(maker: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    off_peak = {"input_cost_per_token": 0.5e-6, "output_cost_per_token": 1e-6, "windows": []}
    _renewed(maker, path, _list(maker, off_peak_pricing=off_peak))
    price = load_price_table(path).price_of("openai", "gpt-x")
    assert price is not None
    assert price.rates == Rates(input=0.5, output=1.0)
    assert price.besides == ("peak hours",)
    assert price.most_usd(1_000_000, 0) == 1.0


def test_what_changed_is_printed_old_and_new(maker: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    _renewed(
        maker, path, _list(maker, input_cost_per_token_flex=1e-6, output_cost_per_token_flex=0)
    )
    assert _renewed(maker, path, _list(maker, input_cost_per_token=3e-6)) == [
        "~ openai gpt-x: input 1 → 3, flex input 1 → unknown, flex output 0 → unknown"
    ]
    prices = _list(maker)
    prices["gpt-y"] = prices.pop("gpt-x")
    assert _renewed(maker, path, prices) == [
        "- openai gpt-x",
        "+ openai gpt-y: input 1, output 2, a call of file_search 0.0025",
    ]
    assert _renewed(maker, path, prices) == []


def test_a_name_with_a_date_is_written_only_where_it_costs_something_else(
    maker: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "prices.json"
    prices = _list(maker)
    prices["gpt-x-2026-01-01"] = prices["gpt-x"]
    prices["gpt-x-2026-02-02"] = prices["gpt-x"] | {"input_cost_per_token": 5e-6}
    _renewed(maker, path, prices)
    table = load_price_table(path)
    assert table.models_of("openai") == ("gpt-x", "gpt-x-2026-02-02", "plain")
    assert table.price_of("openai", "gpt-x-2026-01-01") == table.price_of("openai", "gpt-x")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"input_cost_per_token": -1e-6}, "gpt-x: input is -1.0"),
        ({"cache_read_input_token_cost": float("nan")}, "gpt-x: cache_read is nan"),
        ({"input_cost_per_token": "1e-6"}, "gpt-x: '1e-6' is no number"),
        ({"output_cost_per_token": 1.0}, "gpt-x: output is 1000000.0"),
        ({"search_context_cost_per_query": {"low": -1}}, "gpt-x: web_search is -1"),
    ],
)
def test_a_list_that_cannot_be_true_writes_nothing(
    maker: ModuleType, tmp_path: Path, more: dict[str, Any], words: str
) -> None:
    path = tmp_path / "prices.json"
    _renewed(maker, path, _list(maker))
    before = path.read_bytes()
    with pytest.raises(ValueError, match=words):
        _renewed(maker, path, _list(maker, **more))
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", ["", "<html>", "[]", '{"gpt-x": 7}', "{}"])
def test_what_is_no_list_writes_nothing(maker: ModuleType, tmp_path: Path, text: str) -> None:
    path = tmp_path / "prices.json"
    _renewed(maker, path, _list(maker))
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"Expecting value|no list|lost more than half"):
        list(maker.renew(text, "1.2.3", path, TODAY))
    assert path.read_bytes() == before


@pytest.mark.parametrize("gone", list(PER_TOKEN))
def test_a_model_with_a_gap_is_left_out(maker: ModuleType, tmp_path: Path, gone: str) -> None:
    path = tmp_path / "prices.json"
    prices = _list(maker)
    del prices["gpt-x"][gone]
    _renewed(maker, path, prices)
    assert load_price_table(path).models_of("openai") == ("plain",)


def test_a_list_that_lost_half_or_a_vendor_writes_nothing(
    maker: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "prices.json"
    whole = _list(maker)
    whole |= {f"gpt-{number}": whole["gpt-x"] for number in range(8)}
    _renewed(maker, path, whole)
    before = path.read_bytes()
    for less in (_list(maker), {name: it for name, it in whole.items() if name != "xai/plain"}):
        with pytest.raises(ValueError, match="has lost more than half of its models"):
            _renewed(maker, path, less)
    assert path.read_bytes() == before


def test_a_table_from_the_future_is_not_replaced(maker: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    _renewed(maker, path, _list(maker))
    path.write_text(path.read_text().replace("2026-11-22", "2026-11-23"))
    with pytest.raises(ValueError, match="clock is behind it"):
        _renewed(maker, path, _list(maker))
