"""What two lists, or two texts, have in common: in bounded time, whatever they hold.

Not the shortest account of a difference, which can take the square of its length: what stands once
on both sides is paired first, and only what is short between two such pairs is compared in full.
"""

import re
from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum

from llmgw_desktop.domain.values import value

_SMALL = 2_500
"""Products of two lengths up to this are compared in full, in some 2 ms."""
_MOST_ROUNDS = 12
"""How often each element is looked at, on average; what is not paired by then is a difference."""
_LONG_TEXT = 3_000
"""Characters. Longer texts are compared by their lines first."""
_MOST_WORDS_CHARS = 12_000
"""Of one place that differs; a longer one is told as a whole."""
MOST_COMPARED_CHARS = 120_000
"""Of all places that are compared by words, in one comparison."""
_WORD = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]"
    r"|[^\W\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+|\s+|[^\w\s]"
)
"""A word, blanks, a sign; of scripts without blanks a letter."""
_LONGEST_WORD = 200


class TextChange(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@value(kw_only=False)
class TextRun:
    """A piece of a text that was compared; never empty."""

    change: TextChange
    text: str


class TextComparer:
    """Compares many texts within one allowance of time."""

    def __init__(self, most_chars: int = MOST_COMPARED_CHARS) -> None:
        self._left = most_chars

    def runs(self, before: str, after: str) -> tuple[TextRun, ...]:
        """The runs that are not ADDED make `before`, those that are not REMOVED make `after`."""
        start = _to_word(before, _common_start(before, after))
        most = min(len(before), len(after)) - start
        end = _common_end(before, after, most)
        found = [TextRun(TextChange.SAME, before[:start])]
        found += self._middle(before[start : len(before) - end], after[start : len(after) - end])
        found.append(TextRun(TextChange.SAME, before[len(before) - end :]))
        return tuple(_joined(found))

    def _middle(self, before: str, after: str) -> list[TextRun]:
        if len(before) + len(after) <= _LONG_TEXT:
            return self._by_words(before, after)
        return list(self._by_lines(before, after))

    def _by_lines(self, before: str, after: str) -> Iterator[TextRun]:
        ours, theirs = before.splitlines(keepends=True), after.splitlines(keepends=True)
        at, other_at = 0, 0
        for one, other in (*aligned(ours, theirs), (len(ours), len(theirs))):
            yield from self._by_words("".join(ours[at:one]), "".join(theirs[other_at:other]))
            yield TextRun(TextChange.SAME, "".join(ours[one : one + 1]))
            at, other_at = one + 1, other + 1

    def _by_words(self, before: str, after: str) -> list[TextRun]:
        size = len(before) + len(after)
        if not before or not after or size > min(_MOST_WORDS_CHARS, self._left):
            return [TextRun(TextChange.REMOVED, before), TextRun(TextChange.ADDED, after)]
        self._left -= size
        ours, theirs = _WORD.findall(before), _WORD.findall(after)
        found: list[TextRun] = []
        at, other_at = 0, 0
        for one, other in (*aligned(ours, theirs), (len(ours), len(theirs))):
            found.append(TextRun(TextChange.REMOVED, "".join(ours[at:one])))
            found.append(TextRun(TextChange.ADDED, "".join(theirs[other_at:other])))
            found.append(TextRun(TextChange.SAME, "".join(ours[one : one + 1])))
            at, other_at = one + 1, other + 1
        return found


def aligned(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Places of equal elements on both sides, each place at most once, rising on both."""
    numbers: dict[Hashable, int] = {}
    one = [numbers.setdefault(each, len(numbers)) for each in ours]
    other = [numbers.setdefault(each, len(numbers)) for each in theirs]
    pairs: list[tuple[int, int]] = []
    left = _MOST_ROUNDS * (len(one) + len(other)) + _SMALL
    waiting = [(0, len(one), 0, len(other))]
    while waiting:
        place = _without_ends(one, other, waiting.pop(), pairs)
        begin, end, other_begin, other_end = place
        left -= end - begin + other_end - other_begin
        if begin == end or other_begin == other_end or left < 0:
            continue
        if (end - begin) * (other_end - other_begin) <= _SMALL:
            pairs += _in_full(one, other, place)
            continue
        for one_at, other_at in _anchors(one, other, place):
            waiting.append((begin, one_at, other_begin, other_at))
            begin, other_begin = one_at, other_at
        if begin > place[0]:
            waiting.append((begin, end, other_begin, other_end))
    pairs.sort()
    return pairs


_Place = tuple[int, int, int, int]


def _without_ends(
    one: list[int], other: list[int], place: _Place, pairs: list[tuple[int, int]]
) -> _Place:
    """The rest, between what is equal at its beginning and at its end, which is paired."""
    begin, end, other_begin, other_end = place
    while begin < end and other_begin < other_end and one[begin] == other[other_begin]:
        pairs.append((begin, other_begin))
        begin, other_begin = begin + 1, other_begin + 1
    while begin < end and other_begin < other_end and one[end - 1] == other[other_end - 1]:
        end, other_end = end - 1, other_end - 1
        pairs.append((end, other_end))
    return begin, end, other_begin, other_end


def _in_full(one: list[int], other: list[int], place: _Place) -> Iterator[tuple[int, int]]:
    begin, end, other_begin, other_end = place
    matcher = SequenceMatcher(None, one[begin:end], other[other_begin:other_end], autojunk=False)
    for at, other_at, size in matcher.get_matching_blocks():
        for step in range(size):
            yield begin + at + step, other_begin + other_at + step


def _anchors(one: list[int], other: list[int], place: _Place) -> list[tuple[int, int]]:
    """The longest rising row of those that stand once on both sides here."""
    begin, end, other_begin, other_end = place
    theirs = _once(other, other_begin, other_end)
    ours = _once(one, begin, end)
    both = [(at, theirs[it]) for it, at in ours.items() if at >= 0 and theirs.get(it, -1) >= 0]
    tails: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for index, (_, other_at) in enumerate(both):
        length = bisect_left(tails, other_at)
        tails[length : length + 1] = [other_at]
        places[length : length + 1] = [index]
        before.append(places[length - 1] if length else -1)
    row: list[tuple[int, int]] = []
    index = places[-1] if places else -1
    while index >= 0:
        row.append(both[index])
        index = before[index]
    return row[::-1]


def _once(elements: list[int], begin: int, end: int) -> dict[int, int]:
    """Where each stands, -1 for those that stand more than once; in order."""
    found: dict[int, int] = {}
    for at in range(begin, end):
        it = elements[at]
        found[it] = -1 if it in found else at
    return found


def _common_start(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(one: str, other: str, most: int) -> int:
    """At most so many characters, and no part of a word."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        same = (
            one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]
        )
        low, high = (middle, high) if same else (low, middle - 1)
    at = len(one) - low
    least = max(at - _LONGEST_WORD, 0)
    is_inside = at > least and one[at - 1].isalnum()
    is_inside |= len(other) > low and other[len(other) - low - 1].isalnum()
    while low and is_inside and one[len(one) - low].isalnum():
        low -= 1
    return low


def _to_word(text: str, at: int) -> int:
    """The beginning of the word that goes on there, if one does."""
    least = max(at - _LONGEST_WORD, 0)
    while at > least and text[at - 1].isalnum():
        at -= 1
    return at


def _joined(runs: Sequence[TextRun]) -> Iterator[TextRun]:
    """What was removed stands before what was added; blanks between two changes are one with
    them, so that a new sentence is read in one piece."""
    removed, added, same = "", "", ""
    for run in runs:
        if not run.text:
            continue
        if run.change is TextChange.SAME:
            same += run.text
            continue
        if same:
            if (removed or added) and same.isspace() and "\n" not in same:
                removed, added = removed + same, added + same
            else:
                yield from _changed(removed, added)
                yield TextRun(TextChange.SAME, same)
                removed, added = "", ""
            same = ""
        if run.change is TextChange.REMOVED:
            removed += run.text
        else:
            added += run.text
    yield from _changed(removed, added)
    if same:
        yield TextRun(TextChange.SAME, same)


def _changed(removed: str, added: str) -> Iterator[TextRun]:
    if removed:
        yield TextRun(TextChange.REMOVED, removed)
    if added:
        yield TextRun(TextChange.ADDED, added)
