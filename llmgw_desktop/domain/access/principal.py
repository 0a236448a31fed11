"""Who asks: clients with their keys, principals with their permissions, and labels."""

import re
from dataclasses import replace
from enum import StrEnum

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.usage import Provenance
from llmgw_desktop.domain.values import value


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


class PrincipalKind(StrEnum):
    """How a principal proved who it is; what it may at least not do depends on it."""

    LOCAL = "local"
    """This computer's person: the windows, stdio, and the access key file."""
    KEY = "key"
    """A key that this computer's person made for a program."""
    BEARER = "bearer"
    """The static token of the environment."""
    PROXIED = "proxied"
    """A person whom a trusted proxy names on the hop of the static token."""
    OAUTH = "oauth"
    """A program that a person let in."""


REMOTE_KINDS = frozenset({PrincipalKind.BEARER, PrincipalKind.PROXIED, PrincipalKind.OAUTH})
"""Who may sit anywhere: nothing is taken for granted that holds on this computer."""


@value
class Principal:
    """An authenticated client; owns its flights, sessions and jobs."""

    client_id: str
    name: str
    """Shown on screen as the client."""
    scopes: frozenset[Scope]
    wants_all_or_nothing: bool = False
    """Rather an error than a translation that leaves something out."""
    kind: PrincipalKind = PrincipalKind.KEY
    person: str = ""
    """Who let it in, or whom a trusted proxy names; empty where nobody did."""
    door: str = ""
    """The one path that it may come in by; empty for all. Inside it goes where its scopes say."""
    label: str = ""
    """What the caller says that it is; empty where it says nothing. Its own word: it owns
    nothing and opens nothing, it only narrows."""
    came_from_elsewhere: bool = False
    """This request did, with a key that was made for a program of this computer."""
    job: str = ""
    """The run that asks in this one's name, by its own key or by what is known of its process;
    empty: none does."""
    sits_here: bool = False
    """Asks by a window of ours, and waits before it; so do runs that were asked for there."""

    @property
    def is_remote(self) -> bool:
        return self.came_from_elsewhere or self.kind in REMOTE_KINDS

    @property
    def known_as(self) -> str:
        """By what a person's rules find it: what a remote client calls itself is no name."""
        return self.client_id if self.kind in REMOTE_KINDS else self.name


LOCAL = Principal(client_id="local", name="local", scopes=ALL_SCOPES, kind=PrincipalKind.LOCAL)
"""The person at this computer: the windows, and whoever can read the access key file."""
SITTING = replace(LOCAL, sits_here=True)
"""The same, before a window."""
REMOTE_SCOPES = frozenset(
    {Scope.MODELS_USE, Scope.MODELS_LIST, Scope.MCP, Scope.JOBS_RUN, Scope.FLIGHTS_READ}
)
"""Of the static token, and of whomever a proxy names: they work here, and change nothing."""
BEARER = Principal(
    client_id="gateway-bearer",
    name="gateway-bearer",
    scopes=REMOTE_SCOPES,
    kind=PrincipalKind.BEARER,
)
"""Whoever presents the static token: one principal, however many people share it."""
_PROXIED = "proxied:"
RUN_SCOPES = frozenset({Scope.MODELS_USE, Scope.MCP})
"""Of a run that asks for models in the name of whoever asked for the run, by MCP too."""
RUN_KEY, RUN_URL = "LLMGW_RUN_KEY", "LLMGW_RUN_URL"
"""Variables of a run: its key, and where `llmgw mcp` within it shows that."""


def proxied(person: str) -> Principal:
    """Whom a trusted proxy names; the name is checked. No other principal's id begins so."""
    return Principal(
        client_id=f"{_PROXIED}{person}",
        name=person,
        scopes=REMOTE_SCOPES,
        kind=PrincipalKind.PROXIED,
        person=person,
    )


def kind_of(client_id: str) -> PrincipalKind:
    """For what is remembered of a principal by its id alone; what is not known is remote."""
    if client_id == LOCAL.client_id:
        return PrincipalKind.LOCAL
    if client_id == BEARER.client_id:
        return PrincipalKind.BEARER
    if client_id.startswith(_PROXIED):
        return PrincipalKind.PROXIED
    return PrincipalKind.KEY if client_id.startswith("cli_") else PrincipalKind.OAUTH


def known_as(client_id: str, name: str) -> str:
    """`Principal.known_as` of one that is remembered by its id and name alone."""
    return client_id if kind_of(client_id) in REMOTE_KINDS else name


@value
class Client:
    """One stored client. The key itself is shown once and kept only as a digest."""

    id: str
    name: str
    key_digest: bytes
    """SHA-256 of the key; a key carries 256 random bits, so a slow hash would add nothing."""
    key_hint: str
    """The first characters of the key, for telling keys apart on screen."""
    scopes: frozenset[Scope]
    created_at_s: float
    revoked_at_s: float | None = None
    last_used_at_s: float | None = None
    wants_all_or_nothing: bool = False
    """Rather an error than a translation that leaves something out."""
    old_key_digest: bytes | None = None
    """Of the key before this one, which opens until `old_key_ends_at_s`."""
    old_key_ends_at_s: float | None = None


@value
class ClientFigures:
    """What is recorded of one client: over a stretch of time, and of its last flight of all.

    Sums of unknown figures are None when no flight told them.
    """

    flights: int = 0
    errors: int = 0
    tokens: int | None = None
    """In and out together."""
    cost_usd: float | None = None
    tokens_provenance: Provenance = Provenance.UNKNOWN
    """Of the sum: a part that is not known makes it a lower bound."""
    cost_provenance: Provenance = Provenance.UNKNOWN
    last_at_s: float | None = None
    """When it last asked."""
    agent: str = ""
    """What its last flight said of its program (`User-Agent`); empty where it is not recorded."""


NO_FIGURES = ClientFigures()


LABEL_HEADER = "x-llmgw-caller"
LABEL_PATH = "/as/"
"""Before the path of a door: `/as/aider/v1/messages`, where only a base URL can be set."""
MOST_CHARS = 64
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._@:+-]{0,62}[A-Za-z0-9._@:+-])?")
_UNFIT = re.compile(r"[^A-Za-z0-9 ._@:+-]+")
WORDS = "1 to 64 letters, digits, blanks and . _ @ : + -, with a letter or digit first"


def is_label(text: str) -> bool:
    return _LABEL.fullmatch(text) is not None


def as_label(name: str) -> str:
    """What a program calls itself, made fit; empty where nothing of it is."""
    fit = _UNFIT.sub("-", name).lstrip(" ._@:+-")
    return fit[:MOST_CHARS].rstrip()


PIN_MARK = "pinned."
"""How the label begins that a pinned folder's base URL has: `/as/pinned.shop-1a2b/v1/messages`. It
narrows as any label does; one that no pin has is refused."""


def pinned_as(principal: Principal, label: str) -> Principal:
    """A run's own request that came by a pinned folder's base URL: what holds for whoever asked for
    the run, and what is pinned. Raises MalformedRequest where the run has another label."""
    if not label.startswith(PIN_MARK) or label == principal.label:
        return principal
    if principal.label:
        raise MalformedRequest(
            "This run was asked for with a label of its own, and works in a pinned folder: of both"
            " only one can hold. Ask for it without the label, or unpin the folder."
        )
    return replace(principal, label=label)


def split_path(path: str) -> tuple[str, str]:
    """(Label, path of the door). The label may be no good: whoever uses it looks."""
    label, slash, rest = path.removeprefix(LABEL_PATH).partition("/")
    return label, slash + rest
