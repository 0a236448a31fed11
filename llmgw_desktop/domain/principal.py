"""Who is asking: an authenticated client with what it may do."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a client may be allowed. The words on screen stand in SCOPE_WORDS alone."""

    MODELS_USE = "models:use"
    MODELS_LIST = "models:list"
    MCP = "mcp"
    JOBS_RUN = "jobs:run"
    FLIGHTS_READ = "flights:read"
    OPERATIONS = "operations"
    WORKSPACE_ADMIN = "workspace:admin"
    VAULT_ADMIN = "vault:admin"
    CLI_ADMIN = "cli:admin"
    ADMIN = "admin"


SCOPE_WORDS: dict[Scope, str] = {
    Scope.MODELS_USE: "use your providers (this can cost money)",
    Scope.MODELS_LIST: "see which models you have",
    Scope.MCP: "connect by MCP and see which tools there are",
    Scope.JOBS_RUN: "run vendors' CLIs on this computer, with your sign-ins",
    Scope.FLIGHTS_READ: "read what it asked before, and what was answered",
    Scope.OPERATIONS: "read metrics and the gateway's state",
    Scope.WORKSPACE_ADMIN: "make and register folders that jobs may work in",
    Scope.VAULT_ADMIN: "list, store and delete credentials in the vault (never read them)",
    Scope.CLI_ADMIN: "upgrade vendors' CLIs",
    Scope.ADMIN: "change clients, providers and settings",
}

DEFAULT_SCOPES = frozenset({Scope.MODELS_USE, Scope.MODELS_LIST})
ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """An authenticated client; owns its flights, sessions and jobs."""

    client_id: str
    name: str
    """Shown on screen as the client."""
    scopes: frozenset[Scope]
    wants_all_or_nothing: bool = False
    """Rather an error than a translation that leaves something out."""


LOCAL = Principal(client_id="local", name="local", scopes=ALL_SCOPES)
"""The person at this computer: the windows, and whoever can read the access key file."""
