"""How far runs are contained: the keys that a CLI's table and a workspace's have alike."""

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import (
    CliSettings,
    Contain,
    ContainSettings,
    LimitWish,
    Network,
)
from llmgw_desktop.domain.setting import (
    Kind,
    PlainText,
    Setting,
    TableKind,
    Texts,
    Unfit,
    WholeNumber,
    Word,
    YesNo,
)
from llmgw_desktop.domain.settings.address_kinds import VaultAccount
from llmgw_desktop.store.settings.text import SettingsText


def _is_place(text: str) -> bool:
    is_plain = "\0" not in text and ".." not in PurePath(text).parts
    return is_plain and (text == "~" or text.startswith(("/", "~/"))) and text != "/"


_PLACES = Texts(each='a path that begins with / or ~/, without ".."', is_fit=_is_place)

CONTAIN_KEYS: dict[str, Setting] = {
    "contain": Setting(
        Word(words=Contain),
        "Whether its runs are shut in: where this computer can, always (or nothing is started),"
        " or never; `auto` if left out. [jobs.md](jobs.md) says what a run then sees.",
    ),
    "network": Setting(
        Word(words=Network),
        "What its runs reach; `on` if left out. Anything else is for contained runs alone.",
    ),
    "readable": Setting(_PLACES, "Further folders and files that its contained runs may read."),
    "writable": Setting(_PLACES, "Further ones that they may change."),
}
"""Key, kind of value, meaning."""


def contain_settings(values: dict[str, Any]) -> ContainSettings:
    """Takes them out of the table's values."""
    return ContainSettings(**{key: values.pop(key) for key in CONTAIN_KEYS if key in values})


_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_OURS = ("LLMGW_", "LLM_GATEWAY_")
_LONGEST_VALUE = 8192
_MOST_VARIABLES = 64


def _is_model(text: str) -> bool:
    fits = text.strip() == text and 0 < len(text) <= 200 and text.isprintable()
    return fits and not text.startswith("-")


class Variables(TableKind):
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


class ProgramName(Kind):
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


class ModelName(Kind):
    """Of a model, or nothing."""

    expected = "the name of a model"

    def read(self, raw: object) -> str:
        name = PlainText().read(raw)
        if name and not _is_model(name):
            raise Unfit(self.expected)
        return name


CLI_KEYS: dict[str, Setting] = {
    "command": Setting(
        ProgramName(), "Its program; the CLI's usual name if left out.", label="Program"
    ),
    "env": Setting(Variables(), "Set for its runs, such as its vendor's base URL."),
    "default_model": Setting(
        ModelName(),
        "Asked for where a request names none; the CLI chooses if left out.",
    ),
    "models": Setting(
        Texts(each="a model's name", is_fit=_is_model),
        "Shown in lists of models; others may be asked for as well.",
    ),
    "max_running": Setting(
        WholeNumber(least=1, most=1000),
        "Its runs at once, in place of `limits.max_running_per_provider`.",
        label="Runs at once",
    ),
    "limit_wait": Setting(
        Word(words=LimitWish),
        "What becomes of its jobs at a limit of its vendor's where they do not say so themselves:"
        " they fail (`off`, if left out), wait and go on when it is over (`on`), or wait for a"
        " person's word (`ask`). [jobs.md](jobs.md) says more.",
        label="At its vendor's limit",
        since="0.2.0",
    ),
    "snapshot": Setting(
        YesNo(),
        "Whether its runs get a snapshot of their folder first: [undo.md](undo.md).",
        since="0.2.0",
    ),
    "vault": Setting(
        VaultAccount(),
        "The vault's files with which its runs are signed in, in a HOME of their own:"
        " [vault.md](vault.md).",
    ),
    **CONTAIN_KEYS,
    "enabled": Setting(YesNo(), "Whether it is used."),
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
        values = self._text.values(path, self._text.table(path), CLI_KEYS)
        return CliSettings(name=name, containment=contain_settings(values), **values)
