"""The texts of a stream by their places, the names and indexes around their pieces; and where each
piece of such a text stands.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import ne

WHOLE = frozenset(
    b"""id object model type role event created system_fingerprint item_id response_id service_tier
    obfuscation finish_reason finishReason stop_reason name call_id tool_call_id responseId
    modelVersion session_id sessionId uuid parent_uuid parentUuid timestamp status
    """.split()
)
"""Names of what stands whole in each event, the same again and again."""


def without_repeats(said: Sequence[bytes]) -> Sequence[int]:
    """The places of what is not said again at once, where most is; else of all: a text may have two
    pieces that are the same."""
    changes = sum(map(ne, said, said[1:]))
    if changes * 2 >= len(said) - 1:
        return range(len(said))
    return [at for at, each in enumerate(said) if not at or each != said[at - 1]]


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

    def of(self, name: bytes) -> "Pieces":
        """What a name that mostly says the same says anew."""
        if name not in WHOLE:
            return self
        anew = Pieces()
        for at in without_repeats(self._said):
            anew.add(self._places[at], self._said[at])
        return anew

    def __len__(self) -> int:
        return len(self._said)

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


_TOKEN = re.compile(
    rb'"((?:[^"\\\n]++|\\[^\n])*+)(?:"(\s*+:)?|\\?(?=\n|\Z))'
    rb"|([\[{])|([\]}])|(?:^|\n)data:|(\d{1,6})|(true|,)"
)
"""A string that does not end goes on to the end of its line: whatever is in it is read once."""
_DEEPEST = 200
"""What is open deeper than this belongs to the last that is not."""
_TELLING = (b"sessionUpdate", b"thought")
"""Names whose values part one text from another."""

_Channel = tuple[int, bytes]


def texts_by_place(body: bytes) -> list[Pieces]:
    walk = _Walk()
    for token in _TOKEN.finditer(body):
        walk.take(token)
    walk.end_event()
    return [text.of(name) for (_, name), text in walk.texts.items()]


class _Scope:
    """An open object or list. What it is told apart by is known when its event has ended."""

    __slots__ = ("channel", "items", "marks", "name", "parent", "place")

    def __init__(self, name: bytes, parent: "_Scope | None") -> None:
        self.name = name
        self.items = 0
        self.place = parent.items if parent is not None else 0
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
            text = self.texts.setdefault((self._channel(scope), name), Pieces())
            text.add(place, said)
        self._event.clear()
        self._open.clear()
        self._deeper = 0
        self._name = b""

    def _channel(self, scope: _Scope | None) -> int:
        """A number for all scopes of these names and marks within each other."""
        if scope is None:
            return 0
        if scope.channel < 0:
            marks = tuple(sorted(scope.marks.items()))
            has_index = any(name[-5:].lower() == b"index" for name in scope.marks)
            is_row = scope.parent is None or scope.parent.parent is None
            place = 0 if has_index or is_row else scope.place
            key = (self._channel(scope.parent), scope.name, place, marks)
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
        else:
            scope = self._open[-1] if self._open else None
            if scope is not None and scope.parent is not None and not name:
                name = b"%d" % scope.items
            self._event.append((scope, name, place, said))

    def _scalar(self, said: bytes) -> None:
        name, self._name = self._name, b""
        if said == b"," and self._open and not self._deeper:
            self._open[-1].items += 1
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
