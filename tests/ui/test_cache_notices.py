"""A cache that misses, an account that is not as it was: a notice while nobody looks, a banner that
leads to the requests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from shiboken6 import delete

from llmgw_desktop.domain.events import AlarmRaised, CacheFell
from llmgw_desktop.domain.flights.alarms import Alarm, AlarmKind
from llmgw_desktop.ui.theme import Theme
from tests.support.made_flights import BEGIN_S, flight_id
from tests.ui.jobs.conftest import turn_until
from tests.ui.test_budget_notices import Stage

# the offscreen platform has no tray to watch
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)
FELL = CacheFell(
    client_id="cli_1",
    name="Claude Code",
    since_s=BEGIN_S,
    cause="a clock in tools[12].description",
    flight_id=flight_id(7),
)


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


async def test_it_is_told_and_its_banner_leads_to_the_request(stage: Stage) -> None:
    stage.shell._bridge.note(FELL)
    await turn_until(lambda: stage.told)
    ((title, text),) = stage.told
    assert title.startswith("Claude Code's cache misses since ")
    assert title.endswith(": a clock in tools[12].description")
    assert "full price" in text
    stage.shell.show_window()
    window = stage.shell.window
    assert window is not None
    assert f"{title}." in stage.banners
    window.troubles._alarms._buttons[0].click()
    assert window.page_key == "flights"
    assert f"{title}." not in stage.banners


async def test_who_puts_it_away_is_left_alone(stage: Stage) -> None:
    stage.shell.show_window()
    stage.shell._bridge.note(FELL)
    await turn_until(lambda: "cache misses" in stage.banners)
    window = stage.shell.window
    assert window is not None
    window.troubles._alarms.dismissed.emit()
    assert "cache misses" not in stage.banners


async def test_an_alarm_leads_to_all_flights_behind_it(stage: Stage) -> None:
    alarm = Alarm(
        kind=AlarmKind.REFUSED,
        flights=(flight_id(1), flight_id(2)),
        since_s=BEGIN_S,
        account="openai/work",
        found="429: <b>quota</b> exceeded",
        count=5,
    )
    stage.shell._bridge.note(FELL)
    stage.shell._bridge.note(AlarmRaised(alarm=alarm))
    await turn_until(lambda: stage.told)
    assert stage.told == [
        ("openai/work refused 5 requests in a row", "The last words: 429: ‹b>quota‹/b> exceeded.")
    ]
    stage.shell.show_window()
    window = stage.shell.window
    assert window is not None
    assert "openai/work refused 5 requests in a row (1 alarm before it)." in stage.banners
    wished: list[object] = []
    window.show_flights = wished.append  # type: ignore[method-assign, assignment]
    window.troubles._alarms._buttons[0].click()
    assert wished == [f"id:{flight_id(1)},{flight_id(2)}"]
    assert "openai/work" not in stage.banners
