"""Who answers: providers, their kinds, and the endpoints that can be reached."""

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from llmgw_desktop.domain.account import Account, CredentialKind, account_id


class ModelProtocol(StrEnum):
    """A wire format of model requests."""

    ANTHROPIC = "anthropic"
    OPENAI_CHAT = "openai-chat"
    OPENAI_RESPONSES = "openai-responses"
    CODEX = "codex"
    GEMINI = "gemini"
    CLI = "cli"
    """Between the gateway and its own runs of vendors' CLIs. No caller speaks it."""


CALLER_PROTOCOLS = tuple(each for each in ModelProtocol if each is not ModelProtocol.CLI)
"""What programs speak to the gateway, and the gateway to servers."""


class ProviderKind(StrEnum):
    """What sort of service a configured provider is."""

    ANTHROPIC = "anthropic"
    OPENAI = "openai"
    GOOGLE = "google"
    GROQ = "groq"
    OPENROUTER = "openrouter"
    OPENAI_COMPATIBLE = "openai-compatible"
    PRACTICE = "practice"
    CLI = "cli"
    """A vendor's own program on this computer."""


VARIABLE_MISSING = "the environment variable that api_key_env names is not set, or is empty"

DEFAULT_BASE_URLS: dict[ProviderKind, str] = {
    ProviderKind.ANTHROPIC: "https://api.anthropic.com",
    ProviderKind.OPENAI: "https://api.openai.com/v1",
    ProviderKind.GOOGLE: "https://generativelanguage.googleapis.com",
    ProviderKind.GROQ: "https://api.groq.com/openai/v1",
    ProviderKind.OPENROUTER: "https://openrouter.ai/api/v1",
}
"""The vendors' own addresses; an openai-compatible server has none and must name its own."""

_VENDORS_HOSTS = tuple(str(urlsplit(url).hostname) for url in DEFAULT_BASE_URLS.values())


def is_a_vendors_own(url: str) -> bool:
    """Whether it leads to a known vendor's own service, whatever it is configured as."""
    host = urlsplit(url).hostname or ""
    return any(host == own or host.endswith(f".{own}") for own in _VENDORS_HOSTS)


PROTOCOLS_OF_KIND: dict[ProviderKind, tuple[ModelProtocol, ...]] = {
    ProviderKind.ANTHROPIC: (ModelProtocol.ANTHROPIC,),
    ProviderKind.OPENAI: (ModelProtocol.OPENAI_RESPONSES, ModelProtocol.OPENAI_CHAT),
    ProviderKind.GOOGLE: (ModelProtocol.GEMINI,),
    ProviderKind.GROQ: (ModelProtocol.OPENAI_CHAT,),
    ProviderKind.OPENROUTER: (ModelProtocol.OPENAI_CHAT,),
    ProviderKind.OPENAI_COMPATIBLE: (ModelProtocol.OPENAI_CHAT,),
    ProviderKind.PRACTICE: (ModelProtocol.ANTHROPIC, ModelProtocol.OPENAI_CHAT),
    ProviderKind.CLI: (ModelProtocol.CLI,),
}
"""What each speaks; the first is the one to translate into. Settings may say otherwise."""

BY_NAME_ONLY = frozenset({ProviderKind.PRACTICE, ProviderKind.CLI})
"""They answer who asks for them by their own name, or by a route that names them; no model's name
alone leads to them."""

PRACTICE_PREFIX = "practice/"
"""Model names of the built-in practice provider begin so, and nobody else's do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One `[providers.NAME]` table of the settings."""

    name: str
    kind: ProviderKind
    base_url: str = ""
    accounts: tuple[Account, ...] = (Account(),)
    """Never empty."""
    models: tuple[str, ...] = ()
    protocols: tuple[ModelProtocol, ...] = ()
    """What this server speaks, where that is not what its kind speaks."""
    local: bool = False
    """A server on the person's own computer or network: private addresses are allowed."""
    enabled: bool = True

    @property
    def spoken(self) -> tuple[ModelProtocol, ...]:
        """The protocols that this provider takes, the one to translate into first."""
        return self.protocols or PROTOCOLS_OF_KIND[self.kind]

    def key_problem(self, account: Account) -> str:
        """Why this provider cannot be asked with this account, which has no key; else empty.

        A vendor's own service always wants one. A server of another address may want none, unless
        the settings name one. Whether the vault holds a key shows when it is read.
        """
        if account.api_key or account.vault:
            return ""
        if account.api_key_env:
            return VARIABLE_MISSING
        if self._is_at_its_vendor:
            return (
                "neither api_key_env nor vault is set, and this vendor answers nobody without a key"
            )
        return ""

    def credential_of(self, account: Account) -> CredentialKind:
        if account.credential is not CredentialKind.API_KEY:
            return account.credential
        if account.api_key_env or account.vault or self._is_at_its_vendor:
            return CredentialKind.API_KEY
        return CredentialKind.NONE

    @property
    def _is_at_its_vendor(self) -> bool:
        own = urlsplit(DEFAULT_BASE_URLS.get(self.kind, "")).hostname
        host = urlsplit(self.base_url).hostname or ""
        return own is not None and (host == own or host.endswith(f".{own}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """One reachable endpoint: a provider spoken to in one protocol with one credential."""

    provider: str
    kind: ProviderKind
    protocol: ModelProtocol
    base_url: str
    local: bool = False
    """It may be on the person's own computer or network."""
    account: str = ""
    """As `account_id` names it."""
    api_key: str = field(default="", repr=False)
    vault: str = ""
    """`provider/name` of the vault's entry that holds the key, where it is not here yet."""
    key_problem: str = ""
    """Not empty: do not ask it; its account's key is missing, for this reason."""

    @classmethod
    def of(
        cls, provider: Provider, protocol: ModelProtocol, account: Account | None = None
    ) -> "Upstream":
        """By the provider's first account where none is given."""
        account = account or provider.accounts[0]
        return cls(
            provider=provider.name,
            kind=provider.kind,
            protocol=protocol,
            base_url=provider.base_url,
            local=provider.local,
            account=account_id(provider.name, account.name),
            api_key=account.api_key,
            vault=account.vault,
            key_problem=provider.key_problem(account),
        )
