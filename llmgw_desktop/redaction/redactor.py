"""Takes secrets out of bytes that are going to be written down or shown: the one place where it is
done, for bodies, names, logs, errors and all else.

What was found goes as a whole; a JSON text stays a JSON text. Any thread may use one.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from llmgw_desktop.redaction import detector
from llmgw_desktop.redaction.detector import FoundSecret
from llmgw_desktop.redaction.stream_places import Pieces
from llmgw_desktop.redaction.streams import (
    may_be_stream,
    said_in_pieces,
    texts_of,
)
from llmgw_desktop.redaction.views import any_of, may_hide, place_of, shown

MASK = b"[secret removed]"
_NO_NUMBER = b"0"
"""In the place of a number in JSON, where no words may stand."""
_SHORTEST = 8
"""Shorter secrets would be found in words."""
_GLANCE = 32
"""Of each known secret so much is looked for first: a pattern of many long ones would not fit."""
_BEFORE_NUMBER = re.compile(rb"[\"']\s*:\s*-?$")
_NAMES_KEPT = 4096

Edit = tuple[int, int, bytes]
"""(from, to, what stands there instead)."""


class Redactor:
    """Replaces what looks like a secret, and what is known to be one, by MASK."""

    def __init__(self) -> None:
        self._any_known: Any = None
        self._known: tuple[bytes, ...] = ()
        self._settings: tuple[str, ...] = ()
        self._learned: dict[str, None] = {}
        self._name = lru_cache(_NAMES_KEPT)(self.clean_text)

    def know(self, secrets: Iterable[str]) -> None:
        """Secrets that are ours to guard, whatever they look like; with those learned, all."""
        self._settings = tuple(each for each in secrets if len(each) >= _SHORTEST)
        self._guard()

    def learn(self, secret: str) -> None:
        """One more, for good: what was recorded of it may come back after it was changed."""
        if len(secret) >= _SHORTEST and secret not in self._learned:
            self._learned[secret] = None
            self._guard()

    def may_hold(self, body: bytes) -> bool:
        """False if `clean` has nothing to do: for this body, and for each of which it is made.
        Of streams, whose texts are in pieces, `clean` alone knows."""
        return detector.may_hold(body) or self._may_know(body)

    def may_hold_any(self, bodies: Iterable[bytes]) -> bool:
        """As `may_hold`, of many at one look, and of what streams among them say in pieces."""
        looked_at: list[bytes] = []
        for body in bodies:
            looked_at.append(body)
            if may_be_stream(body):
                if (said := said_in_pieces(body)) is None:
                    return True
                looked_at.append(said)
        return self.may_hold(b"\n".join(looked_at))

    def clean(self, body: bytes) -> bytes:
        """Without secrets, also without those that a stream says in pieces."""
        edits: list[Edit] = []
        if self.may_hold(body):
            edits += ((each.start, each.end, _instead(body, each)) for each in self.find(body))
        if may_be_stream(body):
            for text in texts_of(body, self.may_hold):
                for found in self.find(text.said):
                    edits += _edits(text, found)
        return _edited(body, edits) if edits else body

    def clean_text(self, text: str) -> str:
        body = text.encode("utf-8", "replace")
        cleaned = self.clean(body)
        return text if cleaned is body else cleaned.decode("utf-8", "replace")

    def clean_name(self, name: str) -> str:
        """As `clean_text`, of short names that come again and again; at once where one was seen."""
        return self._name(name) if name else name

    def find(self, body: bytes) -> list[FoundSecret]:
        """Where secrets stand in it as it is written; in order, none over another."""
        return detector.find(body, self._known_in if self._known else None)

    def find_all(self, body: bytes) -> list[FoundSecret]:
        """As `find`, and what a stream says in pieces, where its first piece is."""
        found = self.find(body) if self.may_hold(body) else []
        if may_be_stream(body):
            seen = {(each.start, each.end) for each in found}
            for text in texts_of(body, self.may_hold):
                for each in self.find(text.said):
                    start, end = next(text.sources(each.start, each.end))
                    if not any(start < other and at < end for at, other in seen):
                        seen.add((start, end))
                        found.append(FoundSecret(start, end, f"{each.kind} in pieces"))
        return found

    def _guard(self) -> None:
        secrets = {form for each in (*self._settings, *self._learned) for form in _forms(each)}
        # the longest first: another one may be its beginning
        self._known = tuple(sorted(secrets, key=len, reverse=True))
        self._any_known = any_of([each[:_GLANCE] for each in self._known]) if secrets else None
        self._name.cache_clear()

    def _may_know(self, body: bytes) -> bool:
        any_known = self._any_known
        if any_known is None:
            return False
        return any_known.search(body) is not None or (
            may_hide(body) and any_known.search(shown(body)) is not None
        )

    def _known_in(self, text: bytes) -> Iterator[tuple[int, int]]:
        if self._any_known is None or self._any_known.search(text) is None:
            return
        for secret in self._known:
            place = place_of(text, secret)
            while place >= 0:
                yield place, place + len(secret)
                place = place_of(text, secret, place + len(secret))


@lru_cache(_NAMES_KEPT)
def _forms(secret: str) -> tuple[bytes, ...]:
    """As it is, as JSON writes it, and as an address does."""
    in_json = (json.dumps(secret), json.dumps(secret, ensure_ascii=False))
    forms = (secret, *(each[1:-1] for each in in_json), quote(secret, safe="", errors="replace"))
    return tuple(each.encode("utf-8", "replace") for each in forms)


def _instead(body: bytes, found: FoundSecret) -> bytes:
    if body[found.start : found.end].isdigit() and _BEFORE_NUMBER.search(
        body[max(found.start - 20, 0) : found.start]
    ):
        return _NO_NUMBER
    return MASK


def _edits(text: Pieces, found: FoundSecret) -> Iterator[Edit]:
    """The mask stands where the secret began; of the other pieces their parts of it go."""
    instead = MASK
    for start, end in text.sources(found.start, found.end):
        yield start, end, instead
        instead = b""


def _edited(body: bytes, edits: list[Edit]) -> bytes:
    """Where they lie over each other they are one."""
    parts: list[bytes] = []
    done = 0
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], -len(edit[2]), -edit[1])):
        if start >= done:
            parts += (body[done:start], new)
        done = max(done, end)
    parts.append(body[done:])
    return b"".join(parts)
