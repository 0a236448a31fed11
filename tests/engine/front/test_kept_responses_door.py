"""Answers that a provider keeps itself: asked for by their id, at the account that made them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.store.access.clients import ClientStore
from tests.engine import conftest
from tests.engine.conftest import House, house_in
from tests.support.answers import Delivery, Raw

PROVIDERS = """
[providers.vendor]
kind = "openai"
base_url = "{base_url}"
models = ["native-stub"]
local = true
[[providers.vendor.accounts]]
name = "first"
api_key_env = "STUB_KEY"
enabled = {first}
[[providers.vendor.accounts]]
name = "second"
api_key_env = "OTHER_KEY"
"""
ASKED = {"model": "native-stub", "input": "hi"}


def _json(body: dict[str, Any], status: int = 200) -> Raw:
    headers = {"Content-Type": "application/json", "x-request-id": "req_1"}
    return Raw(status=status, headers=headers, frames=(json.dumps(body).encode(),))


def _configure(monkeypatch: pytest.MonkeyPatch, *, first: str = "true") -> None:
    own = PROVIDERS.replace("{first}", first)
    kept = conftest.CONFIG.partition("[providers.vendor]")[0]
    monkeypatch.setattr(conftest, "CONFIG", kept + own)


@asynccontextmanager
async def _house(home: Path) -> AsyncIterator[House]:
    async with house_in(home) as house:
        house.container.check_settings()
        yield house


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    _configure(monkeypatch)
    async with _house(tmp_path / "home") as house:
        yield house


async def _asked(house: House, *, streaming: bool = False, **more: Any) -> str:
    """The id of an answer that the vendor gave."""
    async with house.post("/v1/responses", {**ASKED, "stream": streaming, **more}) as reply:
        body = await reply.read()
        assert reply.status == 200, body
    if streaming:
        first = next(line for line in body.splitlines() if line.startswith(b"data: "))
        return str(json.loads(first[6:])["response"]["id"])
    return str(json.loads(body)["id"])


@pytest.mark.parametrize("streaming", [False, True])
async def test_it_is_asked_of_who_made_it(house: House, streaming: bool) -> None:
    known = await _asked(house, streaming=streaming)
    made = house.lane.requests[-1]
    house.lane.then(_json({"id": known, "object": "response", "vendor": "own words"}))
    path = f"/v1/responses/{known}?include[]=reasoning.encrypted_content"
    async with house.get(path) as reply:
        assert reply.status == 200
        assert await reply.json() == {"id": known, "object": "response", "vendor": "own words"}
        assert reply.headers["x-llmgw-provider"] == "vendor"
        assert reply.headers["x-request-id"] == "req_1"
    asked = house.lane.requests[-1]
    assert (asked.method, asked.path) == ("GET", f"/v1/responses/{known}")
    assert "reasoning.encrypted_content" in asked.query
    assert asked.header("authorization") == made.header("authorization")
    assert asked.header("authorization") != house.headers()["Authorization"]


async def test_what_is_deleted_there_is_forgotten_here(house: House) -> None:
    known = await _asked(house)
    url = f"{house.url}/v1/responses/{known}"
    house.lane.then(_json({"error": {"message": "try later"}}, status=500))
    async with house.session.delete(url, headers=house.headers()) as reply:
        assert reply.status == 500
        assert (await reply.json())["error"]["message"] == "try later"
    house.lane.then(_json({"id": known, "object": "response", "deleted": True}))
    async with house.session.delete(url, headers=house.headers()) as reply:
        assert (await reply.json())["deleted"] is True
    assert house.lane.requests[-1].method == "DELETE"
    count = len(house.lane.requests)
    async with house.get(f"/v1/responses/{known}") as reply:
        assert reply.status == 404
    assert len(house.lane.requests) == count


@pytest.mark.parametrize(("method", "rest"), [("GET", "input_items"), ("POST", "cancel")])
async def test_what_is_below_it_is_asked_of_who_made_it(
    house: House, method: str, rest: str
) -> None:
    known = await _asked(house)
    house.lane.then(_json({"object": "its own"}))
    url = f"{house.url}/v1/responses/{known}/{rest}?limit=3"
    async with house.session.request(method, url, headers=house.headers(), json={}) as reply:
        assert await reply.json() == {"object": "its own"}
    asked = house.lane.requests[-1]
    assert (asked.method, asked.path) == (method, f"/v1/responses/{known}/{rest}")
    assert asked.query == "limit=3"
    async with house.session.request(
        method, f"{house.url}/v1/responses/resp_x/{rest}", headers=house.headers(), json={}
    ) as reply:
        assert reply.status == 404


async def test_another_client_asks_in_vain(house: House) -> None:
    clock = SystemClock()
    store = ClientStore(house.container.places.gateway_db, clock)
    key = ClientKeys(store, clock, TimedIds(clock)).add("other")
    store.close()
    known = await _asked(house)
    count = len(house.lane.requests)
    headers = {"Authorization": f"Bearer {key}"}
    async with house.session.get(f"{house.url}/v1/responses/{known}", headers=headers) as reply:
        assert reply.status == 404
        assert "not found" in (await reply.json())["error"]["message"]
    assert len(house.lane.requests) == count


async def test_what_is_not_kept_is_not_asked_for(house: House) -> None:
    known = await _asked(house, store=False)
    count = len(house.lane.requests)
    for name in (known, "resp_of_nobody", "..%2Fmodels"):
        async with house.get(f"/v1/responses/{name}") as reply:
            assert reply.status == 404
    assert len(house.lane.requests) == count


async def test_a_refused_key_is_not_told_as_the_callers(house: House) -> None:
    known = await _asked(house)
    house.lane.then(_json({"error": {"message": "bad key sk-provider"}}, status=401))
    async with house.get(f"/v1/responses/{known}") as reply:
        assert reply.status not in (401, 403)
        told = await reply.text()
    assert "vendor/first" in told or "vendor" in told
    assert "sk-provider" not in told


async def test_a_page_is_no_answer(house: House) -> None:
    known = await _asked(house)
    house.lane.then(Raw(headers={"Content-Type": "text/html"}, frames=(b"<html>welcome</html>",)))
    async with house.get(f"/v1/responses/{known}") as reply:
        assert reply.status == 502
        assert "not with JSON" in (await reply.json())["error"]["message"]


@pytest.mark.parametrize("is_cut", [False, True])
async def test_one_that_still_grows_is_streamed(house: House, is_cut: bool) -> None:
    known = await _asked(house)
    frames = tuple(
        f"event: {kind}\ndata: {json.dumps({'type': kind, 'response': {'id': known}})}\n\n".encode()
        for kind in ("response.created", "response.completed")
    )
    delivery = Delivery(cut_after=1) if is_cut else Delivery()
    headers = {"Content-Type": "text/event-stream"}
    house.lane.then(Raw(headers=headers, frames=frames, delivery=delivery))
    async with house.get(f"/v1/responses/{known}?stream=true") as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        told = await reply.read()
    assert told.startswith(frames[0])
    if is_cut:
        assert b"response.completed" not in told
        assert b'"type":"error"' in told.replace(b" ", b"")
    else:
        assert told == b"".join(frames)


async def test_it_is_known_after_a_restart_while_its_account_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    _configure(monkeypatch)
    async with _house(home) as house:
        known = await _asked(house)
    async with _house(home) as house:
        house.lane.then(_json({"id": known}))
        async with house.get(f"/v1/responses/{known}") as reply:
            assert await reply.json() == {"id": known}
    _configure(monkeypatch, first="false")
    async with _house(home) as house:
        async with house.get(f"/v1/responses/{known}") as reply:
            assert reply.status == 404
            told = (await reply.json())["error"]["message"]
        assert house.lane.requests == []
    assert "vendor/first" in told
    assert "settings" in told
