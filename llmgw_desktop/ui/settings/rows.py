"""The parts of the page Settings: its groups, what heads a table, and the rows: a setting of the
file, one that is kept elsewhere, and tables that have a page of their own, or stand in the file."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from llmgw_desktop.app.settings.told import ToldSetting, ToldTables
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.setting import FIRST_VERSION, Setting
from llmgw_desktop.domain.settings.whole import SettingGroup
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.settings.schema import TableFacts
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card, card_head
from llmgw_desktop.ui.widgets.fields import SettingControl, TextLine
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone, tip
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.toggles import Switch
from llmgw_desktop.ui.widgets.view_clothes import dress_view, stay_dressed
from llmgw_desktop.ui.widgets.words import said

_CONTROL_UNITS = 46
_GROUPS_UNITS = 44
_MARGINS = (4, 3, 3.5, 3)
OF_PAGES = {
    "providers": "providers",
    "clis": "providers",
    "routes": "routes",
    "aliases": "routes",
    "clients": "clients",
    "workspaces": "access",
}
"""Which page changes them, by the first step of their path; of others the file."""


@value
class OwnSetting:
    """One that is not kept in the file: the system keeps it, or the window does."""

    name: str
    setting: Setting
    shown: str
    shown_default: str
    kept: str
    """Where, as a sentence."""
    problem: str = ""
    """Why it cannot be changed here, as a sentence."""


class _Row(Card):
    """`wanted` brings what was typed or chosen, None for the default."""

    wanted = Signal(object)

    def __init__(self, theme: Theme, name: FlowingLabel, setting: Setting) -> None:
        super().__init__(theme)
        self._said_by = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.ACCENT)
        self._said_by.hide()
        words = FlowingLabel(theme, setting.plain_words)
        self._note = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self.control = SettingControl(theme, setting.kind, name.text())
        self.reset = Button(theme, "Reset", kind=ButtonKind.QUIET, name=f"Reset {name.text()}")
        self.reset.setMinimumHeight(self.reset.sizeHint().height())  # a row is measured before it
        if not isinstance(self.control.stop, Switch):
            self.control.setFixedWidth(theme.space(_CONTROL_UNITS))
        facts = (words, self._note, self._said_by)
        head = card_head(theme, (name,), facts=facts, acts=(self.reset, self.control))
        v_box(theme, head, on=self, margins=_MARGINS)
        self.control.stop.setAccessibleDescription(said(setting.plain_words))
        self.reset.clicked.connect(lambda: self.wanted.emit(None))

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """What the Tab key comes to."""
        return (self.control.stop, self.reset)

    @property
    def note(self) -> str:
        return self._note.text()

    @property
    def said_by(self) -> str:
        return "" if self._said_by.isHidden() else self._said_by.text()

    def _show_wrong(self, wrong: str, note: str) -> None:
        self._note.setText(wrong or f"{note[0].upper()}{note[1:]}")
        self._note.set_tone(Tone.ERROR if wrong else Tone.MUTED)
        self.control.set_wrong(is_wrong=bool(wrong))


class SettingRow(_Row):
    """One setting of the file."""

    def __init__(
        self, theme: Theme, told: ToldSetting, check: Callable[[ToldSetting, str], object]
    ) -> None:
        """`check` raises ConfigError for what cannot be taken."""
        name = FlowingLabel(theme, told.name, is_verbatim=True)
        name.setFont(theme.mono_font())
        super().__init__(theme, name, told.setting)
        self.told = told
        self._check = check
        self.control.edited.connect(self._look_at)
        self.control.wanted.connect(self._want)

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
        self._show_wrong(wrong, note)


class OwnRow(_Row):
    """One that is kept elsewhere."""

    def __init__(self, theme: Theme, own: OwnSetting) -> None:
        super().__init__(theme, FlowingLabel(theme, own.name), own.setting)
        self.told = own
        self.control.wanted.connect(lambda text: self.wanted.emit(text))

    def show_told(self, own: OwnSetting) -> None:
        self.told = own
        self.control.show_value(own.shown)
        self.control.setEnabled(not own.problem)
        is_changed = own.shown != own.shown_default
        self._said_by.setText("Changed.")
        self._said_by.setVisible(is_changed)
        self.reset.setVisible(is_changed and not own.problem)
        self._show_wrong(own.problem, f"default {_plain(own.shown_default)} · {own.kept}")

    def refuse(self, error: Exception) -> None:
        """It is as it was."""
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        self.show_told(self.told)
        self._show_wrong(f"It cannot be changed: {why}.", "")


def _plain(shown: str) -> str:
    return {"true": "on", "false": "off"}.get(shown, shown)


class TablesRow(Card):
    """`wanted` is somebody who would see or change them."""

    wanted = Signal(object)

    def __init__(self, theme: Theme, told: ToldTables) -> None:
        super().__init__(theme)
        self.told = told
        name = FlowingLabel(theme, told.name, is_verbatim=True)
        name.setFont(theme.mono_font())
        self._count = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._page = OF_PAGES.get(told.table.path[0], "")
        where = f"Open {self._page.capitalize()}" if self._page else "Open the file"
        self.opener = Button(theme, where, name=f"{where}, {told.name}")
        facts = (FlowingLabel(theme, told.table.words), self._count)
        head = card_head(theme, (name,), facts=facts, acts=(self.opener,))
        v_box(theme, head, on=self, margins=_MARGINS)
        self.opener.clicked.connect(lambda: self.wanted.emit(self._page))

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """What the Tab key comes to."""
        return (self.opener,)

    def show_told(self, told: ToldTables) -> None:
        self.told = told
        entries = counted(told.count, "entry", "entries") if told.count else "none"
        self._count.setText(f"{entries[:1].upper()}{entries[1:]} in the file.")


AnyRow = SettingRow | OwnRow | TablesRow
Shown = ToldSetting | OwnSetting | ToldTables
"""What a row may be of."""


class GroupList(QListWidget):
    """Beside each group how many of its settings somebody has changed."""

    chosen = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(said("Groups of settings"))
        self.setFixedWidth(theme.space(_GROUPS_UNITS))
        dress_view(self, theme)
        self.setFont(theme.font())
        for group in SettingGroup:
            item = QListWidgetItem(said(group.value))
            item.setToolTip(tip(group.words))
            self.addItem(item)
        self.setCurrentRow(0)
        stay_dressed(self, theme, GroupList._wear)
        self.itemClicked.connect(lambda _: self.chosen.emit())
        self.currentItemChanged.connect(lambda *_: self.chosen.emit())

    @property
    def group(self) -> SettingGroup:
        return list(SettingGroup)[max(self.currentRow(), 0)]

    def choose(self, group: SettingGroup) -> None:
        """As if it was clicked."""
        self.setCurrentRow(list(SettingGroup).index(group))

    def show_counts(self, changed: Mapping[SettingGroup, int]) -> None:
        for at, group in enumerate(SettingGroup):
            count = changed.get(group, 0)
            item = self.item(at)
            item.setText(f"{said(group.value)}  · {count}" if count else said(group.value))
            words = said(f"{group.value}, {count} changed" if count else group.value)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)

    def mark(self, *, is_shown: bool) -> None:
        """Whether the chosen group is what stands beside."""
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


class TableHead(QWidget):
    """Over the first row of a table; as tall as its words need."""

    def __init__(self, theme: Theme, table: TableFacts) -> None:
        super().__init__()
        name = Label(theme, table.title, weight=QFont.Weight.DemiBold)
        font = theme.mono_font()
        font.setWeight(QFont.Weight.DemiBold)
        name.setFont(font)
        words = table.words.replace("`", "")
        v_box(
            theme,
            name,
            FlowingLabel(theme, words, tone=Tone.MUTED),
            on=self,
            gap=0.5,
            margins=(0, 2.5, 0, 0.5),
        )
