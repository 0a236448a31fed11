"""Credentials that can be used, and how each of them stands."""

from dataclasses import dataclass, field
from enum import StrEnum

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


@dataclass(frozen=True, slots=True, kw_only=True)
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
    enabled: bool = True


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
