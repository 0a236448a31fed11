"""Figures: what was spent, and how long answers took."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps, in_steps


def _make(tools: PageTools) -> Steps[QWidget]:
    from llmgw_desktop.ui.figures.page import FiguresPage

    container = tools.container
    parts = container.spending, container.checks, tools.bridge, tools.theme
    page = yield from in_steps(FiguresPage, *parts)
    page.flight_wanted.connect(tools.links.flight_wanted)
    page.flights_wanted.connect(tools.links.flights_wanted)
    page.said.connect(lambda words: tools.links.said.emit(words, None))
    return page


PAGE = Page(
    key="figures",
    title="Figures",
    icon="chart",
    shortcut="Ctrl+Shift+F",
    place=3,
    reads=(f"{__name__}.page",),
    make=_make,
)
