"""Why a run failed, out of what its CLI said: a category, what to do about it, and when a limit is
over: «resets 3pm (Europe/Berlin)», «try again at Nov 25th, 2026 3:05 PM», «usage limit
reached|1795446000».

Stretches of time («in 3 hours») and moments in JSON are read with those of all vendors
(`engine/routing/quota_windows.py`).
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from llmgw_desktop.clis.cli import SignIn
from llmgw_desktop.domain.cli import ErrorCategory, RunEnded, Warned

_LONGEST_ERROR = 4000
_AUTH = re.compile(
    r"not (?:logged|signed) in|/login\b|\brun .{0,40}\blogin\b|unauthori[sz]ed|unauthenticated"
    r"|authentication (?:failed|error|required)|failed to authenticate|no authentication"
    r"|invalid auth(?:entication)? method|missing environment variable"
    r"|(?:invalid|incorrect|missing|no) (?:x-)?api[ _-]?key|missing \S{0,80}_(?:key|token)\b"
    r"|(?:expired|invalid|revoked) .{0,20}(?:token|credential)|(?:token|key) (?:has )?expired"
    r"|re-?authenticate|sign in again",
    re.IGNORECASE,
)
_TOO_LARGE = re.compile(
    r"input_too_large|exceeds the (?:maximum length|model's (?:prompt budget|context))"
    r"|(?:prompt|input) is too (?:long|large)|maximum context length|context_length_exceeded"
    r"|context (?:window|length) exceeded|exceeds the context (?:window|length)",
    re.IGNORECASE,
)
_RATE_LIMIT = re.compile(
    r"rate.?limit|too many requests|usage limit|hit your .{0,40}limit"
    r"|\bquota\b|resource.?(?:has been )?exhausted",
    re.IGNORECASE,
)
_UPSTREAM = re.compile(
    r"overloaded|high demand|connection (?:refused|reset|closed|error)|econnre(?:fused|set)"
    r"|etimedout|enotfound|eai_again|stream disconnected|failed to get response|fetch failed"
    r"|service unavailable|bad gateway|internal server error|error sending request|network"
    r"|timed? ?out",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"(?:(?:status|http(?!s?:)|api error)[^0-9\n]{0,10}|\"code\"\s{0,4}:\s{0,4})([45][0-9]{2})\b"
    r"|\(([45][0-9]{2})\)",
    re.IGNORECASE,
)


def status_in(text: str) -> int | None:
    """The HTTP status that an error's text speaks of."""
    found = _STATUS.search(text[:_LONGEST_ERROR])
    return int(found.group(1) or found.group(2)) if found else None


def category_of(text: str, status: int | None) -> ErrorCategory:
    """A status says more than words, where there is one."""
    text = text[:_LONGEST_ERROR]
    if status == 413 or (status in (None, 400) and _TOO_LARGE.search(text)):
        return ErrorCategory.INPUT_TOO_LARGE
    if status is not None:
        return _by_status(status)
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
    category: ErrorCategory | None = None,
    text: str | None = None,
    stop_reason: str | None = None,
) -> RunEnded:
    """The end of a run for this reason, with how to sign in where that is what is missing. What a
    CLI's own error codes mean goes before what its words seem to."""
    error = error.strip()[:_LONGEST_ERROR]
    status = status_in(error) if status is None else status
    category = category or category_of(error, status)
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


_LINES = 8
_COLOURS = re.compile(r"\x1b\[[0-9;:?]*[A-Za-z]")


def told_on_stderr(stderr: str, noise: re.Pattern[str]) -> list[str]:
    """Its last lines, without colours and without what stands there of good runs as well."""
    lines = (line.rstrip() for line in _COLOURS.sub("", stderr).splitlines())
    return [line for line in lines if line and not noise.search(line)][-_LINES:]


def how_it_ended(exit_code: int | None) -> str:
    if exit_code is None:
        return "an exit code that nobody saw"
    return f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"


def unfinished(
    program: str, sign_in: SignIn, noise: re.Pattern[str], *, exit_code: int | None, stderr: str
) -> RunEnded:
    """The end of a run whose CLI has not said how it ended."""
    sentence = f"{program} ended with {how_it_ended(exit_code)} before it was done."
    return failed("\n".join([*told_on_stderr(stderr, noise), sentence]), sign_in)


def answered_nothing(program: str, stop_reason: str | None = None) -> RunEnded:
    return RunEnded(
        ok=False,
        error=f"{program} ended well and answered nothing; ask again, or ask otherwise.",
        category=ErrorCategory.EMPTY,
        stop_reason=stop_reason,
    )


def unread(program: str, count: int) -> Iterator[Warned]:
    """Of lines of its output that are none of its form."""
    if count:
        lines, were = ("line", "was") if count == 1 else ("lines", "were")
        words = f"{count} {lines} of what {program} printed could not be read and {were} left out."
        yield Warned(code="malformed_output", message=words)


_EPOCH = re.compile(r"limit reached\|(\d{10})(\d{3})?\b", re.IGNORECASE)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_AT = re.compile(
    r"\b(?:resets?|try again|available(?: again)?|retry)(?: at| on)? "
    rf"(?:(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
    r"(?:,? (?P<year>20\d\d))?(?:,| at)? )?"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))? ?(?P<half>[ap])\.?m\b\.?"
    r"(?: \((?P<zone>[^()\n]{1,60})\))?",
    re.IGNORECASE,
)
_LONGEST = 4000
_MOST = 8
_JUST_PAST = timedelta(minutes=2)
"""A time of day that has only just passed was not meant for tomorrow."""
MINUTE_S = 60.0
"""Words that name a minute may mean its end."""
_HALF_A_YEAR = timedelta(days=183)


def moments_in(text: str, said_at_s: float) -> list[float]:
    """All that are named, as wall clock; of a minute its end: never early. `said_at_s`: when it was
    said, which tells the day."""
    text = text[:_LONGEST]
    found = [float(each[1]) for each in _EPOCH.finditer(text)]
    for each in _AT.finditer(text):
        moment = _moment(each, said_at_s)
        if moment is not None:
            found.append(moment)
    return found[:_MOST]


def _moment(told: re.Match[str], said_at_s: float) -> float | None:
    try:
        zone = ZoneInfo(told["zone"]) if told["zone"] else None
        said = datetime.fromtimestamp(said_at_s, UTC).astimezone(zone)
        hour, minute = int(told["hour"]), int(told["minute"] or 0)
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if told["half"].lower() == "p" else 0)
        at = said.replace(hour=hour, minute=minute, second=0, microsecond=0)
        # of an hour that the clocks have twice the later: never early
        at = _on_day(at, told, said).replace(fold=1)
        rest_s = 0.0 if told["minute"] is None else MINUTE_S
        return _in_zone(at, zone).timestamp() + rest_s
    except (ValueError, KeyError, OSError, OverflowError):
        return None


def _on_day(at: datetime, told: re.Match[str], said: datetime) -> datetime:
    """The next one where no day is named, or no year."""
    if not told["month"]:
        return at if at >= said - _JUST_PAST else at + timedelta(days=1)
    month = _MONTHS.index(told["month"].lower()) + 1
    year = int(told["year"] or said.year)
    at = at.replace(year=year, month=month, day=int(told["day"]))
    if not told["year"] and at < said - _HALF_A_YEAR:
        at = at.replace(year=year + 1)
    return at


def _in_zone(at: datetime, zone: tzinfo | None) -> datetime:
    """As its clocks go on that day."""
    return at if zone is not None else at.replace(tzinfo=None).astimezone()
