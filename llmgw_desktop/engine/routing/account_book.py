"""The accounts of the settings and what is remembered of each, across new settings and starts; who
wants to know is told how they stand. What is done with it is decided in `health.py`.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import AccountChanged
from llmgw_desktop.domain.provider import (
    AccountState,
    AccountStatus,
    Provider,
    ProviderKind,
    account_id,
)
from llmgw_desktop.domain.values import maker
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.routing.account_record import AccountRecord
from llmgw_desktop.engine.routing.cooldowns import CooldownState, Moment
from llmgw_desktop.engine.upstream.keys import KeyChanges
from llmgw_desktop.store.routing.accounts import AccountStore

_log = logging.getLogger(__name__)


class AccountNews:
    """Remembers what was told last of each account."""

    def __init__(self, bus: Bus, store: AccountStore | None) -> None:
        self._bus = bus
        self._store = store
        self._told: dict[str, AccountStatus] = {}

    def tell(self, record: AccountRecord, now: Moment) -> None:
        status = record.status(now)
        if _is_same(status, self._told.get(record.name)):
            return
        if status.reason:
            _log.info("account %s: %s", record.name, status.reason)
        self._told[record.name] = status
        self.keep(record, now)
        self._bus.publish(AccountChanged(status=status))

    def keep(self, record: AccountRecord, now: Moment) -> None:
        """For the next start."""
        if self._store is None:
            return
        kept = record.kept(now)
        if kept is None:
            self._store.drop(record.name)
        else:
            self._store.put(record.name, kept)

    def forget(self, gone: Iterable[str]) -> None:
        """These accounts are no longer in the settings."""
        for name in gone:
            self._told.pop(name, None)
            if self._store is not None:
                self._store.drop(name)


def _is_same(status: AccountStatus, before: AccountStatus | None) -> bool:
    """To whoever looks at it; a second is nothing here."""
    if before is None:
        return status.state is AccountState.READY and not status.windows and not status.last_error
    return _face(status) == _face(before)


def _face(status: AccountStatus) -> tuple[object, ...]:
    until = None if status.until_s is None else round(status.until_s)
    models = tuple((name, round(until_s)) for name, until_s in status.cooling_models)
    shares = tuple((each.name, each.used_share) for each in status.windows)
    return status.state, until, status.reason, models, shares, status.last_error


OF_KEYS = frozenset({AccountState.AUTH_REQUIRED, AccountState.OVER_QUOTA})
"""Another key may end these."""
_moment: Callable[..., Moment] = maker(Moment)


class AccountBook:
    """Used on the loop alone. The practice provider's accounts are not in it."""

    def __init__(
        self,
        *,
        clock: Clock,
        bus: Bus,
        store: AccountStore | None = None,
        key_changes: KeyChanges | None = None,
    ) -> None:
        self._clock = clock
        self._key_changes = key_changes
        self._news = AccountNews(bus, store)
        self._kept = store.load() if store is not None else {}
        self.records: dict[str, AccountRecord] = {}
        """By the accounts' names, in the order of the settings."""

    def apply(self, providers: Sequence[Provider]) -> None:
        """New settings: accounts that still exist keep how they stand, but for a new key's."""
        if any(account.vault for provider in providers for account in provider.accounts):
            self.look_for_keys()
        before, self.records = self.records, {}
        for provider in providers:
            if provider.kind is not ProviderKind.PRACTICE:
                self._take_over(provider, before)
        self._news.forget((before.keys() | self._kept.keys()) - self.records.keys())
        self._kept = {}
        for record in self.records.values():
            self.changed(record)

    def status(self, account: str) -> AccountStatus:
        record = self.records.get(account)
        if record is None:
            return AccountStatus(account=account)
        self.look_for_another_key(record)
        now = self.now()
        record.read_windows(now)
        return record.status(now)

    def look_for_keys(self) -> None:
        """What is there now is no news afterwards."""
        if self._key_changes is not None:
            self._key_changes.look()

    def look_for_another_key(self, record: AccountRecord) -> None:
        """In the vault, where another process may have put it. Which entry was changed is not
        told: at worst an account is asked once in vain."""
        rest, changes = record.own.rest, self._key_changes
        if rest is None or rest.state not in OF_KEYS or not record.vault or changes is None:
            return
        changes.look()
        if changes.noticed_at_s > record.refused_at:
            record.own, record.models = CooldownState(), {}
            self.changed(record)

    def reset(self, account: str) -> None:
        """A person says that all is well again."""
        record = self.records.get(account)
        if record is not None:
            record.own, record.models = CooldownState(), {}
            record.provider.went_well(float("inf"))
            self.all_changed(record)

    def keep_all(self) -> None:
        """Hand the store all that a restart should remember."""
        for record in self.records.values():
            self._news.keep(record, self.now())

    def changed(self, record: AccountRecord) -> None:
        record.look()
        self._news.tell(record, self.now())

    def all_changed(self, record: AccountRecord) -> None:
        """With those of the same provider, which share its rest."""
        for each in self.records.values():
            if each.provider is record.provider:
                self.changed(each)

    def now(self) -> Moment:
        return _moment(self._clock.monotonic_s(), self._clock.now_s())

    def _take_over(self, provider: Provider, before: Mapping[str, AccountRecord]) -> None:
        shared = _shared(provider, before)
        for account in provider.accounts:
            name = account_id(provider.name, account.name)
            record = before.get(name)
            if record is None:
                record = AccountRecord(name, shared)
                record.refused_at = self._clock.monotonic_s()
                if (kept := self._kept.get(name)) is not None:
                    record.restore(kept, self.now())
            record.provider, record.address = shared, provider.base_url
            credential = hash((account.api_key, account.vault, provider.base_url))
            if record.credential not in (None, credential):
                record.own, record.models = CooldownState(), {}
            record.credential = credential
            record.off = not (provider.enabled and account.enabled)
            record.key_problem = provider.key_problem(account)
            record.vault = account.vault
            self.records[name] = record


def _shared(provider: Provider, before: Mapping[str, AccountRecord]) -> CooldownState:
    """What all accounts of one address have in common."""
    for account in provider.accounts:
        record = before.get(account_id(provider.name, account.name))
        if record is not None and record.address == provider.base_url:
            return record.provider
    return CooldownState()
