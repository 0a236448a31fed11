"""The programs that may call, in `gateway.db`: kept by their keys' digests, never by the keys."""

import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.access.principal import Client, Scope
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreCorrupt, StoreError, StoreUnavailable
from llmgw_desktop.store.audit.audit_rows import note, note_or_log
from llmgw_desktop.store.database.gateway_file import GatewayFile
from llmgw_desktop.store.database.schema import ClientRow, SqlDialect
from llmgw_desktop.store.private_files import read_own, write_first

_SCOPES = frozenset(str(scope) for scope in Scope)


class ClientStore:
    """May be used from any thread, and by several processes at once.

    Everything raises StoreUnavailable, StoreCorrupt, StoreInQuestion or SchemaTooNew.
    """

    def __init__(
        self, path: Path, clock: Clock, changed: Callable[[], None] = lambda: None
    ) -> None:
        """`changed` is told that there are other keys: after each change of this program, on the
        thread that made it, and by whoever sees that another process made one."""
        self._clock = clock
        self._file = GatewayFile(path, reads_on=True)
        self._dialect = SqlDialect()
        self.own_writes = 0
        """Changes made by this program: to be looked at without asking the file."""
        self.changed = changed

    def add(self, client: Client) -> None:
        """Raises StoreError if an active client has this name."""
        row = ClientRow.insert(
            id=client.id,
            name=client.name,
            key_digest=client.key_digest,
            key_hint=client.key_hint,
            scopes=" ".join(sorted(client.scopes)),
            created_at_s=client.created_at_s,
            revoked_at_s=client.revoked_at_s,
            last_used_at_s=client.last_used_at_s,
            all_or_nothing=int(client.wants_all_or_nothing),
            old_key_digest=client.old_key_digest,
            old_key_ends_at_s=client.old_key_ends_at_s,
        )
        act = Act(verb="key.made", subject=client.name, after=_shown(client), note=client.id)
        try:
            with self._writing() as connection:
                connection.execute(*self._dialect.compose(row))
                note(connection, act)
        except StoreError as error:
            if isinstance(error.__cause__, sqlite3.IntegrityError):
                message = f"There is already a client named '{client.name}'."
                raise StoreError(message) from error
            raise
        self._tell()

    def all(self) -> list[Client]:
        """Oldest first, revoked ones included."""
        return self._clients(self._select())

    def active(self) -> list[Client]:
        """Oldest first."""
        return self._clients(self._select().where(ClientRow.revoked_at_s.is_null()))

    def revoke(self, name_or_id: str, at_s: float | None = None) -> Client | None:
        """The revoked client, or None if no active one has this name or id."""
        at_s = self._clock.now_s() if at_s is None else at_s
        named = (ClientRow.name == name_or_id) | (ClientRow.id == name_or_id)
        found = self._clients(
            self._select().where(named & ClientRow.revoked_at_s.is_null()).limit(1)
        )
        if not found:
            return None
        still_active = (ClientRow.id == found[0].id) & ClientRow.revoked_at_s.is_null()
        act = Act(verb="key.revoked", subject=found[0].name, before=_shown(found[0]))
        with self._writing() as connection:
            query = ClientRow.update(revoked_at_s=at_s).where(still_active)
            if connection.execute(*self._dialect.compose(query)).rowcount:
                note_or_log(connection, replace(act, note=found[0].id))
        self._tell()
        return next(client for client in self.all() if client.id == found[0].id)

    def restore(self, client_id: str, revoked_at_s: float) -> bool:
        """Take back the revocation of that moment; not where another has the name now."""
        gone = (ClientRow.id == client_id) & (ClientRow.revoked_at_s == revoked_at_s)
        named = ClientRow.select(ClientRow.name).where(ClientRow.id == client_id)
        try:
            with self._writing() as connection:
                query = ClientRow.update(revoked_at_s=None).where(gone)
                if connection.execute(*self._dialect.compose(query)).rowcount:
                    name = connection.execute(*self._dialect.compose(named.tuples())).fetchone()[0]
                    note(connection, Act(verb="key.restored", subject=name, note=client_id))
        except StoreError as error:
            if isinstance(error.__cause__, sqlite3.IntegrityError):
                return False
            raise
        self._tell()
        return any(client.id == client_id for client in self.active())

    def rotate(
        self, client_id: str, key_digest: bytes, key_hint: str, old_ends_at_s: float
    ) -> bool:
        """Another key for the same client; the one before opens until then. False where there is
        no active client of this id."""
        is_it = (ClientRow.id == client_id) & ClientRow.revoked_at_s.is_null()
        new = ClientRow.update(
            key_digest=key_digest,
            key_hint=key_hint,
            old_key_digest=ClientRow.key_digest,
            old_key_ends_at_s=old_ends_at_s,
        )
        named = ClientRow.select(ClientRow.name).where(ClientRow.id == client_id)
        with self._writing() as connection:
            if connection.execute(*self._dialect.compose(new.where(is_it))).rowcount:
                name = connection.execute(*self._dialect.compose(named.tuples())).fetchone()[0]
                note(connection, Act(verb="key.rotated", subject=name, note=client_id))
        self._tell()
        return any(client.key_digest == key_digest for client in self.active())

    def data_version(self) -> int:
        """Another number after every change, whoever made it. Some microseconds. A file that is not
        in its place any more is StoreInQuestion."""
        self._file.check_place()
        version = self._file.run("PRAGMA data_version", ())[0][0]
        return (int(version) << 32) + self.own_writes

    def close(self) -> None:
        self._file.close()

    def _tell(self) -> None:
        self.own_writes += 1
        self.changed()

    def _select(self) -> Any:
        """A full disk may have kept the table as an earlier version left it; keys open all the
        same."""
        found = self._file.run("PRAGMA table_info(clients)", ())
        names = {name for _, name, *_ in found}
        fields = ClientRow._meta.sorted_fields
        return ClientRow.select(
            *(each for each in fields if not found or each.column_name in names)
        )

    def _clients(self, query: Any) -> list[Client]:
        rows = self._run(query.order_by(ClientRow.created_at_s, ClientRow.id).tuples())
        return [_client(row) for row in rows]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._file.transaction() as connection:
            yield connection

    def _run(self, query: Any) -> list[Any]:
        return self._file.run(*self._dialect.compose(query))


