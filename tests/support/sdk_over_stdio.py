"""The official MCP client over stdio, in a process of its own: `HOME MODE` → a line of JSON.

In pytest's process Qt looks into each module that is imported, which pydantic does not survive.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from tests.support.stdio_client import environment


async def main(home: Path, mode: Any, tool: str) -> dict[str, Any]:
    progress: list[float] = []

    async def on_progress(done: float, _total: float | None, _message: str | None) -> None:
        progress.append(done)

    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "llmgw_desktop", "mcp", "--linger", "1"],
        env=environment(home),
    )
    async with Client(parameters, mode=mode) as client:
        tools = (await client.list_tools()).tools
        await client.list_prompts()
        await client.list_resources()
        if tool == "slow":
            try:
                async with asyncio.timeout(2):
                    await client.call_tool(tool, {}, progress_callback=on_progress)
            except TimeoutError:
                tool = "echo"
        called = await client.call_tool(tool, {})
        return {
            "name": client.server_info.name,
            "version": client.protocol_version,
            "tools": [each.name for each in tools],
            "progress": progress,
            "is_error": called.is_error,
        }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))))
