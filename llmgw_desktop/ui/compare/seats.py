"""Who is asked: a chip for each, and the list to choose more from."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import QFrame, QListView, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.app.validation.wish import MOST_ASKED, Askable
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.fields import SearchField
from llmgw_desktop.ui.widgets.label import Label, Tone, plain_tip, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import WrappedRow, h_box, v_box
from llmgw_desktop.ui.widgets.view_clothes import dress_view, stay_dressed
from llmgw_desktop.ui.widgets.words import said

_KEY = Qt.ItemDataRole.UserRole + 1
_WIDTH_UNITS, _HEIGHT_UNITS = 84, 84


class SeatPicker(QFrame):
    """Stays open for more; Esc or a click beside it closes it."""

    chosen = Signal(str)
    """A key; also of one who is asked already."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._theme = theme
        self._near = parent
        self._all: Sequence[Askable] = ()
        self._taken: Collection[str] = ()
        self.field = SearchField(theme, "Find a model")
        self.model = QStandardItemModel(self)
        self.list = _List(theme)
        self.list.setModel(self.model)
        self.setAccessibleName(said("Who is asked"))
        space = theme.space
        v_box(theme, self.field, (self.list, 1), on=self, gap=1.5, margins=2)
        self.setFixedSize(space(_WIDTH_UNITS), space(_HEIGHT_UNITS))
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._choose_current)
        self.list.clicked.connect(self._choose)
        self.list.activated.connect(self._choose)
        stay_dressed(self, theme, SeatPicker._wear, at_once=2)

    def show_askable(self, everyone: Sequence[Askable], taken: Collection[str]) -> None:
        self._all, self._taken = everyone, taken
        self._fill()

    def open_at(self, at: QPoint) -> None:
        """With its upper left corner there, or as near as the screen allows."""
        screen = self._near.screen().availableGeometry()
        at.setX(max(screen.left(), min(at.x(), screen.right() - self.width())))
        at.setY(max(screen.top(), min(at.y(), screen.bottom() - self.height())))
        self.field.clear()
        self.move(at)
        self.show()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.field.setFocus()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape:
                self.close()
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                self.list.setFocus()
                self.list.keyPressEvent(event)
            case _:
                super().keyPressEvent(event)

    def _fill(self) -> None:
        at = self.list.currentIndex().data(_KEY)
        self.model.clear()
        group = ""
        for each in self._all:
            if not each.fits(self.field.text()):
                continue
            if each.group != group:
                group = each.group
                self.model.appendRow(self._head(group))
            self.model.appendRow(self._line(each))
        if not self.model.rowCount():
            self.model.appendRow(self._head("Nobody of that name"))
        self._stand_on(at)

    def _stand_on(self, key: object) -> None:
        rows = [row for row in range(self.model.rowCount()) if self.model.item(row).isEnabled()]
        same = [row for row in rows if self.model.item(row).data(_KEY) == key]
        for row in (same or rows)[:1]:
            self.list.setCurrentIndex(self.model.index(row, 0))

    def _head(self, words: str) -> QStandardItem:
        item = QStandardItem(said(words))
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setSizeHint(QSize(0, self._theme.space(7)))
        item.setFont(self._theme.font(TextSize.CAPTION, QFont.Weight.Medium))
        return item

    def _line(self, each: Askable) -> QStandardItem:
        words = f"{each.title}   {said(each.note)}" if each.note else each.title
        item = QStandardItem(words)
        is_taken = each.key in self._taken
        if is_taken:
            item.setIcon(self._theme.icon("check", self._theme.colours.accent))
        else:
            item.setIcon(self._theme.icon("plus", self._theme.colours.muted))
        item.setSizeHint(QSize(0, self._theme.space(6.5)))
        item.setData(each.key, _KEY)
        spoken = f"{words}, {said('is asked')}" if is_taken else words
        item.setData(spoken, Qt.ItemDataRole.AccessibleTextRole)
        return item

    def _choose_current(self) -> None:
        self._choose(self.list.currentIndex())

    def _choose(self, index: QModelIndex) -> None:
        key = index.data(_KEY)
        if key:
            self.chosen.emit(str(key))

    def _wear(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"SeatPicker {{ background: {colours.surface.name()};"
            f" border: 1px solid {colours.outline.name()}; }}"
        )
        self._fill()


