"""Jobs: runs of vendors' CLIs, read along and looked back at."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps, in_steps


def _make(tools: PageTools) -> Steps[QWidget]:
    from llmgw_desktop.ui.jobs.page import HowToAsk, JobsPage

    container, links = tools.container, tools.links
    control = container.control
    page = yield from in_steps(
        JobsPage,
        container.jobs,
        HowToAsk(control.base_urls, control.access_key_file(), lambda: container.job_starter),
        tools.bridge,
        tools.theme,
        settings=tools.settings,
        oversight=container.oversight,
    )
    page.question_wanted.connect(links.question_wanted)
    page.flight_wanted.connect(links.flight_wanted)
    page.flights_wanted.connect(links.flights_wanted)
    page.path_wanted.connect(links.path_wanted)
    page.states.providers_wanted.connect(lambda: links.page_wanted.emit("providers"))
    return page


PAGE = Page(
    key="jobs",
    title="Jobs",
    icon="jobs",
    shortcut="Ctrl+3",
    place=4,
    reads=(f"{__name__}.page",),
    use_case="oversight",
    make=_make,
)
