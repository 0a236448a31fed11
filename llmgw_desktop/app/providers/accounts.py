"""Forms of providers and of their accounts: what is typed, where a key is kept, what is written."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Protocol

from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.domain.errors import ConfigError, StoreUnavailable
from llmgw_desktop.domain.policy import Budget, Period
from llmgw_desktop.domain.provider import (
    DEFAULT_ACCOUNT,
    KINDS,
    Account,
    Provider,
    ProviderKind,
    account_id,
)
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.settings.editor import Edit
from llmgw_desktop.store.system_keyring import known_secret
from llmgw_desktop.store.toml_changes import AddTable, RemoveTable, SetKeys, TomlValue


class KeySource(StrEnum):
    """Where the key is."""

    ENVIRONMENT = "environment"
    VAULT = "vault"
    NONE = "none"


@value
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
    proxy: str = ""
    """As the settings say it; empty: as the environment does."""
    accounts: tuple[str, ...] = ()
    """Those with keys of their own beside this one; they have a form each."""


def form_of(provider: Provider) -> ProviderForm:
    account = next((a for a in provider.accounts if a.name == DEFAULT_ACCOUNT), None)
    vault = account.vault if account else ""
    variable = account.api_key_env if account else ""
    named = KeySource.ENVIRONMENT if variable else KeySource.NONE
    own = KINDS[provider.kind].base_url
    return ProviderForm(
        name=provider.name,
        kind=provider.kind,
        base_url="" if provider.base_url == own else provider.base_url,
        key_source=KeySource.VAULT if vault else named,
        api_key_env=variable,
        vault=vault,
        models=provider.models,
        local=provider.local,
        proxy=provider.way.said,
        accounts=tuple(each.name for each in provider.accounts if each is not account),
    )


def default_form(
    kind: ProviderKind, env: Mapping[str, str], taken: tuple[str, ...], *, has_vault: bool = False
) -> ProviderForm:
    """A start for this kind: a free name, and the variable that is set here, if one is; else the
    vault, which needs no new start."""
    variables = KINDS[kind].variables
    found = next((name for name in variables if known_secret(env, name)), "")
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
        "proxy": form.proxy.strip() or None,
    }


def field_of(error: ConfigError) -> str:
    """Which field of the dialog it is about; empty for none of them."""
    key = error.key.rpartition(".")[2].partition("[")[0]
    fields = {"kind", "base_url", "api_key_env", "vault", "models", "local", "proxy"}
    return key if key in fields else "name" if error.key.count(".") == 1 else ""


class KeyVault(Protocol):
    """What is asked of `app/vault/credentials.py`."""

    def keep_key(self, provider: str, name: str, secret: str, project: str = "") -> str:
        """The answer is what `vault = ` in the settings says of it."""
        ...

    def missing(self, reference: str) -> str:
        """Why there is no such entry; empty where there is."""
        ...

    def known(self) -> tuple[str, ...]: ...


class KeyedForm(Protocol):
    """What a form says of its key."""

    @property
    def key_source(self) -> KeySource: ...

    @property
    def vault(self) -> str: ...

    @property
    def secret(self) -> str: ...


class KeyKeeping:
    """`vault` is None where there is none."""

    def __init__(self, vault: KeyVault | None) -> None:
        self._vault = vault

    @property
    def has_vault(self) -> bool:
        return self._vault is not None

    def known(self) -> tuple[str, ...]:
        """The entries that there are, as settings name them."""
        return () if self._vault is None else self._vault.known()

    def missing(self, reference: str) -> str:
        return "" if self._vault is None else self._vault.missing(reference)

    def kept(
        self,
        form: KeyedForm,
        *,
        kind: str,
        name: str,
        providers: Iterable[Provider],
        key: str,
        project: str = "",
    ) -> str:
        """The entry of a new key, which is stored; empty where there is none. Blocks. `project`:
        whose key it is; it then stands beside that of everybody, in the same entry.

        Raises ConfigError, about the setting `key`, where the vault was chosen and is given none.
        """
        if form.key_source is not KeySource.VAULT or self._vault is None:
            return ""
        if form.secret and project and "/" in form.vault:
            known, _, own = form.vault.partition("/")
            return self._vault.keep_key(known, own, form.secret, project)
        if form.secret:
            used = {account.vault for each in providers for account in each.accounts}
            free = _free(kind, name, used - {form.vault})
            return self._vault.keep_key(kind, free, form.secret, project)
        if form.vault:
            return ""
        raise ConfigError("paste the key, or choose another place for it", file="", key=key)


def _free(kind: str, name: str, used: set[str]) -> str:
    numbered = (f"{name}-{number}" for number in range(2, len(used) + 3))
    return next(each for each in (name, *numbered) if f"{kind}/{each}" not in used)


@value
class AccountForm:
    """The fields of the dialog, as they stand."""

    provider: str
    name: str = ""
    key_source: KeySource = KeySource.ENVIRONMENT
    api_key_env: str = ""
    vault: str = ""
    """The entry that holds the key already."""
    secret: str = field(default="", repr=False)
    """A new key, for the vault; never shown again and never in the file."""
    weight: str = ""
    """As they are typed; empty where the usual holds."""
    priority: str = ""
    budgets: str = ""
    """«5 usd a day, 2000000 tokens a month»."""
    project: str = ""
    """Whose key `secret` is; empty: everybody's."""


