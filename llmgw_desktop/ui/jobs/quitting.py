"""How the program ends while jobs run: a person is asked; who ends a session is not kept waiting.

Jobs go on whatever happens to us, so that «at once» is always a good answer.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.figures import counted
from llmgw_desktop.app.jobs import Jobs
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import Event, JobChanged
from llmgw_desktop.domain.job import Job
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.dialogs.quit_dialog import QuitChoice, QuitDialog
from llmgw_desktop.ui.theme import Theme


class Quitting(QObject):
    """`ask` leads to `agreed`, or to nothing."""

    agreed = Signal()
    """Quit now."""
    waiting = Signal(str)
    """What is waited for before the program quits; empty when it stays."""

    def __init__(
        self,
        jobs: Jobs,
        bridge: Bridge,
        theme: Theme,
        window: Callable[[], QWidget],
        parent: QObject | None = None,
    ) -> None:
        """`window` brings it forward."""
        super().__init__(parent)
        self._jobs = jobs
        self._bridge = bridge
        self._theme = theme
        self._window = window
        self._dialog: QuitDialog | None = None
        self._waits_for: frozenset[str] = frozenset()
        bridge.events.connect(self._on_events)

    @property
    def dialog(self) -> QuitDialog | None:
        return self._dialog

    @property
    def is_asked_first(self) -> bool:
        return bool(self._jobs.live)

    def ask(self) -> None:
        if not self._jobs.live:
            self.agreed.emit()
            return
        window = self._window()
        if self._dialog is not None:
            self._dialog.raise_()
            return
        dialog = QuitDialog(self._theme, window)
        dialog.show_jobs(self._jobs.live, self._jobs.now_s())
        dialog.chosen.connect(self._on_chosen)
        dialog.finished.connect(self._on_finished)
        self._dialog = dialog
        dialog.open()

    def stay(self) -> None:
        """Wait for nothing any more."""
        self._waits_for = frozenset()
        self.waiting.emit("")

    def _on_chosen(self, choice: QuitChoice) -> None:
        dialog = self._dialog
        if dialog is None:
            return
        if choice is QuitChoice.STOP:
            dialog.show_stopping()
            self._bridge.run(self._stop_all(), name="stop all jobs")
            return
        dialog.accept()
        if choice is QuitChoice.LEAVE:
            self.agreed.emit()
        else:
            self._waits_for = frozenset(job.id for job in self._jobs.live)
            self._look()

    async def _stop_all(self) -> None:
        try:
            await self._jobs.stop_all()
        except LlmgwError as error:
            if self._dialog is not None:
                self._dialog.show_problem(f"They could not be stopped: {error}")
            return
        self.agreed.emit()

    def _on_finished(self) -> None:
        self._dialog = None

    def _on_events(self, events: Sequence[Event]) -> None:
        if any(isinstance(event, JobChanged) for event in events):
            self._look()

    def _look(self) -> None:
        live = self._jobs.live
        if self._dialog is not None and live and self._dialog.leave.isEnabled():
            self._dialog.show_jobs(live, self._jobs.now_s())
        elif self._dialog is not None and not live:
            # All that the question was about has ended.
            self._dialog.accept()
            self.agreed.emit()
        if self._waits_for:
            self._look_after(live)

    def _look_after(self, live: Sequence[Job]) -> None:
        """Those that were there when the person chose: clients may ask for more for ever."""
        left = sum(job.id in self._waits_for for job in live)
        if left:
            have = "has" if left == 1 else "have"
            self.waiting.emit(f"The app quits when {counted(left, 'job')} {have} ended.")
            return
        self._waits_for = frozenset()
        self.agreed.emit()
