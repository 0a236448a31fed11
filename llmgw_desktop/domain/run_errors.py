"""What can be wrong with asking for a run."""

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import RequestError


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
