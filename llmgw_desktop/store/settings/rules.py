"""The `[[rules]]` tables: what agents may do.

A rule with a mistake is no reason to refuse the file, and no reason to allow anything: it is off
where it would have allowed, and asks about everything where it would have denied or asked.
"""

import re
import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.jobs.rules.rule import (
    ONE_DAY_MINUTES,
    RuleHours,
    RuleKind,
    RuleVerdict,
    StandingRule,
    clock_words,
)
from llmgw_desktop.domain.setting import TEXTS_SCHEMA, Setting, Shape
from llmgw_desktop.store.settings.text import KeyPath, SettingsText

if TYPE_CHECKING:
    from llmgw_desktop.store.toml_changes import TomlValue

MOST_STANDING = 200
_MOST_PATTERNS = 200
_LONGEST = 500
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_SINCE = "0.2.0"
_TEXTS = "texts, `*` for any letters"


def _texts(words: str, of: str = _TEXTS) -> Setting:
    return Setting(Shape(of, TEXTS_SCHEMA), words, since=_SINCE)


RULE_KEYS = {
    "name": Setting(
        Shape("1 to 80 characters", {"type": "string"}),
        "How verdicts name it. Required.",
        since=_SINCE,
    ),
    "action": Setting(
        Shape(", ".join(RuleVerdict), {"enum": tuple(RuleVerdict)}),
        "What becomes of it. Deny beats ask, ask beats allow. Required.",
        since=_SINCE,
    ),
    "kinds": _texts("What agents want to do; told by the rest if left out.", ", ".join(RuleKind)),
    "commands": _texts(
        "`git log *`: words with wild cards, as a shell reads them; `*` as the last word is any"
        " further words.",
        "commands",
    ),
    "paths": _texts(
        "`src/**` from the workspace's folder on, `~/notes/*`, `/etc/**`, `**/.env`; links are"
        " followed.",
        "paths",
    ),
    "hosts": _texts("`*.example.org`.", "names of hosts"),
    "tools": _texts("MCP tools, as `server/tool`.", "names"),
    "clis": _texts("Runs of these; all if left out.", ", ".join(CliName)),
    "clients": _texts(
        "Whose jobs; all of this computer if left out. Callers from elsewhere are allowed only"
        " what a rule with this key allows."
    ),
    "workspaces": _texts("Aliases; everywhere if left out."),
    "hours": Setting(
        Shape('"08:00-18:00", the time of this computer', {"type": "string"}),
        "When it holds; over midnight where it ends before it begins.",
        since=_SINCE,
    ),
    "env": _texts("Variables that an allowed command may set besides harmless ones.", "names"),
    "note": Setting(
        Shape("a text", {"type": "string"}), "Told to the agent with a denial.", since=_SINCE
    ),
    "on": Setting(
        Shape("true or false", {"type": "boolean"}), "Off, it does nothing.", since=_SINCE
    ),
}


