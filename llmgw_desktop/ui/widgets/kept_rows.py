"""Rows of a grid that are kept and filled anew, since people step through what they tell quickly:
facts by their labels, names with reasons, bars with words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.formats import Fact
from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.palettes import Colours, mixed
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import CopyButton
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone, colour_of, plays
from llmgw_desktop.ui.widgets.layouts import h_box
from llmgw_desktop.ui.widgets.words import said, said_with

if TYPE_CHECKING:
    from llmgw_desktop.app.providers.usage import QuotaLine

Row = TypeVar("Row", bound="tuple[QWidget, ...]")
Told = TypeVar("Told")


class KeptRows(QWidget, Generic[Row, Told]):
    """Hidden where it is told of nothing. Who inherits says how a row is made and filled."""

    aligned: Sequence[Qt.AlignmentFlag] = (Qt.AlignmentFlag.AlignTop,) * 3
    """The columns' widgets in their cells."""

    def __init__(self, theme: Theme, *, gap: float, first: float = 0) -> None:
        """In units of the theme: the room between rows, and the first column's least width."""
        super().__init__()
        self._theme = theme
        self._rows: list[Row] = []
        self.shown: list[Row] = []
        """Those in sight."""
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.space(3))
        self._grid.setVerticalSpacing(theme.space(gap) if gap else 0)
        self._grid.setColumnMinimumWidth(0, theme.space(first) if first else 0)

    def show_lines(self, lines: Sequence[Told]) -> None:
        while len(self._rows) < len(lines):
            row = self.make_row()
            for column, widget in enumerate(row):
                self._grid.addWidget(widget, len(self._rows), column, self.aligned[column])
            self._grid.setColumnStretch(len(row) - 1, 1)
            self._rows.append(row)
        self.shown = self._rows[: len(lines)]
        for row, line in zip(self.shown, lines, strict=True):
            self.fill_row(row, line)
        for at, row in enumerate(self._rows):
            for widget in row:
                widget.setVisible(at < len(lines))
        self.setVisible(bool(lines))

    def make_row(self) -> Row:
        raise NotImplementedError

    def fill_row(self, row: Row, line: Told) -> None:
        raise NotImplementedError


class ReasonRows(KeptRows[Row, Told]):
    """The last two columns are names and their reasons. Names get what the longest of them needs,
    but leave half to the reasons."""

    @override
    def show_lines(self, lines: Sequence[Told]) -> None:
        super().show_lines(lines)
        self._share_width()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()
        self._grid.activate()  # at once: else they are painted as they were shared before

    def name_width(self, row: Row) -> int:
        return row[-2].sizeHint().width()

    def _share_width(self) -> None:
        """By stretching alone: a least width would keep the pane from being narrowed again."""
        if not self.shown:
            return
        grid, at = self._grid, len(self.shown[0]) - 2
        taken = grid.columnMinimumWidth(0) + (at + 1) * grid.horizontalSpacing()
        room = max(self.width() - taken, 2)
        needed = max(self.name_width(row) for row in self.shown)
        names = min(max(needed, self._theme.space(26)), room // 2)
        grid.setColumnStretch(at, names)
        grid.setColumnStretch(at + 1, room - names)


def width_to_be_had(widget: QWidget, policy: QSizePolicy.Policy) -> None:
    """Horizontally; its height follows from its width."""
    shape = QSizePolicy(policy, QSizePolicy.Policy.Preferred)
    shape.setHeightForWidth(True)
    widget.setSizePolicy(shape)


class FactList(KeptRows[tuple[Label, "FactValue"], Fact]):
    """Lines of label and value."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, gap=0, first=26)

    @override
    def make_row(self) -> tuple[Label, "FactValue"]:
        label = Label(self._theme, tone=Tone.MUTED)
        label.setFixedHeight(self._theme.space(7))
        return label, FactValue(self._theme)

    @override
    def fill_row(self, row: tuple[Label, "FactValue"], line: Fact) -> None:
        row[0].setText(line.label)
        row[1].show_fact(line)


class FactValue(QWidget):
    """With its copy button close by."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._value = FlowingLabel(theme)
        self._value.setMinimumHeight(theme.space(7))
        self._copy = CopyButton(theme, self._value.text, name="value")
        h_box(theme, (self._value, 1), self._copy, on=self, gap=1, margins=0).addStretch(0)

    def show_fact(self, fact: Fact) -> None:
        theme, policy = self._theme, QSizePolicy.Policy
        self._value.setText(fact.value)
        self._value.setFont(theme.mono_font(TextSize.CAPTION) if fact.is_code else theme.font())
        # A value with a button beside it takes no more than its own width.
        width_to_be_had(self._value, policy.Maximum if fact.can_copy else policy.Ignored)
        label = said(fact.label)
        self._copy.set_name(said_with("Copy %1", label if label != fact.label else label.lower()))
        self._copy.setVisible(fact.can_copy)


@value(kw_only=False)
class Filling:
    """How full a bar is."""

    share: float | None
    """0 to 1; None where nobody knows: hatched."""
    tone: Tone = Tone.ACCENT
    reserved: float = 0.0
    """Beyond the share, paler."""
    mark: float | None = None
    """Where a line stands across it, 0 to 1."""


def paint_bar(painter: QPainter, bar: QRectF, filling: Filling, colours: Colours) -> None:
    ink = colour_of(filling.tone, colours)
    corner = bar.height() / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mixed(ink, colours.surface, 0.16))
    painter.drawRoundedRect(bar, corner, corner)
    if filling.share is None:
        painter.setBrush(Qt.BrushStyle.BDiagPattern)
        painter.drawRoundedRect(bar, corner, corner)
    else:
        both = min(filling.share + filling.reserved, 1.0)
        for share, brush in ((both, mixed(ink, colours.surface, 0.5)), (filling.share, ink)):
            if share > 0:
                filled = QRectF(bar)
                filled.setWidth(max(bar.width() * share, bar.height()))
                painter.setBrush(brush)
                painter.drawRoundedRect(filled, corner, corner)
    if filling.mark is not None:
        _paint_mark(painter, bar, filling.mark, colours)
    painter.restore()


