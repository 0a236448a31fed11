"""What is read of a provider's list of models; hostile ones too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.providers.models import COLUMNS, fitting, shown_models
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flights.price import Price, Rates
from tests.ui.plain_gateway import PlainGateway

OPENROUTER = {
    "id": "anthropic/claude-sonnet-4.5",
    "name": "Anthropic: Claude Sonnet 4.5",
    "context_length": 1_000_000,
    "architecture": {"input_modalities": ["text", "image", "file"]},
    "top_provider": {"max_completion_tokens": 64_000},
    "supported_parameters": ["tools", "reasoning", "structured_outputs"],
}
GEMINI = {
    "name": "models/gemini-2.5-pro",
    "displayName": "Gemini 2.5 Pro",
    "inputTokenLimit": 1_048_576,
    "outputTokenLimit": 65_536,
    "supportedGenerationMethods": ["generateContent", "countTokens"],
}
ANTHROPIC = {
    "id": "claude-opus-4-5",
    "display_name": "Claude Opus 4.5",
    "max_input_tokens": 200_000,
    "max_tokens": 64_000,
    "capabilities": {"thinking": {"supported": True}, "image_input": {"supported": False}},
}
VLLM = {"id": "qwen3", "object": "model", "max_model_len": 32_768}


def shown(*rows: dict[str, Any], price: Price | None = None) -> list[dict[str, str]]:
    found = shown_models(rows, "p", lambda *_: price)
    return [dict(zip(COLUMNS, each.cells, strict=True)) for each in found]


def test_each_vendors_own_words_are_read() -> None:
    [claude, opus, gemini, qwen] = shown(OPENROUTER, GEMINI, ANTHROPIC, VLLM)
    assert (claude["Context"], claude["Answer"]) == ("1.0 M", "64.0k")
    assert claude["Can"] == "tools, images, files, thinking, schemas"
    assert (opus["Model"], opus["Context"], opus["Can"]) == (
        "claude-opus-4-5",
        "200.0k",
        "thinking",
    )
    assert (gemini["Model"], gemini["Context"]) == ("gemini-2.5-pro", "1.0 M")
    assert (qwen["Context"], qwen["Answer"], qwen["Can"]) == ("32.8k", "–", "–")


def test_prices_are_those_of_the_table_and_unknown_is_unknown() -> None:
    price = Price(rates=Rates(input=3.0, output=15.0, cache_read=0.0025))
    [row] = shown(VLLM, price=price)
    assert (row["Input"], row["Cached"], row["Output"]) == ("3.00", "0.0025", "15.00")
    [row] = shown(VLLM)
    assert (row["Input"], row["Cached"], row["Output"]) == ("–", "–", "–")
    free = Price(rates=Rates(input=0.0, output=0.0), is_free=True)
    assert shown(VLLM, price=free)[0]["Input"] == "free"


@pytest.mark.parametrize(
    "row",
    [
        {"id": "m", "context_length": -1},
        {"id": "m", "context_length": True},
        {"id": "m", "context_length": "many"},
        {"id": "m", "context_length": 10**30},
        {"id": "m", "capabilities": "all"},
        {"id": "m", "capabilities": [1, None, {"tools": True}]},
        {"id": "m", "architecture": {"input_modalities": {"image": 1}}},
    ],
)
def test_what_is_no_fact_is_unknown(row: dict[str, Any]) -> None:
    [told] = shown(row)
    assert (told["Context"], told["Can"]) == ("–", "–")


def test_names_are_harmless_and_each_stands_once() -> None:
    assert shown({"id": ""}, {"id": 3}, {}) == []
    [row] = shown({"id": "a\u202eb"}, {"id": "a\u202eb", "context_length": 8192})
    assert "\u202e" not in row["Model"]
    assert row["Context"] == "8,192"


def test_a_search_looks_for_every_word_in_name_and_abilities() -> None:
    found = shown_models([OPENROUTER, GEMINI, ANTHROPIC, VLLM], "p", lambda *_: None)
    assert [each.name for each in fitting(found, "THINKING claude")] == [
        "anthropic/claude-sonnet-4.5",
        "claude-opus-4-5",
    ]
    assert len(fitting(found, " ")) == 4


async def test_its_own_list_is_asked_and_the_settings_names_stand_in_it(tmp_path: Path) -> None:
    gateway = PlainGateway(tmp_path / "access.key")
    gateway.settings.write(
        '[providers.box]\nkind = "openai-compatible"\nbase_url = "http://127.0.0.1:9/v1"\n'
        'local = true\nmodels = ["mine", "qwen3"]\n'
    )
    found = await gateway.providers.models("box")
    assert [each.name for each in found] == ["mine", "qwen3"], "it does not answer"
    body = json.dumps({"data": [VLLM]}).encode()
    gateway.asker.answers["http://127.0.0.1:9/v1"] = (200, body)
    found = await gateway.providers.models("box")
    assert [(each.name, each.cells[1]) for each in found] == [("mine", "–"), ("qwen3", "32.8k")]


async def test_who_does_not_answer_says_so(tmp_path: Path) -> None:
    gateway = PlainGateway(tmp_path / "access.key")
    gateway.settings.write(
        '[providers.box]\nkind = "openai-compatible"\nbase_url = "http://127.0.0.1:9/v1"\n'
        "local = true\n"
    )
    with pytest.raises(LlmgwError, match="refused"):
        await gateway.providers.models("box")
    for status, body in ((401, b"{}"), (200, b"[]"), (200, b"no")):
        gateway.asker.answers["http://127.0.0.1:9/v1"] = (status, body)
        with pytest.raises(LlmgwError):
            await gateway.providers.models("box")
