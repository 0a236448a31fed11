"""Client keys: made, listed, rotated, revoked. A key is shown once; only its digest is kept."""

import secrets
from collections.abc import Sequence

from llmgw_desktop.domain.access.principal import DEFAULT_SCOPES, Client, Scope
from llmgw_desktop.domain.audit import cleaned
from llmgw_desktop.domain.clock import Clock, IdSource
from llmgw_desktop.domain.vault import looks_like_key
from llmgw_desktop.engine.access.authenticator import key_digest
from llmgw_desktop.store.access.clients import ClientStore

KEY_PREFIX = "llmgw-"
_HINT_LENGTH = len(KEY_PREFIX) + 5
_TAKEN_NAMES = frozenset({"*", "local", "gateway-bearer"})
"""Their limits stand in the settings under these names."""


class ClientKeys:
    """The operator's side of the client store."""

    def __init__(self, clients: ClientStore, clock: Clock, ids: IdSource) -> None:
        self._clients = clients
        self._clock = clock
        self._ids = ids

    def add(self, name: str, scopes: Sequence[Scope] = (), *, strict: bool = False) -> str:
        """The new key, for its only showing. Raises ValueError for a name taken or empty.

        `strict`: this client wants all or nothing of a translation.
        """
        name = name.strip()
        check_name(name)
        if any(client.name == name for client in self._clients.active()):
            raise ValueError(
                f"There is already a client named '{name}'. Choose another name, or revoke that"
                " one first: `llmgw key revoke`."
            )
        key = _new_key()
        self._clients.add(
            Client(
                id=self._ids.new("cli"),
                name=name,
                key_digest=key_digest(key),
                key_hint=key[:_HINT_LENGTH],
                scopes=frozenset(scopes) or DEFAULT_SCOPES,
                created_at_s=self._clock.now_s(),
                wants_all_or_nothing=strict,
            )
        )
        return key

    def all(self) -> Sequence[Client]:
        return self._clients.all()

    def active(self) -> Sequence[Client]:
        return self._clients.active()

    def rotate(self, name: str, grace_s: float = 0.0) -> tuple[str, Client] | None:
        """Another key for the same client, for its only showing; the one before opens for so long
        yet. None if there is no active one of this name or id."""
        found = [each for each in self._clients.active() if name in (each.name, each.id)]
        if not found:
            return None
        key, client = _new_key(), found[0]
        old_ends_at_s = self._clock.now_s() + grace_s
        if not self._clients.rotate(client.id, key_digest(key), key[:_HINT_LENGTH], old_ends_at_s):
            return None
        return key, client

    def revoke(self, name: str) -> Client | None:
        """The revoked client, or None if there is no active one of this name or id."""
        return self._clients.revoke(name, self._clock.now_s())

    def restore(self, client_id: str, revoked_at_s: float) -> bool:
        """Take back the revocation of that moment; not where another has the name now."""
        return self._clients.restore(client_id, revoked_at_s)


def check_name(name: str) -> None:
    """Raises ValueError for one that no client can have."""
    if not name or len(name) > 60 or not name.isprintable():
        raise ValueError("A client's name has 1 to 60 printable characters.")
    if name in _TAKEN_NAMES:
        raise ValueError(f"'{name}' is a name that the gateway gives itself. Choose another.")
    if looks_like_key(name) or cleaned(name) != name:
        raise ValueError("This looks like a key. Name the program; its key is made here.")


def _new_key() -> str:
    return KEY_PREFIX + secrets.token_urlsafe(32)
