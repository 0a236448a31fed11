"""Takes secrets out of bytes that are going to be written down.

Each family of secrets has a fixed beginning. One pass of RE2 over a body tells whether any stands
in it, which is all that the usual body needs; only then is each beginning looked for, and tried
where it stands. Every byte is looked at a bounded number of times, whatever a body is made of:
what was taken is skipped, and what failed has failed within a few bytes or is skipped as well.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import re2

MASK = b"[secret removed]"

_End = Callable[[bytes, int], tuple[int, bool]]
"""(body, place of a beginning) → (where to go on, whether all up to there is a secret)."""

_TOKEN = rb"[A-Za-z0-9_\-]"
_JWT = re.compile(rb"eyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}")
_SEGMENT = re.compile(rb"[A-Za-z0-9_\-]*")
_PEM_BEGINS = re.compile(rb"-----BEGIN (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_PEM_ENDS = re.compile(rb"-----END [A-Z0-9 ]{0,64}PRIVATE KEY(?: BLOCK)?-----")
_PEM_BYTES = 32 * 1024
_ESCAPED_BEFORE = re.compile(
    rb"(?:\\[nrtbf]|\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}|(?:\x1b|\\u001[bB])\[[0-9;]{0,12}m)$"
)
"""An escape before a secret ends in a letter or digit and is none."""
_LONGEST_ESCAPE = 24
_SHORTEST = 8
"""Shorter secrets would be found in words."""
_GLANCE = 32
"""Of each known secret so much is looked for first: a pattern of many long ones would not fit."""


@dataclass(frozen=True, slots=True)
class SecretFamily:
    """A kind of secret: how it begins, and how its end is found."""

    name: str
    begins: bytes
    end: _End


def _word(name: str, begins: bytes, rest: bytes) -> SecretFamily:
    """A beginning and a run of letters: found at once or not at all."""
    pattern = re.compile(re.escape(begins) + rest)

    def end(body: bytes, place: int) -> tuple[int, bool]:
        found = pattern.match(body, place)
        return (found.end(), True) if found else (place + len(begins), False)

    return SecretFamily(name, begins, end)


def _jwt_end(body: bytes, place: int) -> tuple[int, bool]:
    if found := _JWT.match(body, place):
        return found.end(), True
    first_part = _SEGMENT.match(body, place)
    return (first_part.end() if first_part else place + 3), False


def _pem_end(body: bytes, place: int) -> tuple[int, bool]:
    """To the key's END line; a key whose end is missing is taken as far as its lines go."""
    begins = _PEM_BEGINS.match(body, place)
    if begins is None:
        return place + len(b"-----BEGIN "), False
    limit = min(begins.end() + _PEM_BYTES, len(body))
    dashes = body.find(b"-----END ", begins.end(), limit)
    ends = _PEM_ENDS.match(body, dashes) if dashes >= 0 else None
    return (ends.end() if ends else limit), True


FAMILIES: tuple[SecretFamily, ...] = (
    _word("our own client key", b"llmgw-", _TOKEN + rb"{32,}"),
    _word("Anthropic, OpenAI, OpenRouter and others", b"sk-", _TOKEN + rb"{16,}"),
    _word("Stripe", b"sk_live_", rb"[A-Za-z0-9]{16,}"),
    _word("Stripe", b"sk_test_", rb"[A-Za-z0-9]{16,}"),
    _word("Stripe", b"rk_live_", rb"[A-Za-z0-9]{16,}"),
    _word("Google API key", b"AIza", _TOKEN + rb"{35}"),
    _word("Google OAuth", b"ya29.", rb"[A-Za-z0-9_\-.]{20,}"),
    _word("GitHub", b"github_pat_", rb"[A-Za-z0-9_]{22,}"),
    *(_word("GitHub", b"gh" + kind + b"_", rb"[A-Za-z0-9]{36,}") for kind in b"p o u s r".split()),
    _word("GitLab", b"glpat-", _TOKEN + rb"{20,}"),
    _word("Slack", b"xox", rb"[abeprs]-[A-Za-z0-9\-]{10,}"),
    _word("AWS", b"AKIA", rb"[A-Z0-9]{16}"),
    _word("AWS", b"ASIA", rb"[A-Z0-9]{16}"),
    _word("Groq", b"gsk_", rb"[A-Za-z0-9]{32,}"),
    _word("xAI", b"xai-", rb"[A-Za-z0-9]{32,}"),
    _word("Hugging Face", b"hf_", rb"[A-Za-z0-9]{30,}"),
    _word("npm", b"npm_", rb"[A-Za-z0-9]{36}"),
    _word("PyPI", b"pypi-AgEI", _TOKEN + rb"{50,}"),
    SecretFamily("JSON Web Token", b"eyJ", _jwt_end),
    SecretFamily("private key", b"-----BEGIN ", _pem_end),
)


