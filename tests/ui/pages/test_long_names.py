"""Names as long as the settings allow them: the narrowest window still shows all of each card."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QScrollArea

from llmgw_desktop.ui.providers.account_row import AccountRow
from llmgw_desktop.ui.providers.provider_dialog import ProviderDialog
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from tests.ui.pages.routing_stage import RoutingStage

# the offscreen platform has no tray to watch
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)

LONG = "rechtsschutzversicherungsgesellschaften-abteilungsuebergreifend1"
FILE = f"""\
[providers.{LONG}]
kind = "openai"
[[providers.{LONG}.accounts]]
name = "{LONG}"
vault = "openai/{LONG}"
[[providers.{LONG}.accounts]]
name = "b"
vault = "openai/{LONG}"
[[routes]]
name = "{LONG.replace("-", " ")}"
match = {{ model = "{LONG}-*", client = "{LONG}" }}
to = ["{LONG}/{LONG}:{LONG}"]
"""


@pytest.mark.parametrize("page", ["providers", "routes"])
async def test_nothing_is_wider_than_the_narrowest_window(stage: RoutingStage, page: str) -> None:
    stage.gateway.settings.write(FILE)
    await stage.open(page)
    stage.window.resize(stage.window.minimumSizeHint())
    await stage.turns()
    shown = stage.providers if page == "providers" else stage.routes
    scroll = shown.findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea)
    assert scroll.widget().width() <= scroll.viewport().width()


async def test_what_follows_a_short_name_stands_right_behind_it(stage: RoutingStage) -> None:
    stage.gateway.settings.write(FILE)
    await stage.open("providers")
    short = next(row for row in stage.window.findChildren(AccountRow) if row._name.text() == "b")
    assert isinstance(short._name, FlowingLabel)
    assert short._name.width() < short.fontMetrics().averageCharWidth() * 4


async def test_an_entry_of_the_vault_does_not_widen_its_dialog(stage: RoutingStage) -> None:
    stage.gateway.vault.names.add(f"openai/{LONG}{LONG}"[:100])
    await stage.open("providers")
    stage.button("Add a vendor…").click()
    await stage.turns()
    scroll = stage.one(ProviderDialog).findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea)
    assert scroll.widget().width() <= scroll.viewport().width()
