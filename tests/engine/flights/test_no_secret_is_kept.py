"""What callers and vendors say of secrets lies in no row: bodies, headers, names, errors."""

import asyncio
import json

import pytest

from llmgw_desktop.domain.flights.flight import FlightQuery, FlightRecord
from llmgw_desktop.redaction.redactor import MASK
from tests.engine.conftest import House
from tests.redaction.samples import SAMPLES, sample
from tests.support.answers import Answer, Refusal

DOORS = [
    ("/v1/messages", "claude-stub"),
    ("/v1/chat/completions", "gpt-stub"),
    ("/v1/responses", "gpt-stub"),
    ("/v1/messages", "gpt-stub"),
]


def asked(path: str, model: str, text: str, **more: object) -> dict[str, object]:
    tool = {"name": "login", "description": "in", "input_schema": {"type": "object"}}
    if path == "/v1/responses":
        tools: list[object] = [
            {"type": "function", "name": "login", "parameters": {"type": "object"}}
        ]
        return {"model": model, "input": text, "tools": tools, "stream": True, **more}
    tools = [tool]
    if path == "/v1/chat/completions":
        tools = [{"type": "function", "function": {"name": "login", "parameters": {}}}]
    said = [{"role": "user", "content": text}]
    return {
        "model": model,
        "max_tokens": 99,
        "messages": said,
        "tools": tools,
        "stream": True,
        **more,
    }


async def recorded(house: House, at: int = -1) -> FlightRecord:
    await asyncio.to_thread(house.container.recording.store.flush, 5)
    record = await asyncio.to_thread(house.container.flights.record, house.closed[at].id)
    assert record is not None
    return record


@pytest.mark.parametrize(("path", "model"), DOORS)
@pytest.mark.parametrize("calls", [True, False])
@pytest.mark.parametrize("pieces", [2, 9, 60])
async def test_a_key_that_comes_in_pieces_is_in_no_record(
    house: House, path: str, model: str, pieces: int, calls: bool
) -> None:
    key, other = sample(SAMPLES["Anthropic API key"]), sample(SAMPLES["SendGrid key"])
    arguments = {"key": other, "n": 1}
    house.lane.then(
        Answer(text=f"Take {key} then.", tool_input=arguments, pieces=pieces, call_tools=calls)
    )
    async with house.post(path, asked(path, model, f"use {other}")) as answer:
        body = await answer.read()
    assert answer.status == 200
    assert body
    record = await recorded(house)
    said = (record.answer_body or b"") + (record.request_body or b"")
    assert MASK in (record.answer_body or b"")
    put_together = "".join(_texts(said.decode()))
    for secret in (key, other):
        for at in range(8, len(secret) - 16, 8):
            assert secret[at : at + 16] not in put_together
            assert secret[at : at + 16].encode() not in said


def _texts(body: str) -> list[str]:
    """All strings of all events, put together by name."""
    by_name: dict[str, list[str]] = {}

    def walk(value: object, name: str) -> None:
        if isinstance(value, str):
            by_name.setdefault(name, []).append(value)
        elif isinstance(value, dict):
            for key, each in value.items():
                walk(each, key)
        elif isinstance(value, list):
            for each in value:
                walk(each, name)

    for line in body.splitlines():
        if line.startswith("data: {"):
            walk(json.loads(line.removeprefix("data: ")), "")
    return ["".join(pieces) for pieces in by_name.values()]


async def test_names_headers_and_errors_hold_none(house: House) -> None:
    key = sample(SAMPLES["GitHub token"])
    house.lane.then(Refusal(status=400, message=f"no such thing: {key}"))
    body = asked("/v1/messages", f"claude-{key}", "ping")
    async with house.post("/v1/messages", body, **{"X-Build": f"t={key}"}) as answer:
        await answer.read()
    body = asked("/v1/messages", "claude-stub", "ping")
    agent = {"User-Agent": f"prog ({key})", "X-Db": "postgres://joe:hunter22@db/x"}
    async with house.post("/v1/messages", body, **agent) as answer:
        await answer.read()
    assert len(house.closed) == 2
    for at in range(2):
        record = await recorded(house, at)
        assert key not in repr(record)
        assert "hunter22" not in repr(record)
        assert key not in repr(house.closed[at])


async def test_a_key_is_no_label(house: House) -> None:
    key = sample(SAMPLES["Slack token"])
    body = asked("/v1/messages", "claude-stub", "ping")
    async with house.post("/v1/messages", body, **{"X-LLMGW-Caller": key}) as answer:
        said = await answer.text()
    assert answer.status == 400
    assert key not in said
    async with house.post(f"/as/{key}/v1/messages", body) as answer:
        assert key not in await answer.text()
    assert answer.status == 400
    await asyncio.to_thread(house.container.recording.store.flush, 5)
    rows = await asyncio.to_thread(house.container.flights.page, FlightQuery(), 0, 10)
    assert key not in repr(rows)


async def test_a_program_that_calls_itself_by_a_key_is_known_without_it(house: House) -> None:
    key = sample(SAMPLES["GitLab token"])
    said = {"client_name": f"Editor {key}", "redirect_uris": ["http://localhost/callback"]}
    async with house.session.post(f"{house.url}/oauth/register", json=said) as answer:
        told = await answer.json()
    assert answer.status == 201
    assert told["client_name"] == f"Editor {MASK.decode()}"
    client = await asyncio.to_thread(house.container.oauth.clients.find, told["client_id"])
    assert key not in repr(client)
