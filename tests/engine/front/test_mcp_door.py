"""The MCP door with the official client, both eras: lists, calls, progress, cancelling, reading."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.engine.mcp.tool import Profile
from tests.engine.conftest import House
from tests.support.mcp_scene import MCPError, McpScene, call, mcp_scene, t, until

ERAS = ("auto", "legacy")


@pytest.fixture
async def scene(house: House) -> AsyncIterator[McpScene]:
    async with mcp_scene(house) as scene:
        yield scene


async def test_a_message_that_came_round_is_told_so_as_json_rpc(scene: McpScene) -> None:
    mark = (scene.house.container.places.data_folder / "gateway.mark").read_text().strip()
    asked = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    hops = {"x-gateway-hops": f"{mark} me, {'b' * 12} other"}
    async with scene.house.post("/mcp", asked, **hops) as answer:
        told = await answer.json()
    assert (answer.status, told["jsonrpc"], told["id"]) == (508, "2.0", None)
    assert told["error"]["data"] == {"kind": "loop"}
    assert "over the gateway 'other'" in told["error"]["message"]


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_lists_and_calls(scene: McpScene, era: str) -> None:
    async with scene.client(era) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        done = await client.call_tool("echo", {"words": "grüß dich"})
    assert set(tools) == {"echo", "steps", "wait", "rare", "owners"}
    echo = tools["echo"]
    assert echo.input_schema["required"] == ["words"]
    assert echo.output_schema is not None
    assert echo.output_schema["properties"]["said"] == {"type": "string"}
    assert echo.annotations is not None
    assert echo.annotations.read_only_hint is True
    assert echo.annotations.open_world_hint is False
    assert done.structured_content == {"success": True, "said": "grüß dich"}
    assert isinstance(done.content[0], t.TextContent)
    assert "grüß dich" in done.content[0].text
    assert not done.is_error
    assert scene.tools.calls[0].principal == LOCAL


@pytest.mark.parametrize("era", ERAS)
async def test_a_call_that_does_not_fit_is_told_what_is_wrong(scene: McpScene, era: str) -> None:
    async with scene.client(era) as client:
        wrong = await client.call_tool("echo", {"wrods": "a"})
        unknown = await client.call_tool("ohce", {})
    assert wrong.is_error
    assert wrong.structured_content is not None
    assert wrong.structured_content["field"] == "wrods"
    assert unknown.is_error
    assert unknown.structured_content is not None
    assert "ohce" in unknown.structured_content["error"]
    assert scene.tools.calls == []


@pytest.mark.parametrize("era", ERAS)
async def test_progress_comes_where_it_was_asked_for(scene: McpScene, era: str) -> None:
    heard: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    async with scene.client(era) as client:
        told = await client.call_tool("steps", {}, progress_callback=hear)
        assert not told.is_error
        await until(lambda: len(heard) == 3)
        await client.call_tool("steps", {})
    assert heard == [(1, 3, "step 1"), (2, 3, "step 2"), (3, 3, "step 3")]
    assert [each.progress is None for each in scene.tools.calls] == [False, True]


@pytest.mark.parametrize("era", ERAS)
async def test_a_call_that_is_canceled_ends_in_the_tool(scene: McpScene, era: str) -> None:
    async with scene.client(era) as client:
        waiting = asyncio.create_task(client.call_tool("wait", {}))
        await scene.tools.begun.wait()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await until(lambda: bool(scene.tools.ends))
        assert scene.tools.ends == ["canceled"]
        again = await client.call_tool("echo", {"words": "still there"})
        assert not again.is_error


@pytest.mark.parametrize("era", ERAS)
async def test_a_call_that_comes_to_its_end_while_the_door_closes_is_answered(
    scene: McpScene, era: str
) -> None:
    async with scene.client(era) as client:
        await client.list_tools()  # else it asks for them to check the answer
        waiting = asyncio.create_task(client.call_tool("wait", {}))
        await scene.tools.begun.wait()
        stopping = asyncio.create_task(scene.door.close())
        await until(lambda: scene.door._open is None)
        await asyncio.sleep(0.2)  # a stop that does not wait has gone on by then
        scene.tools.may_end.set()
        told = await waiting
        await stopping
    assert not told.is_error
    assert scene.tools.ends == ["done"]


@pytest.mark.parametrize("era", ERAS)
async def test_a_call_that_the_sdk_serves_is_answered_too_while_the_door_closes(
    scene: McpScene, era: str
) -> None:
    asked = {"name": "wait", "arguments": {}}
    if era == "auto":
        level = {"io.modelcontextprotocol/logLevel": "info"}
        calling = scene.alone("tools/call", **asked, _meta=level)
    else:
        session = await scene.open_session()
        calling = scene.post(call("tools/call", asked | {"x": 1}), mcp_session_id=session)
    waiting = asyncio.create_task(calling)
    await scene.tools.begun.wait()
    assert not scene.door._open.result().short_way._tasks  # type: ignore[union-attr]
    stopping = asyncio.create_task(scene.door.close())
    await until(lambda: scene.door._open is None)
    await asyncio.sleep(0.2)  # a stop that does not wait has gone on by then
    scene.tools.may_end.set()
    told = await (await waiting).text()
    await stopping
    assert '"said":"waited"' in told.replace(" ", ""), told
    assert scene.tools.ends == ["done"]


@pytest.mark.parametrize("era", ERAS)
async def test_resources_are_the_callers_own(scene: McpScene, era: str) -> None:
    scene.tools.notes["local/first"] = "mine"
    key = scene.key()
    async with scene.client(era) as mine, scene.client(era, key=key) as other:
        listed = await mine.list_resources()
        templates = await mine.list_resource_templates()
        assert [str(each.uri) for each in listed.resources] == ["note://you", "note://vault"]
        assert [each.uri_template for each in templates.resource_templates] == ["note://{name}"]
        others = await other.list_resources()
        assert [str(each.uri) for each in others.resources] == ["note://you"]
        read = await mine.read_resource("note://first")
        assert isinstance(read.contents[0], t.TextResourceContents)
        assert read.contents[0].text == "mine"
        told = []
        for client, uri in (
            (other, "note://first"),
            (mine, "note://none"),
            (other, "note://vault"),
        ):
            with pytest.raises(MCPError) as refused:
                await client.read_resource(uri)
            told.append(refused.value.code)
        assert len(set(told)) == 1, "nobody learns what is another's"


@pytest.mark.parametrize("era", ERAS)
async def test_prompts_and_what_may_stand_in_them(scene: McpScene, era: str) -> None:
    async with scene.client(era) as client:
        prompts = (await client.list_prompts()).prompts
        assert [prompt.name for prompt in prompts] == ["review"]
        said = await client.get_prompt("review", {"what": "the door"})
        assert isinstance(said.messages[0].content, t.TextContent)
        assert said.messages[0].content.text == "Look at the door."
        with pytest.raises(MCPError, match="what"):
            await client.get_prompt("review", {})
        with pytest.raises(MCPError, match="no prompt"):
            await client.get_prompt("nope", {})
        by = await client.complete(t.PromptReference(name="review"), {"name": "by", "value": "co"})
        assert by.completion.values == ["codex"]
        place = await client.complete(
            t.ResourceTemplateReference(uri="note://{name}"), {"name": "name", "value": ""}
        )
        assert place.completion.values == ["first", "second"]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("profile", list(Profile))
async def test_a_profile_says_what_is_listed_and_nothing_else(
    scene: McpScene, era: str, profile: Profile
) -> None:
    async with scene.client(era, query=f"?profile={profile}") as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert ("rare" in names) is (profile is Profile.FULL)
        assert not (await client.call_tool("rare", {"words": "a"})).is_error


async def test_a_profile_may_be_named_by_a_header(scene: McpScene) -> None:
    session = await scene.open_session()
    listed = await scene.post(
        {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        mcp_session_id=session,
        x_llmgw_profile="core",
    )
    assert "rare" not in await listed.text()


async def test_an_unknown_profile_is_refused_and_the_known_ones_are_named(scene: McpScene) -> None:
    answer = await scene.house.session.post(
        f"{scene.url}?profile=tiny", json={}, headers=scene.headers()
    )
    assert answer.status == 400
    told = await answer.text()
    assert "tiny" in told
    assert "core, review, full" in told


@pytest.mark.parametrize("era", ERAS)
async def test_a_project_reaches_the_tool(scene: McpScene, era: str) -> None:
    if era == "auto":
        params = {"name": "echo", "arguments": {"words": "a"}}
        scene.house.session.headers["x-project"] = "garden"
        assert (await scene.alone("tools/call", **params)).status == 200
    else:
        session = await scene.open_session()
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
        message["params"] = {"name": "echo", "arguments": {"words": "a"}}  # type: ignore[assignment]
        await scene.post(message, mcp_session_id=session, x_project="garden")
    assert scene.tools.calls[0].project == "garden"
