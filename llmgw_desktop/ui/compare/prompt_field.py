"""A field for prose that grows with it, a few lines at most; Ctrl+Enter is told."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.view_clothes import dress_view


class PromptField(QPlainTextEdit):
    """Tab goes on to the next control."""

    sent = Signal()
    left = Signal()
    """Esc."""

    def __init__(self, theme: Theme, hint: str, name: str, *, least: int, most: int) -> None:
        super().__init__()
        self._theme = theme
        self._least, self._most = least, most
        self.setPlaceholderText(hint)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        dress_view(self, theme)
        self.document().setDocumentMargin(theme.space(1.5))
        self.document().documentLayout().documentSizeChanged.connect(self.updateGeometry)
        self._wear()
        theme.changed.connect(self._wear)

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

    def _wear(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"PromptField {{ background: {colours.surface.name()}; color: {colours.text.name()};"
            f" border: 1px solid {colours.outline.name()}; border-radius: 6px;"
            f" selection-background-color: {colours.selection.name()};"
            f" selection-color: {colours.text.name()};"
            f" placeholder-text-color: {colours.muted.name()}; }}"
            f"PromptField:focus {{ border: 1px solid {colours.accent.name()}; }}"
        )
