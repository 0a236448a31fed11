"""A JSON text as a tree whose strings know where they stand, so that parts of them can be changed
and every other byte stays as it came.

The text was found to be JSON already. Objects and lists become dicts and lists, strings become
Text. It is done in short steps: whoever takes them decides who has a turn between.
"""

import re
from bisect import bisect_right
from collections.abc import Generator
from typing import Any, TypeVar, cast, final

from typing_extensions import override

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.plain_text import possessive
from llmgw_desktop.wire.json_values import characters_end, parse_json

STEP_TOKENS = 300
STEP_EDITS = 1000
PIECE_BYTES = 16 * 1024
_SHORT_BYTES = 1024
_TOKEN = re.compile(
    rb'[ \t\r\n:,]*+(?:"([^"\\]{0,%d}+)"|"([^"\\]{0,256}+%b)"'
    rb'|([\[{])|([\]}])|(")|([^ \t\r\n:,\[\]{}"]++))'
    % (_SHORT_BYTES, possessive(rb'\\.[^"\\]{0,64}+', b"{1,12}"))
)
_SHORT, _ESCAPED, _OPENS, _CLOSES, _QUOTE = 1, 2, 3, 4, 5
_ESCAPE = re.compile(
    rb"\\(?:(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|.)",
    re.DOTALL,
)
"""Two that are one character, one by itself, or a short one."""
_HIGH_AT_END = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}$")

_NAMED = {b"true": True, b"false": False, b"null": None}
_LONGEST_WHOLE = 20

T = TypeVar("T")
Edit = tuple[int, int, bytes]
"""(from, to, what stands there instead)."""


@final
class JsonString:
    """A string between its quotes."""

    __slots__ = ("body", "end", "is_escaped", "start")

    def __init__(self, body: bytes, start: int, end: int, *, is_escaped: bool) -> None:
        self.body = body
        self.start = start
        self.end = end
        self.is_escaped = is_escaped

    @override
    def __str__(self) -> str:
        """What it says; for short ones."""
        if not self.is_escaped:
            return self.body[self.start : self.end].decode()
        said: str = parse_json(self.body[self.start - 1 : self.end + 1])
        return said


@final
class Key(str):
    """A member's name, which knows where it stands."""

    __slots__ = ("text",)
    text: JsonString


