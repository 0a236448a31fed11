"""One client in full: how it stands, what is left of its budgets, what it may, who it is."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.client_desk.facts import Fact, limits_words
from llmgw_desktop.app.client_desk.rows import ClientRow
from llmgw_desktop.ui.clients.budget_rows import BudgetRows
from llmgw_desktop.ui.clients.caller_rows import CallerRows
from llmgw_desktop.ui.clients.client_acts import ClientActs
from llmgw_desktop.ui.clients.fact_rows import FactRows
from llmgw_desktop.ui.clients.state_marks import client_mark
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.mark import Mark
from llmgw_desktop.ui.widgets.tip import tip
from llmgw_desktop.ui.widgets.view_clothes import dress_view
from llmgw_desktop.ui.widgets.wrapped_row import WrappedRow

_TO_RIGHT, _TO_BOTTOM = "Move to the right side", "Move to the bottom"


class ClientPane(QWidget):
    """It is given rows; what its buttons do is `ClientActs`' work."""

    closed = Signal()
    turned = Signal()

    def __init__(self, theme: Theme, acts: ClientActs) -> None:
        super().__init__()
        self._theme = theme
        self._key = ""
        self._mark = Mark(theme, "off")
        self._name = FlowingLabel(theme, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        self._state = FlowingLabel(theme, weight=QFont.Weight.Medium)
        self._turn = Button(theme, kind=ButtonKind.QUIET, icon="panel-right", name=_TO_RIGHT)
        self._close = Button(theme, kind=ButtonKind.QUIET, icon="cross", name="Close")
        self._buttons = [_button(theme, acts, at) for at in range(len(acts.actions))]
        self._refused = FlowingLabel(theme, tone=Tone.WARNING)
        self._budgets = BudgetRows(theme)
        self._whose = FlowingLabel(theme, tone=Tone.MUTED)
        self.callers = CallerRows(theme)
        self._facts = FactRows(theme)
        self._scroll = QScrollArea()
        self._lay_out()
        self._turn.clicked.connect(self.turned)
        self._close.clicked.connect(self.closed)

    @property
    def words(self) -> str:
        """All that it says."""
        labels = (self._name, self._state, self._refused, self._whose)
        said = [label.text() for label in labels if not label.isHidden()]
        return "\n".join([*said, self.callers.words, self._facts.words])

    def show_client(self, row: ClientRow, facts: Sequence[Fact]) -> None:
        self._mark.show_mark(*client_mark(row.state))
        self._name.setText(row.name)
        asked = f"last seen {row.seen}" if row.seen else ""
        today = f"today {row.asked_words}, {row.tokens} tokens, {row.cost}"
        parts = (
            row.state_words,
            row.kind.value,
            asked,
            today if row.is_client and not row.is_revoked else "",
        )
        self._state.setText(" · ".join(part for part in parts if part))
        refused = "\n".join(f"{each.words} {each.opens}".strip() for each in row.refusals)
        for label, words in ((self._refused, refused), (self._whose, limits_words(row))):
            label.setText(words)
            label.setVisible(bool(words))
        self._budgets.show_lines(row.budgets)
        self._facts.show_facts(facts)
        self.setAccessibleDescription(self.words)
        if row.key != self._key:
            self._key = row.key
            self.callers.show_lines(())
            self._scroll.verticalScrollBar().setValue(0)

    def show_side(self, *, at_right: bool) -> None:
        """Where the pane is, so that its button says where it would go."""
        name = _TO_BOTTOM if at_right else _TO_RIGHT
        self._turn.set_icon_name("panel-bottom" if at_right else "panel-right")
        self._turn.setAccessibleName(name)
        self._turn.setToolTip(tip(name))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def _lay_out(self) -> None:
        space = self._theme.space
        head = QHBoxLayout()
        head.setSpacing(space(2))
        head.addWidget(self._mark)
        head.addWidget(self._name, 1)
        head.addWidget(self._turn)
        head.addWidget(self._close)
        acts = QWidget()
        row = WrappedRow(space(2), acts)
        for button in self._buttons:
            row.addWidget(button)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(space(6), space(1), space(6), space(5))
        inside.setSpacing(space(3))
        for each in (
            self._state,
            acts,
            self._refused,
            self._budgets,
            self._whose,
            self.callers,
            self._facts,
        ):
            inside.addWidget(each)
        inside.addStretch(1)
        dress_view(self._scroll, self._theme)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(content)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, space(2.5), 0, 0)
        column.setSpacing(space(1))
        above = QWidget()
        above.setLayout(head)
        head.setContentsMargins(space(6), 0, space(2), 0)
        column.addWidget(above)
        column.addWidget(self._scroll, 1)
        self.setAccessibleName("The chosen client")


def _button(theme: Theme, acts: ClientActs, at: int) -> Button:
    """Shown while its action can be done."""
    action = acts.actions[at]
    button = Button(theme, action.text())
    button.setToolTip(action.toolTip())
    button.clicked.connect(action.trigger)

    def follow() -> None:
        button.setVisible(action.isVisible())
        button.setText(action.text())
        button.setAccessibleName(action.text().rstrip("…"))

    action.changed.connect(follow)
    follow()
    return button
