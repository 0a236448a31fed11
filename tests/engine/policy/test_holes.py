"""What a client may try to spend more than it should: each was tried, and does not work."""

from dataclasses import replace

import pytest

from llmgw_desktop.domain.policy import Budget, BudgetSpent, ClientPolicy, Measure, Period
from llmgw_desktop.domain.price import Price, Rates
from llmgw_desktop.domain.principal import DEFAULT_SCOPES, Principal, PrincipalKind, proxied
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.policy.policies import Place, Policies, Remembered, Wish
from tests.support.turned_clock import TurnedClock

NEVER = Budget(measure=Measure.TOKENS, amount=1000, period=Period.NEVER)
PRICE = Price(rates=Rates(input=1.0, output=1.0))
POOR_PROGRAM = Principal(
    client_id="oauth:abc", name="rich", scopes=DEFAULT_SCOPES, kind=PrincipalKind.OAUTH
)
WISH = Wish(model="m", places=(Place("p", "m"),), input_tokens=500, output_tokens=100)
TOLD = Usage(input_tokens=600, output_tokens=400)


def _policies(*policies: ClientPolicy) -> Policies:
    def nothing_kept() -> Remembered:
        return {}

    made = Policies(
        TurnedClock(),
        price_of=lambda _provider, _model: PRICE,
        remembered=nothing_kept,
        keep=lambda _key, _begins, _used: None,
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
    policies.spent_before("oauth:abc", "rich", TOLD, None)
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
