"""Lists and objects under a name of secrets: `"passwords": ["a", "b"]`, `{"secrets": {"db": "a"}}`.

As JSON writes them, and as most languages do. A schema of JSON has such names, too: what only
describes a member is passed over.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from llmgw_desktop.redaction.plausible import is_key, is_password
from llmgw_desktop.redaction.views import compiled

LOGIN_NAMES = (
    r"(?:pass(?:word|wd|wort|phrase|code)|pwd|pswd|(?:db|smtp|mail|ssh|sudo|become|ftp)[_\-]?pass)"
)
_KEY_OF = (
    r"api|access|auth(?:entication)?|account|app(?:lication)?|client|consumer|crypto?|encrypt(?:ion)?|"
    r"master|private|secret|service|signing|storage|subscription|webhook|deploy|license|admin|root|"
    r"jwt|aes|hmac|shared|primary|secondary|stripe|openai|anthropic|azure|aws|gcp|gemini|mistral|"
    r"session|host|db|database|server|user|bot|org|project|team|write|read|ingest|integration|"
    r"functions"
)
NAMED = (
    rf"{LOGIN_NAMES}|secret|token|credentials?|api[_\-. ]?id[_\-. ]?hash|"
    rf"(?:{_KEY_OF})(?:[_\-. ]{{0,2}}access)?[_\-. ]{{0,2}}key|authkey|passkey"
)
OPAQUE = (
    r"(?:progress|page|next|previous|prev|continuation|cursor|sync|cancell?ation|cancel|resume|done|"
    r"result|request|delta|skip|change|position|stream|idempotency)[_\-]?"
)
"""Before `token`: a place or a task, told apart by it; whoever has one may do nothing with it."""
_IS_OPAQUE = re.compile(rf"(?i){OPAQUE}token".encode())


def is_opaque(name: bytes) -> bool:
    """`progressToken`, `next_page_token`."""
    return _IS_OPAQUE.match(name) is not None


NESTED = "under a name of secrets"
NESTED_CLUE = rf"(?i:(?:{NAMED})s?)\\*[\"'`]?\]?\s?[:=](?:\s|\\[nrt]){{0,8}}[\[{{]"
_BEGINS = rf"(?i:(?:{OPAQUE})?(?:{NAMED})s?)[\"'`]?\]?\s?[:=]\s{{0,40}}[\[{{]"
_STEP = re.compile(
    rb"\"((?:[^\"\\]++|\\.)*+)(?:\"(\s*+:)?|\\?\Z)|'((?:[^'\\\n]++|\\.)*+)(?:'(\s*+:)?|\\?(?=\n|\Z))"
    rb"|([\[{])|([\]}])",
    re.DOTALL,
)
"""A string, with what makes it a name; a bracket. A string that does not end goes on to the end:
whatever is in it is read once."""
_MOST_STEPS = 1024
_LONGEST, _SHORTEST_TOKEN = 4096, 20
"""Words that a language is read in are `tokens`, too."""
_KEY = re.compile(rb"[\w\-+/=.~:!@#$%^&*]+")
_IS_VAULT = re.compile(rb"(?i)secrets|credentials?")
_IS_LOGIN = re.compile(rf"(?i){LOGIN_NAMES}".encode())
_DESCRIBES = re.compile(
    rb"(?i)\$?(?:ref|schema|type|format|description|title|pattern|name|label|in|scheme|enum|required|"
    rb"default|examples?|const|kind|status|message|path|file|host|region|provider|expires?(?:_?\w*)|"
    rb"created(?:_?\w*)|updated(?:_?\w*)|scopes?|flow|.*(?:ur[il]|user|user_?name|email|type|at))"
    rb"|id|.*[_\-]id|\w*[a-z]Id"
)
"""Names of members that tell of a secret and are none."""


def nested_secrets(text: bytes) -> Iterator[tuple[int, int]]:
    """Where the secrets stand; each byte is read once."""
    place = 0
    while (begins := _begins().search(text, place)) is not None:
        walk = _Walk(begins[0])
        place = begins.end()
        for _, step in zip(range(_MOST_STEPS), _STEP.finditer(text, place), strict=False):
            place = step.end()
            if (span := walk.secret_in(step)) is not None:
                yield span
            if not walk.is_open:
                break


class _Walk:
    """Through one list or object, from behind its first bracket to its last."""

    def __init__(self, begins: bytes) -> None:
        name = re.split(rb"[\"'`\]\s:=]", begins, maxsplit=1)[0]
        is_member = b":" in begins and begins[len(name) : len(name) + 1] in (b'"', b"'")
        self._is_login = is_member and _IS_LOGIN.search(name) is not None
        self._is_vault = is_member and _IS_VAULT.fullmatch(name) is not None
        self._is_token = name.lower().rstrip(b"s").endswith(b"token")
        self._is_opaque = is_opaque(name)
        self._is_several = name[-1:].lower() == b"s"
        self._is_list = begins.endswith(b"[")
        self._describes = [False]
        self._member = b""

    @property
    def is_open(self) -> bool:
        return bool(self._describes)

    def secret_in(self, step: re.Match[bytes]) -> tuple[int, int] | None:
        at = 1 if step[1] is not None else 3
        if step[5] is not None:
            inside = self._describes[-1] or _DESCRIBES.fullmatch(self._member) is not None
            self._describes.append(inside)
            self._member = b""
        elif step[6] is not None:
            self._describes.pop()
        elif step[at + 1] is not None:
            self._member = step[at]
        else:
            member, self._member = self._member, b""
            describes = self._describes[-1] or _DESCRIBES.fullmatch(member) is not None
            return step.span(at) if not describes and self._is_secret(step[at]) else None
        return None

    def _is_secret(self, value: bytes) -> bool:
        """A word is one only under a name for several; else words tell what is wrong with it."""
        if self._is_opaque or not 4 <= len(value) <= _LONGEST:
            return False
        if is_key(value, _SHORTEST_TOKEN if self._is_token else 8) and _KEY.fullmatch(value):
            return True
        is_mixed = re.search(rb"\d", value) is not None and re.search(rb"\D", value) is not None
        may_be = (self._is_login and (self._is_several or is_mixed)) or (
            self._is_vault and is_mixed and not self._is_list
        )
        return may_be and is_password(value, is_quoted=True)


@cache
def _begins() -> Any:
    return compiled(_BEGINS)
