"""What Anthropic refuses in a request for Messages, in its own words as far as they are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from tests.support import pictures, seals, shapes
from tests.support.anthropic_dialect import VENDOR

Json = dict[str, Any]
_ID = re.compile(r"[a-zA-Z0-9_-]+")
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_SAMPLING = frozenset({"temperature", "top_p", "top_k"})
"""No longer declared by the SDK; the models of the stand-ins are old enough to take them."""
_MOST_CACHE_MARKS = 4
_LEAST_BUDGET = 1024


def fault_in(body: Json, *, counts: bool) -> str | None:
    declared = {name: value for name, value in body.items() if name not in _SAMPLING}
    fault = shapes.anthropic_count_fault(body) if counts else shapes.anthropic_fault(declared)
    if fault is not None:
        return fault
    turns = _turns(body["messages"])
    rules: list[Callable[[], str | None]] = [
        lambda: _sampling_fault(body),
        lambda: _tools_fault(body),
        lambda: _order_fault(turns),
        lambda: _texts_fault(body, turns),
        lambda: _calls_fault(turns),
        lambda: _thinking_fault(body, turns),
        lambda: _files_fault(turns),
    ]
    return next((fault for rule in rules if (fault := rule())), None)


def _turns(messages: list[Json]) -> list[tuple[str, list[Json]]]:
    """Neighbours of one role are one turn; a string is one block of text."""
    turns = []
    for role, group in groupby(messages, key=lambda message: message["role"]):
        blocks: list[Json] = []
        for message in group:
            content = message["content"]
            whole = [{"type": "text", "text": content}] if isinstance(content, str) else content
            blocks += whole
        turns.append((str(role), blocks))
    return turns


def _sampling_fault(body: Json) -> str | None:
    thinking = body.get("thinking") or {}
    budget = thinking.get("budget_tokens")
    if thinking.get("type") == "enabled":
        if budget < _LEAST_BUDGET:
            return "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"
        if "max_tokens" in body and budget >= body["max_tokens"]:
            return "`max_tokens` must be greater than `thinking.budget_tokens`"
    if thinking.get("type") in ("enabled", "adaptive"):
        if body.get("temperature", 1) != 1:
            return "`temperature` may only be set to 1 when thinking is enabled"
        if (body.get("tool_choice") or {}).get("type") in ("any", "tool"):
            return "Thinking may not be enabled when tool_choice forces tool use."
    if body.get("max_tokens", 1) < 1:
        return "max_tokens: must be greater than or equal to 1"
    if any(not stop.strip() for stop in body.get("stop_sequences") or ()):
        return "stop_sequences: each stop sequence must contain non-whitespace"
    return None


def _tools_fault(body: Json) -> str | None:
    tools = body.get("tools") or []
    names = [tool["name"] for tool in tools if "name" in tool]
    if len(set(names)) < len(names):
        return "tools: Tool names must be unique."
    for name in names:
        if not _TOOL_NAME.fullmatch(name):
            return f"tools.custom.name: String should match pattern, got {name!r}"
    for tool in tools:
        schema = tool.get("input_schema", {"type": "object"})
        if schema.get("type") != "object":
            return "tools.custom.input_schema.type: Field required"
        if {"oneOf", "anyOf", "allOf"} & set(schema):
            return "input_schema does not support oneOf, allOf, or anyOf at the top level"
    choice = body.get("tool_choice")
    if choice and choice["type"] != "none" and not tools:
        return "tool_choice may only be specified while providing tools"
    if choice and choice["type"] == "tool" and choice["name"] not in names:
        return f"Tool '{choice['name']}' not found in provided tools"
    return None


def _order_fault(turns: list[tuple[str, list[Json]]]) -> str | None:
    if not turns:
        return "messages: at least one message is required"
    if turns[0][0] != "user":
        return "messages: first message must use the user role"
    for role, blocks in turns[:-1] if turns[-1][0] == "assistant" else turns:
        if not blocks:
            return f"messages: all messages must have non-empty content ({role})"
    return None


def _texts_fault(body: Json, turns: list[tuple[str, list[Json]]]) -> str | None:
    system = body.get("system") or []
    blocks = [*(system if isinstance(system, list) else []), *_all(turns)]
    for block in blocks:
        if block["type"] != "text":
            continue
        if not block["text"]:
            return "messages: text content blocks must be non-empty"
        if not block["text"].strip():
            return "messages: text content blocks must contain non-whitespace text"
    role, last = turns[-1]
    if role == "assistant" and last and last[-1].get("text", "x")[-1:].isspace():
        return "messages: final assistant content cannot end with trailing whitespace"
    marked = [*blocks, *(body.get("tools") or [])]
    if sum(bool(block.get("cache_control")) for block in marked) > _MOST_CACHE_MARKS:
        return "A maximum of 4 blocks with cache_control may be provided."
    return None


def _calls_fault(turns: list[tuple[str, list[Json]]]) -> str | None:
    """Each call is answered at the beginning of the next turn, and nothing else is answered."""
    seen: set[str] = set()
    asked: list[str] = []
    for role, blocks in [*turns, ("user", [])]:
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        first = [block["type"] == "tool_result" for block in blocks[: len(results)]]
        if set(results) - set(asked):
            return "unexpected `tool_use_id` found in `tool_result` blocks: " + str(results)
        if len(set(results)) < len(results):
            return "each tool_use must have a single result"
        if set(asked) - set(results) or not all(first):
            return f"`tool_use` ids were found without `tool_result` blocks: {asked}"
        asked = [block["id"] for block in blocks if block["type"] == "tool_use"]
        if set(asked) & seen or len(set(asked)) < len(asked):
            return "messages: `tool_use` ids must be unique"
        if any(not _ID.fullmatch(call_id) for call_id in asked):
            return f"tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$': {asked}"
        if asked and role != "assistant":
            return "`tool_use` blocks can only be in assistant messages"
        seen |= set(asked)
    return None


def _thinking_fault(body: Json, turns: list[tuple[str, list[Json]]]) -> str | None:
    for block in _all(turns):
        if block["type"] == "thinking" and not seals.fits(
            block["signature"], VENDOR, block["thinking"]
        ):
            return "messages: Invalid `signature` in `thinking` block"
        if block["type"] == "redacted_thinking" and seals.maker_of(block["data"]) != VENDOR:
            return "messages: Invalid `data` in `redacted_thinking` block"
    if (body.get("thinking") or {}).get("type") != "enabled":
        return None
    spoken = [blocks for role, blocks in turns if role == "assistant"]
    is_loop = any(block["type"] == "tool_result" for block in turns[-1][1])
    if is_loop and not spoken[-1][0]["type"].endswith("thinking"):
        return (
            "Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is "
            "enabled, a final `assistant` message must start with a thinking block"
        )
    return None


def _files_fault(turns: list[tuple[str, list[Json]]]) -> str | None:
    for block in _all(turns):
        source = block.get("source") or {}
        if source.get("type") != "base64":
            continue
        allowed = "image/" if block["type"] == "image" else "application/pdf"
        if fault := pictures.fault_in(source["media_type"], source["data"], allowed):
            return f"{block['type']}.source: {fault}"
    return None


def _all(turns: list[tuple[str, list[Json]]]) -> Iterator[Json]:
    """Every block, those inside of results too."""
    for _, blocks in turns:
        for block in blocks:
            yield block
            inner = block.get("content")
            if block["type"] == "tool_result" and isinstance(inner, list):
                yield from inner
