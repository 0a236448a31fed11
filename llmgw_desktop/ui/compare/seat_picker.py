"""A list to choose from who is asked: found by name, grouped, opened below a button."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QShowEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QListView, QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.compare_seats import Askable
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.search_field import SearchField
from llmgw_desktop.ui.widgets.view_clothes import dress_view

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
        self.setAccessibleName("Who is asked")
        space = theme.space
        column = QVBoxLayout(self)
        column.setContentsMargins(space(2), space(2), space(2), space(2))
        column.setSpacing(space(1.5))
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        self.setFixedSize(space(_WIDTH_UNITS), space(_HEIGHT_UNITS))
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._choose_current)
        self.list.clicked.connect(self._choose)
        self.list.activated.connect(self._choose)
        self._wear()
        theme.changed.connect(self._wear)

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
        item = QStandardItem(words)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setSizeHint(QSize(0, self._theme.space(7)))
        item.setFont(self._theme.font(TextSize.CAPTION, QFont.Weight.Medium))
        return item

    def _line(self, each: Askable) -> QStandardItem:
        words = f"{each.title}   {each.note}" if each.note else each.title
        item = QStandardItem(words)
        is_taken = each.key in self._taken
        if is_taken:
            item.setIcon(self._theme.icon("check", self._theme.colours.accent))
        else:
            item.setIcon(self._theme.icon("plus", self._theme.colours.muted))
        item.setSizeHint(QSize(0, self._theme.space(6.5)))
        item.setData(each.key, _KEY)
        said = f"{words}, is asked" if is_taken else words
        item.setData(said, Qt.ItemDataRole.AccessibleTextRole)
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
        self.setAccessibleName("Models")
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        dress_view(self, theme)
