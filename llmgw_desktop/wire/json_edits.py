"""Reading a JSON body once, and changing a top-level member of it without touching the rest.

Bodies are forwarded byte for byte, so an edit is a splice: where the member stands is found here,
and everything outside its value stays as the caller wrote it. Of a large body only where its
members stand is kept (`json_steps.py` finds them), and values are parsed on demand: a tree of all
that it says takes many times its size, and most requests are passed on with three members looked
at.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, final

import orjson
from typing_extensions import override

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.json_values import STRING, parse_json

_OUTLINED_VALUE_BYTES = 4096
_OUTLINE_BYTES = 64 * 1024
_ALWAYS_OUTLINED_BYTES = 256
"""What decides about a request is short, and must not be crowded out by what stands before it."""
_EMPTIED: Mapping[int, bytes] = {ord("{"): b"{}", ord("["): b"[]", ord('"'): b'""'}

Span = tuple[int, int]


@final
class LargeObject(Mapping[str, Any]):
    """The top level of a body that was found to be a JSON object."""

    __slots__ = ("_body", "_members", "_spans", "_values")

    def __init__(self, body: bytes, members: list[tuple[Span, Span]]) -> None:
        """`members`: where each key stands, with its quotes, and where its value."""
        self._body = body
        self._members = members
        self._values: dict[str, Any] = {}
        self._spans: dict[str, list[Span]] = {}
        for (start, end), value in members:
            name = body[start:end]
            key = parse_json(name) if b"\\" in name else name[1:-1].decode()
            self._spans.setdefault(key, []).append(value)

    @override
    def __getitem__(self, key: str) -> Any:
        """Of members of one name the last counts. Raises MalformedRequest for a bomb."""
        if key not in self._values:
            start, end = self._spans[key][-1]
            try:
                self._values[key] = parse_json(memoryview(self._body)[start:end])
            except ValueError as error:
                raise MalformedRequest(f"The request body is {error}.") from None
        return self._values[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    @override
    def __len__(self) -> int:
        return len(self._spans)

    @override
    def __contains__(self, key: object) -> bool:
        return key in self._spans

    def place(self, key: str) -> Span:
        """Where the value stands; MalformedRequest when it is missing or given twice."""
        spans = self._spans.get(key, [])
        if len(spans) != 1:
            raise MalformedRequest("must be given once" if spans else "is missing", path=key)
        return spans[0]

    def beginning(self, key: str, most_bytes: int) -> str | None:
        """The text of a value that is longer than this, cut there; None where it is not."""
        start, end = self._spans[key][-1]
        if end - start <= most_bytes:
            return None
        return self._body[start : start + most_bytes].decode(errors="replace")

    def outline(self) -> bytes:
        """A body that says the same in little: long values are empty ones of their kind."""
        room = _OUTLINE_BYTES
        parts = []
        for (key_start, key_end), (start, end) in self._members:
            size = end - start
            if size <= max(min(_OUTLINED_VALUE_BYTES, room), _ALWAYS_OUTLINED_BYTES):
                value = self._body[start:end]
                room -= size
            else:
                value = _EMPTIED.get(self._body[start], b"0")
            parts.append(b"%b:%b" % (self._body[key_start:key_end], value))
        return b"{%b}" % b",".join(parts)


@final
class Spliced:
    """A large body with a few of its bytes written anew, and no copy made of the rest."""

    __slots__ = ("_edits", "original")

    def __init__(self, original: bytes, edits: tuple[tuple[Span, bytes], ...] = ()) -> None:
        """`edits`: what stands in the place of which bytes of the original; none overlap."""
        self.original = original
        self._edits = tuple(sorted(edits, key=lambda edit: edit[0]))

    def __len__(self) -> int:
        return len(self.original) + sum(
            len(new) - (end - start) for (start, end), new in self._edits
        )

    def __bytes__(self) -> bytes:
        return b"".join(self.parts())

    def with_edit(self, span: Span, new: bytes) -> "Spliced":
        return Spliced(self.original, (*self._edits, (span, new)))

    def parts(self) -> list[memoryview]:
        """In order; together they are the body."""
        whole = memoryview(self.original)
        parts: list[memoryview] = []
        done = 0
        for (start, end), new in self._edits:
            parts += (whole[done:start], memoryview(new))
            done = end
        parts.append(whole[done:])
        return parts


Body = bytes | Spliced
"""A request's body on its way to an upstream."""


_BIG_BODY = 1 << 20
_MARKS = (b",", b":", b"[", b"{")
_MOST_MARKS = 1_500_000
_MOST_SPELLINGS = 20_000
"""Beyond these a big body is a bomb: parsed, it would take many times its size in memory."""

