"""Grants as rows: what is written of one, and how it is read again."""

from collections.abc import Iterable, Sequence
from typing import Any

from llmgw_desktop.domain.consent import ConsentTerm, Grant, Peer
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.store.access_schema import GrantRow
from llmgw_desktop.store.schema import columns

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
    peer = grant.peer
    return {name: getattr(grant, name) for name in _SAME} | {
        "scopes": scopes_text(grant.scopes),
        "term": str(grant.term),
        "pid": peer.pid if peer else None,
        "program": peer.program if peer else "",
        "program_user": peer.user if peer else "",
        "started_ticks": peer.started_ticks if peer else 0,
        "began_at_s": None,
    }


def grant_of(values: Sequence[Any]) -> Grant:
    row = dict(zip(GRANT_COLUMNS, values, strict=True))
    peer = None
    if row["pid"] is not None:
        peer = Peer(
            pid=row["pid"],
            program=row["program"],
            user=row["program_user"],
            started_ticks=row["started_ticks"],
        )
    return Grant(
        **{name: row[name] for name in _SAME},
        scopes=scopes_of(row["scopes"]),
        term=ConsentTerm(row["term"]),
        peer=peer,
    )
