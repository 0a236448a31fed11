"""Compare: one question to several models, and what comes of it."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps, in_steps


def _make(tools: PageTools) -> Steps[QWidget]:
    from llmgw_desktop.ui.compare.page import ComparePage

    links = tools.links
    page = yield from in_steps(ComparePage, tools.container.compare, tools.bridge, tools.theme)
    page.flight_wanted.connect(links.flight_wanted)
    page.job_wanted.connect(links.job_wanted)
    page.providers_wanted.connect(lambda: links.page_wanted.emit("providers"))
    page.said.connect(links.said)
    return page


PAGE = Page(
    key="compare",
    title="Compare",
    icon="compare",
    shortcut="Ctrl+4",
    place=5,
    reads=(f"{__name__}.page",),
    use_case="compare",
    make=_make,
)
