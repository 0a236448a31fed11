"""A key for each program that is set up: named after it, and revoked when it is taken back."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from llmgw_desktop.app.connect.entries import key_in
from llmgw_desktop.app.keys import ClientKeys
from llmgw_desktop.domain.client import Client
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.engine.access.authenticator import key_digest
from llmgw_desktop.store.client_files.config_file import read_bytes, text_of
from llmgw_desktop.store.client_files.connections import ConnectedFile, Connection
from llmgw_desktop.store.client_files.formats import FORMATS
from llmgw_desktop.store.client_files.marks import Unreadable

SCOPES = (Scope.MCP, Scope.MODELS_USE, Scope.MODELS_LIST, Scope.JOBS_RUN)
"""What a program may do with it."""


class ProgramKeys:
    """Everything raises StoreError."""

    def __init__(self, keys: ClientKeys) -> None:
        self._keys = keys

    def active(self) -> Sequence[Client]:
        """Those of other programs as well, oldest first."""
        return self._keys.active()

    def client_of(self, known: Connection | None) -> Client | None:
        """Whose key a connection has; None where it is revoked, or has none."""
        if known is None or not known.key_id:
            return None
        return next((each for each in self._keys.active() if each.id == known.key_id), None)

    def key_of(self, known: Connection | None) -> tuple[str, Client | None]:
        """The key that stands in the program's files, where it is still good."""
        client = self.client_of(known)
        if known is None or client is None:
            return "", None
        for file in known.files:
            for key in _keys_in(file):
                if key_digest(key) == client.key_digest:
                    return key, client
        return "", None

    def make(self, name: str) -> tuple[str, Client]:
        """With this name, or one like it where there is such a client already."""
        taken = {each.name for each in self._keys.active()}
        names = (name, *(f"{name} {number}" for number in range(2, 10_000)))
        free = next(each for each in names if each not in taken)
        key = self._keys.add(free, SCOPES)
        return key, next(each for each in self._keys.active() if each.name == free)

    def revoke(self, key_id: str) -> None:
        self._keys.revoke(key_id)


def _keys_in(file: ConnectedFile) -> list[str]:
    with suppress(ConfigError, Unreadable):
        text = text_of(Path(file.path), read_bytes(Path(file.path)))[1]
        values = [FORMATS[file.format].value_at(text, mark.path) for mark in file.marks]
        return [key for key in map(key_in, values) if key]
    return []
