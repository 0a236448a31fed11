"""Claims against those who were asked, as a grid: who says it, who contradicts it, who is silent.

The same stands as text for those who do not see it: each cell has its words, the whole has a
description, and a button copies it all.
"""

from PySide6.QtCore import QObject, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyleOptionViewItem, QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.compare_map import AgreementMap, Hold, MapRow
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.plain_rows import Index, PlainRows
from llmgw_desktop.ui.widgets.row_table import RowDelegate, RowTable, paint_line
from llmgw_desktop.ui.widgets.view_clothes import dress_header

_CLAIM, _STANDING, _FIRST_SEAT = range(3)
_MOST_ROWS_IN_SIGHT = 10
_ICONS = {Hold.SAYS: "check", Hold.AGAINST: "cross"}


def _cell(row: MapRow, column: int) -> str:
    if column == _CLAIM:
        return row.claim
    return row.standing if column == _STANDING else str(row.holds[column - _FIRST_SEAT])


class AgreementModel(PlainRows[MapRow]):
    """The columns of those who were asked come last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_cell, parent)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() >= _FIRST_SEAT:
            return f"{self._titles[index.column()]} {super().data(index)}"
        return super().data(index, role)


class AgreementGrid(QWidget):
    """Nothing but its summary where two have not answered."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.model = AgreementModel(self)
        self.table = _Table(theme, self.model)
        self.summary = FlowingLabel(theme, tone=Tone.MUTED)
        self.more = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self.whole = FlowingLabel(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(2))
        words = QVBoxLayout()
        words.setContentsMargins(theme.space(1.5), 0, theme.space(1.5), 0)
        words.addWidget(self.summary)
        column.addLayout(words)
        column.addWidget(self.table)
        below = QVBoxLayout()
        below.setContentsMargins(theme.space(1.5), 0, theme.space(1.5), 0)
        below.addWidget(self.whole)
        below.addWidget(self.more)
        column.addLayout(below)
        self.table.selectionModel().selectionChanged.connect(self._show_whole)

    def show_map(self, found: AgreementMap) -> None:
        self.summary.setText(found.summary)
        self.table.setVisible(bool(found.rows))
        self.table.setAccessibleDescription(found.text)
        self.more.setText(f"{found.left_out:,} more claims are not shown.")
        self.more.setVisible(bool(found.left_out))
        self.model.show_rows(("Claim", "Said by", *found.seats), found.rows)
        self.table.fit_height()
        self._show_whole()

    def _show_whole(self) -> None:
        """A claim is often longer than its cell."""
        row = self.model.row(self.table.chosen_row)
        self.whole.setText("" if row is None else row.claim)
        self.whole.setVisible(row is not None and self.table.is_cut(row.claim))


class _Table(RowTable):
    def __init__(self, theme: Theme, model: AgreementModel) -> None:
        super().__init__(theme)
        cells = _Cells(theme, model, self)
        self.set_up(model, cells, name="Agreement map", row_height=theme.space(7.5))
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        dress_header(header, theme)

    def fit_height(self) -> None:
        rows = min(self.model().rowCount(), _MOST_ROWS_IN_SIGHT)
        header = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(header + rows * self.verticalHeader().defaultSectionSize() + 2)
        self._fit()

    def is_cut(self, claim: str) -> bool:
        room = self.columnWidth(_CLAIM) - 2 * self._theme.space(1.5)
        return self.fontMetrics().horizontalAdvance(claim) > room

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Columns of one width for all who were asked; the claim has the rest."""
        model, space = self.model(), self._theme.space
        count = model.columnCount()
        if count <= _FIRST_SEAT:
            return
        metrics = self.fontMetrics()
        names = [
            metrics.horizontalAdvance(str(model.headerData(at, Qt.Orientation.Horizontal)))
            for at in range(_FIRST_SEAT, count)
        ]
        seat = min(max(names) + 2 * space(2), space(26))
        standing = metrics.horizontalAdvance("contradicted") + 2 * space(2)
        room = self.viewport().width()
        claim = room - standing - seat * (count - _FIRST_SEAT)
        if claim < space(40):
            seat = max(space(9), seat - (space(40) - claim) // (count - _FIRST_SEAT))
            claim = max(room - standing - seat * (count - _FIRST_SEAT), space(30))
        self.setColumnWidth(_CLAIM, claim)
        self.setColumnWidth(_STANDING, standing)
        for at in range(_FIRST_SEAT, count):
            self.setColumnWidth(at, seat)


class _Cells(RowDelegate):
    def __init__(self, theme: Theme, model: AgreementModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, space = self._theme.colours, self._theme.space
        self.paint_ground(painter, option, index.row(), colours)
        row = self._model.row(index.row())
        if row is None:
            return
        if index.column() >= _FIRST_SEAT:
            self._paint_hold(painter, option.rect, row.holds[index.column() - _FIRST_SEAT])
            return
        inside = option.rect.adjusted(space(1.5), 0, -space(1.5), 0)
        is_sharp = row.is_contradicted and index.column() == _STANDING
        quiet = colours.muted if index.column() == _STANDING else colours.text
        painter.setPen(colours.error if is_sharp else quiet)
        painter.setFont(self._theme.font())
        paint_line(painter, inside, str(index.data()))

    def _paint_hold(self, painter: QPainter, area: QRect, hold: Hold) -> None:
        """A ground and a shape: never colour alone."""
        colours, space = self._theme.colours, self._theme.space
        if hold is Hold.ABSENT:
            painter.setPen(colours.disabled)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "–")
        if hold not in _ICONS:
            return
        says = hold is Hold.SAYS
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.ok_ground if says else colours.error_ground)
        inside = QRectF(area).adjusted(space(1), space(0.75), -space(1), -space(0.75))
        painter.drawRoundedRect(inside, 4, 4)
        painter.restore()
        size = space(4)
        mark = QRectF(0, 0, size, size)
        mark.moveCenter(inside.center())
        ink = colours.ok if says else colours.error
        self._theme.icons.paint(painter, _ICONS[hold], mark, ink)
