"""Why a question was not answered, in the one set of categories."""

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import LlmgwError

PERMISSION = "permission_denied"
CANCELED = "canceled"
INTERNAL = "internal_error"

_CATEGORIES: dict[str, frozenset[str]] = {
    PERMISSION: frozenset({"access", "missing_scope", "unauthenticated"}),
    CANCELED: frozenset({"client_gone"}),
    INTERNAL: frozenset(
        {
            *("internal", "config", "vault", "vault_entry_broken"),
            *("store", "store_unavailable", "store_corrupt", "store_in_question", "schema_too_new"),
        }
    ),
    ErrorCategory.AUTH: frozenset(
        {
            *("key_missing", "sign_in_needed", "accounts_unusable"),
            *("vault_locked", "vault_no_such_entry", "upstream_401", "upstream_403"),
        }
    ),
    ErrorCategory.RATE_LIMIT: frozenset({"accounts_busy", "upstream_429"}),
    ErrorCategory.SATURATED: frozenset({"gateway_closed", "saturated", "cli_resting"}),
    ErrorCategory.TIMEOUT: frozenset({"upstream_timeout", "upstream_408", "upstream_504"}),
    ErrorCategory.INPUT_TOO_LARGE: frozenset({"request_too_large", "upstream_413"}),
    ErrorCategory.SPAWN: frozenset({"cli_missing"}),
    ErrorCategory.INVALID_INPUT: frozenset(
        {
            *("bad_request", "malformed_request", "not_offered", "loss_refused"),
            *("request_stalled", "unsupported_media", "invalid_run", "session_busy"),
            *("route", "unknown_model", "unknown_path", "not_served", "vault_entry_unfit"),
            *("upstream_400", "upstream_404", "upstream_422"),
        }
    ),
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
        named = (category for category, reasons in _CATEGORIES.items() if reason in reasons)
        self.category = str(next(named, ErrorCategory.UPSTREAM))

    @property
    def is_passing(self) -> bool:
        """The same may well be answered later."""
        return self.category in _PASSING
