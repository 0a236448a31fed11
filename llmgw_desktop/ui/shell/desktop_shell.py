"""Joins tray, window and gateway: what opening, closing, pausing and quitting mean.

The parts ask by signals and show what they are told; only this file knows them all.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.domain.errors import LlmgwError, SettingsConflict
from llmgw_desktop.domain.events import (
    Event,
    FlightClosed,
    FlightOpened,
    GatewayChanged,
    GatewayState,
    RecorderChanged,
    SettingsChanged,
)
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.store.settings.editor import Written
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.desktop_container import DesktopContainer
from llmgw_desktop.ui.page import PageLinks, PageTools
from llmgw_desktop.ui.settings_changes import SettingsChanger, SettingsFileWatch
from llmgw_desktop.ui.shell.about import offer_about
from llmgw_desktop.ui.shell.job_desk import JobDesk
from llmgw_desktop.ui.shell.look_desk import LookDesk
from llmgw_desktop.ui.shell.notices import TrayNotices
from llmgw_desktop.ui.shell.opening import PathOpener, open_path
from llmgw_desktop.ui.shell.page_makers import PageMakers
from llmgw_desktop.ui.shell.palette import PaletteDesk
from llmgw_desktop.ui.shell.question_watch import QuestionWatch
from llmgw_desktop.ui.shell.store_desk import StoreDesk
from llmgw_desktop.ui.shell.tray import Tray, TraySnapshot
from llmgw_desktop.ui.shell.tray_desk import TrayDesk
from llmgw_desktop.ui.shell.welcome_desk import WelcomeDesk
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.pacing import ToCome
from llmgw_desktop.ui.widgets.view_clothes import dress_menu
from llmgw_desktop.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from llmgw_desktop.ui.scratch.page import ScratchPage

_COUNT_MS = 1000
_TOLD_KEY = "told/still-running"
_log = logging.getLogger(__name__)


class DesktopShell(QObject):
    """One for the program. `quit` only asks; whoever awaits `quit_asked` then calls `stop`."""

    stopped = Signal()

    def __init__(
        self,
        container: DesktopContainer,
        theme: Theme,
        tray: Tray,
        settings: QSettings,
        *,
        parent: QObject | None = None,
        open_path: Callable[[Path], bool] = open_path,
    ) -> None:
        super().__init__(parent)
        self.quit_asked = asyncio.Event()
        self._container = container
        self._control = container.control
        self._theme = theme
        self._settings = settings
        self._bridge = Bridge(self)
        self._window: MainWindow | None = None
        self._tray = tray
        dress_menu(tray.menu, theme)
        self._start_problem = ""
        self._opening = PathOpener(
            container.control.settings_file, container.places, open_path, self._show_opening
        )
        self._job_desk = JobDesk(
            container.jobs,
            self._bridge,
            theme,
            settings=settings,
            show_window=self._shown_window,
            parent=self,
        )
        self._job_desk.tell_with(tray)
        self._question_watch = QuestionWatch(
            container.questions, self._bridge, theme, settings=settings, tray=tray, parent=self
        )
        self._store_desk = StoreDesk(
            container.control,
            lambda: container.backup_desk,
            bridge=self._bridge,
            theme=theme,
            parent=self,
        )
        self._notices = TrayNotices(
            self._bridge, tray.say, settings, self._shown_window, parent=self
        )
        self._settings_words: tuple[str, tuple[str, ...]] = ("", container.warnings)
        """What is wrong with the settings file, and what is only odd in it."""
        self._watch = SettingsFileWatch(
            self._control.settings_file(), self._control.check_settings, self
        )
        self._changer = SettingsChanger(
            container.settings_writer, self._control.check_settings, self._bridge, self
        )
        self._tray_desk = TrayDesk(
            tray, container, self._bridge, self._changer, show_page=self._show_page
        )
        self._links = PageLinks(self)
        self._scratch: ToCome[ScratchPage] = ToCome()
        self._makers = PageMakers(
            PageTools(
                container,
                bridge=self._bridge,
                theme=theme,
                settings=settings,
                changer=self._changer,
                links=self._links,
            ),
            {
                "jobs": self._job_desk.take_page,
                "access": self._question_watch.take_page,
                "scratch": self._scratch.come,
            },
            self,
        )
        LookDesk(theme, settings, lambda: self._window, make=self._another_window, parent=self)
        self._count = QTimer(self, singleShot=True, interval=_COUNT_MS)
        self._count.timeout.connect(self._show_under_way)
        self._unsubscribe = self._control.subscribe(self._bridge.note)
        self._connect()

    @property
    def window(self) -> MainWindow | None:
        """None until it is first shown: a start in the tray need not build it."""
        return self._window

    async def start(self) -> None:
        """Open the door. A failure is shown, with a way to try again; it never ends the program."""
        self._start_problem = ""
        try:
            await self._container.start()
        except (LlmgwError, OSError) as error:
            _log.error("the gateway did not start: %s", error)
            self._start_problem = _start_sentence(error)
        self._watch.start()
        self._show_status()
        self._tray_desk.begin()

    def open(self, *, hidden: bool) -> None:
        """With `hidden` only the icon, unless there is no tray to hold it."""
        self._tray.start()
        if not hidden or not self._tray.is_shown:
            self.show_window()
        self._attend()
        self._question_watch.look()

    def _another_window(self) -> MainWindow:
        self._window = window = self._make_window()
        self._show_under_way()
        self._show_settings()
        return window

    def _shown_window(self) -> MainWindow:
        self.show_window()
        assert self._window is not None
        return self._window

    def show_window(self) -> None:
        (self._window or self._another_window()).come_forward()
        self._attend()

    def quit(self) -> None:
        """Without a question: jobs that run go on."""
        self.quit_asked.set()

    def open_job(self, job_id: str) -> None:
        self._job_desk.open_job(job_id)

    def ask_quit(self) -> None:
        """As a person asks: what becomes of running jobs is asked first."""
        self._job_desk.quitting.ask()

    async def stop(self) -> None:
        """The windows go at once, the gateway in its own order; nothing is asked."""
        if self._window is not None:
            self._window.save()
            self._window.hide()
        self._container.questions.attend(here=False)
        self._question_watch.close()
        self._unsubscribe()
        self._count.stop()
        self._watch.stop()
        self._bridge.close()  # first: nobody reads while the store closes
        try:
            await self._container.stop()
        finally:
            self._tray.close()
            self.stopped.emit()

    def _connect(self) -> None:
        self._bridge.events.connect(self._on_events)
        self._tray.open_wanted.connect(self.show_window)
        self._tray.pause_wanted.connect(self._control.pause)
        self._tray.resume_wanted.connect(self._control.resume)
        self._tray.quit_wanted.connect(self.ask_quit)
        self._job_desk.quit_agreed.connect(self.quit)
        self._question_watch.list_wanted.connect(self._list_questions)
        self._question_watch.job_wanted.connect(self.open_job)
        self._question_watch.said.connect(self._say_done)
        file = self._container.control.settings_file()
        self._question_watch.rule_wanted.connect(lambda do: self._changer.make(lambda: do(file)))
        self._notices.clients_wanted.connect(lambda: self._show_page("clients"))
        self._notices.client_wanted.connect(lambda key: self._shown_window().show_client(key))
        self._store_desk.said.connect(self._say_done)
        self._store_desk.refused.connect(self._on_change_refused)
        self._tray.appeared.connect(self._attend)
        self._tray.vanished.connect(self._attend)
        self._changer.done.connect(self._on_change_done)
        self._changer.refused.connect(self._on_change_refused)
        self._changer.conflict.connect(self._on_conflict)
        self._connect_pages()

    def _connect_pages(self) -> None:
        links = self._links
        links.flights_wanted.connect(self._show_flights)
        links.flight_wanted.connect(self._open_flight)
        links.job_wanted.connect(self.open_job)
        links.new_job_wanted.connect(self._job_desk.new_job)
        links.jobs_wanted.connect(self._show_jobs_of)
        links.page_wanted.connect(self._show_page)
        links.holders_wanted.connect(self._show_holders)
        links.question_wanted.connect(self._question_watch.open_question)
        links.path_wanted.connect(self._opening.folder)
        links.scratch_wanted.connect(self._ask_model)
        links.said.connect(self._say_done)
        links.clis_found.connect(self._tray_desk.show_providers)
        links.notices_switched.connect(self._job_desk.show_switch)
        links.notices_switched.connect(self._question_watch.show_switch)

    def _make_window(self) -> MainWindow:
        window = MainWindow(
            self._theme,
            self._makers.pages(),
            self._settings,
            self._may_close,
            asks_first=self._asks_first,
        )
        window.quit_wanted.connect(self.ask_quit)
        self._job_desk.watch_over(window)
        self._question_watch.watch_over(window)
        self._notices.watch_over(window)
        self._store_desk.watch_over(window)
        window.put_away.connect(self._tell_once)
        window.put_away.connect(self._attend)
        window.pause_wanted.connect(self._control.pause)
        window.resume_wanted.connect(self._control.resume)
        window.troubles.retry_wanted.connect(self._retry)
        window.troubles.held_decided.connect(self._decide_held)
        self._opening.watch_over(window.menus)
        PaletteDesk(window, self._makers.tools)
        WelcomeDesk(window, self._makers.tools)
        offer_about(window, self._theme, self._bridge, self._container.control.settings_file)
        return window

    def _tell(self, do: Callable[[MainWindow], object]) -> None:
        """Where there is a window: what comes later is shown by one that is made then."""
        if self._window is not None:
            do(self._window)

    def _on_change_done(self, said: str, written: Written | None) -> None:
        self._say_done(said, None if written is None else lambda: self._changer.undo(written))

    def _attend(self) -> None:
        """Whether a person would see a question: in a window, or by the icon in the tray."""
        window = self._window
        here = self._tray.is_shown or (window is not None and window.isVisible())
        self._container.questions.attend(here=here and not self.quit_asked.is_set())

    def _list_questions(self) -> None:
        self._show_page("access")
        self._question_watch.show_list()

    def _say_done(self, said: str, undo: Callable[[], None] | None = None) -> None:
        self._tell(lambda window: window.show_change(said, undo))

    def _on_change_refused(self, problem: str) -> None:
        """Also what was asked for in the tray is answered in the window: a person must see it."""
        self._shown_window().show_refusal(problem)

    def _on_conflict(self, conflict: SettingsConflict, wish: SettingsWish) -> None:
        def overrule() -> None:
            self._changer.make(lambda: wish, overrule=True)

        self._shown_window().ask_conflict(conflict, overrule)

    def _show_flights(self, query: FlightQuery | str) -> None:
        self._tell(lambda window: window.show_flights(query))

    def _ask_model(self, model: str) -> None:
        self._show_page("scratch")
        self._scratch.wish(lambda page: page.show_model(model))

    def _show_page(self, key: str) -> None:
        self._shown_window().show_page(key)

    def _show_jobs_of(self, client: str) -> None:
        self._show_page("jobs")
        self._job_desk.look_for(client)

    def _show_holders(self) -> None:
        self._show_page("access")
        self._question_watch.show_holders()

    def _open_flight(self, flight_id: str) -> None:
        self._shown_window().open_flight(flight_id)

    def _on_events(self, events: tuple[Event, ...]) -> None:
        kinds = {type(event) for event in events}
        if kinds & {GatewayChanged, RecorderChanged}:
            self._show_status()
        if kinds & {FlightOpened, FlightClosed} and not self._count.isActive():
            self._count.start()
        for event in events:
            if isinstance(event, SettingsChanged):
                self._settings_words = (event.problem, event.warnings)
                self._show_settings()

    def _show_settings(self) -> None:
        self._tell(lambda window: window.troubles.show_settings(*self._settings_words))

    def _show_status(self) -> None:
        self._store_desk.look()
        status, recorder = self._control.status(), self._control.recorder_status()
        if status.state is GatewayState.FAILED and self._start_problem:
            status = replace(status, problem=self._start_problem)
        if self._window is not None:
            self._window.show_status(status, self._control.base_urls())
            self._window.show_recording(recorder)
        trouble = status.problem or ("" if recorder.recording else recorder.problem)
        self._tray.show(
            TraySnapshot(
                status=status,
                base_urls=self._control.base_urls(),
                under_way=len(self._container.flights.running()),
                trouble=trouble,
            )
        )

    def _show_under_way(self) -> None:
        self._tell(lambda window: window.show_under_way(len(self._container.flights.running())))
        self._show_status()

    def _decide_held(self, is_old: bool) -> None:
        if is_old:
            self._control.delete_held_flights()
        else:
            self._control.keep_held_flights()

    def _retry(self) -> None:
        self._bridge.run(self.start(), name="start again")

    def _show_opening(self, problem: str) -> None:
        self._tell(lambda window: window.troubles.show_opening(problem))

    def _may_close(self) -> bool:
        """Whether closing the window ends the program: only where no tray leads back."""
        return self.quit_asked.is_set() or not self._tray.look_again()

    def _asks_first(self) -> bool:
        return not self.quit_asked.is_set() and self._job_desk.quitting.is_asked_first

    def _tell_once(self) -> None:
        if self._settings.value(_TOLD_KEY, False, bool):
            return
        told = self._tray.say(
            "LLM Gateway is still running",
            "Programs keep reaching their models. Open or quit it from its icon.",
        )
        if told:
            self._settings.setValue(_TOLD_KEY, True)


def _start_sentence(error: Exception) -> str:
    from llmgw_desktop.app.gateway.start_checks import start_problem  # only when it is needed

    return start_problem(error) if isinstance(error, LlmgwError) else str(error)
