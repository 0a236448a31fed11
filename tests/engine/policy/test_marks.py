"""A budget's marks: 80 and 100 % of what was really used, once in a period, over restarts too."""

from __future__ import annotations

from dataclasses import replace

from llmgw_desktop.domain.access.principal import DEFAULT_SCOPES, Principal
from llmgw_desktop.domain.events import BudgetReached
from llmgw_desktop.domain.policy import Budget, BudgetKey, ClientPolicy, KeptSpent, Measure, Period
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.engine.policy.reservations import ProviderModel, RequestEstimate
from tests.support.turned_clock import TurnedClock

NIGHTLY = Principal(client_id="cli_1", name="nightly", scopes=DEFAULT_SCOPES)
DAY = Budget(measure=Measure.TOKENS, amount=1000, period=Period.DAY)
DAY_S = 86_400.0


class _Desk:
    """Policies as after a start, with what earlier ones kept."""

    def __init__(self, clock: TurnedClock, kept: dict[BudgetKey, KeptSpent]) -> None:
        self.told: list[BudgetReached] = []
        self.policies = Policies(
            clock,
            price_of=lambda _provider, _model: None,
            remembered=lambda: dict(kept),
            keep=kept.__setitem__,
            tell=self.told.append,
        )
        self.policies.apply([ClientPolicy(client="nightly", budgets=(DAY,), time_zone="UTC")])

    def spend(self, tokens: int) -> list[int]:
        wish = RequestEstimate(
            model="m", places=(ProviderModel("p", "m"),), input_tokens=900, output_tokens=0
        )
        self.policies.comes(NIGHTLY)
        admitted = self.policies.admit(NIGHTLY, wish)
        assert admitted is not None
        assert self.marks == [], "what is only reserved reaches no mark"
        self.policies.settle(admitted, Usage(input_tokens=tokens, output_tokens=0), None)
        return self.marks

    @property
    def marks(self) -> list[int]:
        marks = [each.percent for each in self.told]
        self.told.clear()
        return marks

    def budget(self, amount: float) -> list[int]:
        budgets = (replace(DAY, amount=amount),)
        self.policies.apply([ClientPolicy(client="nightly", budgets=budgets, time_zone="UTC")])
        return self.marks


def test_each_mark_is_told_once_a_period_and_not_again_after_a_restart() -> None:
    clock, kept = TurnedClock(), {}
    desk = _Desk(clock, kept)
    assert [desk.spend(tokens) for tokens in (700, 99, 1, 100)] == [[], [], [80], []]
    desk = _Desk(clock, kept)
    assert [desk.spend(tokens) for tokens in (50, 50)] == [[], [100]]
    assert _Desk(clock, kept).policies.standing_of(NIGHTLY).budgets[0].used == 1000
    clock.pass_s(DAY_S)
    assert desk.spend(850) == [80]


def test_who_passes_both_marks_at_once_is_told_of_the_higher_with_its_figures() -> None:
    desk = _Desk(TurnedClock(), {})
    desk.policies.comes(NIGHTLY)
    admitted = desk.policies.admit(
        NIGHTLY,
        RequestEstimate(
            model="m", places=(ProviderModel("p", "m"),), input_tokens=1, output_tokens=0
        ),
    )
    assert admitted is not None
    desk.policies.settle(admitted, Usage(input_tokens=1200, output_tokens=0), None)
    (event,) = desk.told
    assert (event.client_id, event.name, event.percent) == ("cli_1", "nightly", 100)
    assert (event.spent.used, event.spent.budget.amount) == (1200, 1000)


def test_a_smaller_budget_tells_its_mark_and_a_larger_one_may_tell_it_again() -> None:
    clock, kept = TurnedClock(), {}
    desk = _Desk(clock, kept)
    assert desk.spend(500) == []
    assert desk.budget(600) == [80]
    assert desk.budget(600) == []
    assert desk.budget(500) == [100]
    assert desk.budget(1000) == []
    assert desk.spend(300) == [80]


def test_what_became_too_small_while_nothing_ran_is_told_when_its_client_comes() -> None:
    kept = {("cli_1", Measure.TOKENS, Period.DAY): KeptSpent(None, 990.0, 80)}
    desk = _Desk(TurnedClock(), kept)
    desk.budget(900)
    assert desk.policies.standing_of(NIGHTLY).budgets[0].left == 0
    assert desk.marks == [100]
