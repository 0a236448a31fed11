"""What a person types or chooses: text, a search, one of a list, the value of a setting."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFont, QKeyEvent, QPainter, QPaintEvent, QTextOption
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.domain.setting import Kind, Unfit, WholeNumber, YesNo
from llmgw_desktop.store.settings.schema import TableFacts
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone, plain_tip, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.toggles import Switch
from llmgw_desktop.ui.widgets.view_clothes import dress_view, stay_dressed, wear
from llmgw_desktop.ui.widgets.words import said


class Field(QWidget):
    """Any control under its label; the label is also the control's name for a screen reader."""

    def __init__(self, theme: Theme, label: str, control: QWidget, hint: str = "") -> None:
        super().__init__()
        self._control = control
        self._hint = hint
        self._label = Label(theme, label, weight=QFont.Weight.Medium)
        self._label.setBuddy(control)
        self._note = FlowingLabel(theme, hint, size=TextSize.CAPTION, tone=Tone.MUTED)
        if not control.accessibleName():
            control.setAccessibleName(said(label))
        v_box(theme, self._label, control, self._note, on=self, gap=1, margins=0)
        self._note.setVisible(bool(hint))

    @property
    def note(self) -> str:
        return self._note.text() if not self._note.isHidden() else ""

    def set_hint(self, hint: str) -> None:
        self._hint = hint
        self.set_wrong("")

    def set_wrong(self, why: str) -> None:
        """Empty takes the mark away."""
        self._note.setText(why or self._hint)
        self._note.set_tone(Tone.ERROR if why else Tone.MUTED)
        self._note.setVisible(bool(why or self._hint))
        words = [said(why or self._hint)]
        if isinstance(self._control, ChoiceBox):  # its name is what is chosen, on Linux
            words.insert(0, self._control.accessibleName())
        self._control.setAccessibleDescription(". ".join(filter(None, words)))
        put_tip(self._control, self._control.toolTip())
        if isinstance(self._control, TextLine):
            self._control.set_wrong(bool(why))


class TextLine(QLineEdit):
    """Dressed as the search field is."""

    def __init__(self, theme: Theme, placeholder: str = "", name: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._is_wrong = False
        self.setPlaceholderText(said(placeholder))
        self.setAccessibleName(said(name))
        stay_dressed(self, theme, TextLine._wear)

    def set_wrong(self, is_wrong: bool) -> None:
        if is_wrong != self._is_wrong:
            self._is_wrong = is_wrong
            self._wear()

    def _wear(self) -> None:
        space = self._theme.space
        padding = f"padding: {space(1.25)}px {space(2)}px;"
        self.setStyleSheet(field_sheet(self._theme, "TextLine", padding, is_wrong=self._is_wrong))


class TextLines(QPlainTextEdit):
    """Several lines of code; Tab goes on to the next control."""

    def __init__(self, theme: Theme, text: str = "", *, name: str) -> None:
        super().__init__(text)
        self._theme = theme
        self.setFont(theme.mono_font())
        self.setTabChangesFocus(True)
        self.setAccessibleName(said(name))
        dress_view(self, theme)
        self.document().setDocumentMargin(theme.space(1.5))
        wear(self, theme, lambda theme: field_sheet(theme, "TextLines"))


class PromptField(QPlainTextEdit):
    """As tall as its text, within bounds; Tab goes on to the next control."""

    sent = Signal()
    left = Signal()
    """Esc."""

    def __init__(self, theme: Theme, hint: str, name: str, *, least: int, most: int) -> None:
        super().__init__()
        self._theme = theme
        self._least, self._most = least, most
        self.setPlaceholderText(said(hint))
        self.setAccessibleName(said(name))
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        dress_view(self, theme)
        self.document().setDocumentMargin(theme.space(1.5))
        self.document().documentLayout().documentSizeChanged.connect(self.updateGeometry)
        wear(self, theme, lambda theme: field_sheet(theme, "PromptField"))

    @property
    def text(self) -> str:
        return self.toPlainText()

    @override
    def sizeHint(self) -> QSize:
        lines = round(self.document().size().height())
        lines = min(max(lines, self._least), self._most)
        height = lines * self.fontMetrics().lineSpacing() + 2 * self._theme.space(1.5) + 4
        return QSize(self._theme.space(60), height)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.space(30), self.sizeHint().height())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers().value & Qt.KeyboardModifier.ControlModifier.value:
            self.sent.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def field_sheet(theme: Theme, kind: str, more: str = "", *, is_wrong: bool = False) -> str:
    """Of a field of this class of ours; `more` is said of it, too."""
    colours = theme.colours
    edge = colours.error if is_wrong else colours.outline
    focus = colours.error if is_wrong else colours.accent
    return (
        f"{kind} {{ background: {colours.surface.name()}; color: {colours.text.name()};"
        f" border: 1px solid {edge.name()}; border-radius: 6px; {more}"
        f" selection-background-color: {colours.selection.name()};"
        f" selection-color: {colours.text.name()};"
        f" placeholder-text-color: {colours.muted.name()}; }}"
        f"{kind}:focus {{ border: 1px solid {focus.name()}; }}"
        f"{kind}:disabled {{ background: {colours.alternate.name()};"
        f" color: {colours.muted.name()}; border: 1px solid {colours.border.name()}; }}"
    )


