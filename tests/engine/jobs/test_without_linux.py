"""Systems without /proc, inotify and process handles: the same runs, looked at now and then."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.engine.jobs import news
from llmgw_desktop.platform import files, processes, processes_linux
from tests.support.shell_cli import Yard, asking

pytestmark = pytest.mark.skipif(shutil.which("ps") is None, reason="there is no ps here")


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes_linux, "_PROC", tmp_path / "no-proc")
    monkeypatch.setattr(news, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(files, "open_news", _no_news)
    monkeypatch.delattr(os, "pidfd_open")


def _no_news() -> int:
    raise OSError("nothing tells of changes here")


async def test_a_run_is_followed_and_ended(yard: Yard) -> None:
    result = await yard.ended("echo text hello; sleep 0.1; echo done; exit 0")
    assert (result.job.state, result.text) == (JobState.COMPLETED, "hello")
    job = (await yard.supervisor.submit(asking("echo text on; sleep 1000 & sleep 1000"))).job
    async for _ in yard.supervisor.watch(job.id):
        break
    ended = await yard.supervisor.cancel(job.id)
    assert ended is not None
    assert ended.state is JobState.CANCELED


def test_ps_tells_who_is_there_and_since_when() -> None:
    me = next(each for each in processes.all_processes() if each.mark.pid == os.getpid())
    assert me.parent == os.getppid()
    assert me.session == os.getpgrp()
    assert processes.started_ticks(os.getpid()) == me.mark.started_ticks
    assert processes.started_ticks(2**22 - 1) is None
    asked: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _frame: asked.append(number))
    try:
        wrong = processes.ProcessMark(pid=os.getpid(), started_ticks=me.mark.started_ticks + 1)
        processes_linux.send(wrong, signal.SIGUSR1)
        assert asked == []
        processes_linux.send(me.mark, signal.SIGUSR1)
        assert asked == [signal.SIGUSR1]
    finally:
        signal.signal(signal.SIGUSR1, before)
