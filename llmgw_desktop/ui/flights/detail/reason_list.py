"""A section of a flight: a sentence, and below it lines of what and why."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import CopyButton
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box


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
        self._rows: list[tuple[FlowingLabel, FlowingLabel]] = []
        self._sentence = FlowingLabel(theme, tone=Tone.MUTED)
        self._copy = CopyButton(theme, self._copy_text, name=copies)
        self._grid = QGridLayout()
        self._lay_out()
        self.hide()

    def show_told(self, told: ReasonText | None) -> None:
        self._told = told
        self.setVisible(told is not None)
        if told is None:
            return
        self._sentence.setText(told.sentence)
        self._copy.setVisible(bool(told.lines))
        self._grid.setContentsMargins(0, self._theme.space(2.5) if told.lines else 0, 0, 0)
        while len(self._rows) < len(told.lines):
            self._add_row()
        for (what, why), line in zip(self._rows, told.lines, strict=False):
            _fill(what, why, line)
        for row in self._rows[len(told.lines) :]:
            for label in row:
                label.hide()
        self._share_width()
        self.setAccessibleName(self._title)
        self.setAccessibleDescription(told.copy_text)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        """Names get what the longest of them needs, but leave half to the reasons.

        By stretching alone: a least width would keep the pane from being narrowed again.
        """
        room = max(self.width() - self._grid.horizontalSpacing(), 2)
        needed = max((what.sizeHint().width() for what, _ in self._shown_rows()), default=0)
        names = min(max(needed, self._theme.space(26)), room // 2)
        self._grid.setColumnStretch(0, names)
        self._grid.setColumnStretch(1, room - names)

    def _shown_rows(self) -> list[tuple[FlowingLabel, FlowingLabel]]:
        return self._rows[: len(self._told.lines)] if self._told is not None else []

    def _copy_text(self) -> str:
        return "" if self._told is None else self._told.copy_text

    def _lay_out(self) -> None:
        space = self._theme.space
        # the head stands as high without its button as with it
        shape = self._copy.sizePolicy()
        shape.setRetainSizeWhenHidden(True)
        self._copy.setSizePolicy(shape)
        head = h_box(
            self._theme,
            Label(self._theme, self._title, weight=QFont.Weight.DemiBold),
            self._copy,
            None,
            gap=1,
        )
        self._grid.setHorizontalSpacing(space(3))
        self._grid.setVerticalSpacing(space(1.5))
        v_box(self._theme, head, self._sentence, self._grid, on=self, gap=0, margins=0)

    def _add_row(self) -> None:
        what, why = FlowingLabel(self._theme), FlowingLabel(self._theme, tone=Tone.MUTED)
        at = len(self._rows)
        for place, label in enumerate((what, why)):
            shape = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            shape.setHeightForWidth(True)
            label.setSizePolicy(shape)
            self._grid.addWidget(label, at, place, Qt.AlignmentFlag.AlignTop)
        self._rows.append((what, why))


def _fill(what: FlowingLabel, why: FlowingLabel, line: ReasonLine) -> None:
    what.setText(line.what)
    what.setToolTip(tip(line.name))
    why.setText(line.why)
    what.show()
    why.show()
