"""The table of jobs: what runs on top, keys that move, columns that give way to the title."""

from collections.abc import Callable

from PySide6.QtCore import (
    QEvent,
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
    QAction,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.app.figures import UNKNOWN
from llmgw_desktop.domain.job import Job, JobState
from llmgw_desktop.ui.jobs.job_marks import job_colour, job_icon
from llmgw_desktop.ui.jobs.job_model import COLUMNS, JobModel
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.view_clothes import dress_header, dress_view

_Index = QModelIndex | QPersistentModelIndex
_GO_FIRST = ("client", "tokens", "asked", "cost")
"""Columns that leave where the title has no room, in this order."""
_LEAST_TITLE_CHARS = 26
_MARK_UNITS = 5.5
_SELECTED = QStyle.StateFlag.State_Selected.value
_QUIET = frozenset({"asked", "client"})


class JobTable(QTableView):
    """One row at a time is selected."""

    job_chosen = Signal(object)
    """The Job under the selection, or None."""
    opened = Signal()
    """Enter, or a click."""
    left = Signal()
    """Esc."""
    menu_wanted = Signal(QPoint)

    def __init__(self, model: JobModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._chosen_id = ""
        self._is_told = True
        self._delegate = _Delegate(theme, model, self)
        self._set_up_view()
        for text, key, run in (
            ("Next job", "J", lambda: self.step(1)),
            ("Previous job", "K", lambda: self.step(-1)),
            ("Open job", "Return", self.opened.emit),
            ("Close job", "Esc", self.left.emit),
        ):
            self._add_key(text, key, run)
        model.modelAboutToBeReset.connect(self._hold)
        model.modelReset.connect(self._choose_again)
        theme.changed.connect(self.viewport().update)

    @property
    def chosen_row(self) -> int:
        rows = self.selectionModel().selectedRows()
        return rows[0].row() if rows else -1

    def chosen_job(self) -> Job | None:
        return self._model.job(self.chosen_row)

    def choose(self, job_id: str) -> None:
        """Select it and bring it into sight, if it is in the list."""
        self._choose_row(self._model.row_of(job_id))

    def step(self, rows: int) -> None:
        last = self._model.rowCount() - 1
        if last >= 0:
            row = self.chosen_row
            self._choose_row(0 if row < 0 else min(max(row + rows, 0), last))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Down if self.chosen_row < 0:
                self.step(1)
            case Qt.Key.Key_Home:
                self._choose_row(0)
            case Qt.Key.Key_End:
                self._choose_row(self._model.rowCount() - 1)
            case _:
                super().keyPressEvent(event)

    @override
    def keyboardSearch(self, search: str) -> None:
        """Nothing: letters are keys of the page."""

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        is_row = self.indexAt(event.position().toPoint()).isValid()
        if event.button() is Qt.MouseButton.LeftButton and is_row:
            self.opened.emit()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

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

    def _choose_row(self, row: int) -> None:
        index = self._model.index(row, 0)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def _hover(self, row: int) -> None:
        if row != self._delegate.hovered_row:
            self._delegate.hovered_row = row
            self.viewport().update()

    def _add_key(self, text: str, key: str, run: Callable[[], object]) -> None:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: run())
        self.addAction(action)

    def _set_up_view(self) -> None:
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Jobs")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self._theme.space(7.5))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(self._theme.space(8))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        dress_header(header, self._theme)
        dress_view(self, self._theme)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
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


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, model: JobModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.hovered_row = -1
        self._theme = theme
        self._model = model

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        area: QRect = option.rect
        colours = self._theme.colours
        if option.state.value & _SELECTED:
            painter.fillRect(area, colours.selection)
        elif index.row() == self.hovered_row:
            painter.fillRect(area, colours.hover)
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
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inside.width())
        side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
        # One line of left-to-right order, whatever stands in it.
        flags = Qt.AlignmentFlag.AlignVCenter | side
        painter.drawText(inside, flags | Qt.TextFlag.TextSingleLine, elided)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(self._theme.space(20), self._theme.space(7.5))

    def _paint_mark(self, painter: QPainter, inside: QRect, state: JobState) -> QRect:
        size = self._theme.space(4)
        area = QRectF(inside.left(), inside.top() + (inside.height() - size) / 2, size, size)
        ink = job_colour(state, self._theme.colours)
        self._theme.icons.paint(painter, job_icon(state), area, ink)
        return inside.adjusted(self._theme.space(_MARK_UNITS), 0, 0, 0)
