"""Jobs that wait for a limit, in words: on their card, above their output, in the tray."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.app.jobs.limit_words import parked_line, parked_text, parked_words
from llmgw_desktop.app.jobs.words import count_words, live_words, progress
from llmgw_desktop.app.words.figures import local_time
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import LimitWait
from llmgw_desktop.domain.jobs.job import Job, JobState

NOW_S = 1_795_446_000.0
IN_2_H = NOW_S + 7980
AT = f"{local_time(IN_2_H):%H:%M}"
DAY = "" if local_time(IN_2_H).date() == local_time(NOW_S).date() else f"{local_time(IN_2_H):%d %b}"
THEN = f"on {DAY} at {AT}" if DAY else f"at {AT}"
KEPT = "the window '5h' of claude-cli"


def wait(**changes: Any) -> LimitWait:
    told = {"since_s": NOW_S, "due_at_s": IN_2_H, "is_known": True, "reason": "No more."}
    return LimitWait(**(told | changes))


def job(number: int, limit_wait: LimitWait | None = None) -> Job:
    state = JobState.RUNNING if limit_wait is None else JobState.PARKED
    return Job(
        id=f"job_{number}",
        owner="me",
        client="test",
        cli=CliName.CLAUDE,
        state=state,
        asked_at_s=NOW_S,
        limit_wait=limit_wait,
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, f"At its vendor's limit · goes on in 2 h 13 m, {THEN}"),
        (
            {"is_known": False},
            f"At its vendor's limit · its end was not told · tried again in 2 h 13 m, {THEN}",
        ),
        ({"asks": True}, "At its vendor's limit for 2 h 13 m · waits for your word"),
        ({"window": KEPT}, f"Kept for you · goes on in 2 h 13 m, {THEN} · {KEPT}"),
        (
            {"window": KEPT, "is_known": False},
            f"Kept for you · looked at again in 2 h 13 m, {THEN} · {KEPT}",
        ),
        ({"window": KEPT, "asks": True}, f"Kept for you · waits for your word · {KEPT}"),
    ],
)
def test_the_card_counts_down(changes: dict[str, Any], words: str) -> None:
    assert parked_text(wait(**changes), NOW_S) == words
    assert progress(job(1, wait(**changes)), NOW_S) == words


def test_it_never_counts_below_nothing_and_names_the_day() -> None:
    assert "goes on in 0 s" in parked_text(wait(), IN_2_H + 60)
    far = wait(due_at_s=NOW_S + 3 * 86400)
    assert f"on {local_time(far.due_at_s):%d %b}" in parked_text(far, NOW_S)


def test_why_it_waits_stands_above_its_output() -> None:
    assert parked_words(wait()).advice == (
        "Its vendor says: No more. It goes on by itself, in the same session."
    )
    assert "was not told" in parked_words(wait(is_known=False)).advice
    assert parked_words(wait(asks=True)).what == "It waits for your word."
    kept = parked_words(wait(window=KEPT, asks=True))
    assert kept.what == "It waits below the line of what is kept for you."
    assert kept.advice.startswith("No more. It goes on only when you say so: once now")
    assert "by itself" in parked_words(wait(window=KEPT)).advice
    assert "\x1b" not in parked_words(wait(reason="\x1b[2J")).advice


def test_the_tray_names_the_next() -> None:
    assert parked_line([job(1)], NOW_S) == ""
    one, soon = job(1, wait()), job(2, wait(due_at_s=NOW_S + 30))
    assert parked_line([one], NOW_S) == "1 job waits for a limit, it goes on in 2 h 13 m"
    both = parked_line([one, soon, job(3)], NOW_S)
    assert both == "2 jobs wait for a limit, the next goes on in 30 s"
    asking = job(4, wait(asks=True))
    assert parked_line([asking], NOW_S) == "1 job waits for a limit, and for your word"


def test_they_are_counted() -> None:
    jobs = [job(1), job(2, wait()), job(3, wait())]
    assert count_words(jobs, total=3) == "1 running · 2 at a limit · 3 jobs"
    assert live_words(jobs) == "1 job runs, 2 wait for a limit"
    assert live_words(jobs[2:]) == "1 job waits for a limit"
