"""Where a program may be sent back to: what it may register, what counts as the same (RFC 8252)."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

MOST_LETTERS = 2000
MOST_REDIRECTS = 20
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")
"""The letters of an address; without #, spaces, quotes and backslashes."""
_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]|localhost))(?::([0-9]{1,5}))?(/.*)?")


def is_fit(uri: str) -> bool:
    """https anywhere, http to this computer alone; nothing that stands for several addresses."""
    if len(uri) > MOST_LETTERS or not _PLAIN.fullmatch(uri) or "*" in uri:
        return False
    if _LOOPBACK.fullmatch(uri):
        return _has_port(uri)
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    is_bare = "@" not in parts.netloc and bool(parts.hostname)
    return uri.startswith("https://") and is_bare and _has_port(uri)


def is_registered(uri: str, registered: Iterable[str]) -> bool:
    """Letter by letter; to this computer the port alone may be another."""
    if uri in registered:
        return is_fit(uri)
    bare = _without_port(uri)
    return (
        bare is not None and is_fit(uri) and any(bare == _without_port(each) for each in registered)
    )


def leads_here(uri: str) -> bool:
    """To this computer."""
    return _LOOPBACK.fullmatch(uri) is not None


def with_answer(uri: str, answer: str) -> str:
    """The address with the answer's parameters behind its own."""
    return f"{uri}{'&' if '?' in uri else '?'}{answer}"


def _without_port(uri: str) -> str | None:
    """None for what does not lead to this computer."""
    found = _LOOPBACK.fullmatch(uri)
    return None if found is None else f"{found[1]}{found[3] or ''}"


def _has_port(uri: str) -> bool:
    """A port that there is, where one is named."""
    try:
        return urlsplit(uri).port != 0
    except ValueError:
        return False
