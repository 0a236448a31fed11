"""The one window: pages beside a sidebar, banners above them, menus with every action.

It shows what it is told and asks by signals; what closing means is decided in `desktop_shell.py`.
"""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QByteArray, QPoint, QRect, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.domain.errors import SettingsConflict
from llmgw_desktop.domain.events import GatewayStatus, RecorderStatus
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.ui.page import BoundPage, KeepsState, Page, ShowsClient, ShowsFlights, ShowsJobs
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.dialogs import ConflictDialog
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.notices import UndoNotice
from llmgw_desktop.ui.widgets.pacing import ToCome
from llmgw_desktop.ui.widgets.panes import PageRoom
from llmgw_desktop.ui.widgets.words import said
from llmgw_desktop.ui.window.coming_pages import ComingPages
from llmgw_desktop.ui.window.sidebar import Sidebar
from llmgw_desktop.ui.window.status_panel import StatusPanel
from llmgw_desktop.ui.window.trouble_area import TroubleArea
from llmgw_desktop.ui.window.window_menus import ShortcutList, WindowMenus, shortcut_groups

TITLE = "LLM Gateway"
_LEAST = QSize(720, 460)
"""So that it fits a small screen, or a large one at twice the size."""
_NARROW_UNITS = 200
"""Below it the words of the sidebar would take the room that pages need."""


