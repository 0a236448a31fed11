"""The sessions with CLIs: what each is about, when it was used, what it cost; the way to its jobs.

What was said in them lies with the CLIs alone.
"""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.app.session_words import COLUMNS, ShownSession
from llmgw_desktop.domain.session import Session
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.empty_state import EmptyState
from llmgw_desktop.ui.widgets.plain_rows import Index, PlainRows
from llmgw_desktop.ui.widgets.view_clothes import dress_header, dress_view

_QUIET = frozenset({"Folder", "Last used"})
_ELIDE = Qt.TextElideMode.ElideRight
_NUMBERS = frozenset({"Jobs", "Tokens", "Cost"})
_GO_FIRST = ("Folder", "Tokens", "Jobs", "Cost")
_WIDEST = {
    "CLI": "opencode",
    "Folder": "/home/someone/src/project",
    "Last used": "28 Nov 23:59",
    "Jobs": "8,888",
    "Tokens": "488.8k → 48.8k",
    "Cost": "<$0.001",
}
_LEAST_TITLE_CHARS = 26
_AT_END = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_AT_BEGIN = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def _cell(row: ShownSession, column: int) -> str:
    return row.cells[column]


class SessionModel(PlainRows[ShownSession]):
    """Figures stand at the end of their cells, under titles that do too."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_cell, parent)
        self.show_sessions(())

    def show_sessions(self, rows: Sequence[ShownSession]) -> None:
        self.show_rows(COLUMNS, rows)

    def session(self, row: int) -> Session | None:
        shown = self.row(row)
        return None if shown is None else shown.session

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole and index.isValid():
            return _AT_END if COLUMNS[index.column()] in _NUMBERS else _AT_BEGIN
        return super().data(index, role)

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        told = super().headerData(section, orientation, role)
        is_place = role == Qt.ItemDataRole.TextAlignmentRole and told is not None
        return _AT_END if is_place and COLUMNS[section] in _NUMBERS else told


class _Table(QTableView):
    """Tells when it has another width."""

    resized = Signal()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


class _Cells(QStyledItemDelegate):
    """Texts that begin where the header's do."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, pad = self._theme.colours, self._theme.space(1.5)
        area: QRect = option.rect
        if option.state.value & QStyle.StateFlag.State_Selected.value:
            painter.fillRect(area, colours.selection)
        inside = area.adjusted(pad, 0, -pad, 0)
        text = str(index.data())
        elided = painter.fontMetrics().elidedText(text, _ELIDE, inside.width())
        is_quiet = COLUMNS[index.column()] in _QUIET
        painter.setPen(colours.muted if is_quiet else colours.text)
        side = _AT_END if COLUMNS[index.column()] in _NUMBERS else _AT_BEGIN
        painter.drawText(inside, side | Qt.TextFlag.TextSingleLine, elided)


class SessionList(QWidget):
    """One is chosen at a time; buttons below say what can be done with it."""

    jobs_wanted = Signal(object)
    forget_wanted = Signal(object)
    """A Session each."""
    said = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = SessionModel(self)
        self.table = _Table()
        self._none = EmptyState(
            theme,
            icon="jobs",
            title="No sessions.",
            text="A run that goes on with an earlier one belongs to its session; it will stand "
            "here until nobody has used it for long.",
        )
        self.show_jobs = Button(theme, "Show its jobs", icon="jobs")
        self.copy_id = Button(theme, "Copy its id", icon="copy")
        self.forget = Button(theme, "Forget…", icon="trash")
        self._lay_out()
        self.show_jobs.clicked.connect(lambda: self._tell(self.jobs_wanted))
        self.forget.clicked.connect(lambda: self._tell(self.forget_wanted))
        self.copy_id.clicked.connect(self._copy)
        self.table.activated.connect(lambda: self._tell(self.jobs_wanted))
        self.table.selectionModel().selectionChanged.connect(self._on_chosen)
        self._model.modelReset.connect(self._on_chosen)
        self.table.resized.connect(self._fit)
        self._on_chosen()

    @property
    def chosen(self) -> Session | None:
        rows = self.table.selectionModel().selectedRows()
        return self._model.session(rows[0].row()) if rows else None

    @property
    def titles(self) -> list[str]:
        return [self._model.index(row, 1).data() for row in range(self._model.rowCount())]

    def show_sessions(self, rows: Sequence[ShownSession]) -> None:
        chosen = self.chosen
        self._model.show_sessions(rows)
        self.table.setVisible(bool(rows))
        self._none.setVisible(not rows)
        ids = [row.session.id for row in rows]
        if chosen is not None and chosen.id in ids:
            self.table.selectRow(ids.index(chosen.id))

    def _on_chosen(self) -> None:
        session = self.chosen
        for button in (self.show_jobs, self.forget):
            button.setEnabled(session is not None)
        self.copy_id.setEnabled(session is not None and bool(session.provider_session_id))

    def _tell(self, signal: object) -> None:
        session = self.chosen
        if session is not None:
            signal.emit(session)  # type: ignore[attr-defined]

    def _copy(self) -> None:
        session = self.chosen
        if session is not None:
            QGuiApplication.clipboard().setText(session.provider_session_id)
            self.said.emit("The CLI's own id of the session copied.")

    def _lay_out(self) -> None:
        space = self._theme.space
        self._dress(self.table)
        foot = QHBoxLayout()
        foot.setContentsMargins(space(4), space(2), space(4), space(2))
        foot.setSpacing(space(2))
        for button in (self.show_jobs, self.copy_id, self.forget):
            foot.addWidget(button)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table, 1)
        column.addWidget(self._none, 1)
        column.addLayout(foot)

    def _dress(self, table: QTableView) -> None:
        table.setModel(self._model)
        table.setItemDelegate(_Cells(self._theme, table))
        table.setAccessibleName("Sessions")
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setCornerButtonEnabled(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(self._theme.space(7.5))
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.horizontalHeader().setSectionsClickable(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        dress_header(table.horizontalHeader(), self._theme)
        dress_view(table, self._theme)

    def _fit(self) -> None:
        """Columns as wide as their widest text; the title has the rest."""
        metrics, pad = self.table.fontMetrics(), 3 * self._theme.space(1.5)
        widths = {name: metrics.horizontalAdvance(text) + pad for name, text in _WIDEST.items()}
        least = metrics.averageCharWidth() * _LEAST_TITLE_CHARS
        room = self.table.viewport().width()
        for name in _GO_FIRST:
            if room - sum(widths.values()) < least:
                widths.pop(name)
        title = max(room - sum(widths.values()), least)
        for at, name in enumerate(COLUMNS):
            is_title = name not in _WIDEST
            self.table.setColumnHidden(at, not is_title and name not in widths)
            self.table.setColumnWidth(at, title if is_title else widths.get(name, 0))
