"""What persons gave to programs by OAuth: grants, codes and tokens, the latter by digests alone."""

import sqlite3
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.access.consent import CODE_S, ConsentTerm, Grant
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.access.consents import peer_of, peer_row
from llmgw_desktop.store.access.schema import CodeRow, GrantRow, OauthClientRow, TokenRow
from llmgw_desktop.store.audit.audit_rows import note, note_or_log
from llmgw_desktop.store.database.gateway_file import GatewayFile
from llmgw_desktop.store.database.schema import SqlDialect, columns
from llmgw_desktop.store.database.write_behind import WriteBehind

GRANT_COLUMNS = columns(GrantRow)
_SCOPES = frozenset(str(scope) for scope in Scope)
_SAME = (
    *("id", "client_id", "client_name", "resource", "redirect_uri", "person", "granted_at_s"),
    *("expires_at_s", "last_used_at_s", "revoked_at_s"),
)


def scopes_of(text: str) -> frozenset[Scope]:
    """A scope that only a later version knows is one that this version cannot grant."""
    return frozenset(Scope(word) for word in text.split() if word in _SCOPES)


def scopes_text(scopes: Iterable[Scope]) -> str:
    return " ".join(sorted(scopes))


def row_of(grant: Grant) -> dict[str, Any]:
    return (
        {name: getattr(grant, name) for name in _SAME}
        | peer_row(grant.peer)
        | {
            "scopes": scopes_text(grant.scopes),
            "term": str(grant.term),
            "began_at_s": None,
        }
    )


def grant_of(values: Sequence[Any]) -> Grant:
    row = dict(zip(GRANT_COLUMNS, values, strict=True))
    return Grant(
        **{name: row[name] for name in _SAME},
        scopes=scopes_of(row["scopes"]),
        term=ConsentTerm(row["term"]),
        peer=peer_of(row),
    )


_KEPT_AFTER_S = 30 * 86_400.0
"""What is over stays so long for those who look who had access."""
_UNUSED_S = 86_400.0
"""A program that registered and never was let in is forgotten after this."""