class ProviderAccounts:
    """Those with a table of their own; the default account is its provider's own key."""

    def __init__(self, loaded: Callable[[], LoadedSettings], keeping: KeyKeeping) -> None:
        self._loaded = loaded
        self._keeping = keeping

    def new_form(self, provider: str) -> AccountForm:
        taken = tuple(each.name for each in self._provider(provider).accounts)
        source = KeySource.VAULT if self._keeping.has_vault else KeySource.ENVIRONMENT
        return AccountForm(provider=provider, name=free_name("second", taken), key_source=source)

    def form_of(self, provider: str, account: str) -> AccountForm:
        found = self._account(provider, account)
        usual = Account()
        return AccountForm(
            provider=provider,
            name=found.name,
            key_source=_source_of(found),
            api_key_env=found.api_key_env,
            vault=found.vault,
            weight="" if found.weight == usual.weight else str(found.weight),
            priority="" if found.priority == usual.priority else str(found.priority),
            budgets=", ".join(map(_budget_text, found.budgets)),
        )

    def add(self, form: AccountForm) -> SettingsWish:
        base = self._loaded().source

        def edit() -> Edit:
            values = self._values(form)
            given = {key: value for key, value in values.items() if value is not None}
            table = ("providers", form.provider, "accounts")
            change = AddTable(table=table, values={"name": form.name, **given}, is_element=True)
            return Edit(base=base, changes=(change,))

        return SettingsWish(edit=edit, said=f"{account_id(form.provider, form.name)} was added.")

    def change_from(self, provider: str, account: str) -> Callable[[AccountForm], SettingsWish]:
        """Only what the form has changed is written."""
        before = _values_of(self.form_of(provider, account), "")
        base = self._loaded().source

        def change(form: AccountForm) -> SettingsWish:
            def edit() -> Edit:
                table = table_of(base, provider, account)
                after = self._values(form)
                changed = {key: value for key, value in after.items() if value != before[key]}
                changes = (SetKeys(table=table, values=changed),) if changed else ()
                return Edit(base=base, changes=changes)

            return SettingsWish(edit=edit, said=f"{account_id(provider, account)} was changed.")

        return change

    def remove(self, provider: str, account: str) -> SettingsWish:
        base = self._loaded().source

        def edit() -> Edit:
            table = table_of(base, provider, account)
            return Edit(base=base, changes=(RemoveTable(table=table),))

        return SettingsWish(edit=edit, said=f"{account_id(provider, account)} was removed.")

    def toggle(self, provider: str, account: str, *, on: bool) -> SettingsWish:
        base = self._loaded().source

        def edit() -> Edit:
            table = table_of(base, provider, account)
            return Edit(base=base, changes=(SetKeys(table=table, values={"enabled": on}),))

        named = account_id(provider, account)
        return SettingsWish(edit=edit, said=f"{named} is {'on' if on else 'off'}.")

    def _values(self, form: AccountForm) -> dict[str, TomlValue | None]:
        """Blocks where a key is stored."""
        kind = self._provider(form.provider).kind.value
        entry = f"{form.provider}.{form.name}"
        key = f"providers.{form.provider}.accounts.vault"
        everyone = self._loaded().settings.providers
        project = form.project.strip()
        vault = self._keeping.kept(
            form, kind=kind, name=entry, providers=everyone, key=key, project=project
        )
        return _values_of(form, vault)

    def _provider(self, name: str) -> Provider:
        return next(each for each in self._loaded().settings.providers if each.name == name)

    def _account(self, provider: str, name: str) -> Account:
        return next(each for each in self._provider(provider).accounts if each.name == name)


def table_of(source: bytes, provider: str, account: str) -> tuple[str | int, ...]:
    """Where the account stands in the file. Raises StoreUnavailable for one without a table."""
    data = tomllib.loads(source.decode("utf-8-sig"))
    table: Mapping[str, list[dict[str, object]]] = data.get("providers", {}).get(provider, {})
    names = [str(each.get("name", "")) for each in table.get("accounts", ())]
    if account not in names:
        raise StoreUnavailable(f"{account_id(provider, account)} has no table of its own.")
    return ("providers", provider, "accounts", names.index(account))


def _values_of(form: AccountForm, vault: str) -> dict[str, TomlValue | None]:
    by_env = form.key_source is KeySource.ENVIRONMENT
    by_vault = form.key_source is KeySource.VAULT
    return {
        "api_key_env": form.api_key_env.strip() or None if by_env else None,
        "vault": vault or form.vault or None if by_vault else None,
        "weight": _number(form.weight),
        "priority": _number(form.priority),
        "budgets": _budgets(form.budgets),
    }


_BUDGET = re.compile(
    r"(?P<amount>\d+(?:\.\d+)?)\s*(?P<measure>usd|tokens|requests)\s*"
    r"(?:(?:/|per|an?)\s*(?P<per>[a-z]+)|once)"
)


def _budget_text(budget: Budget) -> str:
    an = "an" if budget.period is Period.HOUR else "a"
    per = "once" if budget.period is Period.NEVER else f"{an} {budget.period}"
    return f"{budget.amount:.12g} {budget.measure} {per}"


def _budgets(typed: str) -> TomlValue | None:
    """What cannot be understood is written as it is typed: the settings say what was expected."""
    texts = [each.strip().lower() for each in typed.split(",") if each.strip()]
    found = [_BUDGET.fullmatch(each) for each in texts]
    if not all(found):
        return typed.strip()
    return [
        {each["measure"]: _amount(each["amount"]), "per": each["per"] or Period.NEVER.value}
        for each in found
        if each
    ] or None


def _amount(typed: str) -> float | int:
    return float(typed) if "." in typed else int(typed)


def _number(typed: str) -> TomlValue | None:
    """What is no number is written as it is typed: the settings say what was expected."""
    text = typed.strip()
    return (int(text) if text.isdecimal() else text) or None


def _source_of(account: Account) -> KeySource:
    if account.vault:
        return KeySource.VAULT
    return KeySource.ENVIRONMENT if account.api_key_env else KeySource.NONE
