"""What callers are told of the usage where the upstream told a part of it, or nothing."""

from __future__ import annotations

import json
from typing import Any

import anthropic as anthropic_sdk
import openai
import pytest

from llmgw_desktop.domain.usage import Figure, Usage
from tests.engine.conftest import House
from tests.support.answers import Raw, json_with_200, stream_of

SAID = "Four words and more"
SAID_TOKENS = 5
PROMPT = "What do you say?"
PROMPT_TOKENS = 4
DOORS: dict[str, dict[str, Any]] = {
    "/v1/messages": {"max_tokens": 99, "messages": [{"role": "user", "content": PROMPT}]},
    "/v1/responses": {"input": PROMPT, "store": False},
    "/backend-api/codex/responses": {
        "input": [{"role": "user", "content": PROMPT}],
        "store": False,
    },
    "/v1beta/models/gpt-stub:{action}": {
        "contents": [{"role": "user", "parts": [{"text": PROMPT}]}]
    },
    "/v1/chat/completions": {
        "messages": [{"role": "user", "content": PROMPT}],
        "stream_options": {"include_usage": True},
    },
}
FIGURES = {"input_tokens": Figure.INPUT, "output_tokens": Figure.OUTPUT}
FIGURES |= {"cache_read_tokens": Figure.CACHE_READ, "cache_write_tokens": Figure.CACHE_WRITE}
FIGURES |= {"reasoning_tokens": Figure.REASONING}


def chat(usage: dict[str, int] | None, *, streaming: bool) -> Raw:
    head: dict[str, Any] = {"id": "c", "model": "gpt-stub", "created": 1}
    if not streaming:
        message = {"role": "assistant", "content": SAID}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return json_with_200(json.dumps(head | {"choices": [choice], "usage": usage}).encode())
    chunks = [
        head | {"choices": [{"index": 0, "delta": {"content": SAID}, "finish_reason": None}]},
        head | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        head | {"choices": [], "usage": usage},
    ]
    frames = [b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks]
    return stream_of(*frames, b"data: [DONE]\n\n")


def anthropic(usage: dict[str, int] | None, *, streaming: bool) -> Raw:
    names = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"}
    usage = {names[name]: count for name, count in (usage or {}).items()}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "claude-stub"}
    text = {"type": "text", "text": SAID}
    if not streaming:
        told = message | {"content": [text], "stop_reason": "end_turn", "usage": usage}
        return json_with_200(json.dumps(told).encode())
    events = [
        {"type": "message_start", "message": message | {"content": [], "usage": {}}},
        {"type": "content_block_start", "index": 0, "content_block": text | {"text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": SAID}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage},
        {"type": "message_stop"},
    ]
    return stream_of(*(b"data: %b\n\n" % json.dumps(event).encode() for event in events))


def seen_by(door: str, body: dict[str, Any]) -> dict[str, Any]:
    """The figures of a whole answer, by our own names; what is absent is left out."""
    usage = body.get("usageMetadata") if "v1beta" in door else body.get("usage")
    if usage is None:
        return {}
    names = {
        "input_tokens": "input_tokens",
        "prompt_tokens": "input_tokens",
        "promptTokenCount": "input_tokens",
        "output_tokens": "output_tokens",
        "completion_tokens": "output_tokens",
        "candidatesTokenCount": "output_tokens",
        "cache_read_input_tokens": "cache_read_tokens",
        "cache_creation_input_tokens": "cache_write_tokens",
        "cachedContentTokenCount": "cache_read_tokens",
    }
    found = {names[name]: usage[name] for name in usage if name in names}
    for name in ("input_tokens_details", "prompt_tokens_details"):
        for inner, ours in (("cached_tokens", "read"), ("cache_write_tokens", "write")):
            if inner in (usage.get(name) or {}):
                found[f"cache_{ours}_tokens"] = usage[name][inner]
    for name in ("output_tokens_details", "completion_tokens_details"):
        if "reasoning_tokens" in (usage.get(name) or {}):
            found["reasoning_tokens"] = usage[name]["reasoning_tokens"]
    return found


