"""Settings: what is set in groups, to be found, read, changed and put back.

Names, groups, words, bounds and defaults come from `app/settings/told`, which has them from the
description of the file; nothing here knows one of them. What is not kept in the file is `own.py`'s.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from time import perf_counter

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.app.gateway.autostart import AutostartState
from llmgw_desktop.app.settings.told import SettingsBook, ToldSetting, ToldTables
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.events import Event, SettingsChanged
from llmgw_desktop.domain.settings.whole import SettingGroup
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.settings.own import OwnSettings
from llmgw_desktop.ui.settings.rows import (
    AnyRow,
    GroupList,
    OwnRow,
    OwnSetting,
    SettingRow,
    Shown,
    TableHead,
    TablesRow,
)
from llmgw_desktop.ui.settings_changes import SettingsChanger
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, add_key
from llmgw_desktop.ui.widgets.fields import SearchField
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.panes import Scrolled
from llmgw_desktop.ui.widgets.toggles import Segmented

_TURN_S = 0.002
"""So long rows are made or shown before the loop has its turn."""
AT_ONCE = 3
"""So many rows more are laid out and painted in one turn."""
_MOST = 25
"""More rows are laid out in no short turn; who has so many hits types more."""
_ROWS_UNITS = 80
"""So wide a row has room for its words over its control, also in large text."""
_ALL, _CHANGED = "all", "changed"
_Read = tuple[Sequence[ToldSetting], Sequence[ToldTables], AutostartState]


class SettingsPage(QWidget, MadeInSteps):
    """Groups at the left, the settings of one of them or those that were looked for beside."""

    file_wanted = Signal()
    page_wanted = Signal(str)
    """By its key: what is changed there."""

    def __init__(
        self,
        book: SettingsBook,
        own: OwnSettings,
        changer: SettingsChanger,
        bridge: Bridge,
        *,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._book, self._own, self._changer = book, own, changer
        self._bridge, self._theme = bridge, theme
        own.setParent(self)
        self._told: dict[str, ToldSetting] = {}
        self._tables: tuple[ToldTables, ...] = ()
        self.rows: dict[str, AnyRow] = {}
        """Those that were made, by name; the ones in sight are in `shown`."""
        self.shown: list[AnyRow] = []
        self._heads: dict[str, TableHead] = {}
        """Of tables, by their title."""
        self._coming: deque[Shown] = deque()
        self._ready: deque[AnyRow] = deque()
        self._is_clear = False
        """Of the rows of before."""
        self._begin(self._made())

    def _made(self) -> Iterator[None]:
        theme = self._theme
        self.search = SearchField(theme, "Search by name or meaning")
        choices = [(_ALL, "All"), (_CHANGED, "Changed")]
        self.which = Segmented(theme, choices, name="Which settings are shown")
        self._file = Button(theme, "Open the file", icon="edit")
        put_tip(self._file, tip(f"{self._own.file} is yours: comments and order stay as they are."))
        yield
        self.groups = GroupList(theme)
        self._words = FlowingLabel(theme, tone=Tone.MUTED)
        yield
        self._content = QWidget()
        self._column = v_box(theme, self._words, on=self._content, gap=2, margins=(1, 1, 6, 6))
        self._column.addStretch(1)
        self._lay_out()
        yield
        self._turn = QTimer(self, singleShot=True)
        self._turn.timeout.connect(self._go_on)
        self._bridge.events.connect(self._on_events)
        self._changer.settled.connect(self._read_if_seen)
        self._own.changed.connect(self._read_if_seen)
        self.search.textChanged.connect(lambda _: self._show_wanted())
        self.which.chosen.connect(lambda _: self._show_wanted())
        self.groups.chosen.connect(self._choose_group)
        self._file.clicked.connect(self.file_wanted)
        add_key(self, "Search settings", ("Ctrl+F",), self._find)

    def show_setting(self, words: str) -> None:
        """Looked for, as if it was typed."""
        self.which.choose(_ALL)
        self.search.setText(words)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._read()

    def _find(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _on_events(self, events: tuple[Event, ...]) -> None:
        if any(isinstance(event, SettingsChanged) for event in events):
            self._read_if_seen()

    def _read_if_seen(self) -> None:
        if self.isVisible():
            self._read()

    def _read(self) -> None:
        book, own = self._book, self._own
        self._bridge.fetch(self, lambda: (book.plain(), book.several(), own.read()), self._take)

    def _take(self, read: _Read) -> None:
        told, self._tables, autostart = read[0], tuple(read[1]), read[2]
        self._own.take(autostart)
        names = list(self._told)
        self._told = {each.name: each for each in told}
        every = {each.name: each for group in SettingGroup for each in self._of_group(group)}
        self._count(every.values())
        if names != list(self._told):
            self._show_wanted()
            return
        for row in self.shown:
            if (now := every.get(row.told.name)) is not None:
                _show(row, now)
        if not self.is_whole or self.which.key == _CHANGED:
            self._show_wanted()

    def _count(self, every: Iterable[Shown]) -> None:
        self.groups.show_counts(Counter(self._group_of(each) for each in every if _is_set(each)))

    def _group_of(self, shown: Shown) -> SettingGroup:
        if not isinstance(shown, OwnSetting):
            return shown.table.group
        return next(each for each in SettingGroup if shown in self._own.of_group(each))

    def _of_group(self, group: SettingGroup) -> list[Shown]:
        return [
            *self._own.of_group(group),
            *(each for each in self._told.values() if each.table.group is group),
            *(each for each in self._tables if each.table.group is group),
        ]

    def _choose_group(self) -> None:
        self.search.clear()
        self.which.choose(_ALL)
        self._show_wanted()

    @property
    def _is_group(self) -> bool:
        """Nothing is looked for."""
        return not self.search.text().strip() and self.which.key == _ALL

    def _wanted(self) -> list[Shown]:
        if self._is_group:
            return self._of_group(self.groups.group)
        words = self.search.text().casefold().split()
        found = [each for group in SettingGroup for each in self._of_group(group)]
        if self.which.key == _CHANGED:
            found = [each for each in found if _is_set(each)]
        return [each for each in found if all(word in _all_words(each) for word in words)]

    def _show_wanted(self) -> None:
        wanted = self._wanted()
        self.groups.mark(is_shown=self._is_group)
        none = (
            "Nothing matches." if self.search.text().strip() else "Every setting has its default."
        )
        words = counted(len(wanted), "setting") if wanted else none
        if self._is_group:
            words = self.groups.group.words
        elif len(wanted) > _MOST:
            words = f"The first {_MOST} of {words}. Type more to find others."
            wanted = wanted[:_MOST]
        self._words.setText(words)
        self._coming, self._ready, self._is_clear = deque(wanted), deque(), False
        self._go_on()

    @property
    def words(self) -> str:
        """Above the rows."""
        return self._words.text()

    @property
    def is_whole(self) -> bool:
        """All that is wanted is shown."""
        return bool(self._told) and not self._coming and not self._ready

    def _go_on(self) -> None:
        """Makes some rows, then has the loop take its turn; those of before stay in sight until all
        are there. Nothing for a page that nobody sees."""
        if not self.isVisible():
            return
        margins = self._column.contentsMargins()
        width = self._content.width() - margins.left() - margins.right()
        began_s = perf_counter()
        while self._coming and perf_counter() - began_s < _TURN_S:
            told = self._coming.popleft()
            row = self.rows.get(told.name) or self._row(told)
            _show(row, told)
            row.heightForWidth(width)  # measured now, and remembered for the turn that lays all out
            self._ready.append(row)
        if not self._coming:
            self._show_some()
        if self._coming or self._ready:
            self._turn.start(0)

    def _clear(self) -> None:
        """Those of before go; what will be in sight at once stays so."""
        first = set(list(self._ready)[:AT_ONCE])
        for row in self.shown:
            self._column.removeWidget(row)
            row.setVisible(row in first)
        for head in self._heads.values():
            self._column.removeWidget(head)
            head.hide()
        self.shown, self._is_clear = [], True

    def _show_some(self) -> None:
        if not self._is_clear:
            self._clear()
        for _ in range(min(AT_ONCE, len(self._ready))):
            row = self._ready.popleft()
            self._show_head(row.told)
            self._column.insertWidget(self._column.count() - 1, row)
            row.show()
            self.shown.append(row)
        if not self._ready:
            self._order_stops()

    def _show_head(self, told: Shown) -> None:
        """Before the first row of a table of the group that is shown."""
        if not self._is_group or not isinstance(told, ToldSetting):
            return
        title = told.table.title
        if self.shown and getattr(self.shown[-1].told, "table", None) == told.table:
            return
        head = self._heads.get(title)
        if head is None:
            head = self._heads[title] = TableHead(self._theme, told.table)
            head.setParent(self._content)
        self._column.insertWidget(self._column.count() - 1, head)
        head.show()

    def _row(self, told: Shown) -> AnyRow:
        row: AnyRow
        if isinstance(told, ToldSetting):
            row = self._setting_row(told)
        elif isinstance(told, OwnSetting):
            row = self._own_row(told)
        else:
            row = TablesRow(self._theme, told)
            row.wanted.connect(self._open)
        row.setParent(self._content)
        self.rows[told.name] = row
        return row

    def _setting_row(self, told: ToldSetting) -> SettingRow:
        def make(text: str | None) -> None:
            told = row.told
            self._changer.make(lambda: self._book.wish(told, text), refused=row.refuse)

        row = SettingRow(self._theme, told, self._book.typed)
        row.wanted.connect(make)
        return row

    def _own_row(self, own: OwnSetting) -> OwnRow:
        def make(text: str | None) -> None:
            work = self._own.change(row.told, text)
            if work is not None:
                self._bridge.fetch(self, work, lambda _: self._read(), row.refuse)

        row = OwnRow(self._theme, own)
        row.wanted.connect(make)
        return row

    def _open(self, page: str) -> None:
        if page:
            self.page_wanted.emit(page)
        else:
            self.file_wanted.emit()

    def _order_stops(self) -> None:
        rows = [stop for row in self.shown for stop in row.stops]
        for before, after in pairwise([self.search, self.which, self._file, self.groups, *rows]):
            QWidget.setTabOrder(before, after)

    def _lay_out(self) -> None:
        theme = self._theme
        self.search.setMaximumWidth(theme.space(90))
        bar = h_box(theme, (self.search, 1), self.which, None, self._file, gap=2)
        bar.setContentsMargins(*(theme.space(side) for side in (6, 4, 6, 3)))
        rows = _Scroll(theme, self._content)
        rows.setMinimumWidth(theme.space(_ROWS_UNITS))
        below = h_box(theme, self.groups, (rows, 1), gap=2, margins=(5, 0, 0, 0))
        v_box(theme, bar, (below, 1), on=self, gap=0, margins=0)


class _Scroll(Scrolled):
    """Has its content measured again once a bar has taken some of the width: texts wrap anew."""

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (content := self.widget()) is not None:
            content.updateGeometry()


def _show(row: AnyRow, told: Shown) -> None:
    row.show_told(told)  # type: ignore[arg-type]  # rows are kept by name, and so are of one kind


def _is_set(shown: Shown) -> bool:
    if isinstance(shown, ToldSetting):
        return shown.said_by != "default"
    return isinstance(shown, OwnSetting) and shown.shown != shown.shown_default


def _all_words(shown: Shown) -> str:
    if isinstance(shown, ToldTables):
        return f"{shown.name} {shown.table.words} {shown.table.group}".casefold()
    setting = shown.setting
    return " ".join((shown.name, setting.words, setting.kind.expected, *setting.env)).casefold()
