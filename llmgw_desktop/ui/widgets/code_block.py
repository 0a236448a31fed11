"""A few lines of code to read and copy: a command, an address."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.copy_button import CopyButton
from llmgw_desktop.ui.widgets.label import Label


class CodeBlock(QWidget):
    """`name` says what it is ("test request"): it completes «Copy …»."""

    def __init__(
        self, theme: Theme, text: str, *, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._label = Label(theme, text)
        self._label.setFont(theme.mono_font())
        self._label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        space = theme.space
        row = QHBoxLayout(self)
        row.setContentsMargins(space(3), space(1), space(1), space(1))
        row.setSpacing(space(2))
        row.addWidget(self._label, 1)
        self.copy = CopyButton(theme, self.text, name=name)
        row.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        self._label.setContentsMargins(0, space(1), 0, space(1))
        theme.changed.connect(self.update)

    def text(self) -> str:
        return self._label.text()

    def set_text(self, text: str) -> None:
        self._label.setText(text)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.border, 1))
        painter.setBrush(colours.alternate)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()
