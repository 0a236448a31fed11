"""What the tray tells and does besides the gateway's state: today's figures, what runs, providers,
a pause that ends by itself, a new job. Nothing is read while nobody opens its menu.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from llmgw_desktop.app.flights.provenance_words import today_line
from llmgw_desktop.app.jobs.words import took_text
from llmgw_desktop.app.words.figures import clock_text, local_time
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.events import (
    AccountChanged,
    Event,
    GatewayChanged,
    GatewayState,
    JobChanged,
    SettingsChanged,
)
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.desktop_container import DesktopContainer
from llmgw_desktop.ui.settings_changes import SettingsChanger
from llmgw_desktop.ui.shell.tray import Tray, TrayJob

HOUR_MS = 3_600_000


class TrayDesk(QObject):
    """One for the program. `show_page` makes and shows the window."""

    def __init__(
        self,
        tray: Tray,
        container: DesktopContainer,
        bridge: Bridge,
        changer: SettingsChanger,
        *,
        show_page: Callable[[str], None],
    ) -> None:
        super().__init__(tray)
        self._tray, self._container, self._bridge = tray, container, bridge
        self._changer = changer
        self._hour = QTimer(self, singleShot=True, interval=HOUR_MS)
        self._hour.timeout.connect(self._end_pause)
        self._is_reading = False
        tray.menu_opens.connect(self.look)
        tray.provider_toggled.connect(self._toggle)
        tray.pause_hour_wanted.connect(self._pause_for_an_hour)
        tray.settings_wanted.connect(lambda: show_page("settings"))
        changer.settled.connect(self.show_providers)
        bridge.events.connect(self._on_events)

    def begin(self) -> None:
        """The gateway is there. CLIs are found beside the loop; the page looks closer while it is
        in sight."""
        self.show_providers()
        self._show_jobs()
        find = self._container.cli_providers.find
        self._bridge.fetch(self, find, lambda _: self.show_providers(), slow=True)

    def look(self) -> None:
        """The menu opens: what counts is shown as it is now; what has to be read comes a moment
        later, in its place."""
        self.show_providers()
        self._show_jobs()
        if not self._is_reading:
            self._is_reading = True
            self._bridge.fetch(self, self._container.overview.today, self._show_today, self._miss)

    def show_providers(self) -> None:
        container = self._container
        self._tray.show_providers(container.providers.cards(), container.cli_providers.cards())

    def _show_today(self, totals: object) -> None:
        self._is_reading = False
        self._tray.show_today(today_line(totals))  # type: ignore[arg-type]

    def _miss(self, _: Exception) -> None:
        """What cannot be read is unknown."""
        self._is_reading = False
        self._tray.show_today("")

    def _show_jobs(self) -> None:
        jobs = self._container.jobs
        now_s = jobs.now_s()
        self._tray.show_jobs([_line(each, now_s) for each in reversed(jobs.live)])

    def _toggle(self, name: str, on: bool) -> None:
        clis = self._container.cli_providers
        owner = clis if clis.is_cli(name) else self._container.providers
        self._changer.make(lambda: owner.toggle(name, on=on))

    def _pause_for_an_hour(self) -> None:
        """Who resumes, or pauses again, before it is over is not overruled."""
        self._container.control.pause()
        self._hour.start()
        at_s = self._container.jobs.now_s()
        until = clock_text(at_s + HOUR_MS / 1000, local_time(at_s).date())
        self._tray.show_pause(f"until {until}")

    def _end_pause(self) -> None:
        control = self._container.control
        if control.status().state is GatewayState.PAUSED:
            control.resume()

    def _on_events(self, events: tuple[Event, ...]) -> None:
        kinds = {type(event) for event in events}
        if GatewayChanged in kinds:
            if self._container.control.status().state is not GatewayState.PAUSED:
                self._hour.stop()
            if not self._hour.isActive():
                self._tray.show_pause("")
        if kinds & {AccountChanged, SettingsChanged}:
            self.show_providers()
        if JobChanged in kinds:
            self._show_jobs()
        if SettingsChanged in kinds:
            self.begin()


def _line(job: Job, now_s: float) -> TrayJob:
    words = f"{job.cli} · {inert_line(job.title, 40) or 'without words'} · {took_text(job, now_s)}"
    return TrayJob(job_id=job.id, words=words)
