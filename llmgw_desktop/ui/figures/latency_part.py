"""Latency: percentiles by provider and model, how they spread, and when it was slow."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.flights.spending import LatencyFigures
from llmgw_desktop.app.words.figures import (
    count_text,
    counted,
    duration_text,
    local_time,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.spending import HourLatency, Latency, LatencyKey, Timing
from llmgw_desktop.domain.plain_text import month_text
from llmgw_desktop.ui.figures.plot_card import PlotCard, RowsTable, SumRow
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.row_model import Column, cell_column
from llmgw_desktop.ui.widgets.tables import TableLook
from llmgw_desktop.ui.widgets.toggles import Segmented

_HOURS = 24
_MOST_DAYS = 92
_NAME_CHARS = 80
_KINDS = (("first_token", "First token"), ("total", "Total"), ("own", "Gateway"))
_OWN_WORDS = (
    "Of answers that ended well. Gateway: its own time, at least, from a request's having been read"
    " to its being handed on, and of a stream from its last byte to the end."
)


def _percentiles(at: int, name: str) -> tuple[Column[Any], ...]:
    facts: dict[str, Any] = {"widest": "59 m 59 s" if at < 9 else "Gateway p50", "is_number": True}
    return tuple(
        cell_column(
            at + n, f"{name} p{share}" if not n else f"p{share}", key=f"{name}{share}", **facts
        )
        for n, share in enumerate((50, 95, 99))
    )


_ROWS = (
    cell_column(0, "Model"),
    cell_column(1, "Provider", widest="anthropic-work", is_quiet=True),
    cell_column(2, "Flights", widest="1,234,567", is_number=True, is_quiet=True),
    *_percentiles(3, "First"),
    *_percentiles(6, "Total"),
    *_percentiles(9, "Gateway"),
)
_GO_FIRST = (
    *("Gateway99", "First99", "Total99", "Gateway95"),
    *("Provider", "Flights", "Total95", "First95"),
)
_SPREAD = (
    cell_column(0, "Time", is_words=True),
    cell_column(1, "Flights", widest="1,234,567", is_number=True),
)
_TIMES = (
    cell_column(0, "Hour", is_words=True),
    cell_column(1, "Flights", widest="1,234,567", is_number=True),
    cell_column(2, "First token p50", widest="First token p50", is_number=True),
    cell_column(3, "Total p50", widest="59 m 59 s", is_number=True),
)


class LatencyPart(QWidget, MadeInSteps):
    """The row that is chosen is the one whose times are spread out below."""

    filter_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._begin(self._made(theme))

    def _made(self, theme: Theme) -> Iterator[None]:
        self._figures: LatencyFigures | None = None
        self._key: LatencyKey | None = None
        look = TableLook(name="Latency by model", noun="model", go_first=_GO_FIRST, least_chars=22)
        self.rows = RowsTable(theme, _ROWS, look)
        yield
        self.kind = Segmented(theme, _KINDS, name="Which time")
        spread = RowsTable(theme, _SPREAD, TableLook(name="Spread of times", noun="stretch"))
        self.spread = PlotCard(theme, "Spread", spread, self.kind)
        yield
        hours = RowsTable(theme, _TIMES, TableLook(name="Latency by hour", noun="hour"))
        self.hours = PlotCard(theme, "First token (p50) by hour and day", hours)
        yield
        words = FlowingLabel(theme, _OWN_WORDS, tone=Tone.MUTED)
        title = Label(theme, "By model", size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        parts = (title, self.rows, words, self.spread, self.hours, None)
        v_box(theme, *parts, on=self, gap=2.5, margins=4)
        self.rows.chosen.connect(self._on_chosen)
        self.kind.chosen.connect(lambda _: self._show_spread())
        for each in (self.rows, self.spread, self.hours):
            each.filter_wanted.connect(self.filter_wanted)

    def show_rows(self, figures: LatencyFigures) -> None:
        """All but the hours."""
        self._figures = figures
        self.rows.show_figures([_row(key, each) for key, each in figures.rows.items()])
        if self._key not in figures.rows:
            self._key = next(iter(figures.rows), None)
        self._show_spread()

    def _on_chosen(self, row: SumRow | None) -> None:
        if self._figures is not None and row is not None:
            keys = {_name(key): key for key in self._figures.rows}
            self._key = keys.get(row.key, self._key)
            self._show_spread()

    def _show_spread(self) -> None:
        if self._figures is None or self._key is None:
            return
        key, name = self._key, self.kind.key
        timing: Timing = getattr(self._figures.rows[key], name)
        ends = (min(timing.bins, default=0), max(timing.bins, default=-1) + 1)
        rows, values, labels = [], list[float | None](), []
        for at in range(*ends):
            low, high = 2 ** (at / 2), 2 ** ((at + 1) / 2)
            count = timing.bins.get(at, 0)
            cells = (f"{time_text(low)} to {time_text(high)}", count_text(count))
            rows.append(SumRow(str(at), cells, _spread_filter(key, name, low, high)))
            values.append(float(count))
            labels.append(time_text(low))
        self.spread.set_title(f"Spread: {inert_line(key.model or key.provider, _NAME_CHARS)}")
        words = (
            f"Half within {time_text(timing.p50_ms)}, 95 of 100 within {time_text(timing.p95_ms)}."
        )
        self.spread.show_rows(
            rows, lambda plot: plot.show_bars(labels, values, at_edges=True), words
        )

    def show_hours(self, figures: LatencyFigures) -> None:
        found: dict[tuple[date, int], HourLatency | None] = {}
        for known in figures.hours:
            at = local_time(known.start_s)
            found[at.date(), at.hour] = known
        last = max((day for day, _ in found), default=date.min)
        first = min((day for day, _ in found), default=date.min)
        first = max(first, last - timedelta(days=_MOST_DAYS - 1)) if found else first
        days = (
            [first + timedelta(days=at) for at in range((last - first).days + 1)] if found else []
        )
        rows, cells = [], []
        for day in days:
            column = [found.get((day, hour)) for hour in range(_HOURS)]
            cells.append([None if it is None else it.first_token.p50_ms for it in column])
            for hour, each in enumerate(column):
                begins = f"{day}T{hour:02d}:00"
                if each is None:
                    rows.append(SumRow(begins, (begins, "", "", "")))
                    continue
                told = (
                    f"{day} {hour:02d}:00",
                    count_text(each.total.flights),
                    duration_text(each.first_token.p50_ms),
                    duration_text(each.total.p50_ms),
                )
                rows.append(SumRow(begins, told, f"since:{begins} until:{_after(day, hour)}"))
        labels = [f"{day.day} {month_text(day)}" for day in days]
        words = f"{counted(len(found), 'hour')} of {counted(len(days), 'day')} with answers."
        self.hours.show_rows(rows, lambda plot: plot.show_cells(labels, cells), words)


def _after(day: date, hour: int) -> str:
    return f"{day}T{hour + 1:02d}:00" if hour < _HOURS - 1 else f"{day + timedelta(days=1)}T00:00"


def time_text(ms: float | None) -> str:
    """As durations are said, and µs below a millisecond."""
    if ms is not None and ms < 0.9995:
        return f"{ms * 1000:.0f} µs"
    return duration_text(ms)


def _name(key: LatencyKey) -> str:
    return f"{key.provider}\x1f{key.model}"


def _row(key: LatencyKey, each: Latency) -> SumRow:
    times = [
        time_text(ms)
        for timing in (each.first_token, each.total, each.own)
        for ms in (timing.p50_ms, timing.p95_ms, timing.p99_ms)
    ]
    model = inert_line(key.model, _NAME_CHARS) or "–"
    provider = inert_line(key.provider, _NAME_CHARS) or "–"
    return SumRow(_name(key), (model, provider, count_text(each.total.flights), *times))


def _spread_filter(key: LatencyKey, kind: str, low_ms: float, high_ms: float) -> str:
    """The flights of one bar; of the gateway's own time no filter asks."""
    words = (key.provider, key.model)
    if kind == "own" or any(not it or any(sign in it for sign in '*?,"\\ ') for it in words):
        return ""
    name = "ttft" if kind == "first_token" else "took"
    times = f"{name}>={low_ms:.4f}ms {name}<{high_ms:.4f}ms"
    return f"provider:{key.provider} model:{key.model} state:ok {times}"
