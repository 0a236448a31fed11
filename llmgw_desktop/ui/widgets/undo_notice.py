"""Says for ten seconds what was done, with a way back; it lies over the bottom of its parent."""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.sheet import Sheet

SHOWN_MS = 10_000


class UndoNotice(Sheet):
    """One at a time: what is said next takes its place."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._on_undo: Callable[[], None] | None = None
        self._words = FlowingLabel(theme)
        self._undo = Button(theme, "Undo", name="Undo the last change")
        self._undo.clicked.connect(self.undo)
        self._end = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._end.timeout.connect(self._close)
        self._space = theme.space
        self._row = QHBoxLayout(self)
        self._row.setSpacing(self._space(4))
        self._row.addWidget(self._words, 1)
        self._row.addWidget(self._undo)

    @property
    def text(self) -> str:
        return self._words.text()

    def say(self, sentence: str, on_undo: Callable[[], None] | None) -> None:
        self._words.setText(sentence)
        self._on_undo = on_undo
        self._undo.setVisible(on_undo is not None)
        side, narrow = self._space(4), self._space(1.5)
        if on_undo is None:
            self._row.setContentsMargins(side, self._space(3), side, self._space(3))
        else:
            self._row.setContentsMargins(side, narrow, narrow, narrow)
        self.setAccessibleName(sentence)
        self.come_up()
        self._end.start()

    def undo(self) -> None:
        """Once, and only while it is offered."""
        do, self._on_undo = self._on_undo, None
        self._close()
        if do is not None:
            do()

    def _close(self) -> None:
        self._end.stop()
        self._on_undo = None
        self.hide()
