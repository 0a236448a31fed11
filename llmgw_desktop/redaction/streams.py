"""The texts that a stream says in pieces, put together: events, JSON lines, lists of JSON.

Which protocol it is does not matter. Pieces of one text stand under the same names with the same
indexes around them, event after event; and, read more roughly, under the same name. A secret that
was cut anywhere is whole in one of the two.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate

_NO_TEXTS = frozenset(
    b"""id object model type role event created system_fingerprint item_id response_id service_tier
    obfuscation finish_reason finishReason stop_reason name call_id tool_call_id responseId
    modelVersion session_id sessionId uuid parent_uuid parentUuid timestamp status
    """.split()
)
"""Names of what stands whole in each event."""
_BEGINNING_BYTES = 4096
_EVENT = re.compile(rb"(?:^|\n)(?:data|event|id|retry|:)[: ]")
_ROW = re.compile(rb"\}\r?\n?,?[ ]?\r?\n?,?\{")
_TEXT = re.compile(
    rb'"(?!id"|object"|model"|type"|item_id"|s(?:ystem_fingerprint|ervice_tier)")([A-Za-z_]\w{0,40}+)"\s*+:\s*+'
    rb'"((?:[^"\\]++|\\.)*+)"',
    re.DOTALL,
)
"""What stands in every event is passed over at once: that is quick."""
_INDEX = re.compile(rb'ndex"\s*+:\s*+(\d{1,6})')
_TOKEN = re.compile(
    rb'"((?:[^"\\\n]++|\\[^\n])*+)(?:"(\s*+:)?|\\?(?=\n|\Z))'
    rb"|([\[{])|([\]}])|(?:^|\n)data:|(\d{1,6})|(true|,)"
)
"""A string that does not end goes on to the end of its line: whatever is in it is read once."""
_DEEPEST = 200
"""What is open deeper than this belongs to the last that is not."""
_TELLING = (b"sessionUpdate", b"thought")
"""Names whose values part one text from another."""

_MayHold = Callable[[bytes], bool]
_Channel = tuple[object, ...]


class Pieces:
    """A text in pieces, as it is written: JSON's escapes stand in it."""

    __slots__ = ("_places", "_said", "_starts")

    def __init__(self) -> None:
        self._said: list[bytes] = []
        self._places: list[int] = []
        self._starts: list[int] = []

    def add(self, place: int, said: bytes) -> None:
        self._places.append(place)
        self._said.append(said)

    @property
    def said(self) -> bytes:
        return b"".join(self._said)

    @property
    def is_cut(self) -> bool:
        return len(self._said) > 1

    def sources(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Where these bytes stand in the stream, piece by piece."""
        if len(self._starts) != len(self._said):
            self._starts = [0, *accumulate(map(len, self._said))][:-1]
        at = bisect_right(self._starts, start) - 1
        while at < len(self._starts) and self._starts[at] < end:
            begins, length = self._starts[at], len(self._said[at])
            place = self._places[at] - begins
            if length:
                yield place + max(start, begins), place + min(end, begins + length)
            at += 1


def may_be_stream(body: bytes) -> bool:
    beginning = body[:_BEGINNING_BYTES]
    if beginning[:1] in (b"{", b"["):
        return _ROW.search(beginning) is not None
    return _EVENT.search(beginning) is not None


def texts_of(body: bytes, may_hold: _MayHold) -> list[Pieces]:
    """Those that may hold a secret."""
    by_name = texts_by_name(body)
    suspects = [text for text in by_name if text.is_cut and may_hold(text.said)]
    if suspects or may_go_to_and_fro(body):
        suspects += [text for text in _by_place(body) if text.is_cut and may_hold(text.said)]
    return suspects


def texts_by_name(body: bytes) -> list[Pieces]:
    """All that stands under one name, in its order."""
    texts: dict[bytes, Pieces] = {}
    for found in _TEXT.finditer(body):
        name, said = found.groups()
        if name in _NO_TEXTS:
            continue
        text = texts.get(name)
        if text is None:
            text = texts[name] = Pieces()
        text.add(found.start(2), said)
    return list(texts.values())


def said_in_pieces(body: bytes) -> bytes:
    """The same together, for a glance at a body that is not large: in one go."""
    texts: dict[bytes, list[bytes]] = {}
    for name, said in _TEXT.findall(body):
        pieces = texts.get(name)
        if pieces is None:
            if name not in _NO_TEXTS:
                texts[name] = [b"\n", said]
        else:
            pieces.append(said)
    return b"".join([piece for pieces in texts.values() if len(pieces) > 2 for piece in pieces])


def may_go_to_and_fro(body: bytes) -> bool:
    """Several texts of one name may go on side by side."""
    if body.count(b'ndex":0') == body.count(b'ndex"'):
        return False
    highest = 0
    for found in _INDEX.finditer(body):
        index = int(found[1])
        if index < highest:
            return True
        highest = index
    return False


def _by_place(body: bytes) -> list[Pieces]:
    walk = _Walk()
    for token in _TOKEN.finditer(body):
        walk.take(token)
    walk.end_event()
    return list(walk.texts.values())


class _Scope:
    """An open object or list. What it is told apart by is known when its event has ended."""

    __slots__ = ("channel", "marks", "name", "parent")

    def __init__(self, name: bytes, parent: "_Scope | None") -> None:
        self.name = name
        self.parent = parent
        self.marks: dict[bytes, bytes] = {}
        self.channel = -1


class _Walk:
    def __init__(self) -> None:
        self.texts: dict[_Channel, Pieces] = {}
        self._channels: dict[tuple[object, ...], int] = {}
        self._open: list[_Scope] = []
        self._deeper = 0
        self._name = b""
        self._event: list[tuple[_Scope | None, bytes, int, bytes]] = []

    def take(self, token: re.Match[bytes]) -> None:
        kind = token.lastindex
        if kind == 2:
            self._name = token[1]
        elif kind == 1:
            self._string(token.start(1), token[1])
        elif kind == 3:
            self._begin()
        elif kind == 4:
            self._close()
        elif kind is None:  # a new event, whatever is open
            self.end_event()
        else:
            self._scalar(token[0])

    def end_event(self) -> None:
        """What its texts belong to is known now."""
        for scope, name, place, said in self._event:
            self.texts.setdefault((self._channel(scope), name), Pieces()).add(place, said)
        self._event.clear()
        self._open.clear()
        self._deeper = 0
        self._name = b""

    def _channel(self, scope: _Scope | None) -> int:
        """A number for all scopes of these names and marks within each other."""
        if scope is None:
            return 0
        if scope.channel < 0:
            key = (self._channel(scope.parent), scope.name, tuple(sorted(scope.marks.items())))
            scope.channel = self._channels.setdefault(key, len(self._channels) + 1)
        return scope.channel

    def _begin(self) -> None:
        if len(self._open) < _DEEPEST:
            self._open.append(_Scope(self._name, self._open[-1] if self._open else None))
        else:
            self._deeper += 1
        self._name = b""

    def _string(self, place: int, said: bytes) -> None:
        name, self._name = self._name, b""
        if self._open and (name in _TELLING or (name == b"type" and len(self._open) == 1)):
            self._open[-1].marks[name] = said
        elif name not in _NO_TEXTS:
            self._event.append((self._open[-1] if self._open else None, name, place, said))

    def _scalar(self, said: bytes) -> None:
        name, self._name = self._name, b""
        is_mark = name[-5:].lower() == b"index" or name in _TELLING
        if is_mark and self._open and said != b",":
            self._open[-1].marks[name] = said

    def _close(self) -> None:
        self._name = b""
        if self._deeper:
            self._deeper -= 1
            return
        if self._open:
            self._open.pop()
        if not self._open:
            self.end_event()
