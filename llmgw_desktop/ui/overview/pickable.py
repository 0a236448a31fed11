"""What every picture of several things has in common: each can be pointed at, with mouse or keys.

Tab leads to the picture, arrows to one thing in it, Enter or a click picks it; a screen reader
hears which one it is.
"""

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import marks_focus
from llmgw_desktop.ui.widgets.label import plays
from llmgw_desktop.ui.widgets.words import said

_STEPS = {
    Qt.Orientation.Vertical: {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1},
    Qt.Orientation.Horizontal: {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1},
}
_FAR = 1 << 30
_ENDS = {Qt.Key.Key_Home: -_FAR, Qt.Key.Key_End: _FAR}
_PICKS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})


INSET_UNITS = 2
"""Lines of words keep so much away from their edges, where the mark of the focus is."""


@plays(QAccessible.Role.List)
class Pickable(QWidget):
    """Whoever inherits says how many things there are, where, and in words; and calls
    `things_changed`, and `paint_focus` at the end of its painting."""

    picked = Signal(int)

    def __init__(
        self,
        theme: Theme,
        name: str,
        along: Qt.Orientation = Qt.Orientation.Vertical,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = said(name)
        self._steps = _STEPS[along] | _ENDS
        self._at = 0
        self._shows_focus = False
        self.setAccessibleName(self._name)
        theme.changed.connect(self.update)

    def count_of_things(self) -> int:
        raise NotImplementedError

    def area_of(self, index: int) -> QRect:
        raise NotImplementedError

    def words_of(self, index: int) -> str:
        raise NotImplementedError

    def things_changed(self) -> None:
        """Nothing to pick is nothing to stop at."""
        count = self.count_of_things()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if count else Qt.FocusPolicy.NoFocus)
        self._at = min(self._at, max(count - 1, 0))
        if self.hasFocus():
            self._tell()

    def paint_focus(self, painter: QPainter) -> None:
        if self.hasFocus() and self._shows_focus and self.count_of_things():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colours.accent, 1))
            area = QRectF(self.area_of(self._at)).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(area, 4, 4)

    def thing_moved_to(self, index: int) -> None:
        """Keys lead here now; a picture may want to do more than mark it."""

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        count = self.count_of_things()
        if key in self._steps and count:
            self._shows_focus = True
            self._move_to(min(max(self._at + self._steps[key], 0), count - 1))
        elif key in _PICKS and count:
            self.picked.emit(self._at)
        else:
            super().keyPressEvent(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self.thing_at(event)
        if event.button() is Qt.MouseButton.LeftButton and index >= 0:
            self.picked.emit(index)

    def thing_at(self, event: QMouseEvent) -> int:
        """-1 beside all of them."""
        return self.thing_under(event.position().toPoint())

    def thing_under(self, place: QPoint) -> int:
        """-1 beside all of them."""
        things = range(self.count_of_things())
        return next((index for index in things if self.area_of(index).contains(place)), -1)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = marks_focus(event, self._shows_focus)
        self._tell()
        self.update()
        super().focusInEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.setAccessibleName(self._name)
        self.update()
        super().focusOutEvent(event)

    def _move_to(self, index: int) -> None:
        before, self._at = self._at, index
        for each in (before, index):
            self.update(self.area_of(each))
        self._tell()
        self.thing_moved_to(index)

    def _tell(self) -> None:
        words = self.words_of(self._at) if self.count_of_things() else ""
        self.setAccessibleName(f"{self._name}: {said(words)}" if words else self._name)
