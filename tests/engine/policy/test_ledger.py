"""What a client may spend: never above it by more than one reservation, whatever races."""

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.policy import (
    Budget,
    BudgetSpent,
    ClientPolicy,
    KeptSpent,
    LimitReached,
    Measure,
    Period,
    RateLimit,
)
from llmgw_desktop.engine.policy.buckets import Purse
from llmgw_desktop.engine.policy.ledger import ClientLedger, Reservation
from llmgw_desktop.store.policy import SpentStore
from tests.support.turned_clock import TurnedClock

UTC = ZoneInfo("UTC")
APRIL_5_2026_S = 1_775_347_200.0
HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
DAY = Budget(measure=Measure.USD, amount=1.0, period=Period.DAY)


def _ledger(clock: TurnedClock, **said: object) -> ClientLedger:
    return ClientLedger(ClientPolicy(client="nightly", **said), UTC, clock)  # type: ignore[arg-type]


def test_64_that_race_for_the_last_of_a_budget_overspend_one_reservation_at_most() -> None:
    clock = TurnedClock()
    ledger = _ledger(clock, budgets=(DAY,))
    let_in: list[Reservation] = []
    for _ in range(64):
        try:
            let_in.append(ledger.reserve({Measure.USD: 0.3}))
        except LimitReached:
            continue
    assert len(let_in) == 3
    for each in let_in:
        ledger.settle(each, {Measure.USD: 0.3})
    last = ledger.reserve({Measure.USD: 0.3})
    with pytest.raises(LimitReached) as reserved:
        ledger.reserve({Measure.USD: 0.3})
    assert type(reserved.value) is LimitReached, "soon there may be room: it may try again"
    assert "may use the rest of its budget of 1 US dollar a day" in str(reserved.value)
    assert reserved.value.retry_after_s is None
    ledger.settle(last, {Measure.USD: 0.3})
    with pytest.raises(BudgetSpent, match="has used up its budget of 1 US dollar a day"):
        ledger.reserve({Measure.USD: 0.3})
    assert ledger.standing()[0].used == pytest.approx(1.2)


@given(
    steps=st.lists(st.tuples(st.booleans(), st.floats(0.01, 3.0), st.floats(0.0, 1.0)), max_size=80)
)
def test_whatever_comes_no_more_than_one_reservation_is_overspent(
    steps: list[tuple[bool, float, float]],
) -> None:
    ledger = _ledger(TurnedClock(), budgets=(DAY,))
    running: list[Reservation] = []
    for comes, amount, share in steps:
        if comes:
            try:
                running.append(ledger.reserve({Measure.USD: amount}))
            except LimitReached:
                continue
        elif running:
            done = running.pop(0)
            ledger.settle(done, {Measure.USD: done.amounts[Measure.USD] * share})
    for each in running:
        ledger.settle(each, {})
    assert ledger.standing()[0].used <= DAY.amount + 3.0
    assert ledger.standing()[0].reserved == pytest.approx(0.0, abs=1e-9)
    assert ledger.running == 0


def test_what_nobody_told_counts_as_it_was_reserved() -> None:
    ledger = _ledger(TurnedClock(), budgets=(DAY,))
    reservation = ledger.reserve({Measure.USD: 0.4})
    ledger.settle(reservation, {})
    ledger.settle(reservation, {Measure.USD: 5.0})
    assert ledger.standing()[0].used == pytest.approx(0.4)


def test_a_new_day_fills_a_budget_and_a_clock_set_back_does_not() -> None:
    clock = TurnedClock()
    ledger = _ledger(clock, budgets=(DAY,))
    ledger.settle(ledger.reserve({Measure.USD: 1.0}), {Measure.USD: 1.0})
    clock.jump_s(-48 * HOUR_S)
    with pytest.raises(BudgetSpent):
        ledger.reserve({Measure.USD: 0.1})
    clock.jump_s(72 * HOUR_S)
    assert ledger.reserve({Measure.USD: 0.1}).is_open


def test_a_rate_opens_again_when_it_says() -> None:
    clock = TurnedClock()
    limit = RateLimit(measure=Measure.REQUESTS, amount=2, window_s=60)
    ledger = _ledger(clock, rate_limits=(limit,))
    for _ in range(2):
        ledger.settle(ledger.reserve({Measure.REQUESTS: 1}), {})
    with pytest.raises(LimitReached) as refused:
        ledger.reserve({Measure.REQUESTS: 1})
    assert refused.value.retry_after_s == pytest.approx(30.0)
    assert "may use 2 requests in 60 s. This one has room in 30 s" in str(refused.value)
    clock.pass_s(29.9)
    with pytest.raises(LimitReached):
        ledger.reserve({Measure.REQUESTS: 1})
    clock.pass_s(0.2)
    assert ledger.reserve({Measure.REQUESTS: 1}).is_open


def test_a_request_larger_than_its_rate_limit_passes_when_it_is_alone() -> None:
    ledger = _ledger(
        TurnedClock(), rate_limits=(RateLimit(measure=Measure.TOKENS, amount=100, window_s=60),)
    )
    first = ledger.reserve({Measure.TOKENS: 500})
    with pytest.raises(LimitReached):
        ledger.reserve({Measure.TOKENS: 1})
    ledger.settle(first, {Measure.TOKENS: 50})
    assert ledger.reserve({Measure.TOKENS: 50}).is_open


