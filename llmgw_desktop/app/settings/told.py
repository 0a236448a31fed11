"""What is set in each table of the settings file, who says so, and how it is changed: for
`llmgw settings` and the page of the window, wholly from the description of the file."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.domain.audit import masked_value
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.plain_text import nearest
from llmgw_desktop.domain.setting import Kind, Setting, Unfit
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.settings.editor import Edit
from llmgw_desktop.store.settings.journal import is_hidden
from llmgw_desktop.store.settings.reader import load_settings
from llmgw_desktop.store.settings.schema import ELEMENT, NAME, TableFacts, all_tables, plain_value
from llmgw_desktop.store.settings.text import value_of_variable, variable_of
from llmgw_desktop.store.toml_blocks import Address
from llmgw_desktop.store.toml_changes import AddTable, Change, RemoveTable, SetKeys, TomlValue

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STEP = re.compile(
    r"""(?:^|\.)(?:(?P<bare>[A-Za-z0-9_*-]+)|"(?P<quoted>(?:[^"\\]|\\.)*)"|'(?P<plain>[^']*)')"""
    r"|\[(?P<at>[0-9]{1,4})\]"
)
_LONGEST = 80
"""Of a name that is not known this much is told."""


@value
class ToldSetting:
    """A setting as it stands now."""

    table: TableFacts
    address: Address
    """Of the very table, with its name or its place in a list."""
    key: str
    setting: Setting
    name: str
    """`http.port`, `clients."my tool".parallel`, `routes.cheap.enabled`, `prices[0].input`."""
    value: Any
    """As TOML has it, with nothing secret in it; None where nothing is set and nothing known."""
    said_by: str
    """`default`, `file`, or the environment variable."""
    is_in_file: bool = False

    @property
    def default(self) -> Any:
        return plain_value(self.table.defaults.get(self.key))

    @property
    def shown(self) -> str:
        """The value as a person types it; empty for none."""
        return "" if self.value is None else self.setting.kind.shown(self.value)

    @property
    def shown_default(self) -> str:
        default = self.default
        return "" if default is None else self.setting.kind.shown(default)

    @property
    def is_of_environment(self) -> bool:
        return self.said_by not in ("file", "default")

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": _json_value(self.value),
            "saidBy": self.said_by,
            "default": self.default,
            "expected": self.setting.kind.expected,
            "meaning": self.setting.words,
            "environment": list(self.setting.env),
            "since": self.setting.since,
        }


@value
class ToldTables:
    """All tables of one sort: of names that a person chose, or a list."""

    table: TableFacts
    count: int
    """So many stand in the file."""

    @property
    def name(self) -> str:
        return self.table.title


