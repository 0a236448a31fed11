"""The table of jobs: what runs on top, keys that move, columns that give way to the title."""

from PySide6.QtCore import (
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFontMetrics,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QHeaderView,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.app.figures import UNKNOWN
from llmgw_desktop.domain.job import Job, JobState
from llmgw_desktop.ui.jobs.job_marks import job_colour, job_icon
from llmgw_desktop.ui.jobs.job_model import COLUMNS, JobModel
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.row_table import RowDelegate, RowTable, paint_line
from llmgw_desktop.ui.widgets.view_clothes import dress_header

_Index = QModelIndex | QPersistentModelIndex
_GO_FIRST = ("client", "tokens", "asked", "cost")
"""Columns that leave where the title has no room, in this order."""
_LEAST_TITLE_CHARS = 26
_MARK_UNITS = 5.5
_QUIET = frozenset({"asked", "client"})


class JobTable(RowTable):
    """One row at a time is selected."""

    job_chosen = Signal(object)
    """The Job under the selection, or None."""
    opened = Signal()
    """Enter, or a click."""
    left = Signal()
    """Esc."""
    menu_wanted = Signal(QPoint)

    def __init__(self, model: JobModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._model = model
        self._chosen_id = ""
        self._is_told = True
        self._set_up_view()
        self.add_keys(
            (
                ("Next job", "J", lambda: self.step(1)),
                ("Previous job", "K", lambda: self.step(-1)),
                ("Open job", "Return", self.opened.emit),
                ("Close job", "Esc", self.left.emit),
            )
        )
        self.row_clicked.connect(self.opened)
        model.modelAboutToBeReset.connect(self._hold)
        model.modelReset.connect(self._choose_again)

    def chosen_job(self) -> Job | None:
        return self._model.job(self.chosen_row)

    def choose(self, job_id: str) -> None:
        """Select it and bring it into sight, if it is in the list."""
        self.choose_row(self._model.row_of(job_id))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        if self.chosen_row >= 0:
            self.scrollTo(self.currentIndex())

    @override
    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if self._is_told:
            job = self.chosen_job()
            self._chosen_id = "" if job is None else job.id
            self.job_chosen.emit(job)

    def _hold(self) -> None:
        self._is_told = False

    def _choose_again(self) -> None:
        """Rows have changed places; the person has not chosen another."""
        row = self._model.row_of(self._chosen_id)
        if row >= 0:
            self.selectRow(row)
        self._is_told = True
        if row < 0 and self._chosen_id:
            self._chosen_id = ""
            self.job_chosen.emit(None)

    def _set_up_view(self) -> None:
        delegate = _Delegate(self._theme, self._model, self)
        self.set_up(self._model, delegate, name="Jobs", row_height=self._theme.space(7.5))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(self._theme.space(8))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        dress_header(header, self._theme)
        self.customContextMenuRequested.connect(self._ask_menu)
        self._fit()

    def _ask_menu(self, at: QPoint) -> None:
        if self.chosen_job() is not None:
            self.menu_wanted.emit(self.viewport().mapToGlobal(at))

    def _fit(self) -> None:
        """Columns as wide as their widest text; the title has the rest."""
        metrics, pad = QFontMetrics(self._theme.font()), 3 * self._theme.space(1.5)
        widths = {
            column.key: metrics.horizontalAdvance(max(column.widest, column.title, key=len)) + pad
            for column in COLUMNS
            if column.widest
        }
        widths["state"] += self._theme.space(_MARK_UNITS)
        least = metrics.averageCharWidth() * _LEAST_TITLE_CHARS
        room = self.viewport().width()
        for key in _GO_FIRST:
            if room - sum(widths.values()) < least:
                widths.pop(key)
        title = max(room - sum(widths.values()), least)
        for at, column in enumerate(COLUMNS):
            is_title = not column.widest
            self.setColumnHidden(at, not is_title and column.key not in widths)
            self.setColumnWidth(at, title if is_title else widths.get(column.key, 0))


class _Delegate(RowDelegate):
    def __init__(self, theme: Theme, model: JobModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        area: QRect = option.rect
        colours = self._theme.colours
        self.paint_ground(painter, option, index.row(), colours)
        column, shown = COLUMNS[index.column()], self._model.shown(index.row())
        painter.setFont(self._theme.font())
        pad = self._theme.space(1.5)
        inside = area.adjusted(pad, 0, -pad, 0)
        text, state = shown.cells[index.column()], shown.job.state
        ink = colours.muted if column.key in _QUIET else colours.text
        if column.key == "state":
            inside = self._paint_mark(painter, inside, state)
            ink = job_colour(state, colours)
        elif text == UNKNOWN:
            ink = colours.disabled
        elif column.key == "took" and state is JobState.RUNNING:
            ink = colours.running
        painter.setPen(ink)
        paint_line(painter, inside, text, is_number=column.is_number)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(self._theme.space(20), self._theme.space(7.5))

    def _paint_mark(self, painter: QPainter, inside: QRect, state: JobState) -> QRect:
        size = self._theme.space(4)
        area = QRectF(inside.left(), inside.top() + (inside.height() - size) / 2, size, size)
        ink = job_colour(state, self._theme.colours)
        self._theme.icons.paint(painter, job_icon(state), area, ink)
        return inside.adjusted(self._theme.space(_MARK_UNITS), 0, 0, 0)
