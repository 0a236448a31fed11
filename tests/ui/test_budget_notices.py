"""Budgets nearly or wholly used: a notice while nobody looks, a banner until somebody does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from shiboken6 import delete

from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.events import BudgetReached, SettingsChanged
from llmgw_desktop.domain.policy import Budget, ClientPolicy, Measure, Period, Spent
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from tests.ui.jobs.conftest import turn_until
from tests.ui.plain_gateway import PlainGateway

# the offscreen platform has no tray to watch
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)

BUDGET = Budget(measure=Measure.USD, amount=5, period=Period.DAY)
UP = "nightly has used up its 5 US dollars a day"


def _reached(name: str, percent: int, *, in_s: float = 3600) -> BudgetReached:
    ends_at_s = SystemClock().now_s() + in_s
    spent = Spent(budget=BUDGET, used=percent / 20, reserved=0, begins_at_s=0, ends_at_s=ends_at_s)
    return BudgetReached(client_id=f"cli_{name}", name=name, spent=spent, percent=percent)


class Stage:
    def __init__(self, theme: Theme, folder: Path) -> None:
        self.gateway = PlainGateway(folder / "run" / "access.key")
        settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.tray = Tray(theme.icons, lambda: True)
        self.shell = DesktopShell(self.gateway, theme, self.tray, settings)
        self.told: list[tuple[str, str]] = []

    @property
    def banners(self) -> str:
        window = self.shell.window
        return "" if window is None else " ".join(window.troubles.words)

    def happens(self, *events: BudgetReached | SettingsChanged) -> None:
        for event in events:
            self.shell._bridge.note(event)


@pytest_asyncio.fixture
async def stage(
    theme: Theme, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    made = Stage(theme, tmp_path)
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda _, title, text, *__: made.told.append((title, text))
    )
    await made.shell.start()
    made.shell.open(hidden=True)
    yield made
    await made.shell.stop()
    if made.shell.window is not None:
        delete(made.shell.window)


async def test_a_notice_leads_to_the_clients_and_its_banner_goes_when_they_are_seen(
    stage: Stage,
) -> None:
    stage.happens(_reached("nightly", 80))
    await turn_until(lambda: stage.told)
    ((title, text),) = stage.told
    assert title == "nightly has used 80 % of its 5 US dollars a day"
    assert text.startswith("1 US dollar is left; it begins anew at ")
    stage.shell.show_window()
    assert title in stage.banners
    stage.tray._on_message_clicked()
    assert stage.shell.window is not None
    assert stage.shell.window.page_key == "clients"
    assert title not in stage.banners


async def test_a_banner_is_there_until_it_is_put_away_is_over_or_no_longer_true(
    stage: Stage,
) -> None:
    stage.shell.show_window()
    stage.happens(_reached("nightly", 100), _reached("other", 80))
    await turn_until(lambda: "2 budgets are nearly or wholly used" in stage.banners)
    assert UP in stage.banners
    clients = tuple(ClientPolicy(client=each, budgets=(BUDGET,)) for each in ("nightly",))
    stage.happens(SettingsChanged(settings=replace(Settings(), clients=clients)))
    await turn_until(lambda: "2 budgets" not in stage.banners)
    assert UP in stage.banners
    assert stage.shell.window is not None
    stage.shell.window.troubles._budgets._dismiss()
    stage.happens(_reached("late", 80, in_s=0.2))
    await turn_until(lambda: "late has used 80 %" in stage.banners)
    assert UP not in stage.banners
    await turn_until(lambda: "late has used 80 %" not in stage.banners)