class TokenKind(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"


@value
class KeptToken:
    """What is known of a token; the token itself is known to its program alone."""

    digest: bytes
    kind: TokenKind
    scopes: frozenset[Scope]
    made_at_s: float
    expires_at_s: float
    used_at_s: float | None = None
    """When a refresh token was exchanged for the next one."""


@value
class TakenCode:
    """A code that was shown just now. Whoever is not the first gets nothing, and ends it all."""

    grant: Grant
    challenge: str
    names_redirect: bool
    expires_at_s: float
    is_first: bool


class GrantStore:
    """May be used from any thread. Reading tokens never waits for those who write.

    Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(self, path: Path) -> None:
        self._file = GatewayFile(path)
        self._looking = GatewayFile(path)
        self._dialect = SqlDialect()
        self._behind: WriteBehind[float] = WriteBehind(
            "when access was last used", "grant-writer", self._write_used
        )
        self.own_writes = 0
        """Changes of what tokens open, made by this program."""

    def open(self, grant: Grant, digest: bytes, challenge: str, *, names_redirect: bool) -> None:
        """A person said yes: the grant with the code that its program may fetch tokens for."""
        code = CodeRow.insert(
            digest=digest,
            grant_id=grant.id,
            challenge=challenge,
            names_redirect=int(names_redirect),
            expires_at_s=grant.granted_at_s + CODE_S,
            used_at_s=None,
        )
        act = Act(
            verb="grant.given",
            subject=grant.client_name,
            after={
                "scopes": scopes_text(grant.scopes),
                "term": str(grant.term),
                "door": grant.resource,
                "person": grant.person,
            },
            note=grant.id,
        )
        self._change(GrantRow.insert(row_of(grant)), code, act=act)

    def take_code(self, digest: bytes, at_s: float) -> TakenCode | None:
        """Burnt from now on, whatever comes of it. None for one that was never made."""
        fields = (CodeRow.challenge, CodeRow.names_redirect, CodeRow.expires_at_s)
        query = _with_grant(CodeRow, *fields).where(CodeRow.digest == digest)
        burn = CodeRow.update(used_at_s=at_s).where(
            (CodeRow.digest == digest) & CodeRow.used_at_s.is_null()
        )
        with self._file.transaction() as connection:
            is_first = self._run(connection, burn).rowcount == 1
            row = self._run(connection, query.tuples()).fetchone()
        if row is None:
            return None
        challenge, names_redirect, expires_at_s, *grant = row
        return TakenCode(
            grant=grant_of(grant),
            challenge=challenge,
            names_redirect=bool(names_redirect),
            expires_at_s=expires_at_s,
            is_first=is_first,
        )

    def begin(self, grant_id: str, tokens: Iterable[KeptToken], at_s: float) -> bool:
        """Its first tokens; False where it was taken back meanwhile, or has begun."""
        start = GrantRow.update(began_at_s=at_s).where(
            (GrantRow.id == grant_id)
            & GrantRow.revoked_at_s.is_null()
            & GrantRow.began_at_s.is_null()
        )
        return self._if_changed(start, grant_id, tokens)

    def rotate(
        self, digest: bytes, grant_id: str, tokens: Iterable[KeptToken], at_s: float
    ) -> bool:
        """The next tokens in the place of a refresh token; False where another was quicker."""
        live = GrantRow.select(GrantRow.id).where(GrantRow.revoked_at_s.is_null())
        used = TokenRow.update(used_at_s=at_s).where(
            (TokenRow.digest == digest) & TokenRow.used_at_s.is_null() & TokenRow.grant_id.in_(live)
        )
        return self._if_changed(used, grant_id, tokens)

    @cached_property
    def _find(self) -> str:
        """Takes a digest. Composed once: every wrong key that anybody shows is looked for."""
        return self._dialect.compose(_token_query().tuples())[0]

    def token(self, digest: bytes) -> tuple[KeptToken, Grant] | None:
        """With what it was given under, in force or not. Some ten microseconds."""
        rows = self._looking.run(self._find, (digest,))
        return None if not rows else (_token(rows[0][:6]), grant_of(rows[0][6:]))

    def drop_token(self, digest: bytes) -> None:
        self._change(TokenRow.delete().where(TokenRow.digest == digest))

    def revoke(self, grant_id: str, at_s: float) -> Grant | None:
        """None where there is none, or it was revoked before."""
        live = (GrantRow.id == grant_id) & GrantRow.revoked_at_s.is_null()
        with self._file.transaction() as connection:
            done = self._run(connection, GrantRow.update(revoked_at_s=at_s).where(live)).rowcount
            query = GrantRow.select().where(GrantRow.id == grant_id).tuples()
            row = self._run(connection, query).fetchone()
            if done:
                note_or_log(connection, _taken(grant_of(row)))
        self.own_writes += 1
        return grant_of(row) if done else None

    def restore(self, grant_id: str, revoked_at_s: float) -> bool:
        """Take back the revocation of that moment; not one that came after it."""
        gone = (GrantRow.id == grant_id) & (GrantRow.revoked_at_s == revoked_at_s)
        with self._file.transaction() as connection:
            done = self._run(connection, GrantRow.update(revoked_at_s=None).where(gone)).rowcount
            if done:
                query = GrantRow.select().where(GrantRow.id == grant_id).tuples()
                grant = grant_of(self._run(connection, query).fetchone())
                note(connection, _given_back(grant))
        self.own_writes += 1
        return done == 1

    def grants(self, client_id: str | None = None) -> list[Grant]:
        """All that there were, newest first; of one client, or of all."""
        wanted = GrantRow.id != "" if client_id is None else GrantRow.client_id == client_id
        query = GrantRow.select().where(wanted).order_by(GrantRow.granted_at_s.desc(), GrantRow.id)
        return [grant_of(row) for row in self._file.run(*self._dialect.compose(query.tuples()))]

    def standing(self, now_s: float) -> list[Grant]:
        """Not revoked, not past their end, and fetched by their program or young; newest first."""
        is_live = GrantRow.revoked_at_s.is_null() & (GrantRow.expires_at_s > now_s)
        is_there = ~GrantRow.began_at_s.is_null() | (GrantRow.granted_at_s > now_s - CODE_S)
        query = GrantRow.select().where(is_live & is_there).order_by(GrantRow.granted_at_s.desc())
        return [grant_of(row) for row in self._file.run(*self._dialect.compose(query.tuples()))]

    def note_used(self, grant_id: str, at_s: float) -> None:
        """Quick; written soon, together with others."""
        self._behind.put(grant_id, at_s)

    def data_version(self) -> tuple[int, int]:
        """Another one after every change, whoever made it. A few microseconds."""
        return self._looking.run("PRAGMA data_version", ())[0][0], self.own_writes

    def sweep(self, now_s: float) -> None:
        """Forget what nobody asks for any more."""
        old_s = now_s - _KEPT_AFTER_S
        unused = GrantRow.began_at_s.is_null() & (GrantRow.granted_at_s < now_s - _UNUSED_S)
        is_over = (GrantRow.expires_at_s < old_s) | (GrantRow.revoked_at_s < old_s)
        known = GrantRow.select(GrantRow.client_id)
        self._change(
            GrantRow.delete().where(is_over | unused),
            TokenRow.delete().where(TokenRow.expires_at_s < now_s),
            OauthClientRow.delete().where(
                (OauthClientRow.made == "registered")
                & (OauthClientRow.made_at_s < now_s - _UNUSED_S)
                & OauthClientRow.id.not_in(known)
            ),
        )

    def close(self) -> None:
        """What waits to be written is written."""
        self._behind.close()
        self._file.close()
        self._looking.close()

    def _if_changed(self, condition: Any, grant_id: str, tokens: Iterable[KeptToken]) -> bool:
        with self._file.transaction() as connection:
            if self._run(connection, condition).rowcount != 1:
                return False
            for each in tokens:
                self._run(connection, TokenRow.insert(_token_row(each, grant_id)))
        self.own_writes += 1
        return True

    def _change(self, *queries: Any, act: Act | None = None) -> None:
        with self._file.transaction() as connection:
            for query in queries:
                self._run(connection, query)
            if act is not None:
                note(connection, act)
        self.own_writes += 1

    def _write_used(self, waiting: dict[str, float]) -> None:
        with self._file.transaction() as connection:
            for grant_id, at_s in waiting.items():
                query = GrantRow.update(last_used_at_s=at_s).where(GrantRow.id == grant_id)
                self._run(connection, query)

    def _run(self, connection: sqlite3.Connection, query: Any) -> sqlite3.Cursor:
        return connection.execute(*self._dialect.compose(query))


def _taken(grant: Grant) -> Act:
    before = {"scopes": scopes_text(grant.scopes), "person": grant.person}
    return Act(verb="grant.revoked", subject=grant.client_name, before=before, note=grant.id)


def _given_back(grant: Grant) -> Act:
    after = {"scopes": scopes_text(grant.scopes), "person": grant.person}
    return Act(verb="grant.restored", subject=grant.client_name, after=after, note=grant.id)


def _token_query() -> Any:
    fields = (
        *(TokenRow.digest, TokenRow.kind, TokenRow.scopes, TokenRow.made_at_s),
        *(TokenRow.expires_at_s, TokenRow.used_at_s),
    )
    return _with_grant(TokenRow, *fields).where(TokenRow.digest == b"")


def _with_grant(model: Any, *fields: Any) -> Any:
    grant = (getattr(GrantRow, name) for name in GRANT_COLUMNS)
    return model.select(*fields, *grant).join(GrantRow, on=model.grant_id == GrantRow.id)


def _token_row(token: KeptToken, grant_id: str) -> dict[str, Any]:
    return {
        "digest": token.digest,
        "grant_id": grant_id,
        "kind": str(token.kind),
        "scopes": scopes_text(token.scopes),
        "made_at_s": token.made_at_s,
        "expires_at_s": token.expires_at_s,
        "used_at_s": token.used_at_s,
    }


def _token(row: Sequence[Any]) -> KeptToken:
    digest, kind, scopes, made_at_s, expires_at_s, used_at_s = row
    return KeptToken(
        digest=bytes(digest),
        kind=TokenKind(kind),
        scopes=scopes_of(scopes),
        made_at_s=made_at_s,
        expires_at_s=expires_at_s,
        used_at_s=used_at_s,
    )
