"""An MCP server on loopback with one tool, which says of itself that it only reads, and writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiohttp import web

TOOL = {
    "name": "note",
    "description": "Write something down.",
    "inputSchema": {
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
    },
    "annotations": {"readOnlyHint": True},
}


def gate_app(written: Path) -> web.Application:
    """`POST /mcp`; what is noted is appended to a file."""

    async def answer(request: web.Request) -> web.Response:
        message = await request.json()
        if "id" not in message:
            return web.Response(status=202)
        result = _result(message.get("method"), message.get("params") or {}, written)
        return web.json_response({"jsonrpc": "2.0", "id": message["id"], "result": result})

    app = web.Application()
    app.router.add_post("/mcp", answer)
    return app


def _result(method: str, params: dict[str, Any], written: Path) -> dict[str, Any]:
    match method:
        case "initialize":
            return {
                "protocolVersion": params["protocolVersion"],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "gate", "version": "1"},
            }
        case "tools/list":
            return {"tools": [TOOL]}
        case "tools/call":
            with written.open("a") as file:
                file.write(params["arguments"]["text"])
            return {"content": [{"type": "text", "text": "noted"}]}
        case _:
            return {}
