"""Profile `search`: few tokens, whatever lies behind, and nothing that a list would not show."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.mcp_server import ToolPin
from llmgw_desktop.engine.mcp import listing
from llmgw_desktop.engine.mcp.offer import Visitor
from llmgw_desktop.engine.mcp.tool import Profile
from llmgw_desktop.engine.mcp.tools.search_tools import OWN_NAMES, SearchedTool, ranked
from tests.engine.conftest import House, house_in
from tests.support import mcp_servers
from tests.support.mcp_servers import client_of, odd, table, text_of

BYTES_A_TOKEN = 4
MOST_TOKENS = 1_500


async def test_tools_are_found_described_and_called(tmp_path: Path) -> None:
    servers = table("all", mcp_servers.everything()) + table("clock", mcp_servers.time())
    async with (
        house_in(tmp_path, servers) as house,
        client_of(house, query="?profile=search") as client,
    ):
        listed = (await client.list_tools()).tools
        assert {each.name for each in listed} == OWN_NAMES - {"run_code"}
        found = await client.call_tool("search_tools", {"query": "what time is it in a timezone"})
        assert text_of(found).startswith("clock__get_current_time")
        name = "clock__get_current_time"
        told = await client.call_tool("describe_tools", {"names": [name, "clock__get_curent_time"]})
        structured = told.structured_content
        assert structured is not None
        assert structured["tools"][0]["inputSchema"]["required"] == ["timezone"]
        assert structured["missing"] == {"clock__get_curent_time": name}
        asked = {"name": name, "arguments": {"timezone": "Etc/UTC"}}
        assert "Etc/UTC" in text_of(await client.call_tool("call_tool", asked))
        own = await client.call_tool("call_tool", {"name": "list_models"})
        assert not own.is_error
        again = await client.call_tool("call_tool", {"name": "call_tool", "arguments": {}})
        assert again.is_error
        assert "There is no tool" in text_of(await client.call_tool("call_tool", {"name": "x__y"}))


async def test_what_a_server_does_not_offer_in_this_profile_is_neither_found_nor_called(
    tmp_path: Path,
) -> None:
    servers = table("odd", odd(str(tmp_path / "notes")), 'profiles = ["full"]\n')
    async with (
        house_in(tmp_path / "home", servers) as house,
        client_of(house, query="?profile=search") as client,
    ):
        found = await client.call_tool("search_tools", {"query": "odd echo", "limit": 30})
        assert "odd__" not in text_of(found)
        assert (await client.call_tool("call_tool", {"name": "odd__echo"})).is_error


@pytest.mark.parametrize("many", [10, 100, 1000])
async def test_a_list_stays_small_however_many_tools_there_are(tmp_path: Path, many: int) -> None:
    async with house_in(tmp_path / "home", table("odd", odd(str(tmp_path / "notes")))) as house:
        size = _size_of_list(house, Profile.SEARCH, many)
        assert size / BYTES_A_TOKEN <= MOST_TOKENS
        assert _size_of_list(house, Profile.FULL, many) > many * 300


def _size_of_list(house: House, profile: Profile, many: int) -> int:
    servers = house.container.tool_servers
    assert servers is not None
    servers._pins = {"odd": {each: ToolPin(definition=_made(each)) for each in _names(many)}}
    servers._changed()
    offer = house.container.mcp_offer()
    shown = listing.tools_shown(offer, Visitor(principal=LOCAL, profile=profile))
    return len(orjson.dumps(shown, default=dict))


def _names(many: int) -> list[str]:
    return [f"tool_{number}" for number in range(many)]


def _made(name: str) -> dict[str, object]:
    """As large as tools of real servers are."""
    fields = {
        each: {"type": "string", "description": f"The {each} that {name} works on."}
        for each in ("path", "query", "limit")
    }
    words = "Looks for what is asked in the places of this server and tells what was found there."
    schema = {"type": "object", "properties": fields, "required": ["path"]}
    return {"name": name, "description": words, "inputSchema": schema}


def test_the_best_is_found_by_other_forms_of_its_words() -> None:
    def tool(name: str, description: str) -> SearchedTool:
        shown = {"description": description, "inputSchema": {"type": "object"}}
        return SearchedTool(name=name, shown=shown)

    tools = [
        tool("repo__list_branches", "Lists the branches of a repository."),
        tool("tracker__create_issue", "Opens an issue."),
        tool("tracker__close_issue", "Closes an issue that is open."),
        tool("files__readFile", "Text of a file."),
    ]
    assert ranked("creating issues", tools, 1)[0].name == "tracker__create_issue"
    assert ranked("branch", tools, 5)[0].name == "repo__list_branches"
    assert ranked("read file", tools, 5)[0].name == "files__readFile"
    assert ranked("weather", tools, 5) == []
    assert ranked("x", [], 5) == []
