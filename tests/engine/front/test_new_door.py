"""A door is one file and one line: the recipe of docs/CONTRIBUTING.md, followed word for word."""

from __future__ import annotations

import pytest

from llmgw_desktop.app.composition import engine_assembly
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.engine.front.doors import DoorTable, tell, who
from llmgw_desktop.engine.front.http_caller import HttpCaller
from tests.engine.conftest import House
from tests.engine.policy.keys import key_of


class SheepDoor:
    """As a new file of `engine/front` would have it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def add_to(self, table: DoorTable) -> None:
        table.add_own(Scope.OPERATIONS, {"GET /v1/sheep": self.count})

    async def count(self, caller: HttpCaller) -> None:
        await tell(caller, {"sheep": 3, "for": who(caller).client_id, "at": self._clock.now_s()})


@pytest.fixture(autouse=True)
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its line."""
    doors = (*engine_assembly.DOORS, lambda parts: SheepDoor(parts.clock).add_to)
    monkeypatch.setattr(engine_assembly, "DOORS", doors)


async def test_it_answers_whoever_may_ask_and_nobody_else(house: House) -> None:
    async with house.get("/v1/sheep") as answer:
        told = await answer.json()
    assert (answer.status, told["sheep"], told["for"]) == (200, 3, "local")
    async with house.session.get(f"{house.url}/v1/sheep") as answer:
        assert answer.status == 401
    key = key_of(house, "shepherd", Scope.MODELS_USE)
    async with house.get("/v1/sheep", Authorization=f"Bearer {key}") as answer:
        assert answer.status == 403
    async with house.post("/v1/sheep", {}) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET")
