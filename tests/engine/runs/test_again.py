"""A job that is asked for once more: a run of its own, with its own flight and session."""

from __future__ import annotations

import os
from pathlib import Path

from llmgw_desktop.domain.jobs.job import JobState
from tests.engine.conftest import house_in
from tests.support.told_cli import ToldCli


async def test_the_same_once_more_shares_nothing_with_the_first(tmp_path: Path) -> None:
    cli = ToldCli.saying(tmp_path / "bin", "claude.turn.jsonl")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    asked = {"cli": "claude", "prompt": "hi", "wait": True}
    async with house_in(tmp_path / "home", cli.settings("claude"), env) as house:
        async with house.post("/v1/jobs", asked) as response:
            assert response.status == 200, await response.text()
        jobs, supervisor = house.container.jobs, house.container.runs.supervisor
        [first] = supervisor.list()
        again = await jobs.again(first.id)
        ended = await supervisor.wait(again.id, 30)
        assert ended is not None
        assert ended.state is JobState.COMPLETED
        assert ended.flight_id not in ("", first.flight_id)
        assert ended.session_id not in ("", first.session_id)
        assert {each.id for each in jobs.sessions()} == {first.session_id, ended.session_id}
        for session in jobs.sessions():
            await jobs.forget(session)
        assert not jobs.sessions()
