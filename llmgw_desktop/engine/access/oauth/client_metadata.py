"""What a program says about itself, when it registers (RFC 7591) or in a document of its own, and
where it may be sent back to: what it may register, what counts as the same (RFC 8252).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from llmgw_desktop.domain.access.access_errors import OauthCode, OauthError
from llmgw_desktop.domain.access.consent import GRANTABLE_SCOPES, ClientProof
from llmgw_desktop.domain.audit import cleaned

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


MOST_NAME = 1000
"""Characters kept of a name; what is shown of it is fewer."""
_GRANTS = frozenset({"authorization_code", "refresh_token"})


def name_of(said: Mapping[str, Any]) -> str:
    name = said.get("client_name")
    if not isinstance(name, str):
        return ""
    return cleaned(name[: 2 * MOST_NAME].encode(errors="replace").decode())[:MOST_NAME]


def redirects_of(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that may be used."""
    named = said.get("redirect_uris")
    listed = named if isinstance(named, list) else []
    return tuple(each for each in listed[:MOST_REDIRECTS] if isinstance(each, str) and is_fit(each))


def checked_redirects(said: Mapping[str, Any]) -> tuple[str, ...]:
    """All of them. Raises OauthError."""
    named = said.get("redirect_uris")
    if not isinstance(named, list) or not 1 <= len(named) <= MOST_REDIRECTS:
        raise OauthError(
            OauthCode.INVALID_REDIRECT_URI,
            f"redirect_uris must be a list of 1 to {MOST_REDIRECTS} addresses.",
        )
    if len(fit := redirects_of(said)) != len(named):
        raise OauthError(
            OauthCode.INVALID_REDIRECT_URI,
            "Each of redirect_uris must be https, or http to 127.0.0.1, [::1] or localhost,"
            " without user name and fragment.",
        )
    return tuple(dict.fromkeys(fit))


def checked_proof(said: Mapping[str, Any]) -> ClientProof:
    """RFC 7591 says what is meant where nothing is said. Raises OauthError."""
    named = said.get("token_endpoint_auth_method", str(ClientProof.BASIC))
    found = next((proof for proof in ClientProof if proof == named), None)
    if found is None:
        known = ", ".join(ClientProof)
        raise _unfit(f"token_endpoint_auth_method must be one of {known}.")
    return found


def check_rest(said: Mapping[str, Any]) -> None:
    """What a program may not want here. Raises OauthError."""
    _check_list(said, "grant_types", _GRANTS, needed="authorization_code")
    _check_list(said, "response_types", frozenset({"code"}), needed="code")
    scope = said.get("scope", "")
    if not isinstance(scope, str) or not GRANTABLE_SCOPES.issuperset(scope.split()):
        known = ", ".join(sorted(GRANTABLE_SCOPES))
        raise _unfit(f"scope may hold {known}, and nothing else.")
    if not isinstance(said.get("client_name", ""), str):
        raise _unfit("client_name must be a text.")


def _check_list(said: Mapping[str, Any], name: str, known: frozenset[str], *, needed: str) -> None:
    named = said.get(name, [needed])
    is_fit = isinstance(named, list) and all(isinstance(each, str) for each in named)
    if not is_fit or needed not in named or not known.issuperset(named):
        raise _unfit(f"{name} may hold {', '.join(sorted(known))}, and must hold {needed}.")


def _unfit(words: str) -> OauthError:
    return OauthError(OauthCode.INVALID_CLIENT_METADATA, words)
