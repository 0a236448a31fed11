"""One rule of the list: what it is for and where it leads. It can be dragged, and moved by keys."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.app.routing.routes import RouteRow
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind, marks_focus
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, MarkIcon, Tone, plays, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.toggles import Switch
from llmgw_desktop.ui.widgets.words import said, said_with


@plays(QAccessible.Role.ListItem)
class RouteRowView(QWidget):
    """Alt+Up and Alt+Down move it, Enter edits, Delete removes; Up and Down leave it."""

    toggled = Signal(bool)
    edit_wanted = Signal()
    remove_wanted = Signal()
    step_wanted = Signal(int)
    move_wanted = Signal(int)
    """By so many places."""
    dragged = Signal(QPoint)
    """To here, in global places; it is still held."""
    dropped = Signal()

    def __init__(self, theme: Theme, row: RouteRow) -> None:
        super().__init__()
        self._theme = theme
        self._row = row
        self._pressed_at: QPoint | None = None
        self._is_dragged = False
        self._shows_focus = False
        self._number = Label(theme, tone=Tone.MUTED)
        self._name = FlowingLabel(theme, weight=QFont.Weight.DemiBold, is_verbatim=True)
        self._note = Label(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._match = FlowingLabel(theme)
        self._to = FlowingLabel(theme, tone=Tone.MUTED)
        self._edit = Button(theme, kind=ButtonKind.QUIET, icon="edit")
        self._remove = Button(theme, kind=ButtonKind.QUIET, icon="trash")
        self._switch = Switch(theme, name="")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._lay_out()
        self._edit.clicked.connect(self.edit_wanted)
        self._remove.clicked.connect(self.remove_wanted)
        self._switch.clicked.connect(self.toggled)
        theme.changed.connect(self.update)
        self.show_row(row)

    @property
    def row(self) -> RouteRow:
        return self._row

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """For the Tab key, as the eye goes."""
        return (self, self._edit, self._remove, self._switch)

    def show_row(self, row: RouteRow) -> None:
        self._row = row
        tone = Tone.TEXT if row.enabled else Tone.MUTED
        self._number.setText(str(row.index + 1))
        self._name.setText(row.name)
        self._note.setText(row.strategy if row.enabled else f"{row.strategy} · off")
        self._match.setText(row.match)
        self._to.setText("→ " + f"\n    {said('then')} ".join(row.targets))
        for label in (self._name, self._match):
            label.set_tone(tone)
        self._switch.setChecked(row.enabled)
        for button, what in ((self._edit, "Edit"), (self._remove, "Remove"), (self._switch, "Use")):
            button.setAccessibleName(said(f"{what} route “{row.name}”"))
            put_tip(button, tip(f"{what} route “{row.name}”"))
        state = "on" if row.enabled else "off"
        leads = f", {said('then')} ".join(row.targets)
        route = said_with("Route %1", str(row.index + 1))
        self.setAccessibleName(f"{route}, {row.name}: {said(row.match)} → {leads}; {said(state)}")
        self.setAccessibleDescription(said("Alt+Up and Alt+Down move it, Enter edits it."))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key in steps:
            self._shows_focus = True
            is_move = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            (self.move_wanted if is_move else self.step_wanted).emit(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edit_wanted.emit()
        elif key is Qt.Key.Key_Delete:
            self.remove_wanted.emit()
        elif key is Qt.Key.Key_Space:
            self.toggled.emit(not self._row.enabled)
        else:
            super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            return
        far = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if self._is_dragged or far >= QApplication.startDragDistance():
            self._is_dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(event.globalPosition().toPoint())
            self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_dragged, self._is_dragged, self._pressed_at = self._is_dragged, False, None
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.update()
        if was_dragged:
            self.dropped.emit()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.edit_wanted.emit()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = marks_focus(event, self._shows_focus) or (
            event.reason() is Qt.FocusReason.OtherFocusReason
        )
        super().focusInEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        shows_focus = self.hasFocus() and self._shows_focus
        if self._is_dragged:
            painter.setBrush(colours.selection)
        elif self.underMouse():
            painter.setBrush(colours.hover if colours.is_dark else colours.alternate)
        painter.setPen(QPen(colours.accent, 1.5) if shows_focus else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(area, 6, 6)
        painter.end()

    def _lay_out(self) -> None:
        theme, _space = self._theme, self._theme.space
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        title = h_box(self._theme, self._name, (self._note, 1), gap=2)
        words = v_box(self._theme, title, self._match, self._to, gap=0.5)
        row = h_box(self._theme, on=self, gap=1.5, margins=2)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(MarkIcon(theme, "grip"), 0, top)
        row.addWidget(self._number, 0, top)
        row.addLayout(words, 1)
        for widget in (self._edit, self._remove, self._switch):
            row.addWidget(widget, 0, top)


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
        self._column = v_box(theme, on=self, gap=0.5, margins=0)

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
