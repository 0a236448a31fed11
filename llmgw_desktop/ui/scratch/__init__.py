"""Scratch pad: any model is asked through any door; wire, cost and flight are looked at."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps, in_steps


def _make(tools: PageTools) -> Steps[QWidget]:
    from llmgw_desktop.ui.scratch.page import ScratchPage

    page = yield from in_steps(ScratchPage, tools.container.scratch, tools.bridge, tools.theme)
    page.flight_wanted.connect(tools.links.flight_wanted)
    return page


PAGE = Page(
    key="scratch",
    title="Scratch pad",
    icon="edit",
    shortcut="Ctrl+T",
    place=6,
    reads=(f"{__name__}.page",),
    use_case="scratch",
    make=_make,
)
