"""Whether what a CLI left of its sign-in file may take the place of what the vault holds.

A CLI refreshes its file; it also empties it when the vendor refuses it, and a kill cuts it short.
The vault keeps what can still sign in.
"""

import json
import re
from collections.abc import Iterator

_RENEWS = re.compile(r"(?:^|\.)(?:refresh|[a-z_-]*refresh[_-]?token)$", re.IGNORECASE)
_SIGNS_IN = re.compile(r"refresh|access|token|key|secret", re.IGNORECASE)
"""Names of members that hold a credential, behind those of the members around them."""
_LONGEST = 400


def unfit(old: bytes, new: bytes) -> str:
    """Why not, in words that tell nothing of either; empty if it may."""
    if not new.strip(b" \t\r\n\0"):
        return "it is empty"
    if old.startswith(new) or (b"\0" in new and b"\0" not in old):
        return "it is cut short"
    before = _object(old)
    return "" if before is None else _lacking(before, _object(new))


def _lacking(before: dict[str, object], after: dict[str, object] | None) -> str:
    if after is None:
        return "it is cut short"
    if _holds(before, _SIGNS_IN) and not _holds(after, _SIGNS_IN):
        return "nothing stands in it that signs in"
    if _holds(before, _RENEWS) and not _holds(after, _RENEWS):
        return "what it is renewed with is missing"
    return ""


def _object(data: bytes) -> dict[str, object] | None:
    """Copilot begins its file with a line of comment."""
    lines = (line for line in data.splitlines() if not line.lstrip().startswith(b"//"))
    try:
        found = json.loads(b"\n".join(lines))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _holds(found: object, names: re.Pattern[str]) -> bool:
    """Whether a text that is not empty stands below such a name."""
    return any(names.search(name) for name, _ in _named_texts(found))


def _named_texts(found: object) -> Iterator[tuple[str, str]]:
    """All of them, each with the names of the members around it."""
    waiting = [("", found)]
    while waiting:
        name, each = waiting.pop()
        if isinstance(each, dict):
            waiting += ((f"{name}.{below}"[-_LONGEST:], item) for below, item in each.items())
        elif isinstance(each, list):
            waiting += ((name, item) for item in each)
        elif isinstance(each, str) and each:
            yield name, each
