"""An act as it may be written down: no secret in it, and no value longer than anybody reads.

What is never to be written is known in three ways: by the name of a value, by its look, and by what
the process knows to be secret (`cleaned`). One is enough.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from llmgw_desktop.domain.acting import cleaned
from llmgw_desktop.domain.audit import Act, Actor
from llmgw_desktop.domain.vault import looks_like_key

MASK = "[masked]"
OTHER = f"{MASK}, another than before"
LONGEST_VALUE = 500
LONGEST_TEXT = 300
MOST_VALUES = 60
MOST_BYTES = 16_000
"""Of what was before, and of what is after."""
_SHORT = 200
_DEEPEST = 4
_MOST_LOOKED_AT = 400
_SECRET_NAME = re.compile(
    r"(?:^|[._\-])(?:api_?key|keys?|secrets?|tokens?|passwords?|passphrase|passwd|bearer|"
    r"credentials?|authorization|cookie|private_key|client_secret|access_token|refresh_token)$",
    re.IGNORECASE,
)
_SECRET_PARTS = frozenset({"env", "headers", "environment", "extra_headers"})
"""Tables of which any value may be a secret, whatever its name."""
_CREDENTIAL_IN_URL = re.compile(r"(?<=://)[^/?#\s]{1,400}@")
"""To the last @ of the place: a password may hold one."""
_WORDS = r"(?:key|token|secret|passw(?:or)?d|passphrase|signature|sig|code|auth)"
_KEY_IN_URL = re.compile(rf"(?i)([?&#;][\w.%\-]{{0,60}}{_WORDS}(?:=|%3d))[^&\s#]+")
_KEY_FLAG = rf"--?[\w\-]{{0,60}}{_WORDS}"
_KEY_IN_ARGUMENT = re.compile(rf"(?i)((?<!\S){_KEY_FLAG}(?:=|\s+))\S+")
_IS_KEY_FLAG = re.compile(_KEY_FLAG, re.IGNORECASE)
"""Behind it stands a secret, in the next argument."""
_KEY_IN_HEADER = re.compile(r"(?i)(bearer\s+|authorization:\s*(?:\w+\s+)?)[^\s\"']+")


def masked_act(act: Act) -> Act:
    return replace(
        act,
        subject=_text(act.subject, LONGEST_TEXT),
        before=_bounded(_Masking().table(act.before)),
        after=_bounded(_Masking().table(act.after)),
        note=_text(act.note, LONGEST_TEXT),
    )


def masked_actor(actor: Actor) -> Actor:
    return replace(
        actor,
        name=_text(actor.name, 100),
        client_id=_text(actor.client_id, 200),
        address=_text(actor.address, 60),
    )


def is_secret_name(name: str) -> bool:
    """Of a value by its path: `clis.claude.env.TOKEN`."""
    parts = name.lower().split(".")
    return bool(_SECRET_NAME.search(name)) or any(part in _SECRET_PARTS for part in parts)


def masked_value(name: str, value: object) -> object:
    """With nothing in it that JSON cannot say without fractions."""
    return _Masking().value(name, value)


class _Masking:
    """One value or one table of them; so much is looked at and no more, whatever it is made of."""

    def __init__(self) -> None:
        self._left = _MOST_LOOKED_AT

    def value(self, name: str, value: object, depth: int = 0) -> object:
        self._left -= 1
        if isinstance(value, Mapping):
            inside = not is_secret_name(name) and self._may_go_into(depth)
            return self.table(value, f"{name}.", depth + 1) if inside else MASK
        if isinstance(value, list | tuple | set | frozenset):
            return self._list(name, value, depth)
        return _plain(name, value)

    def table(
        self, values: Mapping[str, object], path: str = "", depth: int = 0
    ) -> dict[str, object]:
        shown: dict[str, object] = {}
        for name in list(values)[:MOST_VALUES]:
            if self._left <= 0:
                break
            shown[_text(str(name), 200)] = self.value(f"{path}{name}", values[name], depth)
        if left := len(values) - len(shown):
            shown["…"] = f"{left} more"
        return shown

    def _list(self, name: str, value: Iterable[object], depth: int) -> object:
        if is_secret_name(name) or not self._may_go_into(depth):
            return MASK
        is_set = isinstance(value, set | frozenset)
        listed = sorted(value, key=str) if is_set else list(value)
        shown: list[object] = []
        for each in listed[:MOST_VALUES]:
            if self._left <= 0:
                break
            is_key = (
                bool(shown) and isinstance(shown[-1], str) and _IS_KEY_FLAG.fullmatch(shown[-1])
            )
            shown.append(MASK if is_key else self.value(name, each, depth + 1))
        return [*shown, "…"] if len(listed) > len(shown) else shown

    def _may_go_into(self, depth: int) -> bool:
        return depth < _DEEPEST and self._left > 0


def _plain(name: str, value: object) -> object:
    if value is None or isinstance(value, bool) or value == OTHER:
        return value
    is_number = isinstance(value, int) and abs(value) < 2**53
    if is_secret_name(name) and not (is_number and name.lower().endswith("tokens")):
        return MASK  # `max_tokens = 4096` counts, and is none
    return value if is_number else _text(str(value), LONGEST_VALUE)


def _bounded(values: dict[str, object]) -> dict[str, object]:
    """Values within values are many before each is long."""
    if len(json.dumps(values)) <= MOST_BYTES:
        return values
    return {name: _short(value) for name, value in values.items()}


def _short(value: object) -> object:
    words = json.dumps(value, ensure_ascii=False)
    return value if len(words) <= _SHORT else f"{words[:_SHORT]}…"


def _text(text: str, longest: int) -> str:
    """Storable (no halves of letters), clean, and cut at the end. What is cleaned is the whole
    text: a secret whose end is cut off looks like none."""
    whole = text[:100_000].encode("utf-8", "replace").decode()
    whole = _CREDENTIAL_IN_URL.sub(f"{MASK}@", cleaned(whole))
    for key in (_KEY_IN_URL, _KEY_IN_ARGUMENT, _KEY_IN_HEADER):
        whole = key.sub(rf"\1{MASK}", whole)
    words = re.split(r"(\s+)", whole)
    whole = "".join(MASK if looks_like_key(word.strip("'\",;()")) else word for word in words)
    return whole if len(whole) <= longest else f"{whole[:longest]}…"
