"""What a job changed, by file and line, on the Jobs page, and taking it back; the worktree that it
has for itself, and its removal.
"""

from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QWidget

from llmgw_desktop.app.jobs.change_words import (
    lines_words,
    name_words,
    note_lines,
    summary_words,
    undone_words,
)
from llmgw_desktop.app.questions.permission_words import AskedPart, PartKind
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.app.workspaces.workspaces import WorktreesUse, lost_words, removed_words, title
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.jobs.changes import UndoRefused
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.workspace import WorktreeHasWork, WorktreeLook
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind, new_action
from llmgw_desktop.ui.widgets.dialogs import WorktreeDialog, ask
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.panes import Scrolled
from llmgw_desktop.ui.widgets.texts import PieceView
from llmgw_desktop.ui.widgets.toggles import Tick
from llmgw_desktop.ui.widgets.words import said

_WIDTH_UNITS, _HEIGHT_UNITS, _LIST_UNITS = 190, 150, 34
_EMPTY_UNITS = 44
_MOST_SHOWN = 200
_ANY_HEIGHT = 16_777_215
_NO_WORKTREE = "This job has no worktree of its own."


class ChangesDialog(QDialog):
    """`undo_wanted` names the files that are ticked; none means all. Open it with `open()`."""

    undo_wanted = Signal(list)

    def __init__(self, theme: Theme, told: Mapping[str, Any], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(said("Changes of a job"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        space, files = theme.space, told["files"]
        head = FlowingLabel(
            theme, summary_words(told), size=TextSize.HEADING, weight=QFont.Weight.DemiBold
        )
        notes = [FlowingLabel(theme, each, tone=Tone.MUTED) for each in note_lines(told)]
        notes += [
            FlowingLabel(
                theme,
                f"{said('Seen')}: {inert_line(each['command'], 200)} ({said(each['why'])})",
                tone=Tone.WARNING,
                is_verbatim=True,
            )
            for each in told["destructive"]
        ]
        self.ticks = [(each["path"], _tick(theme, each)) for each in files[:_MOST_SHOWN]]
        self._all = len(files)
        self._unlisted = [each["path"] for each in files[_MOST_SHOWN:]]
        self.rest: Tick | None = None
        """Of those that are too many to be listed: one for all of them."""
        ticks = [tick for _, tick in self.ticks]
        if self._unlisted:
            self.rest = Tick(theme, f"And {counted(len(self._unlisted), 'file')} more.")
            self.rest.setChecked(True)
            ticks.append(self.rest)
        listed = QWidget()
        v_box(theme, *ticks, None, on=listed, gap=1, margins=(1, 1))
        scrolled = Scrolled(theme, listed)
        scrolled.setMinimumHeight(space(min(_LIST_UNITS, 8 + 7 * len(files))))
        patch = told.get("patch") or "There are no lines to show."
        self.patch = PieceView(
            theme, AskedPart(label="What was changed", text=patch, kind=PartKind.DIFF)
        )
        self.patch.setMinimumHeight(space(30))
        self.patch.setMaximumHeight(_ANY_HEIGHT)
        self.back = Button(theme, "Take it back…", kind=ButtonKind.PRIMARY)
        self.back.setEnabled(bool(files) and not told["isLive"])
        self.back.clicked.connect(self._wish)
        close = Button(theme, "Close")
        close.setDefault(True)
        close.clicked.connect(self.reject)
        foot = h_box(theme, None, close, self.back, margins=(6, 0))
        content = QWidget()
        shown = ((scrolled, 1), (self.patch, 2)) if files else (None,)
        v_box(theme, head, *notes, *shown, on=content, gap=2.5, margins=(6, 1))
        v_box(theme, (Scrolled(theme, content), 1), foot, on=self, gap=2.5, margins=(0, 4))
        room = self.screen().availableGeometry()
        height = space(_HEIGHT_UNITS if files else _EMPTY_UNITS)
        self.resize(min(space(_WIDTH_UNITS), room.width()), min(height, room.height()))
        close.setFocus()

    def _wish(self) -> None:
        chosen = [path for path, tick in self.ticks if tick.isChecked()]
        if self.rest is not None and self.rest.isChecked():
            chosen += self._unlisted
        if chosen:
            is_all = len(chosen) == self._all
            self.undo_wanted.emit([] if is_all else chosen)


def _tick(theme: Theme, file: Mapping[str, Any]) -> Tick:
    fate = said(str(file["change"]))
    tick = Tick(theme, f"{fate}  {name_words(file)}  {lines_words(file)}")
    tick.setChecked(not file["isTakenBack"])
    return tick


class _OfWorktrees(QObject):
    """Looked for when it is asked for: the disk is read, git is asked."""

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

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._bridge.run(self._told(work), name="changes of a job")

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except LlmgwError as error:
            self.said.emit(inert_line(str(error), 300))


class JobChangesAction(_OfWorktrees):
    """What the job itself changed, wherever it worked."""

    def __init__(
        self, theme: Theme, worktrees: WorktreesUse | None, bridge: Bridge, page: QWidget
    ) -> None:
        super().__init__(theme, worktrees, bridge, page)
        self.dialog: ChangesDialog | None = None
        self.show = new_action(self, "What it changed…", self._ask, ["Ctrl+D"])

    def show_job(self, job: Job | None) -> None:
        self._job = job
        may = (
            self._worktrees is not None
            and job is not None
            and job.changes_files
            and bool(job.working_dir)
        )
        self.show.setEnabled(may and job is not None and job.started_at_s is not None)

    def _ask(self) -> None:
        if self._job is not None:
            self._run(self._open(self._job))

    async def _open(self, job: Job) -> None:
        if self._worktrees is None:
            return
        told = await self._worktrees.changes(job.id)
        dialog = ChangesDialog(self._theme, told, self._page.window())
        dialog.undo_wanted.connect(lambda files: self._confirm(job, files))
        self.dialog = dialog
        dialog.finished.connect(self._forget)
        dialog.open()

    def _forget(self) -> None:
        self.dialog = None

    def _confirm(self, job: Job, files: Sequence[str]) -> None:
        what = counted(len(files), "file") if files else "all that it changed"
        ask(
            self._theme,
            self._page,
            "Take it back?",
            f"Of this job {what} becomes as it was before, in {inert_line(job.working_dir, 120)}."
            " Commits and branches stay as they are.",
            answers=("Take it back", "Leave it"),
            then=lambda: self._run(self._undo(job, files, force=False)),
        )

    async def _undo(self, job: Job, files: Sequence[str], *, force: bool) -> None:
        if self._worktrees is None:
            return
        try:
            words = undone_words(*await self._worktrees.undo(job.id, files, force=force))
        except UndoRefused as error:
            if force or not error.is_changed_since:
                raise
            ask(
                self._theme,
                self._page,
                "Lose what was changed since?",
                inert_line(str(error), 600),
                answers=("Take it back all the same", "Leave it"),
                then=lambda: self._run(self._undo(job, files, force=True)),
            )
            return
        if self.dialog is not None:
            self.dialog.accept()
        self.said.emit(words)


class JobWorktree(_OfWorktrees):
    """The worktree that a job has for itself: all that is otherwise in it, and its removal."""

    def __init__(
        self, theme: Theme, worktrees: WorktreesUse | None, bridge: Bridge, page: QWidget
    ) -> None:
        super().__init__(theme, worktrees, bridge, page)
        self.changes = new_action(
            self, "All changes in its worktree…", lambda: self._run(self._show())
        )
        self.remove = new_action(self, "Remove its worktree…", lambda: self._run(self._ask()))
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
            self.said.emit(_NO_WORKTREE)
            return
        diff = await self._worktrees.diff(look.worktree.id)
        WorktreeDialog(self._theme, diff, self._page.window()).open()

    async def _ask(self) -> None:
        if self._worktrees is None:
            return
        look = await self._find(self._worktrees)
        if look is None:
            self.said.emit(_NO_WORKTREE)
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
