"""What was done to the gateway itself: who changed what, from where, from what to what.

Each entry holds the digest of the one before, so that none can be changed, taken out or put in
between without all after it being made anew.
"""

import hashlib
import ipaddress
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from llmgw_desktop.domain.canonical import canonical

NO_DIGEST = "0" * 64
"""What the first entry names as the one before."""


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


def elsewhere(address: str) -> str:
    """An address that is not this computer's; empty for one that is, and for none."""
    try:
        return "" if ipaddress.ip_address(address.partition("%")[0]).is_loopback else address
    except ValueError:
        return ""


BY_ITSELF = Actor(name="", door=ActorDoor.GATEWAY)
BY_HAND = Actor(name="", door=ActorDoor.FILE)


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
    """To the millisecond."""
    actor: Actor
    act: Act
    previous: str
    """Hex; of the first one 64 zeros."""
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSeal:
    """A signature over an entry's digest, and so over all entries up to it."""

    number: int
    digest: str
    signature: str
    public_key: str
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which entries are meant; empty is any."""

    since_s: float | None = None
    who: str = ""
    """In the actor's name, its client's id or its address, in any case of letters."""
    what: str = ""
    """The beginning of a verb (`key`, `key.made`), or any text of the act."""
    below: int | None = None
    """Only entries with a smaller number: where the page before ended."""
    limit: int = 100


def body_of(entry: AuditEntry) -> bytes:
    """What is digested: all but the digest, in the one way in which it can be written. Raises
    ValueError for a value that has no such form."""
    return canonical(
        {
            "number": entry.number,
            "at_ms": round(entry.at_s * 1000),
            "actor": {**asdict(entry.actor), "door": str(entry.actor.door)},
            "act": {
                "verb": entry.act.verb,
                "subject": entry.act.subject,
                "before": dict(entry.act.before),
                "after": dict(entry.act.after),
                "note": entry.act.note,
            },
            "previous": entry.previous,
        }
    )


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def entry_of(body: bytes, digest: str) -> AuditEntry:
    """Raises ValueError, KeyError or TypeError for what is no entry."""
    told = json.loads(body)
    actor = told["actor"]
    return AuditEntry(
        number=int(told["number"]),
        at_s=told["at_ms"] / 1000,
        actor=Actor(**{**actor, "door": ActorDoor(actor["door"])}),
        act=Act(**told["act"]),
        previous=str(told["previous"]),
        digest=digest,
    )


def sealed_words(number: int, digest: str) -> bytes:
    """What a seal signs; it can be taken for nothing else that the gateway signs."""
    return canonical({"format": "llmgw-audit-seal/1", "number": number, "digest": digest})
