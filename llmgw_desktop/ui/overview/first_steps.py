"""Getting started: the first steps, ticked off by what is so, until all are done or put away."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, MarkIcon, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.words import said

if TYPE_CHECKING:  # a start reads in nothing of it
    from llmgw_desktop.app.gateway.welcome import FirstStep


class FirstStepsCard(QWidget):
    """Hidden until `show_steps` has some that are not done."""

    page_wanted = Signal(str)
    welcome_wanted = Signal()
    dismissed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[FirstStep, ...] = ()
        self._views: list[QWidget] = []
        title = Label(theme, "Getting started", weight=QFont.Weight.DemiBold)
        self._count = Label(theme, tone=Tone.MUTED)
        self.welcome = Button(theme, "Welcome", kind=ButtonKind.QUIET, icon="info")
        self.close_button = Button(
            theme, kind=ButtonKind.QUIET, icon="cross", name="Put the first steps away"
        )
        head = h_box(theme, title, self._count, None, self.welcome, self.close_button, gap=2)
        card = Card(theme)
        self._rows = v_box(theme, head, on=card, gap=1, margins=(4, 2))
        v_box(theme, card, on=self, margins=(6, 3, 6, 0))
        self.welcome.clicked.connect(self.welcome_wanted)
        self.close_button.clicked.connect(self._dismiss)
        self.hide()

    @property
    def undone(self) -> frozenset[str]:
        """Which are still to be done."""
        return frozenset(each.kind.value for each in self._shown if not each.is_done)

    @property
    def shown(self) -> "tuple[FirstStep, ...]":
        return () if self.isHidden() else self._shown

    def show_steps(self, steps: "Sequence[FirstStep]") -> None:
        done = sum(each.is_done for each in steps)
        if tuple(steps) != self._shown:
            self._shown = tuple(steps)
            while self._views:
                gone = self._views.pop()
                gone.hide()
                gone.deleteLater()
            stop: QWidget = self.close_button
            for each in steps:
                view = self._row(each)
                self._rows.addWidget(view)
                self._views.append(view)
                if go := view.findChild(Button):
                    QWidget.setTabOrder(stop, go)
                    stop = go
            self._count.setText(f"{done} of {len(steps)} done")
        self.setVisible(done < len(steps))

    def _row(self, step: "FirstStep") -> QWidget:
        theme, row = self._theme, QWidget()
        icon, tone = ("check", Tone.OK) if step.is_done else ("right", Tone.MUTED)
        words = FlowingLabel(theme, step.words, tone=Tone.MUTED if step.is_done else Tone.TEXT)
        words.setAccessibleName(said(f"{'Done' if step.is_done else 'To do'}: {step.words}"))
        parts: list[object] = [MarkIcon(theme, icon, tone), (words, 1)]
        if not step.is_done:
            go = Button(theme, "Go", kind=ButtonKind.QUIET, name=f"Go: {step.words}")
            go.clicked.connect(self._leading(step.page))
            parts.append(go)
        h_box(theme, *parts, on=row, gap=2, margins=0)  # type: ignore[arg-type]
        return row

    def _leading(self, page: str) -> Callable[[], None]:
        return lambda: self.page_wanted.emit(page)

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()
