"""llm_generate and llm_models, through the toolbox, against stand-in vendors of two kinds."""

from __future__ import annotations

import asyncio
from typing import Any

import jsonschema
import pytest

from llmgw_desktop.domain.access.principal import LOCAL, Principal, Scope
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.engine.mcp.listing import output_schema
from llmgw_desktop.engine.mcp.tool import CATEGORIES, Profile, ToolAnswer
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.engine.mcp.tools import model_tools
from tests.engine.conftest import House
from tests.support.answers import Answer, Delivery, Refusal

USER = Principal(
    client_id="cli_1", name="anna", scopes=frozenset({Scope.MODELS_USE, Scope.MODELS_LIST})
)


class Told:
    """What a client was told while its call went on."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.done: list[float] = []
        self.began = asyncio.Event()

    async def __call__(self, done: float, total: float | None, message: str) -> None:
        self.said.append(message)
        self.done.append(done)
        self.began.set()


class Box:
    def __init__(self, house: House) -> None:
        engine = house.container.gateway._engine
        self.tools = model_tools.tools(
            engine.models, lambda: engine.pipeline.router.providers, engine.catalogue.models
        )
        self.toolbox = Toolbox(self.tools)

    async def call(
        self, name: str, arguments: Any = None, who: Principal = USER, **more: Any
    ) -> ToolAnswer:
        answer = await self.toolbox.call(name, arguments, who, **more)
        (tool,) = [tool for tool in self.tools if tool.name == name]
        jsonschema.validate(answer.structured, output_schema(tool))
        return answer


@pytest.mark.parametrize("model", ["claude-stub", "gpt-stub"])
async def test_the_text_streams_as_progress_and_comes_whole(house: House, model: str) -> None:
    house.lane.always = Answer(delivery=Delivery(pace_s=0.02))
    told = Told()
    answer = await Box(house).call(
        "llm_generate",
        {"prompt": "ping", "system": "be short", "model": model, "maxTokens": 30},
        progress=told,
    )
    assert not answer.is_error
    assert answer.text == answer.structured["text"] == "pong from the upstream"
    assert len(told.said) > 1
    assert "".join(told.said) == answer.text
    assert told.done == sorted(told.done)
    assert told.done[-1] == len(answer.text)
    assert answer.structured["tokensUsed"] == 2326
    assert answer.structured["usage"]["cacheReadTokens"] == 2000
    (flight,) = house.closed
    assert flight.client == "anna"
    assert flight.id == answer.structured["flightId"]
    assert house.lane.only.json()["max_tokens"] == 30


async def test_the_practice_provider_needs_no_key(house: House) -> None:
    fields = {"prompt": "hello there", "provider": "practice", "model": "echo"}
    answer = await Box(house).call("llm_generate", fields)
    assert "hello there" in (answer.text or "")
    assert answer.structured["model"] == "practice/echo"


async def test_where_no_model_is_named_the_first_that_is_listed_answers(house: House) -> None:
    first = await Box(house).call("llm_generate", {"prompt": "ping"})
    chat = await Box(house).call("llm_generate", {"prompt": "ping", "provider": "chat"})
    nobody = await Box(house).call("llm_generate", {"prompt": "ping", "provider": "nobody"})
    assert (first.structured["model"], chat.structured["model"]) == ("claude-stub", "gpt-stub")
    assert chat.structured["requestedModel"] is None
    assert nobody.structured["field"] == "model"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 1_000_001}, "prompt"),
        ({"prompt": "p", "maxTokens": 0}, "maxTokens"),
        ({"prompt": "p", "modle": "m"}, "modle"),
    ],
)
async def test_what_cannot_be_asked_reaches_nobody(
    house: House, fields: dict[str, Any], field: str
) -> None:
    answer = await Box(house).call("llm_generate", fields)
    assert answer.structured["errorCategory"] == "invalid_input"
    assert answer.structured["field"] == field
    assert (house.closed, house.lane.requests) == ([], [])


@pytest.mark.parametrize(
    ("status", "category", "retryable"),
    [(429, "rate_limit", True), (401, "auth_error", False), (500, "upstream_error", True)],
)
async def test_a_vendors_refusal_has_the_one_shape(
    house: House, status: int, category: str, retryable: bool
) -> None:
    house.lane.always = Refusal(status=status, message="no, says the vendor")
    answer = await Box(house).call("llm_generate", {"prompt": "p", "model": "gpt-stub"})
    assert answer.is_error
    assert answer.structured["errorCategory"] == category
    assert category in CATEGORIES
    assert answer.structured["retryable"] is retryable
    assert answer.structured["flightId"] == house.closed[0].id


async def test_an_unknown_model_is_said_by_its_name(house: House) -> None:
    answer = await Box(house).call("llm_generate", {"prompt": "p", "model": "nope"})
    assert answer.structured["errorCategory"] == "invalid_input"
    assert "nope" in (answer.text or "")


@pytest.mark.parametrize("listens", [True, False])
async def test_a_cancelled_call_closes_the_vendors_connection(house: House, listens: bool) -> None:
    house.lane.always = Answer(text="one two three", delivery=Delivery(stall_after=4))
    told = Told()
    fields = {"prompt": "p", "model": "gpt-stub"}
    call = asyncio.create_task(
        Box(house).call("llm_generate", fields, progress=told if listens else None)
    )
    await (told.began.wait() if listens else asyncio.to_thread(house.lane.wait_for, 1))
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    seen = house.lane.only
    assert await asyncio.to_thread(seen.wait_over)
    assert seen.peer_closed_at is not None
    assert house.closed[0].state is FlightState.CANCELED


async def test_the_call_s_project_counts_unless_another_is_named(house: House) -> None:
    seen: list[str] = []
    router = house.container.gateway._engine.pipeline.router
    route = router.route

    def noted(request: Any) -> Any:
        seen.append(request.project)
        return route(request)

    router.route = noted  # type: ignore[method-assign]
    fields = {"prompt": "p", "model": "gpt-stub"}
    await Box(house).call("llm_generate", fields, project="acme")
    await Box(house).call("llm_generate", {**fields, "project": "shop"}, project="acme")
    assert seen == ["acme", "shop"]


async def test_the_models_are_those_of_the_doors(house: House) -> None:
    answer = await Box(house).call("llm_models")
    async with house.get("/v1/models") as listed:
        data = (await listed.json())["data"]
    told = [each["id"] for each in answer.structured["models"]]
    assert told == [each["id"] for each in data]
    assert answer.structured["count"] == len(told)
    practice = {each["id"]: each["practice"] for each in answer.structured["models"]}
    assert practice["practice/echo"] is True
    assert practice["gpt-stub"] is False


async def test_who_may_not_use_models_has_no_such_tool(house: House) -> None:
    ben = Principal(client_id="cli_2", name="ben", scopes=frozenset({Scope.MCP}))
    box = Box(house)
    assert box.toolbox.shown(ben, Profile.FULL) == []
    answer = await box.call("llm_generate", {"prompt": "p"}, ben)
    assert answer.is_error
    assert house.lane.requests == []
    assert len(box.toolbox.shown(LOCAL, Profile.CORE)) == 2
