"""Why a request of OAuth is refused: a branch of the tree that `errors.py` draws.

Each has the code of the RFC that names it. Where a refusal may be sent back to the program, the
error knows its address; where the program or its address is not known, a person reads it on a page
and nothing is ever sent anywhere.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from llmgw_desktop.domain.errors import LlmgwError


class OauthCode(StrEnum):
    """As they stand on the wire."""

    # RFC 6749
    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_SCOPE = "invalid_scope"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    ACCESS_DENIED = "access_denied"
    SERVER_ERROR = "server_error"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    # RFC 6750, of the doors that take tokens
    INVALID_TOKEN = "invalid_token"  # noqa: S105 - a word of the protocol
    INSUFFICIENT_SCOPE = "insufficient_scope"
    # RFC 7591
    INVALID_REDIRECT_URI = "invalid_redirect_uri"
    INVALID_CLIENT_METADATA = "invalid_client_metadata"
    # RFC 8707
    INVALID_TARGET = "invalid_target"
    # OpenID Connect, for what we do not have
    REQUEST_NOT_SUPPORTED = "request_not_supported"
    REQUEST_URI_NOT_SUPPORTED = "request_uri_not_supported"


STATUS: Mapping[OauthCode, int] = MappingProxyType(
    {
        OauthCode.INVALID_CLIENT: 401,
        OauthCode.INVALID_TOKEN: 401,
        OauthCode.ACCESS_DENIED: 403,
        OauthCode.INSUFFICIENT_SCOPE: 403,
        OauthCode.TEMPORARILY_UNAVAILABLE: 429,
        OauthCode.SERVER_ERROR: 500,
    }
)
"""Of answers that are no redirects; 400 for those that are not named."""


class OauthError(LlmgwError):
    """The words are for the one who wrote the client, and for a person who reads them on a page."""

    kind = "oauth"

    def __init__(self, code: OauthCode, words: str, *, retry_after_s: int = 0) -> None:
        super().__init__(words)
        self.code = code
        self.retry_after_s = retry_after_s

    @property
    def status(self) -> int:
        return STATUS.get(self.code, 400)

    @property
    def description(self) -> str:
        """Of the letters that RFC 6749 lets stand in `error_description`."""
        return "".join(each if _may_stand(each) else "?" for each in str(self))[:500]


class ShownToPerson(OauthError):
    """The program or where it wants the answer is not known: a page says so, nothing else does."""

    kind = "oauth_shown"


class SentBack(OauthError):
    """The program is told at `url`, an address that it registered."""

    kind = "oauth_sent_back"

    def __init__(self, code: OauthCode, words: str, *, url: str) -> None:
        super().__init__(code, words)
        self.url = url


def _may_stand(letter: str) -> bool:
    return " " <= letter <= "~" and letter not in '"\\'
