"""Tells of a job that ran long and ended while nobody looked. Each person may switch it off."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal

from llmgw_desktop.app.jobs.jobs import Jobs
from llmgw_desktop.app.jobs.limit_words import parked_line
from llmgw_desktop.app.jobs.words import STATE_WORDS, live_words, title_of, took_ms, took_text
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.events import Event, JobChanged
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.jobs.quitting import Quitting
from llmgw_desktop.ui.settings_changes import NoticeKind, Say, is_told, tell_of
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.pacing import ToCome
from llmgw_desktop.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from llmgw_desktop.ui.jobs.page import JobsPage


LONG_MS = 60_000.0
_TOLD_OF = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.ORPHANED})
"""Who canceled one knows that it has ended."""


class JobNotices(QObject):
    """One notice at a time: a later one takes the place of an earlier one."""

    open_wanted = Signal(str)

    def __init__(
        self,
        bridge: Bridge,
        say: Say,
        *,
        is_in_front: Callable[[], bool],
        settings: QSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._say = say
        self._is_in_front = is_in_front
        self._settings = settings
        bridge.events.connect(self._on_events)

    @property
    def is_on(self) -> bool:
        return is_told(self._settings, NoticeKind.JOBS)

    def switch(self, on: bool) -> None:
        tell_of(self._settings, NoticeKind.JOBS, on=on)

    def _on_events(self, events: Sequence[Event]) -> None:
        jobs = [event.job for event in events if isinstance(event, JobChanged)]
        ended = [job for job in jobs if _is_worth_it(job)]
        if not ended or not self.is_on or self._is_in_front():
            return
        last = ended[-1]
        if len(ended) == 1:
            title = f"{last.cli}: {STATE_WORDS[last.state].lower()} after {_took(last)}"
            text = title_of(last)
        else:
            title = f"{counted(len(ended), 'job')} ended"
            text = "; ".join(title_of(job) for job in ended[-3:])
        self._say(title, text, lambda: self.open_wanted.emit(last.id))


def _is_worth_it(job: Job) -> bool:
    took = took_ms(job, job.ended_at_s or 0.0)
    return job.state in _TOLD_OF and took is not None and took >= LONG_MS


def _took(job: Job) -> str:
    return took_text(job, job.ended_at_s or 0.0)


class JobDesk(QObject):
    """`window` is the one there is; `show_window` makes and shows it."""

    quit_agreed = Signal()

    def __init__(
        self,
        jobs: Jobs,
        bridge: Bridge,
        theme: Theme,
        *,
        settings: QSettings,
        show_window: Callable[[], MainWindow],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._bridge = bridge
        self._theme = theme
        self._settings = settings
        self._show_window = show_window
        self._window: MainWindow | None = None
        self._page: ToCome[JobsPage] = ToCome()
        self.notices: JobNotices | None = None
        self._tray: Tray | None = None
        self.quitting = Quitting(jobs, bridge, theme, window=show_window, parent=self)
        self.quitting.agreed.connect(self.quit_agreed)
        self.quitting.waiting.connect(self._show_waiting)
        bridge.events.connect(self._on_events)

    def tell_with(self, tray: Tray) -> None:
        """Notices go to the tray."""
        self.notices = JobNotices(
            self._bridge,
            tray.say,
            is_in_front=self._is_in_front,
            settings=self._settings,
            parent=self,
        )
        self.notices.open_wanted.connect(self.open_job)
        self._tray = tray
        tray.jobs_wanted.connect(lambda: self._show_window().show_page("jobs"))
        tray.job_wanted.connect(self.open_job)
        tray.new_job_wanted.connect(lambda: self.new_job())
        tray.menu_opens.connect(self._show_parked)
        self._show_parked()

    def take_page(self, page: "JobsPage") -> None:
        """It was made: what was wanted of it meanwhile is done."""
        if self.notices is not None:
            page.notices.setChecked(self.notices.is_on)
            page.notices_wanted.connect(self.notices.switch)
        self._page.come(page)

    def show_switch(self) -> None:
        """It was switched elsewhere."""
        if (notices := self.notices) is not None:
            self._page.wish(lambda page: page.notices.setChecked(notices.is_on))

    def watch_over(self, window: MainWindow) -> None:
        """Right after it was made."""
        self._window = window
        self._show_live()

    def open_job(self, job_id: str) -> None:
        window = self._show_window()
        window.show_page("jobs")
        self._page.wish(lambda page: page.open_job(job_id))

    def new_job(self, prompt: str = "", folder: str = "", flight_id: str = "") -> None:
        """As it is asked for anywhere."""
        self._show_window().show_page("jobs")
        self._page.wish(lambda page: page.new_job(prompt, folder, flight_id))

    def look_for(self, text: str) -> None:
        """On its page, which is in sight."""
        self._page.wish(lambda page: page.filter.look_for(text))

    def _on_events(self, events: tuple[Event, ...]) -> None:
        if any(isinstance(event, JobChanged) for event in events):
            self._show_live()

    def _show_live(self) -> None:
        if self._window is not None:
            live = self._jobs.live
            self._window.show_live_jobs(len(live), live_words(live))
        self._show_parked()

    def _show_parked(self) -> None:
        if self._tray is not None:
            self._tray.show_parked(parked_line(self._jobs.live, self._jobs.now_s()))

    def _show_waiting(self, words: str) -> None:
        if self._window is not None:
            self._window.troubles.show_quitting(words, self.quitting.stay)

    def _is_in_front(self) -> bool:
        window = self._window
        return window is not None and window.is_in_front()
