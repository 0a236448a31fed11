"""What windows and tray ask of the floor below, so that they can be shown without a gateway."""

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from llmgw_desktop.domain.events import (
    Event,
    GatewayStatus,
    RecorderStatus,
    StoreAnswer,
    StoreQuestion,
)
from llmgw_desktop.store.paths import Places

if TYPE_CHECKING:
    from llmgw_desktop.app.access.oversight import Oversight
    from llmgw_desktop.app.clients.desk import ClientDesk
    from llmgw_desktop.app.clis.use import CliProviders
    from llmgw_desktop.app.connect.clients import Clients
    from llmgw_desktop.app.doctor.diagnostics import Diagnostics
    from llmgw_desktop.app.flights.imported_sets import ImportedSets
    from llmgw_desktop.app.flights.overview import Overview
    from llmgw_desktop.app.flights.recording import Flights
    from llmgw_desktop.app.flights.replaying import Replaying
    from llmgw_desktop.app.flights.spending import Spending
    from llmgw_desktop.app.gateway.autostart import Autostart
    from llmgw_desktop.app.gateway.web.pairing import Pocket
    from llmgw_desktop.app.gateway.welcome import Welcome
    from llmgw_desktop.app.jobs.jobs import Jobs
    from llmgw_desktop.app.jobs.starting import JobStarter
    from llmgw_desktop.app.mcp.tool_desk import ToolDesk
    from llmgw_desktop.app.providers.providers import Providers
    from llmgw_desktop.app.providers.usage import QuotaLine
    from llmgw_desktop.app.questions.questions import Questions
    from llmgw_desktop.app.routing.routes import Routes
    from llmgw_desktop.app.routing.scratch import ScratchPad
    from llmgw_desktop.app.safekeeping.importing.taking import ProgramServers
    from llmgw_desktop.app.safekeeping.safekeeping import BackupDesk
    from llmgw_desktop.app.settings.settings_file import SettingsWriter
    from llmgw_desktop.app.settings.told import SettingsBook
    from llmgw_desktop.app.validation.check_history import CheckHistory
    from llmgw_desktop.app.validation.compare import Compare
    from llmgw_desktop.domain.settings.whole import Settings


class Control(Protocol):
    """What windows and tray ask of `app/gateway/control.py`."""

    can_restart: bool

    def status(self) -> GatewayStatus: ...

    def recorder_status(self) -> RecorderStatus: ...

    def delete_held_flights(self) -> None: ...

    def keep_held_flights(self) -> None: ...

    def store_question(self) -> StoreQuestion | None: ...

    def answer_store(self, answer: StoreAnswer) -> Coroutine[Any, Any, str]: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def base_urls(self) -> dict[str, str]: ...

    def access_key_file(self) -> Path: ...

    def settings_file(self) -> Path: ...

    def check_settings(self) -> None: ...

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]: ...

    def send_test_flight(self) -> Coroutine[Any, Any, str]: ...


class DesktopContainer(Protocol):
    """What is asked of `app/composition/container.py`."""

    @property
    def places(self) -> Places: ...

    @property
    def control(self) -> Control: ...

    @property
    def backup_desk(self) -> "BackupDesk": ...

    @property
    def flights(self) -> "Flights": ...

    @property
    def imported_sets(self) -> "ImportedSets": ...

    @property
    def replaying(self) -> "Replaying": ...

    @property
    def jobs(self) -> "Jobs": ...

    @property
    def pocket(self) -> "Pocket": ...

    @property
    def job_starter(self) -> "JobStarter": ...

    @property
    def overview(self) -> "Overview": ...

    def kept_windows(self) -> "Sequence[QuotaLine]": ...

    @property
    def spending(self) -> "Spending": ...

    @property
    def checks(self) -> "CheckHistory": ...

    @property
    def providers(self) -> "Providers": ...

    @property
    def cli_providers(self) -> "CliProviders": ...

    @property
    def routes(self) -> "Routes": ...

    @property
    def welcome(self) -> "Welcome": ...

    @property
    def scratch(self) -> "ScratchPad": ...

    @property
    def tool_desk(self) -> "ToolDesk": ...

    @property
    def program_servers(self) -> "ProgramServers": ...

    @property
    def clients(self) -> "Clients": ...

    @property
    def client_desk(self) -> "ClientDesk": ...

    @property
    def compare(self) -> "Compare": ...

    @property
    def questions(self) -> "Questions": ...

    @property
    def oversight(self) -> "Oversight": ...

    @property
    def settings_book(self) -> "SettingsBook": ...

    @property
    def settings_writer(self) -> "SettingsWriter": ...

    @property
    def diagnostics(self) -> "Diagnostics": ...

    @property
    def autostart(self) -> "Autostart": ...

    @property
    def warnings(self) -> tuple[str, ...]: ...

    def settings(self) -> "Settings": ...

    async def start(self) -> None: ...

    async def hand_over(self, within_s: float) -> list[int]: ...

    async def stop(self) -> None: ...
