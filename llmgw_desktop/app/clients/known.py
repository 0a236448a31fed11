"""Everyone who may ask, from all the places where that is written; who is nobody's is not here."""

from collections.abc import Iterator, Sequence
from dataclasses import field
from enum import StrEnum

from llmgw_desktop.app.words.inert_text import plain_name
from llmgw_desktop.domain.access.consent import ClientMade, Grant, OauthClient, owner_of
from llmgw_desktop.domain.access.principal import (
    ALL_SCOPES,
    BEARER,
    LOCAL,
    REMOTE_SCOPES,
    Client,
    PrincipalKind,
    Scope,
    kind_of,
)
from llmgw_desktop.domain.policy import EVERYBODY
from llmgw_desktop.domain.values import value


class ClientKind(StrEnum):
    """In the order of the list."""

    PERSON = "this computer"
    KEY = "key"
    OAUTH = "let in by OAuth"
    BEARER = "static token"
    PROXIED = "named by a proxy"
    EVERYBODY = "all others"
    """Not a client: the limits of each that has none of its own."""
    NOBODY = "limits alone"
    """The settings name it, and nobody has this name."""


@value
class KnownClient:
    """One that could ask, or could once."""

    id: str
    name: str
    kind: ClientKind
    table: str
    """Its name in the settings: `[clients.TABLE]`."""
    scopes: frozenset[Scope] = frozenset()
    is_strict: bool = False
    made_at_s: float | None = None
    revoked_at_s: float | None = None
    key: Client | None = None
    grants: Sequence[Grant] = field(default=())


def known_keys(clients: Sequence[Client]) -> Iterator[KnownClient]:
    for client in clients:
        yield KnownClient(
            id=client.id,
            name=client.name,
            kind=ClientKind.KEY,
            table=client.name,
            scopes=client.scopes,
            is_strict=client.wants_all_or_nothing,
            made_at_s=client.created_at_s,
            revoked_at_s=client.revoked_at_s,
            key=client,
        )


def known_programs(
    clients: Sequence[OauthClient], grants: Sequence[Grant]
) -> Iterator[KnownClient]:
    """Those that a person made or let in; who only registered has not come in yet."""
    given: dict[str, list[Grant]] = {}
    for grant in grants:
        given.setdefault(grant.client_id, []).append(grant)
    for client in clients:
        own = given.pop(client.id, [])
        if client.revoked_at_s is None and (own or client.made is ClientMade.STATIC):
            yield _program(client.id, client.name, client.made_at_s, own)
    for client_id, own in given.items():
        yield _program(client_id, own[0].client_name, own[0].granted_at_s, own)


def known_others(ids: Sequence[str], *, has_bearer: bool) -> Iterator[KnownClient]:
    """This computer's person, and whom a token or a proxy speaks for. `ids`: of those that have
    asked or have limits."""
    yield KnownClient(
        id=LOCAL.client_id,
        name=LOCAL.name,
        kind=ClientKind.PERSON,
        table=LOCAL.client_id,
        scopes=ALL_SCOPES,
    )
    if has_bearer or BEARER.client_id in ids:
        yield KnownClient(
            id=BEARER.client_id,
            name=BEARER.name,
            kind=ClientKind.BEARER,
            table=BEARER.client_id,
            scopes=REMOTE_SCOPES,
        )
    for client_id in ids:
        if kind_of(client_id) is PrincipalKind.PROXIED:
            yield KnownClient(
                id=client_id,
                name=client_id.partition(":")[2],
                kind=ClientKind.PROXIED,
                table=client_id,
                scopes=REMOTE_SCOPES,
            )


def only_named(tables: Sequence[str], known: Sequence[KnownClient]) -> Iterator[KnownClient]:
    """Limits for a name that nobody has; and those of all others, which are always there."""
    taken = {each.table for each in known if each.revoked_at_s is None}
    yield KnownClient(
        id=EVERYBODY, name="Everyone else", kind=ClientKind.EVERYBODY, table=EVERYBODY
    )
    for table in tables:
        if table not in taken and table != EVERYBODY:
            yield KnownClient(id=table, name=table, kind=ClientKind.NOBODY, table=table)


def _program(client_id: str, name: str, made_at_s: float, grants: Sequence[Grant]) -> KnownClient:
    return KnownClient(
        id=owner_of(client_id),
        name=plain_name(name) or client_id,
        kind=ClientKind.OAUTH,
        table=owner_of(client_id),
        scopes=frozenset(scope for grant in grants for scope in grant.scopes),
        made_at_s=made_at_s,
        grants=tuple(grants),
    )
