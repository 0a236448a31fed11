"""A recorded body as something that can be read: JSON, the events of a stream, or plain text.

Everything here takes any bytes and never raises. Who said what in it is left to `conversation`;
texts come back as recorded, and `flight_texts` makes them harmless to show.
"""

import json
import re
from collections.abc import Iterator
from enum import StrEnum

import orjson

from llmgw_desktop.domain.plain_text import possessive
from llmgw_desktop.domain.values import value

_PIECES = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)
_DEEPEST_INDENT = 60
_HEX_ROW = 16
_HEX_LIMIT = 32 * 1024


class BodyKind(StrEnum):
    """What a body is, judged by itself and its content type."""

    EMPTY = "empty"
    JSON = "json"
    EVENTS = "events"
    TEXT = "text"
    BINARY = "binary"


@value(kw_only=False)
class StreamEvent:
    """One server-sent event of a recorded stream."""

    name: str
    data: str


def body_kind(body: bytes) -> BodyKind:
    if not body.strip():
        return BodyKind.EMPTY
    start = body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"{", b"["):
        return BodyKind.JSON
    if start.startswith((b"event:", b"data:", b"id:", b"retry:", b":")):
        return BodyKind.EVENTS
    sample = body[:4096]
    return BodyKind.BINARY if _strange_bytes(sample) > len(sample) // 20 else BodyKind.TEXT


def beginning(body: bytes, limit_bytes: int) -> bytes:
    """At most that much of it, without half a character at its end."""
    if len(body) <= limit_bytes:
        return body
    end = limit_bytes
    while end > limit_bytes - 4 and body[end] & 0xC0 == 0x80:
        end -= 1
    return body[:end]


def as_text(body: bytes) -> str:
    """UTF-8, with bytes that are not written as \\xff."""
    return body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "backslashreplace")


def json_value(body: bytes | str) -> object:
    """The parsed value, None where there is none. Takes what lenient programs write (NaN,
    halves of surrogate pairs)."""
    try:
        return orjson.loads(body)
    except ValueError:
        pass
    try:
        text = body if isinstance(body, str) else as_text(body)
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def stream_events(body: bytes) -> Iterator[StreamEvent]:
    """Every event of the stream, an unfinished last one included."""
    text = as_text(body).replace("\r\n", "\n").replace("\r", "\n")
    for frame in text.split("\n\n"):
        name, data = "", []
        for line in frame.split("\n"):
            field, _, value = line.partition(":")
            if field == "data":
                data.append(value.removeprefix(" "))
            elif field == "event":
                name = value.strip()
        if name or data:
            yield StreamEvent(name, "\n".join(data))


def indented_json(text: str, limit: int | None = None) -> str:
    """The same JSON laid out in lines: no number, escape or double key is changed, and half a
    document is laid out as far as it goes. Stops soon after `limit` characters."""
    layout = _JsonLayout()
    for found in _PIECES.finditer(text):
        layout.add(found.group())
        if limit is not None and layout.size > limit:
            break
    return layout.text()


def hex_rows(body: bytes) -> str:
    """Bytes in hexadecimal with their printable characters; the beginning of large ones."""
    rows = []
    for at in range(0, min(len(body), _HEX_LIMIT), _HEX_ROW):
        row = body[at : at + _HEX_ROW]
        shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in row)
        rows.append(f"{at:08x}  {row.hex(' '):<47}  {shown}")
    return "\n".join(rows)


class _JsonLayout:
    """Puts the pieces of a JSON text on lines."""

    def __init__(self) -> None:
        self.size = 0
        self._lines: list[str] = []
        self._line = ""
        self._depth = 0
        self._has_just_opened = False

    def add(self, piece: str) -> None:
        if piece in "}]":
            self._close(piece)
            return
        if self._has_just_opened:
            self._break()
        self._line += ": " if piece == ":" else piece
        if piece in "{[":
            self._depth += 1
            self._has_just_opened = True
        elif piece == ",":
            self._break()

    def text(self) -> str:
        return "\n".join((*self._lines, self._line))

    def _close(self, piece: str) -> None:
        self._depth = max(self._depth - 1, 0)
        if not self._has_just_opened:
            self._break()
        self._line += piece
        self._has_just_opened = False

    def _break(self) -> None:
        self._lines.append(self._line)
        self.size += len(self._line) + 1
        self._line = "  " * min(self._depth, _DEEPEST_INDENT)
        self._has_just_opened = False


