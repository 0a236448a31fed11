from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from llmgw_desktop.clis.checks import (
    LONGEST_ARGUMENT,
    SessionIds,
    as_utf8,
    checked_session,
    fits_argument,
    no_flag,
    no_nul,
)
from llmgw_desktop.domain.cli import CliFacts, CliName, CliRequest, ErrorCategory, SessionWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from tests.clis.support import SESSION

MAY_ALL = CliFacts(streams=True, forks=True, takes_new_id=True)
MAY_NOTHING = CliFacts(streams=True)


@pytest.mark.parametrize(
    ("check", "value", "category"),
    [
        (no_nul, "a\0b", ErrorCategory.INVALID_INPUT),
        (no_flag, "--yolo", ErrorCategory.INVALID_INPUT),
        (no_flag, "-x", ErrorCategory.INVALID_INPUT),
        (no_flag, "a\0b", ErrorCategory.INVALID_INPUT),
        (as_utf8, "half \ud83d", ErrorCategory.INVALID_INPUT),
        (fits_argument, "é" * (LONGEST_ARGUMENT // 2), ErrorCategory.INPUT_TOO_LARGE),
        (fits_argument, "look into {folder}/x", ErrorCategory.INVALID_INPUT),
        (fits_argument, "half \ud83d", ErrorCategory.INVALID_INPUT),
    ],
)
def test_hostile_values_are_refused_by_name(
    check: Callable[[str, str], object], value: str, category: ErrorCategory
) -> None:
    with pytest.raises(InvalidRun) as refused:
        check(value, "someField")
    assert refused.value.field == "someField"
    assert refused.value.category is category
    assert value not in str(refused.value)


def test_sizes_are_those_of_bytes() -> None:
    assert as_utf8("café", "prompt") == b"caf\xc3\xa9"
    assert fits_argument("é" * 60_000, "x") == "é" * 60_000


@pytest.mark.parametrize(
    ("facts", "session", "field"),
    [
        (MAY_NOTHING, {"session": SessionWish.FORK, "session_id": SESSION}, "forkSession"),
        (MAY_NOTHING, {"session_id": SESSION}, "sessionId"),
        (MAY_ALL, {"session": SessionWish.RESUME}, "sessionId"),
        (MAY_ALL, {"session": SessionWish.RESUME, "session_id": "gw-1"}, "sessionId"),
        (MAY_ALL, {"session": SessionWish.RESUME, "session_id": "--last"}, "sessionId"),
        (MAY_ALL, {"session": SessionWish.RESUME, "session_id": SESSION + "\n"}, "sessionId"),
        (
            MAY_ALL,
            {"session": SessionWish.CONTINUE, "session_id": SESSION, "working_dir": "/w"},
            "sessionId",
        ),
        (MAY_ALL, {"session": SessionWish.CONTINUE}, "workingDir"),
        (MAY_ALL, {"session": SessionWish.FORK}, "workingDir"),
    ],
)
def test_sessions_that_cannot_be_are_refused(
    facts: CliFacts, session: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidRun) as refused:
        checked_session(
            CliRequest(cli=CliName.CLAUDE, prompt="x", **session),  # type: ignore[arg-type]
            facts,
        )
    assert refused.value.field == field


def test_other_ids_are_those_of_a_cli_s_own_shape() -> None:
    own = SessionIds(shape=re.compile("ses_[a-z]+"), example="ses_abc")
    resumed = CliRequest(
        cli=CliName.OPENCODE, prompt="x", session=SessionWish.RESUME, session_id="ses_xyz"
    )
    assert checked_session(resumed, MAY_ALL, ids=own) is SessionWish.RESUME
    with pytest.raises(InvalidRun, match="such as ses_abc"):
        checked_session(replace(resumed, session_id=SESSION), MAY_ALL, ids=own)
