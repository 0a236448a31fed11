"""A key that another process puts into the vault ends the rest of the account that needs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import StoreUnavailable
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
from llmgw_desktop.engine.routing.failures import Failure, FailureKind
from llmgw_desktop.engine.routing.health import HealthTracker
from llmgw_desktop.engine.upstream.keys import LOOK_S, KeyChanges
from llmgw_desktop.store.routing.accounts import AccountStore
from llmgw_desktop.store.vault.vault import Vault
from tests.store.vault.places import OTHER, SECRET, Place, key
from tests.support.turned_clock import TurnedClock

WORK = Provider(
    name="work",
    kind=ProviderKind.OPENAI_COMPATIBLE,
    base_url="http://127.0.0.1:1/v1",
    accounts=(
        Account(name="default", vault="openai/default"),
        Account(name="plain", api_key="k"),
    ),
)
KEPT, PLAIN = (
    Candidate(upstream=Upstream.of(WORK, ModelProtocol.OPENAI_CHAT, account), model="m")
    for account in WORK.accounts
)


class Ward:
    """A gateway's health, its vault, and the vault as another process has it open."""

    def __init__(self, place: Place, vault: Vault, theirs: Vault) -> None:
        self.place, self.vault, self.theirs = place, vault, theirs
        self.clock = TurnedClock()
        self.news: list[AccountStatus] = []
        bus = Bus()
        bus.subscribe(self._hear)
        self.store = AccountStore(place.folder / "accounts.db", self.clock)
        self.health = HealthTracker(
            clock=self.clock,
            bus=bus,
            store=self.store,
            key_changes=KeyChanges(vault, self.clock),
        )
        self.health.apply((WORK,), FailoverSettings())

    def _hear(self, event: Event) -> None:
        assert isinstance(event, AccountChanged)
        self.news.append(event.status)

    def fail(self, candidate: Candidate, kind: FailureKind = FailureKind.CREDENTIAL) -> None:
        began = self.health.begin(candidate)
        self.clock.pass_s(0.1)
        self.health.failed(candidate, began, Failure(kind=kind, status=401))

    def may(self, candidate: Candidate) -> bool:
        return not self.health.why_not(candidate.upstream.account, candidate.model)


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    place = Place(tmp_path)
    with place.open() as vault, place.open() as theirs:
        theirs.put(key(), SECRET, by="test")
        ward = Ward(place, vault, theirs)
        yield ward
        ward.store.close()


@pytest.mark.parametrize("kind", [FailureKind.CREDENTIAL, FailureKind.QUOTA])
def test_another_key_is_worth_a_question(ward: Ward, kind: FailureKind) -> None:
    ward.fail(KEPT, kind)
    ward.fail(PLAIN, kind)
    ward.clock.pass_s(LOOK_S + 1)
    assert not ward.may(KEPT)
    ward.theirs.put(key(), OTHER, by="llmgw vault")
    assert not ward.may(KEPT), "nobody looks more often than this"
    ward.clock.pass_s(LOOK_S)
    assert ward.may(KEPT)
    assert ward.news[-1].state is AccountState.READY
    assert not ward.may(PLAIN), "its key does not lie in the vault"


def test_whoever_looks_at_it_sees_it_too(ward: Ward) -> None:
    ward.fail(KEPT)
    ward.theirs.put(key(), OTHER, by="llmgw vault")
    ward.clock.pass_s(LOOK_S)
    assert ward.health.status("work").state is AccountState.READY


def test_a_wrong_key_is_asked_once(ward: Ward) -> None:
    ward.fail(KEPT)
    ward.theirs.put(key(), OTHER, by="llmgw vault")
    ward.clock.pass_s(LOOK_S)
    ward.fail(KEPT)
    ward.clock.pass_s(60)
    assert not ward.may(KEPT)


def test_a_key_that_came_while_the_old_one_was_refused_counts(ward: Ward) -> None:
    began = ward.health.begin(KEPT)
    ward.theirs.put(key(), OTHER, by="llmgw vault")
    ward.clock.pass_s(LOOK_S)
    assert ward.may(KEPT)
    ward.health.failed(KEPT, began, Failure(kind=FailureKind.CREDENTIAL, status=401))
    ward.clock.pass_s(LOOK_S)
    assert ward.may(KEPT)


def test_a_pause_has_nothing_to_do_with_keys(ward: Ward) -> None:
    began = ward.health.begin(KEPT)
    ward.health.failed(KEPT, began, Failure(kind=FailureKind.RATE_LIMIT, status=429, told_s=600))
    ward.theirs.put(key(), OTHER, by="llmgw vault")
    ward.clock.pass_s(LOOK_S)
    assert not ward.may(KEPT)


def test_a_projects_own_key_says_nothing_of_the_others(ward: Ward) -> None:
    """The vault may have a key for one project alone; a key of the settings is everybody's."""
    for candidate, stays in ((KEPT, True), (PLAIN, False)):
        began = ward.health.begin(candidate)
        refused = Failure(kind=FailureKind.CREDENTIAL, status=401)
        ward.health.failed(candidate, began, refused, project="shop")
        assert ward.may(candidate) is stays


def test_what_is_not_its_keys_fault_counts_for_everybody(ward: Ward) -> None:
    began = ward.health.begin(KEPT)
    overloaded = Failure(kind=FailureKind.OVERLOADED, status=503, told_s=30)
    ward.health.failed(KEPT, began, overloaded, project="shop")
    assert not ward.may(KEPT)


def test_a_vault_that_cannot_be_read_is_no_news(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Vault) -> int:
        raise StoreUnavailable("The disk is gone.")

    ward.fail(KEPT)
    monkeypatch.setattr(Vault, "version", broken)
    ward.clock.pass_s(LOOK_S)
    assert not ward.may(KEPT)


def test_after_a_restart_it_is_tried_as_ever(ward: Ward) -> None:
    ward.fail(KEPT)
    ward.health.keep_all()
    ward.store.close()
    ward.store = AccountStore(ward.place.folder / "accounts.db", ward.clock)
    after = HealthTracker(
        clock=ward.clock,
        bus=Bus(),
        store=ward.store,
        key_changes=KeyChanges(ward.vault, ward.clock),
    )
    after.apply((WORK,), FailoverSettings())
    assert after.status("work").state is AccountState.AUTH_REQUIRED, "nobody has done anything"
    assert not after.why_not("work", "m")
