"""The `[providers.NAME]` tables: each becomes a Provider or a ConfigError."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from llmgw_desktop.domain.account import Account
from llmgw_desktop.domain.provider import (
    DEFAULT_BASE_URLS,
    PRACTICE_PREFIX,
    ModelProtocol,
    Provider,
    ProviderKind,
)
from llmgw_desktop.store.config.provider_address import CheckedAddress, check_address
from llmgw_desktop.store.config.settings_text import SettingsText
from llmgw_desktop.store.config.values import Texts, Unfit, Value, Word, YesNo

PRACTICE = "practice"
_NAME = re.compile(r"[a-z0-9_-]{1,64}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PlainText:
    """Text of one line."""

    expected = "a text"

    def read(self, raw: object) -> str:
        if not isinstance(raw, str) or not raw.isprintable():
            raise Unfit(self.expected)
        return raw.strip()

    def read_text(self, text: str) -> str:
        return self.read(text)


def _is_model(text: str) -> bool:
    named = text.strip() == text and 0 < len(text) <= 200 and text.isprintable()
    return named and not text.startswith(PRACTICE_PREFIX)


PROVIDER_KEYS: dict[str, tuple[Value, str]] = {
    "kind": (Word(words=ProviderKind), "What sort of service it is. Required."),
    "base_url": (
        PlainText(),
        "Its address; the vendor's own if left out. Required for openai-compatible.",
    ),
    "api_key_env": (PlainText(), "The environment variable that holds the key."),
    "models": (
        Texts(each=f'a model name that does not begin with "{PRACTICE_PREFIX}"', is_fit=_is_model),
        "The models it has; asked from the service if left out.",
    ),
    "protocols": (
        Texts(
            each=f"one of {', '.join(ModelProtocol)}",
            is_fit=lambda text: text in set(ModelProtocol),
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
        variable, key = self._key(path)
        if key and not address.is_encrypted and not local:
            self._text.warn((*path, "base_url"), "sends the key unencrypted; https:// would not")
        provider = Provider(
            name=name,
            kind=kind,
            base_url=address.url,
            accounts=(Account(api_key=key, api_key_env=variable),),
            models=self._value(path, "models", ()),
            protocols=tuple(map(ModelProtocol, self._value(path, "protocols", ()))),
            local=local,
            enabled=self._value(path, "enabled", default=True),
        )
        self._warn_of_missing_key(path, provider)
        return provider

    def _practice(self, path: tuple[str, str], table: Mapping[str, object]) -> Provider:
        for key in table:
            if key in PROVIDER_KEYS and key not in ("kind", "enabled"):
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

    def _key(self, path: tuple[str, str]) -> tuple[str, str]:
        """The variable's name and what it holds. Neither is shown in a message: what stands
        there by mistake may be the key itself."""
        variable = self._value(path, "api_key_env", "")
        place = (*path, "api_key_env")
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

    def _warn_of_missing_key(self, path: tuple[str, str], provider: Provider) -> None:
        account = provider.accounts[0]
        if not provider.enabled or not provider.key_problem(account):
            return
        if account.api_key_env:
            problem = "the environment variable is not set, or empty, where the gateway was started"
        else:
            problem = f'kind = "{provider.kind}" needs the name of the variable that holds its key'
        place = (*path, "api_key_env")
        self._text.warn(place, f"{problem}; requests to this provider are refused")

    def _warn_of_unknown(self, path: tuple[str, str], table: Mapping[str, object]) -> None:
        for key in table:
            if key == "vault":
                self._text.warn((*path, key), "is not used by this version")
            elif key in ("api_key", "key", "token"):
                self._text.warn(
                    (*path, key), "keys are not read from this file; name a variable in api_key_env"
                )
            elif key not in PROVIDER_KEYS:
                known = ", ".join(PROVIDER_KEYS)
                self._text.warn((*path, key), f"unknown setting, ignored (known here: {known})")
