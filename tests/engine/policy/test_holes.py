"""What a client may try to spend more than it should: each was tried, and does not work."""

import json
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from llmgw_desktop.domain.access.principal import DEFAULT_SCOPES, Principal, PrincipalKind, proxied
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.flights.price import Price, RateCard, Rates
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.policy import Budget, BudgetSpent, ClientPolicy, Measure, Period
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind, Upstream
from llmgw_desktop.domain.routing.route import Candidate, RouteDecision
from llmgw_desktop.domain.usage import Figure, Usage
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.policy.ledger import ClientLedger, Remembered
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.engine.policy.reservations import ProviderModel, RequestEstimate
from llmgw_desktop.engine.policy.spending import (
    RequestSpending,
    RunSpending,
    asked_tier,
    most_output,
)
from tests.support.turned_clock import TurnedClock

NEVER = Budget(measure=Measure.TOKENS, amount=1000, period=Period.NEVER)
PRICE = Price(rates=Rates(input=1.0, output=1.0))
POOR_PROGRAM = Principal(
    client_id="oauth:abc", name="rich", scopes=DEFAULT_SCOPES, kind=PrincipalKind.OAUTH
)
WISH = RequestEstimate(
    model="m", places=(ProviderModel("p", "m"),), input_tokens=500, output_tokens=100
)
TOLD = Usage(input_tokens=600, output_tokens=400)


def _policies(*policies: ClientPolicy) -> Policies:
    def nothing_kept() -> Remembered:
        return {}

    made = Policies(
        TurnedClock(),
        price_of=lambda _provider, _model: PRICE,
        remembered=nothing_kept,
        keep=lambda _key, _kept: None,
    )
    made.apply(policies)
    return made


def _spend(policies: Policies, principal: Principal, usage: Usage = TOLD) -> None:
    admitted = policies.admit(principal, WISH)
    assert admitted is not None
    policies.settle(admitted, usage, None)


@pytest.mark.parametrize("poor", [POOR_PROGRAM, proxied("rich")])
def test_what_a_remote_client_calls_itself_changes_its_limits_at_no_new_settings(
    poor: Principal,
) -> None:
    own = ClientPolicy(client=poor.client_id, budgets=(NEVER,))
    rich = ClientPolicy(client="rich", budgets=(replace(NEVER, amount=1e12),))
    policies = _policies(own, rich)
    _spend(policies, poor)
    policies.apply([own, replace(rich, parallel=4)])
    with pytest.raises(BudgetSpent):
        policies.admit(poor, WISH)
    assert policies.standing(poor.client_id)[0].budget == NEVER


def test_a_program_let_in_keeps_its_own_limits_at_new_settings() -> None:
    own = ClientPolicy(client=POOR_PROGRAM.client_id, budgets=(NEVER,))
    policies = _policies(own)
    _spend(policies, POOR_PROGRAM)
    policies.apply([own, ClientPolicy(client="another", parallel=4)])
    with pytest.raises(BudgetSpent):
        policies.admit(POOR_PROGRAM, WISH)


def test_runs_that_ended_later_are_charged_by_no_name_that_a_remote_client_gave_itself() -> None:
    policies = _policies(
        ClientPolicy(client="rich", budgets=(replace(NEVER, amount=1e12),)),
        ClientPolicy(client="*", budgets=(NEVER,)),
    )
    runs = RunSpending(policies)
    runs.goes_on("flt_9", POOR_PROGRAM, CliName.CLAUDE, ("", "Do it"))
    runs.ended("flt_9", TOLD, None)
    with pytest.raises(BudgetSpent):
        policies.admit(POOR_PROGRAM, WISH)


def test_a_table_that_goes_and_comes_back_fills_no_budget() -> None:
    key = Principal(client_id="cli_1", name="nightly", scopes=DEFAULT_SCOPES)
    own = ClientPolicy(client="nightly", budgets=(NEVER,))
    policies = _policies(own)
    _spend(policies, key)
    policies.apply([])
    policies.apply([own])
    with pytest.raises(BudgetSpent):
        policies.admit(key, WISH)


