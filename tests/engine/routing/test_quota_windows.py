"""What vendors tell of their limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from llmgw_desktop.app.providers.usage import quota_line
from llmgw_desktop.engine.routing.quota_windows import MOST_WINDOWS, quota_windows, share_left

NOW_S = 1_763_740_000.0

ANTHROPIC = {
    "anthropic-ratelimit-requests-limit": "50",
    "anthropic-ratelimit-requests-remaining": "49",
    "anthropic-ratelimit-requests-reset": "2025-11-21T15:47:40Z",
    "anthropic-ratelimit-input-tokens-limit": "40000",
    "anthropic-ratelimit-input-tokens-remaining": "10000",
    "anthropic-ratelimit-input-tokens-reset": "2025-11-21T15:47:40Z",
}
SUBSCRIPTION = {
    "anthropic-ratelimit-unified-status": "allowed",
    "anthropic-ratelimit-unified-5h-utilization": "0.42",
    "anthropic-ratelimit-unified-5h-reset": str(int(NOW_S) + 60),
    "anthropic-ratelimit-unified-7d-utilization": "1.3",
    "anthropic-ratelimit-unified-7d-reset": str(int(NOW_S) + 600),
    "anthropic-ratelimit-unified-representative-claim": "five_hour",
}
OPENAI = {
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "15",
    "x-ratelimit-reset-requests": "1m",
    "x-ratelimit-limit-tokens": "150000",
    "x-ratelimit-remaining-tokens": "149984",
    "x-ratelimit-reset-tokens": "6m0s",
}
OPENROUTER = {
    "X-RateLimit-Limit": "20",
    "X-RateLimit-Remaining": "5",
    "X-RateLimit-Reset": str((int(NOW_S) + 60) * 1000),
}
DRAFT = {"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "50", "ratelimit-reset": "60"}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (ANTHROPIC, [("requests", 0.02, 60), ("input-tokens", 0.75, 60)]),
        (SUBSCRIPTION, [("5h", 0.42, 60), ("7d", 1.0, 600)]),
        (OPENAI, [("requests", 0.75, 60), ("tokens", 16 / 150000, 360)]),
        (OPENROUTER, [("requests", 0.75, 60)]),
        (DRAFT, [("requests", 0.5, 60)]),
    ],
)
def test_each_vendor(headers: dict[str, str], expected: list[tuple[str, float, float]]) -> None:
    windows = quota_windows(CIMultiDict(headers), NOW_S)
    assert [each.name for each in windows] == [name for name, _, _ in expected]
    for window, (_, share, resets_in_s) in zip(windows, expected, strict=True):
        assert window.used_share == pytest.approx(share)
        assert window.resets_at_s == NOW_S + resets_in_s
        assert window.told_at_s == NOW_S


def test_unknown_stays_unknown() -> None:
    (window,) = quota_windows({"x-ratelimit-remaining-requests": "5"}, NOW_S)
    assert (window.remaining, window.limit, window.used_share) == (5, None, None)
    assert quota_windows({"x-ratelimit-limit-requests": "many"}, NOW_S) == ()
    assert quota_windows({"content-type": "application/json"}, NOW_S) == ()


def test_the_share_that_is_left_is_of_the_tightest_window() -> None:
    windows = quota_windows(SUBSCRIPTION, NOW_S)
    assert share_left(windows, NOW_S) == 0
    assert share_left(windows[:1], NOW_S) == pytest.approx(0.58)
    assert share_left(windows, NOW_S + 61) == 0, "the longer window is still used up"
    assert share_left(windows, NOW_S + 601) == 1, "both have begun anew"
    assert share_left((), NOW_S) is None


@pytest.mark.parametrize(
    "reset",
    ["1e308", "1e17", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00Z", "-1e300", "999999999h"],
)
def test_a_moment_that_nobody_lives_to_see_is_none(reset: str) -> None:
    (window,) = quota_windows(
        {"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": reset}, NOW_S
    )
    assert window.resets_at_s is None
    assert "5 left" in quota_line(window, NOW_S).words


def test_an_amount_that_nobody_counts_is_none() -> None:
    (window,) = quota_windows(
        {"x-ratelimit-limit-requests": "1e308", "x-ratelimit-remaining-requests": "5"}, NOW_S
    )
    assert (window.limit, window.remaining, window.used_share) == (None, 5, None)


def test_an_upstream_cannot_fill_the_memory() -> None:
    headers = {f"x-ratelimit-limit-w{number}": "1" for number in range(1000)}
    assert len(quota_windows(headers, NOW_S)) == MOST_WINDOWS


@given(
    st.dictionaries(
        st.sampled_from([*ANTHROPIC, *SUBSCRIPTION, *OPENAI, *OPENROUTER, *DRAFT]),
        st.text(max_size=30) | st.floats().map(str) | st.integers().map(str),
    )
)
def test_shares_are_shares_whatever_is_told(headers: dict[str, str]) -> None:
    windows = quota_windows(headers, NOW_S)
    assert all(each.used_share is None or 0 <= each.used_share <= 1 for each in windows)
    left = share_left(windows, NOW_S)
    assert left is None or 0 <= left <= 1
