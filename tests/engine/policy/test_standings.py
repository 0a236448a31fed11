"""How each client stands: what runs, what is spent, what was refused and when it opens again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llmgw_desktop.domain.access.access_errors import ClientPaused
from llmgw_desktop.domain.access.principal import DEFAULT_SCOPES, LOCAL, Principal, PrincipalKind
from llmgw_desktop.domain.policy import (
    Budget,
    ClientPolicy,
    KeptSpent,
    LimitReached,
    Measure,
    ModelForbidden,
    Period,
    RateLimit,
)
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.policy import reservations
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.engine.policy.reservations import ProviderModel, RequestEstimate
from tests.support.turned_clock import TurnedClock

NIGHTLY = Principal(client_id="cli_1", name="nightly", scopes=DEFAULT_SCOPES)
STRANGER = Principal(
    client_id="oauth:abc", name="nightly", scopes=DEFAULT_SCOPES, kind=PrincipalKind.OAUTH
)
WISH = RequestEstimate(
    model="m", places=(ProviderModel("p", "m"),), input_tokens=500, output_tokens=100
)
DAY = Budget(measure=Measure.TOKENS, amount=1000, period=Period.DAY)
MINUTE = RateLimit(measure=Measure.REQUESTS, amount=1, window_s=60)


def _policies(clock: TurnedClock, *policies: ClientPolicy) -> Policies:
    kept = {("cli_1", Measure.TOKENS, Period.DAY): KeptSpent(None, 300.0)}
    made = Policies(
        clock,
        price_of=lambda _provider, _model: None,
        remembered=lambda: kept,
        holders=lambda: (LOCAL, NIGHTLY),
    )
    made.apply(policies)
    return made


def test_who_has_a_table_stands_there_before_it_comes_with_what_it_spent_before() -> None:
    policies = _policies(
        TurnedClock(),
        ClientPolicy(client="nightly", budgets=(DAY,)),
        ClientPolicy(client="nobodys", parallel=2),
        ClientPolicy(client="*", parallel=16),
    )
    nightly, nobodys = policies.standings()
    assert (nightly.client_id, nightly.running, nightly.budgets[0].used) == ("cli_1", 0, 300)
    assert (nobodys.client_id, nobodys.name, nobodys.budgets) == ("nobodys", "nobodys", ())


def test_who_comes_is_counted_with_limits_and_without_and_by_no_borrowed_name() -> None:
    policies = _policies(TurnedClock(), ClientPolicy(client="nightly", budgets=(DAY,)))
    first, second = policies.comes(STRANGER), policies.comes(STRANGER)
    by_id = {each.client_id: each for each in policies.standings()}
    assert (by_id["oauth:abc"].running, by_id["oauth:abc"].policy) == (2, None)
    assert (by_id["oauth:abc"].budgets, by_id["cli_1"].running) == ((), 0)
    policies.goes(first)
    policies.goes(second)
    assert [each.running for each in policies.standings()] == [0, 0]


def test_what_limits_refuse_is_told_with_its_words_and_when_they_open() -> None:
    clock = TurnedClock()
    policies = _policies(
        clock, ClientPolicy(client="nightly", providers=("p",), rate_limits=(MINUTE,))
    )
    admitted = policies.admit(NIGHTLY, WISH)
    assert admitted is not None
    policies.settle(admitted, Usage(input_tokens=1), None)
    for _ in range(2):
        with pytest.raises(LimitReached):
            policies.admit(NIGHTLY, WISH)
    with pytest.raises(ModelForbidden):
        policies.check(
            NIGHTLY, RequestEstimate(model="m", places=(), input_tokens=1, output_tokens=1)
        )
    (standing,) = policies.standings()
    rate, forbidden = standing.refusals
    assert (rate.kind, rate.count, rate.last_at_s) == ("limit_reached", 2, clock.now_s())
    assert rate.opens_at_s == pytest.approx(clock.now_s() + 60)
    assert "has room in 60 s" in rate.words
    assert (forbidden.kind, forbidden.count, forbidden.opens_at_s) == ("model_forbidden", 1, None)
    assert standing.rates[0].used == pytest.approx(1)
    clock.pass_s(30)
    assert policies.standings()[0].rates[0].used == pytest.approx(0.5)


def test_however_many_come_few_are_remembered_and_none_that_runs_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reservations, "MOST_VISITS", 3)
    policies = _policies(TurnedClock())
    policies.comes(NIGHTLY)
    for number in range(9):
        many = Principal(client_id=f"cli_m{number}", name=f"m{number}", scopes=DEFAULT_SCOPES)
        policies.goes(policies.comes(many))
    assert [each.name for each in policies.standings()] == ["m7", "m8", "nightly"]


def _refused_kinds(policies: Policies, client_id: str) -> list[str]:
    (standing,) = [each for each in policies.standings() if each.client_id == client_id]
    return [each.kind for each in standing.refusals]


def test_a_pause_is_told_while_it_holds_and_no_longer() -> None:
    policies = _policies(TurnedClock(), ClientPolicy(client="nightly", paused=True))
    with pytest.raises(ClientPaused, match="'nightly' is paused") as caught:
        policies.check_paused(NIGHTLY, is_own=False)
    policies.refused(NIGHTLY, caught.value)
    assert policies.standing_of(NIGHTLY).is_paused
    policies.apply([ClientPolicy(client="nightly", paused=True, parallel=3)])
    assert _refused_kinds(policies, "cli_1") == ["client_paused"], "it is still paused"
    policies.apply([ClientPolicy(client="nightly", parallel=3)])
    assert _refused_kinds(policies, "cli_1") == []
    assert not policies.standing_of(NIGHTLY).is_paused


def test_whom_a_pause_stops() -> None:
    everybody = ClientPolicy(client="*", paused=True)
    policies = _policies(TurnedClock(), everybody, ClientPolicy(client="other", parallel=1))
    run = replace(NIGHTLY, job="job_1")
    for goes_on in (LOCAL, run, replace(NIGHTLY, name="other")):
        policies.check_paused(goes_on, is_own=False)
        assert policies.standing_of(goes_on).is_paused == (goes_on is run)
    with pytest.raises(ClientPaused):
        policies.check_paused(NIGHTLY, is_own=True)
    policies.apply([ClientPolicy(client="local", paused=True)])
    policies.check_paused(LOCAL, is_own=True)
    policies.check_paused(replace(LOCAL, job="job_1"), is_own=False)
    policies.check_paused(NIGHTLY, is_own=False)
    with pytest.raises(ClientPaused, match="This computer's own access key is paused"):
        policies.check_paused(LOCAL, is_own=False)
    assert policies.standing_of(LOCAL).is_paused
