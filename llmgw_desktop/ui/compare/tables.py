"""Verdicts in rows, and claims against those who were asked, as a grid."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.app.validation.wish import AgreementMap, Hold, MapRow
from llmgw_desktop.app.validation.words import ShownVerdict
from llmgw_desktop.ui.compare.panel import stance_mark
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.row_model import Column, RowModel
from llmgw_desktop.ui.widgets.tables import MARK_UNITS, FittedTable, RowCells, TableLook
from llmgw_desktop.ui.widgets.words import said

_MOST_ROWS_IN_SIGHT = 10
_ICONS = {Hold.SAYS: "check", Hold.AGAINST: "cross"}
_WHO, _VERDICT, _WHY, _RISKS = range(4)
COLUMNS: tuple[Column[ShownVerdict], ...] = (
    Column(key="who", title="Who", text=lambda row: row.name),
    Column(
        key="verdict", title="Verdict", text=lambda row: row.words, has_mark=True, is_words=True
    ),
    Column(key="why", title="Why", text=lambda row: " ".join(row.why.split()), is_quiet=True),
    Column(
        key="risks", title="Risks", text=lambda row: row.risk_words, is_quiet=True, is_words=True
    ),
)


def _verdict_mark(row: ShownVerdict, colours: Colours) -> tuple[str, QColor]:
    icon, tone = stance_mark(row.stance)
    return icon, getattr(colours, tone.value)


def _verdict_ink(
    row: ShownVerdict, column: Column[ShownVerdict], colours: Colours
) -> QColor | None:
    return _verdict_mark(row, colours)[1] if column.has_mark else None


class VerdictTable(QWidget):
    """As tall as its rows are."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.model: RowModel[ShownVerdict] = RowModel(COLUMNS, parent=self)
        self.table = _VerdictRows(theme, self.model)
        self.detail = FlowingLabel(theme)
        column = v_box(theme, self.table, on=self, gap=2, margins=0)
        detail = v_box(theme, self.detail, margins=(1.5, 0))
        column.addLayout(detail)
        self.table.selectionModel().selectionChanged.connect(self._show_detail)

    def show_verdicts(self, rows: Sequence[ShownVerdict]) -> None:
        chosen = max(self.table.chosen_row, 0)
        self.model.show_rows(rows)
        self.table.fit_height()
        if rows and self.table.chosen_row < 0:
            self.table.choose_row(min(chosen, len(rows) - 1), scroll=False)
        self._show_detail()

    def _show_detail(self) -> None:
        row = self.model.row(self.table.chosen_row)
        self.detail.setText("" if row is None else row.detail)
        self.detail.setVisible(row is not None)


class _WholeTable(FittedTable):
    """As tall as its rows are, up to so many of them."""

    most_rows = 1_000

    def fit_height(self) -> None:
        rows = min(self.model().rowCount(), self.most_rows)
        header = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(header + rows * self.verticalHeader().defaultSectionSize() + 2)
        self.fit()


