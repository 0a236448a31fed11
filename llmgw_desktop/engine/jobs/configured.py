"""CLIs and MCP servers as settings have them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from typing_extensions import override

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName, ErrorCategory
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.mcp_server import FROM_VAULT, GivenServer, McpServer
from llmgw_desktop.domain.vault import (
    EntryAddress,
    EntryKind,
    EntryUnfit,
    VaultError,
    address,
    checked_project,
    reference,
)


class KnownClis(Mapping[CliName, Cli]):
    """Each is read in when it is first asked for."""

    def __init__(
        self,
        clis: Sequence[CliSettings] = (),
        find: Callable[[CliName, str], Cli] = cli_of,
    ) -> None:
        self._find = find
        self._said: Mapping[CliName, CliSettings] = {}
        self.apply(clis)

    def apply(self, clis: Sequence[CliSettings]) -> None:
        """For what is asked from now on."""
        self._said = {each.name: each for each in clis}

    @override
    def __getitem__(self, name: CliName) -> Cli:
        said = self._said.get(name)
        cli = self._find(name, "" if said is None else said.command)
        return cli if said is None or not said.vault else _of_vault(cli, said.vault)

    @override
    def __iter__(self) -> Iterator[CliName]:
        return iter(CliName)

    @override
    def __len__(self) -> int:
        return len(CliName)


def _of_vault(cli: Cli, account: str) -> Cli:
    """To sign in as a person would change nothing for its runs."""
    name = cli.sign_in.kept[0].rpartition("/")[2] if cli.sign_in.kept else "FILE"
    guidance = (
        f"its runs are signed in with {account}/{name} of the vault, which is missing or refused."
        f" Sign in anew and store that: llmgw vault set {account} {name} --file < FILE"
    )
    return replace(cli, sign_in=replace(cli.sign_in, guidance=guidance))


class Secrets(Protocol):
    """As `store/vault/vault` does it."""

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
        self.learn = learn
        self.by_our_door: Callable[[McpServer], GivenServer | None] = lambda _: None
        """For a thread: how a run is given a server at which its person signed in."""
        self.apply(servers)

    def apply(self, servers: Sequence[McpServer]) -> None:
        """For what is checked from now on."""
        self._known = {each.name: each for each in servers if each.enabled}

    def for_run(self, names: Sequence[str], project: str) -> tuple[GivenServer, ...]:
        """As `given`, but of one with a sign-in no token is told: it is reached by our door."""
        found = []
        for name in names:
            server = self._known.get(name)
            by_us = None if server is None else self.by_our_door(server)
            found.append(by_us or self._given(name, project))
        return tuple(found)

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
            oauth_secret=self._oauth_secret(server, project),
        )

    def _oauth_secret(self, server: McpServer, project: str) -> str:
        entry = server.oauth_client_secret
        return self._secret(entry, server.name, project) if entry else ""

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
        self.learn(secret)
        return secret


def _known(project: str) -> str:
    try:
        return checked_project(project)
    except EntryUnfit:
        return ""
