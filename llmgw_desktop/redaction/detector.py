"""Where secrets stand in bytes: by their own looks, by what stands around them, and where the bytes
say something in another way (JSON's escapes up to three deep, percents, base64), in that, too.

One pass of RE2 tells whether there is anything to look for, which is all that the usual body needs.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from heapq import merge
from typing import Any, NamedTuple

from llmgw_desktop.redaction.ai_keys import AI_KEYS
from llmgw_desktop.redaction.cloud_keys import CLOUD_KEYS
from llmgw_desktop.redaction.code_keys import CODE_KEYS
from llmgw_desktop.redaction.contexts import CONTEXTS, Context
from llmgw_desktop.redaction.family import Family
from llmgw_desktop.redaction.plausible import is_words
from llmgw_desktop.redaction.private_keys import PRIVATE_KEY_CLUE, private_keys
from llmgw_desktop.redaction.service_keys import SERVICE_KEYS
from llmgw_desktop.redaction.shape import compiled, set_of
from llmgw_desktop.redaction.views import (
    BASE64_CLUE,
    ESCAPE_CLUE,
    PERCENT_CLUE,
    Reading,
    base64_texts,
    without_escapes,
    without_percents,
)

_TABLES = (AI_KEYS, CLOUD_KEYS, CODE_KEYS, SERVICE_KEYS)
FAMILIES = tuple(family for table in _TABLES for family in table)
_DEEPEST = 3
_PRIVATE_KEY, _KNOWN = "private key", "known"
_BEFORE, _BEHIND, _ESCAPE_BYTES = 256, 2048, 6
_SIGN = r"%(?:[0-2][0-9A-Fa-f]|3[A-Fa-f]|40|5[B-Fb-f]|60|7[B-Fb-f])"
_COLOUR = r"\[[0-9;]{0,12}m"
_APART = rf"(?:^|[^A-Za-z0-9]|{_SIGN}|{_COLOUR})"
"""What may stand before a secret: `risk-assessment…` is no key. A sign in percents and a colour of
terminals end in a letter or digit and are none."""
_APART_OR_ESCAPE = rf"(?:{_APART}|\\[bfnrtv]|\\u00[0-9a-fA-F]{{2}})"
_BEFORE_WORD = re.compile(rf"{_SIGN}|{_COLOUR}|[^A-Za-z0-9]".encode())
_HEADS = "|".join(each.clue for each in FAMILIES if not each.mark)
CLUE = "|".join(
    (
        f"{_APART_OR_ESCAPE}(?:{_HEADS})",
        *(each.mark for each in FAMILIES if each.mark),
        *(each.clue for each in CONTEXTS),
        *(PRIVATE_KEY_CLUE, ESCAPE_CLUE, PERCENT_CLUE),
    )
)
"""A pattern of RE2 that fits wherever a secret may stand, but for base64."""
_SHORT_VALUE = 256
_BLOB = re.compile(rb"[A-Za-z0-9+/]{48}$")
"""The middle of something in base64."""

Extra = Callable[[bytes], Iterable[tuple[int, int]]]
"""More places: of secrets that are known whatever they look like."""


_LONGEST_ESCAPES = 512


class Found(NamedTuple):
    """A secret's place."""

    start: int
    end: int
    kind: str


def may_hold(text: bytes) -> bool:
    """False only if `find` finds nothing: in this text, and in each of which it is made."""
    return _clue().search(text) is not None or _base64().search(text) is not None


def find(text: bytes, extra: Extra | None = None) -> list[Found]:
    """In order, none over another."""
    found = [Found(*span, _PRIVATE_KEY) for span in private_keys(text)]
    if extra is not None:
        found += (Found(*span, _KNOWN) for span in extra(text))
    for start, end in _windows(text):
        found += _in_window(text, start, end, extra)
    return _apart(found)


def _windows(text: bytes) -> Iterator[tuple[int, int]]:
    """Around all that may be one; each by itself is short, however long the text."""
    begins = ends = 0
    for start, end in merge(_spans(_clue(), text), _spans(_base64(), text)):
        if ends and start - _BEFORE <= ends:
            ends = end + _BEHIND
            continue
        if ends:
            yield begins, ends
        begins, ends = _outside_escape(text, max(start - _BEFORE, 0)), end + _BEHIND
    if ends:
        yield begins, ends


def _spans(pattern: Any, text: bytes) -> Iterator[tuple[int, int]]:
    return (found.span() for found in pattern.finditer(text))


def _outside_escape(text: bytes, place: int) -> int:
    """Not far: a run of them as long as the text is nobody's way to write a secret."""
    least = max(place - _LONGEST_ESCAPES, 0)
    while (backslash := text.rfind(b"\\", max(place - _ESCAPE_BYTES, least), place)) >= 0:
        place = backslash
    return place


def _in_window(text: bytes, start: int, end: int, extra: Extra | None) -> Iterator[Found]:
    while True:
        found = list(_found_in(text[start:end], extra, _DEEPEST, with_base64=True))
        if end >= len(text) or all(each.end + start < end - _ESCAPE_BYTES for each in found):
            return (Found(one.start + start, one.end + start, one.kind) for one in found)
        end += max(_BEHIND, end - start)  # it may go on


