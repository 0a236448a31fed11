"""Tools of real MCP servers at the gateway's own door: one list, one process each, our names."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from mcp.types import PromptReference, ResourceTemplateReference

from llmgw_desktop.domain.access.principal import Scope
from tests.engine.conftest import house_in
from tests.support import mcp_servers
from tests.support.answers import Raw
from tests.support.mcp_servers import client_of, facts, names, table, text_of

pytestmark = pytest.mark.timeout(600)  # the first one that needs a server installs it


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_two_real_servers_are_one_list(tmp_path: Path, mode: str) -> None:
    servers = table("clock", mcp_servers.time()) + table("all", mcp_servers.everything())
    async with house_in(tmp_path, servers) as house, client_of(house, mode=mode) as client:
        async with asyncio.timeout(300):  # a busy machine starts them slowly, and they come later
            while {"clock__get_current_time", "all__echo"} - await names(client):
                await asyncio.sleep(0.1)
        listed = {each.name: each for each in (await client.list_tools()).tools}
        assert "list_models" in listed
        assert all(len(name) <= 52 for name in listed)
        assert listed["all__echo"].description == "Echoes back the input string"
        said = await client.call_tool("all__echo", {"message": "hello"})
        assert text_of(said) == "Echo: hello"
        now = await client.call_tool("clock__get_current_time", {"timezone": "Etc/UTC"})
        assert "Etc/UTC" in text_of(now)
        assert not now.is_error
        wrong = await client.call_tool("clock__get_current_time", {"timezone": "Nowhere/None"})
        assert wrong.is_error


async def test_a_server_is_started_once_for_all_sessions_and_ended_when_idle(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path, table("all", mcp_servers.everything())) as house:
        async with client_of(house) as one, client_of(house) as other:
            calls = [each.call_tool("all__echo", {"message": "x"}) for each in (one, other) * 3]
            await names(one)
            assert all(text_of(each) == "Echo: x" for each in await asyncio.gather(*calls))
        standing = facts(house)["all"]
        assert standing.starts == 1
        assert standing.is_running
        assert standing.latency_ms is not None
        servers = house.container.tool_servers
        assert servers is not None
        server = servers._servers["all"]
        server._idled()
        async with asyncio.timeout(30):
            while facts(house)["all"].is_running:
                await asyncio.sleep(0.01)
        async with client_of(house) as client:
            assert "all__echo" in await names(client)
            assert not facts(house)["all"].is_running, "a list needs no server"
            assert text_of(await client.call_tool("all__echo", {"message": "y"})) == "Echo: y"
        assert facts(house)["all"].starts == 2


async def test_progress_of_a_real_server_reaches_the_client(tmp_path: Path) -> None:
    seen: list[float] = []

    async def heard(done: float, total: float | None, message: str | None) -> None:
        seen.append(done)

    async with (
        house_in(tmp_path, table("all", mcp_servers.everything())) as house,
        client_of(house) as client,
    ):
        listed = await names(client)
        (name,) = [each for each in listed if each.startswith("all__trigger_long_running")]
        asked = {"duration": 0.2, "steps": 2}
        result = await client.call_tool(name, asked, progress_callback=heard)
        assert not result.is_error
    assert seen


async def test_resources_and_prompts_are_listed_and_read_under_addresses_of_ours(
    tmp_path: Path,
) -> None:
    async with (
        house_in(tmp_path, table("all", mcp_servers.everything())) as house,
        client_of(house) as client,
    ):
        found = [each.uri for each in (await client.list_resources()).resources]
        (uri,) = [each for each in found if each.endswith("architecture.md")]
        assert uri.startswith("server://all/demo://")
        contents = (await client.read_resource(uri)).contents
        assert contents[0].uri == uri
        templates = (await client.list_resource_templates()).resource_templates
        assert any(each.uri_template.startswith("server://all/demo://") for each in templates)
        prompts = {each.name for each in (await client.list_prompts()).prompts}
        (name,) = [each for each in prompts if each.startswith("all__args_prompt")]
        told = await client.get_prompt(name, {"city": "Bern"})
        assert "Bern" in str(told.messages)


@pytest.mark.parametrize("share", ["true", "false"])
async def test_what_may_stand_in_a_prompt_is_asked_of_its_server(
    tmp_path: Path, share: str
) -> None:
    """Of the caller's own process, where each has one."""
    servers = table("all", mcp_servers.everything(), f"share = {share}")
    async with house_in(tmp_path, servers) as house, client_of(house) as client:
        prompts = {each.name for each in (await client.list_prompts()).prompts}
        (name,) = [each for each in prompts if each.startswith("all__completable")]
        asked = {"name": "department", "value": ""}
        ref = PromptReference(type="ref/prompt", name=name)
        found = (await client.complete(ref, asked)).completion.values
        assert "Engineering" in found
        more = ResourceTemplateReference(
            type="ref/resource", uri="server://all/demo://resource/dynamic/text/{resourceId}"
        )
        await client.complete(more, {"name": "resourceId", "value": "1"})
        assert len(facts(house)["all"].pids) == (1 if share == "true" else 2)


