"""MCP servers that runs may be given by their names: `[mcp_servers.NAME]` of the settings."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field

from llmgw_desktop.domain.values import value

USUAL_SCORES: Mapping[str, int] = {
    "sqry": 0,
    "trstr": 0,
    "ref_tools": 1,
    "exa": 2,
    "agent_browser": 4,
}
"""Of those that other gateways know by these names."""
UNKNOWN_SCORE = 2
_OF_SECRETS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "AUTHORIZATION")
MOST_POINTS = 10
FROM_VAULT = re.compile(r"\$\{vault:([^}\s]{1,200})\}")
"""In a variable or a header: what the vault keeps under `provider/name`."""


@value
class McpServer:
    """One; either a command with its arguments, or an address."""

    name: str
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    managed: bool = False
    """Managed runs may have it."""
    score: int | None = None
    """Points with the gate; None: the usual ones of its name."""
    enabled: bool = True

    @property
    def secrets(self) -> tuple[str, ...]:
        """What it is told that may be a credential, where the vault does not keep it."""
        named = (*self.env.items(), *self.headers.items())
        return tuple(
            text.removeprefix("Bearer ")
            for name, text in named
            if name.upper().endswith(_OF_SECRETS) and not FROM_VAULT.search(text)
        )

    @property
    def points(self) -> int:
        if self.score is not None:
            return self.score
        return USUAL_SCORES.get(self.name, UNKNOWN_SCORE)


@value
class ServersTold:
    """Which of the servers that a request names its run gets."""

    requested: tuple[str, ...] = ()
    enabled: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    why: str = ""
    """Of those that are missing, in one sentence."""


@value
class GivenServer:
    """One as a run gets it, its secrets filled in."""

    name: str
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


Servers = Sequence[GivenServer]
