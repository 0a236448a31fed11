"""The log of decisions with its filter, and all that is known of the chosen one below it."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from llmgw_desktop.app.decisions import DecisionKind, DecisionRow, shown
from llmgw_desktop.app.figures import counted
from llmgw_desktop.ui.access.decision_table import DecisionTable
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.empty_state import EmptyState
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.search_field import SearchField
from llmgw_desktop.ui.widgets.segmented import Segmented

_ALL = "all"
_KINDS = (
    (_ALL, "All"),
    (DecisionKind.PROGRAM.value, "Programs"),
    (DecisionKind.AGENT.value, "Agents"),
    (DecisionKind.GATE.value, "Gate"),
)
_NOTHING = "Nothing was decided yet."
_NOTHING_TEXT = (
    "Whom you let in, what you allowed an agent and what the approval gate said will stand here:"
    " who, how and how fast."
)


class DecisionPane(QWidget):
    """`job_wanted` leads to the job of an agent's question."""

    job_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._rows: tuple[DecisionRow, ...] = ()
        self._chosen: DecisionRow | None = None
        self.kinds = Segmented(theme, _KINDS, name="Which decisions")
        self.field = SearchField(theme, "Find in decisions")
        self._count = Label(theme, tone=Tone.MUTED)
        self.table = DecisionTable(theme)
        self._nothing = EmptyState(theme, icon="access", title=_NOTHING, text=_NOTHING_TEXT)
        self._more = FlowingLabel(theme, tone=Tone.MUTED)
        self.job = Button(theme, "Open the job")
        self._stack = QStackedWidget()
        self._bar = QWidget()
        self._foot = QWidget()
        self._lay_out(theme)
        self.kinds.chosen.connect(lambda _: self._show())
        self.field.textChanged.connect(lambda _: self._show())
        self.table.chosen.connect(self._on_chosen)
        self.job.clicked.connect(self._open_job)
        self._show()

    @property
    def more_words(self) -> str:
        return "" if self._foot.isHidden() else self._more.text()

    def show_rows(self, rows: Sequence[DecisionRow]) -> None:
        self._rows = tuple(rows)
        self._show()

    def _show(self) -> None:
        key = self.kinds.key
        kind = None if key == _ALL else DecisionKind(key)
        found = shown(self._rows, kind, self.field.text())
        self.table.show_rows(found)
        whole = counted(len(self._rows), "decision")
        same = len(found) == len(self._rows)
        self._count.setText(whole if same else f"{len(found):,} of {whole}")
        self._stack.setCurrentIndex(1 if self._rows else 0)
        self._bar.setVisible(bool(self._rows))

    def _on_chosen(self, row: DecisionRow | None) -> None:
        self._chosen = row
        self._foot.setVisible(row is not None)
        if row is not None:
            self._more.setText(row.more)
            self.job.setVisible(bool(row.job_id))

    def _open_job(self) -> None:
        if self._chosen is not None:
            self.job_wanted.emit(self._chosen.job_id)

    def _lay_out(self, theme: Theme) -> None:
        space = theme.space
        bar = QHBoxLayout(self._bar)
        bar.setContentsMargins(space(6), space(3), space(6), space(3))
        bar.setSpacing(space(2))
        bar.addWidget(self.kinds)
        bar.addWidget(self.field, 1)
        bar.addWidget(self._count)
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(space(6), space(2), space(6), space(3))
        foot.setSpacing(space(3))
        foot.addWidget(self._more, 1)
        foot.addWidget(self.job)
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self._stack, 1)
        column.addWidget(self._foot)
        self._foot.hide()
