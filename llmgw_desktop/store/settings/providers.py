"""The `[providers.NAME]` tables and their accounts: each becomes a Provider or a ConfigError."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.jobs.cli_settings import CLI_OF_PROVIDER
from llmgw_desktop.domain.provider import (
    CALLER_PROTOCOLS,
    DEFAULT_ACCOUNT,
    KINDS,
    PRACTICE_PREFIX,
    Account,
    ModelProtocol,
    Provider,
    ProviderKind,
)
from llmgw_desktop.domain.setting import (
    PlainText,
    Setting,
    Texts,
    Unfit,
    WholeNumber,
    Word,
    YesNo,
)
from llmgw_desktop.domain.settings.address_kinds import VaultReference
from llmgw_desktop.store.settings.clients import CLIENT_KEYS, ClientTables
from llmgw_desktop.store.settings.places import (
    PRACTICE,
    WAY_KEYS,
    CheckedAddress,
    check_address,
    read_way,
)
from llmgw_desktop.store.settings.text import KeyPath, SettingsText
from llmgw_desktop.store.system_keyring import given_secret

MOST_ACCOUNTS = 200
ACCOUNT_NAME = re.compile(r"[a-z0-9_-]{1,64}")

ACCOUNT_KEYS: dict[str, Setting] = {
    "name": Setting(PlainText(), "Unique within the provider. Required."),
    "api_key_env": Setting(PlainText(), "The environment variable that holds this account's key."),
    "vault": Setting(VaultReference(), "The entry of the vault that holds its key."),
    "weight": Setting(
        WholeNumber(least=1, most=1000),
        "Among accounts of one priority: its share of new conversations, against the others'.",
    ),
    "priority": Setting(WholeNumber(least=0, most=1000), "Smaller ones are tried first."),
    "budgets": Setting(
        CLIENT_KEYS["budgets"].kind,
        "What may be used up of it, whoever asks; then it rests until the budget begins anew, and "
        "others are asked. `per` is hour, day, week, month, year or never.",
        since="0.2.0",
    ),
    "enabled": Setting(YesNo(), "Whether it is used."),
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
        values = {
            key: self._text.value((*path, key), ACCOUNT_KEYS[key].kind, table[key])
            for key in ACCOUNT_KEYS
            if key in table
        }
        if "budgets" in values:
            place = (*path, "budgets")
            values["budgets"] = ClientTables(self._text, ()).budgets(place, table["budgets"])
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
        return Account(name=name, api_key=key, api_key_env=variable, **values)


def with_own_key(own: Account, listed: tuple[Account, ...]) -> tuple[Account, ...]:
    """All accounts of a provider: the key that stands in its own table counts as one."""
    has_own = bool(own.api_key_env or own.vault)
    return (own, *listed) if has_own or not listed else listed


def takes_default_twice(own: Account, listed: tuple[Account, ...]) -> bool:
    return len(with_own_key(own, listed)) > len(listed) and any(
        account.name == DEFAULT_ACCOUNT for account in listed
    )


_NAME = re.compile(r"[a-z0-9_-]{1,64}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_T = TypeVar("_T")


def _is_model(text: str) -> bool:
    named = text.strip() == text and 0 < len(text) <= 200 and text.isprintable()
    return named and not text.startswith(PRACTICE_PREFIX)


PROVIDER_KEYS: dict[str, Setting] = {
    "kind": Setting(
        Word(words=[each for each in ProviderKind if each is not ProviderKind.CLI]),
        "What sort of service it is. Required.",
        label="What it is",
    ),
    "base_url": Setting(
        PlainText(),
        "Its address; the vendor's own if left out. Required for openai-compatible.",
        label="Address",
    ),
    "api_key_env": Setting(PlainText(), "The environment variable that holds the key."),
    "vault": Setting(
        VaultReference(),
        "The entry of the vault that holds the key, in place of `api_key_env`.",
    ),
    "models": Setting(
        Texts(each=f'a model name that does not begin with "{PRACTICE_PREFIX}"', is_fit=_is_model),
        "The models it has; asked from the service if left out.",
    ),
    "protocols": Setting(
        Texts(
            each=f"one of {', '.join(CALLER_PROTOCOLS)}",
            is_fit=lambda text: text in set(CALLER_PROTOCOLS),
        ),
        "What it speaks, where that is not what its kind speaks; the first is translated into.",
    ),
    "local": Setting(
        YesNo(),
        "A server on your own computer or network: loopback and private addresses are allowed.",
    ),
    "at_once": Setting(
        WholeNumber(least=0, most=1000),
        "How many requests it is asked at the same time, all for one model: the others wait, "
        "people's before those of the background. 0: as many as come.",
        label="At the same time",
        since="0.2.0",
    ),
    **WAY_KEYS,
    "enabled": Setting(YesNo(), "Whether it is used."),
}
"""Key, kind of value, meaning."""


class ProviderTables:
    """Reads all of them, in the order of the file."""

    def __init__(self, text: SettingsText, env: Mapping[str, str], own_port: int) -> None:
        self._text = text
        self._env = env
        self._own_port = own_port

    def read(self) -> tuple[Provider, ...]:
        tables = self._text.table(("providers",))
        return tuple(self._provider(name) for name in tables)

    def _provider(self, name: str) -> Provider:
        path = ("providers", name)
        if not _NAME.fullmatch(name):
            raise self._text.error(
                path, "expected a name of 1 to 64 small letters, digits, - and _"
            )
        table = self._text.table(path)
        self._warn_of_unknown(path, table)
        if "kind" not in table:
            raise self._text.error(
                (*path, "kind"), f"expected {PROVIDER_KEYS['kind'].kind.expected}"
            )
        kind = self._value(path, "kind", ProviderKind.PRACTICE)
        if name in CLI_OF_PROVIDER:
            raise self._text.error(
                (*path, "kind"),
                "vendors' CLIs are built in, each under its own name; set them in [clis.NAME]",
            )
        if (kind is ProviderKind.PRACTICE) != (name == PRACTICE):
            raise self._text.error(
                (*path, "kind"),
                'the practice provider is built in, once, under the name "practice"; '
                "neither its kind nor its name can be used for another",
            )
        if kind is ProviderKind.PRACTICE:
            return self._practice(path, table)
        local = self._value(path, "local", default=False)
        address = self._address(path, kind, local=local)
        accounts = self._accounts(path, table)
        has_key = any(each.api_key or each.vault for each in accounts)
        if has_key and not address.is_encrypted and not local:
            self._text.warn((*path, "base_url"), "sends the key unencrypted; https:// would not")
        provider = Provider(
            name=name,
            kind=kind,
            base_url=address.url,
            accounts=accounts,
            models=self._value(path, "models", ()),
            protocols=tuple(map(ModelProtocol, self._value(path, "protocols", ()))),
            local=local,
            at_once=self._value(path, "at_once", 0),
            way=read_way(self._text, path, address, self._env, table=table, local=local),
            enabled=self._value(path, "enabled", default=True),
        )
        self._warn_of_missing_keys(path, provider)
        return provider

    def _practice(self, path: tuple[str, str], table: Mapping[str, object]) -> Provider:
        for key in table:
            if key in {*PROVIDER_KEYS, "accounts"} - {"kind", "enabled"}:
                self._text.warn((*path, key), "the practice provider does not use this")
        return Provider(
            name=PRACTICE,
            kind=ProviderKind.PRACTICE,
            enabled=self._value(path, "enabled", default=True),
        )

    def _value(self, path: tuple[str, str], key: str, default: _T) -> _T:
        """The checked value; the table's kinds of values give what the fields are declared as."""
        table = self._text.table(path)
        if key not in table:
            return default
        value: _T = self._text.value((*path, key), PROVIDER_KEYS[key].kind, table[key])
        return value

    def _address(self, path: tuple[str, str], kind: ProviderKind, *, local: bool) -> CheckedAddress:
        url = self._value(path, "base_url", "") or KINDS[kind].base_url
        if not url:
            raise self._text.error(
                (*path, "base_url"),
                f'expected the address of the server, which kind = "{kind}" needs',
            )
        try:
            address = check_address(url, local=local)
        except Unfit as unfit:
            raise self._text.error((*path, "base_url"), str(unfit)) from None
        if address.is_this_computer and address.port == self._own_port:
            raise self._text.error(
                (*path, "base_url"), "this is the gateway's own address; it would ask itself"
            )
        return address

    def _accounts(self, path: tuple[str, str], table: Mapping[str, object]) -> tuple[Account, ...]:
        variable, key = self._key(path, table)
        entry = self._value(path, "vault", "")
        if entry and variable:
            raise self._text.error(
                (*path, "vault"), "expected either vault or api_key_env, not both"
            )
        own = Account(api_key=key, api_key_env=variable, vault=entry)
        if "accounts" not in table:
            return (own,)
        place = (*path, "accounts")
        listed = AccountTables(self._text, self._key).read(place, table["accounts"])
        if takes_default_twice(own, listed):
            raise self._text.error(
                place, 'the key beside the accounts is the account "default"; name this one else'
            )
        return with_own_key(own, listed)

    def _key(self, path: KeyPath, table: Mapping[str, object]) -> tuple[str, str]:
        """The variable's name and what it holds. Neither is shown in a message: what stands
        there by mistake may be the key itself."""
        place = (*path, "api_key_env")
        variable: str = self._text.value(place, PlainText(), table.get("api_key_env", ""))
        if not variable:
            return "", ""
        if not _VARIABLE.fullmatch(variable):
            raise self._text.error(
                place, "expected the name of an environment variable, not the key itself"
            )
        try:
            key = given_secret(self._env, variable)
        except ConfigError as error:  # the others are used: a file may come later than a start
            self._text.warn(place, f"{error.key}: {error.message}")
            key = ""
        if not key.isascii() or not key.isprintable():
            raise self._text.error(
                place, "the environment variable holds characters that no key has"
            )
        return variable, key

    def _warn_of_missing_keys(self, path: tuple[str, str], provider: Provider) -> None:
        tables = self._text.table(path).get("accounts")
        own = len(provider.accounts) - (len(tables) if isinstance(tables, list) else 0)
        for number, account in enumerate(provider.accounts):
            if not provider.enabled or not account.enabled or not provider.key_problem(account):
                continue
            if account.api_key_env:
                problem = "the environment variable is not set, or empty, where the gateway was "
                problem += "started"
            else:
                needed = f'kind = "{provider.kind}" needs'
                problem = f"{needed} vault, or the name of its key's variable"
            is_own = number < own
            place: KeyPath = path if is_own else (*path, "accounts", number - own)
            whom = "provider" if is_own else "account"
            self._text.warn(
                (*place, "api_key_env"), f"{problem}; requests to this {whom} are refused"
            )

    def _warn_of_unknown(self, path: tuple[str, str], table: Mapping[str, object]) -> None:
        for key in table:
            if key in ("api_key", "key", "token"):
                self._text.warn(
                    (*path, key),
                    "keys are not read from this file; name a variable in api_key_env, or an "
                    "entry of the vault in vault",
                )
            elif key not in PROVIDER_KEYS and key != "accounts":
                known = ", ".join((*PROVIDER_KEYS, "accounts"))
                self._text.warn((*path, key), f"unknown setting, ignored (known here: {known})")
