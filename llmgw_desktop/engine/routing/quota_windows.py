"""What vendors say of limits: how long they ask to be left alone (headers first, then the body),
what is left of each, and when it begins anew.

Anthropic's limits and the shares of its subscriptions, OpenAI's and Groq's, OpenRouter's, and those
of the draft standard. What is not said stays unknown. A pause may come out negative, absurdly long
or of a date that is past: what may be believed of it is the business of whoever keeps cooldowns.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from llmgw_desktop.domain.provider import QuotaWindow

EPOCH_S = 1e9
"""A number from here on is a moment since 1970, and no stretch of time."""
_EPOCH_MS = 1e11
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(
    r"(\d{1,12}(?:\.\d{1,9})?) ?(ms|s|m|h|d)(?:ec(?:ond)?s?|in(?:ute)?s?|ours?|ays?)?"
)
_DURATION = re.compile(rf"(?:{_PART.pattern}[ ,]*(?:and )?)+")
_IN_WORDS = re.compile(
    rf"(?:try again|retry|reset|resets|available|wait)(?: after| in| for)? "
    rf"(?:about |approximately )?({_DURATION.pattern})",
    re.IGNORECASE,
)
_IN_FIELDS = re.compile(
    r'"(?:retryDelay|quotaResetDelay|retry_after|retryAfter|resets_in_seconds)"\s*:\s*'
    r'"?(\d{1,12}(?:\.\d{1,9})?(?:[a-z0-9.]{1,20})?)"?'
)
_RESET_AT = re.compile(r'"(?:resets_at|reset_at)"\s*:\s*"?(\d{9,13}|[0-9T:.Z+-]{20,35})"?')
_LIMITED = ("requests", "tokens", "input-tokens", "output-tokens")
_BODY_CHARS = 20_000


def told_pause_s(headers: Mapping[str, str], body: str, now_s: float) -> float | None:
    """Seconds from `now_s` (wall clock) on; None where nothing is said of it."""
    for found in (_retry_after(headers, now_s), _reset(headers, now_s), _in_body(body, now_s)):
        if found is not None and math.isfinite(found):
            return found
    return None


def seconds_in(text: str) -> float | None:
    """`2m13s`, `6m0s`, `12ms`, `1 hour 3 minutes`, `90`; None for anything else."""
    text = text.strip().lower()
    number = _number(text)
    if number is not None:
        return number
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(amount) * _UNITS_S[unit] for amount, unit in _PART.findall(text))


def moment_in(text: str, now_s: float) -> float | None:
    """When a limit begins anew, as wall clock: an RFC 3339 or HTTP date, a moment since 1970 in
    seconds or milliseconds, or a stretch from now on."""
    text = text.strip()
    seconds = seconds_in(text)
    if seconds is None:
        return _date(text)
    if seconds >= _EPOCH_MS:
        return seconds / 1000
    return seconds if seconds >= EPOCH_S else now_s + seconds


def _retry_after(headers: Mapping[str, str], now_s: float) -> float | None:
    in_ms = _number(headers.get("retry-after-ms", ""))
    if in_ms is not None:
        return in_ms / 1000
    return _until(headers.get("retry-after", ""), now_s)


def _reset(headers: Mapping[str, str], now_s: float) -> float | None:
    """Of the limits that are used up, the one that takes longest. An upstream that names but one
    limit, as OpenRouter does, means that one."""
    if headers.get("anthropic-ratelimit-unified-status", "").startswith("rejected"):
        return _until(headers.get("anthropic-ratelimit-unified-reset", ""), now_s)
    found = [_until(headers.get("x-ratelimit-reset", ""), now_s)]
    for name in _LIMITED:
        for left, reset in (
            (f"anthropic-ratelimit-{name}-remaining", f"anthropic-ratelimit-{name}-reset"),
            (f"x-ratelimit-remaining-{name}", f"x-ratelimit-reset-{name}"),
        ):
            if _number(headers.get(left, "")) == 0:
                found.append(_until(headers.get(reset, ""), now_s))
    return max((each for each in found if each is not None), default=None)


def _in_body(body: str, now_s: float) -> float | None:
    body = body[:_BODY_CHARS]
    if found := _IN_FIELDS.search(body):
        return seconds_in(found[1])
    if found := _RESET_AT.search(body):
        return _until(found[1], now_s)
    if found := _IN_WORDS.search(body):
        return seconds_in(found[1].rstrip(" ,.").removesuffix(" and"))
    return None


def _until(text: str, now_s: float) -> float | None:
    if not text:
        return None
    moment = moment_in(text, now_s)
    return None if moment is None else moment - now_s


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _date(text: str) -> float | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            return moment.timestamp()
        except (ValueError, TypeError, OverflowError):
            continue
    return None


MOST_WINDOWS = 16
_FACT = "limit|remaining|reset|utilization"
_NAME = re.compile(
    rf"anthropic-ratelimit-(?:unified-)?(?P<a>[a-z0-9_-]{{1,40}})-(?P<b>{_FACT})"
    rf"|(?:x-)?ratelimit-(?P<c>{_FACT})(?:-(?P<d>[a-z0-9_-]{{1,40}}))?",
    re.IGNORECASE,
)
_MARK = "ratelimit-"
_MOST = 1e15
_FARTHEST_S = 5 * 365 * 86400.0


def quota_windows(headers: Mapping[str, str], now_s: float) -> tuple[QuotaWindow, ...]:
    """In the order in which the vendor names them; `now_s` is wall clock."""
    found: dict[str, QuotaWindow] = {}
    for header, text in headers.items():
        if _MARK not in header.lower():
            continue
        match = _NAME.fullmatch(header)
        if match is None:
            continue
        name = (match["a"] or match["d"] or "requests").lower()
        if name not in found and len(found) >= MOST_WINDOWS:
            continue
        window = found.get(name) or QuotaWindow(name=name, told_at_s=now_s)
        found[name] = _with_fact(window, (match["b"] or match["c"]).lower(), text, now_s)
    return tuple(_with_share(each) for each in found.values() if _says_something(each))


def share_left(windows: tuple[QuotaWindow, ...], now_s: float) -> float | None:
    """Of the window of which least is left, 0 to 1; None where nothing is known.

    A window that has begun anew since it was told of is whole again.
    """
    shares = [
        1.0
        if window.resets_at_s is not None and window.resets_at_s <= now_s
        else 1.0 - window.used_share
        for window in windows
        if window.used_share is not None
    ]
    return min(shares, default=None)


def _with_fact(window: QuotaWindow, fact: str, text: str, now_s: float) -> QuotaWindow:
    if fact == "reset":
        return replace(window, resets_at_s=plausible_moment(moment_in(text, now_s), now_s))
    number = _amount(text)
    if fact == "limit":
        return replace(window, limit=number)
    if fact == "remaining":
        return replace(window, remaining=number)
    return replace(window, used_share=None if number is None else min(number, 1.0))


def _with_share(window: QuotaWindow) -> QuotaWindow:
    if window.used_share is not None or window.remaining is None or not window.limit:
        return window
    return replace(window, used_share=1.0 - min(window.remaining / window.limit, 1.0))


def _says_something(window: QuotaWindow) -> bool:
    return not (window.limit is None and window.remaining is None and window.used_share is None)


def _amount(text: str) -> float | None:
    """Not negative; of `100, 100;w=60` the first number."""
    try:
        number = float(text.partition(",")[0].partition(";")[0])
    except ValueError:
        return None
    return plausible_amount(number)


def plausible_amount(number: float | None) -> float | None:
    """None for what is no amount of anything: negative, or more than anybody counts."""
    return number if number is not None and 0 <= number <= _MOST else None


def plausible_moment(at_s: float | None, now_s: float) -> float | None:
    """None for what is no moment near enough to mean anything to a person."""
    return at_s if at_s is not None and abs(at_s - now_s) <= _FARTHEST_S else None
