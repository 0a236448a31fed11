"""What a person fills in for a provider, and what of it goes to the settings file.

Whether it can be used is decided where settings are read: nothing is checked twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from llmgw_desktop.domain.account import DEFAULT_ACCOUNT
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.provider import DEFAULT_BASE_URLS, Provider, ProviderKind
from llmgw_desktop.store.config.settings_change import TomlValue

ENVIRONMENT_KEYS = {
    "ANTHROPIC_API_KEY": ProviderKind.ANTHROPIC,
    "OPENAI_API_KEY": ProviderKind.OPENAI,
    "GEMINI_API_KEY": ProviderKind.GOOGLE,
    "GOOGLE_API_KEY": ProviderKind.GOOGLE,
    "GROQ_API_KEY": ProviderKind.GROQ,
    "OPENROUTER_API_KEY": ProviderKind.OPENROUTER,
}
"""How vendors' own documents call the variables that hold their keys."""


class KeySource(StrEnum):
    """Where the key is."""

    ENVIRONMENT = "environment"
    VAULT = "vault"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderForm:
    """The fields of the dialog, as they stand."""

    name: str = ""
    kind: ProviderKind = ProviderKind.ANTHROPIC
    base_url: str = ""
    """Empty: the vendor's own."""
    key_source: KeySource = KeySource.ENVIRONMENT
    api_key_env: str = ""
    vault: str = ""
    """The entry that holds the key already."""
    secret: str = field(default="", repr=False)
    """A new key, for the vault; never shown again and never in the file."""
    models: tuple[str, ...] = ()
    local: bool = False
    accounts: tuple[str, ...] = ()
    """Those with keys of their own beside this one; they have a form each."""


def form_of(provider: Provider) -> ProviderForm:
    account = next((a for a in provider.accounts if a.name == DEFAULT_ACCOUNT), None)
    vault = account.vault if account else ""
    variable = account.api_key_env if account else ""
    named = KeySource.ENVIRONMENT if variable else KeySource.NONE
    own = DEFAULT_BASE_URLS.get(provider.kind, "")
    return ProviderForm(
        name=provider.name,
        kind=provider.kind,
        base_url="" if provider.base_url == own else provider.base_url,
        key_source=KeySource.VAULT if vault else named,
        api_key_env=variable,
        vault=vault,
        models=provider.models,
        local=provider.local,
        accounts=tuple(each.name for each in provider.accounts if each is not account),
    )


def default_form(
    kind: ProviderKind, env: Mapping[str, str], taken: tuple[str, ...], *, has_vault: bool = False
) -> ProviderForm:
    """A start for this kind: a free name, and the variable that is set here, if one is; else the
    vault, which needs no new start."""
    variables = [name for name, of_kind in ENVIRONMENT_KEYS.items() if of_kind is kind]
    found = next((name for name in variables if env.get(name, "").strip()), "")
    is_server = kind is ProviderKind.OPENAI_COMPATIBLE
    source = KeySource.VAULT if has_vault and not found else KeySource.ENVIRONMENT
    return ProviderForm(
        name=free_name("server" if is_server else kind.value, taken),
        kind=kind,
        key_source=KeySource.NONE if is_server else source,
        api_key_env=found or (variables[0] if variables else ""),
    )


def free_name(name: str, taken: tuple[str, ...]) -> str:
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (name, *numbered) if each not in taken)


def values_of(form: ProviderForm, vault: str = "") -> dict[str, TomlValue | None]:
    """What belongs in the table; None for what must not stand there."""
    by_env = form.key_source is KeySource.ENVIRONMENT
    by_vault = form.key_source is KeySource.VAULT
    return {
        "kind": form.kind.value,
        "base_url": form.base_url.strip() or None,
        "api_key_env": form.api_key_env.strip() or None if by_env else None,
        "vault": vault or form.vault or None if by_vault else None,
        "models": list(form.models) or None,
        "local": True if form.local else None,
    }


def field_of(error: ConfigError) -> str:
    """Which field of the dialog it is about; empty for none of them."""
    key = error.key.rpartition(".")[2].partition("[")[0]
    fields = {"kind", "base_url", "api_key_env", "vault", "models", "local"}
    return key if key in fields else "name" if error.key.count(".") == 1 else ""
