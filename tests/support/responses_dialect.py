"""OpenAI Responses as the vendor puts it on the wire: whole, and as an error.

Makes bytes; sends nothing. The stream is made in responses_stream of the same items.
"""

from __future__ import annotations

import json
from typing import Any

from tests.support import script
from tests.support.answers import Answer
from tests.support.script import Call, Said
from tests.support.seals import seal

VENDOR = "openai"
CREATED = 1_790_000_000
Json = dict[str, Any]
ENCRYPTED = "reasoning.encrypted_content"


def whole(body: Json, answer: Answer, number: int) -> bytes:
    return dump(response(body, answer, number))


def token_count(body: bytes) -> bytes:
    return dump({"object": "response.input_tokens", "input_tokens": len(body) // 4})


def response(body: Json, answer: Answer, number: int) -> Json:
    """The answer at its end."""
    cut_short = answer.ending == "length"
    return opening(body, number) | {
        "status": "incomplete" if cut_short else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut_short else None,
        "output": items(body, answer, number),
        "usage": _usage(answer),
    }


def opening(body: Json, number: int) -> Json:
    """The answer before anything is said, with what the vendor repeats of the request."""
    reasoning = body.get("reasoning") or {}
    return {
        "id": f"resp_stub{number:06d}",
        "object": "response",
        "created_at": CREATED,
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "model": body["model"],
        "output": [],
        "parallel_tool_calls": body.get("parallel_tool_calls", True),
        "previous_response_id": None,
        "reasoning": {"effort": reasoning.get("effort"), "summary": reasoning.get("summary")},
        "service_tier": "default",
        "store": body.get("store", True),
        "temperature": body.get("temperature", 1.0),
        "text": body.get("text", {"format": {"type": "text"}}),
        "tool_choice": body.get("tool_choice", "auto"),
        "tools": body.get("tools", []),
        "top_p": body.get("top_p", 1.0),
        "truncation": "disabled",
        "usage": None,
        "metadata": body.get("metadata") or {},
    }


def items(body: Json, answer: Answer, number: int) -> list[Json]:
    told = _said(body, answer, number)
    found: list[Json] = []
    if told.thinking is not None:
        found.append(_reasoning(body, told.thinking, number))
    if told.text:
        found.append(_message(told, number))
    return found + [_call(call, _custom_names(body)) for call in told.calls]


def _reasoning(body: Json, thinking: str, number: int) -> Json:
    item_id = f"rs_stub{number:06d}"
    shown = bool((body.get("reasoning") or {}).get("summary"))
    item: Json = {
        "id": item_id,
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": thinking}] if shown else [],
    }
    if ENCRYPTED in (body.get("include") or ()):
        item["encrypted_content"] = seal(VENDOR, item_id)
    return item


def _message(told: Said, number: int) -> Json:
    part: Json = {"type": "output_text", "text": told.text, "annotations": [], "logprobs": []}
    if told.refusal is not None:
        part = {"type": "refusal", "refusal": told.refusal}
    return {
        "id": f"msg_stub{number:06d}",
        "type": "message",
        "status": "incomplete" if told.ending == "length" else "completed",
        "role": "assistant",
        "content": [part],
    }


def _call(call: Call, custom: set[str]) -> Json:
    head = {"status": "completed", "call_id": f"call_{call.id}", "name": call.name}
    if call.name in custom:
        text = str(call.arguments.get("input", "some text"))
        return {"id": f"ctc_{call.id}", "type": "custom_tool_call", "input": text} | head
    space, _, name = call.name.rpartition("/")
    if space:
        head |= {"name": name, "namespace": space}
    return {"id": f"fc_{call.id}", "type": "function_call", "arguments": call.text} | head


def _said(body: Json, answer: Answer, number: int) -> Said:
    tools = [tool for tool in body.get("tools", []) if tool["type"] in ("function", "custom")]
    offered = {tool["name"]: tool.get("parameters") or {} for tool in tools}
    for space in body.get("tools", []):
        if answer.steps and space["type"] == "namespace":
            offered |= {f"{space['name']}/{each['name']}": {} for each in space["tools"]}
    return script.said(answer, offered, _told(body), thinks(body), number)


def thinks(body: Json) -> bool:
    """The newer models do not unless they are told to."""
    effort = (body.get("reasoning") or {}).get("effort", "none")
    return is_reasoning_model(body["model"]) and effort != "none"


def is_reasoning_model(model: str) -> bool:
    return model.startswith(("o1", "o3", "o4", "gpt-5"))


def _custom_names(body: Json) -> set[str]:
    return {tool["name"] for tool in body.get("tools", []) if tool["type"] == "custom"}


def _told(body: Json) -> list[str] | None:
    """The texts of the newest tool results in the conversation."""
    given = body.get("input")
    told: list[str] = []
    for item in reversed(given if isinstance(given, list) else []):
        if str(item.get("type", "")).endswith("_call_output"):
            told.insert(0, _plain(item["output"]))
        elif told:
            break
    return told or None


def _plain(output: object) -> str:
    if isinstance(output, list):
        return "".join(part.get("text", "") for part in output)
    return str(output)


def _usage(answer: Answer) -> Json:
    spent = answer.spent
    return {
        "input_tokens": spent.prompt_tokens,
        "input_tokens_details": {
            "cached_tokens": spent.cache_read,
            "cache_write_tokens": spent.cache_write,
        },
        "output_tokens": spent.output_tokens,
        "output_tokens_details": {"reasoning_tokens": spent.reasoning_tokens},
        "total_tokens": spent.prompt_tokens + spent.output_tokens,
    }


def dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