_BACKSLASH = ord("\\")
_COLON = re.compile(rb"[ \t\r\n]*:[ \t\r\n]*")
_STRING = re.compile(STRING, re.DOTALL)
_SCALAR = re.compile(rb"[^ \t\r\n,}\]]+")
_STRUCTURE = re.compile(rb"[{}\[\]]|" + STRING, re.DOTALL)


def parse_object(body: bytes) -> dict[str, Any]:
    """The top level of a JSON object; ValueError, in words for the sender, on anything else.

    What is refused of values, and what is not, `json_values.py` says.
    """
    if len(body) > _BIG_BODY:
        _refuse_bomb(body)
    parsed = parse_json(body)
    if type(parsed) is not dict:
        raise ValueError("valid JSON, but not an object")
    return parsed


def read_object(body: bytes) -> dict[str, Any]:
    """`parse_object` for a caller's body: MalformedRequest on anything but one JSON object."""
    try:
        return parse_object(body)
    except ValueError as error:
        raise MalformedRequest(f"The request body is {error}.") from None


def read_request(body: bytes, *, takes_null: bool = True) -> tuple[dict[str, Any], str, bool]:
    """The top-level fields, the model, and whether a stream is asked for.

    Everything that we do not act on passes unread. A second `model` at the top level is refused:
    we would route by one and the vendor could serve the other. `takes_null`: `stream` may be null,
    which means false.
    """
    fields = read_object(body)
    model = fields.get("model")
    if not isinstance(model, str) or not model:
        raise MalformedRequest("a model name is required, as a string", path="model")
    if b"\\" in body or body.count(b'"model"') != 1:  # else it is the one that was read
        locate_member(body, "model", fields)
    streaming = fields.get("stream", False)
    if type(streaming) is not bool and not (takes_null and streaming is None):
        raise MalformedRequest("must be true or false", path="stream")
    return fields, model, streaming is True


def replace_string(
    body: Body, key: str, value: str, *, fields: Mapping[str, Any] | None = None
) -> Body:
    """The body with another string as the value of a top-level key that holds a string now.

    `fields` is what `read_object` or `object_in_steps` gave for this same body; with it the usual
    body need not be parsed a second time, and a large one is not copied. MalformedRequest when the
    key is missing, stands twice (however it is spelled), or holds something else.
    """
    start, end = _place(body, key, fields)
    if _original(body)[start : start + 1] != b'"':
        raise MalformedRequest("must be a string", path=key)
    return _spliced(body, (start, end), orjson.dumps(value), fields)


def replace_value(
    body: Body, key: str, json_value: bytes, *, fields: Mapping[str, Any] | None = None
) -> Body:
    """As `replace_string`, for any value and any old value."""
    return _spliced(body, _place(body, key, fields), json_value, fields)


def member_value(body: Body, key: str, fields: Mapping[str, Any] | None = None) -> bytes:
    """The value of a top-level key, as the caller wrote it."""
    start, end = _place(body, key, fields)
    return _original(body)[start:end]


def insert_member(
    body: Body, key: str, json_value: bytes, *, fields: Mapping[str, Any] | None = None
) -> Body:
    """The body with one more member at its end. The body is a JSON object without that key."""
    brace = _original(body).rindex(b"}")
    is_first = not fields if type(fields) is LargeObject else _opens(_original(body), brace)
    member = b"%b%b:%b" % (b"" if is_first else b",", orjson.dumps(key), json_value)
    return _spliced(body, (brace, brace), member, fields)


def _opens(original: bytes, brace: int) -> bool:
    """Nothing stands in the object that ends there. Large ones are not copied to see it."""
    for start in (max(brace - 256, 0), 0):
        if before := original[start:brace].rstrip(b" \t\r\n"):
            return before.endswith(b"{")
    return False


def locate_member(body: bytes, key: str, fields: Mapping[str, Any] | None = None) -> int:
    """Where the value of a top-level key begins; MalformedRequest when it is missing or repeated.

    The body is valid JSON. `fields` as in `replace_string`.
    """
    spots = _members_named(body, key)
    is_there = fields is not None and key in fields
    if len(spots) == 1 and (is_there or _is_first(body, spots[0][0])):
        return spots[0][1]
    if fields is not None and is_there and _first_is_the_only(body, spots, fields[key]):
        return spots[0][1]
    return _located_by_parsing(body, key, spots)


def _place(body: Body, key: str, fields: Mapping[str, Any] | None) -> Span:
    """Of a value, in the body as the caller wrote it."""
    if type(fields) is LargeObject:  # not isinstance: that of a Mapping takes its time
        return fields.place(key)
    original = _original(body)
    start = locate_member(original, key, fields)
    return start, _value_end(original, start)


