"""The `[[providers.NAME.accounts]]` tables: several credentials of one provider."""

import re
from collections.abc import Callable, Mapping

from llmgw_desktop.domain.account import DEFAULT_ACCOUNT, Account
from llmgw_desktop.store.config.settings_text import SettingsText
from llmgw_desktop.store.config.toml_lines import KeyPath
from llmgw_desktop.store.config.values import PlainText, Unfit, Value, WholeNumber, YesNo
from llmgw_desktop.store.config.vault_reference import VaultReference

MOST_ACCOUNTS = 200
ACCOUNT_NAME = re.compile(r"[a-z0-9_-]{1,64}")

ACCOUNT_KEYS: dict[str, tuple[Value, str]] = {
    "name": (PlainText(), "Unique within the provider. Required."),
    "api_key_env": (PlainText(), "The environment variable that holds this account's key."),
    "vault": (VaultReference(), "The entry of the vault that holds its key."),
    "weight": (
        WholeNumber(least=1, most=1000),
        "Among accounts of one priority: its share of new conversations, against the others'.",
    ),
    "priority": (WholeNumber(least=0, most=1000), "Smaller ones are tried first."),
    "enabled": (YesNo(), "Whether it is used."),
}
"""Key, kind of value, meaning."""

KeyReader = Callable[[KeyPath, Mapping[str, object]], tuple[str, str]]
"""Reads `api_key_env` of the table at a path: the variable's name and what it holds."""


class AccountTables:
    """Reads those of one provider, in the order of the file."""

    def __init__(self, text: SettingsText, read_key: KeyReader) -> None:
        self._text = text
        self._read_key = read_key

    def read(self, path: KeyPath, tables: object) -> tuple[Account, ...]:
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            raise self._text.error(path, "expected tables, each [[providers.NAME.accounts]]")
        if not 0 < len(tables) <= MOST_ACCOUNTS:
            raise self._text.error(path, f"expected 1 to {MOST_ACCOUNTS} accounts")
        accounts: list[Account] = []
        for number, table in enumerate(tables):
            account = self._account((*path, number), table)
            if any(account.name == other.name for other in accounts):
                place = (*path, number, "name")
                raise self._text.error(place, "is the name of an earlier account of this provider")
            accounts.append(account)
        return tuple(accounts)

    def _account(self, path: KeyPath, table: Mapping[str, object]) -> Account:
        for key in table:
            if key in ("api_key", "key", "token"):
                advice = "keys are not read from this file; name a variable in api_key_env"
                self._text.warn((*path, key), advice)
            elif key not in ACCOUNT_KEYS:
                known = ", ".join(ACCOUNT_KEYS)
                self._text.warn((*path, key), f"unknown setting, ignored (known here: {known})")
        values = {key: self._value(path, key, table[key]) for key in ACCOUNT_KEYS if key in table}
        name = str(values.pop("name", ""))
        if not ACCOUNT_NAME.fullmatch(name):
            problem = "expected a name of 1 to 64 small letters, digits, - and _"
            raise self._text.error((*path, "name"), problem)
        variable, key = self._read_key(path, table)
        if variable and "vault" in values:
            raise self._text.error(
                (*path, "vault"), "expected either vault or api_key_env, not both"
            )
        values.pop("api_key_env", None)
        return Account(name=name, api_key=key, api_key_env=variable, **values)  # type: ignore[arg-type]

    def _value(self, path: KeyPath, key: str, raw: object) -> object:
        try:
            return ACCOUNT_KEYS[key][0].read(raw)
        except Unfit as unfit:
            raise self._text.error((*path, key), f"expected {unfit}") from None


def with_own_key(own: Account, listed: tuple[Account, ...]) -> tuple[Account, ...]:
    """All accounts of a provider: the key that stands in its own table counts as one."""
    has_own = bool(own.api_key_env or own.vault)
    return (own, *listed) if has_own or not listed else listed


def takes_default_twice(own: Account, listed: tuple[Account, ...]) -> bool:
    return len(with_own_key(own, listed)) > len(listed) and any(
        account.name == DEFAULT_ACCOUNT for account in listed
    )
