"""`llmgw settings list|get|set|reset|schema`."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from llmgw_desktop.app.settings.told import SettingsBook, ToldSetting
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.editor import SettingsEditor
from llmgw_desktop.store.settings.journal import SettingsJournal
from llmgw_desktop.store.settings.reader import load_settings, settings_of
from llmgw_desktop.store.settings.schema import settings_schema
from llmgw_desktop.store.toml_changes import TomlValue


class _SettingsCommand:
    """Says what is set; changes the file as the windows do, and the audit log tells of it."""

    def __init__(self, places: Places, env: Mapping[str, str]) -> None:
        self._places = places
        self._env = env
        self._book = SettingsBook(self._load, env, places.config_file)

    def list(self, arguments: argparse.Namespace) -> int:
        below = arguments.name or ""
        told = [each for each in self._book.all() if _is_told(each, below)]
        if below and not told:
            told = [self._book.find(below)]
        if arguments.json:
            print(json.dumps([each.as_json() for each in told], indent=2, ensure_ascii=False))
            return 0
        width = max(len(each.name) for each in told)
        for each in told:
            by = "" if each.said_by == "default" else f"  ({each.said_by})"
            print(f"{each.name:<{width}}  {_shown(each):<20}{by}".rstrip())
        return 0

    def get(self, arguments: argparse.Namespace) -> int:
        told = self._book.find(arguments.name)
        if arguments.json:
            print(json.dumps(told.as_json(), indent=2, ensure_ascii=False))
        else:
            print(_shown(told))
        return 0

    def set(self, arguments: argparse.Namespace) -> int:
        told = self._book.find(arguments.name, is_to_be_set=True)
        return self._write(told, self._book.typed(told, arguments.value))

    def reset(self, arguments: argparse.Namespace) -> int:
        told = self._book.find(arguments.name)
        if not told.is_in_file:
            print(f"{told.name} does not stand in the file.")
            return 0
        return self._write(told, None)

    def schema(self, _: argparse.Namespace) -> int:
        print(json.dumps(settings_schema(), indent=2, ensure_ascii=False))
        return 0

    def _load(self) -> LoadedSettings:
        return load_settings(self._places.config_file, self._env)

    def _write(self, told: ToldSetting, value: TomlValue | None) -> int:
        journal = SettingsJournal(self._places.gateway_db, self._places.config_file)
        editor = SettingsEditor(
            self._places.config_file,
            lambda file, raw: settings_of(file, raw, self._env),
            journal.writing,
        )
        with closing(journal):
            editor.apply(self._book.edit(told, value))
        now = self._book.find(told.name, is_to_be_set=True)
        print(f"{now.name} = {_shown(now)}")
        if now.is_of_environment:
            print(f"llmgw: {now.said_by} is set, and wins over the file.", file=sys.stderr)
        return 0


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Raises ConfigError, StoreError."""
    command = _SettingsCommand(places, env)
    verbs: Mapping[str, Callable[[argparse.Namespace], int]] = {
        "list": command.list,
        "get": command.get,
        "set": command.set,
        "reset": command.reset,
        "schema": command.schema,
    }
    return verbs[arguments.verb](arguments)


def _is_told(each: ToldSetting, below: str) -> bool:
    """Of tables with names only what is set, unless one of them is asked for."""
    if below:
        return each.name == below or each.name.startswith((f"{below}.", f"{below}["))
    return bool(each.table.single) or each.said_by != "default"


def _shown(told: ToldSetting) -> str:
    value: Any = told.as_json()["value"]
    return "not set" if value is None else json.dumps(value, ensure_ascii=False)
