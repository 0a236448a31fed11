"""The menus of the window, each action with its word and its keys, and the list of all keys."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
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
from llmgw_desktop.ui.theme import Appearance, TextScale, TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.label import Label
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.panes import Scrolled
from llmgw_desktop.ui.widgets.view_clothes import dress_menu_bar, wear
from llmgw_desktop.ui.widgets.words import said

_APPEARANCES = (
    (Appearance.SYSTEM, "As the &system"),
    (Appearance.LIGHT, "&Light"),
    (Appearance.DARK, "&Dark"),
)


class WindowMenus(QObject):
    """Lives with the window."""

    page_wanted = Signal(str)
    palette_wanted = Signal()
    shortcuts_wanted = Signal()
    welcome_wanted = Signal()
    about_wanted = Signal()
    news_wanted = Signal()
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
        self._copies = QMenu(said("&Copy base URL"), window)
        self._pause = QAction(said("&Pause gateway"), window)
        self._pause.triggered.connect(self._ask_turn)
        self._is_paused = False
        bar = window.menuBar()
        self._fill_gateway(bar.addMenu(said("&Gateway")))
        self._view = bar.addMenu(said("&View"))
        self._of_page: list[QAction] = []
        self._after_page = self._fill_view(self._view, pages)
        self._fill_help(bar.addMenu(said("&Help")))
        dress_menu_bar(bar, theme)
        self.show_base_urls({})

    def show_state(self, state: GatewayState) -> None:
        self._is_paused = state is GatewayState.PAUSED
        self._pause.setText(said("&Resume gateway" if self._is_paused else "&Pause gateway"))
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
        self._add(menu, "&Go to anything", "Ctrl+K", self.palette_wanted.emit)
        menu.addSeparator()
        used = {"g"}
        for page in pages:
            words = _lettered(page.title, used)
            self._add(menu, words, page.shortcut, self._page_opener(page.key))
        menu.addSeparator()
        after_page = menu.addSeparator()
        looks = menu.addMenu(_lettered(said("Appearance"), used))
        group = QActionGroup(self)
        for appearance, words in _APPEARANCES:
            action = looks.addAction(said(words))
            action.setCheckable(True)
            action.setChecked(appearance is self._theme.appearance)
            action.triggered.connect(self._look_chooser(appearance))
            group.addAction(action)
        self._add_sizes(menu.addMenu(_lettered(said("Text size"), used)))
        return after_page

    def _add_sizes(self, menu: QMenu) -> None:
        theme = self._theme

        def to(found: Callable[[], TextScale]) -> Callable[[], None]:
            # In the next turn: this menu goes with its window, which is made anew.
            return lambda: QTimer.singleShot(0, theme, lambda: theme.set_text_scale(found()))

        larger = self._add(menu, "&Larger text", "", to(lambda: theme.text_scale.stepped(1)))
        larger.setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])
        self._add(menu, "&Smaller text", "Ctrl+-", to(lambda: theme.text_scale.stepped(-1)))
        self._add(menu, "&Usual size of text", "Ctrl+0", to(lambda: TextScale.USUAL))

    def _fill_help(self, menu: QMenu) -> None:
        keys = self._add(menu, "&Keyboard shortcuts", "F1", self.shortcuts_wanted.emit)
        keys.setShortcuts([QKeySequence("F1"), QKeySequence("Ctrl+/")])
        menu.addSeparator()
        self._add(menu, "Open &log folder", "", self.log_folder_wanted.emit)
        menu.addSeparator()
        self._add(menu, "&Welcome", "", self.welcome_wanted.emit)
        self._add(menu, "What is &new", "", self.news_wanted.emit)
        self._add(menu, "&About, and licences …", "", self.about_wanted.emit).setMenuRole(
            QAction.MenuRole.AboutRole
        )

    def _add(self, menu: QMenu, words: str, keys: str, do: Callable[[], object]) -> QAction:
        action = QAction(said(words), self._window)
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


_PAGES, _EVERYWHERE = "Pages", "Everywhere"
_MOST_COLUMNS = 4
_GAP_UNITS = 8
_MOST_HEIGHT_SHARE = 0.94
Rows = list[tuple[str, list[str]]]
"""What it does and its keys."""


class ShortcutList(QDialog):
    """Open it with `open()`; Esc closes it. Groups in columns that are about as long as each
    other; what a small screen has no room for is scrolled to."""

    def __init__(self, theme: Theme, groups: Mapping[str, Rows], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle(said("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        room = self.screen().availableGeometry().size() * _MOST_HEIGHT_SHARE
        made = [(self._group(title, rows), len(rows) + 2) for title, rows in groups.items()]
        widest = max((each.sizeHint().width() for each, _ in made), default=0)
        fitting = (room.width() - theme.space(16)) // (widest + theme.space(_GAP_UNITS))
        count = min(max(fitting, 1), _MOST_COLUMNS)
        columns: list[list[QWidget]] = [[] for _ in range(count)]
        lengths = [0] * count
        for group, length in made:
            at = lengths.index(min(lengths))
            columns[at].append(group)
            lengths[at] += length
        content = QWidget()
        h_box(
            theme,
            *((v_box(theme, *column, None, gap=3), 1) for column in columns if column),
            on=content,
            gap=_GAP_UNITS,
            margins=(6, 0),
        )
        close = Button(theme, "Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        head = Label(
            theme, "Keyboard shortcuts", size=TextSize.HEADING, weight=QFont.Weight.DemiBold
        )
        head.setContentsMargins(theme.space(6), 0, 0, 0)
        foot = h_box(theme, None, close, margins=(6, 0))
        v_box(theme, head, (Scrolled(theme, content), 1), foot, on=self, gap=3, margins=(0, 4))
        wished = content.sizeHint() + QSize(theme.space(4), theme.space(32))
        self.resize(wished.boundedTo(room))

    def _group(self, title: str, rows: Rows) -> QWidget:
        theme = self._theme
        group = QWidget()
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.space(4))
        grid.setVerticalSpacing(theme.space(1))
        for row, (words, keys) in enumerate(rows):
            grid.addWidget(Label(theme, words, is_verbatim=True), row, 0)
            side = h_box(theme, None, *(_keys(theme, each) for each in keys), gap=1)
            grid.addLayout(side, row, 1)
        name = Label(theme, title, weight=QFont.Weight.DemiBold)
        v_box(theme, name, grid, on=group, gap=1.5, margins=0)
        return group


def shortcut_groups(actions: Sequence[QAction], pages: Mapping[QWidget, str]) -> dict[str, Rows]:
    """By the page that they belong to; those of the whole window first. Each once."""
    titles = set(pages.values())
    groups: dict[str, Rows] = {_PAGES: [], _EVERYWHERE: [], **{title: [] for title in titles}}
    for action in actions:
        keys = [
            each.toString(QKeySequence.SequenceFormat.NativeText) for each in action.shortcuts()
        ]
        words = plain_words(action)
        group = groups[_PAGES if words in titles else _page_of(action, pages) or _EVERYWHERE]
        if keys and words and words not in [told for told, _ in group]:
            group.append((words, keys))
    ordered = [_PAGES, _EVERYWHERE, *(title for title in pages.values())]
    return {title: groups[title] for title in ordered if groups[title]}


def _page_of(action: QAction, pages: Mapping[QWidget, str]) -> str:
    above = action.parent()
    while above is not None:
        if isinstance(above, QWidget) and above in pages:
            return pages[above]
        above = above.parent()
    return ""


def plain_words(action: QAction) -> str:
    """Without the mark of its letter."""
    return action.text().replace("&", "").rstrip(" …")


def _lettered(title: str, used: set[str]) -> str:
    """With the mark before the first letter that no other entry of the menu has."""
    at = next((at for at, each in enumerate(title.lower()) if each not in used and each != " "), -1)
    if at < 0:
        return title
    used.add(title[at].lower())
    return f"{title[:at]}&{title[at:]}"


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
