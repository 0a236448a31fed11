"""A section of a flight: a sentence, and below it lines of what and why."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import CopyButton
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.kept_rows import ReasonRows, width_to_be_had
from llmgw_desktop.ui.widgets.label import Label, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.words import said


class ReasonLine(Protocol):
    """What stands in it; its tip says how programs call it."""

    @property
    def name(self) -> str: ...

    @property
    def what(self) -> str: ...

    @property
    def why(self) -> str: ...


class ReasonText(Protocol):
    """What a section says."""

    @property
    def sentence(self) -> str: ...

    @property
    def lines(self) -> Sequence[ReasonLine]: ...

    @property
    def copy_text(self) -> str: ...


class ReasonList(QWidget):
    """Hidden where nothing is told. Lines are kept and filled anew."""

    def __init__(self, theme: Theme, title: str, copies: str) -> None:
        """`copies`: what the button copies, in words."""
        super().__init__()
        self._theme = theme
        self._title = title
        self._told: ReasonText | None = None
        self._head = Label(theme, title, weight=QFont.Weight.DemiBold)
        self._sentence = FlowingLabel(theme, tone=Tone.MUTED)
        self._copy = CopyButton(theme, self._copy_text, name=copies)
        self._lines = _Lines(theme, gap=1.5)
        self._lines.setContentsMargins(0, theme.space(2.5), 0, 0)
        self._lay_out()
        self.hide()

    def show_told(self, told: ReasonText | None, title: str = "") -> None:
        """`title`: in the place of the usual one."""
        self._told = told
        self.setVisible(told is not None)
        if told is None:
            return
        self._sentence.setText(told.sentence)
        self._copy.setVisible(bool(told.lines))
        self._lines.show_lines(told.lines)
        self._head.setText(title or self._title)
        self.setAccessibleName(said(title or self._title))
        self.setAccessibleDescription(said(told.copy_text))

    def _copy_text(self) -> str:
        return "" if self._told is None else self._told.copy_text

    def _lay_out(self) -> None:
        # the head stands as high without its button as with it
        shape = self._copy.sizePolicy()
        shape.setRetainSizeWhenHidden(True)
        self._copy.setSizePolicy(shape)
        head = h_box(
            self._theme,
            self._head,
            self._copy,
            None,
            gap=1,
        )
        v_box(self._theme, head, self._sentence, self._lines, on=self, gap=0, margins=0)


class _Lines(ReasonRows[tuple[FlowingLabel, FlowingLabel], ReasonLine]):
    @override
    def make_row(self) -> tuple[FlowingLabel, FlowingLabel]:
        row = FlowingLabel(self._theme), FlowingLabel(self._theme, tone=Tone.MUTED)
        for label in row:
            width_to_be_had(label, QSizePolicy.Policy.Ignored)
        return row

    @override
    def fill_row(self, row: tuple[FlowingLabel, FlowingLabel], line: ReasonLine) -> None:
        what, why = row
        what.setText(line.what)
        put_tip(what, tip(line.name))
        why.setText(line.why)
