"""Clients: who asks, and what each may do and spend."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps, in_steps


def _make(tools: PageTools) -> Steps[QWidget]:
    from llmgw_desktop.ui.clients.client_section import ClientSection
    from llmgw_desktop.ui.clients.page import ClientsPage
    from llmgw_desktop.ui.clients.program_section import ProgramSection

    container, links = tools.container, tools.links
    theme, bridge = tools.theme, tools.bridge
    clients = yield from in_steps(
        ClientSection,
        container.client_desk,
        tools.changer,
        bridge=bridge,
        theme=theme,
        settings=tools.settings,
    )
    programs = yield from in_steps(
        ProgramSection, container.clients, container.control, bridge, theme
    )
    programs.setting_wanted.connect(links.setting_wanted)
    page = ClientsPage(clients, programs, theme)
    page.said.connect(links.said)
    page.flights_wanted.connect(links.flights_wanted)
    page.jobs_wanted.connect(links.jobs_wanted)
    page.access_wanted.connect(links.holders_wanted)
    return page


PAGE = Page(
    key="clients",
    title="Clients",
    icon="clients",
    shortcut="Ctrl+7",
    place=9,
    reads=(f"{__name__}.page",),
    use_case="client_desk",
    make=_make,
)
