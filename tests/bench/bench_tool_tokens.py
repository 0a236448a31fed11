"""What the MCP door's list of tools takes of a model's context, and how long it takes to tell.

    python -m tests.bench.bench_tool_tokens

In each profile, with none, 10, 100 and 1,000 tools behind the gateway (as large as those of real
servers), and with ten real servers. Bytes are of the JSON of `tools`, tokens of the same text by
the vocabulary o200k (npm's gpt-tokenizer): other models' counts differ by some ten per cent. The
tables are those of docs/tools.md.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import orjson

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.mcp_server import ToolPin
from llmgw_desktop.engine.mcp import listing
from llmgw_desktop.engine.mcp.offer import Visitor
from llmgw_desktop.engine.mcp.tool import Profile
from tests.engine.conftest import House, house_in
from tests.support import mcp_servers, npm_cli
from tests.support.mcp_servers import table

SIZES = (0, 10, 100, 1_000)
PROFILES = (Profile.FULL, Profile.REVIEW, Profile.CORE, Profile.SEARCH, Profile.CODE)
ROUNDS = 9
_COUNT = """
const {countTokens} = require(process.argv[1] + '/gpt-tokenizer');
process.stdout.write(String(countTokens(require('fs').readFileSync(0, 'utf8'))));
"""


def made(name: str) -> dict[str, object]:
    """As large as tools of real servers are."""
    fields = {
        each: {"type": "string", "description": f"The {each} that {name} works on."}
        for each in ("path", "query", "limit")
    }
    words = "Looks for what is asked in the places of this server and tells what was found there."
    schema = {"type": "object", "properties": fields, "required": ["path"]}
    return {"name": name, "description": words, "inputSchema": schema}


def behind(house: House, many: int) -> None:
    """Have one server offer so many tools."""
    servers = house.container.tool_servers
    assert servers is not None
    names = [f"tool_{number}" for number in range(many)]
    servers._pins = {"odd": {each: ToolPin(definition=made(each)) for each in names}}
    servers._changed()


def list_of(house: House, profile: Profile) -> bytes:
    offer = house.container.mcp_offer()
    shown = listing.tools_shown(offer, Visitor(principal=LOCAL, profile=profile))
    return orjson.dumps(shown, default=dict)


def ten_servers(folder: Path) -> str:
    """Of PyPI and npm, none of which asks anybody before it lists its tools."""
    subprocess.run(["git", "init", "-q", str(folder)], check=True)

    def npm(package: str, version: str, binary: str) -> list[str]:
        return [str(npm_cli.install(package, version, binary))]

    thinking = "@modelcontextprotocol/server-sequential-thinking"
    found = {
        "everything": mcp_servers.everything(),
        "memory": mcp_servers.memory(),
        "filesystem": mcp_servers.filesystem(folder),
        "thinking": npm(thinking, "2026.8.31", "mcp-server-sequential-thinking"),
        "playwright": npm("@playwright/mcp", "0.0.83", "playwright-mcp"),
        "devtools": npm("chrome-devtools-mcp", "1.11.0", "chrome-devtools-mcp"),
        "time": mcp_servers.time(),
        "git": mcp_servers.git(folder),
        "fetch": mcp_servers.fetch(),
        "context7": npm("@upstash/context7-mcp", "4.1.1", "context7-mcp"),
    }
    return "".join(table(name, command) for name, command in found.items())


def tokens(text: bytes, modules: Path) -> int:
    done = subprocess.run(
        ["node", "-e", _COUNT, str(modules)], input=text, capture_output=True, check=True
    )
    return int(done.stdout)


def row(words: str, lists: list[bytes], modules: Path) -> str:
    cells = (f"{tokens(each, modules):,} ({len(each):,} B)" for each in lists)
    return f"| {words} | {' | '.join(cells)} |"


async def told_ms(house: House) -> tuple[float, float]:
    """By the door, over HTTP: the first list after a change, and one that follows."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}
    head = {
        **house.headers(),
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/list",
        "Accept": "application/json, text/event-stream",
    }
    first, later = [], []
    for number in range(ROUNDS):
        behind(house, 1_000 + number % 2)
        for found in (first, later):
            began = time.perf_counter()
            async with house.session.post(f"{house.url}/mcp", json=ask, headers=head) as reply:
                tools = len(orjson.loads(await reply.read())["result"]["tools"])
            found.append((time.perf_counter() - began) * 1000)
            assert tools > 1_000
    return statistics.median(first), statistics.median(later)


async def measure(folder: Path, modules: Path) -> None:
    print(f"| tools behind the gateway | {' | '.join(f'`{each}`' for each in PROFILES)} |")
    print(f"|---|{'---:|' * len(PROFILES)}")
    odd = table("odd", mcp_servers.odd(str(folder / "notes")))
    async with house_in(folder / "made", odd) as house:
        for many in SIZES:
            behind(house, many)
            print(row(f"{many:,}", [list_of(house, each) for each in PROFILES], modules))
        first, later = await told_ms(house)
    print(f"\nlist of 1,000 in `full`: {first:.1f} ms after a change, {later:.1f} ms later\n")
    async with house_in(folder / "real", ten_servers(folder / "work")) as house:
        servers = house.container.tool_servers
        assert servers is not None
        async with asyncio.timeout(30):
            await servers.known()
            while len({each.server for each in servers.shown(LOCAL, Profile.FULL)}) < 10:
                await asyncio.sleep(1)
        many = len(servers.shown(LOCAL, Profile.FULL))
        lists = [list_of(house, each) for each in PROFILES]
        print(row(f"ten real servers, {many} tools", lists, modules))


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        npm_cli.run_npm(["install", "--prefix", home, "gpt-tokenizer@4.0.0"], folder)
        asyncio.run(measure(folder, folder / "node_modules"))


if __name__ == "__main__":
    main()
