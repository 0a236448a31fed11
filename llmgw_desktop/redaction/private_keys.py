"""Private keys: from their first line to their last, or as far as such a key goes on."""

import re
from collections.abc import Iterator

PRIVATE_KEY_CLUE = r"-----BEGIN |PuTTY-User-Key-File-"
_BEGINS = re.compile(rb"-----BEGIN (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_ENDS = re.compile(rb"-----END [A-Z0-9 ]{0,64}PRIVATE KEY(?: BLOCK)?-----")
_LINES = re.compile(rb"(?:[A-Za-z0-9+/=:,.\-()@<>_ \t\r\n]|\\[nrt\\])*")
"""What such a key is made of, also where its line ends are written as escapes; a quote ends it."""
_MOST_BYTES, _FEWEST_BYTES = 32 * 1024, 80
"""Fewer stand where somebody speaks of such keys."""
_PUTTY = re.compile(
    rb"PuTTY-User-Key-File-[23]: [\s\S]{1,4000}?Private-Lines: \d{1,3}\r?\n"
    rb"([A-Za-z0-9+/=\r\n]{40,16000})"
)


def private_keys(text: bytes) -> Iterator[tuple[int, int]]:
    """Where they stand; of one whose end is missing, as far as its lines go."""
    place = text.find(b"-----BEGIN ")
    while place >= 0:
        end = place + len(b"-----BEGIN ")
        if begins := _BEGINS.match(text, place):
            end = _end_of(text, begins.end())
            if end - begins.end() >= _FEWEST_BYTES:
                yield place, end
        place = text.find(b"-----BEGIN ", end)
    if b"PuTTY-User-Key-File-" in text:
        yield from (found.span(1) for found in _PUTTY.finditer(text))


def _end_of(text: bytes, begins: int) -> int:
    limit = min(begins + _MOST_BYTES, len(text))
    dashes = text.find(b"-----END ", begins, limit)
    if dashes >= 0 and (ends := _ENDS.match(text, dashes)):
        return ends.end()
    lines = _LINES.match(text, begins, limit)
    return lines.end() if lines else limit
