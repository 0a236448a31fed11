"""The menus of the window, each action with its word and its keys, and the list of all keys."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QFont, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QWidget,
)

from llmgw_desktop.domain.events import GatewayState
from llmgw_desktop.ui.page import Page
from llmgw_desktop.ui.theme import Appearance, TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.label import Label
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.view_clothes import dress_menu_bar, wear

_APPEARANCES = (
    (Appearance.SYSTEM, "As the &system"),
    (Appearance.LIGHT, "&Light"),
    (Appearance.DARK, "&Dark"),
)


class WindowMenus(QObject):
    """Lives with the window."""

    page_wanted = Signal(str)
    shortcuts_wanted = Signal()
    about_wanted = Signal()
    pause_wanted = Signal()
    resume_wanted = Signal()
    settings_file_wanted = Signal()
    data_folder_wanted = Signal()
    log_folder_wanted = Signal()
    backup_wanted = Signal()
    restore_wanted = Signal()
    quit_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self, window: QMainWindow, theme: Theme, pages: Sequence[Page]) -> None:
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
        self._after_page = self._fill_view(self._view, pages)
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

    def _fill_view(self, menu: QMenu, pages: Sequence[Page]) -> QAction:
        """The answer is what stands right below the actions of the page."""
        for page in pages:
            self._add(menu, f"&{page.title}", page.shortcut, self._page_opener(page.key))
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
        menu.addSeparator()
        self._add(menu, "&About, and licences …", "", self.about_wanted.emit).setMenuRole(
            QAction.MenuRole.AboutRole
        )

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


class ShortcutList(QDialog):
    """Open it with `open()`; Esc closes it."""

    def __init__(self, theme: Theme, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        space = theme.space
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(12))
        grid.setVerticalSpacing(space(2.5))
        for row, (words, keys) in enumerate(shortcut_rows(actions)):
            grid.addWidget(Label(theme, words), row, 0)
            grid.addWidget(_keys(theme, keys), row, 1, Qt.AlignmentFlag.AlignRight)
        close = Button(theme, "Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot = h_box(theme, None, close)
        v_box(
            theme,
            Label(theme, "Keyboard shortcuts", size=TextSize.HEADING, weight=QFont.Weight.DemiBold),
            grid,
            foot,
            on=self,
            gap=4,
            margins=(6, 5),
        )


def shortcut_rows(actions: Sequence[QAction]) -> list[tuple[str, str]]:
    """Pairs of what it does and its keys, in the order of the actions, each once."""
    rows: dict[str, str] = {}
    for action in actions:
        keys = [
            each.toString(QKeySequence.SequenceFormat.NativeText) for each in action.shortcuts()
        ]
        words = action.text().replace("&", "").rstrip(" …")
        if keys and words and words not in rows:
            rows[words] = "  or  ".join(keys)
    return list(rows.items())


def _keys(theme: Theme, keys: str) -> QLabel:
    label = QLabel(keys)
    label.setFont(theme.mono_font())
    wear(label, theme, _keys_sheet)
    return label


def _keys_sheet(theme: Theme) -> str:
    colours, space = theme.colours, theme.space
    return (
        f"background: {colours.alternate.name()}; color: {colours.text.name()};"
        f" border: 1px solid {colours.border.name()}; border-radius: 4px;"
        f" padding: {space(0.5)}px {space(1.5)}px;"
    )
