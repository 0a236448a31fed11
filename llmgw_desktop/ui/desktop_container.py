"""What windows and tray ask of the floor below, so that they can be shown without a gateway."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from llmgw_desktop.domain.events import Event, GatewayStatus, RecorderStatus, StoreQuestion
from llmgw_desktop.store.paths import Places

if TYPE_CHECKING:
    from llmgw_desktop.app.backup_desk import BackupDesk
    from llmgw_desktop.app.cli_providers import CliProviders
    from llmgw_desktop.app.client_desk.desk import ClientDesk
    from llmgw_desktop.app.compare import Compare
    from llmgw_desktop.app.connect.clients import Clients
    from llmgw_desktop.app.flights import Flights
    from llmgw_desktop.app.jobs import Jobs
    from llmgw_desktop.app.oversight import Oversight
    from llmgw_desktop.app.providers import Providers
    from llmgw_desktop.app.questions import Questions
    from llmgw_desktop.app.routes import Routes
    from llmgw_desktop.app.settings_wish import SettingsWriter
    from llmgw_desktop.ui.pages.overview_page import OverviewSource


class Control(Protocol):
    """What windows and tray ask of `app/control.py`."""

    can_restart: bool

    def status(self) -> GatewayStatus: ...

    def recorder_status(self) -> RecorderStatus: ...

    def delete_held_flights(self) -> None: ...

    def keep_held_flights(self) -> None: ...

    def store_question(self) -> StoreQuestion | None: ...

    def answer_store(self, *, restore: bool) -> Coroutine[Any, Any, str]: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def base_urls(self) -> dict[str, str]: ...

    def access_key_file(self) -> Path: ...

    def settings_file(self) -> Path: ...

    def check_settings(self) -> None: ...

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]: ...

    def send_test_flight(self) -> Coroutine[Any, Any, str]: ...


class DesktopContainer(Protocol):
    """What is asked of `app/container.py`."""

    @property
    def places(self) -> Places: ...

    @property
    def control(self) -> Control: ...

    @property
    def backup_desk(self) -> "BackupDesk": ...

    @property
    def flights(self) -> "Flights": ...

    @property
    def jobs(self) -> "Jobs": ...

    @property
    def overview(self) -> "OverviewSource": ...

    @property
    def providers(self) -> "Providers": ...

    @property
    def cli_providers(self) -> "CliProviders": ...

    @property
    def routes(self) -> "Routes": ...

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
    def settings_writer(self) -> "SettingsWriter": ...

    @property
    def warnings(self) -> tuple[str, ...]: ...

    async def start(self) -> None: ...

    async def hand_over(self, within_s: float) -> list[int]: ...

    async def stop(self) -> None: ...
