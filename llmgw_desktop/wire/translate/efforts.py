"""How hard to think, for targets that take a word for it."""

from llmgw_desktop.domain.prompt import Effort


def effort_of_budget(tokens: int) -> Effort:
    """Where a budget was given and the target takes a word."""
    steps = (
        (0, Effort.NONE),
        (512, Effort.MINIMAL),
        (1024, Effort.LOW),
        (8192, Effort.MEDIUM),
        (24576, Effort.HIGH),
    )
    return next((effort for most, effort in steps if tokens <= most), Effort.XHIGH)
