"""The head of a comparison: what was asked, how it stands, what it comes to."""

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.compare import ShownPanel
from llmgw_desktop.domain.validation import Stance
from llmgw_desktop.ui.compare.compare_marks import stance_mark
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.mark import Mark

_LONGEST = 220


class PanelHead(QWidget):
    """Its marks are shapes, and words stand beside them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        space = theme.space
        self._title = FlowingLabel(theme, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        self._standing = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._mark = Mark(theme, "clock")
        self._outcome = FlowingLabel(theme, weight=QFont.Weight.Medium)
        outcome = QHBoxLayout()
        outcome.setSpacing(space(1.5))
        outcome.addWidget(self._mark)
        outcome.addWidget(self._outcome, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(1.5))
        column.addWidget(self._title)
        column.addWidget(self._standing)
        column.addLayout(outcome)

    def show_panel(self, panel: ShownPanel) -> None:
        title = panel.title
        self._title.setText(title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1]}…")
        self._standing.setText(panel.standing)
        outcome = panel.outcome
        icon, tone = stance_mark(outcome.stance)
        if outcome.stance is Stance.PENDING:
            icon, tone = "running", Tone.RUNNING
        self._mark.show_mark(icon, tone)
        self._outcome.setText(outcome.title)
