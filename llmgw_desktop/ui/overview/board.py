"""The Overview's board: six figures, input tokens over time, who answered, what it cost, what runs
now."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from llmgw_desktop.app.flights.overview import OverviewFigures, OverviewSpan, in_words, none_words
from llmgw_desktop.app.flights.provenance_words import sum_money, sum_tip, sum_tokens
from llmgw_desktop.app.words.figures import (
    UNKNOWN,
    count_text,
    counted,
    duration_text,
    share_text,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.flight import (
    FlightQuery,
    FlightState,
    FlightSummary,
    FlightTotals,
)
from llmgw_desktop.domain.flights.spending import SumBy
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.ui.overview.cost_bars import CostBars, titled_card
from llmgw_desktop.ui.overview.line_lists import (
    MOST,
    RunningLine,
    RunningList,
    ShareBars,
    is_rest_line,
    provider_lines,
)
from llmgw_desktop.ui.overview.stat_tile import StatTile
from llmgw_desktop.ui.overview.tokens_card import TokensCard
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card
from llmgw_desktop.ui.widgets.kept_rows import QuotaRows
from llmgw_desktop.ui.widgets.label import Label, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import Flowed, Reflow, h_box, v_box
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.toggles import Segmented, Switch
from llmgw_desktop.ui.widgets.view_clothes import dress_view
from llmgw_desktop.ui.widgets.words import said

if TYPE_CHECKING:
    from llmgw_desktop.app.providers.usage import QuotaLine

_SPANS = (
    (OverviewSpan.QUARTER, "15 min"),
    (OverviewSpan.HOUR, "1 hour"),
    (OverviewSpan.DAY, "24 hours"),
    (OverviewSpan.WEEK, "7 days"),
)
_TILES = (
    ("flights", "Flights", "Requests that ended in this time span."),
    ("cache", "Cache hit", "Share of the input tokens that providers read from their cache."),
    ("ttft", "First token", "Time from the request to the first byte of the answer: the median."),
    ("output", "Output tokens", "Tokens that models generated, reasoning included."),
    (
        "cost",
        "Cost",
        "Bills of vendors where they tell one, else by public prices, or yours, where they are"
        " known.",
    ),
    ("errors", "Errors", "Flights that failed or were cut off."),
)
_SUMMED = {"cache": Figure.CACHE_READ, "output": Figure.OUTPUT, "cost": Figure.COST}
"""Whose tiles tell of how many answers they are told."""
_ERRORS = frozenset({FlightState.FAILED, FlightState.CUT})


class OverviewBoard(QScrollArea, MadeInSteps):
    """Draws what it is given; asks by signals."""

    span_chosen = Signal()
    """Or whether practice is to be seen, or whose cost."""
    flights_wanted = Signal(object)
    """A FlightQuery or the text of a filter."""
    flight_wanted = Signal(str)
    jobs_wanted = Signal()
    larger_wanted = Signal(int)
    """With the bucket that is to be read; -1: none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._begin(self._made(theme))

    def _made(
        self,
        theme: Theme,
    ) -> Iterator[None]:
        self._theme = theme
        self._figures: OverviewFigures | None = None
        self._span = Segmented(theme, _SPANS, name="Time span")
        self._span.chosen.connect(lambda _: self.span_chosen.emit())
        self._practice = Switch(theme, name="Practice")
        self._practice.clicked.connect(lambda _: self.span_chosen.emit())
        self._practice_words = Label(theme, "Practice", tone=Tone.MUTED)
        yield
        self._tiles = {name: StatTile(theme, title, hint=hint) for name, title, hint in _TILES}
        yield
        for name, tile in self._tiles.items():
            tile.opened.connect(self._opener(_ERRORS if name == "errors" else frozenset()))
        self._chart = TokensCard(theme)
        yield
        self._chart.larger_wanted.connect(self.larger_wanted)
        self._now = RunningList(theme)
        yield
        self._now.flight_wanted.connect(self.flight_wanted)
        self.jobs = Button(theme, kind=ButtonKind.QUIET, icon="jobs")
        put_tip(self.jobs, tip("Show the jobs"))
        self.jobs.clicked.connect(self.jobs_wanted)
        self.jobs.hide()
        self._providers = ShareBars(theme, "Flights by provider")
        self._providers.hide()
        self._providers.picked.connect(self._open_provider)
        self._providers_nothing = Label(theme, UNKNOWN, tone=Tone.MUTED)
        self._costs = CostBars(theme)
        self._costs.chosen.connect(self.span_chosen)
        self._costs.flights_wanted.connect(self.flights_wanted)
        self._windows = QuotaRows(theme)
        self._kept = self._titled("Kept for you", self._windows)
        self._kept.hide()
        yield
        dress_view(self, theme)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        yield
        self.setWidget(self._content())

    @property
    def span(self) -> OverviewSpan:
        return OverviewSpan(self._span.key)

    @property
    def with_practice(self) -> bool:
        return self._practice.isChecked()

    @property
    def costs_by(self) -> SumBy:
        return self._costs.by

    @property
    def figures(self) -> OverviewFigures | None:
        """Those in sight."""
        return self._figures

    def choose_practice(self, on: bool) -> None:
        self._practice.setChecked(on)

    def choose_costs_by(self, key: str) -> None:
        self._costs.choose(key)

    def choose_span(self, key: str) -> None:
        self._span.choose(key)

    def show_figures(self, figures: OverviewFigures) -> None:
        self._figures = figures
        self._show_tiles(figures)
        self._show_practice(figures)
        self._chart.show_figures(figures)
        shares = provider_lines(figures.providers)
        self._providers.show_shares(shares)
        self._providers.setVisible(bool(shares))
        self._providers_nothing.setText(none_words(figures))
        self._providers_nothing.setVisible(not shares)
        self._costs.show_figures(figures)
        self.setAccessibleDescription(said(in_words(figures)))

    def show_running(self, running: Sequence[tuple[FlightSummary, float]]) -> None:
        """Pairs of a flight and for how many milliseconds it has been under way."""
        lines = [_running_line(flight, age_ms) for flight, age_ms in running[:MOST]]
        self._now.show_lines(lines, len(running))

    def show_windows(self, lines: Sequence["QuotaLine"]) -> None:
        """Those of which a share is kept for the person, with the line as a mark on each."""
        self._windows.show_lines(lines)
        self._kept.setVisible(bool(lines))

    def show_jobs(self, words: str) -> None:
        """«2 jobs run, 1 waits»; empty where none does."""
        self.jobs.setText(words)
        self.jobs.setVisible(bool(words))

    def _show_tiles(self, figures: OverviewFigures) -> None:
        totals = figures.totals
        per_bucket = [bucket.totals for bucket in figures.buckets]
        self._tiles["flights"].show_figure(
            count_text(totals.flights), [each.flights for each in per_bucket]
        )
        self._tiles["cache"].show_figure(
            share_text(totals.cache_hit_rate), [each.cache_hit_rate for each in per_bucket]
        )
        self._tiles["ttft"].show_figure(
            duration_text(totals.ttft_p50_ms),
            [each.ttft_p50_ms for each in per_bucket],
            note="" if totals.ttft_p95_ms is None else f"p95 {duration_text(totals.ttft_p95_ms)}",
        )
        self._tiles["output"].show_figure(
            sum_tokens(totals, Figure.OUTPUT),
            _known_line(totals, per_bucket, "output_tokens"),
        )
        self._tiles["cost"].show_figure(
            sum_money(totals), _known_line(totals, per_bucket, "cost_usd")
        )
        for name, _, hint in _TILES:
            if (figure := _SUMMED.get(name)) is not None:
                self._tiles[name].explain(hint, sum_tip(totals, figure))
        self._tiles["errors"].show_figure(
            count_text(totals.errors),
            [each.errors for each in per_bucket],
            note=share_text(totals.errors / totals.flights) if totals.errors else "",
            tone=Tone.ERROR if totals.errors else Tone.TEXT,
        )

    def _show_practice(self, figures: OverviewFigures) -> None:
        """What is left out is said where it can be brought in."""
        count = figures.practice_flights
        is_left_out = bool(count) and not figures.with_practice
        self._practice_words.setText(f"Practice, {count:,} left out" if is_left_out else "Practice")
        words = "Count the flights of practice providers, too: nobody was asked, nothing was spent"
        put_tip(self._practice, tip(words))
        for part in (self._practice, self._practice_words):
            part.setVisible(bool(count) or figures.with_practice)

    def _content(self) -> QWidget:
        space = self._theme.space
        tiles = Reflow(
            [Flowed(tile, comfortable=space(32)) for tile in self._tiles.values()],
            ((6,), (3, 3), (2, 2, 2)),
            spacing=space(3),
        )
        now = self._titled("Under way", self._now, self.jobs)
        who = self._titled("Flights by provider", self._providers, self._providers_nothing)
        below = Reflow(
            [
                Flowed(now, stretch=3, comfortable=space(120)),
                Flowed(who, stretch=2, comfortable=space(60)),
                Flowed(self._costs, stretch=2, comfortable=space(60)),
            ],
            ((3,), (1, 2), (1, 1, 1)),
            spacing=space(3),
        )
        content = QWidget()
        v_box(
            self._theme,
            self._what(),
            tiles,
            (self._chart, 1),
            self._kept,
            below,
            on=content,
            gap=3,
            margins=(6, 4, 6, 6),
        )
        return content

    def _what(self) -> QHBoxLayout:
        """What the figures are of."""
        row = h_box(self._theme, self._span, None, gap=1.5)
        for part in (self._practice_words, self._practice):
            row.addWidget(part)
            part.hide()
        return row

    def _titled(self, title: str, *parts: QWidget) -> Card:
        """Words begin on one line, though lists keep an edge of their own."""
        words = Label(self._theme, title, weight=QFont.Weight.DemiBold)
        return titled_card(self._theme, words, *parts)

    def _opener(self, states: frozenset[FlightState]) -> Callable[[], None]:
        return lambda: self._open(states=states)

    def _open(self, *, states: frozenset[FlightState] = frozenset(), provider: str = "") -> None:
        if self._figures is not None:
            self.flights_wanted.emit(
                FlightQuery(states=states, provider=provider, since_s=self._figures.since_s)
            )

    def _open_provider(self, index: int) -> None:
        """The line of the rest leads to the flights of all: it has no one provider."""
        if self._figures is None:
            return
        providers = self._figures.providers
        if is_rest_line(index, providers):
            self._open()
        elif providers[index].provider:
            self._open(provider=providers[index].provider)


def _known_line(
    whole: FlightTotals, buckets: Sequence[FlightTotals], figure: str
) -> list[float | None]:
    """Where nothing flew the sum is nothing: that is known. No line where the figure is not."""
    if getattr(whole, figure) is None:
        return []
    return [getattr(each, figure) if each.flights else 0 for each in buckets]


def _running_line(flight: FlightSummary, age_ms: float) -> RunningLine:
    if flight.replied_chunks:
        progress = counted(flight.replied_chunks, "chunk")
    else:
        progress = "waiting for the first token" if flight.attempts else "being routed"
    return RunningLine(
        flight_id=flight.id,
        client=inert_line(flight.client, 60),
        model=inert_line(flight.model_served or flight.model_asked, 80),
        progress=said(progress),
        elapsed=said(duration_text(age_ms // 100 * 100)),
    )
