"""What a closed flight says of its cost: priced, a lower bound, or unknown with the reason."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.flights.price import Price, PriceRule, RateCard, Rates
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import BillingFacts, Figure, Provenance, Usage
from tests.engine.conftest import House, house_in
from tests.support.answers import Raw

PRICES = """
[[prices]]
input = 1
output = 2
cache_read = 0.1
cache_write_5m = 1
fees = { web_search = 0.01 }
[prices.service.flex]
input = 0.5
output = 1
"""
MESSAGES = [{"role": "user", "content": "Hello"}]
CHAT = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-stub",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}
    ],
    "usage": {"prompt_tokens": 1_000_000, "completion_tokens": 0, "total_tokens": 1_000_000},
}
CLAUDE = {
    "id": "m",
    "type": "message",
    "role": "assistant",
    "model": "claude-stub",
    "content": [{"type": "text", "text": "Hi"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
}

RULE = PriceRule(
    provider="openai",
    price=Price(
        rates=Rates(input=1.0, output=2.0),
        services={"flex": RateCard(rates=Rates(input=0.5, output=1.0))},
        fees={"web_search": 0.01},
    ),
)
USAGE = Usage(input_tokens=1_000_000, output_tokens=0)


def _closed(house: House, facts: BillingFacts, provider: str = "openai") -> FlightSummary:
    recorder = house.container.recording.recorder
    recorder.pricing.apply((), [RULE])
    flight = recorder.open("/v1/responses", ModelProtocol.OPENAI_RESPONSES, Operation.GENERATE)
    flight.provider, flight.model_served = provider, "m"
    flight.usage = replace(USAGE, billing=facts)
    recorder.close(flight)
    return house.closed[-1]


@pytest.mark.parametrize(
    ("facts", "usd", "provenance", "unpriced"),
    [
        (BillingFacts(), 1.0, Provenance.TOLD, ()),
        (BillingFacts(service_tier="default"), 1.0, Provenance.TOLD, ()),
        (BillingFacts(service_tier="flex"), 0.5, Provenance.TOLD, ()),
        (BillingFacts(service_tier="scale"), None, Provenance.UNKNOWN, ("scale tier",)),
        (BillingFacts(fees=(("web_search", 2),)), 1.02, Provenance.TOLD, ()),
        (BillingFacts(fees=(("google_search", 2),)), 1.0, Provenance.PARTIAL, ("google_search",)),
        (
            BillingFacts(service_tier="priority", fees=(("web_search", 2),)),
            0.02,
            Provenance.PARTIAL,
            ("priority tier",),
        ),
        (BillingFacts(not_understood=("usage.more",)), 1.0, Provenance.PARTIAL, ()),
        (BillingFacts(unsound=("more than all",)), None, Provenance.UNKNOWN, ()),
    ],
)
async def test_a_flight_names_what_its_cost_leaves_out(
    house: House,
    facts: BillingFacts,
    usd: float | None,
    provenance: Provenance,
    unpriced: tuple[str, ...],
) -> None:
    summary = _closed(house, facts)
    assert summary.cost_usd == (None if usd is None else pytest.approx(usd))
    assert summary.provenance(Figure.COST) is provenance
    assert summary.usage.billing.unpriced == unpriced


async def test_a_bill_of_the_vendors_own_counts_and_ours_stands_beside(house: House) -> None:
    summary = _closed(house, BillingFacts(service_tier="flex", vendor_cost_usd=0.4))
    assert (summary.cost_usd, summary.list_cost_usd) == (0.4, 0.5)
    assert summary.is_billed_by_vendor


async def test_practice_costs_nothing_whatever_it_says(house: House) -> None:
    facts = BillingFacts(service_tier="scale", not_understood=("usage.more",))
    summary = _closed(house, facts, provider="practice")
    assert summary.cost_usd == 0.0
    assert summary.provenance(Figure.COST) is Provenance.TOLD


@pytest.mark.parametrize(
    ("path", "answer", "usd", "unpriced"),
    [
        ("/v1/chat/completions", CHAT, 1.0, ()),
        ("/v1/chat/completions", CHAT | {"service_tier": "default"}, 1.0, ()),
        ("/v1/chat/completions", CHAT | {"service_tier": "flex"}, 0.5, ()),
        ("/v1/chat/completions", CHAT | {"service_tier": "priority"}, None, ("priority tier",)),
        (
            "/v1/messages",
            CLAUDE
            | {
                "usage": {
                    "input_tokens": 1_000_000,
                    "output_tokens": 0,
                    "service_tier": "standard",
                    "server_tool_use": {"web_search_requests": 3, "web_fetch_requests": 1},
                }
            },
            1.03,
            (),
        ),
        (
            "/v1/messages",
            CLAUDE
            | {
                "usage": {
                    "input_tokens": 1_000_000,
                    "output_tokens": 0,
                    "service_tier": "priority",
                    "cache_creation": {"ephemeral_1h_input_tokens": 0},
                }
            },
            None,
            ("priority tier",),
        ),
        (
            "/v1/messages",
            CLAUDE
            | {
                "usage": {
                    "input_tokens": 0,
                    "output_tokens": 500_000,
                    "cache_creation_input_tokens": 9,
                    "cache_creation": {"ephemeral_1h_input_tokens": 9},
                }
            },
            1.0,
            ("cache write of an hour",),
        ),
    ],
)
async def test_what_a_vendor_answers_is_billed_as_it_was_served(
    tmp_path: Path, path: str, answer: dict[str, Any], usd: float | None, unpriced: tuple[str, ...]
) -> None:
    async with house_in(tmp_path / "home", PRICES) as house:
        headers = {"Content-Type": "application/json"}
        house.lane.always = Raw(headers=headers, frames=(json.dumps(answer).encode(),))
        body = {"model": answer["model"], "max_tokens": 8, "messages": MESSAGES}
        async with house.post(path, body) as answered:
            assert answered.status == 200
            await answered.read()
        (closed,) = house.closed
    assert closed.cost_usd == (None if usd is None else pytest.approx(usd))
    assert closed.usage.billing.unpriced == unpriced
