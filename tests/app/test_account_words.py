"""Countdowns, quotas and states in words."""

from datetime import UTC

import pytest

from llmgw_desktop.app.providers.usage import (
    ago_text,
    credential_words,
    quota_line,
    settled,
    span_text,
    state_words,
    with_kept,
)
from llmgw_desktop.domain.provider import AccountState, AccountStatus, CredentialKind, QuotaWindow

NOW_S = 1_763_730_118.0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"),
        (0.2, "1 s"),
        (59, "59 s"),
        (60, "1 m"),
        (61, "2 m"),
        (3599, "1 h"),
        (11_500, "3 h 12 m"),
        (200_000, "3 d"),
    ],
)
def test_spans_never_say_too_little(seconds: float, words: str) -> None:
    assert span_text(seconds) == words


@pytest.mark.parametrize(
    ("state", "until_s", "words"),
    [
        (AccountState.READY, None, "ready"),
        (AccountState.COOLING, NOW_S + 118, "cooling 2 m"),
        (AccountState.COOLING, None, "cooling"),
        (AccountState.AUTH_REQUIRED, None, "needs a key"),
        (AccountState.OVER_QUOTA, NOW_S + 3600, "quota used up, back in 1 h"),
        (AccountState.OVER_QUOTA, None, "quota used up"),
        (AccountState.OFF, None, "off"),
    ],
)
def test_states(state: AccountState, until_s: float | None, words: str) -> None:
    status = AccountStatus(account="a", state=state, until_s=until_s)
    assert state_words(status, CredentialKind.API_KEY, NOW_S) == words


def test_a_sign_in_is_not_a_key() -> None:
    status = AccountStatus(account="a", state=AccountState.AUTH_REQUIRED)
    assert state_words(status, CredentialKind.SIGN_IN, NOW_S) == "sign in again"


def test_a_pause_whose_end_has_come_is_over() -> None:
    status = AccountStatus(account="a", state=AccountState.COOLING, until_s=NOW_S - 1)
    assert settled(status, NOW_S).state is AccountState.READY
    assert settled(status, NOW_S - 2).state is AccountState.COOLING


@pytest.mark.parametrize(
    ("window", "share", "words"),
    [
        (
            QuotaWindow(name="requests", limit=500, remaining=412, resets_at_s=NOW_S + 700),
            0.824,
            "412 of 500 left · resets in 12 m, at 13:13",
        ),
        (QuotaWindow(name="5h", used_share=0.36), 0.64, "64 % left"),
        (QuotaWindow(name="x"), None, "how much is left is not told"),
        (QuotaWindow(name="x", remaining=7), None, "7 left"),
        (
            QuotaWindow(name="x", used_share=1.0, resets_at_s=NOW_S - 5),
            1.0,
            "reset since; not asked again yet",
        ),
        (
            QuotaWindow(name="x", used_share=0.0, resets_at_s=NOW_S + 86_400 * 3),
            1.0,
            "100 % left · resets in 3 d, at 13:01 on 24 Nov",
        ),
    ],
)
def test_quota_windows(window: QuotaWindow, share: float | None, words: str) -> None:
    line = quota_line(window, NOW_S, UTC)
    assert line.left_share == (None if share is None else pytest.approx(share))
    assert line.words == words


def test_names_of_windows() -> None:
    names = [quota_line(QuotaWindow(name=name), NOW_S).name for name in ("tokens", "5h", "week")]
    assert names == ["Tokens", "5 h", "week"]


def test_little_left_is_marked() -> None:
    low = QuotaWindow(name="x", limit=100, remaining=9)
    assert quota_line(low, NOW_S).is_low
    assert not quota_line(QuotaWindow(name="x"), NOW_S).is_low


def test_where_a_key_is() -> None:
    key = CredentialKind.API_KEY
    assert credential_words(key, "K", "") == "key from K"
    assert credential_words(key, "", "openai/work") == "key from the vault, openai/work"
    assert credential_words(key, "", "") == "no key named"
    assert credential_words(CredentialKind.NONE, "", "") == "needs no key"


def test_ago() -> None:
    assert [ago_text(each, NOW_S) for each in (None, NOW_S - 1, NOW_S - 90)] == [
        "",
        "just now",
        "2 m ago",
    ]


def test_what_is_kept_for_the_person_is_a_mark_on_windows_that_last() -> None:
    windows = (
        QuotaWindow(name="5h", used_share=0.5),
        QuotaWindow(name="week"),
        QuotaWindow(name="requests", limit=10, remaining=5),
    )
    lines = [quota_line(each, NOW_S, UTC) for each in windows]
    assert with_kept(lines, 0.0) == tuple(lines)
    shown = with_kept(lines, 0.2)
    assert [each.kept_share for each in shown] == [0.2, 0.0, 0.0]
    assert shown[0].words == f"{lines[0].words} · 20 % kept for you"
