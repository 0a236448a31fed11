"""`llmgw settings list|get|set|reset|schema`."""

import argparse
import json
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.setting import Kind, Setting, Unfit
from llmgw_desktop.domain.settings.whole import LoadedSettings, SingleTable, single_tables
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.editor import Edit, SettingsEditor
from llmgw_desktop.store.settings.journal import SettingsJournal
from llmgw_desktop.store.settings.reader import load_settings, settings_of
from llmgw_desktop.store.settings.schema import plain_value, settings_schema
from llmgw_desktop.store.settings.text import variable_of
from llmgw_desktop.store.toml.changes import SetKeys, TomlValue


@dataclass(frozen=True, slots=True)
class _Told:
    """A setting as it stands now."""

    table: SingleTable
    key: str
    setting: Setting
    value: Any
    said_by: str
    """`default`, `file`, or the environment variable."""

    @property
    def name(self) -> str:
        return ".".join((*self.table.path, self.key))

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": self.value,
            "saidBy": self.said_by,
            "default": plain_value(getattr(self.table.defaults, self.key)),
            "expected": self.setting.kind.expected,
            "meaning": self.setting.words,
            "environment": list(self.setting.env),
            "since": self.setting.since,
        }


class _SettingsCommand:
    """Says what is set; changes the file as the windows do, and the audit log tells of it."""

    def __init__(self, places: Places, env: Mapping[str, str]) -> None:
        self._places = places
        self._env = env

    def list(self, arguments: argparse.Namespace) -> int:
        told = list(self._told(self._load()))
        if arguments.json:
            print(json.dumps([each.as_json() for each in told], indent=2, ensure_ascii=False))
            return 0
        width = max(len(each.name) for each in told)
        for each in told:
            value = _shown(each.value)
            by = "" if each.said_by == "default" else f"  ({each.said_by})"
            print(f"{each.name:<{width}}  {value:<20}{by}".rstrip())
        return 0

    def get(self, arguments: argparse.Namespace) -> int:
        told = self._find(arguments.name)
        if arguments.json:
            print(json.dumps(told.as_json(), indent=2, ensure_ascii=False))
        else:
            print(_shown(told.value))
        return 0

    def set(self, arguments: argparse.Namespace) -> int:
        told = self._find(arguments.name)
        try:
            value = _value_of(told.setting.kind, arguments.value)
        except Unfit as unfit:
            file = str(self._places.config_file)
            raise ConfigError(f"expected {unfit}", file=file, key=told.name) from None
        return self._write(told, value)

    def reset(self, arguments: argparse.Namespace) -> int:
        told = self._find(arguments.name)
        if not _stands_in(self._load().source, told):
            print(f"{told.name} does not stand in the file.")
            return 0
        return self._write(told, None)

    def schema(self, _: argparse.Namespace) -> int:
        print(json.dumps(settings_schema(), indent=2, ensure_ascii=False))
        return 0

    def _load(self) -> LoadedSettings:
        return load_settings(self._places.config_file, self._env)

    def _told(self, loaded: LoadedSettings) -> Iterator[_Told]:
        data = tomllib.loads(loaded.source.decode("utf-8-sig"))
        for table in single_tables():
            held, in_file = getattr(loaded.settings, table.field), _at(data, table.path)
            for key, each in table.settings.items():
                said_by = variable_of(each, self._env) or ("file" if key in in_file else "default")
                yield _Told(
                    table, key, setting=each, value=plain_value(getattr(held, key)), said_by=said_by
                )

    def _find(self, name: str) -> _Told:
        known = {each.name: each for each in self._told(self._load())}
        if found := known.get(name):
            return found
        near = get_close_matches(name[:80], known, n=1)
        hint = f"'{near[0]}' is probably meant" if near else "`llmgw settings list` names all"
        words = f"there is no such setting that stands alone; {hint}"
        raise ConfigError(words, file=str(self._places.config_file), key=name[:80])

    def _write(self, told: _Told, value: TomlValue | None) -> int:
        journal = SettingsJournal(self._places.gateway_db, self._places.config_file)
        editor = SettingsEditor(
            self._places.config_file,
            lambda file, raw: settings_of(file, raw, self._env),
            journal.writing,
        )
        change = SetKeys(table=told.table.path, values={told.key: value})
        with closing(journal):
            editor.apply(Edit(base=self._load().source, changes=(change,)))
        now = self._find(told.name)
        print(f"{now.name} = {_shown(now.value)}")
        if now.said_by not in ("file", "default"):
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


def _value_of(kind: Kind, text: str) -> TomlValue:
    """What is to stand in the file. Raises Unfit."""
    try:
        said = tomllib.loads(f"value = {text}")
    except ValueError:
        said = {}
    raws: list[Any] = [said["value"]] if set(said) == {"value"} else []
    for raw in (*raws, text):
        try:
            kind.read(raw)
        except Unfit:
            continue
        value: TomlValue = raw
        return value
    read: TomlValue = plain_value(kind.read_text(text))
    return read


def _stands_in(source: bytes, told: _Told) -> bool:
    return told.key in _at(tomllib.loads(source.decode("utf-8-sig")), told.table.path)


def _at(data: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any]:
    for name in path:
        data = data.get(name, {})
    return data


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
