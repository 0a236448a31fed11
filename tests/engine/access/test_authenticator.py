"""Keys that another process makes or revokes while this one runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from llmgw_desktop.domain.access_errors import Unauthenticated
from llmgw_desktop.domain.client import Client
from llmgw_desktop.domain.principal import DEFAULT_SCOPES, LOCAL
from llmgw_desktop.engine.access.authenticator import (
    REFRESH_S,
    UNKNOWN_KEY_REFRESH_S,
    Authenticator,
    key_digest,
)
from llmgw_desktop.store.client_store import ClientStore
from tests.store.set_clock import SetClock

OWN, NEW = "llmgw-own", "llmgw-new"


class CountingStore(ClientStore):
    looks = 0

    def data_version(self) -> int:
        self.looks += 1
        return super().data_version()


class Desk(SimpleNamespace):
    """The gateway's own view of the file, another process's view of it, and their clock."""

    clock: SetClock
    ours: CountingStore
    theirs: ClientStore
    authenticator: Authenticator

    def refuses(self, key: str) -> bool:
        try:
            self.authenticator.identify([key])
        except Unauthenticated:
            return True
        return False


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = SetClock()
    ours = CountingStore(tmp_path / "gateway.db", clock)
    theirs = ClientStore(tmp_path / "gateway.db", clock)
    authenticator = Authenticator(access_key=OWN, clients=ours, clock=clock)
    yield Desk(clock=clock, ours=ours, theirs=theirs, authenticator=authenticator)
    ours.close()
    theirs.close()


def _client() -> Client:
    return Client(
        id="cli_1",
        name="editor",
        key_digest=key_digest(NEW),
        key_hint="llmgw-new",
        scopes=DEFAULT_SCOPES,
        created_at_s=1.0,
    )


def test_a_new_key_opens_at_once(desk: Desk) -> None:
    assert desk.authenticator.identify([OWN]) is LOCAL
    desk.theirs.add(_client())
    desk.clock.forward(1.5 * UNKNOWN_KEY_REFRESH_S)
    assert desk.authenticator.identify([NEW]).name == "editor"


def test_a_flood_of_wrong_keys_looks_seldom(desk: Desk) -> None:
    for _ in range(100):
        assert desk.refuses("llmgw-wrong")
        desk.clock.forward(UNKNOWN_KEY_REFRESH_S / 10)
    assert desk.ours.looks <= 11


def test_a_known_key_looks_once_in_a_while(desk: Desk) -> None:
    desk.theirs.add(_client())
    for _ in range(100):
        desk.authenticator.identify([NEW])
        desk.clock.forward(REFRESH_S / 50)
    assert desk.ours.looks <= 3


def test_a_revoked_key_is_shut_out_in_time(desk: Desk) -> None:
    desk.theirs.add(_client())
    assert not desk.refuses(NEW)
    desk.theirs.revoke("editor")
    desk.clock.forward(1.5 * REFRESH_S)
    assert desk.refuses(NEW)


def test_what_this_program_changes_holds_from_the_next_request_on(desk: Desk) -> None:
    """Though it looked at the file a moment ago."""
    assert desk.refuses(NEW)
    desk.ours.add(_client())
    assert desk.authenticator.identify([NEW]).name == "editor"
    desk.ours.revoke("editor")
    assert desk.refuses(NEW)
