"""The operator's password: kept as a hash, and known soon after another process has set it."""

from __future__ import annotations

from pathlib import Path

from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.engine.loop.hashing import Hashing
from llmgw_desktop.engine.questions.consents.operator import LOOKS_EVERY_S, OperatorPassword
from llmgw_desktop.store.access.oauth_clients import CONSENT_PASSWORD, OauthClientStore, hashed
from tests.support.turned_clock import TurnedClock

PASSWORD = "correct horse battery"


def _password(store: OauthClientStore, clock: TurnedClock) -> OperatorPassword:
    return OperatorPassword(lambda: store.secret(CONSENT_PASSWORD), Hashing(), clock)


async def test_it_is_known_once_it_is_set(tmp_path: Path) -> None:
    store, other = (OauthClientStore(tmp_path / "gateway.db") for _ in range(2))
    clock = TurnedClock()
    password = _password(store, clock)
    assert not password.is_set
    assert not await password.matches("")
    other.set_secret(CONSENT_PASSWORD, hashed(PASSWORD), 1.0)
    assert not password.is_set, "the file is not looked at each time"
    assert await password.matches(PASSWORD), "but a password always is"
    assert not await password.matches(PASSWORD + "x")
    clock.pass_s(LOOKS_EVERY_S)
    assert password.is_set
    other.set_secret(CONSENT_PASSWORD, "", 2.0)
    assert not await password.matches(PASSWORD)
    clock.pass_s(LOOKS_EVERY_S)
    assert not password.is_set
    store.close()
    other.close()
    assert PASSWORD.encode() not in (tmp_path / "gateway.db").read_bytes()


async def test_what_cannot_be_read_opens_nothing() -> None:
    def broken() -> str:
        raise StoreUnavailable("the disk is gone")

    password = OperatorPassword(broken, Hashing(), TurnedClock())
    assert not password.is_set
    assert not await password.matches(PASSWORD)
