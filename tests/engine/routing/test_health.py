"""Who may be asked, and when again; told on the bus, kept across restarts, never stuck."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from llmgw_desktop.domain.events import AccountChanged, Event
from llmgw_desktop.domain.provider import (
    Account,
    AccountState,
    AccountStatus,
    ModelProtocol,
    Provider,
    ProviderKind,
    Upstream,
)
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.domain.settings.tables import FailoverSettings
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.routing.account_record import MOST_MODELS
from llmgw_desktop.engine.routing.cooldowns import TRIAL_S
from llmgw_desktop.engine.routing.failures import Failure, FailureKind
from llmgw_desktop.engine.routing.health import PERSON_TRIAL_S, WINDOWS_EVERY_S, HealthTracker
from llmgw_desktop.engine.routing.quota_windows import MOST_WINDOWS
from llmgw_desktop.store.routing.accounts import AccountStore
from tests.support.turned_clock import TurnedClock

K, S = FailureKind, AccountState
WORK = Provider(
    name="work",
    kind=ProviderKind.OPENAI_COMPATIBLE,
    base_url="http://127.0.0.1:1/v1",
    accounts=(Account(name="default", api_key="k1"), Account(name="second", api_key="k2")),
)
OTHER = Provider(
    name="other",
    kind=ProviderKind.OPENAI_COMPATIBLE,
    base_url="http://127.0.0.1:2/v1",
    accounts=(Account(api_key="k3"),),
)
FIRST = Candidate(upstream=Upstream.of(WORK, ModelProtocol.OPENAI_CHAT), model="m")
SECOND = Candidate(
    upstream=Upstream.of(WORK, ModelProtocol.OPENAI_CHAT, WORK.accounts[1]), model="m"
)
THIRD = Candidate(upstream=Upstream.of(OTHER, ModelProtocol.OPENAI_CHAT), model="m")


class Ward:
    """Health with a clock to turn and the news it told."""

    def __init__(self, store: AccountStore | None = None, clock: TurnedClock | None = None) -> None:
        self.clock = clock or TurnedClock()
        self.news: list[AccountStatus] = []
        bus = Bus()
        bus.subscribe(self._hear)
        self.health = HealthTracker(clock=self.clock, bus=bus, store=store)
        self.health.apply((WORK, OTHER), FailoverSettings())

    def _hear(self, event: Event) -> None:
        assert isinstance(event, AccountChanged)
        self.news.append(event.status)

    def fail(self, candidate: Candidate, kind: FailureKind, told_s: float | None = None) -> None:
        began = self.health.begin(candidate)
        self.health.failed(candidate, began, Failure(kind=kind, told_s=told_s))

    def succeed(self, candidate: Candidate, **headers: str) -> None:
        lines = {name.replace("_", "-"): text for name, text in headers.items()}
        self.health.went_well(candidate, self.health.begin(candidate), 100.0, lines)

    def may(self, candidate: Candidate) -> bool:
        return not self.health.why_not(candidate.upstream.account, candidate.model)

    def state(self, account: str = "work") -> AccountState:
        return self.health.status(account).state


@pytest.fixture
def ward() -> Ward:
    return Ward()


class TestRests:
    def test_all_is_well_at_first_and_nothing_is_news(self, ward: Ward) -> None:
        assert [each.account for each in ward.health.statuses()] == ["work", "work/second", "other"]
        assert all(each.state is S.READY for each in ward.health.statuses())
        ward.succeed(FIRST)
        assert ward.may(FIRST)
        assert ward.news == []

    def test_a_refused_key_needs_a_person(self, ward: Ward) -> None:
        ward.fail(FIRST, K.CREDENTIAL)
        ward.clock.pass_s(10**6)
        assert not ward.may(FIRST)
        assert ward.may(SECOND)
        status = ward.health.status("work")
        assert (status.state, status.until_s) == (S.AUTH_REQUIRED, None)
        assert "Sign in anew" in status.reason
        assert [each.account for each in ward.news] == ["work"]
        ward.health.reset("work")
        assert ward.may(FIRST)
        assert ward.state() is S.READY
        assert len(ward.news) == 2

    def test_a_rate_limit_is_one_of_the_model(self, ward: Ward) -> None:
        ward.fail(FIRST, K.RATE_LIMIT, told_s=7)
        assert not ward.may(FIRST)
        assert ward.health.why_not("work", "another") == ""
        status = ward.health.status("work")
        assert status.state is S.READY
        assert status.cooling_models == (("m", ward.clock.now_s() + 7),)
        ward.clock.pass_s(6.9)
        assert not ward.may(FIRST)
        ward.clock.pass_s(0.2)
        assert ward.may(FIRST)

    def test_faults_that_pass_count_in_a_row(self, ward: Ward) -> None:
        for _ in range(2):
            ward.fail(FIRST, K.OVERLOADED)
        ward.succeed(FIRST)
        for _ in range(2):
            ward.fail(FIRST, K.OVERLOADED)
        assert ward.may(FIRST)
        ward.fail(FIRST, K.OVERLOADED)
        assert not ward.may(FIRST)
        assert ward.state() is S.COOLING
        assert ward.health.status("work").until_s == ward.clock.now_s() + 60

    def test_a_pause_that_is_asked_for_is_kept_at_once(self, ward: Ward) -> None:
        ward.fail(FIRST, K.OVERLOADED, told_s=30)
        assert not ward.may(FIRST)
        ward.clock.pass_s(30)
        assert ward.may(FIRST)

    @pytest.mark.parametrize(("status", "is_open"), [(401, True), (None, False)])
    def test_only_an_answer_shows_that_the_door_is_open(
        self, ward: Ward, status: int | None, is_open: bool
    ) -> None:
        """Whoever was refused without a word from the vendor learnt nothing of the door."""
        ward.fail(FIRST, K.REFUSED, told_s=60)
        began = ward.health.begin(FIRST)
        ward.health.failed(FIRST, began, Failure(kind=K.CREDENTIAL, status=status))
        assert ward.may(SECOND) is is_open

    def test_a_rest_that_a_person_ends_has_no_time_whatever_else_rests(self, ward: Ward) -> None:
        ward.fail(FIRST, K.REFUSED, told_s=60)
        assert ward.health.wait(FIRST).left_s == 60
        ward.health.failed(FIRST, ward.health.begin(FIRST), Failure(kind=K.CREDENTIAL))
        wait = ward.health.wait(FIRST)
        assert (wait.left_s, wait.state) == (None, S.AUTH_REQUIRED)
        assert ward.health.wait(SECOND).left_s == 60

    def test_a_door_that_is_shut_is_shut_for_all_accounts(self, ward: Ward) -> None:
        for _ in range(3):
            ward.fail(FIRST, K.REFUSED)
        assert not ward.may(SECOND)
        assert ward.may(THIRD)
        assert {each.account for each in ward.news if each.state is S.COOLING} == {
            "work",
            "work/second",
        }
        ward.clock.pass_s(61)
        ward.succeed(SECOND)
        assert ward.may(FIRST)

    def test_a_door_that_answers_is_open_whatever_it_says(self, ward: Ward) -> None:
        for _ in range(3):
            ward.fail(FIRST, K.REFUSED)
        ward.clock.pass_s(61)
        began = ward.health.begin(FIRST)
        ward.health.failed(FIRST, began, Failure(kind=K.CREDENTIAL, status=401))
        assert not ward.may(FIRST)
        assert ward.may(SECOND)
        assert ward.health.wait(SECOND).left_s == 0
        assert ward.state("work/second") is S.READY

    def test_a_request_s_own_fault_says_that_the_account_is_well(self, ward: Ward) -> None:
        ward.fail(FIRST, K.OVERLOADED)
        ward.fail(FIRST, K.OVERLOADED)
        ward.fail(FIRST, K.REQUEST)
        ward.fail(FIRST, K.OVERLOADED)
        assert ward.may(FIRST)

    def test_being_offline_blames_nobody(self, ward: Ward) -> None:
        for _ in range(10):
            ward.fail(FIRST, K.OFFLINE)
        assert ward.may(FIRST)
        assert ward.news == []

    def test_a_key_that_is_missing_is_looked_for_again(self, ward: Ward) -> None:
        ward.fail(FIRST, K.KEY_MISSING)
        assert ward.state() is S.AUTH_REQUIRED
        assert ward.may(FIRST), "nothing is sent: it costs nothing"
        ward.succeed(FIRST)
        assert ward.state() is S.READY

    def test_many_at_once_are_one_event(self, ward: Ward) -> None:
        begun = [ward.health.begin(FIRST) for _ in range(50)]
        for began in begun:
            ward.health.failed(FIRST, began, Failure(kind=K.RATE_LIMIT))
        ward.clock.pass_s(1.1)
        assert ward.may(FIRST)

    def test_a_success_from_before_the_rest_ends_nothing(self, ward: Ward) -> None:
        early = ward.health.begin(FIRST)
        ward.clock.pass_s(1)
        ward.fail(FIRST, K.RATE_LIMIT, told_s=60)
        ward.health.went_well(FIRST, early, 5.0, {})
        assert not ward.may(FIRST)


class TestTrials:
    def test_one_may_try_and_success_ends_it(self, ward: Ward) -> None:
        ward.fail(FIRST, K.RATE_LIMIT, told_s=7)
        ward.clock.pass_s(8)
        assert ward.may(FIRST)
        began = ward.health.begin(FIRST)
        assert "tries it again just now" in ward.health.why_not("work", "m")
        ward.health.went_well(FIRST, began, 5.0, {})
        assert ward.may(FIRST)
        assert ward.health.status("work").cooling_models == ()

    def test_a_trial_that_fails_doubles_the_rest(self, ward: Ward) -> None:
        lengths = []
        for _ in range(14):
            ward.fail(FIRST, K.RATE_LIMIT)
            wait = ward.health.wait(FIRST).left_s
            assert wait is not None
            lengths.append(wait)
            ward.clock.pass_s(wait + 0.1)
        assert lengths[:4] == pytest.approx([1, 2, 4, 8])
        assert lengths[-1] == 1800

    @pytest.mark.parametrize("ends", ["let go", "lost"])
    def test_a_trial_without_an_end_shuts_nobody_out(self, ward: Ward, ends: str) -> None:
        ward.fail(FIRST, K.RATE_LIMIT, told_s=7)
        ward.clock.pass_s(8)
        ward.health.begin(FIRST)
        assert not ward.may(FIRST)
        if ends == "let go":
            ward.health.let_go(FIRST)
        else:
            ward.clock.pass_s(TRIAL_S + 1)
        assert ward.may(FIRST)

    def test_who_needs_a_person_is_not_disturbed_all_the_time(self, ward: Ward) -> None:
        ward.fail(FIRST, K.CREDENTIAL)
        assert not ward.health.may_disturb(FIRST)
        for _ in range(3):
            ward.clock.pass_s(PERSON_TRIAL_S)
            assert ward.health.may_disturb(FIRST)
            began = ward.health.begin(FIRST)
            assert not ward.health.may_disturb(FIRST), "one at a time"
            ward.health.failed(FIRST, began, Failure(kind=K.CREDENTIAL))
            assert not ward.health.may_disturb(FIRST)
        assert len(ward.news) == 1
        ward.succeed(FIRST)
        assert ward.state() is S.READY


class TestClocks:
    def test_a_wall_clock_set_back_prolongs_nothing(self, ward: Ward) -> None:
        ward.fail(FIRST, K.RATE_LIMIT, told_s=60)
        ward.clock.jump_s(-86400)
        assert not ward.may(FIRST)
        ward.clock.pass_s(61)
        assert ward.may(FIRST)

    def test_a_computer_that_slept_has_waited(self, ward: Ward) -> None:
        ward.fail(FIRST, K.RATE_LIMIT, told_s=600)
        ward.clock.sleep_s(601)
        assert ward.may(FIRST)


class TestSettings:
    def test_states_of_accounts_that_still_exist_stay(self, ward: Ward) -> None:
        ward.fail(FIRST, K.CREDENTIAL)
        ward.fail(THIRD, K.CREDENTIAL)
        ward.health.apply((WORK,), FailoverSettings())
        assert [each.account for each in ward.health.statuses()] == ["work", "work/second"]
        assert ward.state() is S.AUTH_REQUIRED
        assert ward.health.status("other").state is S.READY
        ward.health.apply((WORK, OTHER), FailoverSettings())
        assert ward.may(THIRD)

    def test_another_key_is_another_chance(self, ward: Ward) -> None:
        ward.fail(FIRST, K.CREDENTIAL)
        changed = Provider(
            name="work",
            kind=WORK.kind,
            base_url=WORK.base_url,
            accounts=(Account(api_key="new"), WORK.accounts[1]),
        )
        ward.health.apply((changed, OTHER), FailoverSettings())
        assert ward.may(FIRST)
        assert ward.news[-1].state is S.READY

    def test_what_is_switched_off_is_off(self, ward: Ward) -> None:
        off = Provider(name="work", kind=WORK.kind, base_url=WORK.base_url, enabled=False)
        ward.health.apply((off,), FailoverSettings())
        assert ward.state() is S.OFF
        assert "switched off" in ward.health.why_not("work", "m")

    def test_a_missing_key_is_told_before_anybody_asks(self, ward: Ward) -> None:
        keyless = Provider(
            name="work",
            kind=ProviderKind.ANTHROPIC,
            base_url="https://api.anthropic.com",
            accounts=(Account(api_key_env="NOT_SET"),),
        )
        ward.health.apply((keyless,), FailoverSettings())
        assert ward.state() is S.AUTH_REQUIRED
        assert "api_key_env" in ward.health.why_not("work", "m")

    def test_practice_fails_as_it_is_asked_to(self, ward: Ward) -> None:
        practice = Provider(name="practice", kind=ProviderKind.PRACTICE)
        ward.health.apply((practice,), FailoverSettings())
        candidate = Candidate(
            upstream=Upstream.of(practice, ModelProtocol.ANTHROPIC), model="practice/fault-401"
        )
        ward.fail(candidate, K.CREDENTIAL)
        assert ward.may(candidate)
        assert ward.health.statuses() == ()


class TestFigures:
    def test_the_newest_times_count_most(self, ward: Ward) -> None:
        assert ward.health.latency_ms("work") is None
        for latency_ms in (100.0, 100.0, 200.0):
            ward.health.went_well(FIRST, ward.health.begin(FIRST), latency_ms, {})
        assert ward.health.latency_ms("work") == pytest.approx(120)

    def test_quotas_are_read_when_somebody_asks(self, ward: Ward) -> None:
        assert ward.health.quota_left("work") is None
        ward.clock.pass_s(WINDOWS_EVERY_S)
        limits = {"x_ratelimit_limit_requests": "10", "x_ratelimit_remaining_requests": "4"}
        ward.succeed(FIRST, **limits)
        assert ward.health.quota_left("work") == pytest.approx(0.4)
        (window,) = ward.health.status("work").windows
        assert (window.name, window.remaining) == ("requests", 4)
        assert len(ward.news) == 1
        ward.succeed(FIRST, **limits)
        assert len(ward.news) == 1, "nothing changed"

    def test_words_of_vendors_are_cleaned(self) -> None:
        clock = TurnedClock()
        health = HealthTracker(
            clock=clock, bus=Bus(), clean=lambda text: text.replace("sk-1", "[secret]")
        )
        health.apply((WORK,), FailoverSettings())
        health.failed(FIRST, 0.0, Failure(kind=K.CREDENTIAL, status=401, words="bad key sk-1"))
        status = health.status("work")
        assert "sk-1" not in status.reason + status.last_error
        assert "[secret]" in status.last_error
        assert status.last_error_at_s == clock.now_s()

    def test_names_of_limits_do_not_fill_the_memory(self, ward: Ward) -> None:
        for number in range(100):
            ward.clock.pass_s(WINDOWS_EVERY_S)
            ward.succeed(FIRST, **{f"x_ratelimit_limit_w{number}": "1"})
        windows = ward.health.status("work").windows
        assert len(windows) == MOST_WINDOWS
        assert windows[-1].name == "w99"

    def test_names_from_outside_do_not_fill_the_memory(self, ward: Ward) -> None:
        for number in range(1000):
            candidate = Candidate(upstream=FIRST.upstream, model=f"m{number}")
            ward.fail(candidate, K.MODEL_MISSING)
        assert len(ward.health.status("work").cooling_models) == MOST_MODELS


class TestRestarts:
    def test_states_come_back(self, tmp_path: Path) -> None:
        clock = TurnedClock()
        store = AccountStore(tmp_path / "gateway.db", clock)
        before = Ward(store, clock)
        before.fail(FIRST, K.QUOTA, told_s=3600)
        before.fail(SECOND, K.CREDENTIAL)
        before.fail(THIRD, K.RATE_LIMIT, told_s=600)
        store.close()

        clock.pass_s(60)
        after = Ward(AccountStore(tmp_path / "gateway.db", clock), clock)
        status = after.health.status("work")
        assert (status.state, status.until_s) == (S.OVER_QUOTA, clock.now_s() + 3540)
        assert status.last_error == before.health.status("work").last_error
        assert not after.may(FIRST)
        assert not after.may(THIRD)
        assert after.state("work/second") is S.AUTH_REQUIRED
        assert after.may(SECOND), "who starts anew may have mended it"
        clock.pass_s(3600)
        assert after.may(FIRST)

    def test_a_clock_set_back_meanwhile_prolongs_nothing(self, tmp_path: Path) -> None:
        clock = TurnedClock()
        store = AccountStore(tmp_path / "gateway.db", clock)
        Ward(store, clock).fail(FIRST, K.QUOTA, told_s=100)
        store.close()
        clock.jump_s(-(10**7))
        after = Ward(AccountStore(tmp_path / "gateway.db", clock), clock)
        assert not after.may(FIRST)
        clock.pass_s(101)
        assert after.may(FIRST)

    def test_who_needs_a_person_does_so_after_any_number_of_starts(self, tmp_path: Path) -> None:
        clock = TurnedClock()
        ward = Ward(AccountStore(tmp_path / "gateway.db", clock), clock)
        ward.fail(FIRST, K.CREDENTIAL)
        for _ in range(3):
            store = AccountStore(tmp_path / "gateway.db", clock)
            ward.health._book._news._store = store
            ward.health.keep_all()
            store.close()
            ward = Ward(AccountStore(tmp_path / "gateway.db", clock), clock)
            assert ward.state() is S.AUTH_REQUIRED
            assert ward.may(FIRST)
        ward.fail(FIRST, K.CREDENTIAL)
        assert not ward.may(FIRST)

    @pytest.mark.parametrize(
        "kept",
        [
            "",
            "no json",
            "[]",
            "{}",
            '{"own": 5, "models": [], "last_error": 1, "windows": 2}',
            '{"own": ["off", null, 1, "x", 1], "models": {}, "last_error": ["",1], "windows": []}',
            '{"own": null, "models": {"m": []}, "last_error": [null, "x"], "windows": [[1]]}',
        ],
    )
    def test_what_cannot_be_understood_is_left_out(self, tmp_path: Path, kept: str) -> None:
        clock = TurnedClock()
        store = AccountStore(tmp_path / "gateway.db", clock)
        store.put("work", kept)
        store.close()
        after = Ward(AccountStore(tmp_path / "gateway.db", clock), clock)
        assert after.may(FIRST)
        assert after.state() is S.READY

    def test_figures_that_cannot_be_are_unknown(self, tmp_path: Path) -> None:
        clock = TurnedClock()
        store = AccountStore(tmp_path / "gateway.db", clock)
        windows = '[["requests", 1e300, -5, 7, 1e300, 1]]'
        head = '"own": null, "models": {}, "last_error": ["", null]'
        store.put("work", f'{{{head}, "windows": {windows}}}')
        store.close()
        after = Ward(AccountStore(tmp_path / "gateway.db", clock), clock)
        (window,) = after.health.status("work").windows
        assert (window.limit, window.remaining, window.resets_at_s) == (None, None, None)
        assert window.used_share == 1.0


class EverySequence(RuleBasedStateMachine):
    """Whatever happens in whatever order, nobody is shut out for good and no time is negative."""

    def __init__(self) -> None:
        super().__init__()
        self.ward = Ward()
        self.begun: list[tuple[Candidate, float]] = []

    candidates = st.sampled_from([FIRST, SECOND, THIRD])

    @rule(candidate=candidates)
    def begin(self, candidate: Candidate) -> None:
        self.begun.append((candidate, self.ward.health.begin(candidate)))

    @rule(
        kind=st.sampled_from(FailureKind), told_s=st.none() | st.floats(-1e12, 1e12), data=st.data()
    )
    def fail(self, kind: FailureKind, told_s: float | None, data: st.DataObject) -> None:
        if self.begun:
            candidate, began = self.begun.pop(data.draw(st.integers(0, len(self.begun) - 1)))
            self.ward.health.failed(candidate, began, Failure(kind=kind, told_s=told_s))

    @rule(data=st.data())
    def succeed(self, data: st.DataObject) -> None:
        if self.begun:
            candidate, began = self.begun.pop(data.draw(st.integers(0, len(self.begun) - 1)))
            self.ward.health.went_well(candidate, began, 1.0, {})

    @rule(seconds=st.floats(0, 1e5))
    def wait(self, seconds: float) -> None:
        self.ward.clock.pass_s(seconds)

    @rule(seconds=st.floats(-1e9, 1e9))
    def set_clock(self, seconds: float) -> None:
        self.ward.clock.jump_s(seconds)

    @rule(account=st.sampled_from(["work", "work/second", "other"]))
    def reset(self, account: str) -> None:
        self.ward.health.reset(account)

    @invariant()
    def no_time_is_negative(self) -> None:
        now_s = self.ward.clock.now_s()
        for candidate in (FIRST, SECOND, THIRD):
            left_s = self.ward.health.wait(candidate).left_s
            assert left_s is None or 0 <= left_s <= 12 * 3600
        for status in self.ward.health.statuses():
            assert status.until_s is None or status.until_s >= now_s
            assert (status.state is S.READY) == (status.reason == "")

    @invariant()
    def nobody_is_stuck(self) -> None:
        later = TurnedClock(self.ward.clock.now_s())
        later._mono_s = self.ward.clock.monotonic_s()
        later.pass_s(12 * 3600 + TRIAL_S + 1)
        clock, self.ward.health._book._clock = self.ward.health._book._clock, later
        try:
            for candidate in (FIRST, SECOND, THIRD):
                state = self.ward.health.status(candidate.upstream.account).state
                assert self.ward.may(candidate) or state is S.AUTH_REQUIRED
        finally:
            self.ward.health._book._clock = clock


EverySequence.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestEverySequence = EverySequence.TestCase


@given(st.lists(st.sampled_from([FIRST, SECOND, THIRD]), max_size=20))
def test_the_news_are_changes(failing: list[Candidate]) -> None:
    ward = Ward()
    for candidate in failing:
        ward.fail(candidate, K.CREDENTIAL)
    by_account: dict[str, list[AccountStatus]] = {}
    for status in ward.news:
        by_account.setdefault(status.account, []).append(status)
    assert set(by_account) == {candidate.upstream.account for candidate in failing}
