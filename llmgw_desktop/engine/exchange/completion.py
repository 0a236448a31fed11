"""What comes of a question that the gateway itself puts to a model: its text as it comes, how it
ended, and why it failed, in the one set of categories.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.domain.values import value

PERMISSION = "permission_denied"
CANCELED = "canceled"
INTERNAL = "internal_error"

_CATEGORIES: dict[str, frozenset[str]] = {
    PERMISSION: frozenset({"access", "missing_scope", "unauthenticated"}),
    CANCELED: frozenset({"client_gone"}),
    INTERNAL: frozenset(
        {
            *("internal", "config", "vault", "vault_key_gone", "vault_entry_broken"),
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


class CompletionFailed(LlmgwError):
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


@value
class CompletionResult:
    """The whole answer, or as much as came and why there is no more."""

    text: str = ""
    model: str = ""
    """The one that answered, as its provider calls it."""
    provider: str = ""
    account: str = ""
    """As `account_id` names it."""
    usage: Usage = UNKNOWN_USAGE
    cost_usd: float | None = None
    stop_reason: str | None = None
    fell_back: bool = False
    """Another than the first candidate answered."""
    flight_id: str = ""
    """Empty where there was none, because it was not admitted."""
    took_ms: float = 0.0
    error: CompletionFailed | None = None

    @property
    def is_well(self) -> bool:
        return self.error is None


class Completion:
    """Iterate it for pieces of text, each what has come since the last, any number of times and
    from the beginning, or not at all; `result()` never raises but CancelledError.

    Whoever is cancelled while he waits here cancels the question, and so does leaving an
    `async with` of it: the provider's connection is closed then.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._news: asyncio.Future[None] | None = None
        self._result: CompletionResult | None = None
        self._stop: Callable[[], object] = lambda: None

    async def __aiter__(self) -> AsyncIterator[str]:
        read = 0
        while True:
            if said := "".join(self._pieces[read:]):
                read = len(self._pieces)
                yield said
            elif self._result is not None:
                return
            else:
                await self._wait()

    async def result(self) -> CompletionResult:
        while self._result is None:
            await self._wait()
        return self._result

    @property
    def text(self) -> str:
        """So far."""
        return "".join(self._pieces)

    @property
    def is_done(self) -> bool:
        return self._result is not None

    def cancel(self) -> None:
        """Nobody wants the answer any more; the result says so when the provider is let go."""
        self._stop()

    async def __aenter__(self) -> "Completion":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cancel()
        await self.result()

    def starts(self, stop: Callable[[], object]) -> None:
        """For whoever asks: how it is cancelled."""
        self._stop = stop

    def says(self, piece: str) -> None:
        """For whoever asks."""
        self._pieces.append(piece)
        self._tell()

    def ends(self, result: CompletionResult) -> None:
        """For whoever asks; only the first end counts."""
        if self._result is None:
            self._result = result
            self._tell()

    def _tell(self) -> None:
        if self._news is not None:
            self._news.set_result(None)
            self._news = None

    async def _wait(self) -> None:
        if self._news is None:
            self._news = asyncio.get_running_loop().create_future()
        try:
            await asyncio.shield(self._news)
        except asyncio.CancelledError:
            self.cancel()
            raise
