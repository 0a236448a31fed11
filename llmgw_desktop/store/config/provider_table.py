"""The `[providers.NAME]` tables: each becomes a Provider or a ConfigError."""

import re
from collections.abc import Mapping
from typing import TypeVar

from llmgw_desktop.domain.account import Account
from llmgw_desktop.domain.cli_settings import CLI_OF_PROVIDER
from llmgw_desktop.domain.provider import (
    CALLER_PROTOCOLS,
    DEFAULT_BASE_URLS,
    PRACTICE_PREFIX,
    ModelProtocol,
    Provider,
    ProviderKind,
)
from llmgw_desktop.store.config.account_table import (
    AccountTables,
    takes_default_twice,
    with_own_key,
)
from llmgw_desktop.store.config.provider_address import CheckedAddress, check_address
from llmgw_desktop.store.config.settings_text import SettingsText
from llmgw_desktop.store.config.toml_lines import KeyPath
from llmgw_desktop.store.config.values import PlainText, Texts, Unfit, Value, Word, YesNo
from llmgw_desktop.store.config.vault_reference import VaultReference

PRACTICE = "practice"
_NAME = re.compile(r"[a-z0-9_-]{1,64}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_T = TypeVar("_T")


def _is_model(text: str) -> bool:
    named = text.strip() == text and 0 < len(text) <= 200 and text.isprintable()
    return named and not text.startswith(PRACTICE_PREFIX)


PROVIDER_KEYS: dict[str, tuple[Value, str]] = {
    "kind": (
        Word(words=[each for each in ProviderKind if each is not ProviderKind.CLI]),
        "What sort of service it is. Required.",
    ),
    "base_url": (
        PlainText(),
        "Its address; the vendor's own if left out. Required for openai-compatible.",
    ),
    "api_key_env": (PlainText(), "The environment variable that holds the key."),
    "vault": (
        VaultReference(),
        "The entry of the vault that holds the key, in place of `api_key_env`.",
    ),
    "models": (
        Texts(each=f'a model name that does not begin with "{PRACTICE_PREFIX}"', is_fit=_is_model),
        "The models it has; asked from the service if left out.",
    ),
    "protocols": (
        Texts(
            each=f"one of {', '.join(CALLER_PROTOCOLS)}",
            is_fit=lambda text: text in set(CALLER_PROTOCOLS),
        ),
        "What it speaks, where that is not what its kind speaks; the first is translated into.",
    ),
    "local": (
        YesNo(),
        "A server on your own computer or network: loopback and private addresses are allowed.",
    ),
    "enabled": (YesNo(), "Whether it is used."),
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
            raise self._text.error((*path, "kind"), f"expected {PROVIDER_KEYS['kind'][0].expected}")
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
        try:
            return PROVIDER_KEYS[key][0].read(table[key])  # type: ignore[return-value]
        except Unfit as unfit:
            raise self._text.error((*path, key), f"expected {unfit}") from None

    def _address(self, path: tuple[str, str], kind: ProviderKind, *, local: bool) -> CheckedAddress:
        url = self._value(path, "base_url", "") or DEFAULT_BASE_URLS.get(kind, "")
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
        try:
            variable = PlainText().read(table.get("api_key_env", ""))
        except Unfit as unfit:
            raise self._text.error(place, f"expected {unfit}") from None
        if not variable:
            return "", ""
        if not _VARIABLE.fullmatch(variable):
            raise self._text.error(
                place, "expected the name of an environment variable, not the key itself"
            )
        key = self._env.get(variable, "").strip()
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
