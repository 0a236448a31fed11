"""What a server wants its caller's person to do in a browser (`elicitation` by `url`), and clients
of the era in which nothing is asked back: a real server of the SDK behind us, its client before."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mcp.types as t
import pytest
from mcp import MCPError

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.engine.front import mcp_short_way
from tests.engine.conftest import House, house_in
from tests.engine.mcp.behind.test_both_ways import Person, answer, tool, until
from tests.support import mcp_servers
from tests.support.mcp_scene import BOTH, MODERN, modern_meta
from tests.support.mcp_servers import client_of, facts, odd, table, text_of

pytestmark = [
    pytest.mark.timeout(600),  # the first one that needs a server installs it
    pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning"),
]
SERVER = '''
from mcp import UrlElicitationRequiredError
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.types import ElicitRequestURLParams

mcp = MCPServer("visits", log_level="WARNING")
HERE = "https://visits.example/"
visited = []


@mcp.tool()
async def visit(ctx: Context) -> str:
    """Asks its caller's person to go somewhere."""
    told = await ctx.elicit_url("Sign in there.", HERE + "in", "visit-1")
    await ctx.session.send_elicit_complete("visit-1")
    return told.action


@mcp.tool()
async def first(ctx: Context) -> str:
    """Does nothing before its caller's person was somewhere."""
    if not visited:
        visited.append(1)
        params = ElicitRequestURLParams(
            message="Pay there.", url=HERE + "pay", elicitation_id="visit-2"
        )
        raise UrlElicitationRequiredError([params])
    await ctx.session.send_elicit_complete("visit-2")
    return "done"


