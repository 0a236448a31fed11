"""The welcome in its three steps, the list of first steps, and when either is shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest_asyncio
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from llmgw_desktop.app.gateway.welcome import FoundHere, FoundKind
from llmgw_desktop.domain.errors import GatewayClosed
from llmgw_desktop.domain.events import FlightClosed
from llmgw_desktop.domain.settings.tables import RecorderLevel
from llmgw_desktop.ui.application import Beside, is_welcomed
from llmgw_desktop.ui.overview.page import OverviewPage
from llmgw_desktop.ui.overview.welcome import WelcomeBox
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.shell.welcome_desk import expect_welcome
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.window.main_window import MainWindow
from tests.ui.jobs.conftest import turn_until
from tests.ui.plain_gateway import PlainGateway, ended_flight


class House:
    """A shell on a plain gateway."""

    def __init__(self, theme: Theme, folder: Path) -> None:
        self.gateway = PlainGateway(folder / "run" / "access.key")
        self.gateway.settings.env["GROQ_API_KEY"] = "gsk_not_shown_anywhere"
        self.settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.tray = Tray(theme.icons, lambda: False)
        self.shell = DesktopShell(self.gateway, theme, self.tray, self.settings)

    @property
    def window(self) -> MainWindow:
        if self.shell.window is None:
            self.shell.show_window()
        assert self.shell.window is not None
        return self.shell.window

    @property
    def box(self) -> WelcomeBox | None:
        return self.window.findChild(WelcomeBox)

    async def opened(self) -> WelcomeBox:
        self.window.menus.welcome_wanted.emit()
        await turn_until(lambda: self.box is not None and self.box.found)
        assert self.box is not None
        return self.box

    @property
    def overview(self) -> OverviewPage:
        page = self.window.page("overview")
        assert isinstance(page, OverviewPage)
        return page


@pytest_asyncio.fixture
async def house(theme: Theme, tmp_path: Path, qapp: QApplication) -> AsyncIterator[House]:
    made = House(theme, tmp_path)
    yield made
    window = made.shell.window
    await made.shell.stop()
    delete(made.shell)
    if window is not None:
        delete(window)


def button(box: WelcomeBox, words: str) -> Button:
    return next(each for each in box.findChildren(Button) if each.text() == words)


async def test_what_was_found_is_used_only_by_a_click(house: House) -> None:
    box = await house.opened()
    assert not box.isModal()
    names = [each.accessibleName() for each in box.findChildren(Button)]
    assert "Use it GROQ_API_KEY, for Groq" in names
    assert house.gateway.settings.loaded.settings.providers == ()
    button(box, "Use it").click()
    await turn_until(lambda: house.gateway.settings.loaded.settings.providers)
    [provider] = house.gateway.settings.loaded.settings.providers
    assert provider.accounts[0].api_key_env == "GROQ_API_KEY"
    await turn_until(lambda: any(each.text() == "Done" for each in box.findChildren(Button)))
    assert "gsk_" not in house.gateway.settings.path.read_text()


async def test_what_is_done_elsewhere_leads_there_and_the_welcome_stays(house: House) -> None:
    box = await house.opened()
    box.show_found(
        (FoundHere(kind=FoundKind.PROGRAM, words="Codex", button="Set up…", page="clients"),)
    )
    button(box, "Set up…").click()
    assert house.window.page_key == "clients"
    assert box.isVisible()
    box.show_found(())
    assert box.said.text().startswith("Nothing was found")


async def test_what_is_recorded_is_chosen_in_the_second_step(house: House) -> None:
    box = await house.opened()
    box.next.click()
    assert box.levels[RecorderLevel.FULL].isChecked()
    box.levels[RecorderLevel.FIGURES].click()
    settings = house.gateway.settings
    await turn_until(lambda: settings.loaded.settings.recorder.level is RecorderLevel.FIGURES)
    assert not box.levels[RecorderLevel.FULL].isChecked()


async def test_a_first_request_opens_its_flight(house: House) -> None:
    box = await house.opened()
    box.next.click()
    box.next.click()
    assert box.next.text() == "Finish"
    house.gateway.control.test_flight_trouble = GatewayClosed("The gateway is not running.")
    box.send.click()
    await turn_until(lambda: "not running" in box.sent.text())
    house.gateway.control.test_flight_trouble = None
    box.send.click()
    await turn_until(lambda: house.window.page_key == "flights")
    await turn_until(lambda: house.box is None)  # it would cover what it opened


async def test_finish_ends_it_without_a_request(house: House) -> None:
    box = await house.opened()
    for _ in range(3):
        box.next.click()
    await turn_until(lambda: house.box is None)


async def test_who_asks_a_model_themselves_sees_the_scratch_pad(house: House) -> None:
    box = await house.opened()
    box.ask.click()
    assert house.window.page_key == "scratch"
    await turn_until(lambda: house.box is None)


async def test_it_is_left_at_any_time_and_come_back_to(house: House) -> None:
    box = await house.opened()
    box.next.click()
    box.back.click()
    assert box.steps.currentIndex() == 0
    box.leave.click()
    await turn_until(lambda: house.box is None)
    await house.opened()
    house.window.menus.welcome_wanted.emit()
    await asyncio.sleep(0)
    assert len(house.window.findChildren(WelcomeBox)) == 1


async def test_a_fresh_home_shows_it_once_and_no_other_start_does(house: House) -> None:
    expect_welcome(house.settings)
    assert house.window.isVisible()
    await turn_until(lambda: house.box is not None)
    assert house.settings.value("told/welcome") == "done"
    expect_welcome(house.settings)
    assert house.settings.value("told/welcome") == "done"


async def test_a_home_that_had_a_window_is_not_fresh(house: House) -> None:
    house.settings.setValue("window/appearance", "dark")
    expect_welcome(house.settings)
    assert house.window.isVisible()
    await asyncio.sleep(0.05)
    assert house.box is None


async def test_first_steps_tick_themselves_off_and_go(house: House) -> None:
    card = house.overview.steps
    await turn_until(lambda: card.shown)
    assert "flight" in card.undone
    flight = ended_flight(1)
    house.gateway.reader.flights.append(flight)
    house.gateway.control.publish(FlightClosed(summary=flight))
    await turn_until(lambda: "flight" not in card.undone)
    go = next(each for each in card.findChildren(Button) if each.accessibleName().endswith("job"))
    go.click()
    assert house.window.page_key == "jobs"


async def test_put_away_they_stay_away(house: House, theme: Theme) -> None:
    card = house.overview.steps
    await turn_until(lambda: card.shown)
    card.close_button.click()
    assert not card.shown
    house.window.show_page("flights")
    house.window.show_page("overview")
    await asyncio.sleep(0.05)
    assert not card.shown
    house.settings.beginGroup("pages")
    house.overview.save_state(house.settings)
    other = OverviewPage(
        house.gateway.overview, house.gateway.control, house.overview._bridge, theme
    )
    other.restore_state(house.settings)
    assert other._are_steps_over
    delete(other)


def test_who_looks_at_the_demo_is_not_welcomed() -> None:
    """Its window shows what is played; what the welcome would find is played, too."""
    assert is_welcomed("xcb", None)
    assert not is_welcomed("offscreen", None)
    assert not is_welcomed("xcb", cast(Beside, object()))