@pytest.mark.parametrize(
    ("partial", "used"), [(0, 0.0001), (int(Figure.COST), 0.0006), (int(Figure.REASONING), 0.0001)]
)
def test_a_cost_of_which_a_part_is_not_known_frees_nothing(partial: int, used: float) -> None:
    own = ClientPolicy(client="*", budgets=(replace(NEVER, measure=Measure.USD, amount=1.0),))
    policies = _policies(own)
    admitted = policies.admit(POOR_PROGRAM, WISH)
    assert admitted is not None
    policies.settle(admitted, replace(TOLD, partial=partial), 0.0001)
    (standing,) = policies.standing(POOR_PROGRAM.client_id)
    assert standing.used == pytest.approx(used)


@pytest.mark.parametrize(
    ("tier", "reserved"), [("", 0.0016), ("flex", 0.0016), ("priority", 0.0048)]
)
def test_a_dearer_service_tier_reserves_more_and_a_cheaper_one_no_less(
    tier: str, reserved: float
) -> None:
    own = ClientPolicy(client="*", budgets=(replace(NEVER, measure=Measure.USD, amount=1.0),))
    policies = Policies(
        TurnedClock(),
        price_of=lambda _provider, _model: Price(
            rates=Rates(input=1.0, output=1.0, cache_write_1h=3.0),
            services={
                "flex": RateCard(rates=Rates(input=0.5, output=0.5)),
                "priority": RateCard(rates=Rates(input=3.0, output=3.0, cache_write_1h=9.0)),
            },
        ),
    )
    policies.apply([own])
    policies.admit(POOR_PROGRAM, replace(WISH, service_tier=tier))
    (standing,) = policies.standing(POOR_PROGRAM.client_id)
    assert standing.reserved == pytest.approx(reserved)


@pytest.mark.parametrize(
    ("fields", "tier"),
    [
        ({}, ""),
        ({"service_tier": "flex"}, "flex"),
        ({"serviceTier": "PRIORITY"}, "PRIORITY"),
        ({"speed": "fast"}, "fast"),
        ({"service_tier": None, "speed": 7}, ""),
    ],
)
def test_how_it_wants_to_be_served_is_read(fields: dict[str, Any], tier: str) -> None:
    assert asked_tier(fields) == tier


@pytest.mark.parametrize(
    ("protocol", "fields", "most"),
    [
        (ModelProtocol.OPENAI_RESPONSES, {"max_tokens": 1}, None),
        (ModelProtocol.OPENAI_CHAT, {"max_output_tokens": 1}, None),
        (ModelProtocol.OPENAI_CHAT, {"max_tokens": 10, "max_completion_tokens": 90}, 90),
        (ModelProtocol.OPENAI_CHAT, {"max_tokens": 10, "n": 50}, 500),
        (ModelProtocol.OPENAI_CHAT, {"n": 3}, 3 * 4096),
        (ModelProtocol.OPENAI_CHAT, {"max_tokens": 90000.0}, 90000),
        (ModelProtocol.OPENAI_CHAT, {"max_tokens": 0}, None),
        (ModelProtocol.OPENAI_CHAT, {"max_tokens": -1}, None),
        (ModelProtocol.OPENAI_CHAT, {"max_tokens": True, "n": "x"}, None),
        (ModelProtocol.OPENAI_CHAT, {"max_tokens": float("nan"), "n": float("inf")}, None),
        (ModelProtocol.ANTHROPIC, {"max_tokens": 7, "max_output_tokens": 1}, 7),
        (ModelProtocol.GEMINI, {"generationConfig": {"maxOutputTokens": 7}}, 7),
        (ModelProtocol.GEMINI, {"generation_config": {"max_output_tokens": "70"}}, 70),
        (
            ModelProtocol.GEMINI,
            {"generationConfig": {"maxOutputTokens": 7, "candidateCount": 8}},
            56,
        ),
        (ModelProtocol.GEMINI, {"generationConfig": "x"}, None),
    ],
)
def test_as_much_is_reserved_as_the_vendor_would_write(
    protocol: ModelProtocol, fields: dict[str, Any], most: int | None
) -> None:
    assert most_output(fields, protocol) == most


def _request(operation: Operation, protocol: ModelProtocol, most: int | None = 100) -> ModelRequest:
    fields = {"max_tokens": most, "messages": [{"role": "user", "content": "x" * 400}]}
    return ModelRequest(
        flight_id="flt_1",
        principal=POOR_PROGRAM,
        protocol=protocol,
        operation=operation,
        model="m",
        streaming=operation is Operation.GENERATE,
        body=json.dumps(fields).encode(),
        fields=fields,
        headers={},
        query="",
        project="",
    )


