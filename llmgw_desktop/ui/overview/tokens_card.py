"""Input tokens over time as a card: a chart or a table, and a legend that says which colour means
what, with the sum of each."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QStackedLayout,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.app.flights.overview import (
    InputSources,
    OverviewFigures,
    input_sources,
    none_words,
    sources_in_words,
)
from llmgw_desktop.app.flights.provenance_words import sum_tip
from llmgw_desktop.app.words.figures import (
    count_text,
    counted,
    local_time,
    short_count_text,
)
from llmgw_desktop.domain.flights.flight import FlightBucket
from llmgw_desktop.domain.plain_text import weekday_text
from llmgw_desktop.domain.usage import Figure, Provenance
from llmgw_desktop.ui.overview.stacked_bars import Bar, StackedBars, area_fill
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card
from llmgw_desktop.ui.widgets.label import Label, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import Flowed, Reflow, h_box, v_box
from llmgw_desktop.ui.widgets.view_clothes import dress_header, dress_view
from llmgw_desktop.ui.widgets.words import said


class Legend(Reflow):
    """`entries` are pairs of a field of Colours and a word; at most four."""

    def __init__(
        self, theme: Theme, entries: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        self._entries = [_Entry(theme, colour, word) for colour, word in entries]
        super().__init__(
            [Flowed(entry, stretch=0) for entry in self._entries],
            ((4,), (2, 2), (1, 1, 1, 1)),
            spacing=theme.space(4),
            packed=True,
            parent=parent,
        )

    def show_sums(self, sums: Sequence[str]) -> None:
        """An entry without words is left out."""
        for entry, words in zip(self._entries, sums, strict=True):
            entry.amount.setText(words)
            entry.setVisible(bool(words))

    @override
    def sizeHint(self) -> QSize:
        """One row, however it stands now: else it would never be given the room for it again."""
        return QSize(self.width_in_one_row(), super().sizeHint().height())


class _Entry(QWidget):
    def __init__(self, theme: Theme, colour: str, word: str) -> None:
        super().__init__()
        self.amount = _Amount(theme, size=TextSize.CAPTION)
        h_box(
            theme,
            _Swatch(theme, colour),
            Label(theme, word, size=TextSize.CAPTION, tone=Tone.MUTED),
            self.amount,
            on=self,
            gap=1.25,
            margins=0,
        )


class _Amount(Label):
    """Of a fixed size, so that another sum of the same width leaves the page's layout alone."""

    @override
    def setText(self, text: str) -> None:
        super().setText(text)
        if (needed := self.sizeHint()) != self.minimumSize():
            self.setFixedSize(needed)


class _Swatch(QWidget):
    def __init__(self, theme: Theme, colour: str) -> None:
        super().__init__()
        self._theme = theme
        self._colour = colour
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(2.5), self._theme.space(2.5))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(area_fill(self._theme.colours, self._colour))
        painter.drawRoundedRect(QRectF(self.rect()), 2.5, 2.5)
        painter.end()


_NAME = "Input tokens by source"
LARGER_HINT = "Click or Enter: larger charts, and its flights"
_SERIES = (
    ("cache_read", "Cache read"),
    ("cache_write", "Cache write"),
    ("fresh", "Fresh"),
    ("outline", "Not told"),
)
_UNTOLD_COLUMN = 1 + len(_SERIES)
_Parts = tuple[int | None, int | None, int | None, int | None]


