"""Where an error's sentences send a person, a button leads: all of them are walked."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from llmgw_desktop.app.flights import errors
from llmgw_desktop.app.flights.errors import explained
from llmgw_desktop.app.flights.run_errors import REFUSED_RUNS, place_named
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.detail.overview_tab import ErrorCard
from llmgw_desktop.ui.settings.page import SettingsPage
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.page_makers import PAGES
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from tests.ui.at_once import run_at_once
from tests.ui.plain_gateway import PlainGateway, ended_flight

KINDS = [*errors._BY_KIND, *REFUSED_RUNS, *(f"upstream_{each}" for each in errors._BY_STATUS)]


def failed(kind: str) -> FlightSummary:
    words = "see http.port and Providers"
    return ended_flight(1, state=FlightState.FAILED, error_kind=kind, error_text=words)


@pytest.mark.parametrize("kind", KINDS)
def test_each_button_does_what_its_sentence_says(
    kind: str, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    found = explained(failed(kind))
    assert found is not None
    card = ErrorCard(theme)
    card.show_flight(failed(kind))
    place = place_named(found.what, found.why, found.advice)
    assert card.lead.isHidden() == (not place)
    if not place:
        delete(card)
        return
    assert place in f"{found.what} {found.why} {found.advice}".lower()
    with qtbot.waitSignal(card.place_wanted) as told:
        card.lead.click()
    assert told.args == [place]
    if "." in place:
        gateway = PlainGateway(tmp_path / "access.key")
        assert gateway.settings_book.find(place).name == place
        assert card.lead.text() == "Show the setting"
    else:
        title = next(page.title for page in PAGES if page.key == place)
        assert card.lead.text() == f"Go to {title}"
    delete(card)


def test_some_of_them_lead_somewhere() -> None:
    told = [explained(failed(kind)) for kind in KINDS]
    places = {place_named(each.what, each.why, each.advice) for each in told if each}
    assert {"http.max_body_bytes", "upstream.first_byte_timeout_s", "providers"} <= places


def test_the_window_goes_there(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bridge, "run", run_at_once)
    gateway = PlainGateway(tmp_path / "access.key")
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    shell = DesktopShell(gateway, theme, Tray(theme.icons, lambda: False), settings)
    shell.show_window()
    window = shell.window
    assert window is not None
    page = window.page("flights")
    page.place_wanted.emit("providers")  # type: ignore[attr-defined]
    assert window.page_key == "providers"
    page.place_wanted.emit("http.max_body_bytes")  # type: ignore[attr-defined]
    assert window.page_key == "settings"
    assert isinstance(window.page("settings"), SettingsPage)
    shell._bridge.close()
    delete(shell)
    delete(window)
