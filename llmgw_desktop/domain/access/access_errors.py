"""What is refused to whom: keys, grants and OAuth."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from llmgw_desktop.domain.errors import LlmgwError


class AccessError(LlmgwError):
    """The caller may not."""

    kind = "access"
    challenge = ""
    """`WWW-Authenticate`: how a program may be let in, where the gate knows a way."""


class Unauthenticated(AccessError):
    """No key, or none of ours. One constant text: it never says which part was wrong."""

    kind = "unauthenticated"

    def __init__(self) -> None:
        super().__init__("A valid access key is required.")


class AccessRevoked(AccessError):
    """It was let in, and its access was taken back before its answer had ended."""

    kind = "access_revoked"

    def __init__(self) -> None:
        super().__init__("The access of this client was taken back before this answer had ended.")


class MissingScope(AccessError):
    """A known client that was not given this permission."""

    kind = "missing_scope"


class ScopeNotAllowed(MissingScope):
    """A program that a person let in, to other things than this."""


class PersonOnly(MissingScope):
    """Only this computer's person may: no key that could be made opens this."""


class ForeignHost(AccessError):
    """The Host header is not one of ours: a rebound name, or a proxy that rewrote it."""

    kind = "foreign_host"


class ForeignOrigin(AccessError):
    """A browser says that a page of another site sent this."""

    kind = "foreign_origin"


class UnnamedPerson(AccessError):
    """A trusted proxy names its caller in a way that names nobody."""

    kind = "unnamed_person"

    def __init__(self, header: str) -> None:
        super().__init__(
            f"The header '{header}' names nobody: it must come once, with 1 to 256 letters, digits "
            "and ._@:+=/- alone, and no name that this gateway itself gives."
        )


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


class TurnedBack(LlmgwError):
    """Whoever asks is known, which these errors carry for the flight."""

    kind = "turned_back"

    def __init__(self, message: str, *, client_id: str = "", client: str = "") -> None:
        super().__init__(message)
        self.client_id = client_id
        self.client = client


class LoopDetected(TurnedBack):
    """The request was here before, or has gone through too many gateways."""

    kind = "loop"


class ClientPaused(TurnedBack):
    """A person has stopped this client for a while."""

    kind = "client_paused"


class TooManyConnections(TurnedBack):
    """Its client, or its address, holds as many connections as one may."""

    kind = "too_many_connections"
    retry_after_s = 2
