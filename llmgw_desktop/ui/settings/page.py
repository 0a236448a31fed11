"""Settings: every setting of tables that are there once, to be found, read, changed and put back.

Names, words, bounds and defaults come from `app/settings/told`, which has them from the description
of the file; nothing here knows one of them.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from time import perf_counter

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget
from typing_extensions import override

from llmgw_desktop.app.settings.told import SettingsBook, ToldSetting
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.events import Event, SettingsChanged
from llmgw_desktop.domain.setting import FIRST_VERSION
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.settings_changes import SettingsChanger
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card, card_head
from llmgw_desktop.ui.widgets.fields import SearchField, SettingControl, TextLine
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.panes import Scrolled
from llmgw_desktop.ui.widgets.toggles import Segmented, Switch
from llmgw_desktop.ui.widgets.view_clothes import dress_view

_CONTROL_UNITS = 46
_TABLES_UNITS = 40
_TURN_S = 0.002
"""So long rows are made or shown before the loop has its turn."""
AT_ONCE = 3
"""So many rows more are laid out and painted in one turn."""
_MOST = 25
"""More rows are laid out in no short turn; who has so many hits types more."""
_ALL, _CHANGED = "all", "changed"


class SettingRow(Card):
    """One setting. `wanted` brings what was typed, None for the default."""

    wanted = Signal(object)

    def __init__(
        self, theme: Theme, told: ToldSetting, check: Callable[[ToldSetting, str], object]
    ) -> None:
        """`check` raises ConfigError for what cannot be taken."""
        super().__init__(theme)
        self.told = told
        self._check = check
        name = FlowingLabel(theme, told.name)
        name.setFont(theme.mono_font())
        self._said_by = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.ACCENT)
        self._said_by.hide()
        words = FlowingLabel(theme, told.setting.plain_words)
        self._note = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self.control = SettingControl(theme, told.setting.kind, told.name)
        self.reset = Button(theme, "Reset", kind=ButtonKind.QUIET, name=f"Reset {told.name}")
        if not isinstance(self.control.stop, Switch):
            self.control.setFixedWidth(theme.space(_CONTROL_UNITS))
        facts = (words, self._note, self._said_by)
        head = card_head(theme, (name,), facts=facts, acts=(self.reset, self.control))
        v_box(theme, head, on=self, margins=(4, 3, 3.5, 3))
        self.control.stop.setAccessibleDescription(told.setting.words)
        self.control.edited.connect(self._look_at)
        self.control.wanted.connect(self._want)
        self.reset.clicked.connect(lambda: self.wanted.emit(None))

    @property
    def note(self) -> str:
        return self._note.text()

    @property
    def said_by(self) -> str:
        return "" if self._said_by.isHidden() else self._said_by.text()

    def show_told(self, told: ToldSetting) -> None:
        self.told = told
        self.control.show_value(told.shown)
        self.control.setEnabled(not told.is_of_environment)
        is_default = told.said_by == "default"
        by = (
            "Set in the file."
            if told.said_by == "file"
            else f"{told.said_by} is set, and wins over the file."
        )
        self._said_by.setText(by)
        self._said_by.setVisible(not is_default)
        self.reset.setVisible(told.is_in_file)
        self._tell("")

    def refuse(self, error: Exception) -> None:
        """Nothing was written."""
        message = error.message if isinstance(error, ConfigError) else str(error)
        self._tell(f"{message[:1].upper()}{message[1:]}.")

    def _look_at(self, text: str) -> bool:
        try:
            self._check(self.told, text)
        except ConfigError as error:
            self.refuse(error)
            return False
        self._tell("")
        return True

    def _want(self, text: str) -> None:
        if not text and not self.told.shown_default:
            self.wanted.emit(None)
        elif self._look_at(text):
            self.wanted.emit(text)

    def _tell(self, wrong: str) -> None:
        setting, default = self.told.setting, self.told.shown_default
        is_typed = isinstance(self.control.stop, TextLine)
        note = " · ".join(
            part
            for part in (
                setting.kind.expected if is_typed else "",
                setting.kind.typed_as[:1].lower() + setting.kind.typed_as[1:].rstrip("."),
                f"default {default}" if default else "none by default",
                f"{' or '.join(setting.env)} in the environment" if setting.env else "",
                f"since {setting.since}" if setting.since != FIRST_VERSION else "",
            )
            if part
        )
        self._note.setText(wrong or f"{note[0].upper()}{note[1:]}")
        self._note.set_tone(Tone.ERROR if wrong else Tone.MUTED)
        self.control.set_wrong(is_wrong=bool(wrong))


class SettingsPage(QWidget, MadeInSteps):
    """Tables at the left, the settings of one of them or those that were looked for beside."""

    file_wanted = Signal()

    def __init__(
        self,
        book: SettingsBook,
        changer: SettingsChanger,
        bridge: Bridge,
        theme: Theme,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._book, self._changer, self._bridge, self._theme = book, changer, bridge, theme
        self._told: dict[str, ToldSetting] = {}
        self.rows: dict[str, SettingRow] = {}
        """Those that were made, by name; the ones in sight are in `shown`."""
        self.shown: list[SettingRow] = []
        self._coming: deque[ToldSetting] = deque()
        self._ready: deque[SettingRow] = deque()
        self._is_clear = False
        """Of the rows of before."""
        self._begin(self._made())

    def _made(self) -> Iterator[None]:
        theme = self._theme
        self.search = SearchField(theme, "Search by name or meaning")
        choices = [(_ALL, "All"), (_CHANGED, "Changed")]
        self.which = Segmented(theme, choices, name="Which settings are shown")
        self._file = Button(theme, "Open the file", icon="edit")
        yield
        self.tables = _Tables(theme)
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
        self.search.textChanged.connect(lambda _: self._show_wanted())
        self.which.chosen.connect(lambda _: self._show_wanted())
        self.tables.chosen.connect(self._choose_table)
        self._file.clicked.connect(self.file_wanted)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._read()

    def _on_events(self, events: tuple[Event, ...]) -> None:
        if any(isinstance(event, SettingsChanged) for event in events):
            self._read_if_seen()

    def _read_if_seen(self) -> None:
        if self.isVisible():
            self._read()

    def _read(self) -> None:
        self._bridge.fetch(self, self._book.plain, self._take)

    def _take(self, told: Sequence[ToldSetting]) -> None:
        names = list(self._told)
        self._told = {each.name: each for each in told}
        self.tables.show_tables(told)
        if names != list(self._told):
            self._show_wanted()
            return
        for row in self.shown:
            row.show_told(self._told[row.told.name])
        if not self.is_whole or self.which.key == _CHANGED:
            self._show_wanted()

    def _choose_table(self) -> None:
        self.search.clear()
        self.which.choose(_ALL)
        self._show_wanted()

    def _wanted(self) -> list[ToldSetting]:
        words = self.search.text().casefold().split()
        found = list(self._told.values())
        if self.which.key == _CHANGED:
            found = [each for each in found if each.said_by != "default"]
        elif not words:
            found = [each for each in found if _table_of(each) == self.tables.key]
        return [each for each in found if all(word in _all_words(each) for word in words)]

    def _show_wanted(self) -> None:
        wanted = self._wanted()
        is_table = not self.search.text().strip() and self.which.key == _ALL
        self.tables.mark(is_shown=is_table)
        what = "setting" if len(wanted) == 1 else "settings"
        none = (
            "Nothing matches." if self.search.text().strip() else "Every setting has its default."
        )
        count = f"{len(wanted)} {what}" if wanted else none
        if len(wanted) > _MOST:
            count = f"The first {_MOST} of {count}. Type more to find others."
            wanted = wanted[:_MOST]
        self._words.setText(wanted[0].table.words if is_table and wanted else count)
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
            row.show_told(told)
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
        self.shown, self._is_clear = [], True

    def _show_some(self) -> None:
        if not self._is_clear:
            self._clear()
        for _ in range(min(AT_ONCE, len(self._ready))):
            row = self._ready.popleft()
            self._column.insertWidget(self._column.count() - 1, row)
            row.show()
            self.shown.append(row)
        if not self._ready:
            self._order_stops()

    def _row(self, told: ToldSetting) -> SettingRow:
        row = SettingRow(self._theme, told, self._book.typed)
        row.setParent(self._content)
        row.wanted.connect(lambda text: self._make(row, text))
        self.rows[told.name] = row
        return row

    def _make(self, row: SettingRow, text: str | None) -> None:
        told = row.told
        self._changer.make(lambda: self._book.wish(told, text), refused=row.refuse)

    def _order_stops(self) -> None:
        rows = [stop for row in self.shown for stop in (row.control.stop, row.reset)]
        for before, after in pairwise([self.search, self.which, self._file, self.tables, *rows]):
            QWidget.setTabOrder(before, after)

    def _lay_out(self) -> None:
        theme = self._theme
        self.search.setMaximumWidth(theme.space(90))
        bar = h_box(theme, (self.search, 1), self.which, None, self._file, gap=2)
        bar.setContentsMargins(*(theme.space(side) for side in (6, 4, 6, 3)))
        below = h_box(
            theme, self.tables, (_Scroll(theme, self._content), 1), gap=2, margins=(5, 0, 0, 0)
        )
        v_box(theme, bar, (below, 1), on=self, gap=0, margins=0)


class _Scroll(Scrolled):
    """Has its content measured again once a bar has taken some of the width: texts wrap anew."""

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (content := self.widget()) is not None:
            content.updateGeometry()


class _Tables(QListWidget):
    """The tables of the file; beside each how many of its settings somebody has set."""

    chosen = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName("Tables of the settings file")
        self.setFixedWidth(theme.space(_TABLES_UNITS))
        dress_view(self, theme)
        self.setFont(theme.mono_font())
        self._wear()
        theme.changed.connect(self._wear)
        self.itemClicked.connect(lambda _: self.chosen.emit())
        self.currentItemChanged.connect(lambda *_: self.chosen.emit())

    @property
    def key(self) -> str:
        item = self.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""

    def show_tables(self, told: Sequence[ToldSetting]) -> None:
        self.blockSignals(True)
        names = list(dict.fromkeys(_table_of(each) for each in told))
        if self.count() != len(names):
            self.clear()
            for name in names:
                self.addItem(QListWidgetItem(name))
            self.setCurrentRow(0)
        for at, name in enumerate(names):
            own = [each for each in told if _table_of(each) == name]
            changed = sum(each.said_by != "default" for each in own)
            self.item(at).setText(f"{name}  · {changed}" if changed else name)
            self.item(at).setData(Qt.ItemDataRole.UserRole, name)
            self.item(at).setToolTip(tip(own[0].table.words))
        self.blockSignals(False)

    def mark(self, *, is_shown: bool) -> None:
        """Whether the chosen table is what stands beside."""
        item = self.currentItem()
        if item is not None:
            item.setSelected(is_shown)

    def _wear(self) -> None:
        colours, space = self._theme.colours, self._theme.space
        self.viewport().setAutoFillBackground(False)
        self.setStyleSheet(
            "QListWidget { background: transparent; border: none; outline: none; }"
            f"QListWidget::item {{ color: {colours.text.name()}; border-radius: 6px;"
            f" padding: {space(1.5)}px {space(2)}px; }}"
            f"QListWidget::item:hover {{ background: {colours.hover.name()}; }}"
            f"QListWidget::item:selected {{ background: {colours.selection.name()};"
            f" color: {colours.text.name()}; }}"
            f"QListWidget::item:focus {{ border: 1px solid {colours.accent.name()}; }}"
        )


def _table_of(told: ToldSetting) -> str:
    return ".".join(told.table.path)


def _all_words(told: ToldSetting) -> str:
    setting = told.setting
    return " ".join((told.name, setting.words, setting.kind.expected, *setting.env)).casefold()
