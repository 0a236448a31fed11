"""Who answers: providers, their kinds, and the endpoints that can be reached."""

from dataclasses import dataclass, field
from enum import StrEnum


class ModelProtocol(StrEnum):
    """A wire format of model requests."""

    ANTHROPIC = "anthropic"
    OPENAI_CHAT = "openai-chat"
    OPENAI_RESPONSES = "openai-responses"
    CODEX = "codex"
    GEMINI = "gemini"


class ProviderKind(StrEnum):
    """What sort of service a configured provider is."""

    ANTHROPIC = "anthropic"
    OPENAI = "openai"
    GOOGLE = "google"
    GROQ = "groq"
    OPENROUTER = "openrouter"
    OPENAI_COMPATIBLE = "openai-compatible"
    PRACTICE = "practice"


DEFAULT_BASE_URLS: dict[ProviderKind, str] = {
    ProviderKind.ANTHROPIC: "https://api.anthropic.com",
    ProviderKind.OPENAI: "https://api.openai.com/v1",
    ProviderKind.GOOGLE: "https://generativelanguage.googleapis.com",
    ProviderKind.GROQ: "https://api.groq.com/openai/v1",
    ProviderKind.OPENROUTER: "https://openrouter.ai/api/v1",
}
"""The vendors' own addresses; an openai-compatible server has none and must name its own."""

PROTOCOLS_OF_KIND: dict[ProviderKind, frozenset[ModelProtocol]] = {
    ProviderKind.ANTHROPIC: frozenset({ModelProtocol.ANTHROPIC}),
    ProviderKind.OPENAI: frozenset({ModelProtocol.OPENAI_CHAT}),
    ProviderKind.GOOGLE: frozenset({ModelProtocol.GEMINI}),
    ProviderKind.GROQ: frozenset({ModelProtocol.OPENAI_CHAT}),
    ProviderKind.OPENROUTER: frozenset({ModelProtocol.OPENAI_CHAT}),
    ProviderKind.OPENAI_COMPATIBLE: frozenset({ModelProtocol.OPENAI_CHAT}),
    ProviderKind.PRACTICE: frozenset({ModelProtocol.ANTHROPIC, ModelProtocol.OPENAI_CHAT}),
}

PRACTICE_PREFIX = "practice/"
"""Model names of the built-in practice provider begin so, and nobody else's do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One `[providers.NAME]` table of the settings."""

    name: str
    kind: ProviderKind
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    """Read from the environment variable that the settings name; empty when there is none."""
    api_key_env: str = ""
    models: tuple[str, ...] = ()
    local: bool = False
    """A server on the person's own computer or network: private addresses are allowed."""
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """One reachable endpoint: a provider spoken to in one protocol with one credential."""

    provider: str
    kind: ProviderKind
    protocol: ModelProtocol
    base_url: str
    api_key: str = field(default="", repr=False)