async def test_files_and_a_repository_are_reached_by_their_servers(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "note.txt").write_text("read me")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    servers = table("files", mcp_servers.filesystem(folder)) + table("git", mcp_servers.git(folder))
    async with house_in(tmp_path / "home", servers) as house, client_of(house) as client:
        read = await client.call_tool("files__read_text_file", {"path": str(folder / "note.txt")})
        assert "read me" in text_of(read)
        out = await client.call_tool("files__read_text_file", {"path": "/etc/hostname"})
        assert out.is_error
        status = await client.call_tool("git__git_status", {"repo_path": str(folder)})
        assert "note.txt" in text_of(status)


async def test_a_graph_is_remembered_and_read_again(tmp_path: Path) -> None:
    """Also by another process of the server: it writes it down where its settings say."""
    file = tmp_path / "graph.jsonl"
    more = f'env = {{ MEMORY_FILE_PATH = "{file}" }}'
    servers = table("memory", mcp_servers.memory(), more)
    ada = {"name": "Ada", "entityType": "person", "observations": ["likes tea"]}
    async with house_in(tmp_path / "home", servers) as house:
        async with client_of(house) as client:
            made = await client.call_tool("memory__create_entities", {"entities": [ada]})
            assert not made.is_error, made
            found = await client.call_tool("memory__search_nodes", {"query": "tea"})
            assert found.structured_content is not None
            assert [each["name"] for each in found.structured_content["entities"]] == ["Ada"]
        servers_now = house.container.tool_servers
        assert servers_now is not None
        await servers_now.look("memory")
        async with client_of(house, mode="auto") as later:
            whole = await later.call_tool("memory__read_graph", {})
            assert "likes tea" in text_of(whole)
    assert "likes tea" in file.read_text()
    assert facts(house) == {}


async def test_a_page_is_fetched_by_its_server(tmp_path: Path) -> None:
    page = b"<html><body><h1>Tea</h1><p>Black, green and white.</p></body></html>"
    more = 'env = { NO_PROXY = "127.0.0.1" }'
    async with (
        house_in(tmp_path, table("fetch", mcp_servers.fetch(), more)) as house,
        client_of(house) as client,
    ):
        whole = Raw(headers={"Content-Type": "text/html"}, frames=(page,))
        house.lane.always = whole
        asked = {"url": f"{house.lane.root_url}/tea"}
        said = await client.call_tool("fetch__fetch", asked)
        assert not said.is_error, said
        assert "Black, green and white." in text_of(said)
        assert any(seen.path.endswith("/tea") for seen in house.lane.requests)
        prompts = {each.name for each in (await client.list_prompts()).prompts}
        assert "fetch__fetch" in prompts
        told = await client.get_prompt("fetch__fetch", asked)
        assert "Black, green and white." in str(told.messages)


async def test_what_is_hidden_or_renamed_is_so_for_lists_and_calls(tmp_path: Path) -> None:
    more = (
        'tools = ["echo", "get-*"]\nhide = ["get-env"]\n'
        'rename = { "get-sum" = "add" }\ndescribe = { "get-sum" = "Adds two numbers." }'
    )
    async with (
        house_in(tmp_path, table("all", mcp_servers.everything(), more)) as house,
        client_of(house) as client,
    ):
        listed = {each.name: each for each in (await client.list_tools()).tools}
        assert listed["all__add"].description == "Adds two numbers."
        assert not [name for name in listed if name.startswith(("all__trigger", "all__get_env"))]
        assert "5" in text_of(await client.call_tool("all__add", {"a": 2, "b": 3}))
        refused = await client.call_tool("all__get_env", {})
        assert refused.is_error
        assert "There is no tool" in text_of(refused)


