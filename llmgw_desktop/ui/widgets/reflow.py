"""Stands widgets side by side where there is room for it, and else in several rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget
from typing_extensions import override

Arrangement = Sequence[int]
"""How many stand in each row."""


@dataclass(frozen=True, slots=True)
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
