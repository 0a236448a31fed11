"""What a person lets an account use up: then others are asked, over a restart too, until it begins
anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from llmgw_desktop.domain.events import FlightClosed
from llmgw_desktop.domain.policy import Budget, BudgetKey, KeptSpent, Measure, Period, Spent
from llmgw_desktop.domain.provider import Account, Provider, ProviderKind, QuotaWindow
from llmgw_desktop.engine.policy.account_budgets import AccountBudgets
from tests.engine.conftest import House, house_in
from tests.support.made_flights import summary

ACCOUNTS = """
[[providers.chat.accounts]]
name = "first"
api_key_env = "FIRST_KEY"
budgets = [{ requests = 1, per = "year" }]

[[providers.chat.accounts]]
name = "second"
api_key_env = "SECOND_KEY"
priority = 1
"""
KEYS = {"FIRST_KEY": "sk-first", "SECOND_KEY": "sk-second"}
NOON_S = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()
DAY_S = 86_400.0


async def asked(house: House, words: str, model: str = "chat/first:gpt-stub") -> int:
    body = {"model": model, "messages": [{"role": "user", "content": words}]}
    async with house.post("/v1/chat/completions", body) as response:
        said = await response.text()
        if response.status == 429:
            assert "chat/first: Its budget of 1 request a year is used up. Wait until" in said
            assert int(response.headers["retry-after"]) > 0
        return response.status


async def test_an_account_is_asked_no_more_than_its_budget_over_a_restart(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", ACCOUNTS, KEYS) as house:
        assert await asked(house, "one") == 200
        assert await asked(house, "two") == 429
        status = house.container.health.status("chat/first")
        assert status.reason == "Its budget of 1 request a year is used up."
        assert status.windows[0].name == "1 request a year"
        assert status.windows[0].used_share == 1.0
        assert house.container.health.why_not("chat/first", "gpt-stub") == status.reason
        assert await asked(house, "three", "chat/second:gpt-stub") == 200
    async with house_in(tmp_path / "home", ACCOUNTS, KEYS) as house:
        assert await asked(house, "four") == 429
        assert [flight.account for flight in house.closed if flight.status == 200] == []


class Clock:
    now = NOON_S

    def now_s(self) -> float:
        return self.now

    def monotonic_s(self) -> float:
        return self.now


class Desk:
    """Budgets, and what they told last."""

    def __init__(self, *budgets: Budget, kept: dict[BudgetKey, KeptSpent] | None = None) -> None:
        self.clock = Clock()
        self.kept = {} if kept is None else kept
        self.over: Spent | None = None
        self.windows: list[QuotaWindow] = []
        self.budgets = AccountBudgets(
            self.clock, remembered=lambda: self.kept, keep=self.keep, tell=self.tell
        )
        self.set(*budgets)

    def set(self, *budgets: Budget) -> None:
        account = Account(name="work", budgets=budgets)
        self.budgets.apply(
            [Provider(name="claude", kind=ProviderKind.ANTHROPIC, accounts=(account,))]
        )

    def keep(self, key: BudgetKey, kept: KeptSpent) -> None:
        self.kept[key] = kept

    def tell(self, account: str, over: Spent | None, windows: object) -> None:
        assert account == "claude/work"
        self.over, self.windows = over, list(windows)  # type: ignore[call-overload]

    def end(self, cost_usd: float | None, account: str = "claude/work") -> None:
        flight = summary(1, cost_usd=cost_usd, account=account, attempts=1)
        self.budgets.hear(FlightClosed(summary=flight))


A_DAY = Budget(measure=Measure.USD, amount=1.0, period=Period.DAY)


def test_costs_add_up_and_the_next_day_begins_anew() -> None:
    desk = Desk(A_DAY)
    desk.end(0.6)
    assert desk.over is None
    assert desk.windows[0].used_share == pytest.approx(0.6)
    desk.end(5.0, account="claude/other")
    desk.end(None)
    assert desk.over is None, "what is not known is not made up"
    desk.end(0.6)
    assert desk.over is not None
    assert desk.over.used == pytest.approx(1.2)
    desk.clock.now += DAY_S
    desk.end(0.1)
    assert desk.over is None
    assert desk.windows[0].used_share == pytest.approx(0.1)


def test_a_larger_budget_lets_it_go_on_and_none_forgets_nothing() -> None:
    desk = Desk(A_DAY)
    desk.end(1.0)
    assert desk.over is not None
    desk.set(Budget(measure=Measure.USD, amount=2.0, period=Period.DAY))
    assert desk.over is None
    desk.set()
    assert (desk.over, desk.windows) == (None, [])
    desk.set(A_DAY)
    assert desk.over is not None, "taken out and put back it is as it was"


def test_of_two_the_one_that_ends_last_is_told() -> None:
    once = Budget(measure=Measure.REQUESTS, amount=1, period=Period.NEVER)
    desk = Desk(A_DAY, once)
    desk.end(1.0)
    assert desk.over is not None
    assert desk.over.budget == once
