"""Thirty jobs in all states, with long titles, and one that is saying something in colours."""

from __future__ import annotations

from pathlib import Path

from llmgw_desktop.domain.cli import (
    CliEvent,
    CliName,
    ErrorCategory,
    Retrying,
    RunUsageTold,
    TextGrew,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.jobs.job import Job, JobFigures, JobState
from llmgw_desktop.domain.usage import Usage
from tests.support.plain_runs import NOW_S, PlainRuns, plain_job

TITLES = (
    "Mend the tests of the session store that fail when the clock is turned back",
    "Review the last commit",
    "Schreibe die Geschwindigkeitsbegrenzungsüberschreitungswarnung der "
    "Rechtsschutzversicherungsgesellschaften vollständig neu und lege Regressionstests an",
    "Write a changelog entry",
    "Why does the build take eleven minutes?",
    "Bring the README up to date",
)
CLIENTS = ("claude-code", "nightly-review", "editor", "Versicherungsabrechnungsdienst-Nachtlauf")
_ENDS: tuple[tuple[JobState, ErrorCategory | None, str, int | None], ...] = (
    (JobState.COMPLETED, None, "", 0),
    (JobState.COMPLETED, None, "", 0),
    (JobState.FAILED, ErrorCategory.AUTH, "Claude Code is not signed in.", 1),
    (JobState.COMPLETED, None, "", 0),
    (JobState.CANCELED, None, "It was canceled.", None),
    (
        JobState.FAILED,
        ErrorCategory.RATE_LIMIT,
        "429: This organisation has used up its requests of this minute.",
        1,
    ),
    (JobState.ORPHANED, None, "How it ended cannot be found out.", None),
)
FIGURES = JobFigures(
    usage=Usage(
        input_tokens=48_200,
        output_tokens=1_204,
        cache_read_tokens=43_900,
        cache_write_tokens=2_300,
    ),
    cost_usd=0.31,
    model="claude-opus-5-5",
    provider_session_id="0d9be9f2-8a6e-4c1c-9d54-0b8a3a1f2c11",
    requests=7,
)
STDERR = (
    b"\x1b[2m12:04:11\x1b[0m \x1b[32mINFO\x1b[0m  session resumed from \x1b[36m~/.claude\x1b[0m\n"
    b"\x1b[2m12:04:12\x1b[0m \x1b[1;33mWARN\x1b[0m  \x1b[38;5;208mslow\x1b[0m answer of the model, "
    b"4.2 s\n"
    b"\x1b[2m12:04:19\x1b[0m \x1b[41;97m FAIL \x1b[0m \x1b[1mtests/test_store.py\x1b[0m "
    b"\x1b[31m1 failed\x1b[0m, \x1b[32m41 passed\x1b[0m\n"
)
EVENTS: tuple[CliEvent, ...] = (
    ThinkingGrew(
        text="The test turns the clock back by an hour. The store compares wall clock "
        "times, so a session that was just written looks as if it came from the future.\n"
    ),
    ToolBegan(call_id="1", name="Read", summary="src/session_store.py"),
    TextGrew(
        text="The store compares wall clock times. I will let it compare the row's number "
        "instead, which only grows.\n\n"
    ),
    ToolBegan(call_id="2", name="Edit", summary="src/session_store.py, 12 lines"),
    ToolBegan(call_id="3", name="Bash", summary="pytest -q tests/test_store.py"),
    ToolEnded(call_id="3", ok=False),
    Retrying(reason="the vendor is overloaded (529)", attempt=2),
    Warned(code="slow", message="The context is 80 % full."),
    TextGrew(
        text="One test still fails: it expects the old order. That order was never promised; "
        "I change the test and say so in it.\n\n```python\n"
        "def test_the_newest_comes_first(store):\n    assert store.ids() == [3, 2, 1]\n```\n"
    ),
    RunUsageTold(usage=FIGURES.usage, cost_usd=0.31),
)


def set_job_scene(runs: PlainRuns, root: Path) -> Job:
    """The answer is the one that speaks."""
    speaks = plain_job(
        2, title=TITLES[0], working_dir="/home/ada/src/app", flight_id="flt_1", client="claude-code"
    )
    runs.put(speaks)
    runs.put(plain_job(4, cli=CliName.CODEX, title=TITLES[1], client="nightly-review"))
    runs.put(plain_job(1, cli=CliName.OPENCODE, title=TITLES[2], client=CLIENTS[3]))
    for number in (3, 5):
        runs.put(
            plain_job(
                number,
                cli=CliName.CODEX,
                state=JobState.QUEUED,
                started_at_s=None,
                title=TITLES[number % len(TITLES)],
            )
        )
    for number in range(6, 31):
        runs.put(_ended(number))
    runs.events[speaks.id] = list(EVENTS)
    folder = root / speaks.id
    folder.mkdir(parents=True)
    (folder / "stdout").write_bytes(b"")
    (folder / "stderr").write_bytes(STDERR)
    return speaks


def _ended(number: int) -> Job:
    state, category, error, code = _ENDS[number % len(_ENDS)]
    asked_at_s = NOW_S - 4100.0 * (number - 5)
    return plain_job(
        number,
        cli=list(CliName)[number % len(CliName)],
        state=state,
        client=CLIENTS[number % len(CLIENTS)],
        title=TITLES[number % len(TITLES)],
        category=category,
        error=error,
        exit_code=code,
        asked_at_s=asked_at_s,
        started_at_s=asked_at_s + 0.5,
        ended_at_s=asked_at_s + 17.0 * number,
        figures=FIGURES if state is JobState.COMPLETED else JobFigures(),
        stdout_bytes=48_211,
    )