def _paint_mark(painter: QPainter, bar: QRectF, share: float, colours: Colours) -> None:
    """Higher than the bar, with a rim, so that it is seen on what is filled and what is not."""
    thick = bar.height() / 3
    line = QRectF(bar.x() + bar.width() * share - thick / 2, 0, thick, bar.height() * 2)
    line.moveTop(bar.center().y() - bar.height())
    rim = thick / 2
    painter.setBrush(colours.surface)
    painter.drawRect(line.adjusted(-rim, 0, rim, 0))
    painter.setBrush(colours.text)
    painter.drawRect(line)


@plays(QAccessible.Role.Graphic)
class FilledBar(QWidget):
    """The words stand beside it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._filling = Filling(None)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_filling(self, filling: Filling) -> None:
        self._filling = filling
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(32), self._theme.space(4.5))

    @override
    def minimumSizeHint(self) -> QSize:
        """In a narrow pane the words need the room more."""
        return QSize(self._theme.space(10), self._theme.space(4.5))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        thick = self._theme.space(1.5)
        painter = QPainter(self)
        bar = QRectF(0, (self.height() - thick) / 2, self.width(), thick)
        paint_bar(painter, bar, self._filling, self._theme.colours)
        painter.end()


class BarRows(KeptRows[tuple[Label, FilledBar, FlowingLabel], Told]):
    """A name, a bar and words. `fill_row` says more of the words than is said here."""

    aligned = (Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag(0))
    text_size = TextSize.BODY

    @override
    def make_row(self) -> tuple[Label, FilledBar, FlowingLabel]:
        name = Label(self._theme, size=self.text_size, tone=Tone.MUTED)
        return name, FilledBar(self._theme), FlowingLabel(self._theme, size=self.text_size)


class QuotaRows(BarRows["QuotaLine"]):
    """Hidden where the vendor tells of none."""

    text_size = TextSize.CAPTION

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, gap=0.75, first=16)

    @override
    def fill_row(self, row: tuple[Label, FilledBar, FlowingLabel], line: "QuotaLine") -> None:
        name, bar, words = row
        name.setText(line.name)
        bar.show_filling(
            Filling(
                line.left_share,
                Tone.ERROR if line.is_low else Tone.ACCENT,
                mark=line.kept_share or None,
            )
        )
        bar.setAccessibleName(f"{said(line.name)}: {said(line.words)}")
        words.setText(line.words)
        words.set_tone(Tone.ERROR if line.is_low else Tone.MUTED)
