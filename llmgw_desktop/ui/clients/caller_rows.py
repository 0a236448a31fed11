"""Who shares a client's key, by the label each gives itself; one click leads to its flights."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.client_desk.callers import CallerLine
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone

_TITLE = "Callers that share its key, by what each says that it is"


class CallerRows(QWidget):
    """Hidden where there are none."""

    flights_wanted = Signal(str)
    """Of the caller with this label."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[CallerLine, ...] = ()
        self._rows = QWidget()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.space(1.5))
        self._column.addWidget(Label(theme, _TITLE, tone=Tone.MUTED))
        self._column.addWidget(self._rows)
        self.hide()

    @property
    def words(self) -> str:
        return "\n".join(f"{each.name}: {each.words}" for each in self._shown)

    def show_lines(self, lines: Sequence[CallerLine]) -> None:
        if tuple(lines) == self._shown:
            return
        self._shown = tuple(lines)
        rows = QWidget()
        grid = QGridLayout(rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(self._theme.space(3))
        grid.setColumnStretch(1, 1)
        for at, line in enumerate(lines):
            name = Button(self._theme, line.name)
            name.setAccessibleName(f"Flights of {line.name}")
            name.setToolTip("What it asked, on the Flights page")
            name.clicked.connect(lambda _=False, line=line: self.flights_wanted.emit(line.label))
            grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(FlowingLabel(self._theme, line.words), at, 1)
        self._column.replaceWidget(self._rows, rows)
        self._rows.hide()
        self._rows.deleteLater()
        self._rows = rows
        self.setVisible(bool(lines))
