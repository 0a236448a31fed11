"""How every account stands: who may be asked now, who must be left alone, and until when.

Routing asks `why_not`; whoever asks an account says so with `begin` and how it went with
`went_well`, `failed` or `let_go`. The practice provider's accounts are not kept here: it fails as
its models' names say.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import AccountsBusy
from llmgw_desktop.domain.policy import Spent, budget_words
from llmgw_desktop.domain.provider import (
    AccountState,
    AccountStatus,
    Provider,
    QuotaWindow,
)
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.domain.settings.tables import FailoverSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.routing.account_book import OF_KEYS, AccountBook
from llmgw_desktop.engine.routing.account_record import AccountRecord
from llmgw_desktop.engine.routing.cooldowns import TRIAL_S, Cooldown, CooldownState
from llmgw_desktop.engine.routing.failures import Failure, FailureKind, FailureScope
from llmgw_desktop.engine.routing.quota_windows import plausible_moment
from llmgw_desktop.engine.upstream.keys import KeyChanges
from llmgw_desktop.store.routing.accounts import AccountStore

WINDOWS_EVERY_S = 5.0
"""Quota headers of answers that went well are read so often at most."""
OF_OWN_BUDGET = "Wait until it begins anew, or raise it under Providers."
_FOR_GOOD_S = 3650 * 86_400.0
PERSON_TRIAL_S = 30.0
"""An account that needs a person is asked once in so long where nobody else can answer: he may
have done it."""


_WEIGHT = (
    AccountState.READY,
    AccountState.COOLING,
    AccountState.OVER_QUOTA,
    AccountState.AUTH_REQUIRED,
    AccountState.OFF,
)


@value
class Wait:
    """What stands between now and asking an account."""

    left_s: float | None
    """None: nobody knows, or a person must act."""
    is_told: bool
    state: AccountState
    """What the account is in the way with; READY where nothing is."""


class HealthTracker:
    """Used on the loop alone. `clean` takes secrets out of vendors' words."""

    def __init__(
        self,
        *,
        clock: Clock,
        bus: Bus,
        store: AccountStore | None = None,
        clean: Callable[[str], str] = str,
        key_changes: KeyChanges | None = None,
    ) -> None:
        self._clock = clock
        self._clean = clean
        self._settings = FailoverSettings()
        self._book = AccountBook(clock=clock, bus=bus, store=store, key_changes=key_changes)

    def apply(self, providers: Sequence[Provider], settings: FailoverSettings) -> None:
        """New settings: accounts that still exist keep how they stand, but for a new key's."""
        self._settings = settings
        self._book.apply(providers)

    def status(self, account: str) -> AccountStatus:
        return self._book.status(account)

    def statuses(self) -> tuple[AccountStatus, ...]:
        """Of all accounts, in the order of the settings."""
        return tuple([self._book.status(name) for name in self._book.records])

    def reset(self, account: str) -> None:
        """A person says that all is well again."""
        self._book.reset(account)

    def told_quota(self, account: str, windows: Sequence[QuotaWindow]) -> None:
        """By another way than the headers of its answers."""
        record = self._book.records.get(account)
        if record is None:
            return
        now = self._book.now()
        told = [
            replace(
                each,
                resets_at_s=plausible_moment(each.resets_at_s, now.wall),
                told_at_s=now.wall,
            )
            for each in windows
        ]
        record.take_windows(told, now)
        self._book.changed(record)

    def told_budget(self, account: str, over: Spent | None, windows: Sequence[QuotaWindow]) -> None:
        """By what the person lets it use up: with `over` it rests until that begins anew."""
        record = self._book.records.get(account)
        if record is None:
            return
        now = self._book.now()
        record.budget_windows, record.budget.rest = tuple(windows), None
        if over is not None:
            ends_at_s = now.wall + _FOR_GOOD_S if over.ends_at_s is None else over.ends_at_s
            record.budget.rest = Cooldown(
                state=AccountState.OVER_QUOTA,
                since=now,
                length_s=max(ends_at_s - now.wall, 0.0),
                reason=f"Its budget of {budget_words(over.budget)} is used up.",
                is_told=True,
            )
        self._book.changed(record)

    def keep_all(self) -> None:
        """Hand the store all that a restart should remember."""
        self._book.keep_all()

    def why_not(self, account: str, model: str) -> str:
        """Why this account should not be asked for this model now; empty: it may be asked."""
        record = self._book.records.get(account)
        if record is None or record.is_well:
            return ""
        if record.off or record.key_problem:
            return record.status(self._book.now()).reason
        self._book.look_for_another_key(record)
        now = self._book.now()
        for standing in record.standings(model):
            if (rest := standing.rest) is None:
                continue
            if not rest.is_over(now):
                return rest.reason
            if rest.is_being_tried(now):
                return f"Another request tries it again just now. {rest.reason}"
        return ""

    def latency_ms(self, account: str) -> float | None:
        """From the request sent to the head of the answer; the newest count most."""
        record = self._book.records.get(account)
        return None if record is None else record.latency_ms

    def quota_left(self, account: str) -> float | None:
        """0 to 1, of the window of which least is left; None where the vendor tells nothing."""
        record = self._book.records.get(account)
        if record is None:
            return None
        if self._clock.monotonic_s() - record.windows_at >= WINDOWS_EVERY_S:
            record.read_windows(self._book.now())
        return record.share_left

    def wait(self, candidate: Candidate) -> Wait:
        """How long until this candidate may be asked; the longest of what is in the way."""
        record = self._book.records.get(candidate.upstream.account)
        if record is None:
            return Wait(left_s=0.0, is_told=False, state=AccountState.READY)
        now = self._book.now()
        if record.off:
            return Wait(left_s=None, is_told=False, state=AccountState.OFF)
        if record.key_problem:
            return Wait(left_s=None, is_told=False, state=AccountState.AUTH_REQUIRED)
        rests = [each.rest for each in record.standings(candidate.model) if each.rest is not None]
        lefts = [rest.left_s(now) for rest in rests]
        known = [left for left in lefts if left is not None]
        return Wait(
            left_s=None if len(known) < len(lefts) else max(known, default=0.0),
            is_told=any(rest.is_told and rest.left_s(now) for rest in rests),
            state=max((rest.state for rest in rests), key=_WEIGHT.index, default=_WEIGHT[0]),
        )

    def may_disturb(self, candidate: Candidate) -> bool:
        """Whether an account that needs a person may be asked, there being nobody else."""
        record = self._book.records.get(candidate.upstream.account)
        if record is None or (rest := record.own.rest) is None:
            return True
        now = self._book.now()
        is_due = now.mono - rest.since.mono >= PERSON_TRIAL_S
        return is_due and not rest.is_being_tried(now)

    def begin(self, candidate: Candidate) -> float:
        """It is being asked, since the moment that is returned. After a rest this is a trial.
        Raises AccountsBusy where its budget is used up, though nobody else may answer."""
        record = self._book.records.get(candidate.upstream.account)
        if record is not None and record.budget.rest is not None:
            self._check_budget(record)
        if record is not None and record.vault:
            self._book.look_for_keys()  # what it is asked with is no news afterwards
        now_s = self._clock.monotonic_s()
        if record is not None and not record.is_well:
            for standing in record.standings(candidate.model):
                if standing.rest is not None:
                    standing.rest.trial_until = now_s + TRIAL_S
        return now_s

    def own_budget(self, candidate: Candidate) -> str:
        """Why it rests by the person's own word; empty where it does not."""
        record = self._book.records.get(candidate.upstream.account)
        rest = None if record is None else record.budget.rest
        return "" if rest is None or rest.is_over(self._book.now()) else rest.reason

    def _check_budget(self, record: AccountRecord) -> None:
        rest, now = record.budget.rest, self._book.now()
        if rest is not None and (left_s := rest.left_s(now)):
            raise AccountsBusy(
                f"{record.name}: {rest.reason} {OF_OWN_BUDGET}", retry_after_s=math.ceil(left_s)
            )

    def let_go(self, candidate: Candidate) -> None:
        """It was asked, and nothing was learnt."""
        record = self._book.records.get(candidate.upstream.account)
        if record is not None:
            for standing in record.standings(candidate.model):
                if standing.rest is not None:
                    standing.rest.trial_until = 0.0

    def went_well(
        self,
        candidate: Candidate,
        began: float,
        latency_ms: float | None,
        headers: Mapping[str, str],
    ) -> None:
        record = self._book.records.get(candidate.upstream.account)
        if record is None:
            return
        record.last_used = began
        record.headers = headers
        if latency_ms is not None:
            record.note_time(latency_ms)
        self._note_success(record, candidate.model, began)
        if began - record.windows_at >= WINDOWS_EVERY_S and record.read_windows(self._book.now()):
            self._book.changed(record)

    def failed(
        self,
        candidate: Candidate,
        began: float,
        failure: Failure,
        headers: Mapping[str, str] | None = None,
        *,
        project: str = "",
    ) -> None:
        """`project`: whose key it was asked with, where the vault may have one for it alone."""
        record = self._book.records.get(candidate.upstream.account)
        if record is None:
            return
        if failure.kind is FailureKind.REQUEST:  # it did answer, and the key is good
            self.went_well(candidate, began, None, headers or {})
            return
        is_projects_own = bool(project and candidate.upstream.vault) and failure.row.is_dead
        if failure.scope is FailureScope.NONE or is_projects_own:  # says nothing of it for others
            self.let_go(candidate)
            return
        now = self._book.now()
        if headers:
            record.headers = headers
            record.read_windows(now)
        record.last_used = began
        record.last_error = self._clean(failure.outcome)
        record.last_error_at_s = now.wall
        standing = self._standing(record, candidate.model, failure.scope)
        self.let_go(candidate)
        if failure.row.state in OF_KEYS:
            record.refused_at = began
        if failure.status is not None and standing is not record.provider:
            record.provider.went_well(began)  # it did answer: the door is open
        reason = self._reason(failure)
        standing.failed(failure, reason, self._settings, began=began, now=now)
        self._book.all_changed(record)

    def _note_success(self, record: AccountRecord, model: str, began: float) -> None:
        if record.is_well:
            record.own.failures = record.provider.failures = 0
            if record.models and (standing := record.models.get(model)):
                standing.failures = 0
            return
        standings = [each for each in record.standings(model) if each is not record.budget]
        ended = [each.went_well(began) for each in standings]
        if any(ended):
            self._book.all_changed(record)
        else:
            self._let_trials_go(record, model)

    @staticmethod
    def _let_trials_go(record: AccountRecord, model: str) -> None:
        for standing in record.standings(model):
            if standing.rest is not None:
                standing.rest.trial_until = 0.0

    @staticmethod
    def _standing(record: AccountRecord, model: str, scope: FailureScope) -> CooldownState:
        if scope is FailureScope.MODEL:
            return record.model_standing(model)
        return record.provider if scope is FailureScope.ENDPOINT else record.own

    def _reason(self, failure: Failure) -> str:
        return self._clean(f"{failure.outcome} {failure.row.advice}".strip())
