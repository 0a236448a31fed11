"""What each one's verdict is, in rows; the chosen one's reasons stand below in full."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.app.compare_words import ShownVerdict
from llmgw_desktop.ui.compare.compare_marks import stance_mark
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.plain_rows import Index, PlainRows
from llmgw_desktop.ui.widgets.row_table import RowDelegate, RowTable, paint_line
from llmgw_desktop.ui.widgets.view_clothes import dress_header

COLUMNS = ("Who", "Verdict", "Why", "Risks")
_WHO, _VERDICT, _WHY, _RISKS = range(len(COLUMNS))
_MARK_UNITS = 6.0


def _cell(row: ShownVerdict, column: int) -> str:
    why = " ".join(row.why.split())
    return (row.name, row.words, why, row.risk_words)[column]


class VerdictModel(PlainRows[ShownVerdict]):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_cell, parent)


class VerdictTable(QWidget):
    """As tall as its rows are."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.model = VerdictModel(self)
        self.table = _Table(theme, self.model)
        self.detail = FlowingLabel(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(2))
        column.addWidget(self.table)
        detail = QVBoxLayout()
        detail.setContentsMargins(theme.space(1.5), 0, theme.space(1.5), 0)
        detail.addWidget(self.detail)
        column.addLayout(detail)
        self.table.selectionModel().selectionChanged.connect(self._show_detail)

    def show_verdicts(self, rows: Sequence[ShownVerdict]) -> None:
        chosen = max(self.table.chosen_row, 0)
        self.model.show_rows(COLUMNS, rows)
        self.table.fit_height()
        if rows and self.table.chosen_row < 0:
            self.table.choose_row(min(chosen, len(rows) - 1), scroll=False)
        self._show_detail()

    def _show_detail(self) -> None:
        row = self.model.row(self.table.chosen_row)
        self.detail.setText("" if row is None else row.detail)
        self.detail.setVisible(row is not None)


class _Table(RowTable):
    def __init__(self, theme: Theme, model: VerdictModel) -> None:
        super().__init__(theme)
        self.set_up(
            model,
            _Cells(theme, model, self),
            name="Verdicts",
            row_height=theme.space(7.5),
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        dress_header(header, theme)
        self.fit_height()

    def fit_height(self) -> None:
        rows = self.model().rowCount()
        header = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(header + rows * self.verticalHeader().defaultSectionSize() + 2)
        self._fit()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Names, verdicts and risks as wide as they are, within reason; reasons have the rest."""
        model, space = self.model(), self._theme.space
        if not model.columnCount():
            return
        metrics, pad = self.fontMetrics(), 2 * space(2)

        def wide(column: int) -> int:
            texts = [str(model.index(row, column).data()) for row in range(model.rowCount())]
            return max(map(metrics.horizontalAdvance, [*texts, COLUMNS[column]]), default=0) + pad

        room = self.viewport().width()
        widths = {
            _WHO: min(wide(_WHO), max(room // 3, space(20))),
            _VERDICT: wide(_VERDICT) + space(_MARK_UNITS),
            _RISKS: wide(_RISKS),
        }
        rest = room - sum(widths.values())
        self.setColumnHidden(_RISKS, rest < space(20))
        if rest < space(20):
            rest += widths[_RISKS]
        self.setColumnHidden(_WHY, rest < space(16))
        for column, width in {**widths, _WHY: max(rest, space(16))}.items():
            self.setColumnWidth(column, width)


class _Cells(RowDelegate):
    def __init__(self, theme: Theme, model: VerdictModel, parent: QWidget) -> None:
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
        inside = option.rect.adjusted(space(1.5), 0, -space(1.5), 0)
        ink = colours.muted if index.column() in (_WHY, _RISKS) else colours.text
        if index.column() == _VERDICT:
            icon, tone = stance_mark(row.stance)
            ink = getattr(colours, tone.value)
            size = space(4)
            top = inside.top() + (inside.height() - size) / 2
            area = QRectF(inside.left(), top, size, size)
            self._theme.icons.paint(painter, icon, area, ink)
            inside.adjust(space(_MARK_UNITS), 0, 0, 0)
        painter.setFont(self._theme.font())
        painter.setPen(ink)
        paint_line(painter, inside, str(index.data()))
