"""Every way in which vendors say how long to wait."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from llmgw_desktop.engine.routing.quota_windows import moment_in, seconds_in, told_pause_s

NOW_S = 1_763_740_000.0  # 2025-11-21 15:46:40 UTC


def told(body: str = "", **headers: str) -> float | None:
    lines = CIMultiDict({name.replace("_", "-"): text for name, text in headers.items()})
    return told_pause_s(lines, body, NOW_S)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2m13s", 133),
        ("2m 13s", 133),
        ("6m0s", 360),
        ("12ms", 0.012),
        ("1h2m", 3720),
        ("1 hour and 3 minutes", 3780),
        ("20 seconds", 20),
        ("7.66s", 7.66),
        ("90", 90),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("5 bananas", None),
    ],
)
def test_stretches(text: str, seconds: float | None) -> None:
    assert seconds_in(text) == seconds


@pytest.mark.parametrize(
    ("text", "moment_s"),
    [
        ("2025-11-21T15:47:40Z", NOW_S + 60),
        ("Fri, 21 Nov 2025 15:47:40 GMT", NOW_S + 60),
        (str(int(NOW_S) + 60), NOW_S + 60),
        (str(int(NOW_S + 60) * 1000), NOW_S + 60),
        ("60", NOW_S + 60),
        ("1m", NOW_S + 60),
        ("tomorrow", None),
    ],
)
def test_moments(text: str, moment_s: float | None) -> None:
    assert moment_in(text, NOW_S) == moment_s


@pytest.mark.parametrize(
    ("headers", "pause_s"),
    [
        ({"retry-after": "7"}, 7),
        ({"Retry-After": "Fri, 21 Nov 2025 15:48:40 GMT"}, 120),
        ({"retry-after": "Fri, 21 Nov 2025 15:45:40 GMT"}, -60),
        ({"retry-after": "-3"}, -3),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"x-ratelimit-reset": str(int(NOW_S) + 30)}, 30),
        ({"X-RateLimit-Reset": str(int(NOW_S + 30) * 1000)}, 30),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s"}, 360),
        ({"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "6m0s"}, None),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "2s",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "5s",
            },
            5,
        ),
        (
            {
                "anthropic-ratelimit-tokens-remaining": "0",
                "anthropic-ratelimit-tokens-reset": "2025-11-21T15:47:10Z",
            },
            30,
        ),
        (
            {
                "anthropic-ratelimit-unified-status": "rejected",
                "anthropic-ratelimit-unified-reset": str(int(NOW_S) + 9000),
            },
            9000,
        ),
        (
            {
                "anthropic-ratelimit-unified-status": "allowed",
                "anthropic-ratelimit-unified-reset": str(int(NOW_S) + 9000),
            },
            None,
        ),
        ({"retry-after": "later"}, None),
        ({}, None),
    ],
)
def test_headers(headers: dict[str, str], pause_s: float | None) -> None:
    assert told_pause_s(CIMultiDict(headers), "", NOW_S) == pause_s


@pytest.mark.parametrize(
    ("body", "pause_s"),
    [
        ('{"error":{"message":"Rate limit reached. Please try again in 2m13.4s. Visit"}}', 133.4),
        ("Please try again in 8.64s.", 8.64),
        ("Please try again in 20ms.", 0.02),
        ("reset after 2m 13s", 133),
        ("retry after 20 seconds", 20),
        ('{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}', 34),
        ('{"quotaResetDelay": "1h2m"}', 3720),
        (f'{{"resets_at": {int(NOW_S) + 100}}}', 100),
        ('{"resets_in_seconds": 55}', 55),
        ("try again later", None),
        ("", None),
    ],
)
def test_bodies(body: str, pause_s: float | None) -> None:
    assert told_pause_s({}, body, NOW_S) == pause_s


def test_headers_come_before_the_body() -> None:
    assert told("try again in 9s", retry_after="3") == 3


@given(st.text(max_size=200), st.text(max_size=40))
def test_nonsense_is_nothing_or_a_number(body: str, header: str) -> None:
    found = told_pause_s(CIMultiDict({"retry-after": header}), body, NOW_S)
    assert found is None or math.isfinite(found)


@given(st.integers(0, 10**6))
def test_a_stretch_of_seconds_comes_back(seconds: int) -> None:
    assert seconds_in(f"{seconds // 60}m{seconds % 60}s") == seconds
