"""Long texts looked at in steps, and the same text read in another way: with its escapes undone,
its percents, its base64, its hex, and without the signs that nobody sees; and patterns of RE2 over
bytes, whose time is linear in what is read.

Each reading knows where its bytes stand in what was read, so that what is found there can be taken
out here.
"""

import base64
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import re2

STEP_BYTES: Final = 256 * 1024
"""Looked through in 0.2 ms."""


def place_of(text: bytes, sought: bytes, start: int = 0) -> int:
    """As `bytes.find`."""
    length = len(text)
    while length - start > STEP_BYTES:
        place = text.find(sought, start, start + STEP_BYTES + len(sought) - 1)
        if place >= 0:
            return place
        start += STEP_BYTES
    return text.find(sought, start)


def holds(text: bytes, sought: bytes) -> bool:
    return sought in text if len(text) <= STEP_BYTES else place_of(text, sought) >= 0


def count_of(text: bytes, sought: bytes) -> int:
    """As `bytes.count`, of words that cannot lie over themselves as `aa` can."""
    length = len(text)
    if length <= STEP_BYTES:
        return text.count(sought)
    beyond = STEP_BYTES + len(sought) - 1
    return sum(text.count(sought, at, at + beyond) for at in range(0, length, STEP_BYTES))


def is_ascii(text: bytes) -> bool:
    length = len(text)
    if length <= STEP_BYTES:
        return text.isascii()
    view = (text[at : at + STEP_BYTES] for at in range(0, length, STEP_BYTES))
    return all(step.isascii() for step in view)


_MOST_MEMORY = 64 * 1024 * 1024


def compiled(pattern: str) -> Any:
    """Letters are bytes; raises re2.error."""
    return re2.compile(pattern.encode(), _options())


def set_of(patterns: Sequence[str]) -> Any:
    """`Match` tells the numbers of those that fit anywhere. Raises re2.error."""
    made = re2.Set.SearchSet(_options())
    for pattern in patterns:
        made.Add(pattern.encode())
    made.Compile()
    return made


def _options() -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem, options.log_errors = _MOST_MEMORY, False
    return options


def any_of(texts: Sequence[bytes]) -> Any:
    """One pass over a body for all of them."""
    return re2.compile(b"|".join(re.escape(each) for each in texts), _options())


Span = tuple[int, int]

_JSON_ESCAPE = re.compile(
    rb"\\(?:(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|"
    rb"([\"\\/bfnrt])|x([0-9a-fA-F]{2}))"
)
"""And `\\x5f` of programs."""
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
ESCAPE_CLUE = r"\\(?:u00[02-7aA]|u20[06]|u[fF][eE]|x[2-7])|[A-Za-z0-9.]\\/[A-Za-z0-9]"
_FOUR = r"[CDI-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_\-]"
ENCODED_CLUE = rf"(?:{_FOUR}){{6}}|(?:[2-7][0-9A-Fa-f]){{12}}"
"""Base64 or hex of ASCII: the first bit of each byte is 0, which of strings by chance one in a
million is."""
_BASE64_TEXT = compiled(rf"(?:{_FOUR}(?:\r?\n)?){{6,}}[A-Za-z0-9+/_\-]{{0,3}}")
_HEX_TEXT = compiled(r"(?:[2-7][0-9A-Fa-f]|0[9AaDd]){12,}")
_HIDDEN = (
    r"\x00+|\xC2\xAD|\xE2(?:\x80[\x8B-\x8F\xAA-\xAE]|\x81[\xA0-\xA4])|"
    r"\xEF(?:\xBB\xBF|\xB8[\x80-\x8F])"
)
"""Signs without width, in UTF-8; and what UTF-16 has between letters."""
_HIDDEN_SIGN, _ANY_HIDDEN = re.compile(_HIDDEN.encode()), compiled(_HIDDEN)
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class SecretView(NamedTuple):
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


def without_escapes(text: bytes) -> SecretView | None:
    """JSON's escapes undone once; None where there are none. What is no escape stays."""
    return _undone(text, _JSON_ESCAPE, _said_by_escape) if holds(text, b"\\") else None


def without_percents(text: bytes) -> SecretView | None:
    return _undone(text, _PERCENT, lambda found: bytes((int(found[1], 16),)))


def may_hide(text: bytes) -> bool:
    """Whether there are signs in it that nobody sees: quick where it is ASCII."""
    return holds(text, b"\0") or (not is_ascii(text) and _ANY_HIDDEN.search(text) is not None)


def shown(text: bytes) -> bytes:
    """Without them."""
    return _HIDDEN_SIGN.sub(b"", text)


def without_hidden(text: bytes) -> SecretView | None:
    return _undone(text, _HIDDEN_SIGN, lambda _: b"") if may_hide(text) else None


def hex_texts(text: bytes) -> Iterator[tuple[Span, bytes]]:
    for found in _HEX_TEXT.finditer(text):
        yield found.span(), bytes.fromhex(found[0].decode())


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
) -> SecretView | None:
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
    return SecretView(b"".join(pieces), anchors)


def _said_by_escape(found: re.Match[bytes]) -> bytes:
    if found[3] is not None:
        return _SHORT[found[3]]
    if found[4] is not None:
        return bytes((int(found[4], 16),))
    if found[2] is not None:
        return chr(int(found[2], 16)).encode("utf-8", "replace")
    high, low = int(found[1][1:5], 16), int(found[1][7:], 16)
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)).encode()
