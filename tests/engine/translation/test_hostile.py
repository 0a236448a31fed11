"""Requests and answers that nobody means well, through the whole engine."""

from __future__ import annotations

import json
from typing import Any

import pytest

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.model.answer import AnswerEnded
from llmgw_desktop.domain.provider import ASKING_PROTOCOLS, CALLER_PROTOCOLS, ModelProtocol
from llmgw_desktop.engine.translation import interpreter
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire.translate.tools import ToolNames
from tests.engine.conftest import House
from tests.support.answers import Raw

DEEP = 400
DOORS = {
    "anthropic": ("/v1/messages", "gpt-stub", "tools[0].input_schema"),
    "chat": ("/v1/chat/completions", "claude-stub", "tools[0].function.parameters"),
    "responses": ("/v1/responses", "claude-stub", "tools[0].parameters"),
    "gemini": (
        "/v1beta/models/claude-stub:generateContent",
        "",
        "tools[0].functionDeclarations[0].parametersJsonSchema",
    ),
}


def _deep() -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for _ in range(DEEP):
        nested = {"default": nested}
    return nested


def _body(door: str, model: str) -> dict[str, Any]:
    said = [{"role": "user", "content": "hi"}]
    tool = {"name": "f"}
    match door:
        case "anthropic":
            tools = [{**tool, "input_schema": _deep()}]
            return {"model": model, "max_tokens": 9, "messages": said, "tools": tools}
        case "chat":
            tools = [{"type": "function", "function": {**tool, "parameters": _deep()}}]
            return {"model": model, "messages": said, "tools": tools}
        case "responses":
            tools = [{"type": "function", **tool, "parameters": _deep()}]
            return {"model": model, "input": said, "tools": tools}
    contents = [{"role": "user", "parts": [{"text": "hi"}]}]
    declared = [{**tool, "parametersJsonSchema": _deep()}]
    return {"contents": contents, "tools": [{"functionDeclarations": declared}]}


@pytest.mark.parametrize("door", DOORS)
async def test_nesting_that_cannot_be_written_is_the_callers_fault(house: House, door: str) -> None:
    path, model, place = DOORS[door]
    async with house.post(path, _body(door, model)) as reply:
        assert reply.status == 400, await reply.text()
        assert place in json.dumps(await reply.json())
    assert house.lane.requests == []


@pytest.mark.parametrize("counter", ["/v1/messages/count_tokens"])
async def test_so_it_is_where_tokens_are_counted(house: House, counter: str) -> None:
    async with house.post(counter, _body("anthropic", "gpt-stub")) as reply:
        assert reply.status == 400, await reply.text()


async def test_an_odd_id_in_a_kept_conversation(house: House) -> None:
    said = {"role": "user", "content": "hi", "id": ["odd"]}
    body = {"model": "claude-stub", "input": [said]}
    async with house.post("/v1/responses", body) as reply:
        if reply.status == 400:
            return
        assert reply.status == 200, await reply.text()
        first = await reply.json()
    again = {**body, "input": "more", "previous_response_id": first["id"]}
    async with house.post("/v1/responses", again) as reply:
        assert reply.status == 200, await reply.text()


async def test_who_hears_the_end_can_go_on_at_once(house: House) -> None:
    """The answer is kept before its caller knows that it is complete."""
    body = {"model": "claude-stub", "input": "hi", "stream": True}
    for _ in range(20):
        async with house.post("/v1/responses", body) as reply:
            async for line in reply.content:
                if line.startswith(b"data: ") and b'"response.completed"' in line:
                    done = json.loads(line[6:])["response"]["id"]
                    break
            again = {"model": "claude-stub", "input": "go", "previous_response_id": done}
            async with house.post("/v1/responses", again) as second:
                assert second.status == 200, await second.text()


async def test_a_count_of_a_whole_request(house: House) -> None:
    """As Google's older clients ask for one."""
    said = {"contents": [{"role": "user", "parts": [{"text": "hi " * 400}]}]}
    inner = {"generateContentRequest": {"model": "models/x", **said}}
    for model in ("gpt-stub", "claude-stub"):
        async with house.post(f"/v1beta/models/{model}:countTokens", inner) as reply:
            assert reply.status == 200, await reply.text()
            assert (await reply.json())["totalTokens"] > 1


async def test_a_stream_without_end_is_not_remembered_forever(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What began and never ended was kept, though its caller got nothing of it."""
    monkeypatch.setattr(interpreter, "MAX_WHOLE_BYTES", 100_000)
    block = {"type": "some_tool_result", "content": "x" * 1000}
    frames = tuple(
        b"data: %b\n\n"
        % json.dumps({"type": "content_block_start", "index": n, "content_block": block}).encode()
        for n in range(200)
    )
    ends = b'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\n'
    ends += b'data: {"type":"message_stop"}\n\n'
    house.lane.always = Raw(headers={"Content-Type": "text/event-stream"}, frames=(*frames, ends))
    body = {**_body("chat", "claude-stub"), "tools": [], "stream": True}
    async with house.post("/v1/chat/completions", body) as reply:
        told = await reply.read()
    assert b"more than any answer" in told
    assert b"[DONE]" not in told
    assert house.closed[0].state is not FlightState.OK


@pytest.mark.parametrize("protocol", ASKING_PROTOCOLS)
def test_an_event_that_is_a_bomb_is_not_parsed(protocol: ModelProtocol) -> None:
    """27 MB of lists with nothing in them took 900 MB, and 10 s in which nobody else had a turn."""
    reader = codec_of(protocol).event_reader(ToolNames())
    with pytest.raises(UpstreamGarbage, match="finely divided"):
        reader.feed(b'data: {"a":[%b[]]}\n\n' % (b"[]," * (1 << 20)))


@pytest.mark.parametrize("protocol", CALLER_PROTOCOLS)
def test_a_long_event_is_read_all_the_same(protocol: ModelProtocol) -> None:
    reader = codec_of(protocol).event_reader(ToolNames())
    assert not any(
        isinstance(event, AnswerEnded)
        for event in reader.feed(b'data: {"type":"ping","pad":"%b"}\n\n' % (b"x" * (2 << 20)))
    )
