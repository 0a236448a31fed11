"""Says for ten seconds what was done, with a way back; it lies over the bottom of its parent."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel

SHOWN_MS = 10_000


class UndoNotice(QWidget):
    """One at a time: what is said next takes its place."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._over = parent
        self._on_undo: Callable[[], None] | None = None
        self._words = FlowingLabel(theme)
        self._undo = Button(theme, "Undo", name="Undo the last change")
        self._undo.clicked.connect(self.undo)
        self._end = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._end.timeout.connect(self._close)
        space = theme.space
        row = QHBoxLayout(self)
        row.setContentsMargins(space(4), space(1.5), space(1.5), space(1.5))
        row.setSpacing(space(4))
        row.addWidget(self._words, 1)
        row.addWidget(self._undo)
        parent.installEventFilter(self)
        theme.changed.connect(self.update)
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text()

    def say(self, sentence: str, on_undo: Callable[[], None] | None) -> None:
        self._words.setText(sentence)
        self._on_undo = on_undo
        self._undo.setVisible(on_undo is not None)
        self.setAccessibleName(sentence)
        self._place()
        self.show()
        self.raise_()
        self._end.start()

    def undo(self) -> None:
        """Once, and only while it is offered."""
        do, self._on_undo = self._on_undo, None
        self._close()
        if do is not None:
            do()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colours.outline)
        painter.setBrush(colours.alternate)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.end()

    def _close(self) -> None:
        self._end.stop()
        self._on_undo = None
        self.hide()

    def _place(self) -> None:
        room, space = self._over.size(), self._theme.space
        width = min(self.sizeHint().width(), room.width() - space(8))
        self.resize(width, self.heightForWidth(width))
        self.move((room.width() - width) // 2, room.height() - space(5) - self.height())
