"""Ctrl+K: whatever the window can do or show, found by a few letters of it.

It is made of what is there: actions come from the menus, pages from the window, and what waits for
the disk (jobs, settings) comes a moment later.
"""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSettings,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QMenuBar,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.app.jobs.words import title_of
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.page import PageTools, ShowsSettings
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.fields import SearchField
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.view_clothes import dress_view, stay_dressed
from llmgw_desktop.ui.widgets.words import said
from llmgw_desktop.ui.window.main_window import MainWindow
from llmgw_desktop.ui.window.window_menus import plain_words

_WIDTH_UNITS, _HEIGHT_UNITS = 130, 96
_MOST_SHOWN = 50
_MOST_RECENT = 8
_RECENT_KEY = "palette/recent"
_EXACT, _BEGINNING, _WITHIN, _SCATTERED = 4, 3, 2, 1
_MOVES = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 8,
    Qt.Key.Key_PageUp: -8,
}
_MOST_JOBS = 200
_FLIGHT = "flt_"
_WHOLE_ID = 32
"""Characters of an id; one that is shorter is a beginning."""
_HINT = "Enter opens it, Esc goes back. Type flt_ and digits for a flight."


@value
class PaletteEntry:
    """One thing that can be chosen."""

    kind: str
    """What it is, as a word: «Page», «Action», «Job»."""
    words: str
    run: Callable[[], object]
    keys: str = ""
    more: str = ""
    """Looked in as well, and not shown."""

    @property
    def key(self) -> str:
        """By which it is known again."""
        return f"{self.kind}/{self.words}"


def score(query: str, found: PaletteEntry) -> int:
    """How well it fits; 0: not at all. Each word must be there, or its letters in their order."""
    words = found.words.casefold()
    rest = f"{found.kind} {found.more}".casefold()
    total = 0
    for each in query.casefold().split():
        best = _fit(each, words) or (1 if each in rest else 0)
        if not best:
            return 0
        total += best
    return total


def _fit(asked: str, words: str) -> int:
    if words == asked:
        return _EXACT
    if any(part.startswith(asked) for part in words.replace(".", " ").split()):
        return _BEGINNING
    if asked in words:
        return _WITHIN
    letters = iter(words)
    is_within = len(asked) > 1 and all(letter in letters for letter in asked)
    return _SCATTERED if is_within else 0


def sorted_by_fit(
    query: str, found: Iterable[PaletteEntry], recent: Sequence[str]
) -> list[PaletteEntry]:
    """The best first; of equals those that were chosen lately, then in their order."""
    last = {key: len(recent) - at for at, key in enumerate(recent)}
    scored = [(score(query, each) if query.strip() else 1, each) for each in found]
    fitting = [(fit, each) for fit, each in scored if fit]
    fitting.sort(key=lambda pair: (pair[0], last.get(pair[1].key, 0)), reverse=True)
    return [each for _, each in fitting]


