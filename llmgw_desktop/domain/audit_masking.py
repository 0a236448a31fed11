"""An act as it may be written down: no secret in it, and no value longer than anybody reads.

What is never to be written is known in three ways: by the name of a value, by its look, and by what
the process knows to be secret (`cleaned`). One is enough.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from llmgw_desktop.domain.acting import cleaned
from llmgw_desktop.domain.audit import Act, Actor
from llmgw_desktop.domain.vault import looks_like_key

MASK = "[masked]"
OTHER = f"{MASK}, another than before"
LONGEST_VALUE = 500
LONGEST_TEXT = 300
MOST_VALUES = 60
_DEEPEST = 4
_SECRET_NAME = re.compile(
    r"(?:^|[._\-])(?:api_?key|keys?|secrets?|tokens?|passwords?|passphrase|passwd|bearer|"
    r"credentials?|authorization|cookie|private_key|client_secret|access_token|refresh_token)$",
    re.IGNORECASE,
)
_SECRET_PARTS = frozenset({"env", "headers", "environment", "extra_headers"})
"""Tables of which any value may be a secret, whatever its name."""
_CREDENTIAL_IN_URL = re.compile(r"(?<=://)[^/\s@]{1,400}@")
_KEY_IN_URL = re.compile(r"(?i)([?&](?:key|api_?key|token|secret|password|sig|code)=)[^&\s#]+")


def masked_act(act: Act) -> Act:
    return replace(
        act,
        subject=_text(act.subject, LONGEST_TEXT),
        before=_values(act.before),
        after=_values(act.after),
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


def masked_value(name: str, value: object, depth: int = 0) -> object:
    """With nothing in it that JSON cannot say without fractions."""
    if value is None or isinstance(value, bool) or value == OTHER:
        return value
    if is_secret_name(name):
        return MASK
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    if depth < _DEEPEST and isinstance(value, Mapping):
        return _values(value, f"{name}.", depth + 1)
    if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
        listed = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
        shown = [masked_value(name, each, depth + 1) for each in listed[:MOST_VALUES]]
        return [*shown, "…"] if len(listed) > MOST_VALUES else shown
    return _text(str(value), LONGEST_VALUE)


def _values(values: Mapping[str, object], path: str = "", depth: int = 0) -> dict[str, object]:
    names = list(values)[:MOST_VALUES]
    shown = {
        _text(str(name), 200): masked_value(f"{path}{name}", values[name], depth) for name in names
    }
    if left := len(values) - len(names):
        shown["…"] = f"{left} more"
    return shown


def _text(text: str, longest: int) -> str:
    """Storable (no halves of letters), clean, and cut at the end. What is cleaned is the whole
    text: a secret whose end is cut off looks like none."""
    whole = text[:100_000].encode("utf-8", "replace").decode()
    whole = _CREDENTIAL_IN_URL.sub(f"{MASK}@", cleaned(whole))
    whole = _KEY_IN_URL.sub(rf"\1{MASK}", whole)
    words = re.split(r"(\s+)", whole)
    whole = "".join(MASK if looks_like_key(word.strip("'\",;()")) else word for word in words)
    return whole if len(whole) <= longest else f"{whole[:longest]}…"
