"""How vendors call errors by their status alone: what one told is told in another's dialect."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_INVALID = "invalid_request_error"


@dataclass(frozen=True, slots=True)
class Words:
    """How vendors call an error of some status."""

    anthropic: str
    openai: str
    code: str | None = None


STATUS_WORDS: Mapping[int, Words] = MappingProxyType(
    {
        400: Words(_INVALID, _INVALID),
        401: Words("authentication_error", "authentication_error", "invalid_api_key"),
        402: Words("billing_error", "insufficient_quota", "insufficient_quota"),
        403: Words("permission_error", "permission_error"),
        404: Words("not_found_error", _INVALID, "not_found"),
        413: Words("request_too_large", _INVALID),
        429: Words("rate_limit_error", "rate_limit_error", "rate_limit_exceeded"),
        500: Words("api_error", "server_error"),
        504: Words("timeout_error", "server_error"),
        508: Words("api_error", "server_error", "loop"),
        529: Words("overloaded_error", "server_error", "overloaded"),
    }
)
