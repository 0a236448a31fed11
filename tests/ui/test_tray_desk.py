"""The tray as the daily face: today, what runs, a pause that ends by itself, a new job."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from llmgw_desktop.app.flights.provenance_words import today_line
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.events import GatewayState
from llmgw_desktop.domain.flights.flight import FlightTotals
from llmgw_desktop.ui.jobs.job_pane import JobPane
from llmgw_desktop.ui.jobs.new_job import NewJobDialog
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from tests.support.plain_runs import plain_job
from tests.ui.jobs.conftest import turn_until
from tests.ui.plain_gateway import WAVE_TOTALS, PlainGateway

pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


class TrayHouse:
    def __init__(self, theme: Theme, folder: Path) -> None:
        self.gateway = PlainGateway(folder / "run" / "access.key")
        self.settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.tray = Tray(theme.icons, lambda: True)
        self.shell = DesktopShell(self.gateway, theme, self.tray, self.settings)

    @property
    def line(self) -> str:
        return self.tray._line.text()


@pytest_asyncio.fixture
async def house(theme: Theme, tmp_path: Path, qapp: QApplication) -> AsyncIterator[TrayHouse]:
    made = TrayHouse(theme, tmp_path)
    await made.shell.start()
    yield made
    window = made.shell.window
    await made.shell.stop()
    delete(made.shell)
    if window is not None:
        delete(window)


async def test_todays_figures_are_read_when_the_menu_opens_and_not_before(house: TrayHouse) -> None:
    house.gateway.reader.waves = True
    calls = house.gateway.reader.calls
    assert not house.tray._today.isVisible()
    house.tray.menu_opens.emit()
    await turn_until(lambda: house.tray._today.isVisible())
    assert house.tray._today.text() == "Today · 83 % from cache · 412 flights"
    assert house.gateway.reader.calls == calls + 1
    house.gateway.reader.trouble = StoreUnavailable("gone")
    house.tray.menu_opens.emit()
    await turn_until(lambda: not house.tray._today.isVisible())


def test_cost_has_its_mark_and_what_is_unknown_is_left_out() -> None:
    assert today_line(FlightTotals()) == ""
    assert today_line(FlightTotals(flights=1)) == "Today · 1 flight"
    known = FlightTotals(flights=2, cost_usd=3.2)
    assert today_line(known) == "Today $3.20 · 2 flights"
    assert today_line(WAVE_TOTALS).endswith("412 flights")


async def test_what_runs_is_listed_and_leads_there(house: TrayHouse) -> None:
    job = plain_job(1, title="Fix the tests")
    house.gateway.runs.put(job)
    await turn_until(lambda: house.tray._jobs.title() == "Jobs (1 under way)")
    first = house.tray._job_actions[0]
    assert first.text().startswith("claude · Fix the tests · ")
    first.trigger()
    window = house.shell.window
    assert window is not None
    assert window.page_key == "jobs"
    await turn_until(lambda: any(pane.job for pane in window.findChildren(JobPane)))
    house.gateway.runs.end(job)
    await turn_until(lambda: house.tray._jobs.title() == "Jobs")


async def test_a_new_job_is_asked_for_in_the_window(house: TrayHouse) -> None:
    house.tray.new_job_wanted.emit()
    window = house.shell.window
    assert window is not None
    await turn_until(lambda: window.findChild(NewJobDialog) is not None)
    assert window.page_key == "jobs"
    house.tray.settings_wanted.emit()
    assert window.page_key == "settings"


async def test_a_pause_of_an_hour_ends_by_itself(house: TrayHouse) -> None:
    house.tray.pause_hour_wanted.emit()
    assert house.gateway.control.current.state is GatewayState.PAUSED
    await turn_until(lambda: " · until " in house.line)
    house.shell._tray_desk._hour.timeout.emit()
    assert house.gateway.control.current.state is GatewayState.RUNNING
    await turn_until(lambda: " · until " not in house.line)


async def test_who_resumes_and_pauses_again_is_not_overruled(house: TrayHouse) -> None:
    house.tray.pause_hour_wanted.emit()
    await turn_until(lambda: " · until " in house.line)
    house.tray.resume_wanted.emit()
    await turn_until(lambda: not house.shell._tray_desk._hour.isActive())
    house.tray.pause_wanted.emit()
    await turn_until(lambda: house.line.startswith("Paused"))
    assert "until" not in house.line
    assert house.gateway.control.current.state is GatewayState.PAUSED
