"""One job in full: its head, its actions, its output as it grows, and all that is known of it.

It is given jobs; finding them is the page's work. What it says is read along while the pane is in
sight.
"""

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QScrollArea, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.job_words import (
    facts_of,
    figures_text,
    progress,
    subtitle,
    title_of,
    today_of,
    trouble_of,
)
from llmgw_desktop.app.jobs import JobList, Jobs
from llmgw_desktop.domain.job import Job, JobFigures, JobState
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.detail.elided_label import ElidedLabel
from llmgw_desktop.ui.flights.detail.fact_list import FactList
from llmgw_desktop.ui.jobs.job_actions import JobActions
from llmgw_desktop.ui.jobs.job_marks import job_icon, job_tone
from llmgw_desktop.ui.jobs.job_watch import JobWatch
from llmgw_desktop.ui.jobs.left_out_bar import LeftOutBar
from llmgw_desktop.ui.jobs.output_view import OutputView
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.banner import Banner, BannerKind
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.lined_row import LinedRow
from llmgw_desktop.ui.widgets.mark import Mark
from llmgw_desktop.ui.widgets.switch import Switch
from llmgw_desktop.ui.widgets.tab_strip import TabStrip
from llmgw_desktop.ui.widgets.view_clothes import dress_menu, dress_view

_TABS = ("Output", "Details")
_TICK_MS = 1000
_TO_RIGHT = "Move to the right side"
_TO_BOTTOM = "Move to the bottom"
_TAB_KEY = "jobs/tab"


