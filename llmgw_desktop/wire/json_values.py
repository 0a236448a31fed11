"""JSON text becomes values: the parser's own strictness, but for escaped lone surrogates.

Those are valid JSON and vendors decide about them, so they are read, as U+FFFD: what comes out can
always be encoded again. What a body's members mean is the business of the protocols' files.
"""

import re
from typing import Any

import orjson

from llmgw_desktop.domain.plain_text import possessive

STRING = rb'"[^"\\]*+%b"' % possessive(rb'\\.[^"\\]*+', b"*")
"""A whole string with its quotes, in text that is JSON; where DOTALL is on."""
_CHARACTERS = re.compile(rb'[^"\\]*+' + possessive(rb'\\(?:u.{4}|[^u])[^"\\]*+', b"*"), re.DOTALL)
_QUOTE = ord('"')
_MOST_SURROGATES = 50_000
_SURROGATE = re.compile(
    rb"\\u[dD](?:([89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|[89a-fA-F][0-9a-fA-F]{2})"
)
_ANY_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def parse_json(text: bytes | memoryview) -> Any:
    """Any JSON value; ValueError, in words for the sender, on anything else.

    Refused: a byte order mark, NaN and Infinity, numbers too big for a double, invalid UTF-8,
    nesting deeper than 1024.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        text = bytes(text)
        if not _may_be_a_surrogate(text, error):
            raise ValueError(f"not valid JSON: {error}") from None
    return _parse_with_lone_surrogates(text)


def check_json(text: bytes) -> None:
    """As `parse_json` for a text whose values nobody wants to see; its words name no place."""
    try:
        try:
            orjson.loads(text)
        except orjson.JSONDecodeError as error:
            if not _may_be_a_surrogate(text, error):
                raise
            # what is an escape stays one, and what is none stays none
            orjson.loads(_ANY_SURROGATE.sub(rb"\\ufffd", text))
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not valid JSON: {error.msg}") from None


def characters_end(text: bytes, start: int, end: int) -> int:
    """How far whole characters of a string go, from within it: to its closing quote, or as near to
    `end` as no escape and no character is cut in two."""
    quote = text.find(b'"', start, end)
    stop = min(end, len(text)) if quote < 0 else quote
    if text.find(b"\\", start, stop) >= 0:
        found = _CHARACTERS.match(text, start, end)
        stop = start if found is None else found.end()
    if stop < len(text) and text[stop] != _QUOTE:
        while stop > start and text[stop] & 0xC0 == 0x80:
            stop -= 1
    return stop


def _may_be_a_surrogate(text: bytes, error: orjson.JSONDecodeError) -> bool:
    return "surrogate" in str(error) and b"\\u" in text


def _parse_with_lone_surrogates(text: bytes) -> Any:
    if text.count(b"\\ud") + text.count(b"\\uD") > _MOST_SURROGATES:
        raise ValueError("made of more half characters than any text is")
    try:
        return orjson.loads(_SURROGATE.sub(_without_lone, text))
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not valid JSON: {error}") from None


def _without_lone(found: re.Match[bytes]) -> bytes:
    if _backslashes_before(found.string, found.start()) % 2 == 0:
        return found[0] if found[1] else rb"\ufffd"
    # the first \ is the second of a \\, so only the other half can be an escape
    return found[0][:6] + rb"\ufffd" if found[1] else found[0]


def _backslashes_before(text: bytes, at: int) -> int:
    width = 16
    while True:
        window = text[max(at - width, 0) : at]
        run = len(window) - len(window.rstrip(b"\\"))
        if run < len(window) or width >= at:
            return run
        width *= 4
