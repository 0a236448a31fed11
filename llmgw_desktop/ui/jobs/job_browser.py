"""The table of jobs and the pane of the chosen one, side by side or one below the other."""

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from llmgw_desktop.domain.job import Job
from llmgw_desktop.ui.flights.thin_splitter import ThinSplitter
from llmgw_desktop.ui.jobs.job_pane import JobPane
from llmgw_desktop.ui.jobs.job_table import JobTable
from llmgw_desktop.ui.theme import Theme

_SIDE_KEY = "jobs/side"
_SHARE_KEY = "jobs/share"


class JobBrowser(QWidget):
    """The pane is shown once a job was opened, until it is closed."""

    chosen = Signal(object)
    """The Job under the selection, or None."""

    def __init__(self, table: JobTable, pane: JobPane, theme: Theme, settings: QSettings) -> None:
        super().__init__()
        self._table = table
        self._pane = pane
        self._settings = settings
        self._job: Job | None = None
        self._splitter = ThinSplitter(theme)
        self._splitter.addWidget(table)
        self._splitter.addWidget(pane)
        self._splitter.setStretchFactor(0, 2)
        self._splitter.setStretchFactor(1, 3)
        self._turn(at_right=settings.value(_SIDE_KEY, "bottom") == "right")
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
        self._splitter.splitterMoved.connect(self._keep_share)

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
        at_right = self._splitter.orientation() is Qt.Orientation.Vertical
        self._settings.setValue(_SIDE_KEY, "right" if at_right else "bottom")
        self._turn(at_right=at_right)

    def _turn(self, *, at_right: bool) -> None:
        side = Qt.Orientation.Horizontal if at_right else Qt.Orientation.Vertical
        self._splitter.setOrientation(side)
        kept = self._settings.value(self._share_key)
        if not (isinstance(kept, QByteArray) and self._splitter.restoreState(kept)):
            self._splitter.setSizes([400, 600])
        self._pane.show_side(at_right=at_right)

    def _keep_share(self) -> None:
        self._settings.setValue(self._share_key, self._splitter.saveState())

    @property
    def _share_key(self) -> str:
        at_right = self._splitter.orientation() is Qt.Orientation.Horizontal
        return f"{_SHARE_KEY}-{'right' if at_right else 'bottom'}"
