"""Chooses which jobs are listed: words, how they stand, which CLI. The outcome is one JobQuery."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.job_words import count_words
from llmgw_desktop.app.jobs import JobQuery, StateChoice
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.job import Job
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.choice import Choice
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.reflow import Flowed, Reflow
from llmgw_desktop.ui.widgets.search_field import SearchField
from llmgw_desktop.ui.widgets.segmented import Segmented

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

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._query = JobQuery()
        self.views = Segmented(theme, _VIEWS, name="List")
        self.field = SearchField(theme, "Filter by any word")
        self.states = Choice(theme, _STATES, name="State")
        self.clis = Choice(theme, _CLIS, name="CLI")
        self.count = Label(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
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
        row = QHBoxLayout(rest)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space(2))
        row.addWidget(self.states)
        row.addWidget(self.clis)
        row.addStretch(1)
        row.addWidget(self.count)
        first = QWidget()
        beside = QHBoxLayout(first)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(space(2))
        beside.addWidget(self.views)
        beside.addWidget(self.field, 1)
        both = Reflow(
            [Flowed(first, stretch=2, comfortable=space(95)), Flowed(rest, stretch=3)],
            ((2,), (1, 1)),
            spacing=space(2),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(space(4), space(2.5), space(3), space(2.5))
        column.addWidget(both)
