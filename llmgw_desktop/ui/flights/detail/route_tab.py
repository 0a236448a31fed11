"""How a flight was routed: what decided, and each candidate with its place and its reason."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QSizePolicy,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.app.flights.route import CandidateLine, RouteTold, route_told
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import CopyButton
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.kept_rows import ReasonRows, width_to_be_had
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.panes import SheetTab
from llmgw_desktop.ui.widgets.words import said


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
        self.setAccessibleDescription(said(told.copy_text))

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


_Row = tuple[Label, "_Names", FlowingLabel]


class CandidateList(ReasonRows[_Row, CandidateLine]):
    """Of each its place, the account above the model, and the reason."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, gap=2.5, first=4)

    @override
    def make_row(self) -> _Row:
        rank = Label(self._theme, tone=Tone.MUTED)
        rank.setAlignment(Qt.AlignmentFlag.AlignRight)
        row = rank, _Names(self._theme), FlowingLabel(self._theme)
        for widget in row[1:]:
            width_to_be_had(widget, QSizePolicy.Policy.Ignored)
        return row

    @override
    def fill_row(self, row: _Row, line: CandidateLine) -> None:
        rank, names, reason = row
        tone = Tone.MUTED if line.is_left_out else Tone.TEXT
        rank.setText(line.rank)
        names.account.setText(line.account)
        names.account.set_tone(tone)
        names.model.setText(line.model)
        reason.setText(line.reason)
        reason.set_tone(tone)


class _Names(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.account = FlowingLabel(theme, weight=QFont.Weight.Medium)
        self.model = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        v_box(theme, self.account, self.model, on=self, gap=0.5, margins=0)