class Palette(QDialog):
    """Open it with `open()`. `answer` makes what is not in any list of what was typed."""

    def __init__(
        self,
        theme: Theme,
        found: Sequence[PaletteEntry],
        answer: Callable[[str], Sequence[PaletteEntry]],
        settings: QSettings,
        *,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(said("Go to anything"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._found, self._answer, self._settings = list(found), answer, settings
        self._shown: list[PaletteEntry] = []
        self.field = SearchField(theme, "Go to anything: a page, an action, a job, a setting")
        self.field.installEventFilter(self)
        self.list = _Hits(theme)
        self._words = Label(theme, _HINT, size=TextSize.CAPTION, tone=Tone.MUTED)
        v_box(theme, self.field, (self.list, 1), self._words, on=self, gap=2, margins=(4, 4))
        self.field.textChanged.connect(lambda _: self._show())
        self.field.returnPressed.connect(self._choose)
        self.list.chosen.connect(self._choose)
        room = parent.size()
        self.resize(
            min(theme.space(_WIDTH_UNITS), room.width()),
            min(theme.space(_HEIGHT_UNITS), room.height()),
        )
        self._show()
        self.field.setFocus()

    @property
    def shown(self) -> Sequence[PaletteEntry]:
        """In their order."""
        return self._shown

    def add(self, found: Sequence[PaletteEntry]) -> None:
        """What came later."""
        self._found.extend(found)
        self._show()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list is moved in while one types."""
        if watched is self.field and isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
                self.reject()  # the field itself would only empty itself first
                return True
            step = _MOVES.get(Qt.Key(event.key()))
            if event.type() is QEvent.Type.KeyPress and step is not None:
                self._move(step)
                return True
        return super().eventFilter(watched, event)

    def _move(self, step: int) -> None:
        count = self.list.count()
        if count:
            row = self.list.currentRow() + step
            row = row % count if abs(step) == 1 else min(max(row, 0), count - 1)
            self.list.setCurrentRow(row)

    def _show(self) -> None:
        query = self.field.text()
        recent = self._recent()
        hits = sorted_by_fit(query, self._found, recent)[:_MOST_SHOWN]
        if query.strip():
            hits = [*hits, *self._answer(query.strip())]
        self._shown = hits
        self.list.show_found(hits)
        self.list.setCurrentRow(0)
        self._words.setText(_HINT if hits else "Nothing matches.")

    def _choose(self) -> None:
        row = self.list.currentRow()
        if not 0 <= row < len(self._shown):
            return
        chosen = self._shown[row]
        recent = [chosen.key, *(each for each in self._recent() if each != chosen.key)]
        self._settings.setValue(_RECENT_KEY, recent[:_MOST_RECENT])
        self.accept()
        chosen.run()

    def _recent(self) -> list[str]:
        kept = self._settings.value(_RECENT_KEY, [])
        return [kept] if isinstance(kept, str) else [str(each) for each in kept or ()]  # type: ignore[attr-defined]


_SIDE = Qt.ItemDataRole.UserRole


class _Sided(QStyledItemDelegate):
    """What it is stands at the right."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        painter.save()
        painter.setPen(self._theme.colours.muted)
        painter.setFont(self._theme.font(TextSize.CAPTION))
        area = option.rect.adjusted(0, 0, -self._theme.space(3), 0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, right, str(index.data(_SIDE)))
        painter.restore()


class _Hits(QListWidget):
    """A click or Enter chooses."""

    chosen = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(said("What was found"))
        self.setUniformItemSizes(True)
        self.setItemDelegate(_Sided(theme, self))
        dress_view(self, theme)
        self.itemClicked.connect(lambda _: self.chosen.emit())
        stay_dressed(self, theme, _Hits._wear)

    def show_found(self, found: Sequence[PaletteEntry]) -> None:
        self.clear()
        for each in found:
            side = " · ".join(filter(None, (said(each.kind), each.keys)))
            item = QListWidgetItem(inert_line(each.words, 60))
            item.setData(_SIDE, side)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{each.words}, {side}")
            item.setSizeHint(QSize(0, self.fontMetrics().height() + 2 * self._theme.space(1.5)))
            self.addItem(item)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
            return
        super().keyPressEvent(event)

    def _wear(self) -> None:
        colours, space = self._theme.colours, self._theme.space
        self.setStyleSheet(
            "QListWidget { border: none; outline: none; background: transparent; }"
            f"QListWidget::item {{ color: {colours.text.name()}; border-radius: 6px;"
            f" padding: {space(1)}px {space(2)}px; }}"
            f"QListWidget::item:hover {{ background: {colours.hover.name()}; }}"
            f"QListWidget::item:selected {{ background: {colours.selection.name()};"
            f" color: {colours.text.name()}; }}"
        )


def actions_of(bar: QMenuBar, *, without: frozenset[str] = frozenset()) -> list[PaletteEntry]:
    """Everything that the menus can do now; `without` these words."""
    found: list[PaletteEntry] = []
    for top in bar.actions():
        if isinstance(menu := top.menu(), QMenu):
            found += _of_menu(menu, ())
    return [each for each in found if each.words not in without]


def _of_menu(menu: QMenu, above: tuple[str, ...]) -> list[PaletteEntry]:
    found: list[PaletteEntry] = []
    for action in menu.actions():
        words = plain_words(action)
        if isinstance(below := action.menu(), QMenu):
            found += _of_menu(below, (*above, words))
        elif words and action.isEnabled() and action.isVisible():
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            name = ": ".join((*above, words))
            found.append(PaletteEntry(kind="Action", words=name, run=action.trigger, keys=keys))
    return found


class PaletteDesk(QObject):
    """One for a window."""

    def __init__(self, window: MainWindow, tools: PageTools) -> None:
        super().__init__(window)
        self._window, self._tools = window, tools
        self._container, self._bridge = tools.container, tools.bridge
        window.menus.palette_wanted.connect(self.open)
        tools.links.setting_wanted.connect(self._show_setting)
        window.troubles.setting_wanted.connect(self._show_setting)

    def open(self) -> Palette:
        """What the window has is there at once; what lies on the disk comes a moment later."""
        pages = self._pages()
        titles = frozenset(each.words for each in pages)
        actions = actions_of(self._window.menuBar(), without=titles)
        found = [*pages, *actions, *self._clients()]
        palette = Palette(
            self._tools.theme, found, self._answer, self._tools.settings, parent=self._window
        )
        palette.open()
        self._bridge.fetch(palette, self._read, palette.add)
        return palette

    def _pages(self) -> list[PaletteEntry]:
        show = self._window.show_page
        return [
            PaletteEntry(
                kind="Page",
                words=page.title,
                keys=page.shortcut,
                run=lambda key=page.key: show(key),  # type: ignore[misc]
            )
            for page in self._window.page_facts
        ]

    def _clients(self) -> list[PaletteEntry]:
        standings, _ = self._container.client_desk.standings()
        return [
            PaletteEntry(
                kind="Client",
                words=inert_line(each.name or each.client_id, 80),
                run=lambda key=each.client_id: self._window.show_client(key),  # type: ignore[misc]
            )
            for each in standings
        ]

    def _read(self) -> list[PaletteEntry]:
        """In the worker."""
        settings = [
            PaletteEntry(
                kind="Setting",
                words=each.name,
                more=each.setting.plain_words,
                run=lambda name=each.name: self._show_setting(name),  # type: ignore[misc]
            )
            for each in self._container.settings_book.plain()
        ]
        return [*self._jobs(), *settings]

    def _jobs(self) -> list[PaletteEntry]:
        jobs = self._container.jobs.recent()[:_MOST_JOBS]
        return [
            PaletteEntry(
                kind=f"{each.cli} job",
                words=title_of(each),
                more=each.id,
                run=lambda key=each.id: self._tools.links.job_wanted.emit(key),  # type: ignore[misc]
            )
            for each in jobs
        ]

    def _show_setting(self, name: str) -> None:
        self._window.show_page("settings")
        page = self._window.page("settings")
        if isinstance(page, ShowsSettings):
            page.show_setting(name)

    def _answer(self, query: str) -> Sequence[PaletteEntry]:
        """Where nothing has that name, flights may."""
        window = self._window
        if query.startswith(_FLIGHT) and " " not in query:
            is_whole = len(query) >= _WHOLE_ID
            run = (
                (lambda: window.open_flight(query))
                if is_whole
                else (lambda: window.show_flights(f"id:{query}*"))
            )
            words = said(f"Open flight {query}" if is_whole else f"Flights that begin with {query}")
            return (PaletteEntry(kind="Flight", words=words, run=run),)
        words = said(f"Filter flights by “{query}”")
        return (PaletteEntry(kind="Flights", words=words, run=lambda: window.show_flights(query)),)
