"""Who holds too many connections: a notice while nobody looks, a banner while it is so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from shiboken6 import delete

from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.events import FloodsChanged
from llmgw_desktop.domain.policy import Flood
from llmgw_desktop.ui.clients.page import ClientsPage
from llmgw_desktop.ui.theme import Theme
from tests.support.plain_desk import flood_of
from tests.ui.jobs.conftest import turn_until
from tests.ui.test_budget_notices import Stage

# the offscreen platform has no tray to watch
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


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


def _happens(stage: Stage, *floods: Flood) -> None:
    stage.shell._bridge.note(FloodsChanged(floods=floods))


async def test_its_banner_leads_to_the_client_and_goes_with_the_flood(stage: Stage) -> None:
    desk, now_s = stage.gateway.desk, SystemClock().now_s()
    desk.keys.add("quiet")
    desk.keys.add("greedy")
    greedy = flood_of("greedy", desk.id_of("greedy"), now_s)
    _happens(stage, greedy)
    await turn_until(lambda: stage.told)
    ((title, text),) = stage.told
    assert title == "greedy holds 256 connections to the gateway."
    assert text.startswith("Since ")
    assert "others are served" in text
    stage.shell.show_window()
    window = stage.shell.window
    assert window is not None
    assert title in stage.banners
    window.troubles._floods._buttons[0].click()
    assert window.page_key == "clients"
    page = window.findChild(ClientsPage)

    def is_chosen() -> bool:
        row = page.clients.table.chosen_client
        return row is not None and row.name == "greedy" and not page.clients.pane.isHidden()

    await turn_until(is_chosen)
    assert page.clients.acts.revoke.isVisible()
    _happens(stage, greedy, flood_of("203.0.113.9", "", now_s, 7))
    await turn_until(lambda: "2 programs or addresses hold too many" in stage.banners)
    assert "Somebody at 203.0.113.9: 7 connections since " in stage.banners
    _happens(stage)
    await turn_until(lambda: "connections" not in stage.banners)
