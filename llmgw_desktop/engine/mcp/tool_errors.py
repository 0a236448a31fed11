"""The one shape in which every tool tells that it did not do what it was asked."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.access_errors import AccessError
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import GatewayClosed, LlmgwError, RequestError
from llmgw_desktop.domain.job import JobState
from llmgw_desktop.domain.plain_text import plain_text
from llmgw_desktop.domain.run_errors import (
    ApprovalDenied,
    InvalidRun,
    NoSuchJob,
    NoSuchSession,
    NoSuchWorkspace,
    is_passing,
)
from llmgw_desktop.domain.worktree import NoSuchWorktree
from llmgw_desktop.engine.mcp.tool import ToolAnswer
from llmgw_desktop.wire.approvals import approval_object

NOT_FOUND = "not_found"
PERMISSION = "permission_denied"
DENIED = "approval_denied"
INTERNAL = "internal_error"
CATEGORIES = (
    *ErrorCategory,
    JobState.CANCELED,
    JobState.ORPHANED,
    NOT_FOUND,
    PERMISSION,
    DENIED,
    INTERNAL,
)
"""All words that `errorCategory` may hold."""


class InvalidArgument(InvalidRun):
    """Of a tool; `field` is its name."""

    kind = "invalid_argument"


class NotFound(RequestError):
    """Not there, or another's: nobody learns which."""

    kind = "not_found"


def refusal(error: LlmgwError, **more: Any) -> ToolAnswer:
    """`more`: what this tool adds, such as the id that was asked for."""
    if isinstance(error, ApprovalDenied):
        more["approval"] = approval_object(error.approval)
    return told(
        str(error),
        category_of(error),
        field=getattr(error, "field", "") or None,
        retryable=is_passing(error),
        more=more,
    )


def told(
    message: str,
    category: str,
    *,
    field: str | None = None,
    retryable: bool = False,
    more: Mapping[str, Any] | None = None,
) -> ToolAnswer:
    message = plain_text(message)
    structured = {
        "success": False,
        "error": message,
        "errorCategory": category,
        "field": field,
        "retryable": retryable,
        **(more or {}),
    }
    return ToolAnswer(structured=structured, text=message, is_error=True)


def category_of(error: LlmgwError) -> str:
    if isinstance(error, NoSuchJob | NoSuchSession | NoSuchWorkspace | NoSuchWorktree | NotFound):
        return NOT_FOUND
    if isinstance(error, AccessError):
        return PERMISSION
    if isinstance(error, ApprovalDenied):
        return DENIED
    category = getattr(error, "category", None)
    if category:
        return str(category)
    if isinstance(error, GatewayClosed):
        return ErrorCategory.SATURATED
    return ErrorCategory.INVALID_INPUT if isinstance(error, RequestError) else INTERNAL
