"""What a program says about itself, when it registers (RFC 7591) or in a document of its own."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.acting import cleaned
from llmgw_desktop.domain.oauth import GRANTABLE_SCOPES, ClientProof
from llmgw_desktop.domain.oauth_errors import OauthCode, OauthError
from llmgw_desktop.engine.oauth.redirects import MOST_REDIRECTS, is_fit

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
