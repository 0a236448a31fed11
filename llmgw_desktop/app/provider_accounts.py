"""Several credentials of one provider: what a person fills in for one, and its changes."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from llmgw_desktop.app.key_keeping import KeyKeeping
from llmgw_desktop.app.provider_form import KeySource, free_name
from llmgw_desktop.app.settings_wish import Wish
from llmgw_desktop.domain.account import Account, account_id
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.provider import Provider
from llmgw_desktop.domain.settings import LoadedSettings
from llmgw_desktop.store.config.settings_change import AddTable, RemoveTable, SetKeys, TomlValue
from llmgw_desktop.store.config.settings_editor import Edit


@dataclass(frozen=True, slots=True, kw_only=True)
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
        )

    def add(self, form: AccountForm) -> Wish:
        base = self._loaded().source

        def edit() -> Edit:
            values = self._values(form)
            given = {key: value for key, value in values.items() if value is not None}
            table = ("providers", form.provider, "accounts")
            change = AddTable(table=table, values={"name": form.name, **given}, is_element=True)
            return Edit(base=base, changes=(change,))

        return Wish(edit=edit, said=f"{account_id(form.provider, form.name)} was added.")

    def change_from(self, provider: str, account: str) -> Callable[[AccountForm], Wish]:
        """Only what the form has changed is written."""
        before = _values_of(self.form_of(provider, account), "")
        base = self._loaded().source

        def change(form: AccountForm) -> Wish:
            def edit() -> Edit:
                table = table_of(base, provider, account)
                after = self._values(form)
                changed = {key: value for key, value in after.items() if value != before[key]}
                changes = (SetKeys(table=table, values=changed),) if changed else ()
                return Edit(base=base, changes=changes)

            return Wish(edit=edit, said=f"{account_id(provider, account)} was changed.")

        return change

    def remove(self, provider: str, account: str) -> Wish:
        base = self._loaded().source

        def edit() -> Edit:
            table = table_of(base, provider, account)
            return Edit(base=base, changes=(RemoveTable(table=table),))

        return Wish(edit=edit, said=f"{account_id(provider, account)} was removed.")

    def toggle(self, provider: str, account: str, *, on: bool) -> Wish:
        base = self._loaded().source

        def edit() -> Edit:
            table = table_of(base, provider, account)
            return Edit(base=base, changes=(SetKeys(table=table, values={"enabled": on}),))

        named = account_id(provider, account)
        return Wish(edit=edit, said=f"{named} is {'on' if on else 'off'}.")

    def _values(self, form: AccountForm) -> dict[str, TomlValue | None]:
        """Blocks where a key is stored."""
        kind = self._provider(form.provider).kind.value
        entry = f"{form.provider}.{form.name}"
        key = f"providers.{form.provider}.accounts.vault"
        everyone = self._loaded().settings.providers
        return _values_of(form, self._keeping.kept(form, kind, entry, everyone, key))

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
    }


def _number(typed: str) -> TomlValue | None:
    """What is no number is written as it is typed: the settings say what was expected."""
    text = typed.strip()
    return (int(text) if text.isdecimal() else text) or None


def _source_of(account: Account) -> KeySource:
    if account.vault:
        return KeySource.VAULT
    return KeySource.ENVIRONMENT if account.api_key_env else KeySource.NONE
