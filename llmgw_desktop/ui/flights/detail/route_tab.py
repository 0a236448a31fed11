"""How a flight was routed: what decided, and each candidate with its place and its reason."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QSizePolicy,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.app.flights.route import CandidateLine, RouteTold, route_told
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import CopyButton
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.panes import SheetTab


class RouteTab(SheetTab):
    """Words come from `app/flights/route.py`."""

    def __init__(self, theme: Theme) -> None:
        content = QWidget()
        super().__init__(theme, content, "Route of the flight")
        self._told: RouteTold | None = None
        self._sentence = FlowingLabel(theme, size=TextSize.HEADING, weight=QFont.Weight.Medium)
        self._note = FlowingLabel(theme, tone=Tone.MUTED)
        self._copy = CopyButton(theme, self._copy_text, name="route")
        self._list = CandidateList(theme)
        self._passed = PassedList(theme)
        head = h_box(theme, self._note, self._copy, None, gap=1)
        v_box(
            theme,
            self._sentence,
            head,
            self._list,
            self._passed,
            None,
            on=content,
            gap=3,
            margins=4,
        )

    def show_record(self, record: FlightRecord) -> None:
        told = self._told = route_told(record)
        self._sentence.setText(told.sentence)
        self._note.setText(told.note)
        self._note.setVisible(bool(told.lines))
        self._copy.setVisible(bool(told.lines))
        self._list.show_lines(told.lines)
        self._passed.show_lines(told.passed)
        self.setAccessibleDescription(told.copy_text)

    def _copy_text(self) -> str:
        return "" if self._told is None else self._told.copy_text


class PassedList(QWidget):
    """The rules that were passed over. Lines are kept and filled anew, as the candidates' are."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: list[FlowingLabel] = []
        self._column = v_box(
            theme,
            Label(theme, "Rules passed over", weight=QFont.Weight.Medium),
            on=self,
            gap=1,
            margins=0,
        )

    def show_lines(self, lines: tuple[str, ...]) -> None:
        self.setVisible(bool(lines))
        while len(self._lines) < len(lines):
            line = FlowingLabel(self._theme, tone=Tone.MUTED)
            self._lines.append(line)
            self._column.addWidget(line)
        for at, line in enumerate(self._lines):
            line.say(lines[at] if at < len(lines) else "")


class CandidateList(QWidget):
    """Rows are kept and filled anew, since people step through flights quickly."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[_CandidateRow] = []
        self._shown = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.space(3))
        self._grid.setVerticalSpacing(theme.space(2.5))
        self._grid.setColumnMinimumWidth(0, theme.space(4))

    def show_lines(self, lines: tuple[CandidateLine, ...]) -> None:
        self.setVisible(bool(lines))
        while len(self._rows) < len(lines):
            self._rows.append(_CandidateRow(self._theme, self._grid, len(self._rows)))
        for row, line in zip(self._rows, lines, strict=False):
            row.fill(line)
        for row in self._rows[len(lines) :]:
            row.hide()
        self._shown = len(lines)
        self._share_width()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        """Names get what the longest needs, but leave half to the reasons. By stretching alone: a
        least width would keep the pane from being narrowed again."""
        space = self._theme.space
        taken = space(4) + 2 * self._grid.horizontalSpacing()
        room = max(self.width() - taken, 2)
        needed = max((row.names_width for row in self._rows[: self._shown]), default=0)
        names = min(max(needed, space(26)), room // 2)
        self._grid.setColumnStretch(1, names)
        self._grid.setColumnStretch(2, room - names)


class _CandidateRow:
    """Its place, the account above the model, and the reason."""

    def __init__(self, theme: Theme, grid: QGridLayout, at: int) -> None:
        self._rank = Label(theme, tone=Tone.MUTED)
        self._rank.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._account = FlowingLabel(theme, weight=QFont.Weight.Medium)
        self._model = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._reason = FlowingLabel(theme)
        self._who = QWidget()
        v_box(theme, self._account, self._model, on=self._who, gap=0.5, margins=0)
        for place, widget in enumerate((self._rank, self._who, self._reason)):
            if place:
                shape = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
                shape.setHeightForWidth(True)
                widget.setSizePolicy(shape)
            grid.addWidget(widget, at, place, Qt.AlignmentFlag.AlignTop)

    @property
    def names_width(self) -> int:
        return max(self._account.sizeHint().width(), self._model.sizeHint().width())

    def fill(self, line: CandidateLine) -> None:
        self._rank.setText(line.rank)
        self._account.setText(line.account)
        self._account.set_tone(Tone.MUTED if line.is_left_out else Tone.TEXT)
        self._model.setText(line.model)
        self._reason.setText(line.reason)
        self._reason.set_tone(Tone.MUTED if line.is_left_out else Tone.TEXT)
        for widget in (self._rank, self._who, self._reason):
            widget.show()

    def hide(self) -> None:
        for widget in (self._rank, self._who, self._reason):
            widget.hide()