def last_usage(door: str, stream: str) -> tuple[dict[str, Any], str]:
    """What the last event with a usage told, and what was said of it just before."""
    seen: tuple[dict[str, Any], str] = {}, ""
    comment = ""
    for frame in stream.replace("\r\n", "\n").split("\n\n"):
        data = next((line[6:] for line in frame.split("\n") if line.startswith("data: ")), "")
        if data.startswith("{"):
            event = json.loads(data)
            told = event.get("response", event.get("message", event))
            if figures := seen_by(door, told):
                seen = figures, comment
        comment = frame.removeprefix(": x-llmgw-estimated ") if frame.startswith(":") else ""
    return seen


TOLD = [None, {"prompt_tokens": 9}, {"completion_tokens": 7},
        {"prompt_tokens": 9, "completion_tokens": 7}]  # fmt: skip


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("door", DOORS)
async def test_caller_and_flight_agree(house: House, door: str, streaming: bool) -> None:
    model, vendor = ("claude-stub", anthropic) if "chat" in door else ("gpt-stub", chat)
    for told in TOLD:
        house.lane.then(vendor(told, streaming=streaming))
        action = "streamGenerateContent?alt=sse" if streaming else "generateContent"
        body = {**DOORS[door], "model": model, "stream": streaming}
        if not streaming:
            body.pop("stream_options", None)
        async with house.post(door.format(action=action), body) as answer:
            text = await answer.text()
            assert answer.status == 200, text
            header = answer.headers.get("x-llmgw-estimated", "")
        if streaming:
            assert header == ""
            figures, marked = last_usage(door, text)
        else:
            figures, marked = seen_by(door, json.loads(text)), header
        flight = house.closed.pop()
        usage = flight.usage
        assert figures == {
            name: getattr(usage, name) for name in FIGURES if getattr(usage, name) is not None
        }
        estimated = {name for name, bit in FIGURES.items() if usage.estimated & bit}
        assert estimated == set(filter(None, marked.split(", ")))
        assert_right(door, told or {}, usage, estimated)


def assert_right(door: str, told: dict[str, int], usage: Usage, estimated: set[str]) -> None:
    """Nothing is made up but what the dialect demands."""
    demands = "v1beta" not in door and (bool(told) or "messages" in door)
    asked, made = told.get("prompt_tokens"), told.get("completion_tokens")
    assert usage.input_tokens == (PROMPT_TOKENS if asked is None and demands else asked)
    assert usage.output_tokens == (SAID_TOKENS if made is None and demands else made)
    wanted = {"input_tokens"} if asked is None else set()
    wanted |= {"output_tokens"} if made is None else set()
    if door == "/v1/responses":
        wanted |= {"cache_read_tokens", "cache_write_tokens", "reasoning_tokens"}
    assert estimated == (wanted if demands else set())


async def test_official_clients_read_over_the_comment(house: House) -> None:
    key = house.headers()["Authorization"].removeprefix("Bearer ")
    house.lane.then(chat({"prompt_tokens": 9}, streaming=True))
    async with (
        anthropic_sdk.AsyncAnthropic(base_url=house.url, api_key=key) as claude,
        claude.messages.stream(
            model="gpt-stub", max_tokens=99, messages=[{"role": "user", "content": PROMPT}]
        ) as stream,
    ):
        message = await stream.get_final_message()
    assert message.content[0].to_dict()["text"] == SAID
    assert (message.usage.input_tokens, message.usage.output_tokens) == (9, SAID_TOKENS)
    assert message.usage.cache_read_input_tokens is None

    house.lane.then(anthropic({"completion_tokens": 7}, streaming=True))
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=key) as client:
        chunks = await client.chat.completions.create(
            model="claude-stub",
            messages=[{"role": "user", "content": PROMPT}],
            stream=True,
            stream_options={"include_usage": True},
        )
        seen = [chunk async for chunk in chunks]
        assert "".join(c.choices[0].delta.content or "" for c in seen if c.choices) == SAID
        assert seen[-1].usage is not None
        assert (seen[-1].usage.prompt_tokens, seen[-1].usage.completion_tokens) == (4, 7)

        house.lane.then(chat({"prompt_tokens": 9}, streaming=True))
        async with client.responses.stream(model="gpt-stub", input=PROMPT) as events:
            response = await events.get_final_response()
    assert response.output_text == SAID
    assert response.usage is not None
    assert (response.usage.input_tokens, response.usage.output_tokens) == (9, SAID_TOKENS)
