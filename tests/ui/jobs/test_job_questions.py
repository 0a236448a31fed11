"""A job whose agent asks says so on the Jobs page, and leads to its question; its worktree, too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QDialog
from shiboken6 import delete

from llmgw_desktop.domain.jobs.workspace import WorktreeLook
from llmgw_desktop.ui.jobs.page import JobsPage
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.dialogs import QuestionDialog, WorktreeDialog
from tests.support.plain_folders import worktree
from tests.support.plain_questions import permission
from tests.support.plain_runs import plain_job
from tests.ui.jobs.conftest import turn_until
from tests.ui.plain_gateway import PlainGateway


class Stage:
    def __init__(self, theme: Theme, folder: Path) -> None:
        self.gateway = PlainGateway(folder / "run" / "access.key")
        settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.shell = DesktopShell(self.gateway, theme, Tray(theme.icons, lambda: False), settings)

    @property
    def page(self) -> JobsPage:
        assert self.shell.window is not None
        found = self.shell.window.page("jobs")
        assert isinstance(found, JobsPage)
        return found

    def dialog(self, kind: type[QDialog]) -> QDialog | None:
        assert self.shell.window is not None
        found = self.shell.window.findChild(kind)
        return found if isinstance(found, QDialog) else None

    async def open(self, job_id: str) -> None:
        self.shell.open_job(job_id)
        await turn_until(lambda: self.page.browser.job is not None)

    def state_of(self, row: int) -> str:
        return str(self.page._model.index(row, 0).data())


@pytest_asyncio.fixture
async def stage(theme: Theme, qapp: QApplication, tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(theme, tmp_path)
    await made.shell.start()
    made.shell.open(hidden=False)
    yield made
    await made.shell.stop()
    delete(made.shell.window)


async def test_a_job_that_waits_says_so_and_leads_to_its_question(stage: Stage) -> None:
    job = plain_job(1)
    stage.gateway.runs.put(job)
    await stage.open(job.id)
    assert stage.state_of(0) == "Running"
    assert stage.page.pane.asks_words == ""
    stage.gateway.questions.agents.put(permission(1, job_id=job.id))
    await turn_until(lambda: stage.state_of(0) == "Asks you")
    assert stage.page.pane.asks_words.startswith(
        "It waits for your answer. Claude Code wants to run a command: pytest"
    )
    watch = stage.shell._question_watch
    await turn_until(lambda: watch.dialog is not None)
    assert watch.dialog is not None
    watch.dialog.everything.click()
    stage.shell.open_job(job.id)
    await turn_until(lambda: stage.page.pane.asks_words != "")
    stage.page.pane._asks._buttons[0].click()
    assert watch.dialog is not None
    watch.dialog.deny.click()
    await turn_until(lambda: stage.state_of(0) == "Running")
    assert stage.page.pane.asks_words == ""


async def test_its_worktree_is_read_and_removed_from_there(stage: Stage) -> None:
    job = plain_job(1)
    stage.gateway.runs.put(job)
    stage.gateway.runs.end(job)
    stage.gateway.trees.looks = [
        WorktreeLook(worktree=worktree(1, job_id=job.id), changed_files=2, commits=0)
    ]
    await stage.open(job.id)
    own = stage.page._actions.worktree
    own.changes.trigger()
    await turn_until(lambda: stage.dialog(WorktreeDialog) is not None)
    dialog = stage.dialog(WorktreeDialog)
    assert isinstance(dialog, WorktreeDialog)
    dialog.accept()
    own.remove.trigger()
    await turn_until(lambda: stage.dialog(QuestionDialog) is not None)
    question = stage.dialog(QuestionDialog)
    assert isinstance(question, QuestionDialog)
    question.yes.click()
    await turn_until(lambda: bool(stage.gateway.trees.removed))
    assert stage.gateway.trees.removed == [("wt_1", True)]


async def test_a_job_without_a_worktree_says_so(stage: Stage) -> None:
    job = plain_job(1)
    stage.gateway.runs.put(job)
    await stage.open(job.id)
    said: list[str] = []
    stage.page._actions.said.connect(said.append)
    stage.page._actions.worktree.changes.trigger()
    await turn_until(lambda: bool(said))
    assert said == ["This job has no worktree of its own."]
    assert not stage.page._actions.worktree.remove.isEnabled(), "it runs"
