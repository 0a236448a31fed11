"""A key for each program that is set up: named after it, and revoked when it is taken back."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.connect.edits import key_in
from llmgw_desktop.domain.access.principal import Client, Scope
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.jobs.rules.rule import StandingRule
from llmgw_desktop.domain.settings.door import HttpSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.access.authenticator import key_digest
from llmgw_desktop.store.client_files.config_file import FORMATS, read_bytes, text_of
from llmgw_desktop.store.client_files.connections import ConnectedFile, Connection
from llmgw_desktop.store.client_files.marks import Unreadable
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.reader import load_settings
from llmgw_desktop.store.tls_files import base_url

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


@value
class GatewayAddress:
    """`base` is for model requests, `mcp` for tools."""

    base: str
    """`http://127.0.0.1:3333`."""
    mcp: str
    rules: tuple[StandingRule, ...] = ()
    """What a program is held to there that has words for it."""


def address_of(
    http: HttpSettings, file: str, rules: tuple[StandingRule, ...] = ()
) -> GatewayAddress:
    """Raises ConfigError: a program cannot follow a port that changes."""
    if not http.port:
        raise ConfigError(
            "0 takes another port at every start, and programs that are set up would not find it;"
            " set a fixed one, such as 3333",
            file=file,
            key="http.port",
        )
    base = base_url(http, http.port)
    return GatewayAddress(base=base, mcp=f"{base}{http.path}", rules=rules)


def address_in_settings(places: Places, env: Mapping[str, str]) -> GatewayAddress:
    """By the settings as they stand in the file. Raises ConfigError."""
    said = load_settings(places.config_file, env).settings
    return address_of(said.http, str(places.config_file), said.rules)
