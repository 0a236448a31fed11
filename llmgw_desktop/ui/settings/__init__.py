"""Settings: what is set, what it may be, who says so."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps, in_steps


def _make(tools: PageTools) -> Steps[QWidget]:
    from llmgw_desktop.ui.settings.own import OwnSettings
    from llmgw_desktop.ui.settings.page import SettingsPage

    container, links = tools.container, tools.links
    file = container.control.settings_file
    own = OwnSettings(tools.theme, tools.settings, container.autostart, file)
    own.changed.connect(links.notices_switched)
    book, changer, bridge = container.settings_book, tools.changer, tools.bridge
    page = yield from in_steps(SettingsPage, book, own, changer, bridge, theme=tools.theme)
    page.file_wanted.connect(lambda: links.path_wanted.emit(file()))
    page.page_wanted.connect(links.page_wanted)
    return page


PAGE = Page(
    key="settings",
    title="Settings",
    icon="settings",
    shortcut="Ctrl+,",
    place=12,
    reads=(f"{__name__}.page",),
    make=_make,
)
