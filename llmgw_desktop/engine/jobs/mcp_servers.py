"""The MCP servers of the settings, for runs that name them: what the vault keeps of them is read
when a run is checked, and never written down."""

from collections.abc import Callable, Sequence
from typing import Protocol

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.mcp_server import FROM_VAULT, GivenServer, McpServer
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.domain.vault import EntryAddress, EntryKind, address, checked_project, reference
from llmgw_desktop.domain.vault_errors import EntryUnfit, VaultError


class Secrets(Protocol):
    """As `store/vault` does it."""

    def secret(self, entry: EntryAddress, *, by: str) -> bytes: ...


class McpServers:
    """Those of the settings in force. `learn`: what guards records hears each secret first."""

    def __init__(
        self,
        servers: Sequence[McpServer] = (),
        vault: Secrets | None = None,
        learn: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._vault = vault
        self._learn = learn
        self.apply(servers)

    def apply(self, servers: Sequence[McpServer]) -> None:
        """For what is checked from now on."""
        self._known = {each.name: each for each in servers if each.enabled}

    def given(self, names: Sequence[str], project: str) -> tuple[GivenServer, ...]:
        """For a thread: the vault may wait for a person. Raises InvalidRun."""
        return tuple(self._given(name, project) for name in names)

    def _given(self, name: str, project: str) -> GivenServer:
        server = self._known.get(name)
        if server is None:
            raise InvalidRun(f"'{name[:64]}' is not in the settings any more", field="mcpServers")

        def filled(text: str) -> str:
            return FROM_VAULT.sub(lambda found: self._secret(found[1], name, project), text)

        return GivenServer(
            name=name,
            command=server.command,
            args=server.args,
            env={key: filled(text) for key, text in server.env.items()},
            url=server.url,
            headers={key: filled(text) for key, text in server.headers.items()},
        )

    def _secret(self, named: str, server: str, project: str) -> str:
        try:
            if self._vault is None:
                raise EntryUnfit("vault", "there is none")
            provider, name = reference(named)
            entry = address(EntryKind.API_KEY, provider, name, _known(project))
            secret = self._vault.secret(entry, by=f"MCP server {server}").decode("ascii")
        except (VaultError, StoreError, UnicodeDecodeError) as error:
            raise InvalidRun(
                f"what '{server}' needs of the vault cannot be had: {error}",
                field="mcpServers",
                category=ErrorCategory.AUTH,
            ) from error
        self._learn(secret)
        return secret


def _known(project: str) -> str:
    try:
        return checked_project(project)
    except EntryUnfit:
        return ""
