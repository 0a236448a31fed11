"""Programs that may ask a person to be let in, and digests of their secrets."""

import base64
import hashlib
import hmac
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.domain.access.consent import ClientMade, ClientProof, OauthClient
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.store.access.grants import scopes_of, scopes_text
from llmgw_desktop.store.access.schema import AccessSecretRow, GrantRow, OauthClientRow
from llmgw_desktop.store.audit.audit_rows import note, note_or_log
from llmgw_desktop.store.database.gateway_file import GatewayFile
from llmgw_desktop.store.database.schema import SqlDialect

MOST_REGISTERED = 500
"""Programs that registered themselves; a person can take some back."""
REGISTRATION_SECRET = "registration"  # noqa: S105 - its name in the table
CONSENT_PASSWORD = "consent"  # noqa: S105 - its name in the table


_SECRETS = {
    REGISTRATION_SECRET: "the secret for registering",
    CONSENT_PASSWORD: "the operator's password",
}


class OauthClientStore:
    """May be used from any thread, and by several processes at once.

    Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(self, path: Path) -> None:
        self._file = GatewayFile(path)
        self._dialect = SqlDialect()

    def add(self, client: OauthClient) -> None:
        """Where too many have registered, the first of those that nobody has let in goes.
        Raises StoreError where all were let in."""
        with self._file.transaction() as connection:
            if client.made is ClientMade.REGISTERED:
                self._make_room(connection)
            connection.execute(*self._dialect.compose(OauthClientRow.insert(_row(client))))
            note(connection, _registered(client))

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
            done = connection.execute(*self._dialect.compose(query)).rowcount == 1
            if done:
                name = self._name_of(connection, client_id)
                note(connection, Act(verb="oauth_client.rotated", subject=name, note=client_id))
        return done

    def revoke(self, client_id: str, at_s: float) -> bool:
        """With all that it was given."""
        is_it = (OauthClientRow.id == client_id) & OauthClientRow.revoked_at_s.is_null()
        given = (GrantRow.client_id == client_id) & GrantRow.revoked_at_s.is_null()
        with self._file.transaction() as connection:
            query = OauthClientRow.update(revoked_at_s=at_s).where(is_it)
            done = connection.execute(*self._dialect.compose(query)).rowcount
            query = GrantRow.update(revoked_at_s=at_s).where(given)
            grants = connection.execute(*self._dialect.compose(query)).rowcount
            if done or grants:
                act = Act(
                    verb="oauth_client.revoked",
                    subject=self._name_of(connection, client_id),
                    before={"grants": grants},
                    note=client_id,
                )
                note_or_log(connection, act)
        return bool(done or grants)

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
        act = Act(
            verb=f"{name}_secret.{'set' if secret_hash else 'removed'}", subject=_SECRETS[name]
        )
        with self._file.transaction() as connection:
            done = connection.execute(*self._dialect.compose(query)).rowcount
            if secret_hash:
                note(connection, act)
            elif done:
                note_or_log(connection, act)

    def close(self) -> None:
        self._file.close()

    def _name_of(self, connection: sqlite3.Connection, client_id: str) -> str:
        """Of one that is known by a document alone its address."""
        query = OauthClientRow.select(OauthClientRow.name).where(OauthClientRow.id == client_id)
        row = connection.execute(*self._dialect.compose(query.tuples())).fetchone()
        return client_id if row is None else str(row[0])

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


def _registered(client: OauthClient) -> Act:
    after = {
        "made": str(client.made),
        "scopes": scopes_text(client.scopes),
        "proof": str(client.proof),
        "redirects": list(client.redirect_uris),
    }
    return Act(verb="oauth_client.registered", subject=client.name, after=after, note=client.id)


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


_N, _R, _P = 2**15, 8, 1
_SALT_BYTES = 16
_HASH_BYTES = 32
_MOST_MEMORY = 64 * 1024 * 1024
LONGEST_SECRET = 1024
"""Characters; a longer one matches nothing."""


def hashed(secret: str) -> str:
    """`scrypt:N=…,r=…,p=…:salt:hash`."""
    salt = os.urandom(_SALT_BYTES)
    made = _scrypt(secret, salt, (_N, _R, _P))
    return f"scrypt:N={_N},r={_R},p={_P}:{_text(salt)}:{_text(made)}"


def matches(secret: str, kept: str) -> bool:
    """In constant time; False for what is no hash of ours."""
    if not secret or len(secret) > LONGEST_SECRET:
        return False
    try:
        name, costs, salt, made = kept.split(":")
        n, r, p = (int(part.partition("=")[2]) for part in costs.split(","))
        wanted = base64.urlsafe_b64decode(made)
        if name != "scrypt" or (n, r, p) != (_N, _R, _P) or len(wanted) != _HASH_BYTES:
            return False
        found = _scrypt(secret, base64.urlsafe_b64decode(salt), (n, r, p))
    except ValueError:
        return False
    return hmac.compare_digest(found, wanted)


def _scrypt(secret: str, salt: bytes, costs: tuple[int, int, int]) -> bytes:
    n, r, p = costs
    data = secret.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(data, salt=salt, n=n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=_HASH_BYTES)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()
