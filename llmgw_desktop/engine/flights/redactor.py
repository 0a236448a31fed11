"""Takes secrets out of bytes that are going to be written down.

Each family of secrets has a fixed beginning. One pass of RE2 over a body tells whether any stands
in it, which is all that the usual body needs; only then is each beginning looked for, and a pattern
tried where it stands. So a body of any size is read in linear time.
"""

import re
from dataclasses import dataclass

import re2

MASK = b"[secret removed]"


@dataclass(frozen=True, slots=True)
class SecretFamily:
    """A kind of secret: how it begins, and how long it goes on."""

    name: str
    begins: bytes
    pattern: re.Pattern[bytes]


def _family(name: str, begins: bytes, rest: bytes) -> SecretFamily:
    return SecretFamily(name, begins, re.compile(re.escape(begins) + rest))


_TOKEN = rb"[A-Za-z0-9_\-]"

FAMILIES: tuple[SecretFamily, ...] = (
    _family("our own client key", b"llmgw-", _TOKEN + rb"{32,256}"),
    _family("Anthropic, OpenAI, OpenRouter and others", b"sk-", _TOKEN + rb"{16,512}"),
    _family("Stripe", b"sk_live_", rb"[A-Za-z0-9]{16,256}"),
    _family("Google API key", b"AIza", _TOKEN + rb"{35}"),
    _family("Google OAuth", b"ya29.", rb"[A-Za-z0-9_\-.]{20,2048}"),
    _family("GitHub", b"github_pat_", rb"[A-Za-z0-9_]{22,256}"),
    _family("GitHub", b"ghp_", rb"[A-Za-z0-9]{36,255}"),
    _family("GitHub", b"gho_", rb"[A-Za-z0-9]{36,255}"),
    _family("GitHub", b"ghu_", rb"[A-Za-z0-9]{36,255}"),
    _family("GitHub", b"ghs_", rb"[A-Za-z0-9]{36,255}"),
    _family("GitHub", b"ghr_", rb"[A-Za-z0-9]{36,255}"),
    _family("GitLab", b"glpat-", _TOKEN + rb"{20,256}"),
    _family("Slack", b"xox", rb"[abeprs]-[A-Za-z0-9\-]{10,256}"),
    _family("AWS", b"AKIA", rb"[A-Z0-9]{16}"),
    _family("AWS", b"ASIA", rb"[A-Z0-9]{16}"),
    _family("Groq", b"gsk_", rb"[A-Za-z0-9]{32,256}"),
    _family("xAI", b"xai-", rb"[A-Za-z0-9]{32,256}"),
    _family("Hugging Face", b"hf_", rb"[A-Za-z0-9]{30,256}"),
    _family("npm", b"npm_", rb"[A-Za-z0-9]{36}"),
    _family("PyPI", b"pypi-AgEI", _TOKEN + rb"{50,1024}"),
    _family(
        "JSON Web Token",
        b"eyJ",
        rb"[A-Za-z0-9_\-]{8,4096}\.eyJ[A-Za-z0-9_\-]{8,16384}\.[A-Za-z0-9_\-]{8,4096}",
    ),
    _family(
        "private key",
        b"-----BEGIN ",
        rb"(?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY-----[A-Za-z0-9+/=\\rn\s:,\-]{16,16384}?"
        rb"-----END [A-Z0-9 ]{0,48}PRIVATE KEY-----",
    ),
)


class Redactor:
    """Replaces what looks like a secret by MASK; a JSON text stays a JSON text."""

    def __init__(self, families: tuple[SecretFamily, ...] = FAMILIES) -> None:
        self._families = families
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1  # bytes as they are
        self._any = re2.compile(b"|".join(re.escape(each.begins) for each in families), options)

    def clean(self, body: bytes) -> bytes:
        if self._any.search(body) is None:
            return body
        for family in self._families:
            if family.begins in body:
                body = _without(family, body)
        return body

    def clean_text(self, text: str) -> str:
        return self.clean(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _without(family: SecretFamily, body: bytes) -> bytes:
    kept: list[bytes] = []
    done = 0
    place = body.find(family.begins)
    while place >= 0:
        found = family.pattern.match(body, place)
        if found and not _inside_word(body, place):
            kept += (body[done:place], MASK)
            done = found.end()
            place = body.find(family.begins, done)
        else:
            place = body.find(family.begins, place + len(family.begins))
    kept.append(body[done:])
    return b"".join(kept)


def _inside_word(body: bytes, place: int) -> bool:
    """`risk-assessment…` is no key, nor is base64 that happens to hold `AKIA`."""
    if place == 0:
        return False
    before = body[place - 1 : place]
    escaped = place > 1 and body[place - 2 : place - 1] == b"\\"
    return before.isalnum() and not escaped
