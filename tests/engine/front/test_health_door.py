"""Who looks whether somebody is here makes the gateway look at its settings too."""

from __future__ import annotations

from typing import Any, cast

from llmgw_desktop.domain.events import GatewayState, GatewayStatus, RecorderStatus, SettingsChanged
from llmgw_desktop.domain.settings import Settings
from llmgw_desktop.engine.front.health_door import HealthDoor
from llmgw_desktop.engine.meters import Meters


class AskingCaller:
    def __init__(self) -> None:
        self.told: list[tuple[int, bytes]] = []

    async def reply(self, status: int, headers: object, body: bytes) -> None:
        self.told.append((status, body))


async def test_a_look_at_health_is_a_look_at_the_settings() -> None:
    looks: list[str] = []
    door = HealthDoor(
        gateway=lambda: GatewayStatus(state=GatewayState.RUNNING),
        recorder=lambda: RecorderStatus(recording=True),
        settings=lambda: SettingsChanged(settings=Settings()),
        load=cast("Any", None),
        meters=Meters(),
        before=lambda: looks.append("looked"),
    )
    caller = AskingCaller()
    await door.short(cast("Any", caller))
    assert looks == ["looked"]
    assert caller.told == [(200, b'{"status":"ok"}')]
