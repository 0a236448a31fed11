"""The list of jobs with its filter, and the pane of the chosen one."""

from collections.abc import Sequence

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.jobs.jobs import JobQuery, StateChoice
from llmgw_desktop.app.jobs.words import count_words
from llmgw_desktop.app.words.figures import UNKNOWN
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.ui.jobs.job_model import JobModel, ShownJob, job_colour, job_icon
from llmgw_desktop.ui.jobs.job_pane import JobPane
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.fields import ChoiceBox, SearchField
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import Flowed, Reflow, h_box, v_box
from llmgw_desktop.ui.widgets.panes import PaneSplitter
from llmgw_desktop.ui.widgets.row_model import Column
from llmgw_desktop.ui.widgets.tables import FittedTable, TableLook
from llmgw_desktop.ui.widgets.toggles import Segmented


def _ink(row: ShownJob, column: Column[ShownJob], colours: Colours) -> QColor | None:
    if column.key == "state":
        return job_colour(row.job.state, colours)
    if column.text(row) == UNKNOWN:
        return colours.muted
    is_running = column.key == "took" and row.job.state is JobState.RUNNING
    return colours.running if is_running else None


_LOOK = TableLook(
    name="Jobs",
    noun="job",
    go_first=("client", "tokens", "asked", "cost"),
    ink=_ink,
    mark=lambda row, colours: (job_icon(row.job.state), job_colour(row.job.state, colours)),
)


class JobTable(FittedTable):
    """One row at a time is selected."""

    job_chosen = Signal(object)
    """The Job under the selection, or None; not again while it is the same."""

    def __init__(self, model: JobModel, theme: Theme) -> None:
        super().__init__(theme, model, _LOOK)
        self._job_id = ""
        self.chosen.connect(self._on_chosen)

    def chosen_job(self) -> Job | None:
        row: ShownJob | None = self.chosen_item
        return None if row is None else row.job

    def _on_chosen(self, row: ShownJob | None) -> None:
        job_id = "" if row is None else row.job.id
        if job_id != self._job_id:
            self._job_id = job_id
            self.job_chosen.emit(None if row is None else row.job)


_TYPING_MS = 150
JOBS, SESSIONS = "jobs", "sessions"
_VIEWS = ((JOBS, "Jobs"), (SESSIONS, "Sessions"))
_STATES = (
    (StateChoice.ALL.value, "All states"),
    (StateChoice.LIVE.value, "Running or waiting"),
    (StateChoice.DONE.value, "Completed"),
    (StateChoice.FAILED.value, "Failed or lost"),
    (StateChoice.CANCELED.value, "Canceled"),
)
_CLIS = (("", "All CLIs"), *((name.value, name.value) for name in CliName))


class JobFilter(QWidget):
    """`changed` comes when typing pauses, and at once for everything else."""

    changed = Signal()
    view_chosen = Signal(bool)
    """Whether sessions are to be shown in place of jobs."""
    left = Signal()
    """Enter in the field: on to the list."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._query = JobQuery()
        self.views = Segmented(theme, _VIEWS, name="List")
        self.field = SearchField(theme, "Filter by any word")
        self.states = ChoiceBox(theme, _STATES, name="State")
        self.clis = ChoiceBox(theme, _CLIS, name="CLI")
        self.count = Label(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self.new = Button(theme, "New job…", kind=ButtonKind.PRIMARY, icon="plus")
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._lay_out()
        self._typing.timeout.connect(self._take)
        self.field.textChanged.connect(self._typing.start)
        self.field.returnPressed.connect(self._leave)
        self.views.chosen.connect(self._on_view)
        self.states.currentIndexChanged.connect(self._take)
        self.clis.currentIndexChanged.connect(self._take)

    @property
    def query(self) -> JobQuery:
        return self._query

    @property
    def shows_sessions(self) -> bool:
        return self.views.key == SESSIONS

    def look_for(self, text: str) -> None:
        """Among the jobs, at once."""
        self.views.choose(JOBS)
        self.field.setText(text)
        self._take()

    def clear(self) -> None:
        self.field.clear()
        self.states.choose(StateChoice.ALL.value)
        self.clis.choose("")
        self._take()

    def focus_field(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def show_count(self, shown: Sequence[Job], total: int) -> None:
        self.count.setText(count_words(shown, total=total))

    def _on_view(self, key: str) -> None:
        self.states.setVisible(key == JOBS)
        self.view_chosen.emit(key == SESSIONS)

    def _leave(self) -> None:
        self._take()
        self.left.emit()

    def _take(self, _: object = None) -> None:
        self._typing.stop()
        query = JobQuery(
            state=StateChoice(self.states.key),
            cli=self.clis.key,
            text=self.field.text().strip(),
        )
        if query != self._query:
            self._query = query
            self.changed.emit()

    def _lay_out(self) -> None:
        space = self._theme.space
        self.field.setMinimumWidth(space(34))
        rest = QWidget()
        parts = (self.states, self.clis, None, self.count, self.new)
        h_box(self._theme, *parts, on=rest, gap=2, margins=0)
        first = QWidget()
        h_box(self._theme, self.views, (self.field, 1), on=first, gap=2, margins=0)
        both = Reflow(
            [Flowed(first, stretch=2, comfortable=space(95)), Flowed(rest, stretch=3)],
            ((2,), (1, 1)),
            spacing=space(2),
        )
        v_box(self._theme, both, on=self, margins=(4, 2.5, 3, 2.5))


class JobBrowser(QWidget):
    """The pane is shown once a job was opened, until it is closed."""

    chosen = Signal(object)
    """The Job under the selection, or None."""

    def __init__(self, table: JobTable, pane: JobPane, theme: Theme, settings: QSettings) -> None:
        super().__init__()
        self._table = table
        self._pane = pane
        self._job: Job | None = None
        self._splitter = PaneSplitter(theme, table, pane, settings=settings, key="jobs")
        self._splitter.begin(pane.turn, 2, 3)
        pane.hide()
        v_box(theme, self._splitter, on=self, margins=0)
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
