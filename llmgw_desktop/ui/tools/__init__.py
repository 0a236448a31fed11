"""Tools: other MCP servers behind the gateway's door, and a person's word on their tools."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps, in_steps


def _make(tools: PageTools) -> Steps[QWidget]:
    from llmgw_desktop.ui.tools.page import ToolsPage

    container, links = tools.container, tools.links
    page = yield from in_steps(
        ToolsPage,
        container.tool_desk,
        tools.bridge,
        tools.theme,
        programs=container.program_servers,
        settings=tools.settings,
    )
    page.flights_wanted.connect(links.flights_wanted)
    page.file_wanted.connect(lambda: links.path_wanted.emit(container.control.settings_file()))
    page.page_wanted.connect(lambda url: QDesktopServices.openUrl(QUrl(url)))
    page.said.connect(links.said)
    return page


PAGE = Page(
    key="tools",
    title="Tools",
    icon="tools",
    shortcut="Ctrl+Shift+T",
    place=10,
    reads=(f"{__name__}.page",),
    use_case="tool_desk",
    make=_make,
)
