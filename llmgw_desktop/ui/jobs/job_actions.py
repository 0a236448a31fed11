"""What can be done with the chosen job: cancel it, run it again, copy, open what belongs to it.

What changes files is asked about first. Others open what `path_wanted` and `flight_wanted` name.
"""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from llmgw_desktop.app.jobs.jobs import JobList, Jobs
from llmgw_desktop.app.jobs.starting import JobStarter
from llmgw_desktop.app.jobs.words import title_of
from llmgw_desktop.app.words.figures import cost_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.app.workspaces.workspaces import WorktreesUse
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.jobs.job import Job, Session
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.jobs.job_changes import JobChangesAction, JobWorktree
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import new_action
from llmgw_desktop.ui.widgets.dialogs import ask
from llmgw_desktop.ui.widgets.words import said

HAND_OVER = "Hand over…"
OPEN = "Open its files"
_SAVE = "Save its files…"
"""As they lie there they are encrypted."""


class JobActions(QObject):
    """`actions` stand in the row's menu and behind the pane's buttons; disabled without a job."""

    said = Signal(str)
    """A sentence for the person."""
    started = Signal(object)
    """The Job that one run again became."""
    handed_over = Signal(object)
    """The Job that goes on from the chosen one."""
    flight_wanted = Signal(str)
    flights_wanted = Signal(object)
    """A FlightQuery: of all that the job asked."""
    path_wanted = Signal(Path)

    def __init__(
        self,
        theme: Theme,
        jobs: Jobs,
        bridge: Bridge,
        *,
        page: QWidget,
        worktrees: WorktreesUse | None = None,
        starter: Callable[[], JobStarter] | None = None,
    ) -> None:
        super().__init__(page)
        self._theme = theme
        self._jobs = jobs
        self._bridge = bridge
        self._page = page
        self._starter = starter
        self._job: Job | None = None
        self._canceling: set[str] = set()
        self.worktree = JobWorktree(theme, worktrees, bridge, page)
        self.worktree.said.connect(self.said)
        self.changes = JobChangesAction(theme, worktrees, bridge, page)
        self.changes.said.connect(self.said)
        self.cancel = new_action(self, "Cancel job…", self._ask_cancel, ["Del"])
        self.again = new_action(self, "Run again…", self._ask_again, ["Ctrl+R"])
        self.go_on = new_action(self, "Go on with its session…", self._ask_go_on)
        self.hand_over = new_action(self, HAND_OVER, self._hand_over, ["Ctrl+H"])
        self.go_on_later = new_action(self, "Go on when its limit is over", self._go_on_later)
        self.go_on_now = new_action(self, "Go on now", self._go_on_now)
        self.answer = new_action(self, "Copy answer", self._copy_answer, ["Ctrl+Shift+C"])
        self.flight = new_action(self, "Show its flight", self._show_flight)
        self.requests = new_action(self, "Show its requests", self._show_requests)
        self.folder = new_action(self, "Open working folder", self._open_folder)
        self.files = new_action(self, OPEN, self._open_files)
        self.job_id = new_action(self, "Copy job id", self._copy_id)
        page.addActions(self.actions)
        self.show_job(None)

    @property
    def actions(self) -> list[QAction]:
        return [
            self.cancel,
            self.again,
            self.go_on,
            self.hand_over,
            self.go_on_later,
            self.go_on_now,
            self.answer,
            self.flight,
            self.requests,
            self.folder,
            self.files,
            self.changes.show,
            self.worktree.changes,
            self.worktree.remove,
            self.job_id,
        ]

    def show_job(self, job: Job | None) -> None:
        self._job = job
        for action in self.actions:
            action.setEnabled(job is not None)
        self.worktree.show_job(job)
        self.changes.show_job(job)
        if job is None:
            return
        self.cancel.setEnabled(job.is_live and job.id not in self._canceling)
        self.go_on.setEnabled(job.can_go_on)
        self.hand_over.setEnabled(self._starter is not None)
        wait = job.limit_wait
        self.go_on_now.setEnabled(wait is not None)
        self.go_on_later.setEnabled(wait is not None and wait.asks)
        self.flight.setEnabled(bool(job.flight_id))
        self.requests.setEnabled(job.is_live or bool(job.figures.requests))
        self.folder.setEnabled(bool(job.working_dir))
        self.files.setText(_SAVE if self._jobs.are_encrypted(job) else OPEN)

    def is_canceling(self, job: Job) -> bool:
        return job.is_live and job.id in self._canceling

    def _ask_cancel(self) -> None:
        job = self._job
        if job is None or not job.is_live:
            return
        if not job.changes_files or job.started_at_s is None:
            self._cancel(job)
            return
        ask(
            self._theme,
            self._page,
            "Cancel this job?",
            f"«{_short(job)}» is stopped with all that it started. What it has changed so far "
            f"stays as it is{_where(job)}.",
            answers=("Cancel the job", "Let it run"),
            then=lambda: self._cancel(job),
        )

    def _cancel(self, job: Job) -> None:
        if job.id in self._canceling:
            return
        self._canceling.add(job.id)
        self.show_job(self._job)
        self.said.emit("Canceling …")
        self._run(self._do_cancel(job), "cancel")

    async def _do_cancel(self, job: Job) -> None:
        try:
            await self._jobs.cancel(job.id)
        finally:
            self._canceling.discard(job.id)
        self.said.emit("Canceled.")

    def _ask_again(self) -> None:
        job = self._job
        if job is None:
            return
        changes = f" It may change files{_where(job)}." if job.changes_files else ""
        figures = job.figures
        cost = cost_text(figures.usage, figures.cost_usd)
        spent = "" if figures.cost_usd is None else f" Last time it cost {cost}."
        ask(
            self._theme,
            self._page,
            "Run this job again?",
            f"{job.cli} is asked the same once more, as a job of its own: «{_short(job)}»."
            f"{changes}{spent}",
            answers=("Run again", "Leave it"),
            then=lambda: self._run(self._do_again(job), "run again"),
        )

    async def _do_again(self, job: Job) -> None:
        self.started.emit(await self._jobs.again(job.id))

    def _ask_go_on(self) -> None:
        job = self._job
        if job is None or not job.can_go_on:
            return
        changes = f" It may change files{_where(job)}." if job.changes_files else ""
        ask(
            self._theme,
            self._page,
            "Go on with this session?",
            f"{job.cli} is told that it was interrupted and shall go on, as a job of its own in the"
            f" session of «{_short(job)}».{changes}",
            answers=("Go on", "Leave it"),
            then=lambda: self._run(self._do_go_on(job), "go on with a session"),
        )

    async def _do_go_on(self, job: Job) -> None:
        self.started.emit(await self._jobs.go_on(job))

    def _hand_over(self) -> None:
        if self._job is not None:
            self.open_hand_over(self._job)

    def hand_on(self, session: Session, known: JobList) -> None:
        """Its latest job."""
        if jobs := known.of_session(session.id):
            self.open_hand_over(jobs[0])
        else:
            self.said.emit("No job of this session is kept any more.")

    def open_hand_over(self, job: Job) -> QWidget | None:
        """Who goes on with it, and what that one is told."""
        from llmgw_desktop.ui.jobs.hand_over_dialog import HandOverDialog

        if self._starter is None:
            return None
        window = self._page.window()
        dialog = HandOverDialog(self._theme, self._starter, self._bridge, job=job, parent=window)
        dialog.started.connect(self.handed_over)
        dialog.open()
        dialog.begin()
        return dialog

    def _go_on_later(self) -> None:
        if self._job is not None:
            self._run(self._do_go_on_parked(self._job, now=False), "let a parked job go on")

    def _go_on_now(self) -> None:
        if self._job is not None:
            self._run(self._do_go_on_parked(self._job, now=True), "go on with a parked job")

    async def _do_go_on_parked(self, job: Job, *, now: bool) -> None:
        await self._jobs.go_on_parked(job.id, now=now)
        self.said.emit("It goes on." if now else "It goes on when its limit is over.")

    def _copy_answer(self) -> None:
        if self._job is not None:
            self._run(self._do_copy(self._job), "copy the answer")

    async def _do_copy(self, job: Job) -> None:
        text = await self._jobs.answer(job.id)
        if text:
            QGuiApplication.clipboard().setText(text)
        self.said.emit("Answer copied." if text else "It has not answered anything.")

    def _show_flight(self) -> None:
        if self._job is not None:
            self.flight_wanted.emit(self._job.flight_id)

    def _show_requests(self) -> None:
        if self._job is not None:
            self.flights_wanted.emit(FlightQuery(text=self._job.id))

    def _open_folder(self) -> None:
        job = self._job
        if job is None:
            return
        if Path(job.working_dir).is_dir():
            self.path_wanted.emit(Path(job.working_dir))
        else:
            self.said.emit("Its working folder is not there any more.")

    def _open_files(self) -> None:
        if self._job is None:
            return
        if self._jobs.are_encrypted(self._job):
            self.open_saving(self._job)
        else:
            self.path_wanted.emit(self._jobs.folder(self._job.id))

    def open_saving(self, job: Job) -> QFileDialog:
        """Where its files are to be saved, readable for every program."""
        dialog = QFileDialog(self._page.window(), said("Save its files in"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(
            lambda name: self._run(self._do_save(job, Path(name)), "save files of a job")
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    async def _do_save(self, job: Job, target: Path) -> None:
        saved = await self._jobs.save_files(job.id, target)
        self.said.emit(f"Saved in {inert_line(str(saved), 200)}.")
        self.path_wanted.emit(saved)

    def _copy_id(self) -> None:
        if self._job is not None:
            QGuiApplication.clipboard().setText(self._job.id)
            self.said.emit("Job id copied.")

    def _run(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._bridge.run(self._told(work), name=name)

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        """What cannot be done is said."""
        try:
            await work
        except LlmgwError as error:
            self.said.emit(inert_line(str(error), 300))


def _short(job: Job) -> str:
    return inert_line(title_of(job), 80)


def _where(job: Job) -> str:
    return f" in {inert_line(job.working_dir, 120)}" if job.working_dir else ""
