"""What a caller says of itself beside its key: where it is told, and what it can never do."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import anthropic
import openai
from google import genai
from google.genai import types

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.domain.access.principal import Scope, as_label, is_label
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.flights.flight_reader import FlightReader
from tests.engine.conftest import House, house_in

CHAT = "/v1/chat/completions"
BODY: dict[str, Any] = {"model": "gpt-stub", "messages": [{"role": "user", "content": "Hello"}]}
SHARED = """
[clients.shared]
models = ["gpt-*", "claude-*"]
[clients.shared.labels.aider]
models = ["gpt-*"]
rate_limits = [{ requests = 1, per = "hour" }]
[clients.shared.labels.wide]
models = ["*"]
providers = ["claude", "chat"]
"""
LABELLED_LOCAL = """
[clients.local.labels.zed]
budgets = [{ requests = 1, per = "never" }]
"""
HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "zed", "version": "1"},
}
GENERATE = {"name": "llm_generate", "arguments": {"prompt": "Hi", "model": "gpt-stub"}}


def _key(house: House, name: str) -> str:
    clock = SystemClock()
    store = ClientStore(house.container.places.gateway_db, clock)
    try:
        return ClientKeys(store, clock, TimedIds(clock)).add(
            name, [Scope.MODELS_USE, Scope.MODELS_LIST]
        )
    finally:
        store.close()


async def _asked(
    house: House, path: str, key: str, model: str = "gpt-stub", label: str = ""
) -> int:
    headers = {"Authorization": f"Bearer {key}"} | ({"X-LLMGW-Caller": label} if label else {})
    async with house.post(path, {**BODY, "model": model}, **headers) as answer:
        await answer.read()
        return int(answer.status)


async def test_every_sdk_can_say_who_it_is_by_its_base_url_alone(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home") as house:
        key = _key(house, "shared")
        base = f"{house.url}/as/nightly build"
        claude = anthropic.AsyncAnthropic(base_url=base, api_key=key, max_retries=0)
        chat = openai.AsyncOpenAI(base_url=f"{base}/v1", api_key=key, max_retries=0)
        prefixed = openai.AsyncOpenAI(base_url=f"{base}/openai/v1", api_key=key, max_retries=0)
        google = genai.Client(
            api_key=key, http_options=types.HttpOptions(base_url=f"{house.url}/as/nightly%20build")
        )
        said: list[anthropic.types.MessageParam] = [{"role": "user", "content": "Hello"}]
        async with claude, chat, prefixed:
            await claude.messages.create(model="claude-stub", max_tokens=8, messages=said)
            await chat.responses.create(model="gpt-stub", input="Hello")
            await prefixed.chat.completions.create(
                model="gpt-stub", messages=[{"role": "user", "content": "Hello"}]
            )
            assert (await chat.models.list()).data
            ask = google.models.generate_content
            await asyncio.to_thread(ask, model="gpt-stub", contents="Hello")
        assert [each.label for each in house.closed] == ["nightly build"] * 4
        assert {each.client for each in house.closed} == {"shared"}
        assert {each.path.split("?")[0] for each in house.lane.requests} == {
            *("/v1/messages", "/v1/chat/completions")
        }


async def test_a_label_narrows_besides_its_key_and_no_other_label_widens(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", SHARED) as house:
        key, other = _key(house, "shared"), _key(house, "other")
        table = [
            ("its first", "aider", "gpt-stub", 200),
            ("its rate", "aider", "gpt-stub", 429),
            ("not its model", "aider", "claude-stub", 403),
            ("no label: the key's alone", "", "claude-stub", 200),
            ("a label without a table", "what else", "claude-stub", 200),
            ("a wide table opens nothing", "wide", "practice/echo", 403),
        ]
        for what, label, model, status in table:
            assert (what, await _asked(house, CHAT, key, model, label)) == (what, status)
        assert await _asked(house, f"/as/aider{CHAT}", key) == 429
        assert await _asked(house, CHAT, other, "claude-stub", "aider") == 200
        assert len(house.lane.requests) == 4


async def test_a_label_that_is_none_is_refused_by_name_and_reaches_nobody(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home") as house:
        key = _key(house, "shared")
        bad = ("a" * 65, "-x", "x\ty", "<b>", "café", "a/b", " ", "llmgw-" + "k" * 40)
        for label in bad:
            headers = {"Authorization": f"Bearer {key}", "X-LLMGW-Caller": label}
            async with house.post(CHAT, BODY, **headers) as answer:
                assert (label, answer.status) == (label, 400)
                assert "X-LLMGW-Caller" in await answer.text()
        assert await _asked(house, f"/as/%3Cb%3E{CHAT}", key) == 400
        assert await _asked(house, f"/as/{CHAT}", key) in (400, 404)
        assert await _asked(house, f"/as/one{CHAT}", key, label="two") == 400
        assert await _asked(house, f"/as/one{CHAT}", key, label="one") == 200
        assert await _asked(house, f"/as/one{CHAT}", "llmgw-nobody") == 401
        assert len(house.lane.requests) == 1


async def test_no_label_stands_before_a_door_that_is_no_programs(house: House) -> None:
    shut = ("/health", "/metrics", "/v1/credentials", "/oauth/authorize", "/as/two/v1/models")
    for path in shut:
        async with house.get(f"/as/one{path}") as answer:
            assert (path, answer.status) == (path, 404)
    async with house.get("/as/one/v1/models") as answer:
        assert answer.status == 200


async def test_what_an_editor_asks_by_mcp_bears_its_label(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", LABELLED_LOCAL) as house:
        accept = {"Accept": "application/json, text/event-stream"}
        for path, label in (("/as/zed/mcp", {}), ("/mcp", {"X-LLMGW-Caller": "zed"})):
            session: dict[str, str] = {}
            for method, params in (("initialize", HELLO), ("tools/call", GENERATE)):
                asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
                async with house.post(path, asked, **accept, **label, **session) as answer:
                    told = await answer.text()
                    assert answer.status == 200, told
                    session = {"Mcp-Session-Id": answer.headers.get("mcp-session-id", "")}
        assert "used up its budget of 1 request" in told
        assert [(each.client, each.label) for each in house.closed] == [("local", "zed")] * 2
        assert len(house.lane.requests) == 1


async def test_labels_are_kept_found_again_and_listed_under_their_key(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home") as house:
        key, other = _key(house, "shared"), _key(house, "other")
        for whose, label in ((key, "aider"), (key, "cline"), (key, "aider"), (other, "zed")):
            assert await _asked(house, CHAT, whose, label=label) == 200
        assert await _asked(house, CHAT, key) == 200
        owner = house.closed[0].owner
        assert owner is not None
        path = house.container.places.flights_db
    reader = FlightReader(path)
    try:
        assert [(each.label, each.flights) for each in reader.labels(owner)] == [
            *(("aider", 2), ("cline", 1))
        ]
        assert reader.count(FlightQuery(label="aider")) == 2
        assert reader.count(FlightQuery(text="CLIN")) == 1
        (found,) = reader.page(FlightQuery(label="zed"), offset=0, limit=9)
        assert (found.client, found.label) == ("other", "zed")
    finally:
        reader.close()


def test_what_an_editor_calls_itself_is_made_a_label() -> None:
    table = {"editor": "editor", "Visual Studio": "Visual Studio", "io/x": "io-x", "→": "", "": ""}
    assert {name: as_label(name) for name in table} == table
    assert all(is_label(made) for made in table.values() if made)
    assert is_label(as_label("a" * 63 + " b"))
