"""Turns: limits hold, order holds, nobody waits behind another CLI."""

from __future__ import annotations

import pytest

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.run_errors import Saturated
from llmgw_desktop.domain.settings.tables import LimitSettings
from llmgw_desktop.engine.jobs.queue import JobQueue

CLAUDE, CODEX = CliName.CLAUDE, CliName.CODEX


def _queue(total: int, each: int, waiting: int = 100) -> tuple[JobQueue, list[str]]:
    begun: list[str] = []
    limits = LimitSettings(
        max_running_jobs=total, max_running_per_provider=each, max_queued_jobs=waiting
    )
    return JobQueue(limits, begun.append), begun


def test_turns_come_in_order_and_past_those_whose_cli_is_full() -> None:
    queue, begun = _queue(3, 2)
    for name, cli in (("a1", CLAUDE), ("a2", CLAUDE), ("a3", CLAUDE), ("b1", CODEX), ("b2", CODEX)):
        queue.enter(name, cli)
    assert begun == ["a1", "a2", "b1"]
    queue.leave("b1")
    assert begun[3:] == ["b2"]
    queue.leave("a1")
    queue.leave("a1")
    assert begun[4:] == ["a3"]
    assert (queue.running, queue.waiting) == (3, 0)


def test_who_finds_no_place_is_refused() -> None:
    queue, _ = _queue(2, 1, waiting=1)
    queue.admit(CLAUDE)
    queue.enter("a1", CLAUDE)
    queue.admit(CLAUDE)
    queue.enter("a2", CLAUDE)
    with pytest.raises(Saturated):
        queue.admit(CLAUDE)
    queue.admit(CODEX)
    queue.leave("a2")
    queue.admit(CLAUDE)


def test_new_limits_count_at_once_and_end_nothing() -> None:
    queue, begun = _queue(2, 2)
    for name in ("1", "2", "3"):
        queue.enter(name, CLAUDE)
    queue.apply(LimitSettings(max_running_jobs=1))
    queue.leave("1")
    assert begun == ["1", "2"]
    queue.apply(LimitSettings(max_running_jobs=4))
    assert begun == ["1", "2", "3"]


def test_who_runs_already_takes_a_place_whatever_the_limits_say() -> None:
    queue, begun = _queue(1, 1)
    queue.occupy("old", CLAUDE)
    queue.occupy("older", CLAUDE)
    queue.enter("new", CLAUDE)
    queue.leave("old")
    assert begun == []
    queue.leave("older")
    assert begun == ["new"]
