"""Providers: who answers, with which accounts, and the vendors' CLIs."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps, in_steps


def _make(tools: PageTools) -> Steps[QWidget]:
    from llmgw_desktop.ui.providers.page import ProvidersPage

    container = tools.container
    page = yield from in_steps(
        ProvidersPage,
        container.providers,
        container.cli_providers,
        tools.changer,
        bridge=tools.bridge,
        theme=tools.theme,
    )
    page.ask_wanted.connect(tools.links.scratch_wanted)
    page.clis.found_some.connect(tools.links.clis_found)
    return page


PAGE = Page(
    key="providers",
    title="Providers",
    icon="providers",
    shortcut="Ctrl+5",
    place=7,
    reads=(f"{__name__}.page",),
    use_case="providers",
    make=_make,
)
