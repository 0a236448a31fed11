"""Layouts that follow the width: rows that go on in the next line, and columns that come to stand
below each other."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QLayoutItem, QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.theme import Theme

Part = (
    QWidget
    | QLayout
    | tuple[QWidget | QLayout, int]
    | tuple[QWidget, int, Qt.AlignmentFlag]
    | float
    | None
)
"""A widget or a layout, with its stretch and its alignment where it has them; a room of so many
units of the theme; None: the room that is left."""
Margins = float | tuple[float, float] | tuple[float, float, float, float]
"""In units of the theme: of all sides; left and right, top and bottom; or as Qt has them."""


def h_box(
    theme: Theme,
    *parts: Part,
    on: QWidget | None = None,
    gap: float | None = None,
    margins: Margins | None = None,
) -> QHBoxLayout:
    """Parts from left to right, `gap` units apart. What is not said is as the style has it."""
    return _filled(QHBoxLayout(), theme, parts, on=on, room=(gap, margins))


def v_box(
    theme: Theme,
    *parts: Part,
    on: QWidget | None = None,
    gap: float | None = None,
    margins: Margins | None = None,
) -> QVBoxLayout:
    """As `h_box`, from top to bottom."""
    return _filled(QVBoxLayout(), theme, parts, on=on, room=(gap, margins))


_Box = TypeVar("_Box", bound=QBoxLayout)


def _filled(
    box: _Box,
    theme: Theme,
    parts: Sequence[Part],
    *,
    on: QWidget | None,
    room: tuple[float | None, Margins | None],
) -> _Box:
    if on is not None:
        on.setLayout(box)
    gap, margins = room
    if gap is not None:
        box.setSpacing(theme.space(gap) if gap else 0)
    if margins is not None:
        each = margins if isinstance(margins, tuple) else (margins,)
        left, top, right, bottom = (
            theme.space(side) if side else 0 for side in each * (4 // len(each))
        )
        box.setContentsMargins(left, top, right, bottom)
    for part in parts:
        _add(box, theme, part)
    return box


def _add(box: QBoxLayout, theme: Theme, part: Part) -> None:
    match part:
        case None:
            box.addStretch(1)
        case int() | float():
            box.addSpacing(theme.space(part))
        case QLayout():
            box.addLayout(part)
        case QWidget():
            box.addWidget(part)
        case (QLayout() as layout, stretch):
            box.addLayout(layout, stretch)
        case (widget, stretch):
            box.addWidget(widget, stretch)
        case (widget, stretch, alignment):
            box.addWidget(widget, stretch, alignment)


def least_flowing(widget: QWidget, least: QSize, width: int) -> QSize:
    """The least size of a widget with its words as they flow at this width: Qt itself counts one
    line of each."""
    layout = widget.layout()
    if layout is not None and layout.hasHeightForWidth():
        flowing = layout.minimumHeightForWidth(max(width, least.width()))
        return QSize(least.width(), max(least.height(), flowing))
    return least


class FlowingBox(QWidget):
    """Never lower than its words are as they flow at its width."""

    @override
    def minimumSizeHint(self) -> QSize:
        return least_flowing(self, super().minimumSizeHint(), self.width())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()


class WrappedRow(QLayout):
    """Each has the size that it likes; a line is as tall as its tallest."""

    def __init__(self, spacing: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = spacing
        self.setContentsMargins(0, 0, 0, 0)

    def insert(self, at: int, widget: QWidget) -> None:
        self.addWidget(widget)
        self._items.insert(at, self._items.pop())
        self.invalidate()

    @override
    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    @override
    def count(self) -> int:
        return len(self._items)

    @override
    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    @override
    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    @override
    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), is_measured=True)

    @override
    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._arrange(area, is_measured=False)

    @override
    def sizeHint(self) -> QSize:
        sizes = [item.sizeHint() for item in self._shown()]
        width = sum(size.width() for size in sizes) + self._gap * max(len(sizes) - 1, 0)
        return QSize(width, max((size.height() for size in sizes), default=0))

    @override
    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._shown()]
        return QSize(
            max((size.width() for size in sizes), default=0),
            max((size.height() for size in sizes), default=0),
        )

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _arrange(self, area: QRect, *, is_measured: bool) -> int:
        """The height that it takes."""
        left, top, tall = area.left(), area.top(), 0
        for item in self._shown():
            size = item.sizeHint().boundedTo(QSize(max(area.width(), 1), 1 << 20))
            if left > area.left() and left + size.width() > area.left() + area.width():
                left, top, tall = area.left(), top + tall + self._gap, 0
            if not is_measured:
                item.setGeometry(QRect(QPoint(left, top), size))
            left += size.width() + self._gap
            tall = max(tall, size.height())
        return top + tall - area.top()


Arrangement = Sequence[int]
"""How many stand in each row."""


@value(kw_only=False)
class Flowed:
    """A widget; `comfortable` says how wide it should be at least where rows can be had for it."""

    widget: QWidget
    stretch: int = 1
    comfortable: int | Callable[[], int] = 0

    @property
    def least(self) -> int:
        if self.widget.isHidden():
            return 0
        return max(self.widget.minimumSizeHint().width(), self.widget.minimumWidth())

    @property
    def pleasant(self) -> int:
        wished = self.comfortable if isinstance(self.comfortable, int) else self.comfortable()
        return max(wished, self.least)


class Reflow(QWidget):
    """Takes the first of `arrangements` that fits, or the last. Each row has the whole width."""

    _arrangements: Sequence[Arrangement] = ()

    def __init__(
        self,
        flowed: Sequence[Flowed],
        arrangements: Sequence[Arrangement],
        *,
        spacing: int,
        packed: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`packed` leaves the rest of a row empty."""
        super().__init__(parent)
        self._flowed = tuple(flowed)
        self._arrangements = tuple(arrangements)
        self._spacing = spacing
        self._packed = packed
        self._arranged: Arrangement = ()
        for each in self._flowed:
            each.widget.setParent(self)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(spacing)
        self._rows.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._arrange(self._arrangements[0])

    def width_in_one_row(self) -> int:
        return self._row_width(self._flowed, is_comfortable=True)

    @override
    def minimumSizeHint(self) -> QSize:
        width = self._width(self._arrangements[-1], is_comfortable=False)
        return QSize(width, self._rows.minimumSize().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @override
    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        if not self._arrangements:
            return  # it is about to go: what it knew went first
        fitting = (each for each in self._arrangements if self._width(each) <= self.width())
        wanted = next(fitting, self._arrangements[-1])
        if wanted != self._arranged:
            self._arrange(wanted)

    def _width(self, arrangement: Arrangement, *, is_comfortable: bool = True) -> int:
        return max(self._row_width(row, is_comfortable) for row in self._rows_of(arrangement))

    def _row_width(self, row: Sequence[Flowed], is_comfortable: bool) -> int:
        shown = [each for each in row if not each.widget.isHidden()]
        widths = (each.pleasant if is_comfortable else each.least for each in shown)
        return sum(widths) + self._spacing * max(len(shown) - 1, 0)

    def _rows_of(self, arrangement: Arrangement) -> list[tuple[Flowed, ...]]:
        rows, first = [], 0
        for count in arrangement:
            rows.append(self._flowed[first : first + count])
            first += count
        return rows

    def _arrange(self, arrangement: Arrangement) -> None:
        self._arranged = arrangement
        while (old := self._rows.takeAt(0)) is not None:
            old_row = old.layout()
            if old_row is not None:
                while old_row.takeAt(0) is not None:
                    pass
                old_row.deleteLater()
        for flowed_row in self._rows_of(arrangement):
            row = QHBoxLayout()
            row.setSpacing(self._spacing)
            for each in flowed_row:
                row.addWidget(each.widget, each.stretch)
            if self._packed:
                row.addStretch(1)
            self._rows.addLayout(row)
        self.updateGeometry()