class _List(QListView):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName(said("Models"))
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        dress_view(self, theme)


class SeatChips(QWidget):
    """`seats` are keys, in the order in which they were added."""

    changed = Signal()
    taken_down = Signal(str)
    full = Signal()
    """One more was wanted than may be asked."""

    def __init__(self, theme: Theme, before: QWidget) -> None:
        """`before` is what the Tab key leaves for the first chip."""
        super().__init__()
        self._theme = theme
        self._before = before
        self._everyone: Sequence[Askable] = ()
        self._chips: dict[str, _Chip] = {}
        self._row = WrappedRow(theme.space(1.5), self)
        self.add = Button(theme, "Add", icon="plus", name="Add who is asked")
        self.picker = SeatPicker(theme, self)
        label = Label(theme, "Ask", tone=Tone.MUTED)
        label.setBuddy(self.add)
        label.setMinimumHeight(self.add.sizeHint().height())
        self._row.addWidget(label)
        self._row.addWidget(self.add)
        self.add.clicked.connect(self.open_picker)
        self.picker.chosen.connect(self.toggle)

    @property
    def seats(self) -> tuple[str, ...]:
        return tuple(self._chips)

    def show_askable(self, everyone: Sequence[Askable]) -> None:
        self._everyone = everyone
        for key, chip in self._chips.items():
            chip.show_title(self._title(key))
        self._refill()

    def choose(self, keys: Sequence[str]) -> None:
        """These and no others."""
        for key in [key for key in self._chips if key not in keys]:
            self._drop(key)
        for key in keys[:MOST_ASKED]:
            if key not in self._chips:
                self._put(key)
        self._changed()

    def toggle(self, key: str) -> None:
        if key in self._chips:
            self.take_down(key)
        elif len(self._chips) >= MOST_ASKED:
            self.full.emit()
        else:
            self._put(key)
            self._changed()

    def take_down(self, key: str) -> None:
        self._drop(key)
        self._changed()
        self.taken_down.emit(key)

    def open_picker(self) -> None:
        self._refill()
        self.picker.open_at(self.add.mapToGlobal(QPoint(0, self.add.height() + 2)))

    def title(self, key: str) -> str:
        return self._title(key)

    def _changed(self) -> None:
        self._refill()
        self.updateGeometry()
        self.changed.emit()

    def _refill(self) -> None:
        self.picker.show_askable(self._everyone, self._chips.keys())

    def _title(self, key: str) -> str:
        return next((each.title for each in self._everyone if each.key == key), key)

    def _put(self, key: str) -> None:
        chip = _Chip(self._theme, self._title(key))
        chip.close_wanted.connect(lambda: self.take_down(key))
        self._row.insert(1 + len(self._chips), chip)
        self._chips[key] = chip
        stop = self._before
        for each in (*(one.remove for one in self._chips.values()), self.add):
            QWidget.setTabOrder(stop, each)
            stop = each

    def _drop(self, key: str) -> None:
        chip = self._chips.pop(key)
        if chip.remove.hasFocus():
            self.add.setFocus()
        self._row.removeWidget(chip)
        chip.hide()
        chip.deleteLater()


class _Chip(QWidget):
    close_wanted = Signal()

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._theme = theme
        self._words = Label(theme)
        self.remove = Button(theme, kind=ButtonKind.QUIET, icon="cross", name="Remove")
        self.remove.clicked.connect(self.close_wanted)
        h_box(theme, self._words, self.remove, on=self, gap=0.5, margins=(2.5, 0, 0, 0))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.show_title(title)
        theme.changed.connect(self.update)

    def show_title(self, title: str) -> None:
        short = title if len(title) <= 40 else f"{title[:39]}…"
        self._words.setText(short)
        put_tip(self._words, plain_tip(title) if short != title else "")
        name = f"Do not ask {title}"
        self.remove.setAccessibleName(said(name))
        put_tip(self.remove, tip(name))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.border, 1))
        painter.setBrush(colours.alternate)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()
