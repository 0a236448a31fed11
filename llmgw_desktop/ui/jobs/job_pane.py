"""One job in full: its head, its actions, its output as it grows, and all that is known of it.

It is given jobs; finding them is the page's work. What it says is read along while the pane is in
sight.
"""

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget
from typing_extensions import override

from llmgw_desktop.app.jobs.jobs import JobList, Jobs
from llmgw_desktop.app.jobs.limit_words import parked_words
from llmgw_desktop.app.jobs.words import (
    facts_of,
    figures_text,
    linked_words,
    progress,
    trouble_of,
)
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.jobs.job import Job, JobFigures, JobState
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.jobs.job_actions import HAND_OVER, JobActions
from llmgw_desktop.ui.jobs.job_agents import JobAgents
from llmgw_desktop.ui.jobs.job_head import JobHead
from llmgw_desktop.ui.jobs.job_watch import JobWatch
from llmgw_desktop.ui.jobs.output_view import LeftOutBar, OutputView
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.kept_rows import FactList
from llmgw_desktop.ui.widgets.label import Label, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import FlowingBox, h_box, v_box
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.widgets.panes import LinedRow, Scrolled, TabStrip
from llmgw_desktop.ui.widgets.toggles import Switch
from llmgw_desktop.ui.widgets.words import said

_TABS = ("Output", "Agents", "Details")
_TICK_MS = 1000
_TAB_KEY = "jobs/tab"


