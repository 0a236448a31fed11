"""One figure of the Overview: its name, its value large, and how it went."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.ui.charts.sparkline import Sparkline
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.card import Card
from llmgw_desktop.ui.widgets.label import Label, Tone


class StatTile(Card):
    """A click or Enter asks for the flights behind the figure."""

    opened = Signal()

    def __init__(
        self, theme: Theme, name: str, *, hint: str = "", parent: QWidget | None = None
    ) -> None:
        """`hint` explains the figure under the pointer."""
        super().__init__(theme, parent)
        self._name = name
        self._value = Label(theme, "–", size=TextSize.FIGURE, weight=QFont.Weight.DemiBold)
        self._note = Label(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._line = Sparkline(theme)
        self.setToolTip(hint)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        space = theme.space
        # Both stand on one line of writing, though their letters differ in size.
        lift = self._value.fontMetrics().descent() - self._note.fontMetrics().descent()
        self._note.setContentsMargins(0, 0, 0, lift)
        self._note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        head = QHBoxLayout()
        head.addWidget(Label(theme, name, tone=Tone.MUTED, weight=QFont.Weight.Medium))
        head.addStretch(1)
        figure = QHBoxLayout()
        figure.setSpacing(space(1.5))
        figure.addWidget(self._value)
        figure.addWidget(self._note, 1, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(4), space(3), space(4), space(3))
        column.setSpacing(space(1))
        column.addLayout(head)
        column.addLayout(figure)
        column.addSpacing(space(1))
        column.addWidget(self._line)
        self.setAccessibleName(name)

    def show_figure(
        self, value: str, line: Sequence[float | None], *, note: str = "", tone: Tone = Tone.TEXT
    ) -> None:
        self._value.setText(value)
        self._value.set_tone(tone)
        self._note.setText(note)
        self._fit_note()
        self._line.show_values(line)
        self.setAccessibleName(f"{self._name}: {value} {note}".rstrip())

    @property
    def value(self) -> str:
        return self._value.text()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_note()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.opened.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def _fit_note(self) -> None:
        """In a narrow tile the figure goes before the note: half a note would mislead."""
        room = self.width() - 2 * self._theme.space(4) - self._theme.space(1.5)
        needed = self._value.sizeHint().width() + self._note.sizeHint().width()
        self._note.setVisible(bool(self._note.text()) and needed <= room)