async def test_nobody_from_elsewhere_has_them_unless_he_is_named(tmp_path: Path) -> None:
    servers = table("all", mcp_servers.everything())
    token = "remote-token-0123456789abcdef0123456789abcdef"
    env = {"LLM_GATEWAY_AUTH_TOKEN": token}
    for clients, is_there in (("", False), ('clients = ["gateway-bearer"]', True)):
        home = tmp_path / str(is_there)
        async with (
            house_in(home, servers + clients, env) as house,
            client_of(house, key=token) as client,
        ):
            assert ("all__echo" in await names(client)) is is_there
            said = await client.call_tool("all__echo", {"message": "x"})
            assert said.is_error is not is_there


async def test_a_program_of_this_computer_with_a_key_has_them(tmp_path: Path) -> None:
    from llmgw_desktop.app.access.keys import ClientKeys
    from llmgw_desktop.domain.clock import TimedIds

    servers = table("all", mcp_servers.everything(), 'profiles = ["full"]')
    async with house_in(tmp_path, servers) as house:
        clients, clock = house.container.access.clients, house.container.clock
        assert clients is not None
        key = ClientKeys(clients, clock, TimedIds(clock)).add("editor", (Scope.MCP,))
        async with client_of(house, key=key) as client:
            assert "all__echo" in await names(client)
        async with client_of(house, key=key, query="?profile=core") as client:
            assert not await names(client)
            assert (await client.call_tool("all__echo", {"message": "x"})).is_error


async def test_settings_that_change_are_heard_of_by_clients_that_are_there(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house, client_of(house) as client:
        assert not await names(client)
        file = house.container.places.config_file
        before = file.read_text()
        file.write_text(before + table("clock", mcp_servers.time()))
        house.container.check_settings()
        assert "clock__get_current_time" in await names(client)
        file.write_text(before)
        house.container.check_settings()
        assert not await names(client)


@contextmanager
def _everything_at_an_address(transport: str, path: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    (program,) = mcp_servers.everything()
    env = {"PATH": os.environ["PATH"], "PORT": str(port)}
    process = subprocess.Popen(
        [program, transport], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if str(port).encode() in line:
                break
        yield f"http://127.0.0.1:{port}{path}"
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("transport", "path"), [("streamableHttp", "/mcp"), ("sse", "/sse")], ids=["now", "older"]
)
async def test_a_server_at_an_address_is_one_of_them_and_its_end_is_told(
    tmp_path: Path, transport: str, path: str
) -> None:
    with _everything_at_an_address(transport, path) as url:
        servers = f'[mcp_servers.far]\noffer = true\nurl = "{url}"\n'
        async with house_in(tmp_path, servers) as house, client_of(house) as client:
            assert "far__echo" in await names(client)
            calls = [client.call_tool("far__echo", {"message": str(n)}) for n in range(5)]
            said = [text_of(each) for each in await asyncio.gather(*calls)]
            assert said == [f"Echo: {n}" for n in range(5)]
            steps: list[float] = []

            async def heard(done: float, total: float | None, message: str | None) -> None:
                steps.append(done)

            (name,) = [each for each in await names(client) if "trigger_long" in each]
            asked = {"duration": 0.2, "steps": 2}
            assert not (await client.call_tool(name, asked, progress_callback=heard)).is_error
            assert steps
            found = (await client.list_resources()).resources
            assert any(each.uri.startswith("server://far/") for each in found)
            servers_now = house.container.tool_servers
            assert servers_now is not None
            await servers_now._servers["far"]._end()
            assert text_of(await client.call_tool("far__echo", {"message": "z"})) == "Echo: z"
            house.container.check_settings()
            file = house.container.places.config_file
            own = file.read_text().replace(url, f"{house.url}/mcp")
            file.write_text(own)
            house.container.check_settings()
            refused = await client.call_tool("far__echo", {"message": "round"})
            assert "is this gateway itself" in text_of(refused)
