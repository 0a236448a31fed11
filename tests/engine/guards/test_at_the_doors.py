"""What is hidden leaves as a placeholder and comes back as itself, through real doors and wires."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import types as gemini_types

from llmgw_desktop.domain.guard import GuardAction, GuardHit, PromptRole
from tests.engine import conftest
from tests.engine.conftest import House, house_in
from tests.support.echo_vendor import EchoVendor, echo_vendor

VENDORS = """
[providers.a]
kind = "anthropic"
base_url = "{origin}"
api_key_env = "STUB_KEY"
models = ["a-echo"]
local = true
[providers.c]
kind = "openai-compatible"
base_url = "{origin}/v1"
api_key_env = "STUB_KEY"
models = ["c-echo"]
local = true
[providers.o]
kind = "openai"
base_url = "{origin}/v1"
api_key_env = "STUB_KEY"
models = ["o-echo"]
local = true
[providers.g]
kind = "google"
base_url = "{origin}/v1beta"
api_key_env = "STUB_KEY"
models = ["g-echo"]
local = true
"""
GUARDS = """
[[guards]]
name = "hide"
action = "mask"
find = ["email"]
deny = ['Project "\\w+"']
[[guards]]
name = "no-falcon"
action = "block"
deny = ['(?i)falcon']
roles = ["system", "user", "assistant", "tool"]
[[guards]]
name = "watch"
action = "warn"
deny = ['budget']
"""
SAID = 'Write ann@example.com of Project "Ivy" on the budget, not bob@example.com'
HIDDEN = ("ann@example.com", "Ivy", "bob@example.com")
MODELS = ("a-echo", "c-echo", "o-echo", "g-echo")


@asynccontextmanager
async def _house(home: Path, more: str = GUARDS) -> AsyncIterator[tuple[House, EchoVendor]]:
    async with AsyncExitStack() as stack:
        vendor = await stack.enter_async_context(echo_vendor())
        settings = VENDORS.format(origin=vendor.origin) + more
        yield await stack.enter_async_context(house_in(home, settings)), vendor


def _key(house: House) -> str:
    return house.container.places.access_key_file.read_text().strip()


async def _ask_anthropic(house: House, model: str, *, streams: bool) -> tuple[str, Any]:
    async with anthropic.AsyncAnthropic(base_url=house.url, api_key=_key(house)) as client:
        asked: Any = {
            "model": model,
            "max_tokens": 99,
            "messages": [{"role": "user", "content": SAID}],
        }
        if streams:
            async with client.messages.stream(**asked) as stream:
                message = await stream.get_final_message()
        else:
            message = await client.messages.create(**asked)
    thoughts = [each.thinking for each in message.content if each.type == "thinking"]
    assert set(thoughts) <= {SAID}
    text = "".join(each.text for each in message.content if each.type == "text")
    return text, next(each.input for each in message.content if each.type == "tool_use")


async def _ask_chat(house: House, model: str, *, streams: bool) -> tuple[str, Any]:
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=_key(house)) as client:
        asked: Any = {"model": model, "messages": [{"role": "user", "content": SAID}]}
        if not streams:
            told = await client.chat.completions.create(**asked)
            message = told.choices[0].message
            assert message.tool_calls
            return message.content or "", json.loads(message.tool_calls[0].function.arguments)
        text = arguments = ""
        async for chunk in await client.chat.completions.create(**asked, stream=True):
            for choice in chunk.choices:
                text += choice.delta.content or ""
                for call in choice.delta.tool_calls or []:
                    arguments += (call.function and call.function.arguments) or ""
        return text, json.loads(arguments)


async def _ask_responses(house: House, model: str, *, streams: bool) -> tuple[str, Any]:
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=_key(house)) as client:
        asked: Any = {"model": model, "input": [{"role": "user", "content": SAID}]}
        if streams:
            text = ""
            async with client.responses.stream(**asked) as stream:
                async for event in stream:
                    if event.type == "response.output_text.delta":
                        text += event.delta
                response = await stream.get_final_response()
            assert text == response.output_text
        else:
            response = await client.responses.create(**asked)
        call: Any = next(each for each in response.output if each.type == "function_call")
        return response.output_text, json.loads(call.arguments)


async def _ask_gemini(house: House, model: str, *, streams: bool) -> tuple[str, Any]:
    options = gemini_types.HttpOptions(base_url=house.url)
    client = genai.Client(api_key=_key(house), http_options=options).aio
    parts: list[Any] = []
    if streams:
        stream = await client.models.generate_content_stream(model=model, contents=SAID)
        async for chunk in stream:
            for candidate in chunk.candidates or []:
                parts += (candidate.content and candidate.content.parts) or []
    else:
        told = await client.models.generate_content(model=model, contents=SAID)
        assert told.candidates
        assert told.candidates[0].content
        parts += told.candidates[0].content.parts or []
    await client.aclose()
    text = "".join(part.text or "" for part in parts if not part.thought)
    return text, next(part.function_call.args for part in parts if part.function_call)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No vendor is given up because this computer is busy."""
    hasty = {"first_byte_timeout_s = 1": "", "idle_timeout_s = 1": ""}
    for words, nothing in hasty.items():
        monkeypatch.setattr(conftest, "CONFIG", conftest.CONFIG.replace(words, nothing))


@pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")
@pytest.mark.parametrize("streams", [False, True])
async def test_every_dialect_to_every_vendor_and_back(tmp_path: Path, streams: bool) -> None:
    asking = (_ask_anthropic, _ask_chat, _ask_responses, _ask_gemini)
    async with _house(tmp_path / "home") as (house, vendor):
        placeholders = set()
        for number, model in enumerate(MODELS):
            # whole answers: to its own vendor and to one other
            for ask in asking if streams else (asking[number], asking[number - 1]):
                text, arguments = await ask(house, model, streams=streams)
                assert text == SAID, (model, ask.__name__)
                assert arguments == {"to": SAID}, (model, ask.__name__)
                sent = vendor.bodies[-1].decode()
                assert not [each for each in HIDDEN if each in sent]
                placeholders.add(sent[sent.index("[EMAIL_") :][:20])
        assert len(placeholders) == 1, "one value, one placeholder, whatever is asked"
        assert len(house.closed) == (16 if streams else 8)
        for flight in house.closed:
            assert flight.guard_hits == (
                _hit("hide", "email", 2),
                _hit("hide", "pattern 1", 1),
                _hit("watch", "pattern 1", 1, GuardAction.WARN),
            )
        await house.container.stop()
        files = [each for each in (tmp_path / "home").rglob("*") if each.is_file()]
        for each in files:
            raw = each.read_bytes()
            assert not [hidden for hidden in HIDDEN if hidden.encode() in raw], each


def _hit(rule: str, what: str, count: int, action: GuardAction = GuardAction.MASK) -> GuardHit:
    return GuardHit(rule=rule, action=action, what=what, role=PromptRole.USER, count=count)


async def _post(house: House, path: str, body: Any, **headers: str) -> tuple[int, Any, Any]:
    async with house.post(path, body, **headers) as answer:
        return answer.status, await answer.json(content_type=None), answer.headers


DOORS = {
    "/v1/messages": {"messages": [{"role": "user", "content": "FALCON"}], "max_tokens": 9},
    "/v1/messages/count_tokens": {"messages": [{"role": "user", "content": "a falcon"}]},
    "/v1/chat/completions": {"messages": [{"role": "system", "content": "falcon"}]},
    "/v1/responses": {"input": "hi", "instructions": "falcon"},
    "/v1/responses/input_tokens": {"input": "falcon"},
    "/v1/embeddings": {"input": ["a", "falcon"]},
    "/v1beta/models/g-echo:generateContent": {"contents": [{"parts": [{"text": "falcon"}]}]},
    "/v1beta/models/g-echo:countTokens": {
        "generateContentRequest": {"systemInstruction": {"parts": [{"text": "falcon"}]}}
    },
    "/v1/generate": {"prompt": "falcon"},
    "/v1/responses/compact": {"model": "o-echo", "input": [{"role": "user", "content": "falcon"}]},
}


async def test_no_door_lets_through_what_is_blocked(tmp_path: Path) -> None:
    async with _house(tmp_path / "home") as (house, vendor):
        for path, body in DOORS.items():
            status, told, headers = await _post(house, path, {"model": "c-echo", **body})
            words = json.dumps(told)
            assert status == 400, (path, words)
            assert "The guard 'no-falcon' of this gateway blocks this prompt" in words
            assert "alcon" not in words.replace("no-falcon", "")
            assert "[[guards]]" in words
            assert "x-llmgw-guards" not in headers
        tokens = {"model": "c-echo", "input": [[1, 2, 3]]}
        status, told, _ = await _post(house, "/v1/embeddings", tokens)
        assert (status, "tokens as numbers" in json.dumps(told)) == (400, True)
        assert vendor.bodies == []
        assert {each.error_kind for each in house.closed} == {"prompt_blocked"}
        assert house.closed[0].request_bytes > 50
        async with house.get("/metrics") as answer:
            metrics = await answer.text()
        assert (
            f'llmgw_guard_hits_total{{action="block",rule="no-falcon"}} {len(DOORS)}.0' in metrics
        )


