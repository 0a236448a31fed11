"""The menus of the window: each action with its word and its keys. Others do what they ask."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from llmgw_desktop.domain.events import GatewayState
from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.widgets.view_clothes import dress_menu_bar
from llmgw_desktop.ui.window.sidebar import SidebarEntry

_APPEARANCES = (
    (Appearance.SYSTEM, "As the &system"),
    (Appearance.LIGHT, "&Light"),
    (Appearance.DARK, "&Dark"),
)


class WindowMenus(QObject):
    """Lives with the window."""

    page_wanted = Signal(str)
    shortcuts_wanted = Signal()
    pause_wanted = Signal()
    resume_wanted = Signal()
    settings_file_wanted = Signal()
    data_folder_wanted = Signal()
    log_folder_wanted = Signal()
    backup_wanted = Signal()
    restore_wanted = Signal()
    quit_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self, window: QMainWindow, theme: Theme, entries: Sequence[SidebarEntry]) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._copies = QMenu("&Copy base URL", window)
        self._pause = QAction("&Pause gateway", window)
        self._pause.triggered.connect(self._ask_turn)
        self._is_paused = False
        bar = window.menuBar()
        self._fill_gateway(bar.addMenu("&Gateway"))
        self._view = bar.addMenu("&View")
        self._of_page: list[QAction] = []
        self._after_page = self._fill_view(self._view, entries)
        self._fill_help(bar.addMenu("&Help"))
        dress_menu_bar(bar, theme)
        self.show_base_urls({})

    def show_state(self, state: GatewayState) -> None:
        self._is_paused = state is GatewayState.PAUSED
        self._pause.setText("&Resume gateway" if self._is_paused else "&Pause gateway")
        self._pause.setEnabled(state in (GatewayState.RUNNING, GatewayState.PAUSED))

    def show_base_urls(self, base_urls: Mapping[str, str]) -> None:
        self._copies.clear()
        self._copies.setEnabled(bool(base_urls))
        for vendor, url in base_urls.items():
            self._copies.addAction(f"{vendor}   {url}").triggered.connect(_copier(url))

    def show_page_actions(self, actions: Sequence[QAction]) -> None:
        """Those of the page in sight stand in the View menu, below the pages."""
        for action in self._of_page:
            self._view.removeAction(action)
        self._of_page = list(actions)
        self._view.insertActions(self._after_page, self._of_page)

    def _fill_gateway(self, menu: QMenu) -> None:
        menu.addMenu(self._copies)
        menu.addAction(self._pause)
        menu.addSeparator()
        self._add(menu, "Open &settings file", "", self.settings_file_wanted.emit)
        self._add(menu, "&Undo change of settings", "Ctrl+Z", self.undo_wanted.emit)
        self._add(menu, "Open &data folder", "", self.data_folder_wanted.emit)
        menu.addSeparator()
        self._add(menu, "&Back up …", "", self.backup_wanted.emit)
        self._add(menu, "&Restore a backup …", "", self.restore_wanted.emit)
        menu.addSeparator()
        self._add(menu, "Close &window", "Ctrl+W", self._window.close)
        self._add(menu, "&Quit", "Ctrl+Q", self.quit_wanted.emit).setMenuRole(
            QAction.MenuRole.QuitRole
        )

    def _fill_view(self, menu: QMenu, entries: Sequence[SidebarEntry]) -> QAction:
        """The answer is what stands right below the actions of the page."""
        for number, entry in enumerate(entries, start=1):
            self._add(menu, f"&{entry.title}", f"Ctrl+{number}", self._page_opener(entry.key))
        menu.addSeparator()
        after_page = menu.addSeparator()
        looks = menu.addMenu("&Appearance")
        group = QActionGroup(self)
        for appearance, words in _APPEARANCES:
            action = looks.addAction(words)
            action.setCheckable(True)
            action.setChecked(appearance is self._theme.appearance)
            action.triggered.connect(self._look_chooser(appearance))
            group.addAction(action)
        return after_page

    def _fill_help(self, menu: QMenu) -> None:
        self._add(menu, "&Keyboard shortcuts", "F1", self.shortcuts_wanted.emit)
        menu.addSeparator()
        self._add(menu, "Open &log folder", "", self.log_folder_wanted.emit)

    def _add(self, menu: QMenu, words: str, keys: str, do: Callable[[], object]) -> QAction:
        action = QAction(words, self._window)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda: do())
        menu.addAction(action)
        return action

    def _page_opener(self, key: str) -> Callable[[], None]:
        return lambda: self.page_wanted.emit(key)

    def _look_chooser(self, appearance: Appearance) -> Callable[[], None]:
        return lambda: self._theme.set_appearance(appearance)

    def _ask_turn(self) -> None:
        if self._is_paused:
            self.resume_wanted.emit()
        else:
            self.pause_wanted.emit()


def _copier(url: str) -> Callable[[], None]:
    return lambda: QGuiApplication.clipboard().setText(url)
