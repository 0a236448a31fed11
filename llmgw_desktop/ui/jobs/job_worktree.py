"""The worktree that a job has for itself: its changes shown, and its removal, on the Jobs page."""

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.app.workspaces.workspaces import WorktreesUse, lost_words, removed_words, title
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.workspace import WorktreeHasWork, WorktreeLook
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.dialogs import WorktreeDialog, ask
from llmgw_desktop.ui.widgets.words import said

_NONE = "This job has no worktree of its own."


class JobWorktree(QObject):
    """Whether a job has one is looked at when it is asked for: git has to be asked."""

    said = Signal(str)

    def __init__(
        self, theme: Theme, worktrees: WorktreesUse | None, bridge: Bridge, page: QWidget
    ) -> None:
        super().__init__(page)
        self._theme = theme
        self._worktrees = worktrees
        self._bridge = bridge
        self._page = page
        self._job: Job | None = None
        self.changes = QAction(said("Changes of its worktree…"), self)
        self.remove = QAction(said("Remove its worktree…"), self)
        self.changes.triggered.connect(lambda: self._run(self._show()))
        self.remove.triggered.connect(lambda: self._run(self._ask()))
        self.show_job(None)

    def show_job(self, job: Job | None) -> None:
        self._job = job
        self.changes.setEnabled(self._worktrees is not None and job is not None)
        self.remove.setEnabled(self.changes.isEnabled() and job is not None and not job.is_live)

    async def _find(self, worktrees: WorktreesUse) -> WorktreeLook | None:
        job = self._job
        if job is None:
            return None
        looks = await worktrees.list()
        own = (each for each in looks if each.worktree.job_id == job.id)
        same = (each for each in looks if each.worktree.path == job.working_dir)
        return next(own, None) or next(same, None)

    async def _show(self) -> None:
        if self._worktrees is None:
            return
        look = await self._find(self._worktrees)
        if look is None:
            self.said.emit(_NONE)
            return
        diff = await self._worktrees.diff(look.worktree.id)
        WorktreeDialog(self._theme, diff, self._page.window()).open()

    async def _ask(self) -> None:
        if self._worktrees is None:
            return
        look = await self._find(self._worktrees)
        if look is None:
            self.said.emit(_NONE)
        else:
            self._ask_about(look, lost_words(look), force=look.has_work)

    def _ask_about(self, look: WorktreeLook, lost: str, *, force: bool) -> None:
        ask(
            self._theme,
            self._page,
            "Remove its worktree?",
            f"{inert_line(title(look.worktree), 160)}: {lost}",
            answers=("Remove", "Keep it"),
            then=lambda: self._run(self._remove(look, force=force)),
        )

    async def _remove(self, look: WorktreeLook, *, force: bool) -> None:
        if self._worktrees is None:
            return
        try:
            removed = await self._worktrees.remove(look.worktree.id, force=force)
        except WorktreeHasWork as error:  # since it was looked at
            self._ask_about(look, str(error), force=True)
        else:
            self.said.emit(removed_words(removed))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._bridge.run(self._told(work), name="a job's worktree")

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except LlmgwError as error:
            self.said.emit(inert_line(str(error), 300))