def secrets_in(text: bytes) -> Iterator[tuple[int, int]]:
    """Their places alone, in order."""
    return ((each.start, each.end) for each in find(text))


def kinds() -> tuple[str, ...]:
    """All names that `Found.kind` may have, but for what was encoded, which says so behind it."""
    return (
        *(each.name for each in FAMILIES),
        *(each.name for each in CONTEXTS),
        _PRIVATE_KEY,
    )


def _found_in(
    text: bytes, extra: Extra | None, depth: int, *, with_base64: bool
) -> Iterator[Found]:
    if extra is not None:
        yield from (Found(start, end, _KNOWN) for start, end in extra(text))
    yield from _as_it_stands(text)
    escaped = without_escapes(text) if depth else None
    if escaped is not None:
        deeper = _found_in(escaped.text, extra, depth - 1, with_base64=False)
        yield from _through(escaped, deeper)
    if _percent().search(text) and (plain := without_percents(text)) is not None:
        if extra is not None:
            known = (Found(start, end, _KNOWN) for start, end in extra(plain.text))
            yield from _through(plain, known)
        yield from _through(plain, _as_it_stands(plain.text))
    if not with_base64:
        return
    yield from _in_base64(text, extra)
    if escaped is not None:
        yield from _through(escaped, _in_base64(escaped.text, extra))


def _in_base64(text: bytes, extra: Extra | None) -> Iterator[Found]:
    for (start, end), said in base64_texts(text):
        inside = next(iter(_found_in(said, extra, 1, with_base64=False)), None)
        if inside is not None:
            yield Found(start, end, f"{inside.kind} in base64")


def _through(reading: Reading, found: Iterable[Found]) -> Iterator[Found]:
    for start, end, kind in found:
        yield Found(*reading.source(start, end), kind)


def _as_it_stands(text: bytes) -> Iterator[Found]:
    yield from (Found(start, end, _PRIVATE_KEY) for start, end in private_keys(text))
    yield from _by_looks(text)
    for number in _contexts().Match(text) or ():
        yield from _in_context(CONTEXTS[number], text)


def _by_looks(text: bytes) -> Iterator[Found]:
    """What was found is skipped, taken or not: each byte is looked at a bounded number of times."""
    for table in _TABLES:
        for found in _looks(table).finditer(text):
            begins, end = _word_begins(text, found.start()), found.end()
            family = _family_of(table, text[begins:end])
            is_prose = family.is_short_headed and is_words(text[begins:end])
            if not is_prose and not _is_in_blob(text, begins):
                yield Found(begins, end, family.name)


def _in_context(context: Context, text: bytes) -> Iterator[Found]:
    pattern, place = _ready(context.pattern), 0
    while (found := pattern.search(text, place)) is not None:
        at = next(number for number in range(1, 9) if found.start(number) >= 0)
        start, end = found.span(at)
        before = text[found.start() : start]
        is_quoted = text[start - 1 : start] in (b'"', b"'", b"`")
        if context.check(before, text[start:end], is_quoted):
            yield Found(start, end, context.name)
            place = end
        else:
            place = start if end - start <= _SHORT_VALUE else end


def _word_begins(text: bytes, place: int) -> int:
    """Behind what a pattern has before a secret."""
    before = _BEFORE_WORD.match(text, place)
    return before.end() if before else place


def _is_in_blob(text: bytes, place: int) -> bool:
    """Something in base64 that happens to hold `AKIA` behind a sign."""
    is_sign = text[place - 1 : place] in (b"+", b"/")
    return is_sign and _BLOB.search(text[max(place - 48, 0) : place]) is not None


def _family_of(table: tuple[Family, ...], secret: bytes) -> Family:
    for family in table:
        if _ready(family.pattern).fullmatch(secret):
            return family
    return table[0]  # cut at its end by what follows


def _apart(found: list[Found]) -> list[Found]:
    """Those that lie over each other become one."""
    apart: list[Found] = []
    for each in sorted(found, key=lambda one: (one.start, -one.end)):
        if apart and each.start < apart[-1].end:
            last = apart[-1]
            apart[-1] = Found(last.start, max(last.end, each.end), last.kind)
        else:
            apart.append(each)
    return apart


@cache
def _ready(pattern: str) -> Any:
    return compiled(pattern)


def _clue() -> Any:
    return _ready(CLUE)


@cache
def _looks(table: tuple[Family, ...]) -> Any:
    return compiled(f"{_APART}(?:{'|'.join(each.pattern for each in table)})")


@cache
def _contexts() -> Any:
    """Tells the numbers of those that are there."""
    return set_of([each.pattern for each in CONTEXTS])


def _base64() -> Any:
    """Apart from the others: both together would have very many states."""
    return _ready(BASE64_CLUE)


def _percent() -> Any:
    return _ready(PERCENT_CLUE)
