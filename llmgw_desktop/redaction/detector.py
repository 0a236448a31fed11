"""Where secrets stand in bytes: by their own looks, by what stands around them, and where the bytes
say something in another way (JSON's escapes up to three deep, percents and base64 up to twice, hex,
signs that nobody sees), in that, too.

One pass of RE2 tells whether there is anything to look for, which is all that the usual body needs.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from heapq import merge
from typing import Any, NamedTuple

from llmgw_desktop.redaction.contexts import CONTEXTS, Context
from llmgw_desktop.redaction.key_families import (
    AI_KEYS,
    CLOUD_KEYS,
    CODE_KEYS,
    PRIVATE_KEY_CLUE,
    SERVICE_KEYS,
    Family,
    private_keys,
)
from llmgw_desktop.redaction.nested import NESTED, NESTED_CLUE, nested_secrets
from llmgw_desktop.redaction.plausible import is_words
from llmgw_desktop.redaction.views import (
    ENCODED_CLUE,
    ESCAPE_CLUE,
    PERCENT_CLUE,
    SecretView,
    base64_texts,
    compiled,
    hex_texts,
    may_hide,
    set_of,
    shown,
    without_escapes,
    without_hidden,
    without_percents,
)

_TABLES = (AI_KEYS, CLOUD_KEYS, CODE_KEYS, SERVICE_KEYS)
FAMILIES = tuple(family for table in _TABLES for family in table)
_DEEPEST, _TWICE = 3, 2
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
        *(each.clue for each in CONTEXTS if each.clue),
        *(NESTED_CLUE, PRIVATE_KEY_CLUE, ESCAPE_CLUE, PERCENT_CLUE),
    )
)
"""A pattern of RE2 that fits wherever a secret may stand, but for base64 and hex: all together
would have very many states."""
_SHORT_VALUE = 256
_BLOB = re.compile(rb"[A-Za-z0-9+/]{48}$")
"""The middle of something in base64."""

Extra = Callable[[bytes], Iterable[tuple[int, int]]]
"""More places: of secrets that are known whatever they look like."""


_LONGEST_ESCAPES = 512


class FoundSecret(NamedTuple):
    """A secret's place."""

    start: int
    end: int
    kind: str


def may_hold(text: bytes) -> bool:
    """False only if `find` finds nothing: in this text, and in each of which it is made."""
    return _has_clue(text) or (may_hide(text) and _has_clue(shown(text)))


def _has_clue(text: bytes) -> bool:
    return _ready(CLUE).search(text) is not None or _ready(ENCODED_CLUE).search(text) is not None


def find(text: bytes, extra: Extra | None = None) -> list[FoundSecret]:
    """In order, none over another."""
    found = _found_anywhere(text, extra)
    if (reading := without_hidden(text)) is not None:
        found += _through(reading, _found_anywhere(reading.text, extra))
    return _apart(found)


def _found_anywhere(text: bytes, extra: Extra | None) -> list[FoundSecret]:
    found = [FoundSecret(*span, _PRIVATE_KEY) for span in private_keys(text)]
    if extra is not None:
        found += (FoundSecret(*span, _KNOWN) for span in extra(text))
    for start, end in _windows(text):
        found += _in_window(text, start, end, extra)
    return found


def _windows(text: bytes) -> Iterator[tuple[int, int]]:
    """Around all that may be one; each by itself is short, however long the text."""
    begins = ends = 0
    for start, end in merge(*(_spans(_ready(each), text) for each in (CLUE, ENCODED_CLUE))):
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


def _in_window(text: bytes, start: int, end: int, extra: Extra | None) -> Iterator[FoundSecret]:
    while True:
        found = list(_found_in(text[start:end], extra, _DEEPEST, encoded=_TWICE))
        if end >= len(text) or all(each.end + start < end - _ESCAPE_BYTES for each in found):
            return (FoundSecret(one.start + start, one.end + start, one.kind) for one in found)
        end += max(_BEHIND, end - start)  # it may go on


def secrets_in(text: bytes) -> Iterator[tuple[int, int]]:
    """Their places alone, in order."""
    return ((each.start, each.end) for each in find(text))


def kinds() -> tuple[str, ...]:
    """All names that `Found.kind` may have, but for what was encoded, which says so behind it."""
    return (
        *(each.name for each in FAMILIES),
        *(each.name for each in CONTEXTS),
        *(NESTED, _PRIVATE_KEY),
    )


