"""Who looks whether somebody is here makes the gateway look at its settings too."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.events import GatewayState, GatewayStatus, RecorderStatus, SettingsChanged
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.engine.front.crowd import Crowd
from llmgw_desktop.engine.front.health_door import HealthDoor
from llmgw_desktop.engine.metrics.meters import Meters

RUNNING = GatewayStatus(state=GatewayState.RUNNING)


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


@pytest.mark.parametrize(
    ("state", "store", "said"),
    [
        (GatewayState.RUNNING, "", (200, b'{"status":"ready"}')),
        (GatewayState.RUNNING, "It is damaged.", (503, b'{"status":"store"}')),
        (GatewayState.STARTING, "", (503, b'{"status":"starting"}')),
        (GatewayState.PAUSED, "", (503, b'{"status":"paused"}')),
        (GatewayState.STOPPING, "", (503, b'{"status":"stopping"}')),
    ],
)
async def test_who_distributes_requests_hears_whether_they_may_come(
    state: GatewayState, store: str, said: tuple[int, bytes]
) -> None:
    """And no word more: nobody has shown a key."""
    door = HealthDoor(
        gateway=lambda: GatewayStatus(state=state),
        recorder=lambda: RecorderStatus(recording=False),
        settings=lambda: SettingsChanged(settings=Settings()),
        load=cast("Any", None),
        meters=Meters(),
        store=lambda: store,
    )
    caller = AskingCaller()
    await door.ready(cast("Any", caller))
    assert caller.told == [said]


async def test_an_audit_log_that_is_not_sealed_is_no_good_health() -> None:
    class NothingOpen:
        open_flights = 0
        crowd = Crowd(SystemClock())

    door = HealthDoor(
        gateway=lambda: GatewayStatus(state=GatewayState.RUNNING),
        recorder=lambda: RecorderStatus(recording=True),
        settings=lambda: SettingsChanged(settings=Settings()),
        load=cast("Any", NothingOpen()),
        meters=Meters(),
        audit=lambda: "Its head is gone.",
    )
    caller = AskingCaller()
    await door.detail(cast("Any", caller))
    told = json.loads(caller.told[0][1])
    assert (told["status"], told["audit"]) == ("degraded", {"problem": "Its head is gone."})


@pytest.mark.parametrize(
    ("gateway", "recorder", "says"),
    [
        (GatewayStatus(state=GatewayState.PAUSED), RecorderStatus(recording=True), "It is paused."),
        (RUNNING, RecorderStatus(recording=False), "recorder.level is off"),
        (RUNNING, RecorderStatus(recording=False, problem="Full."), "Full."),
        (RUNNING, RecorderStatus(recording=True, problem="Locked."), "Locked."),
    ],
)
async def test_no_bad_health_is_without_a_reason(
    gateway: GatewayStatus, recorder: RecorderStatus, says: str
) -> None:
    class NothingOpen:
        open_flights = 0
        crowd = Crowd(SystemClock())

    door = HealthDoor(
        gateway=lambda: gateway,
        recorder=lambda: recorder,
        settings=lambda: SettingsChanged(settings=Settings()),
        load=cast("Any", NothingOpen()),
        meters=Meters(),
    )
    caller = AskingCaller()
    await door.short(cast("Any", caller))
    await door.detail(cast("Any", caller))
    short, detail = (json.loads(body) for _, body in caller.told)
    assert short["status"] == detail["status"] == "degraded"
    assert [says in each["says"] for each in detail["problems"]] == [True]


async def test_losses_of_the_last_minutes_are_no_good_health() -> None:
    class NothingOpen:
        open_flights = 0
        crowd = Crowd(SystemClock())

    status = RecorderStatus(recording=True, left_out=4, fell_behind=True)
    door = HealthDoor(
        gateway=lambda: GatewayStatus(state=GatewayState.RUNNING),
        recorder=lambda: status,
        settings=lambda: SettingsChanged(settings=Settings()),
        load=cast("Any", NothingOpen()),
        meters=Meters(),
    )
    caller = AskingCaller()
    await door.detail(cast("Any", caller))
    status = RecorderStatus(recording=True, left_out=4)
    await door.detail(cast("Any", caller))
    first, later = (json.loads(body) for _, body in caller.told)
    assert (first["status"], later["status"]) == ("degraded", "ok")
    (problem,) = first["problems"]
    assert problem["part"] == "recorder"
    assert "more came at once than can be written down" in problem["says"]
    assert "4 flights were kept with their figures alone" in problem["says"]
    assert later["problems"] == []
    assert first["recorder"]["left_out"] == later["recorder"]["left_out"] == 4
