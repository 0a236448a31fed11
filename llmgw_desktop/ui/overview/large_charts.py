"""The Overview's charts, large, to be worked with: zoomed, moved, read point by point.

`large_plots.py` draws them. It takes half a second to be read in, so the page reads this file in
beside the loop when a person first asks for it, and nothing else does (decision 10).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QDialog, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.overview import OverviewFigures, in_words
from llmgw_desktop.app.flights.provenance_words import sum_money, sum_tokens
from llmgw_desktop.app.words.figures import counted, duration_text
from llmgw_desktop.domain.flights.flight import FlightBucket
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.ui.overview.large_plots import LargePlots
from llmgw_desktop.ui.overview.tokens_card import bucket_time
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.pacing import MadeInSteps, in_steps
from llmgw_desktop.ui.widgets.toggles import Switch
from llmgw_desktop.ui.widgets.words import said

_SIZE_UNITS = (250, 190)
_ZOOM = 0.75
_UNREAD = "Point at a stretch, or press → to read one."
_HELP = (
    "Wheel or + −: zoom · drag: move · ← →: point by point · click: keep the point"
    " · double-click or Enter: its flights · 0: all · L: logarithmic"
)


class LargeCharts(QDialog, MadeInSteps):
    """The plots, what is said of the stretch that is read, and what can be done."""

    flights_wanted = Signal(float, float)
    """Of a stretch: from and until, in seconds since the epoch."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._begin(self._made(theme))

    def _made(self, theme: Theme) -> Iterator[None]:
        self._theme = theme
        self._figures: OverviewFigures | None = None
        self._at = -1
        """The bucket that is read; -1: none."""
        self._is_kept = False
        """Whether the pointer leaves it as it is."""
        self.setWindowTitle(said("Overview, larger"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.canvas: LargePlots = yield from in_steps(LargePlots, theme)
        self.canvas.setAccessibleDescription(said(_HELP))
        yield
        self._told = FlowingLabel(theme)
        self.logarithmic = Switch(theme, name="Logarithmic latency")
        self.whole = Button(theme, "Show all")
        self.flights = Button(theme, "Show these flights", icon="flights")
        yield
        self._lay_out()
        self._connect()
        self._dress()

    @property
    def plots(self) -> Sequence[Any]:
        return self.canvas.plots

    @property
    def told(self) -> str:
        """What is said of the bucket that is read."""
        return self._told.text()

    @property
    def time_range(self) -> tuple[float, float]:
        """What of the time axis is in sight, in seconds since the epoch."""
        return self.canvas.time_range

    def show_figures(self, figures: OverviewFigures) -> None:
        """What a person zoomed into stays in sight, as long as the span is the same; who looks at
        all goes on to see all."""
        before, self._figures = self._figures, figures
        is_new = before is None or before.span is not figures.span
        self.setAccessibleDescription(said(in_words(figures)))
        self.canvas.show_figures(figures, all_of_them=is_new or self.canvas.shows_all)
        read_s = (
            -1.0 if is_new or before is None or self._at < 0 else before.buckets[self._at].start_s
        )
        at = next((n for n, each in enumerate(figures.buckets) if each.start_s == read_s), -1)
        if at < 0:
            self._leave()
        else:
            self.read_bucket(at, keep=self._is_kept)

    def read_bucket(self, at: int, *, keep: bool = True) -> None:
        """Under the crosshair, and in words below; `keep`: until another one is chosen."""
        if self._figures is None or not self._figures.buckets:
            return
        self._at, self._is_kept = min(max(at, 0), len(self._figures.buckets) - 1), keep
        bucket = self._figures.buckets[self._at]
        words = _bucket_words(bucket)
        self._told.setText(words)
        self.canvas.point_at(bucket.start_s + bucket.span_s / 2, words)
        self.flights.setEnabled(bool(bucket.totals.flights))

    def zoom(self, by: float) -> None:
        """Around the bucket that is read, or the middle."""
        begin, end = self.time_range
        centre = (begin + end) / 2
        if self._at >= 0 and self._figures is not None:
            bucket = self._figures.buckets[self._at]
            centre = min(max(bucket.start_s + bucket.span_s / 2, begin), end)
        self.canvas.show_times(centre - (centre - begin) * by, centre + (end - centre) * by)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        acts: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Left: lambda: self.read_bucket(self._at - 1),
            Qt.Key.Key_Right: lambda: self.read_bucket(self._at + 1),
            Qt.Key.Key_Plus: lambda: self.zoom(_ZOOM),
            Qt.Key.Key_Minus: lambda: self.zoom(1 / _ZOOM),
            Qt.Key.Key_0: self.canvas.show_all,
            Qt.Key.Key_L: self.logarithmic.click,
            Qt.Key.Key_Return: self.flights.click,
            Qt.Key.Key_Enter: self.flights.click,
        }
        if act := acts.get(event.key()):
            act()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        theme = self._theme
        words = Label(theme, "Logarithmic latency")
        acts = h_box(
            theme, self.logarithmic, words, None, self.whole, self.flights, gap=2, margins=(2, 0)
        )
        told = h_box(theme, (self._told, 1), margins=(2, 0))
        hints = FlowingLabel(theme, _HELP, size=TextSize.CAPTION, tone=Tone.MUTED)
        below = h_box(theme, (hints, 1), margins=(2, 0))
        v_box(theme, (self.canvas, 1), told, acts, below, on=self, gap=2, margins=(3, 2, 3, 4))
        space, room = theme.space, self.screen().availableGeometry()
        wide, tall = _SIZE_UNITS
        self.resize(min(space(wide), room.width()), min(space(tall), room.height()))
        self.canvas.setFocus(Qt.FocusReason.MouseFocusReason)  # without a mark, until keys are used

    def _connect(self) -> None:
        self.whole.clicked.connect(self.canvas.show_all)
        self.flights.clicked.connect(self._ask_flights)
        self.logarithmic.toggled.connect(self.canvas.show_logarithmic)
        self._theme.changed.connect(self._dress)
        self._theme.changed.connect(self.canvas.dress)
        self.canvas.pointed.connect(self._on_pointed)
        self.canvas.clicked.connect(self._on_clicked)

    def _on_pointed(self, at_s: float) -> None:
        if self._figures is not None and not self._is_kept:
            self.read_bucket(_bucket_at(self._figures.buckets, at_s), keep=False)

    def _on_clicked(self, at_s: float, is_second: bool) -> None:
        """Keeps the point, or lets go of it where it is kept."""
        if self._figures is None:
            return
        found = _bucket_at(self._figures.buckets, at_s)
        self.read_bucket(found, keep=is_second or not (self._is_kept and found == self._at))
        if is_second:
            self._ask_flights()

    def _ask_flights(self) -> None:
        if self._figures is not None and self._at >= 0:
            bucket = self._figures.buckets[self._at]
            if bucket.totals.flights:
                self.flights_wanted.emit(bucket.start_s, bucket.start_s + bucket.span_s)

    def _leave(self) -> None:
        """No bucket is read any more."""
        self._at, self._is_kept = -1, False
        self.flights.setEnabled(False)
        self._told.setText(_UNREAD)
        self.canvas.point_at(None, _UNREAD)

    def _dress(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Window, self._theme.colours.surface)
        self.setPalette(palette)


def _bucket_at(buckets: Sequence[FlightBucket], time_s: float) -> int:
    """The one that the time lies in, or the nearest."""
    behind = sum(bucket.start_s <= time_s for bucket in buckets)
    return max(behind - 1, 0)


def _bucket_words(bucket: FlightBucket) -> str:
    totals = bucket.totals
    facts = (
        counted(totals.flights, "flight"),
        f"{sum_tokens(totals, Figure.INPUT, in_full=True)} tokens in",
        f"first token {duration_text(totals.ttft_p50_ms)}, p95 {duration_text(totals.ttft_p95_ms)}",
        f"cost {sum_money(totals)}",
    )
    return f"{bucket_time(bucket)} · {' · '.join(facts if totals.flights else facts[:1])}"
