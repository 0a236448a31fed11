"""Who is asked: a chip for each, taken down by its button, and a button to add more."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.app.compare_seats import Askable
from llmgw_desktop.app.compare_wish import MOST_ASKED
from llmgw_desktop.ui.compare.seat_picker import SeatPicker
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.tip import tip
from llmgw_desktop.ui.widgets.wrapped_row import WrappedRow


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
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space(2.5), 0, 0, 0)
        row.setSpacing(theme.space(0.5))
        row.addWidget(self._words)
        row.addWidget(self.remove)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.show_title(title)
        theme.changed.connect(self.update)

    def show_title(self, title: str) -> None:
        short = title if len(title) <= 40 else f"{title[:39]}…"
        self._words.setText(short)
        self._words.setToolTip(tip(title) if short != title else "")
        name = f"Do not ask {title}"
        self.remove.setAccessibleName(name)
        self.remove.setToolTip(tip(name))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.border, 1))
        painter.setBrush(colours.alternate)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()
