"""Settings: what is set, what it may be, who says so."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps, in_steps


def _make(tools: PageTools) -> Steps[QWidget]:
    from llmgw_desktop.ui.settings.page import SettingsPage

    page = yield from in_steps(
        SettingsPage, tools.container.settings_book, tools.changer, tools.bridge, tools.theme
    )
    file = tools.container.control.settings_file
    page.file_wanted.connect(lambda: tools.links.path_wanted.emit(file()))
    return page


PAGE = Page(
    key="settings",
    title="Settings",
    icon="settings",
    shortcut="Ctrl+,",
    place=10,
    reads=(f"{__name__}.page",),
    make=_make,
)