class SettingsBook:
    """Quick: nothing is written here. `loaded` tells the file as it was read last."""

    def __init__(
        self, loaded: Callable[[], LoadedSettings], env: Mapping[str, str], file: Path
    ) -> None:
        self._loaded = loaded
        self._env = env
        self._file = file

    def plain(self) -> tuple[ToldSetting, ...]:
        """Those of tables that are there once, as the page shows them."""
        return tuple(each for each in self.all() if each.table.single)

    def several(self) -> tuple[ToldTables, ...]:
        """Those that may be there more than once."""
        data = self._data()
        return tuple(
            ToldTables(table=each, count=_count(data.get(each.path[0])))
            for each in all_tables()
            if each.words and not each.single
        )

    def all(self) -> Iterator[ToldSetting]:
        """Of tables with names those that are there."""
        data, tables = self._data(), all_tables()
        for table in tables:
            keys = _own_keys(table, tables)
            for address in _places(data, table):
                place = (address, _name(data, address))
                yield from self._of_table(table, keys, place, _at(data, address))

    def find(self, name: str, *, is_to_be_set: bool = False) -> ToldSetting:
        """Where `is_to_be_set`, the table it belongs to need not be there yet. Raises ConfigError,
        which says what is probably meant."""
        known: dict[str, ToldSetting] = {}
        for each in self.all():
            known |= {dotted_name((*each.address, each.key)): each, each.name: each}
        steps = _steps(name)
        if found := known.get(name) or known.get(dotted_name(steps)):
            return found
        new = self._new(steps)
        if new is not None and is_to_be_set:
            return new
        hint = "`llmgw settings list` names all"
        if new is not None:
            hint = f"{new.table.title} of this name does not stand in the file"
        elif near := nearest(name[:_LONGEST], known, 0.8):
            hint = f"'{near}' is probably meant"
        elif table := next((each for each in all_tables() if _fits(each, steps[:-1])), None):
            hint = f"{table.title} has {', '.join(table.settings)}"
        words = f"there is no such setting; {hint}"
        raise ConfigError(words, file=str(self._file), key=name[:_LONGEST])

    def edit(self, told: ToldSetting, value: TomlValue | None) -> Edit:
        """None takes it out of the file, and its table where that has a name and nothing else."""
        return Edit(base=self._loaded().source, changes=(self._change(told, value),))

    def typed(self, told: ToldSetting, text: str) -> TomlValue:
        """What is to stand in the file for what a person typed. Raises ConfigError."""
        try:
            return _value_of(told.setting.kind, text)
        except Unfit as unfit:
            raise ConfigError(f"expected {unfit}", file=str(self._file), key=told.name) from None

    def wish(self, told: ToldSetting, text: str | None) -> SettingsWish:
        """As the page asks; None puts the default back. Raises ConfigError."""
        edit = self.edit(told, None if text is None else self.typed(told, text))
        said = f"{told.name} is what it was by default." if text is None else f"{told.name} is set."
        return SettingsWish(edit=lambda: edit, said=said)

    def _of_table(
        self,
        table: TableFacts,
        keys: Mapping[str, Setting],
        place: tuple[Address, str],
        in_file: Mapping[str, Any],
    ) -> Iterator[ToldSetting]:
        address, name = place
        if NAME in keys:  # each line is one
            keys = dict.fromkeys(in_file, keys[NAME])
        held = getattr(self._loaded().settings, table.single) if table.single else None
        for key, each in keys.items():
            variable = variable_of(each, self._env)
            value = table.defaults.get(key)
            if held is not None:
                value = getattr(held, key)
            elif variable:
                value = value_of_variable(each.kind, variable, self._env)
            elif key in in_file:
                value = _without_secrets(dotted_name((*address, key)), plain_value(in_file[key]))
            yield ToldSetting(
                table=table,
                address=address,
                key=key,
                setting=each,
                name=f"{name}.{_part(key)}",
                value=plain_value(value),
                said_by=variable or ("file" if key in in_file else "default"),
                is_in_file=key in in_file,
            )

    def _new(self, steps: Address) -> ToldSetting | None:
        """Of a table that does not stand in the file; None where there can be none."""
        *address, key = steps or ("",)
        for table in all_tables():
            each = table.settings.get(str(key), table.settings.get(NAME))
            if each is None or not _fits(table, address):
                continue
            return ToldSetting(
                table=table,
                address=tuple(address),
                key=str(key),
                setting=each,
                name=dotted_name(steps),
                value=plain_value(table.defaults.get(str(key))),
                said_by="default",
            )
        return None

    def _change(self, told: ToldSetting, value: TomlValue | None) -> Change:
        table = told.table
        is_new_element = table.named_by and isinstance(told.address[-1], str)
        if is_new_element and value is not None:
            own = {table.named_by: str(told.address[-1]), told.key: value}
            return AddTable(table=told.address[:-1], values=own, is_element=True)
        is_of_name = value is None and table.path[-1] == NAME
        if is_of_name and set(_at(self._data(), told.address)) == {told.key}:
            return RemoveTable(table=told.address)
        return SetKeys(table=told.address, values={told.key: value})

    def _data(self) -> dict[str, Any]:
        return tomllib.loads(self._loaded().source.decode("utf-8-sig"))