class _VerdictRows(_WholeTable):
    def __init__(self, theme: Theme, model: RowModel[ShownVerdict]) -> None:
        look = TableLook(name="Verdicts", ink=_verdict_ink, mark=_verdict_mark)
        super().__init__(theme, model, look)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.fit_height()

    @override
    def fit(self) -> None:
        """Names, verdicts and risks as wide as they are, within reason; reasons have the rest."""
        model, space = self.model(), self._theme.space
        if not model.columnCount():
            return
        metrics, pad = self.fontMetrics(), 2 * space(2)

        def wide(column: int) -> int:
            texts = [str(model.index(row, column).data()) for row in range(model.rowCount())]
            return (
                max(map(metrics.horizontalAdvance, [*texts, COLUMNS[column].title]), default=0)
                + pad
            )

        room = self.viewport().width()
        widths = {
            _WHO: min(wide(_WHO), max(room // 3, space(20))),
            _VERDICT: wide(_VERDICT) + space(MARK_UNITS),
            _RISKS: wide(_RISKS),
        }
        rest = room - sum(widths.values())
        self.setColumnHidden(_RISKS, rest < space(20))
        if rest < space(20):
            rest += widths[_RISKS]
        self.setColumnHidden(_WHY, rest < space(16))
        for column, width in {**widths, _WHY: max(rest, space(16))}.items():
            self.setColumnWidth(column, width)


def _map_columns(seats: Sequence[str]) -> list[Column[MapRow]]:
    """Those who were asked come last."""
    claim: Column[MapRow] = Column(key="claim", title="Claim", text=lambda row: row.claim)
    standing: Column[MapRow] = Column(
        key="standing", title="Said by", text=lambda row: row.standing, is_quiet=True, is_words=True
    )
    return [claim, standing, *(_seat_column(at, seat) for at, seat in enumerate(seats))]


def _seat_column(at: int, seat: str) -> Column[MapRow]:
    return Column(
        key=str(at),
        title=seat,
        text=lambda row: str(row.holds[at]),
        spoken=lambda row: f"{seat} {row.holds[at]}",
    )


_CLAIM, _STANDING, _FIRST_SEAT = range(3)


def _map_ink(row: MapRow, column: Column[MapRow], colours: Colours) -> QColor | None:
    return colours.error if row.is_contradicted and column.key == "standing" else None


class AgreementGrid(QWidget):
    """Nothing but its summary where two have not answered."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.model: RowModel[MapRow] = RowModel(parent=self)
        self.table = _ClaimRows(theme, self.model)
        self.summary = FlowingLabel(theme, tone=Tone.MUTED)
        self.more = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self.whole = FlowingLabel(theme)
        column = v_box(theme, on=self, gap=2, margins=0)
        words = v_box(theme, self.summary, margins=(1.5, 0))
        column.addLayout(words)
        column.addWidget(self.table)
        below = v_box(theme, self.whole, self.more, margins=(1.5, 0))
        column.addLayout(below)
        self.table.selectionModel().selectionChanged.connect(self._show_whole)

    def show_map(self, found: AgreementMap) -> None:
        self.summary.setText(found.summary)
        self.table.setVisible(bool(found.rows))
        self.table.setAccessibleDescription(_in_lines(found))
        self.more.setText(f"{found.left_out:,} more claims are not shown.")
        self.more.setVisible(bool(found.left_out))
        self.model.show_rows(found.rows, _map_columns(found.seats))
        self.table.fit_height()
        self._show_whole()

    def _show_whole(self) -> None:
        """A claim is often longer than its cell."""
        row = self.model.row(self.table.chosen_row)
        self.whole.setText("" if row is None else row.claim)
        self.whole.setVisible(row is not None and self.table.is_cut(row.claim))


def _in_lines(found: AgreementMap) -> str:
    """The same, for those who do not see the grid."""
    lines = [said(found.summary)]
    for row in found.rows:
        told = zip(found.seats, row.holds, strict=True)
        who = ", ".join(f"{seat} {said(hold)}" for seat, hold in told if hold is not Hold.SILENT)
        lines.append(f"{said(row.standing)}: {row.claim} ({who})")
    return "\n".join(lines)


class _ClaimRows(_WholeTable):
    most_rows = _MOST_ROWS_IN_SIGHT

    def __init__(self, theme: Theme, model: RowModel[MapRow]) -> None:
        cells = _ClaimCells(theme, model, _map_ink)
        super().__init__(theme, model, TableLook(name="Agreement map"), cells=cells)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)

    def is_cut(self, claim: str) -> bool:
        room = self.columnWidth(_CLAIM) - 2 * self._theme.space(1.5)
        return self.fontMetrics().horizontalAdvance(claim) > room

    @override
    def fit(self) -> None:
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
        said_by = [str(model.index(row, _STANDING).data()) for row in range(model.rowCount())]
        widest = max(map(metrics.horizontalAdvance, ["contradicted", *said_by]))
        standing = min(widest + 2 * space(2), space(40))
        room = self.viewport().width()
        claim = room - standing - seat * (count - _FIRST_SEAT)
        if claim < space(40):
            seat = max(space(9), seat - (space(40) - claim) // (count - _FIRST_SEAT))
            claim = max(room - standing - seat * (count - _FIRST_SEAT), space(30))
        self.setColumnWidth(_CLAIM, claim)
        self.setColumnWidth(_STANDING, standing)
        for at in range(_FIRST_SEAT, count):
            self.setColumnWidth(at, seat)


class _ClaimCells(RowCells):
    """A picture for each who was asked."""

    @override
    def paint_cell(
        self, painter: QPainter, inside: QRect, row: MapRow, column: Column[MapRow]
    ) -> None:
        if column.key.isdigit():
            pad = self._theme.space(1.5)
            self._paint_hold(painter, inside.adjusted(-pad, 0, pad, 0), row.holds[int(column.key)])
        else:
            super().paint_cell(painter, inside, row, column)

    def _paint_hold(self, painter: QPainter, area: QRect, hold: Hold) -> None:
        """A ground and a shape: never colour alone."""
        colours, space = self._theme.colours, self._theme.space
        if hold is Hold.ABSENT:
            painter.setPen(colours.muted)
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
