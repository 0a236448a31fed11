"""A program that calls us, and the key by which we know it."""

from dataclasses import dataclass

from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.usage import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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