class TokensCard(Card):
    """A click on the chart, and Enter there, ask for large charts."""

    larger_wanted = Signal(int)
    """With this bucket read; -1: with none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._figures: OverviewFigures | None = None
        self._known: dict[float, tuple[FlightBucket, Bar]] = {}
        self._legend = Legend(theme, _SERIES)
        colours = [colour for colour, _ in _SERIES]
        self._chart = StackedBars(theme, colours, name=_NAME, hint=LARGER_HINT)
        self._chart.picked.connect(self.larger_wanted)
        self._table = _make_table(theme)
        self._turn = Button(theme, kind=ButtonKind.QUIET, icon="table", name="Show as table")
        self._turn.clicked.connect(self._turn_over)
        self.larger = Button(theme, kind=ButtonKind.QUIET, icon="expand", name="Show charts larger")
        self.larger.clicked.connect(lambda: self.larger_wanted.emit(-1))
        self._sides = QStackedLayout()
        v_box(theme, self._head(), (self._sides, 1), on=self, gap=2, margins=(4, 2.5, 3, 3))
        # It shows its first: without a parent that would come up as a window.
        self._sides.addWidget(self._chart)
        self._sides.addWidget(self._table)

    @property
    def shows_table(self) -> bool:
        return self._sides.currentWidget() is self._table

    def show_figures(self, figures: OverviewFigures) -> None:
        self._figures = figures
        sources = input_sources(figures.totals)
        self._legend.show_sums(_sums(sources))
        self._table.setColumnHidden(_UNTOLD_COLUMN, not (sources and sources.untold))
        self._chart.show_bars(
            self._bars(figures.buckets),
            figures.since_s,
            figures.until_s,
            nothing=_nothing_words(figures),
        )
        self._chart.setAccessibleDescription(said(f"{sources_in_words(sources)} {LARGER_HINT}."))
        put_tip(self._title, tip(sum_tip(figures.totals, Figure.INPUT)))
        if self.shows_table:
            self._fill_table(figures)

    def _bars(self, buckets: Sequence[FlightBucket]) -> list[Bar]:
        """Those of buckets that stand as they were are taken over."""
        known = self._known
        self._known = {
            bucket.start_s: kept
            if (kept := known.get(bucket.start_s)) is not None and kept[0] is bucket
            else (bucket, _bar(bucket))
            for bucket in buckets
        }
        return [bar for _, bar in self._known.values()]

    def _head(self) -> Reflow:
        key = QWidget()
        row = h_box(
            self._theme, (self._legend, 1), self._turn, self.larger, on=key, gap=1.5, margins=0
        )
        self._title = title = Label(self._theme, _NAME, weight=QFont.Weight.DemiBold)
        beside = 2 * row.spacing() + 2 * self._turn.sizeHint().width()
        return Reflow(
            [
                Flowed(title),
                Flowed(
                    key, stretch=0, comfortable=lambda: self._legend.width_in_one_row() + beside
                ),
            ],
            ((2,), (1, 1)),
            spacing=self._theme.space(2),
        )

    def _turn_over(self) -> None:
        to_table = not self.shows_table
        if to_table and self._figures is not None:
            self._fill_table(self._figures)
        self._sides.setCurrentWidget(self._table if to_table else self._chart)
        name = "Show as chart" if to_table else "Show as table"
        self._turn.setAccessibleName(said(name))
        put_tip(self._turn, tip(name))
        self._turn.set_icon_name("overview" if to_table else "table")

    def _fill_table(self, figures: OverviewFigures) -> None:
        """Newest first; stretches without flights are left out."""
        buckets = [each for each in reversed(figures.buckets) if each.totals.flights]
        self._table.setRowCount(len(buckets))
        for row, bucket in enumerate(buckets):
            sources = input_sources(bucket.totals)
            parts = [count_text(part) for part in _parts(sources)]
            texts = [bucket_time(bucket), count_text(bucket.totals.flights), *parts]
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self._table.setItem(row, column, item)


def _make_table(theme: Theme) -> QTableWidget:
    table = QTableWidget(0, 2 + len(_SERIES))
    for column, word in enumerate(("Time", "Flights", *(word for _, word in _SERIES))):
        item = QTableWidgetItem(said(word))
        if not column:
            item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.setHorizontalHeaderItem(column, item)
    table.setAccessibleName(said(_NAME))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(theme.space(7))
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    table.setStyleSheet("QTableWidget::item { padding: 0 3px; }")  # level with the header
    dress_view(table, theme)
    dress_header(header, theme)
    return table


def _parts(sources: InputSources | None) -> _Parts:
    """In the order of the series, foot first; None where nobody told."""
    if sources is None:
        return (None, None, None, None)
    if not sources.is_cache_told:
        return (None, None, None, sources.untold)
    return (sources.cache_read, sources.cache_write, sources.fresh, sources.untold)


def _sums(sources: InputSources | None) -> list[str]:
    """What nobody left untold needs no place in the legend."""
    *told, untold = _parts(sources)
    return [*map(short_count_text, told), short_count_text(untold) if untold else ""]


def _bar(bucket: FlightBucket) -> Bar:
    sources = input_sources(bucket.totals)
    parts = None if sources is None else tuple(float(part or 0) for part in _parts(sources))
    return Bar(parts=parts, words=lambda: _bar_words(bucket, sources))


def _bar_words(bucket: FlightBucket, sources: InputSources | None) -> str:
    lines = [bucket_time(bucket), counted(bucket.totals.flights, "flight")]
    if bucket.totals.flights:
        *told, untold = (
            f"{word}: {count_text(amount)}"
            for (_, word), amount in zip(_SERIES, _parts(sources), strict=True)
        )
        lines += [*told, untold] if sources and sources.untold else told
        if bucket.totals.provenance(Figure.INPUT) is not Provenance.TOLD:
            lines.append(sum_tip(bucket.totals, Figure.INPUT))
    return "\n".join(lines)


def bucket_time(bucket: FlightBucket) -> str:
    """«15:01:15 – 15:01:30», with the day where buckets are long."""
    start, end = local_time(bucket.start_s), local_time(bucket.start_s + bucket.span_s)
    if bucket.span_s < 60:
        return f"{start:%H:%M:%S} – {end:%H:%M:%S}"
    day = f"{weekday_text(start)} {start.day}  " if bucket.span_s >= 1200 else ""
    return f"{day}{start:%H:%M} – {end:%H:%M}"


def _nothing_words(figures: OverviewFigures) -> str:
    if figures.totals.flights:
        return "No provider told how many tokens it read."
    return none_words(figures)