class SearchField(QLineEdit):
    """`hint` stands in it while it is empty and is its name for a screen reader."""

    def __init__(self, theme: Theme, hint: str) -> None:
        super().__init__()
        self._theme = theme
        self.setPlaceholderText(said(hint))
        self.setAccessibleName(said(hint))
        self.setClearButtonEnabled(True)
        self._lens = QAction(self)
        self.addAction(self._lens, QLineEdit.ActionPosition.LeadingPosition)
        self._lens.triggered.connect(self.selectAll)
        for button in self.findChildren(QToolButton):  # Qt makes them, without a name
            is_lens = self._lens in button.actions()
            button.setAccessibleName(said("Select what was typed" if is_lens else "Clear"))
        stay_dressed(self, theme, SearchField._wear)

    def set_wrong(self, why: str) -> None:
        """Mark what was typed as not understood, and say why; empty takes the mark away."""
        self.setProperty("wrong", bool(why))
        put_tip(self, tip(why))
        self.setAccessibleDescription(said(why))
        self._wear()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def _wear(self) -> None:
        colours, space = self._theme.colours, self._theme.space
        self._lens.setIcon(self._theme.icon("search", colours.muted))
        edge = colours.error if self.property("wrong") else colours.border
        focus = colours.error if self.property("wrong") else colours.accent
        self.setStyleSheet(
            f"SearchField {{ background: {colours.surface.name()}; color: {colours.text.name()};"
            f" border: 1px solid {edge.name()}; border-radius: 6px;"
            f" padding: {space(1.25)}px {space(1)}px;"
            f" selection-background-color: {colours.selection.name()};"
            f" selection-color: {colours.text.name()}; }}"
            f"SearchField:focus {{ border: 1px solid {focus.name()}; }}"
        )


