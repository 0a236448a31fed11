"""Routes: which model answers under which name."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps, in_steps


def _make(tools: PageTools) -> Steps[QWidget]:
    from llmgw_desktop.ui.routes.page import RoutesPage

    return (
        yield from in_steps(
            RoutesPage, tools.container.routes, tools.changer, tools.bridge, tools.theme
        )
    )


PAGE = Page(
    key="routes",
    title="Routes",
    icon="routes",
    shortcut="Ctrl+6",
    place=8,
    reads=(f"{__name__}.page",),
    make=_make,
)
