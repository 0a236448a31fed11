"""The `[[guards]]` tables: what prompts may hold.

A rule that could not be applied, or that contradicts itself, is an error here: nobody shall take
himself for protected by a line that does nothing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from llmgw_desktop.domain.guard import Finding, GuardAction, GuardRule, PromptRole
from llmgw_desktop.domain.provider import Provider
from llmgw_desktop.domain.setting import TEXTS_SCHEMA, Setting, Shape
from llmgw_desktop.store.settings.places import PRACTICE
from llmgw_desktop.store.settings.text import KeyPath, SettingsText

MOST_RULES = 100
MOST_PATTERNS = 200
MOST_PATTERNS_TOGETHER = 1000
"""Of all guards: each is made ready when the settings are read, which others wait for."""
LONGEST_PATTERN = 1000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
GUARD_KEYS = {
    "name": Setting(
        Shape("1 to 40 small letters, digits, `-` and `_`", {"type": "string"}),
        "How hits are told. Required.",
    ),
    "action": Setting(
        Shape(", ".join(GuardAction), {"enum": tuple(GuardAction)}),
        "What becomes of a request in which something is found. Required.",
    ),
    "find": Setting(Shape(", ".join(Finding), TEXTS_SCHEMA), "What is looked for by its name."),
    "deny": Setting(Shape("patterns of RE2", TEXTS_SCHEMA), "What must not stand in it."),
    "allow": Setting(
        Shape("patterns of RE2", TEXTS_SCHEMA),
        "One of them has to stand in the last message of these roles. Not with mask.",
    ),
    "roles": Setting(
        Shape(", ".join(PromptRole), TEXTS_SCHEMA),
        "Whose words are looked through; user if left out.",
    ),
    "clients": Setting(
        Shape("names as in `[clients]`", TEXTS_SCHEMA), "Whose requests; all if left out."
    ),
    "providers": Setting(
        Shape("names", TEXTS_SCHEMA), "It counts where one of them may answer; all if left out."
    ),
    "on": Setting(
        Shape("true or false", {"type": "boolean"}),
        "Off, it is read and checked, and does nothing.",
    ),
}


class GuardTables:
    """Reads all of them. Raises ConfigError."""

    def __init__(self, text: SettingsText, providers: Sequence[Provider]) -> None:
        self._text = text
        self._providers = {PRACTICE, *(each.name for each in providers)}
        self._readers: Mapping[str, Callable[[KeyPath, object], object]] = {
            "name": self._name,
            "action": lambda path, raw: self._word(path, raw, GuardAction),
            "deny": self._patterns,
            "allow": self._patterns,
            "find": lambda path, raw: self._words(path, raw, Finding),
            "roles": lambda path, raw: self._words(path, raw, PromptRole),
            "clients": self._clients,
            "providers": self._known_providers,
            "on": self._yes_no,
        }

    def read(self) -> tuple[GuardRule, ...]:
        raw = self._text.data.get("guards", [])
        if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
            raise self._text.error(("guards",), "expected tables, each [[guards]]")
        if len(raw) > MOST_RULES:
            raise self._text.error(("guards",), f"expected at most {MOST_RULES} guards")
        self._refuse_too_many(raw)
        rules = [self._rule(("guards", at), each) for at, each in enumerate(raw)]
        names: set[str] = set()
        for at, rule in enumerate(rules):
            if rule.name in names:
                raise self._text.error(
                    ("guards", at, "name"), f"another guard is called '{rule.name}' already"
                )
            names.add(rule.name)
        return tuple(rules)

    def _refuse_too_many(self, tables: Sequence[Mapping[str, object]]) -> None:
        """Before any of them is made ready."""
        lists = [table.get(key) for table in tables for key in ("deny", "allow")]
        if sum(len(each) for each in lists if isinstance(each, list)) > MOST_PATTERNS_TOGETHER:
            raise self._text.error(
                ("guards",),
                f"expected at most {MOST_PATTERNS_TOGETHER:,} patterns in all guards together",
            )

    def _rule(self, path: KeyPath, table: Mapping[str, object]) -> GuardRule:
        said: dict[str, Any] = {}
        for key, raw in table.items():
            reader = self._readers.get(key)
            if reader is None:
                known = ", ".join(GUARD_KEYS)
                raise self._text.error((*path, key), f"is nothing of a guard; there are {known}")
            said["is_on" if key == "on" else key] = reader((*path, key), raw)
        for key in ("name", "action"):
            if key not in said:
                expected = f"a guard needs {key} = {GUARD_KEYS[key].kind.expected}"
                raise self._text.error(path, expected.replace("`", "'"))
        rule = GuardRule(**said)
        self._refuse_contradictions(path, rule)
        return rule

    def _refuse_contradictions(self, path: KeyPath, rule: GuardRule) -> None:
        if not (rule.deny or rule.allow or rule.find):
            raise self._text.error(path, "expected deny, find or allow: it would do nothing")
        if rule.allow and rule.action is GuardAction.MASK:
            raise self._text.error(
                (*path, "allow"), "is not for mask: there is nothing to hide in what is missing"
            )
        for each in sorted(set(rule.deny) & set(rule.allow)):
            raise self._text.error(
                (*path, "allow"), f"'{each}' is denied as well, so that nothing would ever pass"
            )

    def _name(self, path: KeyPath, raw: object) -> str:
        if not isinstance(raw, str) or not _NAME.fullmatch(raw):
            raise self._text.error(path, "expected 1 to 40 small letters, digits, '-' and '_'")
        return raw

    def _patterns(self, path: KeyPath, raw: object) -> tuple[str, ...]:
        patterns = self._texts(path, raw, MOST_PATTERNS, LONGEST_PATTERN)
        for at, pattern in enumerate(patterns):
            if problem := _problem_of(pattern):
                raise self._text.error((*path, at), problem)
        return patterns

    def _word(self, path: KeyPath, raw: object, words: type[StrEnum]) -> StrEnum:
        if not isinstance(raw, str) or raw not in set(words):
            raise self._text.error(path, f"expected one of {', '.join(words)}")
        return words(raw)

    def _words(self, path: KeyPath, raw: object, words: type[StrEnum]) -> tuple[StrEnum, ...]:
        if not isinstance(raw, list) or not raw:
            raise self._text.error(path, f"expected a list of some of {', '.join(words)}")
        found = tuple(self._word((*path, at), each, words) for at, each in enumerate(raw))
        self._refuse_twice(path, found)
        return found

    def _clients(self, path: KeyPath, raw: object) -> tuple[str, ...]:
        names = self._texts(path, raw, MOST_PATTERNS, 100)
        if "*" in names:
            raise self._text.error(path, "expected names; all clients are meant if it is left out")
        return names

    def _known_providers(self, path: KeyPath, raw: object) -> tuple[str, ...]:
        names = self._texts(path, raw, MOST_PATTERNS, 100)
        for at, name in enumerate(names):
            if name not in self._providers:
                known = ", ".join(sorted(self._providers)[:12])
                raise self._text.error(
                    (*path, at), f"there is no provider '{name}' (there are: {known})"
                )
        return names

    def _texts(self, path: KeyPath, raw: object, most: int, longest: int) -> tuple[str, ...]:
        if not isinstance(raw, list) or not 0 < len(raw) <= most:
            raise self._text.error(path, f"expected a list of 1 to {most} texts")
        for at, each in enumerate(raw):
            if not isinstance(each, str) or not 0 < len(each) <= longest:
                raise self._text.error(
                    (*path, at), f"expected a text of 1 to {longest:,} characters"
                )
        self._refuse_twice(path, raw)
        return tuple(raw)

    def _refuse_twice(self, path: KeyPath, found: Sequence[object]) -> None:
        if len(set(found)) != len(found):
            raise self._text.error(path, "something stands in it twice; one of them is meant")

    def _yes_no(self, path: KeyPath, raw: object) -> bool:
        if not isinstance(raw, bool):
            raise self._text.error(path, "expected true or false")
        return raw


def _problem_of(pattern: str) -> str:
    """Why RE2 does not take it, or why it is of no use."""
    # Read in by those alone who have guards: commands read the settings too, and start quickly.
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        ready = re2.compile(pattern, options)
    except re2.error as error:
        words = error.args[0] if error.args else "it is not valid"
        told = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return f"is no pattern that RE2 takes: {told}"
    if ready.search(b"") is not None:
        return "fits even where there is nothing, and so everywhere"
    return ""