def test_so_many_at_the_same_time_and_no_more() -> None:
    ledger = _ledger(TurnedClock(), parallel=1)
    first = ledger.reserve({})
    with pytest.raises(
        LimitReached, match="has 1 request under way, and may have 1 at the same time"
    ):
        ledger.reserve({})
    ledger.settle(first, {})
    assert ledger.reserve({}).is_open


def test_what_is_refused_takes_nothing() -> None:
    limit = RateLimit(measure=Measure.REQUESTS, amount=1, window_s=60)
    ledger = _ledger(TurnedClock(), budgets=(DAY,), rate_limits=(limit,))
    ledger.settle(ledger.reserve({Measure.USD: 0.1, Measure.REQUESTS: 1}), {Measure.USD: 0.1})
    with pytest.raises(LimitReached):
        ledger.reserve({Measure.USD: 0.5, Measure.REQUESTS: 1})
    assert ledger.standing()[0].reserved == 0.0


def test_what_was_spent_before_a_restart_counts_in_its_own_period_alone() -> None:
    now_s = APRIL_5_2026_S + HOUR_S
    today, yesterday = Purse(DAY, UTC), Purse(DAY, UTC)
    today.remember(KeptSpent(APRIL_5_2026_S, 0.9), now_s)
    yesterday.remember(KeptSpent(APRIL_5_2026_S - 24 * HOUR_S, 0.9), now_s)
    assert today.standing(now_s).used == pytest.approx(0.9)
    assert yesterday.standing(now_s).used == 0.0


def test_a_budget_that_was_set_up_at_noon_says_since_when_it_counts() -> None:
    noon_s = APRIL_5_2026_S + 12 * HOUR_S
    purse, changed, later, older = (Purse(DAY, UTC) for _ in range(4))
    assert purse.standing(noon_s).since_s == noon_s
    changed.take_over(purse)  # another amount, the same budget
    assert changed.standing(noon_s + HOUR_S).since_s == noon_s
    later.remember(purse.kept, noon_s + HOUR_S)  # a restart
    assert later.standing(noon_s + HOUR_S).since_s == noon_s
    assert purse.standing(noon_s + DAY_S).since_s is None  # the next day is whole
    older.remember(KeptSpent(APRIL_5_2026_S - DAY_S, 0.9), noon_s)  # it was there yesterday
    assert older.standing(noon_s).since_s is None


def test_since_when_it_counts_is_known_after_a_restart(tmp_path: Path) -> None:
    key, kept = ("cli_1", Measure.USD, Period.DAY), KeptSpent(APRIL_5_2026_S, 0.9, 80, 12.5)
    store = SpentStore(tmp_path / "gateway.db")
    store.keep(key, kept)
    store.close()
    again = SpentStore(tmp_path / "gateway.db")
    assert again.all() == {key: kept}
    again.close()


@pytest.mark.parametrize(
    ("period", "forward_s", "back_s", "waits_s"),
    [
        # a clock that was a year ahead for a moment: nobody waits a year
        (Period.DAY, 365 * DAY_S, 365 * DAY_S, DAY_S),
        (Period.HOUR, 365 * DAY_S, 365 * DAY_S, HOUR_S),
        (Period.MONTH, 365 * DAY_S, 365 * DAY_S, 31 * DAY_S),
        # a small step back over midnight: the day that had begun is waited for, and goes on
        (Period.DAY, DAY_S, 12 * HOUR_S, 2 * DAY_S),
    ],
)
def test_a_clock_that_jumps_and_comes_back_fills_nothing_and_locks_nobody_out(
    period: Period, forward_s: float, back_s: float, waits_s: float
) -> None:
    clock = TurnedClock()
    ledger = _ledger(clock, budgets=(replace(DAY, period=period),))
    ledger.settle(ledger.reserve({Measure.USD: 1.0}), {Measure.USD: 1.0})
    clock.jump_s(forward_s)
    ledger.settle(ledger.reserve({Measure.USD: 1.0}), {Measure.USD: 1.0})
    clock.jump_s(-back_s)
    with pytest.raises(BudgetSpent) as refused:
        ledger.reserve({Measure.USD: 0.1})
    assert 0 < (refused.value.retry_after_s or 0) <= waits_s
    later = Purse(replace(DAY, period=period), UTC)
    later.remember(ledger.purses[0].kept, clock.now_s())
    assert later.standing(clock.now_s()) == ledger.standing()[0]
    clock.pass_s((refused.value.retry_after_s or 0) + 1)
    assert ledger.reserve({Measure.USD: 0.1}).is_open


@pytest.mark.parametrize(
    ("measure", "amount", "period", "words"),
    [
        (Measure.TOKENS, 20_000_000, Period.MONTH, "its budget of 20,000,000 tokens a month"),
        (Measure.REQUESTS, 1, Period.HOUR, "its budget of 1 request an hour"),
        (Measure.USD, 5, Period.NEVER, "its budget of 5 US dollars"),
    ],
)
def test_a_budget_that_is_used_up_is_told_in_figures_that_people_read(
    measure: Measure, amount: float, period: Period, words: str
) -> None:
    budgets = (Budget(measure=measure, amount=amount, period=period),)
    ledger = ClientLedger(ClientPolicy(client="nightly", budgets=budgets), UTC, TurnedClock())
    ledger.settle(ledger.reserve({measure: amount}), {measure: amount})
    with pytest.raises(BudgetSpent) as spent:
        ledger.reserve({measure: 1})
    assert str(spent.value) == f"'nightly' has used up {words}"