def _flown(
    policies: Policies,
    operation: Operation,
    usage: Usage,
    *,
    left: bool = False,
    most: int | None = 100,
    came: int = 0,
) -> None:
    protocol = ModelProtocol.ANTHROPIC
    upstream = Upstream(
        provider="p", kind=ProviderKind.ANTHROPIC, protocol=protocol, base_url="http://127.0.0.1:9"
    )
    decision = RouteDecision(candidates=(Candidate(upstream=upstream, model="m"),), reason="")
    spending = RequestSpending(policies)
    spending.begin(_request(operation, protocol, most), decision)
    flight = OpenFlight(
        "flt_1", path="/", protocol=protocol, operation=operation, clock=TurnedClock()
    )
    flight.tried(decision.candidates[0])
    flight.usage = usage
    flight.keep(b"x" * came)
    if left:
        flight.fail(FlightState.CANCELED, "client_gone", "left")
    flight.end()
    spending.end(flight)


def test_who_leaves_before_the_end_of_a_stream_has_spent_what_was_reserved() -> None:
    """The first event of a stream tells of one token; the last one, which did not come, of all."""
    policies = _policies(ClientPolicy(client="*", budgets=(NEVER,)))
    _flown(policies, Operation.GENERATE, Usage(input_tokens=100, output_tokens=1), left=True)
    (spent,) = policies.standing(POOR_PROGRAM.client_id)
    assert spent.used >= 200
    assert spent.reserved == 0


@pytest.mark.parametrize(("most", "least", "largest"), [(None, 40_000, 60_000), (100, 200, 300)])
def test_who_leaves_a_stream_without_bounds_has_spent_what_he_was_given(
    most: int | None, least: int, largest: int
) -> None:
    """Not the 4,096 tokens that were reserved; where there was a bound, it holds."""
    large = replace(NEVER, amount=1e6)
    dollars = Budget(measure=Measure.USD, amount=1e6, period=Period.NEVER)
    policies = _policies(ClientPolicy(client="*", budgets=(large, dollars)))
    usage = Usage(input_tokens=100, output_tokens=1)
    _flown(policies, Operation.GENERATE, usage, left=True, most=most, came=5_000_000)
    tokens, usd = policies.standing(POOR_PROGRAM.client_id)
    assert least <= tokens.used <= largest
    assert usd.used == pytest.approx(tokens.used / 1e6)
    assert tokens.reserved == usd.reserved == 0


def test_to_count_a_prompt_spends_nothing_of_it() -> None:
    policies = _policies(
        ClientPolicy(
            client="*",
            budgets=(NEVER, Budget(measure=Measure.USD, amount=1.0, period=Period.NEVER)),
        )
    )
    for _ in range(50):
        _flown(policies, Operation.COUNT_TOKENS, Usage(input_tokens=100))
    assert [each.used for each in policies.standing(POOR_PROGRAM.client_id)] == [0, 0]
    assert policies.running(POOR_PROGRAM.client_id) == 0


def test_a_run_that_was_stopped_has_spent_what_was_reserved() -> None:
    policies = _policies(ClientPolicy(client="*", budgets=(replace(NEVER, amount=1e6),)))
    runs = RunSpending(policies)
    runs.begin("flt_2", POOR_PROGRAM, CliName.CLAUDE, ("", "Do it"))
    told = Usage(input_tokens=1, output_tokens=1)
    runs.ended("flt_2", told, None, is_whole=False)
    assert policies.standing(POOR_PROGRAM.client_id)[0].used >= 4096


def test_alone_is_alone_whatever_was_rounded() -> None:
    day = Budget(measure=Measure.USD, amount=1.0, period=Period.DAY)
    ledger = ClientLedger(
        ClientPolicy(client="nightly", budgets=(day,)), ZoneInfo("UTC"), TurnedClock()
    )
    running = [ledger.reserve({Measure.USD: amount}) for amount in (0.1, 0.2, 0.3)]
    for each in running:
        ledger.settle(each, {Measure.USD: 0.0})
    assert ledger.standing()[0].reserved == 0
    ledger.reserve({Measure.USD: 2.0})
