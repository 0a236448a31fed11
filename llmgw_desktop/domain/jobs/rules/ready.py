"""One rule made ready: what of a wish it is about."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field

from llmgw_desktop.domain.jobs.rules.command import (
    CommandShell,
    ParsedCommand,
    ShellWord,
    SimpleCommand,
    WordKind,
    program_name,
)
from llmgw_desktop.domain.jobs.rules.hosts import hosts_in, hosts_near, is_spread, same_host
from llmgw_desktop.domain.jobs.rules.matching import CommandPatterns, Fit
from llmgw_desktop.domain.jobs.rules.rule import (
    PathPatterns,
    RuleKind,
    RuleSituation,
    StandingRule,
    one_spelling,
)
from llmgw_desktop.domain.plain_text import Glob
from llmgw_desktop.domain.values import value

MOST_PLACES = 100
"""Words of a command that are looked up as paths: with more it is asked."""
Look = Callable[[str, str], tuple[str, ...]]
"""A path as it was said, and the folder that it is said from, relative to the wish's own: where
it lies and where it really leads, both whole."""
_JOINS = re.compile(r"[=@:;,<]+")
_MOST_JOINED = 8
_AT_HOME = re.compile(
    r"^(?:\$HOME|\$\{HOME\}|\$env:(?:HOME|USERPROFILE)|%(?:HOME|USERPROFILE)%)(?=/|$)", re.I
)
_FOUND = re.compile(r"[*?\[][\w.*?/\[\]-]*")
"""Names that a shell finds, where not even the first letter is told."""
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
LONGEST_PATH = 4096
OPEN_NOTHING = frozenset({"echo", "printf", ":", "true", "false", "exit"})
"""Their words are no files, whatever they look like."""


@value
class Wish:
    """What an agent wants. `places`: of the files it names itself, as `Look` gives them."""

    kind: RuleKind
    command: ParsedCommand | None = None
    places: tuple[tuple[str, ...], ...] = ()
    top: str = ""
    """The folder that patterns begin from, as it really lies."""
    home: str = ""
    host: str = ""
    tool: str = ""
    """`server/tool`."""
    situation: RuleSituation = RuleSituation()
    look: Look = lambda said, folder: ()
    seen: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict, compare=False)
    """What `look` has found already."""
    told: dict[int, "NamedIn"] = field(default_factory=dict, compare=False)
    """What its commands name, each by its identity: the same for every rule."""


class RuleInForce:
    """One rule."""

    def __init__(self, rule: StandingRule) -> None:
        self.rule = rule
        self.commands = CommandPatterns(rule.commands)
        self.paths = PathPatterns(rule.paths)
        self._hosts = [Glob(same_host(each)) for each in rule.hosts]
        self._tools = [Glob(each.casefold()) for each in rule.tools]

        self.kinds = self._kinds()
        self._has_commands, self._has_paths = bool(self.commands), bool(self.paths)
        is_of_tools = not (self.kinds - {RuleKind.MCP, RuleKind.OTHER})
        self._is_of_tools = bool(self._tools) or is_of_tools

    def _kinds(self) -> frozenset[RuleKind]:
        """Those it is about: said, or told by what it names."""
        rule = self.rule
        if rule.kinds:
            return frozenset(rule.kinds)
        if rule.commands:
            return frozenset({RuleKind.COMMAND})
        if rule.tools:
            return frozenset({RuleKind.MCP})
        if rule.hosts:
            return frozenset({RuleKind.FETCH})
        if rule.paths:
            return frozenset({RuleKind.WRITE, RuleKind.READ})
        return frozenset(RuleKind)

    def strikes(
        self, wish: Wish, every: Sequence[SimpleCommand], names: frozenset[str] | None
    ) -> Fit:
        """For what denies or asks. `names`: of all programs of the command, where each is known by
        one; most rules are about others."""
        if wish.kind is RuleKind.COMMAND and wish.command is not None:
            others = None if wish.command.unclear else names
            if others is not None and self._has_commands and self.commands.are_of_others(others):
                return Fit.NO
            return self._strikes_command(wish, wish.command, every)
        if wish.kind not in self.kinds or (self.rule.commands and not self.rule.kinds):
            return Fit.NO
        return Fit.YES if self._fits_thing(wish, any) else Fit.NO

    def _fits_thing(self, wish: Wish, some: Callable[[Iterable[bool]], bool]) -> bool:
        if self.paths and not some(self.has(wish, each) for each in wish.places):
            return False
        if self._hosts and not any(each.fits(wish.host) for each in self._hosts):
            return False
        return not self._tools or any(each.fits(wish.tool.casefold()) for each in self._tools)

    def has(self, wish: Wish, place: tuple[str, ...], *, whole: bool = False) -> bool:
        """`whole`: both where it lies and where it leads."""
        each_of = all if whole else any
        return bool(place) and each_of(
            self.paths.fit(path, wish.top, wish.home, folds=not whole) for path in place
        )

    def covers(self, wish: Wish) -> bool:
        """For what allows, of all kinds but commands."""
        if wish.kind not in self.kinds or self.rule.commands:
            return False
        if self.paths and not (
            wish.places and all(self.has(wish, each, whole=True) for each in wish.places)
        ):
            return False
        if self._hosts and not any(each.fits(wish.host) for each in self._hosts):
            return False
        return not self._tools or any(each.fits(wish.tool.casefold()) for each in self._tools)

    def takes_place(self, wish: Wish, place: tuple[str, ...], kind: RuleKind | None = None) -> bool:
        """Whether it lets this one be written (or what the wish is)."""
        rule = self.rule
        if (kind or wish.kind) not in self.kinds or rule.commands or rule.hosts or rule.tools:
            return False
        return not self.paths or self.has(wish, place, whole=True)

    def _strikes_command(
        self, wish: Wish, command: ParsedCommand, every: Sequence[SimpleCommand]
    ) -> Fit:
        if not (self._has_commands or self._has_paths or self._hosts):
            return Fit.YES if RuleKind.COMMAND in self.kinds else Fit.NO
        if self._is_of_tools:
            return Fit.NO
        fit = Fit.NO
        for each in every:
            fit = max(fit, self._strikes_one(wish, each))
            if fit is Fit.YES:
                break
        if fit is Fit.NO and self._has_commands and command.unclear:
            return Fit.MAYBE
        return fit

    def _strikes_one(self, wish: Wish, command: SimpleCommand) -> Fit:
        fit = Fit.YES
        if self._has_commands:
            fit = self.commands.forbid(command)
        if fit is not Fit.NO and self._has_paths:
            fit = min(fit, self._names_path(wish, command))
        if fit is not Fit.NO and self._hosts:
            fit = min(fit, self._names_host(command))
        return fit

    def _names_path(self, wish: Wish, command: SimpleCommand) -> Fit:
        told = wish.told.get(id(command))
        if told is None:
            told = wish.told[id(command)] = _named_in(command)
        fullmatch = self.paths.ready(wish.top, wish.home, folds=True).fullmatch
        folders = ("",) if command.folders is None else command.folders
        seen = wish.seen
        for said in told.said:
            for folder in folders:
                place = seen.get((said, folder))
                for path in _place_of(wish, said, folder) if place is None else place:
                    if fullmatch(one_spelling(path)):
                        return Fit.YES
        fit = told.fit
        for found in told.found if fit is Fit.NO else ():
            fit = max(fit, self._may_find(wish, command, found))
        if fit is Fit.NO and told.is_relative and command.folders is None:
            return Fit.MAYBE
        return fit

    def _may_find(self, wish: Wish, command: SimpleCommand, found: str) -> Fit:
        """`src/*.py`: whether names that it finds there could be meant."""
        folder, _, last = found.rpartition("/")
        if any(sign in folder for sign in "*?[") or command.folders is None:
            return Fit.MAYBE
        for place in places_of(wish, command, folder or "."):
            if any(self.paths.may_hold(path, last, wish.top, wish.home) for path in place):
                return Fit.MAYBE
        return Fit.NO

    def _names_host(self, command: SimpleCommand) -> Fit:
        fit = Fit.NO
        words = () if command.name in OPEN_NOTHING else command.words[1:]
        opened = [each.target for each in command.redirects if each.target.text.startswith("/dev/")]
        for word in (*words, *opened):
            is_untold = word.kind is WordKind.UNKNOWN and not _FOUND.fullmatch(word.text)
            if is_untold or is_spread(word.text):
                fit = Fit.MAYBE
            for host in hosts_near(word.text):
                if any(each.fits(host) for each in self._hosts):
                    return Fit.YES
        return fit


def names_of(every: Sequence[SimpleCommand]) -> frozenset[str] | None:
    """None where a program has another name, is not known, or where there is none."""
    names = set()
    for each in every:
        word = each.words[0] if each.words else None
        if word is None or word.kind is not WordKind.KNOWN or each.other_names:
            return None
        if each.shell is not CommandShell.POSIX:
            return None
        names.add(program_name(word))
    return frozenset(names) or None


def all_at(ready: RuleInForce, words: Sequence[ShellWord]) -> bool:
    """Something is named, and nothing elsewhere."""
    hosts = [Glob(same_host(each)) for each in ready.rule.hosts]
    found = 0
    for word in words:
        if not word.is_known:
            return False
        if word.text.startswith("-"):
            if _URL.search(word.text):
                return False
            continue
        said = list(hosts_in(word.text))
        found += bool(said)
        if not said or not all(any(one.fits(each) for one in hosts) for each in said):
            return False
    return found > 0


@value
class NamedIn:
    """What words of a command may be paths. `fit`: of what cannot be looked up."""

    said: tuple[str, ...]
    found: tuple[str, ...]
    """What its shell finds."""
    fit: Fit
    is_relative: bool


def _named_in(command: SimpleCommand) -> NamedIn:
    own = () if command.name in OPEN_NOTHING else command.words[1:]
    words = [*own, *(each.target for each in command.redirects)]
    fit = Fit.MAYBE if len(words) > MOST_PLACES else Fit.NO
    is_posix = command.shell is CommandShell.POSIX
    said: list[str] = []
    found: list[str] = []
    for word in words[:MOST_PLACES]:
        text = word.text if is_posix else word.text.replace("\\", "/")
        if not _can_be_looked_up(word):
            fit = Fit.MAYBE
            said += _sayings(_AT_HOME.sub("~", text)) if _AT_HOME.search(text) else ()
        elif word.is_known:
            said += _sayings(text)
        else:
            found.append(word.text)
    return NamedIn(said=tuple(said), found=tuple(found), fit=fit, is_relative=_has_relative(words))


def _can_be_looked_up(word: ShellWord) -> bool:
    is_told = word.kind is not WordKind.UNKNOWN or _FOUND.fullmatch(word.text) is not None
    return is_told and len(word.text) <= LONGEST_PATH


def _sayings(text: str) -> Iterator[str]:
    """What may be a path in a word: `--file=x`, `@x`, `if=x`, `user@host:x`, `f=@x;type=y`."""
    yield text
    for sign in ("=", "@", ":"):
        if sign in text and (rest := text.partition(sign)[2]):
            yield rest
    if _JOINS.search(text):
        yield from [each for each in _JOINS.split(text, _MOST_JOINED) if each]
    if text.startswith("-") and len(text) > 2 and text[1] != "-":
        yield text[2:]


def places_of(wish: Wish, command: SimpleCommand, said: str) -> Iterator[tuple[str, ...]]:
    for folder in command.folders if command.folders is not None else ("",):
        if place := _place_of(wish, said, folder):
            yield place


def _place_of(wish: Wish, said: str, folder: str) -> tuple[str, ...]:
    place = wish.seen.get((said, folder))
    if place is None:
        place = wish.seen[said, folder] = tuple(dict.fromkeys(wish.look(said, folder)))
    return place


def _has_relative(words: Iterable[ShellWord]) -> bool:
    return any(not each.text.startswith(("/", "-", "~")) for each in words)
