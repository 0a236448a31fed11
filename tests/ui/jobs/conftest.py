"""The Jobs page on a bench: with plain jobs, or with real runs of shell scripts behind it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from llmgw_desktop.app.jobs.jobs import CliWays, Jobs
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.events import Event
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.jobs.page import HowToAsk, JobsPage
from llmgw_desktop.ui.theme import Theme
from tests.support.plain_runs import PlainRuns
from tests.support.shell_cli import Yard
from tests.ui.plain_gateway import StillClock


async def turn_until(condition: Callable[[], object], *, turns: int = 6000) -> None:
    """Let Qt and asyncio turn in step: this test's loop is not hosted by Qt."""
    for _ in range(turns):
        QApplication.processEvents()
        await asyncio.sleep(0.005)
        if condition():
            return
    pytest.fail("it did not come about in time")


class Teller(list[Event]):
    """The yard's list of what it told, that tells a bridge as well."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge

    def append(self, event: Event) -> None:
        super().append(event)
        self._bridge.note(event)


class JobsBench:
    """A page, and what it asked others for."""

    def __init__(self, jobs: Jobs, bridge: Bridge, theme: Theme, folder: Path) -> None:
        self.jobs = jobs
        self.bridge = bridge
        self.settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.page = JobsPage(
            jobs,
            HowToAsk(lambda: {"OpenAI": "http://127.0.0.1:3333/v1"}, folder / "access.key"),
            bridge,
            theme,
            settings=self.settings,
        )
        self.flights: list[str] = []
        self.paths: list[Path] = []
        self.page.flight_wanted.connect(self.flights.append)
        self.page.path_wanted.connect(self.paths.append)
        self.page.resize(1100, 760)

    @property
    def titles(self) -> list[str]:
        model = self.page.table.model()
        return [model.index(row, 2).data() for row in range(model.rowCount())]

    @property
    def text(self) -> str:
        return self.page.pane.output.toPlainText()

    async def show(self) -> None:
        self.page.show()
        self.page.activateWindow()
        states = self.page.states
        await turn_until(lambda: states.is_browsing or states.is_first or states.is_failure)

    async def open(self, job_id: str) -> None:
        self.page.open_job(job_id)
        await turn_until(lambda: self.page.pane.job is not None)

    async def close(self) -> None:
        self.page.hide()
        self.page.pane.watch.close()
        self.bridge.close()
        await asyncio.sleep(0)
        delete(self.page)


class PlainBench(JobsBench):
    """On plain jobs."""

    def __init__(self, theme: Theme, folder: Path) -> None:
        bridge = Bridge()
        self.runs = PlainRuns(bridge.note)
        jobs = Jobs(
            self.runs,
            JobFolders(folder / "jobs"),
            StillClock(),
            clis=CliWays(
                ready=lambda: self.runs.ready,
                sign_in=lambda cli: f"Run `{cli} login` in a terminal.",
            ),
            sessions=self.runs,
            agents=self.runs.agents,
        )
        super().__init__(jobs, bridge, theme, folder)


class ShellBench(JobsBench):
    """On real runs."""

    def __init__(self, theme: Theme, folder: Path, home: Path) -> None:
        bridge = Bridge()
        env = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        self.yard = Yard(home, env, told=Teller(bridge))
        jobs = Jobs(self.yard.supervisor, self.yard.folders, SystemClock())
        super().__init__(jobs, bridge, theme, folder)

    async def close_app(self) -> None:
        """Jobs go on."""
        self.page.hide()
        self.page.pane.watch.close()
        await asyncio.sleep(0)
        await self.yard.close()


@pytest_asyncio.fixture
async def plain(theme: Theme, tmp_path: Path, qapp: QApplication) -> AsyncIterator[PlainBench]:
    bench = PlainBench(theme, tmp_path)
    yield bench
    await bench.close()


@pytest_asyncio.fixture
async def make_shell(
    theme: Theme, tmp_path: Path, qapp: QApplication
) -> AsyncIterator[Callable[[], ShellBench]]:
    """Each is a start of the app on the same home."""
    benches: list[ShellBench] = []

    def make() -> ShellBench:
        benches.append(ShellBench(theme, tmp_path, tmp_path / "home"))
        return benches[-1]

    yield make
    await benches[-1].yard.supervisor.stop_all()
    jobs = benches[-1].yard.store.recent()
    for bench in benches:
        await bench.close()
        await bench.yard.close()
    for job in jobs:
        assert await ProcessTree(job.id, None).end(0.0) == 0


@pytest_asyncio.fixture
async def shell(make_shell: Callable[[], ShellBench]) -> ShellBench:
    return make_shell()
