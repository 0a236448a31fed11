"""What programs were given, kept: what goes when, and what several processes see of each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.domain.access.consent import ClientMade, ConsentTerm, Grant, OauthClient, Peer
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.store.access.grants import GrantStore, KeptToken, TokenKind
from llmgw_desktop.store.access.oauth_clients import MOST_REGISTERED, OauthClientStore

NOW = 1_000_000_000.0
DAY = 86_400.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GrantStore]:
    store = GrantStore(tmp_path / "gateway.db")
    yield store
    store.close()


def grant(number: int = 1, **more: object) -> Grant:
    told = {
        "id": f"gra_{number}",
        "client_id": "oac_1",
        "client_name": "Agent “x”\n",
        "scopes": frozenset({Scope.MCP, Scope.JOBS_RUN}),
        "resource": "http://127.0.0.1:3333/mcp",
        "redirect_uri": "http://127.0.0.1:1/cb",
        "term": ConsentTerm.PROGRAM,
        "person": "ann",
        "granted_at_s": NOW,
        "expires_at_s": NOW + DAY,
        "peer": Peer(pid=1, program="/bin/x", user="ann", started_ticks=7),
    }
    return Grant(**(told | more))  # type: ignore[arg-type]


def token(name: bytes, kind: TokenKind = TokenKind.ACCESS, ends_s: float = NOW + 60) -> KeptToken:
    scopes = frozenset({Scope.MCP})
    return KeptToken(digest=name, kind=kind, scopes=scopes, made_at_s=NOW, expires_at_s=ends_s)


def opened(store: GrantStore, given: Grant, code: bytes) -> None:
    store.open(given, code, "challenge", names_redirect=True)


@pytest.mark.parametrize("peer", [None, grant().peer])
def test_a_grant_comes_back_as_it_was(store: GrantStore, peer: Peer | None) -> None:
    given = grant(peer=peer)
    opened(store, given, b"code")
    assert store.grants() == [given]
    assert store.grants("oac_1") == [given]
    assert store.grants("oac_2") == []


def test_a_code_is_taken_once(store: GrantStore, tmp_path: Path) -> None:
    opened(store, grant(), b"code")
    other = GrantStore(tmp_path / "gateway.db")
    first, second = store.take_code(b"code", NOW), other.take_code(b"code", NOW)
    other.close()
    assert first is not None
    assert second is not None
    assert (first.is_first, second.is_first) == (True, False)
    assert (first.challenge, first.names_redirect, first.expires_at_s) == (
        "challenge",
        True,
        NOW + 60,
    )
    assert store.take_code(b"another", NOW) is None


def test_a_grant_begins_once_and_only_while_it_stands(store: GrantStore) -> None:
    opened(store, grant(), b"code")
    assert store.begin("gra_1", [token(b"a")], NOW)
    assert not store.begin("gra_1", [token(b"b")], NOW)
    assert store.token(b"b") is None
    opened(store, grant(2), b"code2")
    store.revoke("gra_2", NOW)
    assert not store.begin("gra_2", [token(b"c")], NOW)
    assert not store.begin("gra_3", [token(b"d")], NOW)


def test_a_refresh_token_is_exchanged_once(store: GrantStore) -> None:
    opened(store, grant(), b"code")
    store.begin("gra_1", [token(b"r", TokenKind.REFRESH)], NOW)
    assert store.rotate(b"r", "gra_1", [token(b"r2", TokenKind.REFRESH)], NOW)
    assert not store.rotate(b"r", "gra_1", [token(b"r3", TokenKind.REFRESH)], NOW)
    assert store.token(b"r3") is None
    store.revoke("gra_1", NOW)
    assert not store.rotate(b"r2", "gra_1", [token(b"r4", TokenKind.REFRESH)], NOW)


def test_what_is_old_goes_and_the_rest_stays(store: GrantStore, tmp_path: Path) -> None:
    clients = OauthClientStore(tmp_path / "gateway.db")
    for number, made in enumerate((ClientMade.STATIC, ClientMade.REGISTERED)):
        clients.add(
            OauthClient(
                id=f"oac_{number}", name="x", made=made, redirect_uris=(), made_at_s=NOW - 2 * DAY
            )
        )
    opened(store, grant(1, client_id="oac_1"), b"1")
    store.begin("gra_1", [token(b"old", ends_s=NOW - 1), token(b"new")], NOW)
    opened(store, grant(2, granted_at_s=NOW - 2 * DAY), b"2")
    opened(store, grant(3, expires_at_s=NOW - 31 * DAY), b"3")
    opened(store, grant(4), b"4")
    store.revoke("gra_4", NOW - 31 * DAY)
    store.sweep(NOW)
    assert [each.id for each in store.grants()] == ["gra_1"]
    assert store.token(b"old") is None
    assert store.token(b"new") is not None
    assert store.take_code(b"4", NOW) is None
    assert [each.id for each in clients.all()] == ["oac_0", "oac_1"]
    store.sweep(NOW + 61 * DAY)
    assert [each.id for each in clients.all()] == ["oac_0"]
    clients.close()


def test_too_many_cannot_register(store: GrantStore, tmp_path: Path) -> None:
    clients = OauthClientStore(tmp_path / "gateway.db")

    def client(number: int, made: ClientMade = ClientMade.REGISTERED) -> OauthClient:
        return OauthClient(id=f"oac_{number}", name="x", made=made, redirect_uris=())

    for number in range(MOST_REGISTERED):
        clients.add(client(number))
    opened(store, grant(client_id="oac_0"), b"code")
    clients.add(client(MOST_REGISTERED))
    known = {each.id for each in clients.all()}
    assert len(known) == MOST_REGISTERED
    assert "oac_0" in known, "a person has let it in"
    assert "oac_1" not in known, "the first of those whom nobody let in makes room"
    for number in range(2, MOST_REGISTERED + 1):
        opened(store, grant(number, client_id=f"oac_{number}"), b"code %d" % number)
    with pytest.raises(StoreError, match="no more can"):
        clients.add(client(MOST_REGISTERED + 1))
    clients.add(client(MOST_REGISTERED + 1, ClientMade.STATIC))
    clients.close()


def test_what_a_later_version_calls_a_scope_is_left_out(store: GrantStore, tmp_path: Path) -> None:
    opened(store, grant(), b"code")
    connection = sqlite3.connect(tmp_path / "gateway.db")
    with connection:
        connection.execute("UPDATE oauth_grants SET scopes = 'mcp fly:away'")
    connection.close()
    assert store.grants()[0].scopes == {Scope.MCP}


def test_a_change_has_another_version(store: GrantStore, tmp_path: Path) -> None:
    opened(store, grant(), b"code")
    before = store.data_version()
    assert store.data_version() == before
    other = GrantStore(tmp_path / "gateway.db")
    other.revoke("gra_1", NOW)
    other.close()
    assert store.data_version() != before
