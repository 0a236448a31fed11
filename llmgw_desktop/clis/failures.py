"""Why a run failed, out of what its CLI said: a category, and what to do about it."""

import re

from llmgw_desktop.clis.cli import SignIn
from llmgw_desktop.domain.cli import ErrorCategory, RunEnded

_LONGEST_ERROR = 4000
_AUTH = re.compile(
    r"not (?:logged|signed) in|/login\b|\brun .{0,40}\blogin\b|unauthori[sz]ed"
    r"|authentication (?:failed|error|required)|failed to authenticate|no authentication"
    r"|(?:invalid|incorrect|missing|no) (?:x-)?api[ _-]?key|missing environment variable"
    r"|(?:expired|invalid|revoked) .{0,20}(?:token|credential)|re-?authenticate|sign in again",
    re.IGNORECASE,
)
_RATE_LIMIT = re.compile(
    r"rate.?limit|too many requests|usage limit|quota (?:exceeded|exhausted)", re.IGNORECASE
)
_UPSTREAM = re.compile(
    r"overloaded|high demand|connection (?:refused|reset|error)|econnre(?:fused|set)|etimedout"
    r"|stream disconnected|failed to get response|service unavailable|bad gateway"
    r"|internal server error|error sending request|network",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"(?:status|http(?!s?:)|api error)[^0-9\n]{0,10}([45][0-9]{2})\b", re.IGNORECASE
)


def status_in(text: str) -> int | None:
    """The HTTP status that an error's text speaks of."""
    found = _STATUS.search(text[:_LONGEST_ERROR])
    return int(found.group(1)) if found else None


def category_of(text: str, status: int | None) -> ErrorCategory:
    """A status says more than words, where there is one."""
    if status is not None:
        return _by_status(status)
    text = text[:_LONGEST_ERROR]
    if _AUTH.search(text):
        return ErrorCategory.AUTH
    if _RATE_LIMIT.search(text):
        return ErrorCategory.RATE_LIMIT
    return ErrorCategory.UPSTREAM if _UPSTREAM.search(text) else ErrorCategory.CLI


def failed(
    error: str,
    sign_in: SignIn,
    *,
    status: int | None = None,
    text: str | None = None,
    stop_reason: str | None = None,
) -> RunEnded:
    """The end of a run for this reason, with how to sign in where that is what is missing."""
    error = error.strip()[:_LONGEST_ERROR]
    status = status_in(error) if status is None else status
    category = category_of(error, status)
    if category is ErrorCategory.AUTH:
        error = f"{error}\n{sign_in.guidance}"
    return RunEnded(
        ok=False,
        text=text,
        error=error,
        category=category,
        status=status,
        stop_reason=stop_reason,
    )


def _by_status(status: int) -> ErrorCategory:
    if status in (401, 403):
        return ErrorCategory.AUTH
    return ErrorCategory.RATE_LIMIT if status == 429 else ErrorCategory.UPSTREAM
