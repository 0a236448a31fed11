"""The rules of the settings, made ready: one look tells which of their patterns stand in a text.

RE2 goes through a text once for all of them, whatever the text is made of; only for those that
are there is looked for the places. It lets others run meanwhile, so a long text is for a thread.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2

from llmgw_desktop.domain.guard import GuardAction, GuardRule, PromptRole, label_of
from llmgw_desktop.engine.guards.findings import Spans, shape_of, spans_of

_MOST_MEMORY = 64 * 1024 * 1024
_SURE_BYTES = 2048
"""A set gets through so much in any case: its memory is far more than it can take for that."""
_IS_LOOKING = "is-this-set-looking-at-all"


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """One thing that a rule looks for."""

    rule: GuardRule
    what: str
    label: str
    shape: str
    spans: Spans


class Looker:
    """Several probes in one look."""

    def __init__(self, probes: Sequence[Probe]) -> None:
        self._probes = tuple(probes)
        self._set = _set_of(self._probes)

    def found_in(self, text: bytes) -> list[Probe]:
        """Those whose shape stands in it."""
        if self._set is not None:
            found = self._set.Match(text) or ()
            if found or self._gets_through(text):
                return [self._probes[at] for at in found]
        each = zip(self._probes, self._singly, strict=True)
        return [probe for probe, shape in each if shape.search(text)]

    @cached_property
    def _singly(self) -> list[Any]:
        return [re2.compile(probe.shape) for probe in self._probes]

    def _gets_through(self, text: bytes) -> bool:
        """Where a text is too much for the memory of a set it finds nothing, and does not say so:
        then it does not find what stands behind the text, either."""
        if len(text) < _SURE_BYTES:
            return True
        found = self._set.Match(text + _IS_LOOKING.encode())
        return len(self._probes) in (found or ())


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """One of these has to stand in the last words."""

    rule: GuardRule
    looker: Looker


class Selection:
    """The rules that hold for some requests."""

    def __init__(self, rules: Sequence[GuardRule]) -> None:
        self.rules = tuple(rules)
        probes = [probe for rule in rules for probe in _probes_of(rule)]
        self.by_role: dict[PromptRole, Looker] = {}
        for role in PromptRole:
            if mine := [probe for probe in probes if role in probe.rule.roles]:
                self.by_role[role] = Looker(mine)
        self.allowed = tuple(
            Allowed(rule, Looker([_probe(rule, "allow", each) for each in rule.allow]))
            for rule in rules
            if rule.allow
        )
        self.is_strict = any(rule.action is not GuardAction.WARN for rule in rules)

    @cached_property
    def hides(self) -> bool:
        return any(rule.action is GuardAction.MASK for rule in self.rules)


def _probes_of(rule: GuardRule) -> Iterator[Probe]:
    for finding in rule.find:
        shape, spans = shape_of(finding), spans_of(finding)
        yield Probe(rule, finding.value, label_of(finding), shape, spans)
    for number, pattern in enumerate(rule.deny, 1):
        yield _probe(rule, f"pattern {number}", pattern)


def _probe(rule: GuardRule, what: str, pattern: str) -> Probe:
    ready = re2.compile(pattern)

    def spans(text: bytes) -> Iterator[tuple[int, int]]:
        for found in ready.finditer(text):
            if found.end() > found.start():
                yield found.span()

    return Probe(rule, what, label_of(rule.name), pattern, spans)


def _set_of(probes: Sequence[Probe]) -> Any:
    """None where they are too much for one: it would find nothing then, and not say so."""
    options = re2.Options()
    options.max_mem, options.log_errors = _MOST_MEMORY, False
    made = re2.Set.SearchSet(options)
    try:
        for probe in probes:
            made.Add(probe.shape)
        last = made.Add(_IS_LOOKING)
        made.Compile()
    except re2.error:
        return None
    return made if last in (made.Match(_IS_LOOKING.encode()) or ()) else None
