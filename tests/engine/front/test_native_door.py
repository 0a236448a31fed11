"""The gateway's own doors to models: one prompt in, one text out; and who can answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.conftest import House, as_new
from tests.support.answers import Answer, Refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def house(standing_house: House) -> House:
    return as_new(standing_house)


async def _generate(house: House, status: int = 200, **fields: Any) -> Any:
    async with house.post("/v1/generate", fields) as answer:
        told = await answer.json()
        assert answer.status == status, told
        return told


async def test_a_prompt_becomes_a_text(house: House) -> None:
    told = await _generate(house, prompt="ping", system="be short", model="gpt-stub", maxTokens=50)
    sent = house.lane.only.json()
    assert sent["messages"] == [
        {"role": "system", "content": "be short"},
        {"role": "user", "content": "ping"},
    ]
    assert sent["max_tokens"] == 50
    assert isinstance(told.pop("latencyMs"), int)
    facts = told.pop("x_gateway")
    resolved = {
        "requestedModel": "gpt-stub",
        "requestedProvider": None,
        "resolvedProvider": "chat",
        "resolvedModel": "gpt-stub",
        "fallbackUsed": False,
        "tokensUsed": 2326,
    }
    assert facts == resolved
    assert told == {
        "text": "pong from the upstream",
        "provider": "chat",
        "model": "gpt-stub",
        **resolved,
    }
    (flight,) = house.closed
    assert (flight.provider, flight.status) == ("chat", 200)


async def test_any_provider_may_answer(house: House) -> None:
    told = await _generate(house, prompt="ping", provider="claude", model="claude-stub")
    assert told["text"] == "pong from the upstream"
    assert (told["requestedProvider"], told["resolvedProvider"]) == ("claude", "claude")
    assert (told["requestedModel"], told["x_gateway"]["requestedModel"]) == ("claude-stub",) * 2


async def test_a_practice_model_may_be_named_as_it_is_listed(house: House) -> None:
    for model in ("practice/echo", "echo"):
        told = await _generate(house, prompt="ping", provider="practice", model=model)
        assert (told["provider"], told["model"]) == ("practice", "practice/echo")


async def test_what_the_body_says_of_project_and_fallback_counts(house: House) -> None:
    seen: list[tuple[str, bool]] = []
    router = house.container.gateway._engine.pipeline.router
    route = router.route

    def noted(request: Any) -> Any:
        seen.append((request.project, request.headers.get("X-LLMGW-No-Fallback") == "true"))
        return route(request)

    router.route = noted  # type: ignore[method-assign]
    await _generate(house, prompt="p", model="gpt-stub", project="acme", strict=True)
    await _generate(house, prompt="p", model="gpt-stub", strict=False)
    assert seen == [("acme", True), ("", False)]
    assert house.lane.requests[0].header("x-project") is None


async def test_where_no_model_is_named_the_first_that_is_listed_answers(house: House) -> None:
    assert (await _generate(house, prompt="ping"))["model"] == "claude-stub"
    assert (await _generate(house, prompt="ping", provider="chat"))["model"] == "gpt-stub"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "$.prompt: expected 1 to"),
        ({"prompt": ""}, "$.prompt"),
        ({"prompt": 1}, "$.prompt: expected a text"),
        ({"prompt": "p", "maxTokens": 0}, "$.maxTokens: expected 1 or more"),
        ({"prompt": "p", "maxTokens": True}, "$.maxTokens: expected a whole number"),
        ({"prompt": "p", "strict": "yes"}, "$.strict: expected true or false"),
        ({"prompt": "p", "temperature": 1}, "$.temperature: unknown field"),
        ({"prompt": "p", "provider": "nobody"}, "$.model: name one of GET /v1/models"),
    ],
)
async def test_what_cannot_be_read_is_named(
    house: House, fields: dict[str, Any], words: str
) -> None:
    told = await _generate(house, 400, **fields)
    assert words in told["error"]["message"]
    assert not house.lane.requests
    assert house.closed[0].status == 400


async def test_a_vendors_error_keeps_its_status(house: House) -> None:
    house.lane.always = Refusal(status=429, retry_after="7")
    async with house.post("/v1/generate", {"prompt": "ping", "model": "gpt-stub"}) as answer:
        assert answer.status == 429
        assert "message" in (await answer.json())["error"]


async def test_the_door_wants_a_key(house: House) -> None:
    async with house.session.post(f"{house.url}/v1/generate", json={"prompt": "p"}) as answer:
        assert answer.status == 401
    async with house.session.get(f"{house.url}/v1/providers") as answer:
        assert answer.status == 401


async def test_who_can_answer_is_told_without_a_word_of_keys(house: House) -> None:
    async with house.get("/v1/providers") as answer:
        text = await answer.text()
        rows = (await answer.json())["providers"]
    assert "sk-provider" not in text
    assert "STUB_KEY" not in text
    by_id = {row["id"]: row for row in rows}
    assert by_id["claude"] == {
        "id": "claude",
        "name": "claude",
        "type": "api",
        "kind": "anthropic",
        "protocols": ["anthropic"],
        "enabled": True,
        "available": True,
        "models": ["claude-stub"],
        "accounts": [
            {"id": "claude", "state": "ready", "available": True, "until": None, "reason": None}
        ],
    }


@pytest.mark.parametrize("model", ["gpt-stub", "claude-stub", "chat/gpt-stub"])
async def test_whole_chat_completions_say_who_gave_them(house: House, model: str) -> None:
    asked = {"model": model, "messages": [{"role": "user", "content": "ping"}]}
    async with house.post("/v1/chat/completions", asked) as answer:
        facts = (await answer.json())["x_gateway"]
    named = model.startswith("chat/")
    assert facts == {
        "requestedProvider": "chat" if named else None,
        "requestedModel": "gpt-stub" if named else model,
        "resolvedProvider": "claude" if model == "claude-stub" else "chat",
        "resolvedModel": model.removeprefix("chat/"),
        "fallbackUsed": False,
        "tokensUsed": 2326,
    }


async def test_what_another_gateway_said_of_itself_is_replaced(house: House) -> None:
    house.lane.always = Answer(text='"x_gateway"')
    asked = {"model": "gpt-stub", "messages": [{"role": "user", "content": "ping"}]}
    async with house.post("/v1/chat/completions", asked) as answer:
        told = await answer.json()
    assert told["choices"][0]["message"]["content"] == '"x_gateway"'
    assert told["x_gateway"]["resolvedProvider"] == "chat"
