"""When a limit is over, out of what CLIs say at their end."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from llmgw_desktop.clis.claude.reader import ClaudeReader
from llmgw_desktop.clis.failures import moments_in
from llmgw_desktop.domain.cli import CliName, CliRequest, ErrorCategory, RunEnded, RunUsageTold

BERLIN = ZoneInfo("Europe/Berlin")
SAID = datetime(2026, 11, 23, 13, 20, 5, tzinfo=BERLIN)


def at(*when: int) -> float:
    return datetime(2026, *when, tzinfo=BERLIN).timestamp()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("You've hit your limit · resets 3pm (Europe/Berlin)", at(11, 23, 15)),
        ("You've hit your session limit · resets 3:45pm (Europe/Berlin)", at(11, 23, 15, 45) + 60),
        ("You've hit your limit · resets 9am (Europe/Berlin)", at(11, 24, 9)),
        ("You've hit your limit · resets 12am (Europe/Berlin)", at(11, 24, 0)),
        ("You've hit your weekly limit · resets Nov 25, 3pm (Europe/Berlin)", at(11, 25, 15)),
        ("You've hit your limit · resets Nov 25 at 3pm (Europe/Berlin)", at(11, 25, 15)),
        # it was reached in the very minute in which it began anew
        ("You've hit your limit · resets 1:20pm (Europe/Berlin)", at(11, 23, 13, 20) + 60),
        ("Try again at Nov 25th, 2026 3:05 PM. (Europe/Berlin)", None),
        ("try again at Nov 25th, 2026 3:05 PM (Europe/Berlin)", at(11, 25, 15, 5) + 60),
        ("Claude AI usage limit reached|1795446000", 1795446000.0),
        ("Claude AI usage limit reached|1795446000000", 1795446000.0),
    ],
)
def test_words_name_a_moment(words: str, expected: float | None) -> None:
    found = moments_in(words, SAID.timestamp())
    if expected is None:  # without its zone it is the time of this computer
        assert len(found) == 1
    else:
        assert found == [expected]


def test_without_a_zone_it_is_this_computers_time() -> None:
    now = datetime.now().astimezone().replace(hour=10, minute=0, second=0, microsecond=0)
    words = "You’ve hit your usage limit. Upgrade, or try again at 3:05 PM."
    assert moments_in(words, now.timestamp()) == [now.replace(hour=15, minute=5).timestamp() + 60]


def test_a_day_of_the_next_year() -> None:
    said = datetime(2026, 12, 30, 12, tzinfo=UTC).timestamp()
    expected = datetime(2027, 1, 2, 9, tzinfo=UTC).timestamp()
    assert moments_in("resets Jan 2, 9am (UTC)", said) == [expected]


def test_an_hour_that_the_clocks_have_twice_is_the_later() -> None:
    said = datetime(2026, 10, 24, 20, tzinfo=BERLIN).timestamp()
    later = datetime(2026, 10, 25, 1, 30, tzinfo=UTC).timestamp() + 60
    assert moments_in("resets 2:30am (Europe/Berlin)", said) == [later]


@pytest.mark.parametrize(
    "words",
    [
        "",
        "You've hit your limit",
        "resets 25pm (Europe/Berlin)",
        "resets 3pm (Nowhere/Atall)",
        "resets Feb 31, 3pm (UTC)",
        "resets 3pm (../../etc/passwd)",
        "a preset of 3pm",
    ],
)
def test_what_names_none(words: str) -> None:
    assert moments_in(words, SAID.timestamp()) == []


def test_only_the_beginning_of_what_is_long_is_read() -> None:
    assert len(moments_in("resets 3pm (UTC) " * 100_000, SAID.timestamp())) == 8


def test_claude_code_tells_it_apart_from_its_words() -> None:
    reader = ClaudeReader(CliRequest(cli=CliName.CLAUDE, prompt="x"))
    lines = (
        b'{"type":"rate_limit_event","rate_limit_info":{"status":"allowed","resetsAt":9}}',
        b'{"type":"rate_limit_event","rate_limit_info":'
        b'{"status":"rejected","resetsAt":1795446000,"rateLimitType":"five_hour"}}',
        b'{"type":"result","subtype":"success","is_error":true,"api_error_status":429,'
        b'"result":"You\'ve hit your limit \xc2\xb7 resets 3pm (Europe/Berlin)"}',
    )
    for line in lines:
        reader.feed(line + b"\n")
    ended = reader.finish(1, "")[-1]
    assert isinstance(ended, RunEnded)
    assert (ended.category, ended.resets_at_s) == (ErrorCategory.RATE_LIMIT, 1795446000.0)


def windows_told(line: bytes) -> list[tuple[str, float | None, float | None]]:
    reader = ClaudeReader(CliRequest(cli=CliName.CLAUDE, prompt="x"))
    ended = b'{"type":"result","subtype":"success","is_error":false,"result":"hi"}'
    events = [each for part in (line, ended) for each in reader.feed(part + b"\n")]
    (told,) = [each for each in events if isinstance(each, RunUsageTold)] or [None]
    windows = () if told is None else told.windows
    return [(each.name, each.used_share, each.resets_at_s) for each in windows]


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (
            # as Claude Code 2.1.329 prints it with a subscription
            b'{"status":"allowed_warning","resetsAt":1795559898,"rateLimitType":"five_hour",'
            b'"utilization":0.91,"unifiedWindows":{"five_hour":{"utilization":0.91,'
            b'"resetsAt":1795559898},"seven_day":{"utilization":0.42,"resetsAt":1795811898}}}',
            [("5h", 0.91, 1795559898.0), ("7d", 0.42, 1795811898.0)],
        ),
        (
            b'{"status":"allowed","rateLimitType":"seven_day","utilization":1.4,"resetsAt":9}',
            [("7d", 1.0, 9.0)],
        ),
        (b'{"status":"allowed","rateLimitType":"seven_day","resetsAt":9}', []),
        (b'{"status":"allowed","rateLimitType":"overage","utilization":0.5}', []),
        (b'{"unifiedWindows":{"five_hour":7,"seven_day":{"utilization":"half"}}}', []),
        (b'{"unifiedWindows":[1],"utilization":true,"rateLimitType":"five_hour"}', []),
    ],
)
def test_claude_code_tells_of_its_subscriptions_windows(
    info: bytes, expected: list[tuple[str, float | None, float | None]]
) -> None:
    assert windows_told(b'{"type":"rate_limit_event","rate_limit_info":' + info + b"}") == expected
