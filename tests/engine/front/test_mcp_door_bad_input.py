"""Sessions of others, tricks with ids, clients that vanish: one clear error, nothing started."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.engine.mcp import sdk_http
from tests.engine.conftest import House
from tests.support.mcp_scene import LEGACY, MODERN, McpScene, call, mcp_scene, modern_meta, until

ECHO = {"name": "echo", "arguments": {"words": "a"}}
WAIT = {"name": "wait", "arguments": {}}


@pytest.fixture
async def scene(house: House) -> AsyncIterator[McpScene]:
    async with mcp_scene(house) as scene:
        yield scene


async def test_a_session_is_its_openers_alone(scene: McpScene) -> None:
    session, other = await scene.open_session(), scene.key()
    theirs: list[tuple[int, str]] = []
    nobodys: list[tuple[int, str]] = []
    for told, session_id in ((theirs, session), (nobodys, "0" * 32)):
        headers = scene.headers(other, mcp_session_id=session_id)
        for method in ("GET", "DELETE"):
            answer = await scene.house.session.request(method, scene.url, headers=headers)
            told.append((answer.status, await answer.text()))
        for message in (call("tools/call", ECHO), call("resources/list"), call("ping")):
            answer = await scene.post(message, other, mcp_session_id=session_id)
            told.append((answer.status, await answer.text()))
    assert theirs == nobodys
    assert {status for status, _ in theirs} == {404}
    assert scene.tools.calls == []
    mine = await scene.post(call("tools/call", ECHO), mcp_session_id=session)
    assert mine.status == 200


async def test_a_session_that_was_ended_is_gone(scene: McpScene) -> None:
    assert scene.door.open_sessions == 0
    session = await scene.open_session()
    await until(lambda: scene.door.open_sessions == 1)
    headers = scene.headers(mcp_session_id=session)
    assert (await scene.house.session.delete(scene.url, headers=headers)).status == 200
    await until(lambda: scene.door.open_sessions == 0)
    for message in (call("tools/call", ECHO), call("resources/list")):
        assert (await scene.post(message, mcp_session_id=session)).status == 404
    assert scene.tools.calls == []


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", LEGACY])
async def test_every_revision_with_a_handshake_is_spoken(scene: McpScene, version: str) -> None:
    session = await scene.open_session(version=version)
    told = await scene.post(call("tools/call", ECHO), mcp_session_id=session)
    assert told.status == 200
    text = await told.text()
    assert '"said' in text.replace("\\", "")


async def test_without_a_key_without_the_scope_and_from_a_foreign_page(scene: McpScene) -> None:
    listing = call("tools/list")
    without = scene.key("models", Scope.MODELS_USE)
    assert (await scene.post(listing, without)).status == 403
    wrong = await scene.post(listing, "sk-llmgw-nobody")
    assert wrong.status == 401
    assert "tools" not in await wrong.text()
    foreign = await scene.post(listing, origin="https://example.com")
    assert foreign.status == 403
    rebound = await scene.post(listing, host="example.com")
    assert rebound.status in (403, 421)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"tools/list"',
        b'[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}]',
        b'{"jsonrpc":"1.0","id":1,"method":"tools/list"}',
        b'{"id":1,"method":"tools/list"}',
        b'{"jsonrpc":"2.0","id":true,"method":"tools/list"}',
        b'{"jsonrpc":"2.0","id":{"a":1},"method":"tools/list"}',
        b'{"jsonrpc":"2.0","id":[1],"method":"tools/call","params":{"name":"echo"}}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":[]}}',
        b'{"jsonrpc":"2.0","id":1,"method":7}',
        b'{"jsonrpc":"2.0","id":1,"result":{}}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
    ids=lambda body: body[:50].decode("latin-1"),
)
async def test_what_is_no_request_starts_nothing(scene: McpScene, body: bytes) -> None:
    session = await scene.open_session()
    for headers in (
        scene.headers(mcp_session_id=session),
        scene.headers(mcp_protocol_version=MODERN, mcp_method="tools/call", mcp_name="echo"),
    ):
        headers["content-type"] = "application/json"
        answer = await scene.house.session.post(scene.url, data=body, headers=headers)
        text = await answer.text()
        assert answer.status in (200, 202, 400), text
        if answer.status == 200:
            assert '"error"' in text
        assert "Traceback" not in text
        assert "llmgw_desktop" not in text
    assert scene.tools.calls == []
    assert (await scene.post(call("ping"), mcp_session_id=session)).status == 200


async def test_a_message_beyond_all_bounds_is_refused(scene: McpScene) -> None:
    huge = json.dumps(call("tools/call", {"name": "echo", "arguments": {"words": "x" * 2**22}}))
    headers = scene.headers() | {"content-type": "application/json"}
    answer = await scene.house.session.post(
        scene.url, data=io.BytesIO(huge.encode()), headers=headers
    )
    assert answer.status == 413
    assert scene.tools.calls == []


async def test_an_id_in_use_is_refused_and_the_call_goes_on(scene: McpScene) -> None:
    session = await scene.open_session()
    first = asyncio.create_task(scene.post(call("tools/call", WAIT), mcp_session_id=session))
    await scene.tools.begun.wait()
    second = await scene.post(call("tools/call", ECHO), mcp_session_id=session)
    assert second.status == 400
    assert "in use" in await second.text()
    scene.tools.may_end.set()
    assert "waited" in await (await first).text()
    assert len(scene.tools.calls) == 1


async def test_only_the_owner_of_a_call_cancels_it(scene: McpScene) -> None:
    session, other = await scene.open_session(), scene.key()
    others = await scene.open_session(other)
    waiting = asyncio.create_task(scene.post(call("tools/call", WAIT), mcp_session_id=session))
    await scene.tools.begun.wait()
    cancel = {
        "jsonrpc": "2.0",
        "method": "notifications/cancelled",
        "params": {"requestId": 1, "reason": "no"},
    }
    assert (await scene.post(cancel, other, mcp_session_id=session)).status == 404
    assert (await scene.post(cancel, other, mcp_session_id=others)).status == 202
    assert not waiting.done()
    assert (await scene.post(cancel, mcp_session_id=session)).status == 202
    assert "cancelled" in await (await waiting).text()
    assert scene.tools.ends == ["canceled"]


async def test_in_a_session_the_tool_of_a_client_that_vanishes_goes_on(scene: McpScene) -> None:
    session = await scene.open_session()
    await _vanish(scene, call("tools/call", WAIT), mcp_session_id=session)
    scene.tools.may_end.set()
    await until(lambda: bool(scene.tools.ends))
    assert scene.tools.ends == ["done"]


async def test_of_a_request_that_stands_alone_the_tool_ends_with_its_client(
    scene: McpScene,
) -> None:
    message = call("tools/call", {**WAIT, "_meta": modern_meta()})
    heads = {"mcp_protocol_version": MODERN, "mcp_method": "tools/call", "mcp_name": "wait"}
    await _vanish(scene, message, **heads)
    await until(lambda: bool(scene.tools.ends))
    assert scene.tools.ends == ["canceled"]


@pytest.mark.parametrize(
    ("heads", "meta"),
    [
        ({"mcp_method": "tools/list"}, {}),
        ({"mcp_name": "wait"}, {}),
        ({}, {"io.modelcontextprotocol/protocolVersion": "2027-01-01"}),
        ({}, {"io.modelcontextprotocol/clientCapabilities": None}),
    ],
    ids=["another method", "another tool", "another revision", "no capabilities"],
)
async def test_a_head_that_says_otherwise_than_its_body_is_refused(
    scene: McpScene, heads: dict[str, str], meta: dict[str, Any]
) -> None:
    message = call("tools/call", {**ECHO, "_meta": modern_meta() | meta})
    said = {"mcp_protocol_version": MODERN, "mcp_method": "tools/call", "mcp_name": "echo"}
    answer = await scene.post(message, **(said | heads))
    assert answer.status == 400
    assert scene.tools.calls == []


async def test_a_closing_door_ends_streams_at_once_and_opens_again(scene: McpScene) -> None:
    session = await scene.open_session()
    headers = scene.headers(mcp_session_id=session)
    stream = await scene.house.session.get(scene.url, headers=headers)
    assert stream.status == 200
    async with asyncio.timeout(2):
        await asyncio.gather(scene.door.close(), stream.read())
    assert (await scene.post(call("tools/list"), mcp_session_id=session)).status == 404
    assert await scene.open_session() != session


async def _vanish(scene: McpScene, message: Any, **headers: str) -> None:
    """Ask, and be gone as soon as the tool runs."""
    async with aiohttp.ClientSession() as another:
        asked = asyncio.create_task(
            another.post(scene.url, json=message, headers=scene.headers(**headers))
        )
        await scene.tools.begun.wait()
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)


@pytest.mark.parametrize("text", ["[{}%s]", '{"a":[1%s]}', "[NaN%s]"])
async def test_a_message_of_very_many_values_is_refused_before_anybody_looks_at_them(
    scene: McpScene, text: str
) -> None:
    session = await scene.open_session()
    headers = scene.headers(mcp_session_id=session, content_type="application/json")
    body = (text % (",{}" * 20_001)).encode()
    answer = await scene.house.session.post(scene.url, data=body, headers=headers)
    assert answer.status == 413
    assert "20,000 values" in await answer.text()


async def test_a_long_text_is_one_value(scene: McpScene) -> None:
    session = await scene.open_session()
    long = {"name": "echo", "arguments": {"words": "a," * 30_000}}
    assert (await scene.post(call("tools/call", long), mcp_session_id=session)).status == 200
    assert len(scene.tools.calls) == 1


async def test_a_client_takes_no_other_clients_sessions(
    scene: McpScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sdk_http, "MOST_OF_ONE", 2)
    other = scene.key()
    theirs = await scene.open_session(other)
    first, second, third = [await scene.open_session() for _ in range(3)]
    for session, key, status in (
        (first, "", 404),
        (second, "", 200),
        (third, "", 200),
        (theirs, other, 200),
    ):
        answer = await scene.post(call("resources/list"), key, mcp_session_id=session)
        assert answer.status == status
