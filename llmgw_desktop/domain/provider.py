"""Who answers: providers, and their accounts."""

from dataclasses import field
from enum import StrEnum
from urllib.parse import urlsplit

from llmgw_desktop.domain.net_address import STRAIGHT, ProviderWay
from llmgw_desktop.domain.policy import Budget
from llmgw_desktop.domain.values import value

DEFAULT_ACCOUNT = "default"
"""The name of a provider's only account."""


class CredentialKind(StrEnum):
    """What opens a provider's door."""

    API_KEY = "api-key"
    SIGN_IN = "sign-in"
    """A subscription, reached through the vendor's own program only."""
    NONE = "none"
    """A server that wants none."""


@value
class Account:
    """One credential of one provider; `[providers.NAME]` has one, or lists several."""

    name: str = DEFAULT_ACCOUNT
    """Unique within its provider."""
    credential: CredentialKind = CredentialKind.API_KEY
    api_key: str = field(default="", repr=False)
    """Read from the environment variable that the settings name; empty when there is none."""
    api_key_env: str = ""
    vault: str = ""
    """`provider/name` of the vault's entry that holds the key, read when it is needed."""
    weight: int = 1
    """Among accounts of one priority: how often this one is chosen, against the others."""
    priority: int = 0
    """Smaller ones are tried first."""
    budgets: tuple[Budget, ...] = ()
    """What may be used up of it, whoever asks."""
    enabled: bool = True


OWN_BUDGET = "Its budget of "
"""Begins the reason of an account that rests by the person's own word."""


def account_id(provider: str, account: str = DEFAULT_ACCOUNT) -> str:
    """How an account is named everywhere outside its provider: `work-openai`, or
    `work-openai/second` where it is not the provider's default."""
    return provider if account == DEFAULT_ACCOUNT else f"{provider}/{account}"


class AccountState(StrEnum):
    """How an account stands."""

    READY = "ready"
    COOLING = "cooling"
    """It failed or asked for a pause; it is left alone until a moment that is known."""
    AUTH_REQUIRED = "auth_required"
    """Its vendor refused the credential, or there is none: a person must do something."""
    OVER_QUOTA = "over_quota"
    """Its vendor says that nothing is left until a moment that may be known."""
    OFF = "off"
    """Switched off by a person."""


@value
class QuotaWindow:
    """What a vendor allows within a stretch of time, as it told us; unknown is None."""

    name: str
    """As the vendor calls it: `requests`, `tokens`, `5h`, …"""
    limit: float | None = None
    remaining: float | None = None
    used_share: float | None = None
    """0 to 1."""
    resets_at_s: float | None = None
    """Wall clock, seconds since 1970."""
    told_at_s: float = 0.0


_BRIEF = frozenset({"requests", "tokens", "input-tokens", "output-tokens"})


def is_brief(window: QuotaWindow) -> bool:
    """One that is whole again within minutes, as vendors have for their API: no stretch of time
    that anybody keeps a share of."""
    return window.name.casefold() in _BRIEF


@value
class AccountStatus:
    """How one account stands now. Times are wall clock, seconds since 1970."""

    account: str
    """As `account_id` names it."""
    state: AccountState = AccountState.READY
    until_s: float | None = None
    """When COOLING or OVER_QUOTA ends; None where nobody knows."""
    reason: str = ""
    """What happened and what to do, in a sentence or two; empty for READY."""
    failures: int = 0
    """In a row."""
    last_error: str = ""
    last_error_at_s: float | None = None
    last_used_at_s: float | None = None
    windows: tuple[QuotaWindow, ...] = ()
    cooling_models: tuple[tuple[str, float], ...] = ()
    """Models that this account is not asked for until then, though it stands well itself."""


class ModelProtocol(StrEnum):
    """A wire format of model requests."""

    ANTHROPIC = "anthropic"
    OPENAI_CHAT = "openai-chat"
    OPENAI_RESPONSES = "openai-responses"
    CODEX = "codex"
    GEMINI = "gemini"
    CLI = "cli"
    """Between the gateway and its own runs of vendors' CLIs. No caller speaks it."""
    MCP = "mcp"
    """Of flights that are calls of tools of other MCP servers: no model is asked."""


ASKING_PROTOCOLS = tuple(each for each in ModelProtocol if each is not ModelProtocol.MCP)
"""In which models are asked."""
CALLER_PROTOCOLS = tuple(each for each in ASKING_PROTOCOLS if each is not ModelProtocol.CLI)
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


