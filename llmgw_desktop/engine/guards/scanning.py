"""Goes through the words of one request and notes what the rules find in them, never the words.

Arguments of tools, and whatever else is JSON within a string, are looked at as they stand and as
they read: what is written with escapes is found as well. So is what a model reads as the same:
signs that nobody sees, other blanks and letters that look alike (`folding`).
"""

from collections.abc import Iterator
from itertools import islice

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.guard import (
    MOST_COUNTED,
    GuardAction,
    GuardHit,
    PromptBlocked,
    PromptRole,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.guards.folding import readings
from llmgw_desktop.engine.guards.rules import Looker, Probe, Selection
from llmgw_desktop.wire.guards.prompt_parts import PromptPart, every_word
from llmgw_desktop.wire.json_steps import object_in_steps
from llmgw_desktop.wire.json_strings import JsonString, at_once, decoded

MOST_FOLDED = 20_000
"""So many strings of JSON within strings are read in one request. Each costs some 20 µs."""
_AT_A_STRETCH_BYTES = 128 * 1024
"""The parser holds the interpreter for 2 ms with so many at its worst."""
_DEEPEST = 3
"""So often is JSON within a string within JSON unfolded."""
_OPENING = (b"{", b"[")
_TOO_FOLDED = (
    f"The gateway's guards read at most {MOST_FOLDED:,} strings of JSON within strings, and this "
    "prompt holds more: send less of it at once"
)


@value(kw_only=False)
class _Last:
    """The last words of a role so far."""

    message: int
    texts: list[bytes]


class PromptScan:
    """Of one request: `take` each of its parts, then ask."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._counts: dict[tuple[Probe, PromptRole], int] = {}
        self._last: dict[PromptRole, _Last] = {}
        self._missing: list[GuardHit] = []
        self._folded = 0
        self.cannot_hide: Probe | None = None
        """It found something in a name that has to stay."""

    def take(self, part: PromptPart, text: bytes) -> None:
        """Raises PromptBlocked."""
        if self._selection.allowed:
            self._note_last(part, text)
        looker = self._selection.by_role.get(part.role)
        if looker is None:
            return
        for probe, count in self._counts_in(looker, text).items():
            hides = probe.rule.action is GuardAction.MASK
            if hides and is_thought(part):
                continue
            if hides and part.is_fixed:
                self.cannot_hide = probe
            place = (probe, part.role)
            self._counts[place] = min(self._counts.get(place, 0) + count, MOST_COUNTED)

    def end(self) -> None:
        """All parts were taken: whether what has to stand there does."""
        for allowed in self._selection.allowed:
            rule = allowed.rule
            said = [self._last[role] for role in rule.roles if role in self._last]
            at = max((each.message for each in said), default=-1)
            texts = (text for each in said if each.message == at for text in each.texts)
            if not any(allowed.looker.found_in(text) for text in texts):
                hit = GuardHit(
                    rule=rule.name, action=rule.action, what="allow", role=rule.roles[0], count=1
                )
                self._missing.append(hit)

    @property
    def has_allowed(self) -> bool:
        """There is something that has to stand there: `end` looks through the last words again."""
        return bool(self._selection.allowed)

    @property
    def hits(self) -> tuple[GuardHit, ...]:
        found = [
            GuardHit(
                rule=probe.rule.name,
                action=probe.rule.action,
                what=probe.what,
                role=role,
                count=count,
            )
            for (probe, role), count in self._counts.items()
        ]
        return (*found, *self._missing)

    def _counts_in(self, looker: Looker, text: bytes, depth: int = 0) -> dict[Probe, int]:
        """How many of each stand there, in whichever way it is read."""
        counts: dict[Probe, int] = {}
        for read in (text, *(reading.text for reading in readings(text))):
            for probe in looker.found_in(read):
                if count := sum(1 for _ in islice(probe.spans(read), MOST_COUNTED)):
                    counts[probe] = max(count, counts.get(probe, 0))
        folded: dict[Probe, int] = {}
        for each in nested(text) if depth < _DEEPEST else ():
            self._folded += 1
            if self._folded > MOST_FOLDED:
                if self._selection.is_strict:
                    raise PromptBlocked(_TOO_FOLDED)
                break  # who only wants to know is told of what was seen
            for probe, count in self._counts_in(looker, each, depth + 1).items():
                folded[probe] = folded.get(probe, 0) + count
        for probe, count in folded.items():
            counts.setdefault(probe, count)  # what is seen as it is written is not counted twice
        return counts

    def _note_last(self, part: PromptPart, text: bytes) -> None:
        last = self._last.get(part.role)
        if last is None or part.message > last.message:
            self._last[part.role] = _Last(part.message, [text])
        elif part.message == last.message:
            last.texts.append(text)


def is_thought(part: PromptPart) -> bool:
    """The model's own thinking: a signature holds it to its bytes."""
    return part.is_thinking and part.role is PromptRole.ASSISTANT


def nested(text: bytes) -> Iterator[bytes]:
    """What a text that is JSON says in its strings, where they say it with escapes."""
    if b"\\" not in text or not is_json(text):
        return
    for each in every_word(at_once(text)):
        if isinstance(each, JsonString) and each.is_escaped:
            yield decoded(each).text


def is_json(text: bytes) -> bool:
    """An object or a list."""
    if text.lstrip()[:1] not in _OPENING:
        return False
    if len(text) > _AT_A_STRETCH_BYTES and _is_large_json(text):
        return True
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _is_large_json(text: bytes) -> bool:
    """Found out in steps, between which a thread lets the loop go on; False may mean that it is
    too much for that."""
    try:
        for _ in object_in_steps(b'{"":%b}' % text):
            pass
    except MalformedRequest:
        return False
    return True
