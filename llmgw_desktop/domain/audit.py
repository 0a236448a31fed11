"""What was done to the gateway itself: who changed what, from where, from what to what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ActorDoor(StrEnum):
    """From where somebody acts."""

    WINDOW = "window"
    COMMAND = "command"
    """A command line on this computer."""
    HTTP = "http"
    MCP = "mcp"
    CONSENT_PAGE = "consent_page"
    FILE = "file"
    """Somebody edited the settings file; who, nobody knows."""
    GATEWAY = "gateway"
    """Nobody: the gateway itself, by a rule (a grant that ran out)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts."""

    name: str
    """A person's or a client's; empty: not known."""
    door: ActorDoor
    client_id: str = ""
    address: str = ""
    """Of the other end, where it is not this computer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One administrative act, as it is about to be written down. Secrets are masked before."""

    verb: str
    """Subject and past participle: `key.made`, `settings.changed`, `vault.stored`."""
    subject: str
    """Whom or what it was done to, as screens name it."""
    before: Mapping[str, object] = field(default_factory=dict)
    """Only what changed; empty for what is new."""
    after: Mapping[str, object] = field(default_factory=dict)
    """Only what changed; empty for what is gone."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One that is written down. `digest` is over all of it and over `previous`: a chain."""

    number: int
    """From 1, without gaps."""
    at_s: float
    actor: Actor
    act: Act
    previous: str
    """Hex; of the first one 64 zeros."""
    digest: str
