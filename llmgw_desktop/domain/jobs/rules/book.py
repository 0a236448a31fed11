"""All rules together: what they say of one wish of an agent.

Deny beats ask, ask beats allow; what no rule speaks of, and what is not understood, is asked.
"""

from collections.abc import Sequence

from llmgw_desktop.domain.jobs.rules.command import (
    FileRedirect,
    ParsedCommand,
    ShellWord,
    SimpleCommand,
    is_harmless,
)
from llmgw_desktop.domain.jobs.rules.matching import Fit
from llmgw_desktop.domain.jobs.rules.ready import (
    LONGEST_PATH,
    MOST_PLACES,
    RuleInForce,
    Wish,
    all_at,
    names_of,
    places_of,
)
from llmgw_desktop.domain.jobs.rules.rule import (
    RuleKind,
    RuleVerdict,
    StandingRule,
    holds_for,
)
from llmgw_desktop.domain.values import value

_NETWORK = ("/dev/tcp/", "/dev/udp/")
"""Files that bash makes connections of."""
_NEVER_FILES = ("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty")
_HARMLESS = frozenset(
    str.split("cd pwd true false : test [ echo printf exit break continue wait set sleep")
)
"""Builtins that need no rule of their own beside something that is allowed."""
_RISKY_HARMLESS = {"printf": "-v", "test": "-v", "[": "-v"}
NOT_PLACED = "No rule allows it."


@value
class Ruling:
    verdict: RuleVerdict
    rule: str = ""
    """Its name; empty: none speaks of it."""
    why: str = ""
    """One sentence."""
    note: str = ""


class RuleBook:
    """Made once for some settings."""

    def __init__(self, rules: Sequence[StandingRule] = ()) -> None:
        self._rules = [RuleInForce(each) for each in rules if each.is_on]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def judge(self, wish: Wish) -> Ruling:
        held = [each for each in self._rules if holds_for(each.rule, wish.situation)]
        every = wish.command.every if wish.command is not None else ()
        names = names_of(every)
        doubt: Ruling | None = None
        for verdict in (RuleVerdict.DENY, RuleVerdict.ASK):
            for each in held:
                if each.rule.verdict is not verdict:
                    continue
                fit = each.strikes(wish, every, names)
                if fit is Fit.YES:
                    return _said(each.rule)
                if fit is Fit.MAYBE and doubt is None:
                    doubt = _may(each.rule)
        if doubt is not None:
            return doubt
        if wish.command is not None and wish.command.unclear:
            return Ruling(verdict=RuleVerdict.ASK, why=wish.command.unclear)
        allowing = [each for each in held if each.rule.verdict is RuleVerdict.ALLOW]
        if wish.situation.is_remote:
            allowing = [each for each in allowing if each.rule.clients]
        return _allowed(allowing, wish)


def _said(rule: StandingRule) -> Ruling:
    why = f"The rule {rule.name} says {rule.verdict}."
    if rule.mistake:
        why = f"The rule {rule.name} cannot be read, so this is asked: {rule.mistake}."
    return Ruling(verdict=rule.verdict, rule=rule.name, why=why, note=rule.note)


def _may(rule: StandingRule) -> Ruling:
    why = f"The rule {rule.name} ({rule.verdict}) may be about it; its words do not tell."
    return Ruling(verdict=RuleVerdict.ASK, rule=rule.name, why=why)


def _allowed(rules: "Sequence[RuleInForce]", wish: Wish) -> Ruling:
    if wish.kind is RuleKind.COMMAND and wish.command is not None:
        return _Allowance(rules, wish).of(wish.command)
    for each in rules:
        if each.covers(wish):
            return _said(each.rule)
    if len(wish.places) > 1:
        found = [_first(rules, wish, place) for place in wish.places]
        if all(found):
            return _said(next(each.rule for each in found if each))
    return Ruling(verdict=RuleVerdict.ASK, why=NOT_PLACED)


def _first(
    rules: "Sequence[RuleInForce]", wish: Wish, place: tuple[str, ...]
) -> "RuleInForce | None":
    return next((each for each in rules if each.takes_place(wish, place)), None)


class _Allowance:
    """Whether every program of a command is allowed, and every file that its shell writes."""

    def __init__(self, rules: Sequence[RuleInForce], wish: Wish) -> None:
        self._rules = rules
        self._wish = wish
        self._by: StandingRule | None = None
        self._why = ""

    def of(self, command: ParsedCommand) -> Ruling:
        if all(self._one(each) for each in command.commands) and self._by is not None:
            return _said(self._by)
        return Ruling(verdict=RuleVerdict.ASK, why=self._why or NOT_PLACED)

    def _one(self, command: SimpleCommand) -> bool:
        return all(self._writes(each, command) for each in command.redirects) and self._runs(
            command
        )

    def _runs(self, command: SimpleCommand) -> bool:
        found = next((each for each in self._rules if self._by_rule(each, command)), None)
        inner_too = command.inner and not (
            found is not None and found.commands.width(command) > command.inner_at
        )
        if found is None and not (command.does_no_more and command.inner and self._env(command)):
            if self._is_harmless(command):
                return True
            name = command.name or "something that is not known"
            self._why = self._why or f"No rule allows {name[:60]} with these words."
            return False
        if found is not None:
            self._by = self._by or found.rule
        return all(self._one(each) for each in command.inner) if inner_too else True

    def _by_rule(self, ready: RuleInForce, command: SimpleCommand) -> bool:
        if RuleKind.COMMAND not in ready.kinds or ready.rule.tools:
            return False
        if not self._env(command, ready.rule.env):
            return False
        width = ready.commands.width(command) if ready.commands else 1
        if not width:
            return False
        rest = command.words[width:]
        if ready.paths and not self._all_inside(ready, command, rest):
            return False
        return not ready.rule.hosts or all_at(ready, rest)

    def _env(self, command: SimpleCommand, more: Sequence[str] = ()) -> bool:
        return all(each in more or is_harmless(each) for each in command.env)

    def _all_inside(
        self, ready: RuleInForce, command: SimpleCommand, words: Sequence[ShellWord]
    ) -> bool:
        if len(words) > MOST_PLACES or command.folders is None:
            return False
        for word in words:
            if not word.is_known or len(word.text) > LONGEST_PATH:
                return False
            if word.text.startswith("-") and "=" not in word.text:
                if len(word.text) > 2 and not word.text.startswith("--"):
                    return False  # `-I/etc`: a path may hang on it
                continue
            said = word.text.partition("=")[2] if word.text.startswith("-") else word.text
            for place in places_of(self._wish, command, said):
                if not ready.has(self._wish, place, whole=True):
                    return False
        return True

    def _writes(self, redirect: FileRedirect, command: SimpleCommand) -> bool:
        target = redirect.target
        if target.text.startswith(_NETWORK) or not (redirect.writes or target.is_known):
            self._why = self._why or "Its shell opens what no rule speaks of."
            return False
        if not redirect.writes or (target.is_known and target.text in _NEVER_FILES):
            return True
        places = list(places_of(self._wish, command, target.text)) if target.is_known else []
        if command.folders is not None and places:
            for place in places:
                if not any(
                    each.takes_place(self._wish, place, RuleKind.WRITE) for each in self._rules
                ):
                    break
            else:
                return True
        self._why = self._why or f"No rule allows writing to {target.text[:80]}."
        return False

    def _is_harmless(self, command: SimpleCommand) -> bool:
        said = command.words[0].text if command.words and command.words[0].is_known else ""
        if said not in _HARMLESS or not self._env(command):
            return False
        return _RISKY_HARMLESS.get(said, "\0") not in [each.text for each in command.words]
