"""The Overview: what went through the gateway, and what runs now."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps, in_steps


def _make(tools: PageTools) -> Steps[QWidget]:
    from llmgw_desktop.ui.overview.page import OverviewPage

    container, links = tools.container, tools.links
    page = yield from in_steps(
        OverviewPage,
        container.overview,
        container.control,
        tools.bridge,
        tools.theme,
        windows=container.kept_windows,
        steps=lambda: container.welcome.steps(),
    )
    page.flights_wanted.connect(links.flights_wanted)
    page.flight_wanted.connect(links.flight_wanted)
    page.welcome_wanted.connect(links.welcome_wanted)
    page.page_wanted.connect(links.page_wanted)
    page.jobs_wanted.connect(lambda: links.page_wanted.emit("jobs"))
    return page


PAGE = Page(
    key="overview",
    title="Overview",
    icon="overview",
    shortcut="Ctrl+1",
    place=1,
    reads=(f"{__name__}.page",),
    make=_make,
)