class Redactor:
    """Replaces what looks like a secret by MASK; a JSON text stays a JSON text."""

    def __init__(self, families: tuple[SecretFamily, ...] = FAMILIES) -> None:
        self._families = families
        self._any = _any_of(each.begins for each in families)
        self._any_or_known = self._any
        self._known: tuple[bytes, ...] = ()
        self._learned: dict[bytes, None] = {}

    def know(self, secrets: Iterable[str]) -> None:
        """Secrets that are ours to guard, whatever they look like; with those learned, all."""
        known = (secret.encode() for secret in secrets if len(secret) >= _SHORTEST)
        self._guard((*known, *self._learned))

    def learn(self, secret: str) -> None:
        """One more, for good: what was recorded of it may come back after it was changed."""
        if len(secret) >= _SHORTEST and secret.encode() not in self._learned:
            self._learned[secret.encode()] = None
            self._guard((*self._known, *self._learned))

    def _guard(self, secrets: Iterable[bytes]) -> None:
        # the longest first: another one may be its beginning
        known = tuple(sorted(dict.fromkeys(secrets), key=len, reverse=True))
        begins = (*(each.begins for each in self._families), *(each[:_GLANCE] for each in known))
        self._known, self._any_or_known = known, _any_of(begins)

    def may_hold(self, body: bytes) -> bool:
        """False if `clean` has nothing to do: for this body, and for each of which it is made."""
        return self._any_or_known.search(body) is not None

    def clean(self, body: bytes) -> bytes:
        for secret in self._known:
            if secret in body:
                body = body.replace(secret, MASK)
        if self._any.search(body) is None:
            return body
        for family in self._families:
            if family.begins in body:
                body = _without(family, body)
        return body

    def clean_text(self, text: str) -> str:
        return self.clean(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _any_of(texts: Iterable[bytes]) -> Any:
    """One pass over a body for all of them."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes as they are
    return re2.compile(b"|".join(re.escape(each) for each in texts), options)


def secrets_in(body: bytes) -> Iterator[tuple[int, int]]:
    """Where something stands that looks like one; by family, so that some may overlap."""
    for family in FAMILIES:
        yield from _places(family, body)


def _without(family: SecretFamily, body: bytes) -> bytes:
    kept: list[bytes] = []
    done = 0
    for start, end in _places(family, body):
        kept += (body[done:start], MASK)
        done = end
    kept.append(body[done:])
    return b"".join(kept)


def _places(family: SecretFamily, body: bytes) -> Iterator[tuple[int, int]]:
    place = body.find(family.begins)
    while place >= 0:
        go_on, is_secret = place + len(family.begins), False
        if not _inside_word(body, place):
            go_on, is_secret = family.end(body, place)
        if is_secret:
            yield place, go_on
        place = body.find(family.begins, go_on)


def _inside_word(body: bytes, place: int) -> bool:
    """`risk-assessment…` is no key, nor is base64 that happens to hold `AKIA`."""
    if place == 0 or not body[place - 1 : place].isalnum():
        return False
    return _ESCAPED_BEFORE.search(body[max(place - _LONGEST_ESCAPE, 0) : place]) is None