HOSTILE = {
    "an escape": rb'{"role":"user","content":"f\u0061lcon"}',
    "a name twice": rb'{"role":"user","content":"falcon","content":"hi"}',
    "a name written twice": rb'{"role":"user","c\u006fntent":"falcon","content":"hi"}',
    "an unknown block": rb'{"role":"user","content":[{"type":"new","deep":{"x":["falcon"]}}]}',
    "a tool's result": rb'{"role":"tool","tool_call_id":"c","content":'
    rb'[{"type":"text","text":"falcon"}]}',
    "JSON in JSON": rb'{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":'
    rb'{"name":"f","arguments":"{\"a\":\"f\\u0061lcon\"}"}}]}',
    "no role": rb'{"text":"falcon"}',
    "an odd role": rb'{"role":"falconer","content":"falcon"}',
    "no message": rb'["falcon"]',
    "a name of a speaker": rb'{"role":"user","name":"falcon","content":"hi"}',
    "data without bytes": rb'{"role":"user","content":[{"type":"document","source":'
    rb'{"type":"text","data":"falcon"}}]}',
}


async def test_no_way_of_writing_hides_it(tmp_path: Path) -> None:
    async with _house(tmp_path / "home") as (house, vendor):
        lines = {"content-type": "application/json", **house.headers()}
        for name, message in HOSTILE.items():
            for filler in (b"", b'"%b",' % (b"x" * 700_000)):
                body = b'{"model":"c-echo","unknown":[%b1],"messages":[%b]}' % (filler, message)
                url = f"{house.url}/v1/chat/completions"
                async with house.session.post(url, data=body, headers=lines) as answer:
                    told = await answer.text()
                    assert answer.status == 400, (name, told)
                    assert "no-falcon" in told or "twice" in told, (name, told)
        tools = [{"type": "function", "function": {"name": "f", "description": "a falcon"}}]
        asked = {"model": "c-echo", "messages": [{"role": "user", "content": "hi"}], "tools": tools}
        status, _, _ = await _post(house, "/v1/chat/completions", asked)
        assert status == 400
        assert vendor.bodies == []


async def test_kept_answers_hold_placeholders_and_other_bytes_stay(tmp_path: Path) -> None:
    route = """
[[routes]]
name = "again"
match = { model = "c-echo" }
to = ["c"]
cache_s = 600
"""
    async with _house(tmp_path / "home", GUARDS + route) as (house, vendor):
        raw = (
            rb'{ "model":"c-echo", "odd" :1.50, "messages":[ {"role":"user","content":'
            rb'"caf\u00e9 \ud83d\ude00 ann@ex\u0061mple.com \/ end"}, '
            rb'{"role":"assistant","content":'
            rb'"to ann@example.com"},{"role":"user","content":"go on ann@example.com"}] }'
        )
        lines = {"content-type": "application/json", **house.headers()}
        answers = []
        for _ in range(2):
            url = f"{house.url}/v1/chat/completions"
            async with house.session.post(url, data=raw, headers=lines) as answer:
                assert answer.headers["x-llmgw-guards"] == "hide;count=2"
                answers.append(await answer.json())
        (sent,) = vendor.bodies
        shown = sent[sent.index(b"[EMAIL_") :][:20]
        spelled = raw.replace(rb"ann@ex\u0061mple.com", shown)
        assert sent == spelled.replace(b"ann@example.com", shown)
        said = [each["choices"][0]["message"]["content"] for each in answers]
        assert said == ["go on ann@example.com"] * 2
        kept = house.container.engine.response_cache._kept
        assert b"ann@example.com" not in b"".join(next(iter(kept.values())).pieces)


async def test_what_has_to_stand_in_the_last_words(tmp_path: Path) -> None:
    guards = """
[[guards]]
name = "only-reviews"
action = "block"
allow = ['(?i)review']
deny = ['secret']
"""
    async with _house(tmp_path / "home", guards) as (house, vendor):
        path = "/v1/chat/completions"

        async def said(*texts: str) -> int:
            messages = [{"role": "user", "content": text} for text in texts]
            messages.append({"role": "assistant", "content": "ok"})
            body = {"model": "c-echo", "messages": messages}
            status, _, _ = await _post(house, path, body)
            return status

        assert await said("hi", "Review this") == 200
        assert await said("Review this", "now cook") == 400
        assert await said("Review this secret") == 400
        assert await said() == 400
        assert len(vendor.bodies) == 1


async def test_a_large_prompt_keeps_nobody_waiting_and_ends(tmp_path: Path) -> None:
    guards = """
[[guards]]
name = "slow-elsewhere"
action = "mask"
deny = ['(a+)+$', 'x[0-9]+x']
find = ["email", "iban", "secret"]
"""
    async with _house(tmp_path / "home", guards) as (house, vendor):
        text = "a" * 900_000 + "b ann@example.com \u00e9\n"
        body = {"model": "c-echo", "messages": [{"role": "user", "content": text}]}
        status, told, _ = await _post(house, "/v1/chat/completions", body)
        assert status == 200
        assert told["choices"][0]["message"]["content"] == text
        assert b"ann@example.com" not in vendor.bodies[0]
