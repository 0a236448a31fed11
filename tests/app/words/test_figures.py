"""How figures are spelt."""

from datetime import UTC, date, timedelta, timezone

import pytest

from llmgw_desktop.app.words.figures import (
    clock_text,
    count_text,
    counted,
    duration_text,
    moment_text,
    money_text,
    rate_text,
    share_text,
    short_count_text,
    size_text,
)


def test_unknown_is_a_dash_and_never_zero() -> None:
    texts = {
        make(None)
        for make in (count_text, short_count_text, duration_text, size_text, share_text, rate_text)
    }
    assert texts == {"–"}


@pytest.mark.parametrize(
    ("duration_ms", "text"),
    [
        (0, "0 ms"),
        (0.04, "<0.1 ms"),
        (0.4, "0.4 ms"),
        (9.96, "10 ms"),
        (840.2, "840 ms"),
        (999.6, "1.0 s"),
        (12_400, "12.4 s"),
        (59_940, "59.9 s"),
        (59_960, "1 m 00 s"),
        (185_000, "3 m 05 s"),
        (3_599_600, "1 h 00 m"),
        (7_620_000, "2 h 07 m"),
        (-5, "0 ms"),
    ],
)
def test_durations(duration_ms: float, text: str) -> None:
    assert duration_text(duration_ms) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (310, "310"),
        (9_999, "9,999"),
        (48_200, "48.2k"),
        (999_950, "1.0 M"),
        (1_234_567, "1.2 M"),
    ],
)
def test_short_counts(count: int, text: str) -> None:
    assert short_count_text(count) == text


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (64 * 1024, "64 KB"),
        (1_048_575, "1 MB"),
        (3_355_443, "3.2 MB"),
        (5 * 1024**3, "5 GB"),
    ],
)
def test_sizes(size_bytes: int, text: str) -> None:
    assert size_text(size_bytes) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0 %"), (0.001, "<1 %"), (0.91, "91 %"), (0.998, "99 %"), (1, "100 %")]
)
def test_shares_reach_none_and_all_only_when_they_are(share: float, text: str) -> None:
    assert share_text(share) == text


@pytest.mark.parametrize(
    ("per_s", "text"), [(3.17, "3.2"), (75.4, "75"), (1234.0, "1,234"), (8.9e6, "8.9 M")]
)
def test_rates(per_s: float, text: str) -> None:
    assert rate_text(per_s) == text


def test_counted_words() -> None:
    assert [counted(1, "flight"), counted(1204, "flight")] == ["1 flight", "1,204 flights"]
    assert counted(2, "entry", "entries") == "2 entries"


def test_times_of_day_say_the_day_only_when_it_is_another() -> None:
    at_s = 1_795_273_318.042
    today = date(2026, 11, 21)
    assert clock_text(at_s, today, UTC) == "15:01:58"
    assert clock_text(at_s, today + timedelta(days=1), UTC) == "21 Nov 15:01:58"
    assert clock_text(at_s, date(2027, 1, 1), UTC) == "21 Nov 2026 15:01:58"
    assert clock_text(at_s, today, timezone(timedelta(hours=2))) == "17:01:58"
    assert moment_text(at_s, UTC) == "2026-11-21 15:01:58.042"


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        (None, "–"),
        (0.0, "$0"),
        (0.0001, "<$0.001"),
        (0.0005, "$0.001"),
        (0.0424, "$0.042"),
        (0.9995, "$1.00"),
        (3.1, "$3.10"),
        (99.995, "$100"),
        (1204.4, "$1,204"),
    ],
)
def test_money(dollars: float | None, text: str) -> None:
    assert money_text(dollars) == text
