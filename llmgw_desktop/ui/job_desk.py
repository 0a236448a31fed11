"""What the window does about jobs: their page, their number, their notices, the quit question.

`desktop_shell.py` has one and asks it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QApplication

from llmgw_desktop.app.job_words import live_words
from llmgw_desktop.app.jobs import Jobs
from llmgw_desktop.domain.events import Event, JobChanged
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.desktop_container import Control
from llmgw_desktop.ui.jobs.job_notices import JobNotices
from llmgw_desktop.ui.jobs.quitting import Quitting
from llmgw_desktop.ui.main_window import MainWindow
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.tray import Tray
from llmgw_desktop.ui.widgets.in_steps import Steps, ToCome, in_steps

if TYPE_CHECKING:
    from llmgw_desktop.app.oversight import Oversight
    from llmgw_desktop.ui.pages.jobs_page import JobsPage


class JobDesk(QObject):
    """`window` is the one there is; `show_window` makes and shows it."""

    quit_agreed = Signal()
    flight_wanted = Signal(str)
    flights_wanted = Signal(object)
    """A FlightQuery."""
    path_wanted = Signal(Path)
    question_wanted = Signal(str)

    def __init__(
        self,
        jobs: Jobs,
        bridge: Bridge,
        theme: Theme,
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
        self.quitting = Quitting(jobs, bridge, theme, show_window, self)
        self.quitting.agreed.connect(self.quit_agreed)
        self.quitting.waiting.connect(self._show_waiting)
        bridge.events.connect(self._on_events)

    def tell_with(self, tray: Tray) -> None:
        """Notices go to the tray."""
        self.notices = JobNotices(self._bridge, tray.say, self._is_in_front, self._settings, self)
        self.notices.open_wanted.connect(self.open_job)

    def make_page(self, control: Control, oversight: "Oversight") -> Steps["JobsPage"]:
        """Read in when it is first shown."""
        from llmgw_desktop.ui.pages.jobs_page import HowToAsk, JobsPage

        page = yield from in_steps(
            JobsPage,
            self._jobs,
            HowToAsk(control.base_urls, control.access_key_file()),
            self._bridge,
            self._theme,
            self._settings,
            oversight,
        )
        page.question_wanted.connect(self.question_wanted)
        if self.notices is not None:
            page.notices.setChecked(self.notices.is_on)
            page.notices_wanted.connect(self.notices.switch)
        page.flight_wanted.connect(self.flight_wanted)
        page.flights_wanted.connect(self.flights_wanted)
        page.path_wanted.connect(self.path_wanted)
        self._page.come(page)
        return page

    def watch_over(self, window: MainWindow) -> None:
        """Right after it was made."""
        self._window = window
        self._show_live()

    def open_job(self, job_id: str) -> None:
        window = self._show_window()
        window.show_page("jobs")
        self._page.wish(lambda page: page.open_job(job_id))

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

    def _show_waiting(self, words: str) -> None:
        if self._window is not None:
            self._window.troubles.show_quitting(words, self.quitting.stay)

    def _is_in_front(self) -> bool:
        window = self._window
        return window is not None and window.isVisible() and QApplication.activeWindow() is not None
