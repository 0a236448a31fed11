"""The answers side by side: as many columns as there is room for, the rest below."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.app.validation.words import ShownAnswer
from llmgw_desktop.ui.compare.answers import AnswerView
from llmgw_desktop.ui.theme import Theme

_LEAST_UNITS = 58
MOST_COLUMNS = 5


class AnswerColumns(QWidget):
    """`set_tall` says how tall a row is."""

    cancel_wanted = Signal(str)
    again_wanted = Signal()
    flight_wanted = Signal(str)
    job_wanted = Signal(str)
    reached = Signal(QWidget)
    """The keyboard came to this answer."""

    def __init__(self, theme: Theme, before: QWidget) -> None:
        """`before` is what the Tab key leaves for the first answer."""
        super().__init__()
        self._before = before
        self._theme = theme
        self._views: list[AnswerView] = []
        self._across = 0
        self._tall = theme.space(80)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.space(3))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def views(self) -> tuple[AnswerView, ...]:
        return tuple(self._views)

    def show_answers(self, answers: Sequence[ShownAnswer]) -> None:
        """Those who are there already are changed in place."""
        if [view.answer.key for view in self._views] == [answer.key for answer in answers]:
            for view, answer in zip(self._views, answers, strict=True):
                if view.answer != answer:
                    view.show_answer(answer)
            return
        for old in self._views:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._views = [self._view(answer) for answer in answers]
        self._across = 0
        self._arrange()
        stop = self._before
        for view in self._views:
            stop = view.stop_after(stop)

    @property
    def needed(self) -> int:
        """The height at which no answer has to be scrolled."""
        return max((view.needed for view in self._views), default=0)

    def set_tall(self, height: int) -> None:
        if height != self._tall:
            self._tall = height
            for view in self._views:
                view.setFixedHeight(height)

    def step(self, by: int) -> None:
        """The keyboard goes to the answer before or behind; from none, to the first. By 0 nothing
        is moved into sight."""
        has = [at for at, view in enumerate(self._views) if view.isAncestorOf(_focused(self))]
        to = min(max(has[0] + by, 0), len(self._views) - 1) if has else 0
        if self._views:
            self._views[to].text.setFocus()
            if by:
                self.reached.emit(self._views[to])

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _view(self, answer: ShownAnswer) -> AnswerView:
        view = AnswerView(self._theme, answer)
        view.setFixedHeight(self._tall)
        view.cancel_wanted.connect(self.cancel_wanted)
        view.again_wanted.connect(self.again_wanted)
        view.flight_wanted.connect(self.flight_wanted)
        view.job_wanted.connect(self.job_wanted)
        return view

    def _arrange(self) -> None:
        gap, count = self._grid.spacing(), len(self._views)
        room = (self.width() + gap) // (self._theme.space(_LEAST_UNITS) + gap)
        rows = -(-count // max(1, min(MOST_COLUMNS, room)))
        across = -(-count // max(rows, 1))  # four in two rows are two and two
        if across == self._across or not count:
            return
        self._across = across
        for view in self._views:
            self._grid.removeWidget(view)
        for at in range(MOST_COLUMNS):
            self._grid.setColumnStretch(at, 1 if at < across else 0)
        for at, view in enumerate(self._views):
            self._grid.addWidget(view, at // across, at % across)
        self.updateGeometry()


def _focused(widget: QWidget) -> QWidget:
    """The widget itself where nothing in its window has the keyboard."""
    return widget.window().focusWidget() or widget