def _original(body: Body) -> bytes:
    return body if isinstance(body, bytes) else body.original


def _spliced(body: Body, span: Span, new: bytes, fields: Mapping[str, Any] | None) -> Body:
    if isinstance(body, Spliced):
        return body.with_edit(span, new)
    if type(fields) is LargeObject:
        return Spliced(body).with_edit(span, new)
    return b"".join((body[: span[0]], new, body[span[1] :]))


def _refuse_bomb(body: bytes) -> None:
    """Counts inside strings too: prose and code have far fewer of these marks than a bomb."""
    if sum(map(body.count, _MARKS)) > _MOST_MARKS:
        raise ValueError("too finely divided: more values than any model takes")


def _members_named(body: bytes, key: str) -> list[tuple[int, int]]:
    """(key start, value start) of each member of this name at whatever depth.

    In valid JSON a quote that is not escaped and is followed by the name opens a string; if a
    colon comes after, the string is a key.
    """
    spots = []
    spellings = _spellings_of(key, body)
    if len(spellings) > _MOST_SPELLINGS:
        raise MalformedRequest(f"The request body says '{key}' more often than any request does.")
    for start, end in spellings:
        colon = _COLON.match(body, end)
        if colon is not None and body[start - 1] != _BACKSLASH:
            spots.append((start, colon.end()))
    return spots


def _spellings_of(key: str, body: bytes) -> list[tuple[int, int]]:
    """Where the key stands in quotes, plain or with letters as \\u00XX. rfind is the faster
    search of the two that bytes have."""
    if _BACKSLASH in body and body.rfind(b"\\u00") >= 0:
        return [match.span() for match in _respelled(key).finditer(body)]
    quoted = b'"%b"' % key.encode()
    spans: list[tuple[int, int]] = []
    start = len(body)
    while (start := body.rfind(quoted, 0, start)) >= 0:
        spans.append((start, start + len(quoted)))
    return spans[::-1]


def _respelled(key: str) -> re.Pattern[bytes]:
    # re itself keeps the few patterns that it has made
    letters = (rb"(?:%b|\\u00(?i:%02x))" % (re.escape(c.encode()), ord(c)) for c in key)
    return re.compile(b'"' + b"".join(letters) + b'"')


def _is_first(body: bytes, start: int) -> bool:
    """Whether nothing but the opening brace of the body stands before."""
    return start < 64 and body[:start].strip(b" \t\r\n") == b"{"


def _first_is_the_only(body: bytes, spots: list[tuple[int, int]], value: object) -> bool:
    """Whether the first member of the body has the name and no other top-level one can have it.

    Of equal keys the parser keeps the last. All others come after the first; if none of them can
    be what the parser kept, none stands at the top level.
    """
    if not isinstance(value, str) or not _is_first(body, spots[0][0]):
        return False
    kept = b'"%b"' % value.encode()
    return all(_differs(body, start, kept) for _, start in spots[1:])


def _differs(body: bytes, start: int, kept: bytes) -> bool:
    if body[start : start + 1] != b'"':
        return True
    found = _STRING.match(body, start)
    return found is not None and _BACKSLASH not in found[0] and found[0] != kept


def _located_by_parsing(body: bytes, key: str, spots: list[tuple[int, int]]) -> int:
    """Give each candidate a name of its own, parse, and see which names come out on top."""
    mark = next((mark for n in range(99) if body.rfind(mark := b"\x7f%d-" % n) < 0), None)
    if mark is None:
        raise MalformedRequest("is written in a way that cannot be read", path=key)
    pieces: list[bytes] = []
    done = 0
    for number, (start, value_start) in enumerate(spots):
        pieces += (body[done:start], b'"%b%d":' % (mark, number))
        done = value_start
    top = read_object(b"".join((*pieces, body[done:])))
    on_top = [number for number in range(len(spots)) if f"{mark.decode()}{number}" in top]
    if len(on_top) == 1:
        return spots[on_top[0]][1]
    raise MalformedRequest("must be given once" if on_top else "is missing", path=key)


def _value_end(body: bytes, start: int) -> int:
    opening = body[start : start + 1]
    if opening not in (b"{", b"["):
        found = (_STRING if opening == b'"' else _SCALAR).match(body, start)
        return found.end() if found else start
    depth = 0
    for token in _STRUCTURE.finditer(body, start):
        depth += 1 if token[0] in (b"{", b"[") else -1 if token[0] in (b"}", b"]") else 0
        if depth == 0:
            return token.end()
    return len(body)
