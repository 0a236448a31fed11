"""What the Overview's span cost, kept apart by model, client or conversation."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from llmgw_desktop.app.flights.overview import CostShare, OverviewFigures, none_words
from llmgw_desktop.app.flights.spending import cost_words, doubt_words, filter_of
from llmgw_desktop.app.words.figures import UNKNOWN, counted, share_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.flights.spending import NOTHING_SPENT, SumBy
from llmgw_desktop.ui.overview.line_lists import LINES_MOST, BarShare, ShareBars, is_rest_line
from llmgw_desktop.ui.overview.pickable import INSET_UNITS
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.cards import Card
from llmgw_desktop.ui.widgets.fields import ChoiceBox
from llmgw_desktop.ui.widgets.kept_rows import QuotaRows
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box
from llmgw_desktop.ui.widgets.words import said

_NOBODY = {
    SumBy.MODEL: "no model",
    SumBy.CLIENT: "no client",
    SumBy.CONVERSATION: "no conversation",
}
_BY = tuple(_NOBODY)


class CostBars(Card):
    """A line leads to its flights. `chosen`: something else is to keep them apart."""

    chosen = Signal()
    flights_wanted = Signal(object)
    """A FlightQuery or the text of a filter."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._figures: OverviewFigures | None = None
        self._bars = ShareBars(theme, "Cost")
        self._bars.picked.connect(self._open)
        self._bars.hide()
        self._nothing = Label(theme, UNKNOWN, tone=Tone.MUTED)
        self._by = ChoiceBox(
            theme, tuple((each.value, f"By {each.value}") for each in _BY), name="Cost by"
        )
        self._by.activated.connect(lambda _: self.chosen.emit())
        head = QWidget()
        h_box(
            theme, Label(theme, "Cost", weight=QFont.Weight.DemiBold), None, self._by, on=head
        ).setContentsMargins(theme.space(INSET_UNITS), 0, theme.space(INSET_UNITS), 0)
        titled_card(theme, head, self._bars, self._nothing, on=self)

    @property
    def by(self) -> SumBy:
        return SumBy(self._by.key)

    def choose(self, key: str) -> None:
        """Words that mean nothing here change nothing."""
        if key in tuple(_BY):
            self._by.choose(key)

    def show_figures(self, figures: OverviewFigures) -> None:
        self._figures = figures
        self._bars.show_shares(cost_lines(figures))
        self._bars.setVisible(bool(figures.costs))
        self._nothing.setText(none_words(figures))
        self._nothing.setVisible(not figures.costs)

    def _open(self, index: int) -> None:
        """Where a filter has no words for it, as for the line of the rest, all of the span."""
        figures = self._figures
        if figures is None:
            return
        is_one = not is_rest_line(index, figures.costs)
        words = filter_of(figures.costs_by, figures.costs[index].key) if is_one else ""
        all_of_it = FlightQuery(since_s=figures.since_s)
        self.flights_wanted.emit(f"{words} since:{figures.span}" if words else all_of_it)


def _name(by: SumBy, key: str) -> str:
    """«no client» where it is not known."""
    return inert_line(key, 60) or _NOBODY[by]


def cost_lines(figures: OverviewFigures) -> list[BarShare]:
    """The greatest first; one line for those that have none of their own."""
    by, rest = figures.costs_by, figures.costs[LINES_MOST:]
    lines = [
        BarShare(
            name=_name(by, each.key) if each.key else said(_name(by, "")),
            share=each.share,
            words=_words(each),
            hint=f"{counted(each.spent.flights, 'flight')}. {doubt_words(each.spent)}".rstrip(),
        )
        for each in figures.costs
    ]
    if not rest:
        return lines
    whole = CostShare(
        key="",
        spent=sum((each.spent for each in rest), NOTHING_SPENT),
        share=sum(each.share for each in rest),
    )
    hint = "\n".join(f"{line.name}: {said(line.words)}" for line in lines[LINES_MOST:])
    words = f"and {len(rest):,} more"
    one = BarShare(name=words, share=whole.share, words=_words(whole), hint=hint, is_rest=True)
    return [*lines[:LINES_MOST], one]


def _words(cost: CostShare) -> str:
    if cost.spent.cost_picos is None:
        return UNKNOWN
    return f"{cost_words(cost.spent)} · {share_text(cost.share)}"


def titled_card(theme: Theme, *parts: QWidget, on: Card | None = None) -> Card:
    """Words begin on one line, though lists keep an edge of their own."""
    space = theme.space
    card = on or Card(theme)
    side, inset = space(4) - space(INSET_UNITS), space(INSET_UNITS)
    column = QVBoxLayout(card)
    column.setContentsMargins(side, space(3.5), side, space(3.5))
    column.setSpacing(space(2))
    for part in parts:
        if isinstance(part, Label | QuotaRows):
            part.setContentsMargins(inset, 0, inset, 0)
        column.addWidget(part)
    column.addStretch(1)
    return card
