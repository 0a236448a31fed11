"""MCP servers of the settings, `[mcp_servers.NAME]`: runs may be given them by their names, and the
gateway's own MCP door offers their tools under names of its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from llmgw_desktop.domain.plain_text import Glob
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


class AskAbout(StrEnum):
    """Which calls of a server's tools a person is asked about, where no rule says."""

    RISKY = "risky"
    """Those that are said to destroy, and those of which nothing is said."""
    EVERYTHING = "everything"
    NOTHING = "nothing"


def is_secret_name(name: str) -> bool:
    """Of a variable or a header: whether its text may be a credential."""
    return name.upper().endswith(_OF_SECRETS)


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
    offer: bool = False
    """Its tools are listed at the gateway's own MCP door."""
    tools: tuple[str, ...] = ()
    """Patterns of those that are offered; empty: all."""
    hide: tuple[str, ...] = ()
    """Patterns of those that are not, whatever `tools` says."""
    rename: Mapping[str, str] = field(default_factory=dict)
    """Its name of a tool to the part after `SERVER__` of ours."""
    describe: Mapping[str, str] = field(default_factory=dict)
    """Its name of a tool to a description of the person's own."""
    clients: tuple[str, ...] = ()
    """Patterns of clients that may use it. Empty: this computer's person, and the programs of this
    computer that have a key. One from elsewhere has to be named."""
    profiles: tuple[str, ...] = ()
    """In which it is listed and can be called; empty: all."""
    ask: AskAbout = AskAbout.RISKY
    answer_within_s: float = 300.0
    """A call's longest silence."""
    share: bool = True
    """All callers share one process of it; else each session of a client has its own."""
    sampling_model: str = ""
    """Which answers it where the calling client has no model to be asked; empty: none does."""
    sampling_tokens: int = 20_000
    """So many of that model's it may use in a day, read and written."""
    oauth_client_id: str = ""
    """Of a program that the person registered where people sign in for it; empty: we register."""
    oauth_client_secret: str = ""
    """The entry of the vault with its secret."""
    oauth_scopes: tuple[str, ...] = ()
    """What is asked for; empty: what the server names."""

    def lets_through(self, tool: str) -> bool:
        """Whether `tools` and `hide` do."""
        if any(Glob(each).fits(tool) for each in self.hide):
            return False
        return not self.tools or any(Glob(each).fits(tool) for each in self.tools)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What it is told that may be a credential, where the vault does not keep it."""
        named = (*self.env.items(), *self.headers.items())
        return tuple(
            text.removeprefix("Bearer ")
            for name, text in named
            if is_secret_name(name) and not FROM_VAULT.search(text)
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
    oauth_secret: str = field(default="", repr=False)
    """Of the program that the person registered where people sign in for it."""


Servers = Sequence[GivenServer]


@value
class ToolPin:
    """A tool as it was approved: what its server said of it then."""

    definition: Mapping[str, Any]
    is_hidden: bool = False
    """A person does not want it."""


ADDRESS = "server://"
"""How addresses of their resources begin with us: `server://NAME/` and the server's own."""
SIGNED_IN_PATH = "/v1/tools/signed-in"
"""Where browsers come back to that signed in at a server."""
LONGEST_NAME = 52
"""Of a tool as it is offered: clients put a prefix of their own before it, and most take 64."""
_UNFIT = re.compile(r"[^a-z0-9_]+")
_HASH_CHARS = 6


def offered_name(server: str, tool: str, said: str = "") -> str:
    """`SERVER__tool`, of `a-z0-9_`. `said`: what the person calls the tool. What has to be written
    otherwise ends in a digest of how it was: no two become one, and nobody's name depends on which
    others are there."""
    whole = f"{server}__{said or tool}"
    fit = _UNFIT.sub("_", whole.lower()).strip("_")
    if fit == whole.lower() and len(fit) <= LONGEST_NAME:
        return fit
    return hashed_name(server, tool, fit)


def hashed_name(server: str, tool: str, fit: str) -> str:
    """For one that is too long, written otherwise, or taken."""
    digest = sha256(f"{server}\0{tool}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{fit[: LONGEST_NAME - _HASH_CHARS - 1].rstrip('_')}_{digest[:_HASH_CHARS]}"
