"""A model on loopback that does what its prompt says: `CALL:[{"name": …, "args": {…}}]:END` has it
call those tools, and after them it repeats what they said."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.support.mcp_gate import gate_app

_CALL = re.compile(r"CALL:(\[.*?\]):END", re.DOTALL)


def calling(*calls: tuple[str, dict[str, Any]]) -> str:
    told = [{"name": name, "args": args} for name, args in calls]
    return f"please CALL:{json.dumps(told)}:END"


class ScriptedModel:
    """`requests`: what it was sent."""

    def __init__(self) -> None:
        self.url = self.gate_url = ""
        self.requests: list[dict[str, Any]] = []

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        answer_id = f"resp_{len(self.requests)}"
        output = _output(body.get("input", []), len(self.requests))
        usage = {
            "input_tokens": 100,
            "input_tokens_details": {"cached_tokens": 40},
            "output_tokens": 10,
            "output_tokens_details": {"reasoning_tokens": 3},
            "total_tokens": 110,
        }
        events: list[dict[str, Any]] = [
            {"type": "response.created", "response": {"id": answer_id}},
            *({"type": "response.output_item.done", "item": item} for item in output),
            {
                "type": "response.completed",
                "response": {"id": answer_id, "output": output, "usage": usage},
            },
        ]
        for event in events:
            line = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
            await response.write(line.encode())
        return response


def _output(given: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """Tools where the last thing said asks for them, else words."""
    last = given[-1] if given else {}
    said = json.dumps(last.get("content", ""))
    if last.get("role") == "user":
        text = "".join(part.get("text", "") for part in last.get("content", []))
        if found := _CALL.search(text):
            return [
                {
                    "type": "function_call",
                    "id": f"fc_{number}_{at}",
                    "call_id": f"call_{number}_{at}",
                    **_named(call["name"]),
                    "arguments": json.dumps(call["args"]),
                }
                for at, call in enumerate(json.loads(found.group(1)))
            ]
        said = f"HEARD:{text}"
    outputs = [
        json.dumps(each.get("output")) for each in given if each.get("type", "").endswith("_output")
    ]
    words = f"TOOLSAID:{' '.join(outputs)} {said}" if outputs else said
    content = [{"type": "output_text", "text": words}]
    return [{"type": "message", "id": f"msg_{number}", "role": "assistant", "content": content}]


def _named(name: str) -> dict[str, str]:
    """`space/name` is in a namespace."""
    space, _, own = name.rpartition("/")
    return {"name": own, "namespace": space} if space else {"name": own}


@asynccontextmanager
async def scripted_model(noted: Path) -> AsyncIterator[ScriptedModel]:
    """Beside it stands an MCP server whose tool appends to the file `noted`."""
    model = ScriptedModel()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/v1/responses", model._answer)
    app.add_subapp("/gate", gate_app(noted))
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    model.url, model.gate_url = f"http://{host}:{port}/v1", f"http://{host}:{port}/gate/mcp"
    try:
        yield model
    finally:
        await runner.cleanup()
