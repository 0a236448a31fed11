"""Jobs: runs of vendors' CLIs, those that go on first; read along, cancel, look back 30 days.

This file joins the parts and tells them of each other; each part stands in `ui/jobs/`.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QPoint, QSettings, QTimer, Signal
from PySide6.QtGui import QAction, QFocusEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

from llmgw_desktop.app.jobs.first_job import FirstJob, first_job
from llmgw_desktop.app.jobs.jobs import JobList, Jobs
from llmgw_desktop.app.jobs.starting import JobStarter
from llmgw_desktop.app.jobs.words import (
    session_count_words,
    shown_session,
    title_of_session,
    today_of,
    went_on_words,
)
from llmgw_desktop.app.questions.questions import Questions, one_line
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.app.workspaces.workspaces import WorktreesUse
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import Event, GatewayChanged, JobChanged, PermissionChanged
from llmgw_desktop.domain.jobs.job import Job, Session
from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.jobs.job_actions import JobActions
from llmgw_desktop.ui.jobs.job_agents import JobAgents
from llmgw_desktop.ui.jobs.job_browser import JOBS, JobBrowser, JobFilter, JobTable
from llmgw_desktop.ui.jobs.job_model import JobModel
from llmgw_desktop.ui.jobs.job_pane import JobPane
from llmgw_desktop.ui.jobs.job_states import JobStates, QuietLine
from llmgw_desktop.ui.jobs.new_job import NewJobDialog
from llmgw_desktop.ui.jobs.session_list import SessionList
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import add_key
from llmgw_desktop.ui.widgets.cards import Line
from llmgw_desktop.ui.widgets.dialogs import ask
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.notices import Notice
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.view_clothes import pop_up
from llmgw_desktop.ui.widgets.words import said

_TICK_MS = 1000


@value(kw_only=False)
class HowToAsk:
    """What the command needs that an empty page shows; and who starts jobs here, if anybody."""

    base_urls: Callable[[], Mapping[str, str]]
    key_file: Path
    starter: Callable[[], JobStarter] | None = None


class JobOversight(Protocol):
    """What agents ask and where they work, as `app/access/oversight.py` has it."""

    @property
    def questions(self) -> Questions: ...

    @property
    def worktrees(self) -> WorktreesUse | None: ...


class JobsPage(QWidget, MadeInSteps):
    """`open_job` is for a notification or another page that leads here."""

    flight_wanted = Signal(str)
    flights_wanted = Signal(object)
    """A FlightQuery, or a filter as it is typed."""
    path_wanted = Signal(Path)
    question_wanted = Signal(str)
    """What a job's agent asks is to be shown."""
    notices_wanted = Signal(bool)
    """Whether long jobs that ended are to be told of."""

    def __init__(
        self,
        jobs: Jobs,
        how_to_ask: HowToAsk,
        bridge: Bridge,
        theme: Theme,
        *,
        settings: QSettings,
        oversight: JobOversight | None = None,
    ) -> None:
        super().__init__()
        self._jobs = jobs
        self._settings = settings
        self._how_to_ask = how_to_ask
        self._bridge = bridge
        self._theme = theme
        self._begin(self._made(settings, oversight))

    def _made(self, settings: QSettings, oversight: JobOversight | None) -> Iterator[None]:
        self._questions = None
        self._known = JobList()
        self._wanted_id = ""
        """To be opened as soon as it is listed."""
        self._has_told = False
        theme, jobs, bridge = self._theme, self._jobs, self._bridge
        trees, starter = None, self._how_to_ask.starter
        if oversight is not None:
            self._questions, trees = oversight.questions, oversight.worktrees
        self._actions = JobActions(theme, jobs, bridge, page=self, worktrees=trees, starter=starter)
        self._model = JobModel(self._jobs.now_s, self)
        yield
        self.table = JobTable(self._model, self._theme)
        yield
        agents = JobAgents(theme, jobs, bridge)
        yield
        self.pane = JobPane(
            theme,
            jobs,
            self._known,
            bridge=bridge,
            agents=agents,
            actions=self._actions,
            settings=settings,
        )
        yield
        self.browser = JobBrowser(self.table, self.pane, self._theme, settings)
        yield
        self.filter = JobFilter(self._theme)
        yield
        self.sessions = SessionList(self._theme)
        yield
        self.states = JobStates(self._theme, self.browser, self.table, self.sessions)
        yield
        self._kept: list[Session] = []
        self.went_on = QuietLine(self._theme)
        yield
        self.notices = QAction(said("Tell of long jobs that ended"), self)
        self._line = Line(self._theme)
        self.notice = Notice(self._theme, self)
        yield
        self._tick = QTimer(self, interval=_TICK_MS)
        self._lay_out()
        yield
        self._connect()
        self._add_keys()

    def new_job(self, prompt: str = "", folder: str = "", of: str = "") -> NewJobDialog | None:
        """Asks what is to be done; what is started is opened here."""
        starter = self._how_to_ask.starter
        if starter is None:
            return None
        dialog = NewJobDialog(
            self._theme, starter, self._bridge, settings=self._settings, parent=self.window()
        )
        dialog.started.connect(self._on_new)
        dialog.fill_in(prompt, folder, of)
        dialog.open()
        dialog.begin()
        return dialog

    def open_job(self, job_id: str) -> None:
        """Choose this one and open it; a filter that hides it goes."""
        self._wanted_id = job_id
        self._read()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._read()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._lead_keyboard()

    def _read(self) -> None:
        base_urls = self._how_to_ask.base_urls()
        key_file = str(self._how_to_ask.key_file)

        def work() -> tuple[list[Job], FirstJob | None]:
            found = self._jobs.recent()
            # Looking for programs takes the disk, and only who has no job needs them.
            first = None if found else first_job(base_urls, key_file, self._jobs.ready())
            return found, first

        self._bridge.fetch(self, work, self._take, self._on_failed)

    def _take(self, read: tuple[list[Job], FirstJob | None]) -> None:
        jobs, first = read
        self._known.take(jobs)
        for job in self._jobs.live:
            self._known.note(job)
        if first is not None:
            self.states.show_first(first)
        if not self._has_told:
            self._has_told = True
            self.went_on.say(went_on_words(len(self._jobs.went_on)))
        self._show()
        self._lead_keyboard()

    def _on_failed(self, error: Exception) -> None:
        if not len(self._known):
            self._show_bars(False)
            reason = f"{type(error).__name__}: {error}"
            known = str(error) if isinstance(error, LlmgwError) else reason
            self.states.show_failure("The jobs cannot be read.", known)
        else:
            self.notice.say("The jobs cannot be read now.")

    def _on_events(self, events: tuple[Event, ...]) -> None:
        changed = [event.job for event in events if isinstance(event, JobChanged)]
        for job in changed:
            self._known.note(job)
        if not self.isVisible():
            return
        asked = any(isinstance(event, PermissionChanged) for event in events)
        if (changed or asked) and not self.states.is_failure:
            self._show()
        if any(isinstance(event, GatewayChanged) for event in events) and self.states.is_first:
            self._read()

    def _show(self) -> None:
        self._find_wanted()
        shown = self._known.shown(self.filter.query)
        self._model.show_jobs(shown, self._asking())
        if self.filter.shows_sessions:
            self._show_sessions()
        else:
            self.filter.show_count(shown, len(self._known))
            self.states.show_counts(len(shown), len(self._known))
            self._show_bars(not self.states.is_first)
        chosen = self.browser.job
        newer = None if chosen is None else self._known.get(chosen.id)
        if newer is not None and newer is not chosen:
            self.browser.show_newer(newer)
        self._show_question(chosen)
        if self._wanted_id and self._model.row_of(self._wanted_id) >= 0:
            self.table.choose(self._wanted_id)
            self._wanted_id = ""
            self.browser.open_pane()
        if self._model.has_live and self.isVisible():
            self._tick.start()
        else:
            self._tick.stop()

    def _asking(self) -> frozenset[str]:
        if self._questions is None:
            return frozenset()
        return frozenset(each.job_id for each in self._questions.of_agents)

    def _show_question(self, job: Job | None) -> None:
        """Of the chosen one, in its pane."""
        found = None
        if job is not None and self._questions is not None:
            found = self._questions.of_job(job.id)
        self.pane.show_question(found.id if found else "", one_line(found) if found else "")

    def _on_view(self, is_sessions: bool) -> None:
        if is_sessions:
            self._bridge.fetch(self, self._jobs.sessions, self._take_sessions, self._on_failed)
        self._show()

    def _take_sessions(self, sessions: list[Session]) -> None:
        self._kept = sessions
        self._show()

    def _show_sessions(self) -> None:
        today = today_of(self._jobs.now_s())
        query, rows = self.filter.query, []
        for session in self._kept:
            row = shown_session(session, self._known.of_session(session.id), today)
            words = f"{' '.join(row.cells)} {session.id} {session.provider_session_id}"
            is_cli = not query.cli or session.cli == query.cli
            if is_cli and query.text.casefold() in words.casefold():
                rows.append(row)
        self.sessions.show_sessions(rows)
        self.filter.count.setText(session_count_words(len(rows), len(self._kept)))
        self.states.show_sessions()

    def _ask_forget(self, session: Session) -> None:
        title = title_of_session(session, self._known.of_session(session.id))
        ask(
            self._theme,
            self,
            "Forget this session?",
            f"«{inert_line(title, 80)}» cannot be gone on with through the gateway any more. "
            f"What was said stays with {session.cli}.",
            answers=("Forget it", "Keep it"),
            then=lambda: self._bridge.run(self._forget(session), name="forget a session"),
        )

    async def _forget(self, session: Session) -> None:
        try:
            await self._jobs.forget(session)
        except LlmgwError as error:
            self.notice.say(inert_line(str(error), 300))
        else:
            self.notice.say("Forgotten.")
        self._on_view(True)

    def _find_wanted(self) -> None:
        job = self._known.get(self._wanted_id)
        if job is not None:
            self.filter.views.choose(JOBS)
        if job is not None and not self.filter.query.shows(job):
            self.filter.clear()

    def _on_chosen(self, job: Job | None) -> None:
        self._actions.show_job(job)
        self._show_question(job)

    def _on_new(self, job: Job) -> None:
        self._on_started(job, "Started.")

    def _on_started(self, job: Job, said: str = "Runs again.") -> None:
        self._known.note(job)
        self._wanted_id = job.id
        self._show()
        self.notice.say(said)

    def _on_said(self, sentence: str) -> None:
        self.notice.say(sentence)
        if self.browser.job is not None and self.browser.is_open:
            self.pane.show_job(self.browser.job)

    def _show_bars(self, on: bool) -> None:
        self.filter.setVisible(on)
        self._line.setVisible(on)

    def _lead_keyboard(self) -> None:
        wanted = self.states.for_keyboard
        if self.hasFocus() and wanted is not None:
            wanted.setFocus()

    def _leave_filter(self) -> None:
        (self.sessions.table if self.filter.shows_sessions else self.table).setFocus()

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addActions(self._actions.actions)
        pop_up(menu, self._theme, at)

    def _lay_out(self) -> None:
        v_box(
            self._theme,
            self.went_on,
            self.filter,
            self._line,
            (self.states, 1),
            on=self,
            gap=0,
            margins=0,
        )
        self._show_bars(False)

    def _connect(self) -> None:
        self._bridge.events.connect(self._on_events)
        self._tick.timeout.connect(self._model.tick)
        self.filter.changed.connect(self._show)
        self.filter.left.connect(self._leave_filter)
        for new in (self.filter.new, self.states.new):
            new.clicked.connect(lambda: self.new_job())
        self.filter.view_chosen.connect(self._on_view)
        self.sessions.jobs_wanted.connect(lambda session: self.filter.look_for(session.id))
        self.sessions.hand_over_wanted.connect(lambda it: self._actions.hand_on(it, self._known))
        self.sessions.forget_wanted.connect(self._ask_forget)
        self.sessions.said.connect(self.notice.say)
        self.states.clear_wanted.connect(self.filter.clear)
        self.states.retry_wanted.connect(self._read)
        self.browser.chosen.connect(self._on_chosen)
        self.table.menu_wanted.connect(self._show_menu)
        self._actions.said.connect(self._on_said)
        self._actions.started.connect(lambda job: self._on_started(job))
        self._actions.handed_over.connect(lambda job: self._on_started(job, "Handed over."))
        self.pane.job_wanted.connect(self.open_job)
        self._actions.flight_wanted.connect(self.flight_wanted)
        self._actions.flights_wanted.connect(self.flights_wanted)
        self._actions.path_wanted.connect(self.path_wanted)
        self.pane.question_wanted.connect(self.question_wanted)
        self.notices.toggled.connect(self.notices_wanted)

    def _add_keys(self) -> None:
        for text, keys, run in (
            ("Filter jobs", ("Ctrl+F", "/"), self.filter.focus_field),
            ("Clear filter", ("Ctrl+L",), self.filter.clear),
            ("New job…", ("Ctrl+N",), self.new_job),
        ):
            add_key(self, text, keys, run)
        self.notices.setCheckable(True)
        self.addAction(self.notices)
