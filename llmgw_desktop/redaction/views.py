"""The same text read in another way: with its escapes undone, its percents, its base64.

Each reading knows where its bytes stand in what was read, so that what is found there can be taken
out here.
"""

import base64
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

from llmgw_desktop.redaction.shape import compiled

Span = tuple[int, int]

_JSON_ESCAPE = re.compile(
    rb"\\(?:(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|"
    rb"([\"\\/bfnrt]))"
)
_SHORT = {
    b'"': b'"',
    b"\\": b"\\",
    b"/": b"/",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
}
_PERCENT = re.compile(rb"%([0-9a-fA-F]{2})")
PERCENT_CLUE = r"%[2-7][0-9A-Fa-f]"
ESCAPE_CLUE = r"\\u00[2-7]|[A-Za-z0-9.]\\/[A-Za-z0-9]"
_FOUR = r"[CDI-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_\-]"
BASE64_CLUE = rf"(?:{_FOUR}){{6}}"
"""Base64 of ASCII: the first bit of each byte is 0, which of strings by chance one in a million is.
"""
_BASE64_TEXT = compiled(rf"(?:{_FOUR}(?:\r?\n)?){{6,}}[A-Za-z0-9+/_\-]{{0,3}}")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class Reading(NamedTuple):
    """`text`, and (place in it, place in what was read) of each piece, in order; the last stands
    for its end."""

    text: bytes
    anchors: list[tuple[int, int]]

    def source(self, start: int, end: int) -> Span:
        """Where these bytes stand in what was read. What was written as one is taken as one."""
        first = bisect_right(self.anchors, (start, 1 << 62)) - 1
        last = bisect_right(self.anchors, (end - 1, 1 << 62)) - 1
        return self._place(first, start), self._end(last, end)

    def _place(self, at: int, place: int) -> int:
        said, raw = self.anchors[at]
        return raw + (place - said if self._is_plain(at) else 0)

    def _end(self, at: int, place: int) -> int:
        said, raw = self.anchors[at]
        return raw + place - said if self._is_plain(at) else self.anchors[at + 1][1]

    def _is_plain(self, at: int) -> bool:
        """As long here as there, up to the next anchor."""
        said, raw = self.anchors[at]
        next_said, next_raw = self.anchors[at + 1]
        return next_said - said == next_raw - raw


def without_escapes(text: bytes) -> Reading | None:
    """JSON's escapes undone once; None where there are none. What is no escape stays."""
    return _undone(text, _JSON_ESCAPE, _said_by_escape) if b"\\" in text else None


def without_percents(text: bytes) -> Reading | None:
    return _undone(text, _PERCENT, lambda found: bytes((int(found[1], 16),)))


def base64_texts(text: bytes) -> Iterator[tuple[Span, bytes]]:
    """Each text in base64, also over several lines: where it stands, and what it says."""
    for found in _BASE64_TEXT.finditer(text):
        plain = found[0].translate(_URL_SAFE, b"\r\n")
        whole = plain[: len(plain) - (len(plain) % 4 == 1)]
        end = found.end()
        while text[end : end + 1] == b"=":
            end += 1
        yield (found.start(), end), base64.b64decode(whole + b"=" * (-len(whole) % 4))


def _undone(
    text: bytes, escape: re.Pattern[bytes], said_by: Callable[[re.Match[bytes]], bytes]
) -> Reading | None:
    pieces: list[bytes] = []
    anchors: list[tuple[int, int]] = []
    length = done = 0
    for found in escape.finditer(text):
        start, end = found.span()
        if start > done:
            anchors.append((length, done))
            pieces.append(text[done:start])
            length += start - done
        said = said_by(found)
        anchors.append((length, start))
        pieces.append(said)
        length += len(said)
        done = end
    if not anchors:
        return None
    if done < len(text):
        anchors.append((length, done))
        pieces.append(text[done:])
        length += len(text) - done
    anchors.append((length, len(text)))
    return Reading(b"".join(pieces), anchors)


def _said_by_escape(found: re.Match[bytes]) -> bytes:
    if found[3] is not None:
        return _SHORT[found[3]]
    if found[2] is not None:
        return chr(int(found[2], 16)).encode("utf-8", "replace")
    high, low = int(found[1][1:5], 16), int(found[1][7:], 16)
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)).encode()