class JobPane(QWidget):
    """`show_job` also for a newer state of the same one."""

    closed = Signal()
    left = Signal()
    """Esc: back to the table."""
    turned = Signal()

    def __init__(
        self,
        theme: Theme,
        jobs: Jobs,
        known: JobList,
        bridge: Bridge,
        actions: JobActions,
        settings: QSettings,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._jobs = jobs
        self._known = known
        self._actions = actions
        self._settings = settings
        self._job: Job | None = None
        self.watch = JobWatch(jobs, bridge, self)
        self._mark = Mark(theme, "clock")
        self._title = ElidedLabel(theme, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        self._subtitle = ElidedLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._progress = ElidedLabel(theme, weight=QFont.Weight.Medium)
        self._figures = ElidedLabel(theme, tone=Tone.MUTED)
        self._trouble = Banner(theme, closable=False)
        self._tabs = TabStrip(theme, name="Parts of the job")
        self._stack = QStackedWidget()
        self.output = OutputView(theme)
        self._left_out = LeftOutBar(theme)
        self._facts = FactList(theme)
        self.follow = Switch(theme, name="Follow")
        self._follow_words = Label(theme, "Follow", tone=Tone.MUTED)
        self._cancel = Button(theme, _CANCEL, icon="canceled", name=_CANCEL)
        self._again = Button(theme, _AGAIN, icon="retry", name=_AGAIN)
        self._answer = Button(theme, _ANSWER, icon="copy", name=_ANSWER)
        self._more = Button(theme, kind=ButtonKind.QUIET, icon="more", name="More")
        self._turn = Button(theme, kind=ButtonKind.QUIET, icon="panel-right", name=_TO_RIGHT)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._lay_out()
        self._connect()

    @property
    def job(self) -> Job | None:
        return self._job

    @property
    def progress_words(self) -> str:
        return self._progress.text()

    @property
    def trouble_words(self) -> str:
        return self._trouble.words if not self._trouble.isHidden() else ""

    def show_job(self, job: Job) -> None:
        is_other = self._job is None or self._job.id != job.id
        self._job = job
        self._title.setText(title_of(job))
        self._subtitle.setText(subtitle(job, today_of(self._jobs.now_s())))
        self._mark.show_mark(job_icon(job.state), job_tone(job.state))
        self._show_buttons(job)
        self._show_trouble(job)
        if is_other:
            self.output.begin()
            self._left_out.hide()
            self.watch.open(job)
        self._show_progress()
        self._show_facts()

    def forget(self) -> None:
        self._job = None
        self.watch.close()
        self._tick.stop()

    def show_side(self, *, at_right: bool) -> None:
        name = _TO_BOTTOM if at_right else _TO_RIGHT
        self._turn.set_icon_name("panel-bottom" if at_right else "panel-right")
        self._turn.setAccessibleName(name)
        self._turn.setToolTip(name)

    def focus_content(self) -> None:
        self._tabs.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def choose_tab(self, name: str) -> None:
        if name in _TABS:
            self._tabs.setCurrentIndex(_TABS.index(name))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.watch.wake()
        self._show_progress()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.watch.rest()
        self._tick.stop()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow pane keeps its room for the title."""
        super().resizeEvent(event)
        is_narrow = self.width() < self._theme.space(150)
        for button, word in (
            (self._cancel, _CANCEL),
            (self._again, _AGAIN),
            (self._answer, _ANSWER),
        ):
            button.setText("" if is_narrow else word)

    def _connect(self) -> None:
        self._tick.timeout.connect(self._show_progress)
        self.watch.came.connect(self._take)
        self.output.filled.connect(self.watch.tell_again)
        self.output.follow_changed.connect(self.follow.setChecked)
        self.follow.clicked.connect(self.output.set_follow)
        self._left_out.files_wanted.connect(self._actions.files.trigger)
        for button, action in (
            (self._cancel, self._actions.cancel),
            (self._again, self._actions.again),
            (self._answer, self._actions.answer),
        ):
            button.clicked.connect(action.trigger)
        self._more.clicked.connect(self._show_more)
        self._turn.clicked.connect(self.turned)
        self._tabs.currentChanged.connect(self._on_tab)
        self.choose_tab(str(self._settings.value(_TAB_KEY, "")))

    def _take(self) -> None:
        """No more than the view can show: what comes meanwhile waits, or is passed over."""
        if self.output.is_filling:
            return
        output = self.watch.output
        taken = output.take()
        if taken.pieces or taken.is_anew:
            self.output.add(taken)
        if output.is_left_out:
            self._left_out.show()
        self._show_progress()

    def _on_tab(self, index: int) -> None:
        self._stack.setCurrentIndex(index)
        self._settings.setValue(_TAB_KEY, _TABS[index])
        self._show_follow()

    def _show_follow(self) -> None:
        is_wanted = self._tabs.currentIndex() == 0 and self._job is not None and self._job.is_live
        self.follow.setVisible(is_wanted)
        self._follow_words.setVisible(is_wanted)

    def _show_buttons(self, job: Job) -> None:
        self._actions.show_job(job)
        self._show_follow()
        self._cancel.setVisible(job.is_live)
        self._cancel.setEnabled(not self._actions.is_canceling(job))
        self._again.setVisible(not job.is_live)
        self._answer.setEnabled(job.state is not JobState.QUEUED)

    def _show_trouble(self, job: Job) -> None:
        trouble = trouble_of(job, self._jobs.sign_in(job.cli))
        if trouble is None or job.state is JobState.CANCELED:
            self._trouble.hide()
            return
        is_lost = job.state is JobState.ORPHANED
        kind = BannerKind.WARNING if is_lost else BannerKind.ERROR
        self._trouble.say(kind, trouble.what, trouble.advice)

    def _show_progress(self) -> None:
        job = self._job
        if job is None:
            return
        heard_at_s = self._jobs.heard_at_s(job.id) if job.is_live else None
        place = self._known.place(job)
        if self._actions.is_canceling(job):
            words = "Canceling …"
        else:
            words = progress(job, self._jobs.now_s(), place=place, heard_at_s=heard_at_s)
        self._progress.setText(words)
        self._figures.setText(figures_text(self._newest_figures(job)))
        if job.is_live and self.isVisible():
            self._tick.start()
        else:
            self._tick.stop()

    def _newest_figures(self, job: Job) -> JobFigures:
        """Of one that runs, what it has told so far: its row has them at its end."""
        return self.watch.output.figures if job.is_live else job.figures

    def _show_facts(self) -> None:
        if self._job is not None:
            self._facts.show_facts(facts_of(self._job))

    def _show_more(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dress_menu(menu, self._theme)
        menu.addActions(self._actions.actions)
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _lay_out(self) -> None:
        space = self._theme.space
        self.follow.setChecked(True)
        self.follow.setToolTip("Stay at the end as it grows (End)")
        self.setMinimumWidth(space(88))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head())
        column.addLayout(self._line())
        column.addWidget(self._trouble)
        column.addWidget(self._tab_row())
        column.addWidget(self._stack, 1)
        said = QWidget()
        below = QVBoxLayout(said)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(self._left_out)
        below.addWidget(self.output, 1)
        self._stack.addWidget(said)
        self._stack.addWidget(self._fact_sheet())
        for name in _TABS:
            self._tabs.addTab(name)

    def _head(self) -> QHBoxLayout:
        theme, space = self._theme, self._theme.space
        words = QVBoxLayout()
        words.setSpacing(space(0.5))
        words.addWidget(self._title)
        words.addWidget(self._subtitle)
        close = Button(theme, kind=ButtonKind.QUIET, icon="cross", name="Close")
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setContentsMargins(space(4), space(2.5), space(2), space(1))
        head.setSpacing(space(2))
        head.addWidget(self._mark)
        head.addLayout(words, 1)
        for button in (self._cancel, self._again, self._answer, self._more, self._turn, close):
            head.addWidget(button)
        return head

    def _line(self) -> QHBoxLayout:
        space = self._theme.space
        line = QHBoxLayout()
        line.setContentsMargins(space(4), 0, space(4), space(1.5))
        line.setSpacing(space(3))
        line.addWidget(self._progress, 1)
        line.addWidget(self._figures, 1)
        self._figures.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return line

    def _tab_row(self) -> LinedRow:
        space = self._theme.space
        across = LinedRow(self._theme)
        row = QHBoxLayout(across)
        row.setContentsMargins(space(1.5), 0, space(3), 0)
        row.setSpacing(space(1))
        row.addWidget(self._tabs, 1)
        row.addWidget(self._follow_words)
        row.addWidget(self.follow)
        return across

    def _fact_sheet(self) -> QScrollArea:
        space = self._theme.space
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(space(4), space(2), space(4), space(4))
        column.addWidget(self._facts)
        column.addStretch(1)
        scroll = QScrollArea()
        dress_view(scroll, self._theme)
        scroll.setWidgetResizable(True)
        scroll.viewport().setAutoFillBackground(False)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(sheet)
        return scroll


_CANCEL = "Cancel"
_AGAIN = "Run again"
_ANSWER = "Copy answer"