def told_settings(file: Path, env: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """As JSON, as the file says now. Blocks; raises ConfigError."""
    loaded = load_settings(file, env)
    return (each.as_json() for each in SettingsBook(lambda: loaded, env, file).all())


def dotted_name(address: Sequence[str | int]) -> str:
    """As `llmgw settings` takes it: `clients."my tool".parallel`, `prices[0].input`."""
    shown = ""
    for step in address:
        shown += f"[{step}]" if isinstance(step, int) else f"{shown and '.'}{_part(step)}"
    return shown


def _part(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _steps(name: str) -> Address:
    """Empty for what is no name."""
    steps: list[str | int] = []
    end = 0
    while end < len(name):
        found = _STEP.match(name, end)
        if found is None:
            return ()
        at, quoted = found["at"], found["quoted"]
        if at is not None:
            steps.append(int(at))
        elif quoted is not None:
            steps.append(re.sub(r"\\(.)", r"\1", quoted))
        else:
            steps.append(found["bare"] or found["plain"] or "")
        end = found.end()
    return tuple(steps)


def _places(data: Mapping[str, Any], table: TableFacts) -> list[Address]:
    """The addresses of all tables of this sort. One that is there once is there unwritten, too."""
    found: list[tuple[Address, Any]] = [((), data)]
    for at, step in enumerate(table.path):
        further: list[tuple[Address, Any]] = []
        for address, inside in found:
            if step == NAME:
                own = inside if isinstance(inside, dict) else {}
                names = (
                    dict.fromkeys((*map(str, table.names), *own)) if _is_last(table, at) else own
                )
                further += [((*address, each), own.get(each, {})) for each in names]
            elif step == ELEMENT:
                listed = inside if isinstance(inside, list) else []
                further += [((*address, place), each) for place, each in enumerate(listed)]
            else:
                own = inside if isinstance(inside, dict) else {}
                further.append(((*address, step), own.get(step, {})))
        found = further
    return [address for address, inside in found if isinstance(inside, dict)]


def _is_last(table: TableFacts, at: int) -> bool:
    return at == len(table.path) - 1


def _name(data: Mapping[str, Any], address: Address) -> str:
    """Elements of a list by their names, where no other has the same."""
    shown: list[str | int] = []
    for at, step in enumerate(address):
        listed = _raw(data, address[:at]) if isinstance(step, int) else ()
        called = [_called(each) for each in listed]
        own = called[step] if isinstance(step, int) else ""
        shown.append(own if own and called.count(own) == 1 else step)
    return dotted_name(shown)


def _called(element: object) -> str:
    own = element if isinstance(element, dict) else {}
    name = own.get("name", own.get("alias", ""))
    return name if isinstance(name, str) else ""


def _count(inside: object) -> int:
    """Tables, or lines, in what a table or a list of them holds."""
    if not isinstance(inside, dict):
        return len(inside) if isinstance(inside, list) else 0
    lists = [each for each in inside.values() if isinstance(each, list)]
    return sum(map(len, lists)) if lists else len(inside)


def _raw(data: Any, address: Address) -> Any:
    for step in address:
        try:
            data = data[step]
        except (LookupError, TypeError):
            return {}
    return data


def _at(data: Mapping[str, Any], address: Address) -> Mapping[str, Any]:
    found = _raw(data, address)
    return found if isinstance(found, dict) else {}


def _own_keys(table: TableFacts, tables: Sequence[TableFacts]) -> dict[str, Setting]:
    """Without those that are tables themselves."""
    depth = len(table.path)
    below = {each.path[depth] for each in tables if each.path[:depth] == table.path != each.path}
    return {key: each for key, each in table.settings.items() if key not in {*below} - {NAME}}


def _fits(table: TableFacts, address: Sequence[str | int]) -> bool:
    if len(address) != len(table.path):
        return False
    for step, own in zip(table.path, address, strict=True):
        is_name = isinstance(own, str) and bool(own)
        if step == NAME and (not is_name or (table.names and own not in table.names)):
            return False
        if step == ELEMENT and not (is_name and table.named_by and table.path[-1] == ELEMENT):
            return False
        if step not in (NAME, ELEMENT) and step != own:
            return False
    return table.path.count(ELEMENT) <= 1


def _value_of(kind: Kind, text: str) -> TomlValue:
    """What is to stand in the file: as TOML has it, or as it is typed. Raises Unfit."""
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


def _without_secrets(name: str, value: Any) -> Any:
    masked = masked_value(name, value)
    return masked if is_hidden(masked) else value


def _json_value(value: Any) -> Any:
    """Dates are texts there."""
    return json.loads(json.dumps(value, default=str))