@value
class KindFacts:
    """All that the gateway knows of one kind of provider."""

    title: str
    protocols: tuple[ModelProtocol, ...]
    """What it speaks; the first is the one to translate into. Settings may say otherwise."""
    base_url: str = ""
    """The vendor's own address; whoever has none must name one in the settings."""
    variables: tuple[str, ...] = ()
    """How the vendor's own documents call the variables that hold its keys."""
    models: str = ""
    """A pattern that the names of the vendor's own models begin with, and nobody else's."""
    price_list: str = ""
    """Whose public prices hold for it, as the shipped table calls them."""
    tells_usage_unasked: bool = False
    """Its clients expect the usage chunk of a stream: it is neither asked for nor taken out."""
    by_name_only: bool = False
    """It answers who asks for it by its own name, or by a route that names it; no model's name
    alone leads to it."""


KINDS: dict[ProviderKind, KindFacts] = {
    ProviderKind.ANTHROPIC: KindFacts(
        title="Anthropic",
        protocols=(ModelProtocol.ANTHROPIC,),
        base_url="https://api.anthropic.com",
        variables=("ANTHROPIC_API_KEY",),
        models=r"claude-",
        price_list="anthropic",
    ),
    ProviderKind.OPENAI: KindFacts(
        title="OpenAI",
        protocols=(ModelProtocol.OPENAI_RESPONSES, ModelProtocol.OPENAI_CHAT),
        base_url="https://api.openai.com/v1",
        variables=("OPENAI_API_KEY",),
        models=r"(?:gpt-(?!oss)|chatgpt-|codex-|o[1-9](?:-|$)|text-embedding-)",
        price_list="openai",
    ),
    ProviderKind.GOOGLE: KindFacts(
        title="Google Gemini",
        protocols=(ModelProtocol.GEMINI,),
        base_url="https://generativelanguage.googleapis.com",
        variables=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        models=r"gemini-",
        price_list="google",
    ),
    ProviderKind.GROQ: KindFacts(
        title="Groq",
        protocols=(ModelProtocol.OPENAI_CHAT,),
        base_url="https://api.groq.com/openai/v1",
        variables=("GROQ_API_KEY",),
        price_list="groq",
    ),
    ProviderKind.OPENROUTER: KindFacts(
        title="OpenRouter",
        protocols=(ModelProtocol.OPENAI_CHAT,),
        base_url="https://openrouter.ai/api/v1",
        variables=("OPENROUTER_API_KEY",),
        tells_usage_unasked=True,
    ),
    ProviderKind.OPENAI_COMPATIBLE: KindFacts(
        title="OpenAI-compatible server", protocols=(ModelProtocol.OPENAI_CHAT,)
    ),
    ProviderKind.PRACTICE: KindFacts(
        title="Practice",
        protocols=(ModelProtocol.ANTHROPIC, ModelProtocol.OPENAI_CHAT),
        by_name_only=True,
    ),
    ProviderKind.CLI: KindFacts(title="CLI", protocols=(ModelProtocol.CLI,), by_name_only=True),
}
"""The one registry of kinds. What one of them wants said in another way than its protocol does
stands with that protocol, as in `wire/translate/openai_chat/models.py`."""

_VENDORS_HOSTS = tuple(
    str(urlsplit(each.base_url).hostname) for each in KINDS.values() if each.base_url
)


def is_a_vendors_own(url: str) -> bool:
    """Whether it leads to a known vendor's own service, whatever it is configured as."""
    host = urlsplit(url).hostname or ""
    return any(host == own or host.endswith(f".{own}") for own in _VENDORS_HOSTS)


PRACTICE_PREFIX = "practice/"
"""Model names of the built-in practice provider begin so, and nobody else's do."""


@value
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
    way: ProviderWay = STRAIGHT
    """How it is reached."""
    at_once: int = 0
    """Requests that it is asked at the same time, all for one model; the others wait for their
    turn. 0: as many as come."""
    enabled: bool = True

    @property
    def spoken(self) -> tuple[ModelProtocol, ...]:
        """The protocols that this provider takes, the one to translate into first."""
        return self.protocols or KINDS[self.kind].protocols

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
        own = urlsplit(KINDS[self.kind].base_url).hostname
        host = urlsplit(self.base_url).hostname or ""
        return own is not None and (host == own or host.endswith(f".{own}"))


@value
class Upstream:
    """One reachable endpoint: a provider spoken to in one protocol with one credential."""

    provider: str
    kind: ProviderKind
    protocol: ModelProtocol
    base_url: str
    local: bool = False
    """It may be on the person's own computer or network."""
    way: ProviderWay = STRAIGHT
    """How it is reached."""
    account: str = ""
    """As `account_id` names it."""
    api_key: str = field(default="", repr=False)
    vault: str = ""
    """`provider/name` of the vault's entry that holds the key, where it is not here yet."""
    at_once: int = 0
    """As of its provider."""
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
            way=provider.way,
            at_once=provider.at_once,
            account=account_id(provider.name, account.name),
            api_key=account.api_key,
            vault=account.vault,
            key_problem=provider.key_problem(account),
        )