mcp.run(transport="stdio")
'''


def visits(folder: Path, more: str = "") -> str:
    script = folder / "visits.py"
    script.write_text(SERVER)
    return table("visits", [sys.executable, str(script)], more)


class Visitor(Person):
    """Whose program hears that a visit is done."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []

    async def message(self, message: Any) -> None:
        if isinstance(message, t.ElicitCompleteNotification):
            self.done.append(message.params.elicitation_id)


async def test_a_client_is_led_to_an_address_and_hears_that_it_is_done(tmp_path: Path) -> None:
    person = Visitor()
    async with (
        house_in(tmp_path / "home", visits(tmp_path)) as house,
        client_of(house, **person.callbacks()) as client,
    ):
        said = await client.call_tool("visits__visit", {})
        assert text_of(said) == "accept", said
        (asked,) = person.asked
        assert (asked.mode, asked.url) == ("url", "https://visits.example/in")
        assert (asked.message, asked.elicitation_id) == ("Sign in there.", "visit-1")
        await until(lambda: person.done == ["visit-1"])


async def test_a_client_that_knows_it_is_told_by_an_error_what_comes_first(tmp_path: Path) -> None:
    person = Visitor()
    async with (
        house_in(tmp_path / "home", visits(tmp_path)) as house,
        client_of(house, **person.callbacks()) as client,
    ):
        with pytest.raises(MCPError) as refused:
            await client.call_tool("visits__first", {})
        assert refused.value.error.code == t.URL_ELICITATION_REQUIRED
        (told,) = refused.value.error.data["elicitations"]
        assert (told["url"], told["elicitationId"]) == ("https://visits.example/pay", "visit-2")
        assert not person.asked
        assert text_of(await client.call_tool("visits__first", {})) == "done"
        await until(lambda: person.done == ["visit-2"])


async def test_a_person_is_led_there_from_the_screen_and_the_call_is_made_once_more(
    tmp_path: Path,
) -> None:
    async with (
        house_in(tmp_path / "home", visits(tmp_path)) as house,
        client_of(house) as client,
    ):
        for name, where, came in (("visit", "in", "accept"), ("first", "pay", "done")):
            call = asyncio.create_task(client.call_tool(f"visits__{name}", {}))
            item = await waits(house)
            assert "open this address in your browser" in item.words
            assert f"https://visits.example/{where}" in str(item.details)
            assert [each.words for each in item.choices] == ["It is done", "Decline"]
            await answer(house, item.id, "once")
            assert text_of(await call) == came


async def test_who_declines_has_the_call_refused_with_the_address(tmp_path: Path) -> None:
    async with (
        house_in(tmp_path / "home", visits(tmp_path)) as house,
        client_of(house) as client,
    ):
        call = asyncio.create_task(client.call_tool("visits__first", {}))
        await answer(house, (await waits(house)).id, "deny")
        refused = text_of(await call)
        assert "It wants its person at https://visits.example/pay first." in refused
        assert "declined" in refused


async def waits(house: House) -> Any:
    questions = house.container.question_list
    await until(lambda: questions.waiting)
    return questions.waiting[0]


# the era without sessions


@pytest.mark.parametrize("query", ["", "?profile=search"])
async def test_a_client_without_sessions_is_asked_by_its_calls_answer(
    tmp_path: Path, query: str
) -> None:
    person = Person()
    servers = table("all", mcp_servers.everything()) + visits(tmp_path)
    async with (
        house_in(tmp_path / "home", servers) as house,
        client_of(house, mode="auto", query=query, **person.callbacks()) as client,
    ):

        async def call(name: str, given: dict[str, Any]) -> str:
            if query:
                name, given = "call_tool", {"name": name, "arguments": given}
            return text_of(await client.call_tool(name, given))

        asked = {"prompt": "Say it.", "maxTokens": 20}
        async with client_of(house) as looks:
            samples = await tool(looks, "trigger_sampling_request")
            elicits = await tool(looks, "trigger_elicitation_request")
        assert "green words" in await call(samples, asked)
        assert "green" in await call(elicits, {})
        assert await call("visits__visit", {}) == "accept"
        assert await call("visits__first", {}) == "done", "both were asked before it was called"
        assert len(person.asked) == 4
        assert not house.container.question_list.waiting
        assert facts(house)["all"].starts == 1


class Alone:
    """Speaks as a client of that era does, by hand."""

    def __init__(self, house: House, key: str = "") -> None:
        self._house = house
        self._key = key

    async def call(self, name: str, **more: Any) -> dict[str, Any]:
        can = {"io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}}}
        params = {"name": name, "arguments": {}, "_meta": {**modern_meta(), **can}, **more}
        own = {"Authorization": f"Bearer {self._key}"} if self._key else self._house.headers()
        head = {
            **own,
            "accept": BOTH,
            "MCP-Protocol-Version": MODERN,
            "Mcp-Method": "tools/call",
            "Mcp-Name": name,
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        async with self._house.session.post(
            f"{self._house.url}/mcp", json=body, headers=head
        ) as reply:
            found: dict[str, Any] = await reply.json(content_type=None)
            return found


async def test_a_call_that_was_asked_something_goes_on_for_its_own_client_alone(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path, table("all", mcp_servers.everything())) as house:
        clients, clock = house.container.access.clients, house.container.clock
        assert clients is not None
        key = ClientKeys(clients, clock, TimedIds(clock)).add("other", (Scope.MCP,))
        mine, other = Alone(house), Alone(house, key)
        async with client_of(house) as looks:
            name = await tool(looks, "trigger_elicitation_request")
        first = (await mine.call(name))["result"]
        assert first["resultType"] == "input_required"
        ((number, asked),) = first["inputRequests"].items()
        assert asked["method"] == "elicitation/create"
        assert "name" in asked["params"]["requestedSchema"]["properties"]
        words = {"action": "accept", "content": {"name": "Ada"}}
        said: Mapping[str, Any] = {number: words}
        again = {"requestState": first["requestState"], "inputResponses": said}
        for stranger, what in ((other, name), (mine, "all__echo")):
            refused = await stranger.call(what, **again)
            assert "make it anew" in refused["error"]["message"]
        empty = await mine.call(name, requestState=first["requestState"], inputResponses={})
        assert empty["result"]["inputRequests"] == first["inputRequests"], "it is told once more"
        again["requestState"] = empty["result"]["requestState"]
        done = await mine.call(name, **again)
        assert "Ada" in str(done["result"]["content"])
        assert "error" in await mine.call(name, **again), "it is over"


async def test_a_call_that_nobody_goes_on_with_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house_in(tmp_path, table("all", mcp_servers.everything())) as house:
        async with client_of(house) as looks:
            name = await tool(looks, "trigger_elicitation_request")
        mine = Alone(house)
        assert (await mine.call(name))["result"]["requestState"], "it waits until the house closes"
        monkeypatch.setattr(mcp_short_way, "QUESTION_S", 0.0)
        first = (await mine.call(name))["result"]
        late = await mine.call(name, requestState=first["requestState"], inputResponses={})
        assert "make it anew" in late["error"]["message"]


async def test_a_server_that_asks_without_end_ends_its_call_here_too(tmp_path: Path) -> None:
    person = Person()
    async with (
        house_in(tmp_path / "home", table("odd", odd(str(tmp_path / "notes")))) as house,
        client_of(house, mode="auto", **person.callbacks()) as client,
    ):
        said = await client.call_tool("odd__sampling", {})
        assert "asked its caller more than 30 things in one call" in text_of(said)