class ChoiceBox(QComboBox):
    """`choices` are pairs of key and word; `name` says what is chosen here."""

    def __init__(self, theme: Theme, choices: Sequence[tuple[str, str]], *, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(said(name))
        self.setAccessibleDescription(said(name))  # on Linux the name of a box is what is chosen
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        for key, word in choices:
            self.add(key, word)
        wear(self, theme, _choice_sheet)

    def add(self, key: str, word: str) -> None:
        """A word of ours; a name that others gave is added by `addItem`."""
        self.addItem(said(word), key)

    @property
    def key(self) -> str:
        return str(self.currentData())

    def choose(self, key: str) -> None:
        """Unknown keys change nothing."""
        at = self.findData(key)
        if at >= 0:
            self.setCurrentIndex(at)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        size = self._theme.space(4)
        area = QRectF(
            self.width() - size - self._theme.space(2), (self.height() - size) / 2, size, size
        )
        painter = QPainter(self)
        ink = self._theme.colours.muted if self.isEnabled() else self._theme.colours.disabled
        self._theme.icons.paint(painter, "down", area, ink)
        painter.end()


class SettingControl(QWidget):
    """What a setting of this kind is changed with: a switch, a choice or a line of text."""

    wanted = Signal(str)
    """What a person chose or typed, as `Kind.read_text` takes it."""
    edited = Signal(str)
    """What stands in the line while it is typed."""

    def __init__(self, theme: Theme, kind: Kind, name: str) -> None:
        super().__init__()
        self._shown = ""
        self.stop: QWidget
        """What takes the focus."""
        choices = kind.schema.get("enum")
        if isinstance(kind, YesNo):
            switch = Switch(theme, name=name)
            switch.clicked.connect(lambda on: self.wanted.emit(kind.shown(on)))
            self.stop = switch
        elif isinstance(choices, tuple):
            box = ChoiceBox(theme, [(str(each), str(each)) for each in choices], name=name)
            box.activated.connect(lambda _: self._want(box.key))
            self.stop = box
        else:
            line = TextLine(theme, name=name)
            line.textEdited.connect(self.edited)
            line.editingFinished.connect(lambda: self._want(line.text().strip()))
            self.stop = line
        h_box(theme, self.stop, on=self, margins=0)

    def show_value(self, text: str) -> None:
        """What holds now; what a person is typing stays."""
        if text == self._shown and not isinstance(self.stop, Switch):
            return
        self._shown = text
        if isinstance(self.stop, Switch):
            self.stop.setChecked(text == "true")
        elif isinstance(self.stop, ChoiceBox):
            self.stop.choose(text)
        elif isinstance(self.stop, TextLine):
            self.stop.setText(text)

    def set_wrong(self, *, is_wrong: bool) -> None:
        if isinstance(self.stop, TextLine):
            self.stop.set_wrong(is_wrong)

    def _want(self, text: str) -> None:
        if text != self._shown:
            self.wanted.emit(text)


class SettingField(Field):
    """A control under the label of a setting, with the words, the bounds and the default of its
    description; what is typed into a line is looked at at once."""

    def __init__(
        self,
        theme: Theme,
        table: TableFacts,
        key: str,
        control: QWidget,
        *,
        hint: str | None = None,
        is_checked: bool = True,
    ) -> None:
        """`hint` stands in the place of the words. Not `is_checked`: a line that takes more than
        the settings do, such as several in one."""
        each = table.settings[key]
        words = each.plain_words
        label = each.label or key.replace("_", " ").capitalize()
        if hint is None:
            commas = each.kind.typed_as if isinstance(control, TextLine) else ""
            hint = f"{words} {commas}".strip()
        super().__init__(theme, label, control, hint)
        self._kind = each.kind
        expected = said(f"Expected: {each.kind.expected}.")
        put_tip(control, plain_tip(f"{said(words)} {expected}"))
        if not isinstance(control, TextLine):
            return
        default = table.defaults.get(key)
        if default is not None and not control.placeholderText():
            control.setPlaceholderText(said(each.kind.shown(default)))
        if is_checked:
            control.textEdited.connect(self._look_at)

    def _look_at(self, text: str) -> None:
        typed = text.strip()
        if isinstance(self._kind, WholeNumber):
            typed = typed.replace(",", "").replace(" ", "")
        try:
            if typed:
                self._kind.read_text(typed)
        except Unfit as unfit:
            self.set_wrong(f"Expected {unfit}.")
        else:
            self.set_wrong("")


def _choice_sheet(theme: Theme) -> str:
    colours, space = theme.colours, theme.space
    return (
        f"ChoiceBox {{ background: {colours.surface.name()}; color: {colours.text.name()};"
        f" border: 1px solid {colours.outline.name()}; border-radius: 6px;"
        f" padding: {space(1.25)}px {space(8)}px {space(1.25)}px {space(2)}px; }}"
        f"ChoiceBox:focus {{ border: 1px solid {colours.accent.name()}; }}"
        f"ChoiceBox:disabled {{ color: {colours.disabled.name()};"
        f" border: 1px solid {colours.border.name()}; }}"
        "ChoiceBox::drop-down { border: none; width: 0; }"
        "ChoiceBox::down-arrow { image: none; }"
        f"ChoiceBox QAbstractItemView {{ background: {colours.surface.name()};"
        f" color: {colours.text.name()}; border: 1px solid {colours.border.name()};"
        f" selection-background-color: {colours.selection.name()};"
        f" selection-color: {colours.text.name()}; outline: none;"
        f" padding: {space(1)}px; }}"
    )
