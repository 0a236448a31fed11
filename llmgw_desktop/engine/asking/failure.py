"""Why a question was not answered, in the one set of categories."""

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import LlmgwError

PERMISSION = "permission_denied"
CANCELED = "canceled"
INTERNAL = "internal_error"

_CATEGORIES: dict[str, str] = {
    "missing_scope": PERMISSION,
    "client_gone": CANCELED,
    "internal": INTERNAL,
    "store": INTERNAL,
    "key_missing": ErrorCategory.AUTH,
    "sign_in_needed": ErrorCategory.AUTH,
    "accounts_unusable": ErrorCategory.AUTH,
    "vault_locked": ErrorCategory.AUTH,
    "upstream_401": ErrorCategory.AUTH,
    "upstream_403": ErrorCategory.AUTH,
    "accounts_busy": ErrorCategory.RATE_LIMIT,
    "upstream_429": ErrorCategory.RATE_LIMIT,
    "gateway_closed": ErrorCategory.SATURATED,
    "saturated": ErrorCategory.SATURATED,
    "cli_resting": ErrorCategory.SATURATED,
    "upstream_timeout": ErrorCategory.TIMEOUT,
    "upstream_408": ErrorCategory.TIMEOUT,
    "upstream_504": ErrorCategory.TIMEOUT,
    "request_too_large": ErrorCategory.INPUT_TOO_LARGE,
    "upstream_413": ErrorCategory.INPUT_TOO_LARGE,
    "cli_missing": ErrorCategory.SPAWN,
    "malformed_request": ErrorCategory.INVALID_INPUT,
    "not_offered": ErrorCategory.INVALID_INPUT,
    "loss_refused": ErrorCategory.INVALID_INPUT,
    "invalid_run": ErrorCategory.INVALID_INPUT,
    "unknown_model": ErrorCategory.INVALID_INPUT,
    "not_served": ErrorCategory.INVALID_INPUT,
    "upstream_400": ErrorCategory.INVALID_INPUT,
    "upstream_404": ErrorCategory.INVALID_INPUT,
    "upstream_422": ErrorCategory.INVALID_INPUT,
}
"""By what a flight records of its failure; whatever else there is is the provider's."""
_PASSING = frozenset(
    {
        ErrorCategory.RATE_LIMIT,
        ErrorCategory.SATURATED,
        ErrorCategory.TIMEOUT,
        ErrorCategory.UPSTREAM,
    }
)


class AskFailed(LlmgwError):
    """Ours or the provider's: what a caller would have been told, without secrets."""

    kind = "ask_failed"

    def __init__(self, message: str, *, reason: str) -> None:
        """`reason`: as the flight records it."""
        super().__init__(message)
        self.reason = reason
        self.category = _CATEGORIES.get(reason, str(ErrorCategory.UPSTREAM))

    @property
    def is_passing(self) -> bool:
        """The same may well be answered later."""
        return self.category in _PASSING
