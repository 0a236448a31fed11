"""Whether what a CLI left of its sign-in file may take the place of what the vault holds.

A CLI refreshes its file; it also empties it when the vendor refuses it, and a kill cuts it short.
The vault keeps what can still sign in.
"""

import json
from collections.abc import Iterator

_RENEWS = "refresh"
"""In the name of what a sign-in is renewed with."""


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
    if not any(_texts(after)) and any(_texts(before)):
        return "nothing stands in it"
    if any(_renewals(before)) and not any(_renewals(after)):
        return "what it is renewed with is missing"
    return ""


def _object(data: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _renewals(found: object) -> Iterator[str]:
    return (text for name, text in _named_texts("", found) if _RENEWS in name.lower())


def _texts(found: object) -> Iterator[str]:
    return (text for _, text in _named_texts("", found))


def _named_texts(name: str, found: object) -> Iterator[tuple[str, str]]:
    """All texts that are not empty, by the name of the member they stand in."""
    waiting = [(name, found)]
    while waiting:
        name, each = waiting.pop()
        if isinstance(each, dict):
            waiting += each.items()
        elif isinstance(each, list):
            waiting += ((name, item) for item in each)
        elif isinstance(each, str) and each:
            yield name, each
