"""What stands above a job's output: its name, what can be done with it, how far it is."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

from llmgw_desktop.app.jobs.words import subtitle, title_of, today_of
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.ui.jobs.job_actions import JobActions
from llmgw_desktop.ui.jobs.job_model import job_icon, job_tone
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.label import ElidedLabel, MarkIcon, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.panes import SideButton
from llmgw_desktop.ui.widgets.view_clothes import pop_up
from llmgw_desktop.ui.widgets.words import said

_CANCEL = "Cancel"
_AGAIN = "Run again"
_ANSWER = "Copy answer"
_REQUESTS = "Requests"
_AROUND_UNITS, _TITLE_UNITS = 14, 70
"""What a button has around its word; what the title and the small buttons need."""


class JobHead(QWidget):
    """Its buttons do what the actions say."""

    closed = Signal()

    def __init__(self, theme: Theme, actions: JobActions) -> None:
        super().__init__()
        self._theme = theme
        self._actions = actions
        self._mark = MarkIcon(theme, "clock")
        self._title = ElidedLabel(
            theme, size=TextSize.HEADING, weight=QFont.Weight.DemiBold, is_verbatim=True
        )
        self._subtitle = ElidedLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._progress = ElidedLabel(theme, weight=QFont.Weight.Medium)
        self._figures = ElidedLabel(theme, tone=Tone.MUTED)
        self._cancel = Button(theme, _CANCEL, icon="canceled", name=_CANCEL)
        self._again = Button(theme, _AGAIN, icon="retry", name=_AGAIN)
        self._requests = Button(theme, _REQUESTS, icon="flights", name="Show its requests")
        self._answer = Button(theme, _ANSWER, icon="copy", name=_ANSWER)
        self._more = Button(theme, kind=ButtonKind.QUIET, icon="more", name="More")
        self.turn = SideButton(theme)
        self._close = Button(theme, kind=ButtonKind.QUIET, icon="cross", name="Close")
        self._lay_out()
        self._cancel.clicked.connect(actions.cancel.trigger)
        self._again.clicked.connect(actions.again.trigger)
        self._requests.clicked.connect(actions.requests.trigger)
        self._answer.clicked.connect(actions.answer.trigger)
        self._more.clicked.connect(self._show_more)
        self._close.clicked.connect(self.closed)

    @property
    def progress(self) -> str:
        return self._progress.text()

    def show_job(self, job: Job, now_s: float) -> None:
        self._title.setText(title_of(job))
        self._subtitle.setText(subtitle(job, today_of(now_s)))
        self._mark.show_mark(job_icon(job.state), job_tone(job.state))
        self._cancel.setVisible(job.is_live)
        self._cancel.setEnabled(not self._actions.is_canceling(job))
        self._again.setVisible(not job.is_live)
        self._requests.setVisible(bool(job.figures.requests))
        self._answer.setEnabled(job.state is not JobState.QUEUED)
        self._fit()

    def show_progress(self, words: str, figures: str) -> None:
        self._progress.setText(words)
        self._figures.setText(figures)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow one keeps its room for the title."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        named = (
            (self._cancel, _CANCEL),
            (self._again, _AGAIN),
            (self._requests, _REQUESTS),
            (self._answer, _ANSWER),
        )
        shown = [(button, word) for button, word in named if not button.isHidden()]
        words = sum(each.fontMetrics().horizontalAdvance(said(word)) for each, word in shown)
        around = len(shown) * _AROUND_UNITS + _TITLE_UNITS
        is_narrow = self.width() < words + self._theme.space(around)
        for button, word in named:
            button.setText("" if is_narrow else word)

    def _show_more(self) -> None:
        menu = QMenu(self)
        menu.addActions(self._actions.actions)
        pop_up(menu, self._theme, self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _lay_out(self) -> None:
        words = v_box(self._theme, self._title, self._subtitle, gap=0.5)
        above = h_box(
            self._theme,
            self._mark,
            (words, 1),
            self._cancel,
            self._again,
            self._requests,
            self._answer,
            self._more,
            self.turn,
            self._close,
            gap=2,
            margins=0,
        )
        below = h_box(
            self._theme, (self._progress, 1), (self._figures, 1), gap=3, margins=(0, 0, 2, 0)
        )
        self._figures.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        v_box(self._theme, above, below, on=self, gap=1, margins=(4, 2.5, 2, 1.5))
