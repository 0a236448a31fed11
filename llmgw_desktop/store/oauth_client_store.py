"""The programs that may ask to be let in, and the operator's secrets, in `gateway.db`."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.oauth import ClientMade, ClientProof, OauthClient
from llmgw_desktop.store.access_schema import AccessSecretRow, GrantRow, OauthClientRow
from llmgw_desktop.store.gateway_file import GatewayFile
from llmgw_desktop.store.grant_rows import scopes_of, scopes_text
from llmgw_desktop.store.schema import Dialect

MOST_REGISTERED = 500
"""Programs that registered themselves; a person can take some back."""
REGISTRATION_SECRET = "registration"  # noqa: S105 - its name in the table
CONSENT_PASSWORD = "consent"  # noqa: S105 - its name in the table


class OauthClientStore:
    """May be used from any thread, and by several processes at once.

    Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(self, path: Path) -> None:
        self._file = GatewayFile(path)
        self._dialect = Dialect()

    def add(self, client: OauthClient) -> None:
        """Where too many have registered, the first of those that nobody has let in goes.
        Raises StoreError where all were let in."""
        with self._file.transaction() as connection:
            if client.made is ClientMade.REGISTERED:
                self._make_room(connection)
            connection.execute(*self._dialect.compose(OauthClientRow.insert(_row(client))))

    def find(self, client_id: str) -> OauthClient | None:
        """None for one that was revoked, too."""
        is_it = (OauthClientRow.id == client_id) & OauthClientRow.revoked_at_s.is_null()
        found = self._clients(OauthClientRow.select().where(is_it))
        return found[0] if found else None

    def all(self) -> list[OauthClient]:
        """Oldest first, revoked ones included."""
        return self._clients(OauthClientRow.select())

    def set_secret_of(self, client_id: str, secret_hash: str) -> bool:
        """The old one is worth nothing from now on; tokens stay."""
        is_it = (OauthClientRow.id == client_id) & OauthClientRow.revoked_at_s.is_null()
        query = OauthClientRow.update(secret_hash=secret_hash).where(is_it)
        with self._file.transaction() as connection:
            return connection.execute(*self._dialect.compose(query)).rowcount == 1

    def revoke(self, client_id: str, at_s: float) -> bool:
        """With all that it was given."""
        is_it = (OauthClientRow.id == client_id) & OauthClientRow.revoked_at_s.is_null()
        given = (GrantRow.client_id == client_id) & GrantRow.revoked_at_s.is_null()
        with self._file.transaction() as connection:
            query = OauthClientRow.update(revoked_at_s=at_s).where(is_it)
            done = connection.execute(*self._dialect.compose(query)).rowcount
            query = GrantRow.update(revoked_at_s=at_s).where(given)
            done += connection.execute(*self._dialect.compose(query)).rowcount
        return done > 0

    def secret(self, name: str) -> str:
        """Hashed; empty where none was set."""
        query = AccessSecretRow.select(AccessSecretRow.hash).where(AccessSecretRow.name == name)
        rows = self._file.run(*self._dialect.compose(query.tuples()))
        return rows[0][0] if rows else ""

    def set_secret(self, name: str, secret_hash: str, at_s: float) -> None:
        """An empty one takes it away."""
        query: Any = AccessSecretRow.delete().where(AccessSecretRow.name == name)
        if secret_hash:
            row = {"name": name, "hash": secret_hash, "made_at_s": at_s}
            query = AccessSecretRow.insert(row).on_conflict_replace()
        self._file.run(*self._dialect.compose(query))

    def close(self) -> None:
        self._file.close()

    def _make_room(self, connection: sqlite3.Connection) -> None:
        is_one = (OauthClientRow.made == str(ClientMade.REGISTERED)) & (
            OauthClientRow.revoked_at_s.is_null()
        )
        registered = OauthClientRow.select(OauthClientRow.id).where(is_one).tuples()
        if len(connection.execute(*self._dialect.compose(registered)).fetchall()) < MOST_REGISTERED:
            return
        let_in = GrantRow.select(GrantRow.client_id)
        idle = registered.where(OauthClientRow.id.not_in(let_in))
        first = idle.order_by(OauthClientRow.made_at_s, OauthClientRow.id).limit(1)
        query = OauthClientRow.delete().where(OauthClientRow.id.in_(first))
        if connection.execute(*self._dialect.compose(query)).rowcount == 0:
            raise StoreError(f"{MOST_REGISTERED} programs have registered; no more can.")

    def _clients(self, query: Any) -> list[OauthClient]:
        ordered = query.order_by(OauthClientRow.made_at_s, OauthClientRow.id).tuples()
        return [_client(row) for row in self._file.run(*self._dialect.compose(ordered))]


def _row(client: OauthClient) -> dict[str, Any]:
    return {
        "id": client.id,
        "name": client.name,
        "made": str(client.made),
        "redirect_uris": orjson.dumps(client.redirect_uris).decode(),
        "scopes": scopes_text(client.scopes),
        "proof": str(client.proof),
        "secret_hash": client.secret_hash,
        "made_at_s": client.made_at_s,
        "revoked_at_s": client.revoked_at_s,
    }


def _client(row: Sequence[Any]) -> OauthClient:
    client_id, name, made, redirects, scopes, proof, secret_hash, made_at_s, revoked_at_s = row
    return OauthClient(
        id=client_id,
        name=name,
        made=ClientMade(made),
        redirect_uris=tuple(orjson.loads(redirects)),
        scopes=scopes_of(scopes),
        proof=ClientProof(proof),
        secret_hash=secret_hash,
        made_at_s=made_at_s,
        revoked_at_s=revoked_at_s,
    )
