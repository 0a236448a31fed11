"""Log: what the program itself did."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps, in_steps


def _make(tools: PageTools) -> Steps[QWidget]:
    from llmgw_desktop.app.gateway.log_file import LogReader
    from llmgw_desktop.ui.log.page import LogPage

    container, links = tools.container, tools.links
    folder = container.places.log_folder
    page = yield from in_steps(
        LogPage, LogReader(folder), container.diagnostics, tools.bridge, tools.theme
    )
    page.folder_wanted.connect(lambda: links.path_wanted.emit(folder))
    page.said.connect(lambda words: links.said.emit(words, None))
    return page


PAGE = Page(
    key="log",
    title="Log",
    icon="table",
    shortcut="Ctrl+9",
    place=13,
    reads=(f"{__name__}.page",),
    use_case="diagnostics",
    make=_make,
)
