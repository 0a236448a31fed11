"""A label for words of any length: a word too long for a line is broken where the line ends.

Qt's own label breaks lines between words alone, so one long name would widen all that it stands in.
What is marked with the mouse and copied is the text itself, without the breaks.
"""

import math

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QClipboard,
    QContextMenuEvent,
    QFont,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QMenu
from typing_extensions import override

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.words import said

_ENDLESS_PX = 1 << 20
_MOST_WIDTHS = 16
_LEAST_LETTERS = 8
_UNITS = "utf-16-le"
"""Qt counts letters in units of two bytes."""


class FlowingLabel(Label):
    """Takes the width it is given, and asks for the height that its lines need there."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        *,
        size: TextSize = TextSize.BODY,
        tone: Tone = Tone.TEXT,
        weight: QFont.Weight = QFont.Weight.Normal,
        is_verbatim: bool = False,
    ) -> None:
        super().__init__(theme, text, size=size, tone=tone, weight=weight, is_verbatim=is_verbatim)
        self._flow = QTextLayout()
        self._flows_for: tuple[str, QFont, int] | None = None
        self._heights_of: tuple[str, QFont] | None = None
        self._heights: dict[int, int] = {}
        """By width: layouts ask again for each of several."""
        self._marked_from = self._marked_to = 0
        self.setWordWrap(True)  # so that layouts ask for the height
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)

    @override
    def setText(self, text: str) -> None:
        before = self.text()
        super().setText(text)
        if self.text() != before:
            self._mark(0, 0)

    @override
    def selectedText(self) -> str:
        first, last = sorted((self._marked_from, self._marked_to))
        return self._units(first, last)

    def lines(self, width: int) -> list[str]:
        """As they are broken at this width."""
        flow = self._flowing(width)
        places = [flow.lineAt(at) for at in range(flow.lineCount())]
        return [
            self._units(each.textStart(), each.textStart() + each.textLength()) for each in places
        ]

    def copy_menu(self) -> QMenu:
        """Its first entry copies what is marked, or all where nothing is."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(said("Copy"), self._copy)
        menu.addAction(said("Select all"), self._mark_all)
        return menu

    @override
    def sizeHint(self) -> QSize:
        flow = self._flowing(_ENDLESS_PX)
        widths = [flow.lineAt(at).naturalTextWidth() for at in range(flow.lineCount())]
        return QSize(math.ceil(max(widths, default=0.0)) + 1, _height(flow))

    @override
    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.averageCharWidth() * _LEAST_LETTERS
        if len(self.text()) < 2 * _LEAST_LETTERS:  # a short name leaves no gap behind it
            width = min(width, self.sizeHint().width())
        return QSize(width, metrics.height())

    @override
    def heightForWidth(self, width: int) -> int:
        of = (self.text(), self.font())
        if of != self._heights_of or len(self._heights) >= _MOST_WIDTHS:
            self._heights_of, self._heights = of, {}
        height = self._heights.get(width)
        if height is None:
            height = self._heights[width] = _height(self._flowing(width))
        return height

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        flow = self._flowing(self.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        flow.draw(painter, QPointF(0, self._top(flow)), self._marks())
        painter.end()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            place = self._place(event.position())
            self._mark(place, place)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._mark(self._marked_from, self._place(event.position()))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        clipboard = QGuiApplication.clipboard()
        if self.selectedText() and clipboard.supportsSelection():
            clipboard.setText(self.selectedText(), QClipboard.Mode.Selection)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Marks what stands between spaces."""
        place = self._place(event.position())
        before = self._units(0, place).replace("\n", " ").rpartition(" ")[2]
        after = self._units(place, len(self._all_units()) // 2).replace("\n", " ").partition(" ")[0]
        self._mark(place - _unit_count(before), place + _unit_count(after))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._mark_all()
        else:
            super().keyPressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.copy_menu().popup(event.globalPos())

    def _flowing(self, width: int) -> QTextLayout:
        """The text in lines of this width. Asked for often with the same."""
        wanted = (self.text(), self.font(), width)
        if wanted == self._flows_for:
            return self._flow
        self._flows_for = wanted
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        flow = self._flow = QTextLayout(self.text().replace("\n", "\u2028"), self.font())
        flow.setTextOption(option)
        flow.setCacheEnabled(True)
        flow.beginLayout()
        top = 0.0
        while (line := flow.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, top))
            top += line.height()
        flow.endLayout()
        return flow

    def _top(self, flow: QTextLayout) -> float:
        """It stands in the middle of its height, as any label does."""
        return max((self.height() - _height(flow)) / 2, 0.0)

    def _place(self, at: QPointF) -> int:
        """The letter that is nearest."""
        flow = self._flowing(self.width())
        y = at.y() - self._top(flow)
        place = 0
        for line in map(flow.lineAt, range(flow.lineCount())):
            place = line.xToCursor(at.x())
            if y < line.rect().bottom():
                break
        return place

    def _mark(self, first: int, last: int) -> None:
        self._marked_from, self._marked_to = first, last
        self.update()

    def _mark_all(self) -> None:
        self._mark(0, _unit_count(self.text()))

    def _marks(self) -> list[QTextLayout.FormatRange]:
        first, last = sorted((self._marked_from, self._marked_to))
        if first == last:
            return []
        look = QTextCharFormat()
        look.setBackground(self.palette().brush(QPalette.ColorRole.Highlight))
        look.setForeground(self.palette().brush(QPalette.ColorRole.HighlightedText))
        marks = QTextLayout.FormatRange()
        marks.start, marks.length, marks.format = first, last - first, look
        return [marks]

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.selectedText() or self.text())

    def _all_units(self) -> bytes:
        return self.text().encode(_UNITS, "surrogatepass")

    def _units(self, first: int, last: int) -> str:
        return self._all_units()[2 * first : 2 * last].decode(_UNITS, "surrogatepass")


def _height(flow: QTextLayout) -> int:
    return math.ceil(flow.boundingRect().height())


def _unit_count(text: str) -> int:
    return len(text.encode(_UNITS, "surrogatepass")) // 2
