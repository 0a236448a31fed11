"""A program that calls us, and the key by which we know it."""

from dataclasses import dataclass

from llmgw_desktop.domain.principal import Scope


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
