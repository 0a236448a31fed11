"""The gateway's status in the window's corner: word, shape, address, switch."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QMenu
from pytestqt.qtbot import QtBot

from llmgw_desktop.app.gateway.control import base_urls
from llmgw_desktop.domain.events import GatewayState, GatewayStatus
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.window.status_panel import StatusPanel, StatusShape

URL = "http://127.0.0.1:3333"
URLS = base_urls(URL, "/mcp")


@pytest.fixture
def panel(theme: Theme, qtbot: QtBot) -> StatusPanel:
    made = StatusPanel(theme)
    qtbot.addWidget(made)
    made.show()
    return made


def words(panel: StatusPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def switch(panel: StatusPanel) -> Button:
    return next(b for b in panel.findChildren(Button) if b.accessibleName().endswith(" gateway"))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (GatewayState.STARTING, ["Starting …"]),
        (GatewayState.RUNNING, ["Running", "127.0.0.1:3333"]),
        (GatewayState.PAUSED, ["Paused", "127.0.0.1:3333"]),
        (GatewayState.STOPPING, ["Stopping …"]),
        (GatewayState.STOPPED, ["Stopped"]),
        (GatewayState.FAILED, ["Not running"]),
    ],
)
def test_it_says_how_the_gateway_stands(
    panel: StatusPanel, state: GatewayState, expected: list[str]
) -> None:
    panel.show_status(GatewayStatus(state=state, url=URL), URLS)
    assert words(panel) == expected


def test_the_switch_pauses_and_resumes(panel: StatusPanel, qtbot: QtBot) -> None:
    panel.show_status(GatewayStatus(state=GatewayState.RUNNING, url=URL), URLS)
    assert switch(panel).accessibleName() == "Pause gateway"
    with qtbot.waitSignal(panel.pause_wanted):
        qtbot.mouseClick(switch(panel), Qt.MouseButton.LeftButton)
    panel.show_status(GatewayStatus(state=GatewayState.PAUSED, url=URL), URLS)
    assert switch(panel).accessibleName() == "Resume gateway"
    with qtbot.waitSignal(panel.resume_wanted):
        qtbot.mouseClick(switch(panel), Qt.MouseButton.LeftButton)
    panel.show_status(GatewayStatus(state=GatewayState.FAILED), {})
    assert not switch(panel).isEnabled()


def test_each_address_can_be_copied_with_its_vendor_s_ending(
    panel: StatusPanel, qtbot: QtBot
) -> None:
    panel.show_status(GatewayStatus(state=GatewayState.RUNNING, url=URL), URLS)
    copy = next(b for b in panel.findChildren(Button) if b.accessibleName() == "Copy base URL")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    menu = panel.findChild(QMenu)
    assert isinstance(menu, QMenu)
    qtbot.waitUntil(menu.isVisible)
    for action, url in zip(menu.actions(), URLS.values(), strict=True):
        action.trigger()
        assert QGuiApplication.clipboard().text() == url
    menu.close()


def test_shapes_tell_states_apart_without_colour(theme: Theme, qtbot: QtBot) -> None:
    shape = StatusShape(theme)
    qtbot.addWidget(shape)
    shape.resize(14, 14)
    masks = set()
    for state in (
        GatewayState.RUNNING,
        GatewayState.PAUSED,
        GatewayState.FAILED,
        GatewayState.STOPPED,
    ):
        shape.show_state(state)
        image = shape.grab().toImage()
        ground = image.pixelColor(0, 0)
        masks.add(
            tuple(
                abs(image.pixelColor(x, y).lightness() - ground.lightness()) > 60
                for x in range(14)
                for y in range(14)
            )
        )
    assert len(masks) == 4
