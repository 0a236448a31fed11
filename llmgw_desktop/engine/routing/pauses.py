"""How long a vendor asks to be left alone, wherever it says so: headers first, then the body.

A pause may come out negative, absurdly long or of a date that is past: what may be believed of it
is the business of whoever keeps the rests.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

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
