"""What an access token opens: a small table in front of the file, asked for every request.

A token that is not in it is looked up in the file by its digest; one revoked by another process is
noticed within a second, by this one at once.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from llmgw_desktop.domain.access.consent import ConsentTerm, Grant, Peer, owner_of, plain_name
from llmgw_desktop.domain.access.principal import Principal, PrincipalKind
from llmgw_desktop.domain.clock import Clock, IdSource
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.settings.door import OauthSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.access.oauth.addresses import OauthAddresses
from llmgw_desktop.engine.access.oauth.documents import DocumentFetcher
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.hashing import Hashing
from llmgw_desktop.store.access.grants import GrantStore, KeptToken, TokenKind
from llmgw_desktop.store.access.oauth_clients import OauthClientStore

REFRESH_S = 1.0
USED_EVERY_S = 30.0
"""That a grant is used is written down no more often."""
MOST_HELD = 4096

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Held:
    principal: Principal
    grant_id: str
    expires_at_s: float
    program: Peer | None
    """Whose end ends it."""
    seen_alive_s: float
    used_at_s: float


class TokenFinder:
    """`find` is quick; a file that cannot be read opens nothing."""

    def __init__(
        self,
        store: GrantStore,
        addresses: OauthAddresses,
        clock: Clock,
        *,
        is_running: Callable[[Peer], bool],
        is_on: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._addresses = addresses
        self._clock = clock
        self._is_running = is_running
        self._is_on = is_on
        self._held: dict[bytes, _Held] = {}
        self._version: tuple[int, int] | None = None
        self._issuer = ""
        self._checked_at_s = -REFRESH_S
        self._own_writes = 0

    def find(self, digest: bytes) -> Principal | None:
        """Whose access token this is, where it is in force."""
        now_s = self._clock.monotonic_s()
        if now_s - self._checked_at_s >= REFRESH_S or self._store.own_writes != self._own_writes:
            self._refresh(now_s)
        held = self._held.get(digest) or self._looked_up(digest, now_s)
        if held is None:
            return None
        wall_s = self._clock.now_s()
        if wall_s >= held.expires_at_s or not self._lives(held, now_s):
            self._held.pop(digest, None)
            return None
        if wall_s - held.used_at_s >= USED_EVERY_S:
            held.used_at_s = wall_s
            self._store.note_used(held.grant_id, wall_s)
        return held.principal

    def in_force(self, grant: Grant) -> bool:
        """Not revoked, not past its end, and its program alive where it depends on it."""
        if grant.revoked_at_s is not None or self._clock.now_s() >= grant.expires_at_s:
            return False
        program = _program(grant)
        return program is None or self._is_running(program)

    def _refresh(self, now_s: float) -> None:
        self._checked_at_s, self._own_writes = now_s, self._store.own_writes
        issuer = self._addresses.issuer if self._is_on() else ""
        try:
            version = self._store.data_version()
        except StoreError as error:
            _log.warning("who was let in is not known: %s", error)
            version = None
        if version is None or version != self._version or issuer != self._issuer:
            self._held.clear()
        self._version, self._issuer = version, issuer

    def _looked_up(self, digest: bytes, now_s: float) -> _Held | None:
        if not self._issuer:
            return None
        try:
            found = self._store.token(digest)
        except StoreError as error:
            _log.warning("an access token cannot be looked up: %s", error)
            return None
        if found is None:
            return None
        held = self._made(*found, now_s)
        if held is not None:
            if len(self._held) >= MOST_HELD:
                self._held.clear()
            self._held[digest] = held
        return held

    def _made(self, token: KeptToken, grant: Grant, now_s: float) -> _Held | None:
        door = self._addresses.door_of(grant.resource)
        if token.kind is not TokenKind.ACCESS or grant.revoked_at_s is not None or door is None:
            return None
        principal = Principal(
            client_id=owner_of(grant.client_id),
            name=plain_name(grant.client_name),
            scopes=token.scopes & grant.scopes,
            kind=PrincipalKind.OAUTH,
            person=grant.person,
            door=door,
        )
        return _Held(
            principal=principal,
            grant_id=grant.id,
            expires_at_s=min(token.expires_at_s, grant.expires_at_s),
            program=_program(grant),
            seen_alive_s=now_s - REFRESH_S,
            used_at_s=grant.last_used_at_s or 0.0,
        )

    def _lives(self, held: _Held, now_s: float) -> bool:
        if held.program is None or now_s - held.seen_alive_s < REFRESH_S:
            return True
        held.seen_alive_s = now_s
        return self._is_running(held.program)


def _program(grant: Grant) -> Peer | None:
    return grant.peer if grant.term is ConsentTerm.PROGRAM else None


async def _nobody(_: str, __: int | None) -> str:
    return ""


@value
class OauthParts:
    """Joined by the composition root."""

    grants: GrantStore
    clients: OauthClientStore
    tokens: TokenFinder
    addresses: OauthAddresses
    settings: Callable[[], OauthSettings]
    clock: Clock
    ids: IdSource
    bus: Bus
    hashing: Hashing
    fetcher: DocumentFetcher
    program_at: Callable[[str, int | None], Awaitable[str]] = _nobody
    """Which program holds the other end of a connection, by its address and port there; empty
    where that is not known."""
