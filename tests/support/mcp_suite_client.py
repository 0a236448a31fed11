"""What the conformance suite for clients starts: a whole gateway with the suite's server behind it,
a browser that agrees to everything, and one client that lists and calls its tools.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

import aiohttp

from llmgw_desktop.domain.access.principal import Principal, PrincipalKind, Scope
from llmgw_desktop.engine.mcp.behind.peer import ServerFailed
from llmgw_desktop.engine.mcp.behind.tool_servers import ToolServers
from llmgw_desktop.engine.mcp.tool import McpToolCall, Profile
from llmgw_desktop.engine.questions.waiting.item import AnswerPlace, GivenAnswer
from tests.engine.conftest import House, house_in

_DOCUMENT = "https://conformance-test.local/client-metadata.json"
_TRIES = 3


async def main(url: str) -> None:
    scenario = os.environ.get("MCP_CONFORMANCE_SCENARIO", "")
    context = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")
    table = f'[mcp_servers.suite]\nurl = {json.dumps(url)}\noffer = true\nask = "nothing"\n'
    if "cimd" in scenario:
        table += f'oauth_client_id = "{_DOCUMENT}"\n'
    if client_id := context.get("client_id"):
        table += f"oauth_client_id = {json.dumps(client_id)}\n"
    if context.get("client_secret"):
        table += 'oauth_client_secret = "suite/default"\n'
    with tempfile.TemporaryDirectory() as folder:
        env = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        os.environ.update(env)
        async with house_in(Path(folder), table) as house:
            if secret := context.get("client_secret"):
                await house.container.credentials.store_key("suite", "default", secret)
            person = asyncio.create_task(_agree(house))
            await _use(house)
            person.cancel()


async def _agree(house: House) -> None:
    """A person who answers each question with what its form has already."""
    questions = house.container.question_list
    while True:
        for each in questions.waiting:
            given = GivenAnswer(choice="once", place=AnswerPlace.COMMAND, at_s=0.0)
            await questions.answer([each.id], given)
        await questions.news(questions.number)


async def _use(house: House) -> None:
    servers = house.container.tool_servers
    assert servers is not None
    principal = Principal(
        kind=PrincipalKind.LOCAL, client_id="suite", name="suite", scopes=frozenset(Scope)
    )
    for _ in range(_TRIES):
        try:
            await servers.known()
            if "suite" not in (servers._pins or {}):
                await servers.look("suite")
            for tool in servers.shown(principal, Profile.FULL):
                needed = tool.definition["inputSchema"].get("properties", {})
                given = {name: _some(schema) for name, schema in needed.items()}
                call = McpToolCall(principal=principal, arguments=given)
                await servers.call(tool, call)
        except ServerFailed as error:
            print(f"told: {error}", file=sys.stderr)
            if (await servers.sign_in_states())["suite"] != "wanted":
                raise
            await _sign_in(house, servers)
        else:
            return


async def _sign_in(house: House, servers: ToolServers) -> None:
    server, sign_ins = servers.server("suite"), servers.sign_ins
    assert server is not None
    assert sign_ins is not None
    url = await sign_ins.begin(server)
    waits = asyncio.create_task(sign_ins.outcome("suite"))
    await asyncio.sleep(0)
    async with aiohttp.ClientSession() as browser, browser.get(url) as page:
        print(f"browser: {page.status} {page.url.path}", file=sys.stderr)
    await waits


def _some(schema: dict[str, object]) -> object:
    return {"number": 2, "integer": 2, "boolean": True}.get(str(schema.get("type")), "words")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[-1]))
