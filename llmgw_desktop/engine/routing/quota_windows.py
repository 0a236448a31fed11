"""What vendors say in their headers of what is left: limits, remainders and when they begin anew.

Anthropic's limits and the shares of its subscriptions, OpenAI's and Groq's, OpenRouter's, and those
of the draft standard. What is not said stays unknown.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from llmgw_desktop.domain.account import QuotaWindow
from llmgw_desktop.engine.routing.pauses import moment_in

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