@final
class Decoded:
    """What a string says, as UTF-8, and where each byte of it stands in the body."""

    __slots__ = ("_anchors", "_body", "_is_plain", "_seen", "text")

    def __init__(self, text: bytes, body: bytes, anchors: list[tuple[int, int]]) -> None:
        """`anchors`: (place in the text, place in the body) of each piece, and of the end."""
        self.text = text
        self._body = body
        self._anchors = anchors
        self._is_plain = len(anchors) == 2 and len(text) == anchors[1][1] - anchors[0][1]
        """Nothing in it is written with escapes: as long here as there."""
        self._seen = (0, anchors[0][1] if anchors else 0)
        """A place that is known already: those asked for mostly come in order."""

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Where these bytes stand in the body; both lie between characters."""
        if self._is_plain:
            begins = self._anchors[0][1]
            return begins + start, begins + end
        return self._raw(start), self._raw(end)

    def _raw(self, place: int) -> int:
        is_one = place < self._anchors[1][0]
        at = 0 if is_one else bisect_right(self._anchors, place, key=lambda each: each[0]) - 1
        said, raw = self._anchors[at]
        if said <= self._seen[0] <= place:
            said, raw = self._seen
        limit = self._anchors[at + 1][1] if at + 1 < len(self._anchors) else len(self._body)
        for escape in _ESCAPE.finditer(self._body, raw, limit):
            plain = escape.start() - raw
            if said + plain >= place:
                break
            said, raw = said + plain + _said_bytes(escape), escape.end()
        self._seen = (place, raw + place - said)
        return self._seen[1]


def in_steps(body: bytes) -> Generator[None, None, Any]:
    """The tree. A name that stands twice in one object is refused, MalformedRequest: who looks
    through one of the two would not know which one is read."""
    walk = _Walk(body)
    while not walk.is_over:
        walk.step()
        yield
    return walk.top


def at_once(body: bytes) -> Any:
    """As `in_steps`, of a short text."""
    return _all(in_steps(body))


def decoded_in_steps(text: JsonString) -> Generator[None, None, Decoded]:
    body, start, end = text.body, text.start, text.end
    if not text.is_escaped:
        return Decoded(body[start:end], body, [(0, start), (end - start, end)])
    said, anchors, length = [], [], 0
    while start < end:
        stop = _piece_end(body, start, end)
        piece = parse_json(b'"%b"' % body[start:stop]).encode("utf-8", "replace")
        anchors.append((length, start))
        said.append(piece)
        length, start = length + len(piece), stop
        if start < end:
            yield
    anchors.append((length, end))
    return Decoded(b"".join(said), body, anchors)


def decoded(text: JsonString) -> Decoded:
    """As `decoded_in_steps`, of a short one."""
    body, start, end = text.body, text.start, text.end
    if text.is_escaped and end - start <= PIECE_BYTES:  # nearly all, where there are many
        said = parse_json(body[start - 1 : end + 1]).encode("utf-8", "replace")
        return Decoded(said, body, [(0, start), (len(said), end)])
    return _all(decoded_in_steps(text))


def edited_in_steps(body: bytes, edits: list[Edit]) -> Generator[None, None, bytes]:
    """Edits do not overlap."""
    parts: list[bytes] = []
    done = 0
    for at, (start, end, new) in enumerate(sorted(edits), 1):
        parts += (body[done:start], new)
        done = end
        if at % STEP_EDITS == 0:
            yield
    parts.append(body[done:])
    return b"".join(parts)


def with_edits(body: bytes, edits: list[Edit]) -> bytes:
    """As `edited_in_steps`, of a few."""
    return _all(edited_in_steps(body, edits))


def strings_in(body: bytes) -> int:
    """How many strings stand in it, names of members among them."""
    if body.find(b"\\") < 0:
        return body.count(b'"') // 2
    plain = body.replace(rb"\\", b"")
    return (plain.count(b'"') - plain.count(rb"\"")) // 2


class _Walk:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0
        self._open: list[Any] = []
        self._keys: list[Key | None] = []
        """Of each open container the name that waits for its value."""
        self.top: Any = None
        self._is_begun = False
        self._in_string: int | None = None
        """Where a long string begins that is gone through."""
        self._is_escaped = False

    @property
    def is_over(self) -> bool:
        return self._is_begun and not self._open and self._in_string is None

    def step(self) -> None:
        if self._in_string is not None:
            self._go_through_string(self._in_string)
            return
        for _ in range(STEP_TOKENS):
            found = _TOKEN.match(self._body, self._at)
            if found is None:
                raise MalformedRequest("The request body is not valid JSON.")
            self._take(found)
            if self._is_paused():
                return

    def _is_paused(self) -> bool:
        return self._in_string is not None or self.is_over

    def _take(self, found: re.Match[bytes]) -> None:
        self._at = found.end()
        kind = found.lastindex
        if kind == _SHORT:
            self._string(found.start(1), found.end(1), is_escaped=False)
        elif kind == _ESCAPED:
            self._string(found.start(2), found.end(2), is_escaped=True)
        elif kind == _OPENS:
            made: Any = {} if self._body[found.start(3)] == ord("{") else []
            self._value(made)
            self._open.append(made)
            self._keys.append(None)
        elif kind == _CLOSES:
            self._open.pop()
            self._keys.pop()
        elif kind == _QUOTE:
            self._in_string, self._is_escaped = found.end(), False
        else:
            self._value(_scalar(found[6]))

    def _go_through_string(self, begins: int) -> None:
        body, start = self._body, self._at
        stop = characters_end(body, start, start + PIECE_BYTES)
        self._is_escaped = self._is_escaped or body.find(b"\\", start, stop) >= 0
        self._at = stop
        if stop < len(body) and body[stop] == ord('"'):
            self._in_string, self._at = None, stop + 1
            self._string(begins, stop, is_escaped=self._is_escaped)
        elif stop == start:
            raise MalformedRequest("The request body is not valid JSON.")

    def _string(self, start: int, end: int, *, is_escaped: bool) -> None:
        text = JsonString(self._body, start, end, is_escaped=is_escaped)
        if self._open and type(self._open[-1]) is dict and self._keys[-1] is None:
            key = Key(str(text))
            key.text = text
            if key in self._open[-1]:
                raise MalformedRequest("The request body has an object with a name twice in it.")
            self._keys[-1] = key
        else:
            self._value(text)

    def _value(self, value: Any) -> None:
        self._is_begun = True
        if not self._open:
            self.top = value
        elif type(self._open[-1]) is dict:
            self._open[-1][self._keys[-1]] = value
            self._keys[-1] = None
        else:
            self._open[-1].append(value)


def _scalar(raw: bytes) -> int | float | bool | None:
    if raw in _NAMED:
        return _NAMED[raw]
    try:
        return int(raw) if len(raw) < _LONGEST_WHOLE and raw.lstrip(b"-").isdigit() else float(raw)
    except ValueError:
        raise MalformedRequest("The request body is not valid JSON.") from None


def _piece_end(body: bytes, start: int, end: int) -> int:
    """Not within an escape, nor between two that are one character, nor within its bytes."""
    stop = start + PIECE_BYTES
    if stop >= end:
        return end
    stop = characters_end(body, start, stop)
    if _HIGH_AT_END.search(body, max(stop - 6, start), stop):
        stop -= 6
    return stop


def _said_bytes(escape: re.Match[bytes]) -> int:
    """How many bytes of UTF-8 it stands for; half a character is read as U+FFFD."""
    if escape[1] is not None:
        return 4
    number = 0 if escape[2] is None else int(escape[2], 16)
    return 1 if number < 0x80 else 2 if number < 0x800 else 3


def _all(steps: Generator[None, None, T]) -> T:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast("T", end.value)
