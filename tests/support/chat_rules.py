"""What OpenAI refuses in a request for Chat Completions, and what servers that speak it too do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.support import pictures, shapes
from tests.support.responses_dialect import is_reasoning_model

Json = dict[str, Any]
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_LONGEST_CALL_ID = 40
_MODEL_EXTRAS = frozenset({"annotations"})
"""Not declared, and taken all the same: clients send back messages as they got them."""
_COMPATIBLE_EXTRAS = frozenset({"reasoning_content", "reasoning", "reasoning_details"})


def fault_in(body: Json, *, is_vendor: bool) -> str | None:
    extras = _MODEL_EXTRAS if is_vendor else _MODEL_EXTRAS | _COMPATIBLE_EXTRAS
    fault = shapes.chat_fault(_without(body, extras))
    if fault is not None:
        return fault
    rules: list[Callable[[], str | None]] = [
        lambda: _options_fault(body),
        lambda: _model_fault(body) if is_vendor else _stranger_fault(body),
        lambda: tools_fault(body, [tool.get("function", {}) for tool in body.get("tools", [])]),
        lambda: _order_fault(body["messages"]),
        lambda: _content_fault(body["messages"]),
        lambda: _files_fault(body["messages"]),
    ]
    return next((fault for rule in rules if (fault := rule())), None)


def _without(body: Json, extras: frozenset[str]) -> Json:
    messages = [
        {key: value for key, value in message.items() if key not in extras}
        for message in body["messages"]
    ]
    return body | {"messages": messages}


def _options_fault(body: Json) -> str | None:
    if "stream_options" in body and not body.get("stream"):
        return "The 'stream_options' parameter is only allowed when 'stream' is enabled."
    stops = body.get("stop")
    if isinstance(stops, list) and not 1 <= len(stops) <= 4:
        return "Invalid 'stop': expected an array with 1 to 4 items."
    return None


def _model_fault(body: Json) -> str | None:
    if not is_reasoning_model(body["model"]):
        if body.get("reasoning_effort"):
            return "Unrecognized request argument supplied: reasoning_effort"
        return None
    if "max_tokens" in body:
        return (
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead."
        )
    if body.get("temperature", 1) != 1:
        return "Unsupported value: 'temperature' does not support this value with this model."
    return None


def _stranger_fault(body: Json) -> str | None:
    """A chat template of an open model knows the four old roles alone."""
    for at, message in enumerate(body["messages"]):
        if message["role"] not in ("system", "user", "assistant", "tool"):
            return f"messages[{at}].role: unexpected role '{message['role']}'"
    return None


def tools_fault(body: Json, functions: list[Json]) -> str | None:
    """Of functions as both of OpenAI's protocols declare them."""
    tools = body.get("tools")
    if not tools:
        for member in ("tool_choice", "parallel_tool_calls"):
            if member in body:
                return f"'{member}' is only allowed when 'tools' are specified."
        return "Invalid 'tools': [] is too short." if tools == [] else None
    for function in functions:
        if "name" not in function:
            continue
        if not _NAME.fullmatch(function["name"]):
            return f"Invalid 'tools[].function.name': {function['name']!r} does not match."
        schema = function.get("parameters")
        if schema and schema.get("type") != "object":
            return f"Invalid schema for function '{function['name']}': not of type \"object\"."
        if schema and "properties" not in schema:
            return f"Invalid schema for function '{function['name']}': it misses properties."
        if function.get("strict") and (schema or {}).get("additionalProperties") is not False:
            return f"Invalid schema for function '{function['name']}': additionalProperties."
    return None


def _order_fault(messages: list[Json]) -> str | None:
    """The answers to calls come at once, all of them, and nothing between."""
    waiting: list[str] = []
    for at, message in enumerate(messages):
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                return (
                    f"Invalid parameter: messages[{at}] with role 'tool' must be a response to a "
                    "preceding message with 'tool_calls'."
                )
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            break
        calls = message.get("tool_calls")
        if calls == []:
            return f"Invalid 'messages[{at}].tool_calls': [] is too short."
        waiting = [call["id"] for call in calls or ()]
        for call_id in waiting:
            if len(call_id) > _LONGEST_CALL_ID:
                return f"Invalid 'messages[{at}].tool_calls[0].id': longer than 40 characters."
    if waiting:
        return (
            "An assistant message with 'tool_calls' must be followed by tool messages responding "
            f"to each 'tool_call_id'. These did not have response messages: {waiting}"
        )
    return None


def _content_fault(messages: list[Json]) -> str | None:
    if not messages:
        return "Invalid 'messages': [] is too short."
    for at, message in enumerate(messages):
        content = message.get("content")
        if content is None and not (message.get("tool_calls") or message.get("refusal")):
            return f"Invalid value for 'messages[{at}].content': expected a string, got null."
        if content == []:
            return f"Invalid 'messages[{at}].content': [] is too short."
    return None


def _files_fault(messages: list[Json]) -> str | None:
    for part in _parts(messages):
        url = (part.get("image_url") or {}).get("url", "")
        if url.startswith("data:") and (fault := pictures.fault_in_data_url(url)):
            return f"Invalid 'image_url': {fault}"
        if part["type"] == "image_url" and not url.startswith(("http://", "https://", "data:")):
            return f"Invalid 'image_url': {url[:40]!r} is no URL"
        data = (part.get("file") or {}).get("file_data")
        if data is not None and (fault := pictures.fault_in_data_url(data, "application/pdf")):
            return f"Invalid 'file_data': {fault}"
        if data is not None and "filename" not in part["file"]:
            return "Missing required parameter: 'filename'."
    return None


def _parts(messages: list[Json]) -> Iterator[Json]:
    for message in messages:
        content = message.get("content")
        yield from content if isinstance(content, list) else ()