def _found_in(
    text: bytes, extra: Extra | None, depth: int, *, encoded: int
) -> Iterator[FoundSecret]:
    """With escapes undone `depth` times, and what was encoded `encoded` times."""
    yield from _as_it_says(text, extra)
    escaped = without_escapes(text) if depth else None
    if escaped is not None:
        deeper = _found_in(escaped.text, extra, depth - 1, encoded=0)
        yield from _through(escaped, deeper)
    yield from _in_percents(text, extra, _TWICE)
    if (reading := without_hidden(text)) is not None:
        yield from _through(reading, _as_it_says(reading.text, extra))
    if encoded:
        yield from _encoded(text, extra, encoded)
        if escaped is not None:
            yield from _through(escaped, _encoded(escaped.text, extra, encoded))


def _as_it_says(text: bytes, extra: Extra | None) -> Iterator[FoundSecret]:
    if extra is not None:
        yield from (FoundSecret(start, end, _KNOWN) for start, end in extra(text))
    yield from _as_it_stands(text)


def _in_percents(text: bytes, extra: Extra | None, times: int) -> Iterator[FoundSecret]:
    if not _ready(PERCENT_CLUE).search(text) or (plain := without_percents(text)) is None:
        return
    yield from _through(plain, _as_it_says(plain.text, extra))
    if times > 1:
        yield from _through(plain, _in_percents(plain.text, extra, times - 1))


def _encoded(text: bytes, extra: Extra | None, times: int) -> Iterator[FoundSecret]:
    """What was encoded goes whole where a secret is in it."""
    for way, texts in (("base64", base64_texts(text)), ("hex", hex_texts(text))):
        for (start, end), said in texts:
            inside = next(_found_in(said, extra, 1, encoded=times - 1), None)
            if inside is not None:
                yield FoundSecret(start, end, f"{inside.kind} in {way}")


def _through(reading: SecretView, found: Iterable[FoundSecret]) -> Iterator[FoundSecret]:
    for start, end, kind in found:
        yield FoundSecret(*reading.source(start, end), kind)


def _as_it_stands(text: bytes) -> Iterator[FoundSecret]:
    yield from (FoundSecret(start, end, _PRIVATE_KEY) for start, end in private_keys(text))
    yield from (FoundSecret(start, end, NESTED) for start, end in nested_secrets(text))
    yield from _by_looks(text)
    for number in _contexts().Match(text) or ():
        yield from _in_context(CONTEXTS[number], text)


def _by_looks(text: bytes) -> Iterator[FoundSecret]:
    """What was found is skipped, taken or not: each byte is looked at a bounded number of times."""
    for table in _TABLES:
        for found in _looks(table).finditer(text):
            begins, end = _word_begins(text, found.start()), found.end()
            family = _family_of(table, text[begins:end])
            is_prose = family.is_short_headed and is_words(text[begins:end])
            if not is_prose and not _is_in_blob(text, begins):
                yield FoundSecret(begins, end, family.name)


def _in_context(context: Context, text: bytes) -> Iterator[FoundSecret]:
    pattern, place = _ready(context.pattern), 0
    while (found := pattern.search(text, place)) is not None:
        at = next(number for number in range(1, 9) if found.start(number) >= 0)
        start, end = found.span(at)
        before = text[found.start() : start]
        is_quoted = text[start - 1 : start] in (b'"', b"'", b"`")
        if context.check(before, text[start:end], is_quoted):
            yield FoundSecret(start, end, context.name)
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


def _apart(found: list[FoundSecret]) -> list[FoundSecret]:
    """Those that lie over each other become one."""
    apart: list[FoundSecret] = []
    for each in sorted(found, key=lambda one: (one.start, -one.end)):
        if apart and each.start < apart[-1].end:
            last = apart[-1]
            apart[-1] = FoundSecret(last.start, max(last.end, each.end), last.kind)
        else:
            apart.append(each)
    return apart


@cache
def _ready(pattern: str) -> Any:
    return compiled(pattern)


@cache
def _looks(table: tuple[Family, ...]) -> Any:
    return compiled(f"{_APART}(?:{'|'.join(each.pattern for each in table)})")


@cache
def _contexts() -> Any:
    """Tells the numbers of those that are there."""
    return set_of([each.pattern for each in CONTEXTS])
