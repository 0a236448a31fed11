"""A line to type into, with its label above and, below, a hint or what is wrong with it."""

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.view_clothes import dress_view


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
            control.setAccessibleName(label)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(1))
        column.addWidget(self._label)
        column.addWidget(control)
        column.addWidget(self._note)
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
        self._control.setAccessibleDescription(why or self._hint)
        if isinstance(self._control, TextLine):
            self._control.set_wrong(bool(why))


class TextLine(QLineEdit):
    """Dressed as the search field is."""

    def __init__(self, theme: Theme, placeholder: str = "", name: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._is_wrong = False
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)
        self._wear()
        theme.changed.connect(self._wear)

    def set_wrong(self, is_wrong: bool) -> None:
        if is_wrong != self._is_wrong:
            self._is_wrong = is_wrong
            self._wear()

    def _wear(self) -> None:
        space = self._theme.space
        padding = f"padding: {space(1.25)}px {space(2)}px;"
        self.setStyleSheet(_sheet(self._theme, "TextLine", padding, is_wrong=self._is_wrong))


class TextLines(QPlainTextEdit):
    """Several lines of code; Tab goes on to the next control."""

    def __init__(self, theme: Theme, text: str = "", *, name: str) -> None:
        super().__init__(text)
        self._theme = theme
        self.setFont(theme.mono_font())
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        dress_view(self, theme)
        self.document().setDocumentMargin(theme.space(1.5))
        self._wear()
        theme.changed.connect(self._wear)

    def _wear(self) -> None:
        self.setStyleSheet(_sheet(self._theme, "TextLines", ""))


def _sheet(theme: Theme, kind: str, more: str, *, is_wrong: bool = False) -> str:
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