class RuleTables:
    """Reads all of them; what is wrong in one is a warning."""

    def __init__(self, text: SettingsText) -> None:
        self._text = text
        self._readers: Mapping[str, Callable[[KeyPath, object], object]] = {
            "name": self._name,
            "action": lambda path, raw: self._word(path, raw, tuple(RuleVerdict)),
            "kinds": lambda path, raw: self._words(path, raw, tuple(RuleKind)),
            "clis": lambda path, raw: self._words(path, raw, tuple(CliName)),
            "commands": self._commands,
            "hours": self._hours,
            "note": self._note,
            "on": self._yes_no,
        }

    def read(self) -> tuple[StandingRule, ...]:
        raw = self._text.data.get("rules", [])
        if not isinstance(raw, list) or len(raw) > MOST_STANDING:
            said = f"expected tables, each [[rules]], and at most {MOST_STANDING}"
            return (self._mistaken(("rules",), {}, self._text.error(("rules",), said)),)
        found: list[StandingRule] = []
        for at, table in enumerate(raw):
            path: KeyPath = ("rules", at)
            try:
                rule = self._rule(path, table)
                if rule.name in {each.name for each in found}:
                    said = f"another rule is called '{rule.name}' already"
                    raise self._text.error((*path, "name"), said)
            except ConfigError as error:
                said_of = table if isinstance(table, Mapping) else {}
                rule = self._mistaken(path, said_of, error)
            found.append(rule)
        return tuple(found)

    def _mistaken(
        self, path: KeyPath, table: Mapping[str, object], error: ConfigError
    ) -> StandingRule:
        """It asks; where it says that it allows, or is off, it does nothing."""
        asks = table.get("action") != RuleVerdict.ALLOW and table.get("on") is not False
        ending = "all is asked until it is mended" if asks else "it does nothing until then"
        self._text.warnings.append(f"{error} ({ending})")
        name = table.get("name")
        return StandingRule(
            name=name[:80] if isinstance(name, str) and name else f"number {_number(path)}",
            verdict=RuleVerdict.ASK,
            is_on=asks,
            mistake=f"{error.key.rpartition('.')[2]}: {error.message}",
        )

    def _rule(self, path: KeyPath, table: object) -> StandingRule:
        if not isinstance(table, Mapping):
            raise self._text.error(path, "expected a table")
        said: dict[str, Any] = {}
        for key, raw in table.items():
            if key not in RULE_KEYS:
                known = ", ".join(RULE_KEYS)
                raise self._text.error((*path, key), f"is nothing of a rule; there are {known}")
            reader = self._readers.get(key, self._list)
            said[_FIELDS.get(str(key), str(key))] = reader((*path, key), raw)
        for key in ("name", "action"):
            if _FIELDS.get(key, key) not in said:
                expected = RULE_KEYS[key].kind.expected
                raise self._text.error(path, f"a rule needs {key}: {expected}")
        return StandingRule(**said)

    def _name(self, path: KeyPath, raw: object) -> str:
        if not isinstance(raw, str) or not _NAME.fullmatch(raw):
            raise self._text.error(path, "expected a text of 1 to 80 characters in one line")
        return raw

    def _note(self, path: KeyPath, raw: object) -> str:
        if not isinstance(raw, str) or len(raw) > _LONGEST:
            raise self._text.error(path, f"expected a text of at most {_LONGEST} characters")
        return raw

    def _word(self, path: KeyPath, raw: object, words: tuple[Any, ...]) -> Any:
        if not isinstance(raw, str) or raw not in words:
            raise self._text.error(path, f"expected one of {', '.join(words)}")
        return next(each for each in words if each == raw)

    def _words(self, path: KeyPath, raw: object, words: tuple[Any, ...]) -> tuple[Any, ...]:
        found = self._list(path, raw)
        return tuple(self._word((*path, at), each, words) for at, each in enumerate(found))

    def _commands(self, path: KeyPath, raw: object) -> tuple[str, ...]:
        found = self._list(path, raw)
        for at, each in enumerate(found):
            try:
                is_empty = not shlex.split(each)
            except ValueError:
                is_empty = True
            if is_empty:
                raise self._text.error((*path, at), "expected a command whose quotes end")
        return found

    def _list(self, path: KeyPath, raw: object) -> tuple[str, ...]:
        if not isinstance(raw, list) or not 0 < len(raw) <= _MOST_PATTERNS:
            raise self._text.error(path, f"expected a list of 1 to {_MOST_PATTERNS} texts")
        for at, each in enumerate(raw):
            if not isinstance(each, str) or not 0 < len(each.strip()) <= _LONGEST:
                said = f"expected a text of 1 to {_LONGEST} characters"
                raise self._text.error((*path, at), said)
        return tuple(raw)

    def _hours(self, path: KeyPath, raw: object) -> RuleHours:
        found = _HOURS.fullmatch(raw) if isinstance(raw, str) else None
        if found is None:
            raise self._text.error(path, 'expected two times of a day, such as "08:00-18:00"')
        first, second, third, fourth = (int(each) for each in found.groups())
        begin, end = first * 60 + second, third * 60 + fourth
        if begin == end or end > ONE_DAY_MINUTES:
            raise self._text.error(path, "expected two different times of a day")
        return RuleHours(begin=begin, end=end)

    def _yes_no(self, path: KeyPath, raw: object) -> bool:
        if not isinstance(raw, bool):
            raise self._text.error(path, "expected true or false")
        return raw


_FIELDS = {"action": "verdict", "on": "is_on"}


def _number(path: KeyPath) -> int:
    return int(path[1]) + 1 if len(path) > 1 else 1


RULE_LISTS = (
    *("kinds", "commands", "paths", "hosts", "tools"),
    *("clis", "clients", "workspaces", "env"),
)
"""Keys of a rule that hold texts."""


def rule_table(rule: StandingRule) -> "dict[str, TomlValue]":
    """As the settings file holds it."""
    table: dict[str, TomlValue] = {"name": rule.name, "action": str(rule.verdict)}
    for key in RULE_LISTS:
        if found := getattr(rule, key):
            table[key] = [str(each) for each in found]
    if rule.hours is not None:
        table["hours"] = f"{clock_words(rule.hours.begin)}-{clock_words(rule.hours.end)}"
    if rule.note:
        table["note"] = rule.note
    if not rule.is_on:
        table["on"] = False
    return table