def _shown(client: Client) -> dict[str, object]:
    may = " ".join(sorted(client.scopes))
    return {"scopes": may, "strict": client.wants_all_or_nothing}


def _client(row: tuple[Any, ...]) -> Client:
    client_id, name, key_digest, key_hint, scopes, created, revoked, last_used = row[:8]
    strict, old_digest, old_ends = row[8:] + (0, None, None)[len(row) - 8 :]
    return Client(
        id=client_id,
        name=name,
        key_digest=bytes(key_digest),
        key_hint=key_hint,
        # A scope that only a later version knows is one that this version cannot grant.
        scopes=frozenset(Scope(word) for word in scopes.split() if word in _SCOPES),
        created_at_s=created,
        revoked_at_s=revoked,
        last_used_at_s=last_used,
        wants_all_or_nothing=bool(strict),
        old_key_digest=None if old_digest is None else bytes(old_digest),
        old_key_ends_at_s=old_ends,
    )


_KEY = re.compile(r"llmgw-[A-Za-z0-9_-]{43}")
_MOST_BYTES = 1024


def load_or_make_access_key(path: Path) -> str:
    """Two starts at once get the same key. Raises StoreUnavailable, StoreCorrupt."""
    try:
        if not os.path.lexists(path):
            write_first(path, f"llmgw-{secrets.token_urlsafe(32)}\n".encode())
        key = read_own(path, _MOST_BYTES).decode("utf-8", "replace").strip()
    except OSError as error:
        raise StoreUnavailable(
            f"The access key {path} cannot be read or written: {error.strerror}."
        ) from error
    if not _KEY.fullmatch(key):
        raise StoreCorrupt(
            f"{path} does not hold an access key of this program; "
            "remove the file to have a new one made."
        )
    return key
