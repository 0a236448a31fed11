"""The rules from top to bottom; the first that fits a request is used."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.routes import RouteRow
from llmgw_desktop.ui.routes.route_row import RouteRowView
from llmgw_desktop.ui.theme import Theme


class RouteList(QWidget):
    """Shows where a dragged rule would go, and says so when it is let go."""

    toggled = Signal(int, bool)
    edit_wanted = Signal(int)
    remove_wanted = Signal(int)
    move_wanted = Signal(int, int)
    """From here to there, both places in the list."""
    rebuilt = Signal()
    """There are other rows than before."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._views: list[RouteRowView] = []
        self._gap: int | None = None
        """Above which row the dragged one would go."""
        self._followed: int | None = None
        """The place to which a rule that has the keys was moved."""
        self._line = _InsertLine(theme, self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.space(0.5))

    @property
    def views(self) -> tuple[RouteRowView, ...]:
        return tuple(self._views)

    def show_rows(self, rows: Sequence[RouteRow]) -> None:
        if len(rows) != len(self._views):
            self._build(rows)
        for view, row in zip(self._views, rows, strict=True):
            view.show_row(row)
        if self._followed is not None and self._followed < len(self._views):
            self._views[self._followed].setFocus(Qt.FocusReason.OtherFocusReason)
        self._followed = None

    def _build(self, rows: Sequence[RouteRow]) -> None:
        for view in self._views:
            view.hide()
            self._column.removeWidget(view)
            view.deleteLater()
        self._views = [RouteRowView(self._theme, row) for row in rows]
        for at, view in enumerate(self._views):
            view.toggled.connect(partial(self.toggled.emit, at))
            view.edit_wanted.connect(partial(self.edit_wanted.emit, at))
            view.remove_wanted.connect(partial(self.remove_wanted.emit, at))
            view.step_wanted.connect(partial(self._step, at))
            view.move_wanted.connect(partial(self._move_by, at))
            view.dragged.connect(partial(self._on_dragged, at))
            view.dropped.connect(partial(self._on_dropped, at))
            self._column.addWidget(view)
        self.rebuilt.emit()

    def _step(self, at: int, by: int) -> None:
        to = min(max(at + by, 0), len(self._views) - 1)
        self._views[to].setFocus(Qt.FocusReason.TabFocusReason)

    def _move_by(self, at: int, by: int) -> None:
        to = at + by
        if 0 <= to < len(self._views):
            self._followed = to
            self.move_wanted.emit(at, to)

    def _on_dragged(self, at: int, place: QPoint) -> None:
        y = self.mapFromGlobal(place).y()
        middles = [view.geometry().center().y() for view in self._views]
        gap = sum(middle < y for middle in middles)
        self._gap = None if gap in (at, at + 1) else gap
        self._show_gap()

    def _on_dropped(self, at: int) -> None:
        gap, self._gap = self._gap, None
        self._show_gap()
        if gap is not None:
            to = gap - 1 if gap > at else gap
            self._followed = to
            self.move_wanted.emit(at, to)

    def _show_gap(self) -> None:
        self._line.setVisible(self._gap is not None)
        if self._gap is None:
            return
        is_end = self._gap == len(self._views)
        edge = self._views[-1].geometry().bottom() if is_end else self._views[self._gap].y()
        height = self._theme.space(1)
        top = min(max(edge - height // 2, 0), self.height() - height)
        self._line.setGeometry(0, top, self.width(), height)
        self._line.raise_()


class _InsertLine(QWidget):
    """Where the rule would go."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colours.accent)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0, 0.5, 0, -0.5), 2, 2)
        painter.end()
