"""The texts that a stream says in pieces, put together: events, JSON lines, lists of JSON.

Which protocol it is does not matter. Pieces of one text stand under the same names with the same
indexes around them, event after event; and, read more roughly, under the same name. A secret that
was cut anywhere is whole in one of the two.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from llmgw_desktop.redaction.stream_places import WHOLE, Pieces, texts_by_place, without_repeats
from llmgw_desktop.redaction.views import STEP_BYTES, compiled, count_of, holds

_BEGINNING_BYTES, _FIRST_ROW_BYTES = 4096, 65_536
_LONGEST_REPEATED, _FEWEST_EVENTS = 1024, 2
_EVENT = r"(?:^|\n)(?:data|event|id|retry|:)[: ]"
_ROW = re.compile(rb"\}\r?\n?,?[ ]?\r?\n?,?\{")
_TEXT = re.compile(rb'"([^"\\\n]{1,80}+)"\s*+:\s*+"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_IN_LIST = re.compile(rb'[\[,]\s*+"((?:[^"\\]++|\\.)*+)"(?!\s*+:)', re.DOTALL)
_LIST_BEGINS = r'\[\s*"'
_BARE = re.compile(
    rb"(?:^|(?<=\n))data: ?+(?!(?:\{[^\n]*\}|\[[^\n]*\])\r?(?:\n|\Z))"
    rb"(?:\"([^\"\r\n]*+)\"(?=[\r\n]|\Z)|([^\r\n]++))"
)
"""A line of an event that is neither an object nor a list."""
_INDEX = re.compile(rb'ndex"\s*+:\s*+(\d{1,6})')
_MayHold = Callable[[bytes], bool]


def may_be_stream(body: bytes) -> bool:
    if body[:1] in (b"{", b"["):
        return _ROW.search(body, 0, _FIRST_ROW_BYTES) is not None
    return _event().search(body[:_BEGINNING_BYTES]) is not None


@cache
def _event() -> Any:
    """By RE2: each text that is cleaned is looked at so."""
    return compiled(_EVENT)


@cache
def _list_begins() -> Any:
    return compiled(_LIST_BEGINS)


def texts_of(body: bytes, may_hold: _MayHold) -> list[Pieces]:
    """Those that may hold a secret."""
    said = said_in_pieces(body)
    if said is not None and not may_hold(said):
        return []
    texts = texts_by_name(body)
    if _events(body) >= _FEWEST_EVENTS:
        texts += _without_names(body)
    suspects = [text for text in texts if text.is_cut and may_hold(text.said)]
    if suspects or said is None:
        suspects += [text for text in texts_by_place(body) if text.is_cut and may_hold(text.said)]
    return suspects


def texts_by_name(body: bytes) -> list[Pieces]:
    """All that stands under one name, in its order."""
    texts: dict[bytes, Pieces] = {}
    for found in _TEXT.finditer(body):
        name, said = found.groups()
        text = texts.get(name)
        if text is None:
            text = texts[name] = Pieces()
        text.add(found.start(2), said)
    return [text.of(name) for name, text in texts.items()]


def _without_names(body: bytes) -> Iterator[Pieces]:
    """What lists say, and lines of events that are no JSON."""
    if holds(body, b'"]') or _list_begins().search(body):
        yield _together(_IN_LIST.finditer(body))
    if _has_bare_lines(body):
        yield _together(_BARE.finditer(body))


def _together(found: Iterable[re.Match[bytes]]) -> Pieces:
    text = Pieces()
    for each in found:
        at = each.lastindex or 0
        text.add(each.start(at), each[at])
    return text


def said_in_pieces(body: bytes) -> bytes | None:
    """The same together, for a glance at a body that is not large: in one go. None if several texts
    of one name may go on side by side, under indexes or in one event: `texts_of` alone knows."""
    if _may_go_to_and_fro(body):
        return None
    texts: dict[bytes, list[bytes]] = {}
    events = _events(body)
    looked_at = _without_what_repeats(body) if events >= _FEWEST_EVENTS else body
    for name, piece in _named(looked_at):
        pieces = texts.get(name)
        if pieces is None:
            texts[name] = [b"\n", piece]
        else:
            pieces.append(piece)
    nameless = list(_without_names(body)) if events >= _FEWEST_EVENTS else []
    several = [len(pieces) - 1 for name, pieces in texts.items() if name not in WHOLE]
    if max(several + [len(text) for text in nameless], default=0) > events >= _FEWEST_EVENTS:
        return None
    for name in WHOLE.intersection(texts):
        texts[name] = [texts[name][at] for at in without_repeats(texts[name])]
    said = [piece for pieces in texts.values() if len(pieces) > 2 for piece in pieces]
    return b"".join(said + [b"\n" + text.said for text in nameless])


def _named(body: bytes) -> Iterable[tuple[bytes, bytes]]:
    """(name, text): at once where that does not take long."""
    if len(body) <= STEP_BYTES:
        return _TEXT.findall(body)
    return ((found[1], found[2]) for found in _TEXT.finditer(body))


def _without_what_repeats(body: bytes) -> bytes:
    """Without the first members of events, where they are of those that say the same in each: most
    of a stream is that, and quickly passed over."""
    mark = b"data: {" if count_of(body, b"data: {") > 1 else b"\n{"
    one = body.find(mark, body.find(mark) + 1)
    other = body.find(mark, one + 1)
    if one < 0 or other < 0:
        return body
    length = 0
    for found in _TEXT.finditer(body, one, min(other, one + _LONGEST_REPEATED)):
        begun = body[one : found.end()]
        if found[1] not in WHOLE or not body.startswith(begun, other):
            break
        length = found.end() - one
    return body.replace(body[one : one + length], b"") if length else body


def _events(body: bytes) -> int:
    """How many there are, or a few more; 1 where it is one JSON."""
    if body[:1] in (b"{", b"["):
        return count_of(body, b"\n{") + (2 if body[:1] == b"[" else 1)
    return count_of(body, b"data:")


def _has_bare_lines(body: bytes) -> bool:
    lines, objects = count_of(body, b"data:"), count_of(body, b"data: {")
    if objects < lines:
        objects += count_of(body, b"data:{") + count_of(body, b"data: [DONE]")
    return objects < lines and _BARE.search(body) is not None


def _may_go_to_and_fro(body: bytes) -> bool:
    """Several texts of one name may go on side by side, under indexes."""
    if count_of(body, b'ndex":0') == count_of(body, b'ndex"'):
        return False
    highest = 0
    for found in _INDEX.finditer(body):
        index = int(found[1])
        if index < highest:
            return True
        highest = index
    return False