def _strange_bytes(sample: bytes) -> int:
    controls = sum(byte < 0x20 and byte not in b"\t\n\r\x1b" for byte in sample)
    return controls + sample.decode("utf-8", "replace").count("\ufffd")


# a whole string, a bracket, or a run of what stands between them
_STRING = r'"[^"\\]*+' + possessive(r'\\.[^"\\]*+', "*") + '"'
_CUT_PIECES = re.compile(rf'{_STRING}?+|[{{}}\[\]]|[^{{}}\[\]"]++', re.DOTALL)
_WHOLE_STRING = re.compile(_STRING, re.DOTALL)
_LITERAL = r"(?:true|false|null|-?\d++(?:\.\d++)?(?:[eE][+-]?\d++)?)"
_RUN = re.compile(r"[\s,:]*+" + possessive(rf"{_LITERAL}(?:[\s,:]++|\Z)", "*"))
_HALF_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u[0-9a-fA-F]{0,3}\Z")
_TAIL_CHARS = 64
_CLOSERS = {"{": "}", "[": "]"}


def cut_json_value(body: bytes) -> object:
    """What is whole of it, and as much as came of a text in the middle of which it ends. None
    where not even a beginning can be read."""
    text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    if (len(text) - len(text.rstrip("\\"))) % 2:
        text = text[:-1]
    beginning = _Beginning(text)
    for found in _CUT_PIECES.finditer(text):
        if not beginning.takes(found.group(), found.start(), found.end()):
            break
    return json_value(beginning.closed())


class _Beginning:
    """Knows after each piece where the document could end, and what would be left to close."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[str] = []
        self._end = 0
        """Up to here all is whole; what follows is no more than a name, a colon or a comma."""
        self._torn = ""
        """The text in the middle of which the document ends, mended."""
        self._is_name = False

    def takes(self, piece: str, start: int, end: int) -> bool:
        """False: from this piece on nothing can be read."""
        if piece in _CLOSERS:
            self._open.append(_CLOSERS[piece])
            self._is_name = piece == "{"
            self._end = end
        elif piece in ("}", "]"):
            return self._closes(piece, end)
        elif not piece.startswith('"'):
            return self._takes_run(piece, start)
        elif not self._is_name:
            return self._takes_text(piece, start, end)
        return True

    def closed(self) -> str:
        return self._text[: self._end] + self._torn + "".join(reversed(self._open))

    def _closes(self, piece: str, end: int) -> bool:
        if self._open[-1:] != [piece]:
            return False
        self._open.pop()
        self._end = end
        return bool(self._open)

    def _takes_run(self, piece: str, start: int) -> bool:
        """Numbers, words, commas and colons. Before the last comma all is whole; of a number at
        the very end digits may be missing."""
        found = _RUN.match(piece)
        known = found.group() if found is not None else ""
        comma = known.rfind(",")
        if comma >= 0:
            self._end = start + comma
        last = known.rstrip()[-1:]
        if last in (",", ":"):
            self._is_name = last == "," and self._open[-1:] == ["}"]
        return len(known) == len(piece)

    def _takes_text(self, piece: str, start: int, end: int) -> bool:
        if end == len(self._text) and not _WHOLE_STRING.fullmatch(piece):
            self._end = start
            self._torn = f'{_without_half_escape(piece)}"'
            return False
        self._end = end
        return True


def _without_half_escape(text: str) -> str:
    tail = text[-_TAIL_CHARS:]
    return text[: len(text) - len(tail)] + _HALF_ESCAPE.sub(r"\1", tail)
