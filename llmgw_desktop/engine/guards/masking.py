"""Writes placeholders in the place of what is to be hidden, and leaves every other byte.

First is gathered what the rules find, then it is hidden wherever it stands: what the model was not
shown comes back in its own words and calls, where no rule needs to look, and has to be hidden there
by the same placeholder, or its thinking would no more be what it signed.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import re2

from llmgw_desktop.domain.guard import GuardAction, PromptBlocked
from llmgw_desktop.engine.guards.folding import readings
from llmgw_desktop.engine.guards.rules import Looker, Selection
from llmgw_desktop.engine.guards.scanning import is_json, is_thought
from llmgw_desktop.wire.guards.placeholders import placeholder
from llmgw_desktop.wire.guards.prompt_parts import PromptPart, every_word
from llmgw_desktop.wire.json_strings import Decoded, Edit, JsonString, at_once, decoded

MOST_VALUES = 2000
MOST_PLACES = 100_000
_DIGITS = 12
_LITERALS_AT_ONCE = 64
_DEEPEST = 3

Found = tuple[int, int, str]
"""(from, to, label)."""
_Spot = tuple[int, int, bytes, str]
"""(from, to, what it says, label)."""
_Find = Callable[[bytes], Iterator[Found]]


class Masker:
    """Of one request: `gather` all its parts, `get_ready`, then `hide` in all of them."""

    def __init__(self, selection: Selection, key: bytes, actions: Sequence[GuardAction]) -> None:
        self._selection = selection
        self._key = key
        self._actions = actions
        self._placeholders: dict[bytes, bytes] = {}
        """By what they stand for."""
        self._literals: list[Any] = []
        self.edits: list[Edit] = []

    @property
    def values(self) -> dict[bytes, bytes]:
        """Placeholder, what it stands for."""
        return {shown: value for value, shown in self._placeholders.items()}

    def gather(self, part: PromptPart, said: Decoded) -> None:
        """Raises PromptBlocked."""
        for _, _, value, label in self._spots(part, said.text, self._by_rules(part)):
            if value in self._placeholders:
                continue
            self._placeholders[value] = self._placeholder(label, value)
            if len(self._placeholders) > MOST_VALUES:
                raise PromptBlocked(
                    f"More than {MOST_VALUES:,} different things in this prompt are to be hidden"
                )

    def get_ready(self) -> None:
        """All was gathered. May take a while: in a thread."""
        known = sorted(self._placeholders, key=len, reverse=True)
        self._literals = [
            re2.compile(b"|".join(map(re2.escape, known[at : at + _LITERALS_AT_ONCE])))
            for at in range(0, len(known), _LITERALS_AT_ONCE)
        ]

    def hide(self, part: PromptPart, said: Decoded) -> None:
        """Raises PromptBlocked."""
        if part.is_fixed or not self._placeholders:
            return
        rules = self._by_rules(part)

        def both(text: bytes) -> Iterator[Found]:
            yield from rules(text)
            yield from self._known(text)

        for start, end, value, label in self._spots(part, said.text, both):
            shown = self._placeholders.get(value) or self._placeholder(label, value)
            self._placeholders[value] = shown
            self.edits.append((*said.raw_span(start, end), shown))
        if len(self.edits) > MOST_PLACES:
            raise PromptBlocked(
                f"In more than {MOST_PLACES:,} places of this prompt something is to be hidden"
            )

    def _by_rules(self, part: PromptPart) -> _Find:
        looker = None if is_thought(part) else self._selection.by_role.get(part.role)

        def find(text: bytes) -> Iterator[Found]:
            if looker is None:
                return
            for start, end, label in self._spans(looker, text):
                yield start, end, label
            for reading in readings(text):
                for start, end, label in self._spans(looker, reading.text):
                    yield *reading.raw_span(start, end), label

        return find

    def _spans(self, looker: Looker, text: bytes) -> Iterator[Found]:
        for probe in looker.found_in(text):
            if probe.rule.action in self._actions:
                for start, end in probe.spans(text):
                    yield start, end, probe.label

    def _known(self, text: bytes) -> Iterator[Found]:
        """What was gathered, where it stands by itself."""
        for literals in self._literals:
            for found in literals.finditer(text):
                start, end = found.span()
                if _is_by_itself(text, start, end):
                    yield start, end, ""

    def _spots(self, part: PromptPart, text: bytes, find: _Find) -> list[_Spot]:
        if part.is_arguments or b"\\" in text:
            return _deep_spots(text, find, is_arguments=part.is_arguments)
        return _merged(text, [(s, e, text[s:e], label) for s, e, label in find(text)])

    def _placeholder(self, label: str, value: bytes) -> bytes:
        digest = hmac.new(self._key, value, hashlib.sha256).hexdigest()
        return placeholder(label, digest[:_DIGITS])


def _deep_spots(text: bytes, find: _Find, *, is_arguments: bool, depth: int = 0) -> list[_Spot]:
    """With what stands in the strings of a text that is JSON. Of arguments nothing else counts:
    what stands across their strings could not be put back."""
    spots: list[_Spot] = []
    unfolds = depth < _DEEPEST and (is_arguments or b"\\" in text) and is_json(text)
    if not (unfolds and is_arguments):
        spots += [(s, e, text[s:e], label) for s, e, label in find(text)]
    for word in every_word(at_once(text)) if unfolds else ():
        if isinstance(word, JsonString):
            said = decoded(word)
            for start, end, value, label in _deep_spots(
                said.text, find, is_arguments=False, depth=depth + 1
            ):
                spots.append((*said.raw_span(start, end), value, label))
    return _merged(text, spots)


def _merged(text: bytes, spots: list[_Spot]) -> list[_Spot]:
    """What overlaps becomes one: nothing of it stays to be seen."""
    if len(spots) < 2:
        return spots
    merged: list[_Spot] = []
    for start, end, value, label in sorted(spots, key=lambda spot: (spot[0], -spot[1])):
        if not merged or start >= merged[-1][1]:
            merged.append((start, end, value, label))
        else:
            begin, stop, earlier, first = merged[-1]
            if end > stop:
                merged[-1] = (begin, end, text[begin:end], first or label)
            elif (begin, stop) == (start, end):
                merged[-1] = (begin, stop, earlier, first or label)
    return merged


def _is_by_itself(text: bytes, start: int, end: int) -> bool:
    begins = text[start : start + 1].isalnum() and text[max(start - 1, 0) : start].isalnum()
    ends = text[end - 1 : end].isalnum() and text[end : end + 1].isalnum()
    return not begins and not ends
