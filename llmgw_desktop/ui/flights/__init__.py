"""Flights: every request, found and read."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps, in_steps


def _make(tools: PageTools) -> Steps[QWidget]:
    from llmgw_desktop.ui.flights.page import FlightsPage

    container = tools.container
    page = yield from in_steps(
        FlightsPage,
        container.flights,
        container.control,
        tools.bridge,
        tools.theme,
        settings=tools.settings,
    )
    page.job_wanted.connect(tools.links.job_wanted)
    page.hand_over_wanted.connect(tools.links.new_job_wanted)
    page.place_wanted.connect(
        lambda place: (
            tools.links.setting_wanted if "." in place else tools.links.page_wanted
        ).emit(place)
    )

    def ask_again(flight_id: str) -> None:
        from llmgw_desktop.ui.flights.replay_dialog import ReplayDialog  # few ask for one

        dialog = ReplayDialog(tools.theme, container.replaying, tools.bridge, page)
        dialog.comparison_wanted.connect(
            lambda before, after: page.compare(before, after, over=dialog)
        )
        dialog.begin(flight_id)
        dialog.open()

    def show_imported() -> None:
        from llmgw_desktop.ui.flights.imported_window import ImportedWindow  # few have any

        window = ImportedWindow(
            tools.theme,
            container.imported_sets,
            container.control,
            settings=tools.settings,
            parent=page,
        )
        window.begin()
        window.show()

    page.replay_wanted.connect(ask_again)
    page.imported_wanted.connect(show_imported)
    return page


PAGE = Page(
    key="flights",
    title="Flights",
    icon="flights",
    shortcut="Ctrl+2",
    place=2,
    reads=(f"{__name__}.page",),
    make=_make,
)
