"""Keys in tools' results and in what a person sends are noted without anybody's setting it, where
the record is made."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from llmgw_desktop.domain.flights.flight import FlightQuery, FlightSummary
from llmgw_desktop.domain.guard import GuardAction, GuardHit, PromptRole
from llmgw_desktop.engine.guards.noted_secrets import RULE, SecretNotes
from llmgw_desktop.redaction import detector
from tests.engine.conftest import House
from tests.engine.guards.test_at_the_doors import _house, _key
from tests.support.made_flights import record, summary

KEY = "sk-" + "ant-api03-" + "Zk3v9QpL7xWm2RtY8uBn4HsD6fGjK1cVe5aXo0TiNqMwErUyPl" * 2
ENV = f"ANTHROPIC_API_KEY={KEY}\nDEBUG=1\n"
SAID = "Say what the settings are"


def _hit(role: PromptRole, count: int = 1) -> GuardHit:
    return GuardHit(rule=RULE, action=GuardAction.WARN, what="secret", role=role, count=count)


def _anthropic(result: str, words: str = SAID) -> dict[str, Any]:
    use = {"type": "tool_use", "id": "t1", "name": "read", "input": {"path": ".env"}}
    told = {"type": "tool_result", "tool_use_id": "t1", "content": result}
    return {
        "model": "a-echo",
        "max_tokens": 50,
        "messages": [
            {"role": "user", "content": words},
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [told]},
        ],
    }


def _chat(result: str) -> dict[str, Any]:
    call = {"id": "c1", "type": "function", "function": {"name": "read", "arguments": "{}"}}
    return {
        "model": "a-echo",
        "messages": [
            {"role": "user", "content": SAID},
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": result},
        ],
    }


def _responses(result: str) -> dict[str, Any]:
    call = {"type": "function_call", "call_id": "c1", "name": "read", "arguments": "{}"}
    told = {"type": "function_call_output", "call_id": "c1", "output": result}
    return {"model": "a-echo", "input": [{"role": "user", "content": SAID}, call, told]}


def _gemini(result: str) -> dict[str, Any]:
    call = {"functionCall": {"name": "read", "args": {}}}
    told = {"functionResponse": {"name": "read", "response": {"text": result}}}
    return {
        "contents": [
            {"role": "user", "parts": [{"text": SAID}]},
            {"role": "model", "parts": [call]},
            {"role": "user", "parts": [told]},
        ]
    }


DIALECTS: dict[str, tuple[str, Callable[[str], dict[str, Any]]]] = {
    "anthropic": ("/v1/messages", _anthropic),
    "chat": ("/v1/chat/completions", _chat),
    "responses": ("/v1/responses", _responses),
    "gemini": ("/v1beta/models/a-echo:generateContent", _gemini),
}


async def _sent(house: House, path: str, body: dict[str, Any]) -> int:
    headers = {"Authorization": f"Bearer {_key(house)}", "Content-Type": "application/json"}
    said = io.BytesIO(json.dumps(body).encode())
    async with (
        aiohttp.ClientSession() as session,
        session.post(house.url + path, data=said, headers=headers) as answer,
    ):
        await answer.read()
        return answer.status


def _last(house: House) -> FlightSummary:
    recording = house.container.recording
    assert recording.store.flush(60)
    return recording.reader.page(FlightQuery(), offset=0, limit=1)[0]


async def test_a_key_in_a_tools_result_is_noted_in_every_dialect(tmp_path: Path) -> None:
    async with _house(tmp_path / "home", "") as (house, _):
        for number, (path, made) in enumerate(DIALECTS.values(), 1):
            assert await _sent(house, path, made(ENV)) == 200
            assert _last(house).guard_hits == (_hit(PromptRole.TOOL),), path
            await asyncio.sleep(0)  # the writer's thread has told the loop
            assert house.container.recording.meters.guard_hits[RULE, "warn"] == number
        await _sent(house, "/v1/messages", _anthropic("nothing of the kind"))
        assert _last(house).guard_hits == ()


async def test_programs_are_told_of_it_and_never_of_the_words(tmp_path: Path) -> None:
    async with _house(tmp_path / "home", "") as (house, _):
        await _sent(house, "/v1/messages", _anthropic(ENV))
        told = {"rule": RULE, "action": "warn", "found": "secret", "in": "tool", "count": 1}
        for path in (f"/v1/flights/{_last(house).id}", "/v1/flights?filter=is:guarded"):
            async with house.get(path) as answer:
                text = await answer.text()
            found = json.loads(text)
            flight = found["flight"] if "flight" in found else found["flights"][0]
            assert flight["guards"] == [told]
            assert KEY not in text


async def test_a_file_that_a_person_sends_is_looked_through(tmp_path: Path) -> None:
    source = {"type": "text", "media_type": "text/plain", "data": ENV}
    body = _anthropic("fine")
    body["messages"][0]["content"] = [{"type": "document", "source": source}]
    async with _house(tmp_path / "home", "") as (house, _):
        await _sent(house, "/v1/messages", body)
        assert _last(house).guard_hits == (_hit(PromptRole.USER),)


async def test_a_large_body_is_marked_when_its_words_are_written(tmp_path: Path) -> None:
    async with _house(tmp_path / "home", "") as (house, _):
        assert await _sent(house, "/v1/messages", _anthropic("x = 1\n" * 100_000 + ENV)) == 200
        assert _last(house).guard_hits == (_hit(PromptRole.TOOL),)


async def test_it_is_switched_off(tmp_path: Path) -> None:
    async with _house(tmp_path / "home", "[recorder]\nnote_secrets = false\n") as (house, _):
        await _sent(house, "/v1/messages", _anthropic(ENV))
        assert _last(house).guard_hits == ()


BLOCKING = """
[[guards]]
name = "no-keys"
action = "{action}"
find = ["secret"]
roles = ["user", "tool"]
"""


@pytest.mark.parametrize(("action", "status"), [("block", 400), ("mask", 200), ("warn", 200)])
async def test_a_guard_of_the_settings_tells_in_its_place(
    tmp_path: Path, action: str, status: int
) -> None:
    async with _house(tmp_path / "home", BLOCKING.format(action=action)) as (house, _):
        assert await _sent(house, "/v1/messages", _anthropic(ENV)) == status
        assert [(each.rule, each.action) for each in _last(house).guard_hits] == [
            ("no-keys", action)
        ]


def test_what_was_looked_through_lately_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[bytes] = []
    find = detector.find

    def seen(text: bytes) -> Any:
        looked.append(text)
        return find(text)

    monkeypatch.setattr(detector, "find", seen)
    told: list[tuple[GuardHit, ...]] = []
    notes = SecretNotes(lambda: True, told.append)
    body = _anthropic(ENV)
    for _ in range(3):
        body["messages"].append({"role": "user", "content": "and then?"})
        flight = record(summary=summary(1), request_body=json.dumps(body).encode())
        assert notes.hits(flight, lambda: None) == (_hit(PromptRole.TOOL),)
    assert looked == [ENV.encode()]
    assert len(told) == 3


@pytest.mark.parametrize(
    "body",
    [
        KEY.encode(),
        b"[" * 5000 + KEY.encode(),
        b'{"input": "' + KEY.encode(),
        b'["%b"]' % KEY.encode(),
    ],
    ids=["no JSON", "deep", "cut", "list"],
)
def test_what_is_no_request_holds_nobodys_words(body: bytes) -> None:
    notes = SecretNotes(lambda: True, lambda _: None)
    assert notes.hits(record(summary=summary(1), request_body=body), lambda: None) == ()


def test_a_heavy_body_is_gone_through_in_steps() -> None:
    """Also with escapes, which a step may not cut."""
    result = ('line "quoted" é 😀\n' * 60_000) + ENV
    body = _anthropic(result)
    body["tools"] = [{"name": f"t{at}", "input_schema": {"a": [at]}} for at in range(40_000)]
    steps: list[float] = []
    notes = SecretNotes(lambda: True, lambda _: None)
    flight = record(summary=summary(1), request_body=json.dumps(body).encode())
    assert notes.hits(flight, lambda: steps.append(time.monotonic())) == (_hit(PromptRole.TOOL),)
    assert len(steps) > 20
