"""What can be wrong with asking for a run."""

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import GatewayClosed, RequestError


class InvalidRun(RequestError):
    """It cannot be started as asked; nothing was. `field` is the request's own name for it."""

    kind = "invalid_run"

    def __init__(
        self,
        message: str,
        *,
        field: str = "",
        category: ErrorCategory = ErrorCategory.INVALID_INPUT,
    ) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.category = category


class Saturated(GatewayClosed):
    """As many runs as may be go on, and as many as may wait do."""

    kind = "saturated"

    def __init__(self, waiting: int) -> None:
        super().__init__(
            f"All places for runs are taken and {waiting} wait already; nothing was started.",
            retry_after_s=15,
        )
