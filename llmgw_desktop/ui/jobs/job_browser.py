"""The table of jobs and the pane of the chosen one, side by side or one below the other."""

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from llmgw_desktop.domain.job import Job
from llmgw_desktop.ui.jobs.job_pane import JobPane
from llmgw_desktop.ui.jobs.job_table import JobTable
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.pane_splitter import PaneSplitter


class JobBrowser(QWidget):
    """The pane is shown once a job was opened, until it is closed."""

    chosen = Signal(object)
    """The Job under the selection, or None."""

    def __init__(self, table: JobTable, pane: JobPane, theme: Theme, settings: QSettings) -> None:
        super().__init__()
        self._table = table
        self._pane = pane
        self._job: Job | None = None
        self._splitter = PaneSplitter(theme, table, pane, settings, "jobs")
        pane.show_side(at_right=self._splitter.begin(2, 3))
        pane.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._splitter)
        self._connect()

    @property
    def is_open(self) -> bool:
        return not self._pane.isHidden()

    @property
    def job(self) -> Job | None:
        return self._job

    def open_pane(self) -> None:
        if self._job is not None:
            self._pane.show_job(self._job)
            self._pane.show()

    def close_pane(self) -> None:
        self._pane.hide()
        self._pane.forget()
        self._focus_table()

    def show_newer(self, job: Job) -> None:
        """Of the chosen one."""
        self._job = job
        self.chosen.emit(job)
        if self.is_open:
            self._pane.show_job(job)

    def _connect(self) -> None:
        self._table.job_chosen.connect(self._on_chosen)
        self._table.opened.connect(self._on_opened)
        self._table.left.connect(self.close_pane)
        self._pane.closed.connect(self.close_pane)
        self._pane.left.connect(self._focus_table)
        self._pane.turned.connect(self._on_turned)

    def _on_chosen(self, job: Job | None) -> None:
        self._job = job
        self.chosen.emit(job)
        if not self.is_open:
            return
        if job is None:
            self._pane.hide()
            self._pane.forget()
        else:
            self._pane.show_job(job)

    def _on_opened(self) -> None:
        was_open = self.is_open
        self.open_pane()
        if was_open:
            self._pane.focus_content()

    def _focus_table(self) -> None:
        self._table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_turned(self) -> None:
        self._pane.show_side(at_right=self._splitter.turn())
