"""The `[clis.NAME]` tables: what a person says of each vendor's CLI. Those without one have their
defaults."""

import re
from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.cli_settings import CliSettings
from llmgw_desktop.store.config.contain_keys import CONTAIN_KEYS, contain_settings
from llmgw_desktop.store.config.settings_text import SettingsText
from llmgw_desktop.store.config.toml_lines import KeyPath
from llmgw_desktop.store.config.values import (
    PlainText,
    Texts,
    Unfit,
    Value,
    WholeNumber,
    YesNo,
)
from llmgw_desktop.store.config.vault_reference import VaultAccount

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_OURS = ("LLMGW_", "LLM_GATEWAY_")
_LONGEST_VALUE = 8192
_MOST_VARIABLES = 64


def _is_model(text: str) -> bool:
    fits = text.strip() == text and 0 < len(text) <= 200 and text.isprintable()
    return fits and not text.startswith("-")


class Variables:
    """Environment variables with their values. No message repeats a value: it may be a key."""

    expected = "a table of environment variables and their texts"

    def read(self, raw: object) -> Mapping[str, str]:
        if not isinstance(raw, dict) or len(raw) > _MOST_VARIABLES:
            raise Unfit(self.expected)
        for name, value in raw.items():
            if not _VARIABLE.fullmatch(name):
                raise Unfit(f'{self.expected}; "{name[:80]}" is no name of a variable')
            if name.startswith(_OURS):
                raise Unfit(f"{self.expected}; {name} is the gateway's own")
            if not isinstance(value, str) or "\0" in value or len(value) > _LONGEST_VALUE:
                raise Unfit(f"{self.expected}; what {name} holds is no text that fits")
        return raw

    def read_text(self, text: str) -> Mapping[str, str]:
        """A variable's text holds no table."""
        raise Unfit(self.expected)


class Command:
    """A program's name or its absolute path."""

    expected = "the name of a program on PATH, or its absolute path"

    def read(self, raw: object) -> str:
        name = PlainText().read(raw)
        is_path = name.startswith(("/", "~/"))
        if name and (
            ("/" in name and not is_path) or name.startswith("-") or not name.isprintable()
        ):
            raise Unfit(self.expected)
        return name

    def read_text(self, text: str) -> str:
        return self.read(text)


class ModelName:
    """Of a model, or nothing."""

    expected = "the name of a model"

    def read(self, raw: object) -> str:
        name = PlainText().read(raw)
        if name and not _is_model(name):
            raise Unfit(self.expected)
        return name

    def read_text(self, text: str) -> str:
        return self.read(text)


CLI_KEYS: dict[str, tuple[Value, str]] = {
    "command": (Command(), "Its program; the CLI's usual name if left out."),
    "env": (Variables(), "Set for its runs, such as its vendor's base URL."),
    "default_model": (
        ModelName(),
        "Asked for where a request names none; the CLI chooses if left out.",
    ),
    "models": (
        Texts(each="a model's name", is_fit=_is_model),
        "Shown in lists of models; others may be asked for as well.",
    ),
    "max_running": (
        WholeNumber(least=1, most=1000),
        "Its runs at once, in place of `limits.max_running_per_provider`.",
    ),
    "vault": (
        VaultAccount(),
        "The vault's files with which its runs are signed in, in a HOME of their own:"
        " [vault.md](vault.md).",
    ),
    **CONTAIN_KEYS,
    "enabled": (YesNo(), "Whether it is used."),
}
"""Key, kind of value, meaning."""


class CliTables:
    """Reads all of them, in the order in which CLIs are known."""

    def __init__(self, text: SettingsText) -> None:
        self._text = text

    def read(self) -> tuple[CliSettings, ...]:
        for name in self._text.table(("clis",)):
            if name not in set(CliName):
                known = ", ".join(CliName)
                self._text.warn(("clis", name), f"unknown CLI, ignored (known: {known})")
        return tuple(self._cli(name) for name in CliName)

    def _cli(self, name: CliName) -> CliSettings:
        path = ("clis", name.value)
        if name not in self._text.table(("clis",)):
            return CliSettings(name=name)
        table = self._text.table(path)
        for key in table:
            if key not in CLI_KEYS:
                known = ", ".join(CLI_KEYS)
                self._text.warn((*path, key), f"unknown setting, ignored (known here: {known})")
        values: dict[str, Any] = {
            key: self._value((*path, key), table[key]) for key in CLI_KEYS if key in table
        }
        return CliSettings(name=name, containment=contain_settings(values), **values)

    def _value(self, path: KeyPath, raw: object) -> object:
        try:
            return CLI_KEYS[str(path[-1])][0].read(raw)
        except Unfit as unfit:
            raise self._text.error(path, f"expected {unfit}") from None