class JobPane(FlowingBox):
    """`show_job` also for a newer state of the same one."""

    closed = Signal()
    left = Signal()
    """Esc: back to the table."""
    question_wanted = Signal(str)
    """By the question's id."""
    job_wanted = Signal(str)
    """By its id: the one that it was handed over to, or goes on from."""

    def __init__(  # noqa: PLR0913 - its parts, each by its name
        self,
        theme: Theme,
        jobs: Jobs,
        known: JobList,
        *,
        bridge: Bridge,
        agents: JobAgents,
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
        self._head = JobHead(theme, actions)
        self.turn = self._head.turn
        self._trouble = Banner(theme, closable=False)
        self._asks = Banner(theme, closable=False)
        self._linked = Banner(theme, closable=False)
        self._tabs = TabStrip(theme, name="Parts of the job")
        self._stack = QStackedWidget()
        self.output = OutputView(theme)
        self._left_out = LeftOutBar(theme, actions.files)
        self.agents = agents
        self._facts = FactList(theme)
        self.follow = Switch(theme, name="Follow")
        self._follow_words = Label(theme, "Follow", tone=Tone.MUTED)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._lay_out()
        self._connect()

    @property
    def job(self) -> Job | None:
        return self._job

    @property
    def progress_words(self) -> str:
        return self._head.progress

    @property
    def trouble_words(self) -> str:
        return self._trouble.words if not self._trouble.isHidden() else ""

    def show_job(self, job: Job) -> None:
        is_other = self._job is None or self._job.id != job.id
        self._job = job
        self._actions.show_job(job)
        self._head.show_job(job, self._jobs.now_s())
        self._show_follow()
        self._show_trouble(job)
        self._show_linked(job)
        if is_other:
            self.output.begin()
            self._left_out.hide()
            self.watch.open(job)
        self._show_progress()
        self.agents.show_job(job)
        self._show_facts()

    @property
    def asks_words(self) -> str:
        return self._asks.words if not self._asks.isHidden() else ""

    def show_question(self, question_id: str, words: str) -> None:
        """What its agent waits with; empty where it waits with nothing."""
        what = "It waits for your answer." if question_id else ""
        look = ("Look…", lambda: self.question_wanted.emit(question_id))
        self._asks.say(BannerKind.INFO, what, words, look)

    def forget(self) -> None:
        self._job = None
        self.watch.close()
        self._tick.stop()

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

    def _connect(self) -> None:
        self._tick.timeout.connect(self._show_progress)
        self.watch.came.connect(self._take)
        self.output.filled.connect(self.watch.tell_again)
        self.output.follow_changed.connect(self.follow.setChecked)
        self.follow.clicked.connect(self.output.set_follow)
        self._head.closed.connect(self.closed)
        self.agents.filter_wanted.connect(self._actions.flights_wanted)
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

    def _show_trouble(self, job: Job) -> None:
        if job.limit_wait is not None:
            parked, actions = parked_words(job.limit_wait), self._actions
            later = (("Go on then", actions.go_on_later.trigger),) if job.limit_wait.asks else ()
            ways = (
                *later,
                ("Go on now", actions.go_on_now.trigger),
                (HAND_OVER, actions.hand_over.trigger),
            )
            self._trouble.say(BannerKind.INFO, parked.what, parked.advice, *ways)
            return
        trouble = trouble_of(job, self._jobs.sign_in(job.cli))
        if trouble is None or job.state is JobState.CANCELED:
            self._trouble.hide()
            return
        is_lost = job.state is JobState.ORPHANED
        kind = BannerKind.WARNING if is_lost else BannerKind.ERROR
        over = ((HAND_OVER, self._actions.hand_over.trigger),) if _may_help(job) else ()
        ways = (*((("Go on…", self._actions.go_on.trigger),) if job.can_go_on else ()), *over)
        self._trouble.say(kind, trouble.what, trouble.advice, *ways)

    @property
    def linked_words(self) -> str:
        return self._linked.words if not self._linked.isHidden() else ""

    def _show_linked(self, job: Job) -> None:
        words, other_id = linked_words(job, self._known.get)
        is_flight = other_id.startswith("flt_")
        opens = self._actions.flight_wanted if is_flight else self.job_wanted
        look = ("Show it", lambda: opens.emit(other_id))
        self._linked.say(BannerKind.INFO, words, "", *((look,) if other_id else ()))

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
        self._head.show_progress(words, figures_text(self._newest_figures(job)))
        if job.is_live and self.isVisible():
            self._tick.start()
        else:
            self._tick.stop()

    def _newest_figures(self, job: Job) -> JobFigures:
        """Of one that runs, what it has told so far: its row has them at its end."""
        return self.watch.output.figures if job.is_live else job.figures

    def _show_facts(self) -> None:
        if self._job is not None:
            self._facts.show_lines(facts_of(self._job, self._jobs.contained(self._job.id)))

    def _lay_out(self) -> None:
        space = self._theme.space
        self.follow.setChecked(True)
        put_tip(self.follow, tip("Stay at the end as it grows (End)"))
        self.setMinimumWidth(space(88))
        v_box(
            self._theme,
            self._head,
            self._asks,
            self._trouble,
            self._linked,
            self._tab_row(),
            (self._stack, 1),
            on=self,
            gap=0,
            margins=0,
        )
        output = QWidget()
        v_box(self._theme, self._left_out, (self.output, 1), on=output, gap=0, margins=0)
        self._stack.addWidget(output)
        self._stack.addWidget(self.agents)
        self._stack.addWidget(self._fact_sheet())
        for name in _TABS:
            self._tabs.addTab(said(name))

    def _tab_row(self) -> LinedRow:
        across = LinedRow(self._theme)
        h_box(
            self._theme,
            (self._tabs, 1),
            self._follow_words,
            self.follow,
            on=across,
            gap=1,
            margins=(1.5, 0, 3, 0),
        )
        return across

    def _fact_sheet(self) -> Scrolled:
        sheet = QWidget()
        v_box(self._theme, self._facts, None, on=sheet, margins=(4, 2, 4, 4))
        return Scrolled(self._theme, sheet)


def _may_help(job: Job) -> bool:
    """Another CLI could do what this one could not, and has not yet been asked to."""
    return not job.handed_to and job.category is not ErrorCategory.INVALID_INPUT
