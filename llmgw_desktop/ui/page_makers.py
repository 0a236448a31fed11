"""Makes each page when it is first shown, and says what its pages want of the program.

A start needs one of them: nothing of the others is read in before somebody looks.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.desktop_container import DesktopContainer
from llmgw_desktop.ui.job_desk import JobDesk
from llmgw_desktop.ui.main_window import Page
from llmgw_desktop.ui.question_watch import QuestionWatch
from llmgw_desktop.ui.settings_changer import SettingsChanger
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.in_steps import Steps, in_steps
from llmgw_desktop.ui.window.sidebar import SidebarEntry

_PARTS: dict[str, tuple[tuple[str, ...], str]] = {
    "access": (("llmgw_desktop.ui.questions.arming",), "oversight"),
    "clients": (
        (
            "llmgw_desktop.ui.clients.client_section",
            "llmgw_desktop.ui.clients.program_section",
        ),
        "client_desk",
    ),
    "compare": ((), "compare"),
    "jobs": ((), "oversight"),
    "providers": ((), "providers"),
}
"""What else a page's maker reads in, and the use case that is made when it is first asked for."""


@dataclass(frozen=True, slots=True)
class PageTools:
    """What pages work with."""

    bridge: Bridge
    theme: Theme
    settings: QSettings
    changer: SettingsChanger


class PageMakers(QObject):
    """One for the program; pages live as long as the window."""

    flights_wanted = Signal(object)
    """A FlightQuery."""
    flight_wanted = Signal(str)
    job_wanted = Signal(str)
    page_wanted = Signal(str)
    said = Signal(str, object)
    """What was done, in words, and how it is undone: a callable or None."""
    clis_found = Signal()

    def __init__(
        self,
        container: DesktopContainer,
        tools: PageTools,
        job_desk: JobDesk,
        question_watch: QuestionWatch,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._container = container
        self._tools = tools
        self._job_desk = job_desk
        self._question_watch = question_watch

    def pages(self) -> list[Page]:
        """In the order of the sidebar."""
        makers: dict[str, Callable[[], Steps[QWidget]]] = {
            "Overview": self._overview,
            "Flights": self._flights,
            "Jobs": self._jobs,
            "Compare": self._compare,
            "Providers": self._providers,
            "Routes": self._routes,
            "Clients": self._clients,
            "Access": self._access,
        }
        return [
            Page(
                entry=SidebarEntry(key=title.lower(), title=title, icon=title.lower()),
                make=make,
                read_in=partial(self._read_in, title.lower()),
            )
            for title, make in makers.items()
        ]

    def _overview(self) -> Steps[QWidget]:
        from llmgw_desktop.ui.pages.overview_page import OverviewPage

        container, tools = self._container, self._tools
        page = yield from in_steps(
            OverviewPage, container.overview, container.control, tools.bridge, tools.theme
        )
        page.flights_wanted.connect(self.flights_wanted)
        page.flight_wanted.connect(self.flight_wanted)
        page.jobs_wanted.connect(lambda: self.page_wanted.emit("jobs"))
        return page

    def _flights(self) -> Steps[QWidget]:
        from llmgw_desktop.ui.pages.flights_page import FlightsPage

        container, tools = self._container, self._tools
        page = yield from in_steps(
            FlightsPage,
            container.flights,
            container.control,
            tools.bridge,
            tools.theme,
            tools.settings,
        )
        page.job_wanted.connect(self.job_wanted)
        return page

    def _jobs(self) -> Steps[QWidget]:
        return (
            yield from self._job_desk.make_page(self._container.control, self._container.oversight)
        )

    def _compare(self) -> Steps[QWidget]:
        from llmgw_desktop.ui.pages.compare_page import ComparePage

        page = yield from in_steps(
            ComparePage, self._container.compare, self._tools.bridge, self._tools.theme
        )
        page.flight_wanted.connect(self.flight_wanted)
        page.job_wanted.connect(self.job_wanted)
        page.providers_wanted.connect(lambda: self.page_wanted.emit("providers"))
        page.said.connect(self._say)
        return page

    def _providers(self) -> Steps[QWidget]:
        from llmgw_desktop.ui.pages.providers_page import ProvidersPage

        container, tools = self._container, self._tools
        page = yield from in_steps(
            ProvidersPage,
            container.providers,
            container.cli_providers,
            tools.changer,
            tools.bridge,
            tools.theme,
        )
        page.clis.found_some.connect(self.clis_found)
        return page

    def _routes(self) -> Steps[QWidget]:
        from llmgw_desktop.ui.pages.routes_page import RoutesPage

        tools = self._tools
        return (
            yield from in_steps(
                RoutesPage, self._container.routes, tools.changer, tools.bridge, tools.theme
            )
        )

    def _clients(self) -> Steps[QWidget]:
        from llmgw_desktop.ui.clients.client_section import ClientSection
        from llmgw_desktop.ui.clients.program_section import ProgramSection
        from llmgw_desktop.ui.pages.clients_page import ClientsPage

        container, tools = self._container, self._tools
        theme, bridge = tools.theme, tools.bridge
        clients = yield from in_steps(
            ClientSection, container.client_desk, tools.changer, bridge, theme, tools.settings
        )
        programs = yield from in_steps(
            ProgramSection, container.clients, container.control, bridge, theme
        )
        page = ClientsPage(clients, programs, theme)
        page.said.connect(self.said)
        page.flights_wanted.connect(self.flights_wanted)
        page.jobs_wanted.connect(self._show_jobs_of)
        page.access_wanted.connect(self._show_holders)
        return page

    def _read_in(self, key: str, then: Callable[[], None]) -> None:
        """What the page is made of, beside the loop; its own libraries are most of its first
        opening."""
        name = f"llmgw_desktop.ui.pages.{key}_page"
        if name in sys.modules:
            then()
            return

        def come(_: object) -> None:
            then()

        def read() -> None:
            modules, use_case = _PARTS.get(key, ((), ""))
            for each in (name, *modules):
                import_module(each)
            if use_case:
                getattr(self._container, use_case)

        self._tools.bridge.fetch(self, read, come, come, slow=True)

    def _show_jobs_of(self, client: str) -> None:
        self.page_wanted.emit("jobs")
        self._job_desk.look_for(client)

    def _show_holders(self) -> None:
        self.page_wanted.emit("access")
        self._question_watch.show_holders()

    def _access(self) -> Steps[QWidget]:
        return (yield from self._question_watch.make_page(self._container.oversight))

    def _say(self, words: str, undo: Callable[[], None] | None = None) -> None:
        self.said.emit(words, undo)
