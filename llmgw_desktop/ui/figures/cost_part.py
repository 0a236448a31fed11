"""Costs: the sum with what it leaves out, day by day, by whom or what, what was in vain, and what
other models would have cost. All words come from `app/flights/spending.py`."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.flights.spending import (
    Instead,
    SpendingFigures,
    cache_rows,
    cost_words,
    doubt_words,
    filter_of,
    forecast_words,
    waste_rows,
)
from llmgw_desktop.app.words.figures import (
    count_text,
    counted,
    marked,
    money_text,
    share_text,
    short_count_text,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.spending import FlightSpending, SumBy
from llmgw_desktop.domain.plain_text import month_text
from llmgw_desktop.ui.figures.plot_card import PlotCard, RowsTable, SumRow
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.fields import ChoiceBox
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.row_model import Column, cell_column
from llmgw_desktop.ui.widgets.tables import TableLook

_BY = tuple((each.value, f"By {each.value}") for each in SumBy)
_NAME_CHARS = 80
_MOST_DAYS = 366
"""Of a chart; a table says of all."""
_NUMBER = {"is_number": True, "is_quiet": True}


def _figures(*titles: tuple[str, str]) -> tuple[Column[Any], ...]:
    return tuple(
        cell_column(at, title, widest=widest, **_NUMBER)
        for at, (title, widest) in enumerate(titles, 1)
    )


_SUMS = (
    cell_column(0, "Name"),
    *_figures(
        ("Flights", "1,234,567"),
        ("Input", "≥123.4 M"),
        ("Output", "≥123.4 M"),
        ("Cached", "100 %"),
        ("Not known", "123,456"),
    ),
    cell_column(6, "Cost", widest="≥$12,345.67", is_number=True),
)
_DAYS = (
    cell_column(0, "Day", key="of", is_words=True),
    *_figures(("Flights", "1,234,567")),
    cell_column(2, "Cost", widest="≥$12,345.67", is_number=True),
)
_WASTE = (
    cell_column(0, "What", widest="Retries, failovers", is_words=True),
    cell_column(1, "Dollars", widest="≤$12,345.67 est.", is_number=True),
    cell_column(2, "Which is", is_quiet=True, is_words=True),
)
_INSTEAD = (
    cell_column(0, "If all were answered by"),
    *_figures(("Left out", "123,456 flights")),
    cell_column(2, "Estimate", widest="$12,345.67 est.", is_number=True),
)


class CostPart(QWidget, MadeInSteps):
    """`by_chosen`: what the sums are kept apart by was changed."""

    by_chosen = Signal()
    filter_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._begin(self._made(theme))

    def _made(self, theme: Theme) -> Iterator[None]:
        self._sum = Label(theme, size=TextSize.FIGURE, weight=QFont.Weight.DemiBold)
        self._tokens = Label(theme, tone=Tone.MUTED)
        self._doubts = FlowingLabel(theme, tone=Tone.MUTED)
        self._forecast = FlowingLabel(theme)
        yield
        days = RowsTable(theme, _DAYS, TableLook(name="Cost by day", noun="day"))
        self.days = PlotCard(theme, "Cost by day", days)
        yield
        self.by = ChoiceBox(theme, _BY, name="Sums by")
        self.by.choose(SumBy.MODEL.value)
        look = TableLook(
            name="Sums", noun="row", go_first=("Input", "Output", "Not known", "Cached")
        )
        self.sums = RowsTable(theme, _SUMS, look, most_rows=15)
        yield
        self.waste = RowsTable(theme, _WASTE, TableLook(name="In vain and saved", noun="row"))
        self.instead = RowsTable(theme, _INSTEAD, TableLook(name="Other models"), most_rows=8)
        yield
        self._lay_out(theme)
        self.by.activated.connect(lambda _: self.by_chosen.emit())
        for each in (self.days, self.sums, self.waste):
            each.filter_wanted.connect(self.filter_wanted)

    @property
    def chosen_by(self) -> SumBy:
        return SumBy(self.by.key)

    def showing(self, figures: SpendingFigures) -> Iterator[None]:
        """In steps."""
        total = figures.total
        self._sum.setText(cost_words(total))
        tokens = f"{_tokens(total, total.input_tokens)} tokens in,"
        tokens += f" {_tokens(total, total.output_tokens)} out"
        self._tokens.setText(f"{counted(total.flights, 'flight')} · {tokens}")
        self._doubts.say(doubt_words(total))
        self._forecast.setText(forecast_words(figures.forecast))
        yield
        self._show_days(figures)
        yield
        self.sums.show_figures([_row(figures.by, *each) for each in figures.sums.items()])
        yield
        vain = [*waste_rows(total), *cache_rows(figures.cache)]
        since = _since_words(figures)
        self.waste.show_figures(
            [
                SumRow(what, (what, cost, said), f"{asked}{since}")
                for what, cost, said, asked in vain
            ]
        )
        self.waste.setVisible(bool(vain))
        yield
        self.instead.show_figures([_instead_row(each) for each in figures.instead])
        self._others.setVisible(bool(figures.instead))
        self.instead.setVisible(bool(figures.instead))
        yield

    def _show_days(self, figures: SpendingFigures) -> None:
        """Each day from the first to the last; nothing was spent where nobody asked."""
        days = sorted(map(date.fromisoformat, figures.days))[-_MOST_DAYS:]
        span = [days[0] + timedelta(days=at) for at in range((days[-1] - days[0]).days + 1)]
        rows, values, labels = [], list[float | None](), []
        for day in span:
            spent = figures.days.get(day.isoformat(), FlightSpending())
            cells = (day.isoformat(), count_text(spent.flights), cost_words(spent))
            rows.append(SumRow(day.isoformat(), cells, filter_of(SumBy.DAY, day.isoformat())))
            cost = spent.cost_usd
            values.append(float(cost) if cost is not None else None if spent.unpriced else 0.0)
            labels.append(f"{day.day} {month_text(day)}")
        words = f"{cost_words(figures.total)} over {counted(len(span), 'day')}."
        self.days.show_rows(rows, lambda plot: plot.show_bars(labels, values), words)

    def _lay_out(self, theme: Theme) -> None:
        heads = (
            Label(theme, "In vain, and saved", size=TextSize.HEADING, weight=QFont.Weight.DemiBold),
            Label(theme, "Another model", size=TextSize.HEADING, weight=QFont.Weight.DemiBold),
        )
        self._others = FlowingLabel(theme, _OTHERS, tone=Tone.MUTED)
        sums = Label(theme, "Sums", size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        v_box(
            theme,
            h_box(theme, self._sum, (self._tokens, 1), gap=3),
            self._forecast,
            self._doubts,
            self.days,
            h_box(theme, sums, None, self.by, gap=2),
            self.sums,
            heads[0],
            self.waste,
            heads[1],
            self._others,
            self.instead,
            None,
            on=self,
            gap=2.5,
            margins=4,
        )


_OTHERS = (
    "The same tokens at the usual rates of short prompts, with the same share from a cache: an"
    " estimate by the price table. Flights whose tokens are not known are left out."
)


def _row(by: SumBy, key: str, spent: FlightSpending) -> SumRow:
    unknown = max(spent.unpriced, spent.untold)
    cells = (
        inert_line(key, _NAME_CHARS) or f"no {by}",
        count_text(spent.flights),
        _tokens(spent, spent.input_tokens),
        _tokens(spent, spent.output_tokens),
        share_text(spent.cache_hit_rate),
        count_text(unknown) if unknown else "",
        cost_words(spent),
    )
    return SumRow(key, cells, filter_of(by, key))


def _tokens(spent: FlightSpending, tokens: int | None) -> str:
    return marked(short_count_text(tokens), spent.tokens_provenance)


def _instead_row(each: Instead) -> SumRow:
    left_out = counted(each.left_out, "flight") if each.left_out else ""
    usd = f"{money_text(each.usd)} est." if each.usd is not None else "–"
    return SumRow(each.model, (inert_line(each.model, _NAME_CHARS), left_out, usd))


def _since_words(figures: SpendingFigures) -> str:
    """The same span in a filter."""
    days: Sequence[str] = sorted(figures.days)
    return "" if figures.since_s is None or not days else f" since:{days[0]}"
