"""A lasting rule: what it is about, and what becomes of it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache

from llmgw_desktop.domain.plain_text import Glob
from llmgw_desktop.domain.values import value

ONE_DAY_MINUTES = 24 * 60


class RuleVerdict(StrEnum):
    """The one that beats all others first."""

    DENY = "deny"
    ASK = "ask"
    ALLOW = "allow"


class RuleKind(StrEnum):
    """What an agent wants to do."""

    COMMAND = "command"
    WRITE = "write"
    READ = "read"
    FETCH = "fetch"
    MCP = "mcp"
    """A tool of an MCP server."""
    OTHER = "other"


@value
class RuleHours:
    """Minutes of the day here; one that ends before it begins goes over midnight."""

    begin: int
    end: int

    def holds(self, minute: int) -> bool:
        if self.begin <= self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end


@value
class StandingRule:
    """One `[[rules]]` table. What is left out holds for all."""

    name: str
    verdict: RuleVerdict
    kinds: tuple[RuleKind, ...] = ()
    commands: tuple[str, ...] = ()
    """`git log *`: words as a shell reads them, each with wild cards; `*` as the last one stands
    for any further words."""
    paths: tuple[str, ...] = ()
    """`src/**`: from the workspace's folder on; `~/` and `/` begin others; `**` takes folders."""
    hosts: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    """`server/tool`."""
    clis: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    workspaces: tuple[str, ...] = ()
    hours: RuleHours | None = None
    env: tuple[str, ...] = ()
    """Variables that a command may set for itself besides the harmless ones."""
    note: str = ""
    """Told to the agent with a denial."""
    is_on: bool = True
    mistake: str = ""
    """Why it could not be read: it asks then, where it would not have allowed."""


@value
class RuleSituation:
    """Who wants something, and when."""

    cli: str = ""
    client: str = ""
    workspace: str = ""
    minute: int = 0
    """Of the day, here."""
    is_remote: bool = False
    """Who asked for it may sit anywhere: only what a rule allows to him by name is allowed."""


def holds_for(rule: StandingRule, now: RuleSituation) -> bool:
    """Whether it is about such a caller at such a time at all."""
    return (
        rule.is_on
        and (rule.hours is None or rule.hours.holds(now.minute))
        and _is_one(rule.clis, now.cli)
        and _is_one(rule.clients, now.client)
        and _is_one(rule.workspaces, now.workspace)
    )


def _is_one(patterns: tuple[str, ...], name: str) -> bool:
    return not patterns or any(Glob(each).fits(name) for each in patterns)


def rule_words(rule: StandingRule) -> str:
    """«allow · commands git log * · in workspaces shop»."""
    parts = [str(rule.verdict)]
    if rule.kinds:
        parts.append(", ".join(rule.kinds))
    for label, found in (
        ("commands", rule.commands),
        ("paths", rule.paths),
        ("hosts", rule.hosts),
        ("tools", rule.tools),
        ("with", rule.clis),
        ("for", rule.clients),
        ("in", rule.workspaces),
    ):
        if found:
            parts.append(f"{label} {', '.join(found)}")
    if rule.hours is not None:
        parts.append(f"{clock_words(rule.hours.begin)}-{clock_words(rule.hours.end)}")
    return " · ".join(parts)


def clock_words(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


_PARTS = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")
_SAID = {"**/": r"(?:.*/)?", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}


class PathPatterns:
    """`*` and `?` stay within a folder, `**` takes folders too.

    `src/**` begins at the top, `~/notes/*.md` at home, `/etc/**` and `**/.env` anywhere.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = tuple(each.replace("\\", "/") for each in patterns)

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def fit(self, path: str, top: str, home: str, *, folds: bool = False) -> bool:
        """`path`, `top` and `home` are whole. `folds`: capitals or not is the same."""
        said = one_spelling(path) if folds else path.replace("\\", "/")
        return self.ready(top, home, folds=folds).fullmatch(said) is not None

    def ready(self, top: str, home: str, *, folds: bool) -> re.Pattern[str]:
        """Of paths whose folders are parted by `/`; with `folds` in one spelling."""
        return _ready(self._patterns, top, home, folds)

    def may_hold(self, folder: str, names: str, top: str, home: str) -> bool:
        """Whether they take one of the `names` (`*.py`, as shells find them) of this folder."""
        return any(
            self.fit(f"{folder}/{each}", top, home, folds=True)
            for each in self._probes(names.casefold())
        )

    def _probes(self, names: str) -> Iterator[str]:
        for pattern in self._patterns:
            last = pattern.rpartition("/")[2].casefold()
            if any(sign in last for sign in "*?"):
                yield last.replace("*", "x").replace("?", "x")
            elif fnmatchcase(last, names):
                yield last


def one_spelling(path: str) -> str:
    """An accent in its letter: some systems take `e` with a sign behind it for the same name."""
    parted = path.replace("\\", "/")
    return parted if parted.isascii() else unicodedata.normalize("NFC", parted)


def _whole(pattern: str, top: str, home: str) -> str:
    if pattern.startswith(("/", "**/")) or re.match(r"[A-Za-z]:/", pattern):
        return pattern
    if pattern.startswith("~/"):
        return f"{_literal(home)}{pattern[1:]}"
    return f"{_literal(top)}/{pattern}"


def _literal(folder: str) -> str:
    """Signs in a folder's own name are no wild cards: `?` is the nearest that takes them."""
    return folder.rstrip("/").replace("*", "?")


@lru_cache(maxsize=512)
def _ready(patterns: tuple[str, ...], top: str, home: str, folds: bool) -> re.Pattern[str]:
    found = []
    for each in patterns:
        whole = _whole(each, top.replace("\\", "/"), home.replace("\\", "/"))
        whole = one_spelling(whole) if folds else whole
        parts = "".join(_SAID.get(one) or re.escape(one) for one in _PARTS.findall(whole))
        if parts.endswith(r"/.*"):
            parts = f"{parts[:-3]}(?:/.*)?"
        found.append(parts)
    return re.compile("|".join(found), re.DOTALL | (re.IGNORECASE if folds else 0))