class MainWindow(QMainWindow):
    """`may_close` is asked when the person closes the window; what it forbids is hidden instead.
    Where `asks_first`, a window that may close stays until the person has answered."""

    quit_wanted = Signal()
    pause_wanted = Signal()
    resume_wanted = Signal()
    put_away = Signal()
    """Closed by the person, and only hidden."""

    def __init__(
        self,
        theme: Theme,
        pages: Sequence[BoundPage],
        settings: QSettings,
        may_close: Callable[[], bool],
        *,
        asks_first: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._pages = {each.page.key: each for each in pages}
        self._made: dict[str, QWidget] = {}
        self._stack = QStackedWidget()
        self._rooms: dict[QWidget, PageRoom] = {}
        self._coming = ComingPages(self._pages, self._give_room, self._take_page, self)
        self._key = ""
        self._is_listing = False
        """The list of keys is wanted."""
        self._flights: ToCome[ShowsFlights] = ToCome()
        self._live_words = ""
        self._settings = settings
        self._may_close = may_close
        self._asks_first = asks_first
        self._blank = QWidget()
        """While a page is on its way."""
        self._stack.addWidget(self._blank)
        self._sidebar = Sidebar(theme, [each.page for each in pages])
        self._status = StatusPanel(theme)
        self.troubles = TroubleArea(theme)
        self.menus = WindowMenus(self, theme, [each.page for each in pages])
        self._undo = UndoNotice(theme, self._stack)
        self._lay_out()
        self._connect()
        self._restore()

    @property
    def page_key(self) -> str:
        """Of the one in sight, or on its way."""
        return self._key

    @property
    def kept(self) -> QSettings:
        """What the window remembers."""
        return self._settings

    @property
    def page_facts(self) -> Sequence[Page]:
        """Of all, in the order of the sidebar."""
        return [each.page for each in self._pages.values()]

    @property
    def made_pages(self) -> Mapping[str, QWidget]:
        """Those that somebody has seen, by their keys."""
        return self._made

    def page(self, key: str) -> QWidget:
        """Made now where nobody has seen it yet."""
        if key not in self._made:
            self._coming.finish(key)
        return self._made[key]

    def show_page(self, key: str) -> None:
        """At once, or when it is made, turn by turn, where nobody has seen it yet."""
        self._key = key
        self._sidebar.choose(key)
        # The dash that Qt itself puts between a dialog's title and the program's.
        self.setWindowTitle(f"{self._pages[key].page.title} — {TITLE}")
        if key in self._made:
            self._show(self._made[key])
        else:
            self._stack.setCurrentWidget(self._blank)
            self.menus.show_page_actions(())
            self._coming.begin(key)

    def _show(self, widget: QWidget) -> None:
        self._stack.setCurrentWidget(self._rooms[widget])
        self.menus.show_page_actions(widget.actions())
        if not widget.isAncestorOf(QApplication.focusWidget() or self):
            widget.setFocus()  # so that the page's own keys work at once

    def show_flights(self, query: FlightQuery | str) -> None:
        """Go to the flights behind a figure; a text is a filter."""
        self.show_page("flights")
        self._flights.wish(lambda page: page.show_query(query))

    def open_flight(self, flight_id: str) -> None:
        self.show_page("flights")
        self._flights.wish(lambda page: page.show_flight(flight_id))

    def show_client(self, client_id: str) -> None:
        """In full; all of them where it is empty."""
        self.show_page("clients")
        page = self.page("clients")
        if isinstance(page, ShowsClient):
            page.show_client(client_id)

    def show_status(self, status: GatewayStatus, base_urls: dict[str, str]) -> None:
        self._status.show_status(status, base_urls)
        self.troubles.show_gateway(status)
        self.menus.show_state(status.state)
        self.menus.show_base_urls(base_urls)

    def show_recording(self, status: RecorderStatus) -> None:
        self._status.show_recording(status.recording)
        self.troubles.show_recording(status)

    def show_change(self, said: str, on_undo: Callable[[], None] | None) -> None:
        """A change of the settings was made; for a while it can be taken back."""
        self.troubles.show_change("")
        self._undo.say(said, on_undo)

    def show_refusal(self, problem: str) -> None:
        """A change of the settings was not made."""
        self.troubles.show_change(problem)

    def ask_conflict(self, conflict: SettingsConflict, on_mine: Callable[[], None]) -> None:
        """Both sides are shown; `on_mine` where the person keeps the change made here."""
        dialog = ConflictDialog(self._theme, conflict, self)
        dialog.accepted.connect(on_mine)
        dialog.open()

    def show_under_way(self, count: int) -> None:
        if "flights" in self._pages:
            self._sidebar.show_badge("flights", count, f"{count:,} under way")

    def show_live_jobs(self, count: int, words: str) -> None:
        """`words` say how many run and wait."""
        if "jobs" in self._pages:
            self._sidebar.show_badge("jobs", count, words)
        self._live_words = words
        for page in self._made.values():
            if isinstance(page, ShowsJobs):
                page.show_jobs(words)

    def show_questions(
        self, count: int, words: str, first: str, on_look: Callable[[], None]
    ) -> None:
        """How many wait for this person, and the oldest in a line."""
        if "access" in self._pages:
            self._sidebar.show_badge("access", count, words)
        self.troubles.show_questions(words, first, on_look)

    def is_in_front(self) -> bool:
        """Whether a person has it before them."""
        return self.isVisible() and QApplication.activeWindow() is not None

    def come_forward(self) -> None:
        """Shown, not minimised, in front."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def save(self) -> None:
        """Where things stand, for the next start."""
        self._settings.setValue("window/geometry", self.saveGeometry())
        self._settings.setValue("window/page", self.page_key)
        for key, page in self._made.items():
            if isinstance(page, KeepsState):
                self._settings.beginGroup(f"page-{key}")
                page.save_state(self._settings)
                self._settings.endGroup()
        self._settings.sync()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self.save()
        if self._may_close() and self._asks_first():
            event.ignore()
            self.quit_wanted.emit()
        elif self._may_close():
            event.accept()
            self.quit_wanted.emit()
        else:
            # Ignored and hidden: an ignored close of a window that stays would also refuse a
            # quit that comes from the system.
            event.ignore()
            self.hide()
            self.put_away.emit()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._sidebar.fold(is_narrow=self.width() < self._theme.space(_NARROW_UNITS))

    def _give_room(self, page: QWidget) -> None:
        room = self._rooms[page] = PageRoom(self._theme, page)
        self._stack.addWidget(room)
        room.give(self._stack.size())

    def _take_page(self, key: str, widget: QWidget) -> None:
        """It is whole."""
        self._made[key] = widget
        widget.setAccessibleName(said(self._pages[key].page.title))
        if isinstance(widget, KeepsState):
            self._settings.beginGroup(f"page-{key}")
            widget.restore_state(self._settings)
            self._settings.endGroup()
        if isinstance(widget, ShowsJobs):
            widget.show_jobs(self._live_words)
        if key == self._key:
            self._show(widget)
        if isinstance(widget, ShowsFlights):
            self._flights.come(widget)
        self._list_when_whole()

    def _lay_out(self) -> None:
        self._sidebar.add_foot(self._status)
        right = v_box(self._theme, self.troubles, (self._stack, 1), gap=0)
        body = QWidget()
        h_box(self._theme, self._sidebar, (right, 1), on=body, gap=0, margins=0)
        self.setCentralWidget(body)
        space, room = self._theme.space, self._room()
        least = QSize(min(space(180), _LEAST.width()), min(space(115), _LEAST.height()))
        self.setMinimumSize(least.boundedTo(room.size()))
        self.resize(QSize(space(290), space(190)).boundedTo(room.size()))

    def _room(self) -> QRect:
        """What the screen has for a window, its title bar taken off."""
        return self.screen().availableGeometry().adjusted(0, self._theme.space(8), 0, 0)

    def _connect(self) -> None:
        self._sidebar.chosen.connect(self.show_page)
        for source in (self._status, self.menus):
            source.pause_wanted.connect(self.pause_wanted)
            source.resume_wanted.connect(self.resume_wanted)
        self.menus.page_wanted.connect(self.show_page)
        self.menus.quit_wanted.connect(self.quit_wanted)
        self.menus.shortcuts_wanted.connect(self._list_shortcuts)
        self.menus.undo_wanted.connect(self._undo.undo)
        self.troubles.settings_file_wanted.connect(self.menus.settings_file_wanted)
        self.troubles.data_folder_wanted.connect(self.menus.data_folder_wanted)
        self._theme.changed.connect(self._paint_in_two_turns)

    def _paint_in_two_turns(self) -> None:
        """In new colours: the page after what stands around it, which together take too long."""
        self._stack.setUpdatesEnabled(False)
        QTimer.singleShot(0, self._stack, lambda: self._stack.setUpdatesEnabled(True))

    def _list_shortcuts(self) -> None:
        """As soon as all pages are made: those that nobody has seen have keys as well."""
        self._is_listing = True
        for key in self._pages:
            if key not in self._made:
                self._coming.begin(key)
        self._list_when_whole()

    def _list_when_whole(self) -> None:
        if self._is_listing and len(self._made) == len(self._pages):
            self._is_listing = False
            titles = {page: self._pages[key].page.title for key, page in self._made.items()}
            groups = shortcut_groups(self.findChildren(QAction), titles)
            ShortcutList(self._theme, groups, self).open()

    def _restore(self) -> None:
        geometry = self._settings.value("window/geometry")
        if isinstance(geometry, QByteArray):  # anything else is a spoilt file
            self.restoreGeometry(geometry)
            if not self.isMaximized() and not self.isFullScreen():
                self.setGeometry(fitted(self.geometry(), self._room()))
        remembered = str(self._settings.value("window/page", ""))
        self.show_page(remembered if remembered in self._pages else next(iter(self._pages)))


def fitted(window: QRect, room: QRect) -> QRect:
    """The window, moved and made smaller as far as it does not fit."""
    size = window.size().boundedTo(room.size())
    left = min(max(window.left(), room.left()), room.right() + 1 - size.width())
    top = min(max(window.top(), room.top()), room.bottom() + 1 - size.height())
    return QRect(QPoint(left, top), size)
