"""The practice provider in Anthropic Messages, written as the vendor writes it.

Makes bytes; what is said comes from practice_scripts.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.upstream.practice_scripts import (
    OfferedTool,
    Script,
    ScriptTurn,
    Stamp,
    last_user_text,
    messages_of,
    texts_in,
)
from llmgw_desktop.wire import anthropic
from llmgw_desktop.wire.tokens import estimate_tokens

REQUEST_ID_HEADER = "request-id"
SIGNATURE = "practice-signature-of-no-vendor"
"""No vendor takes thinking with it for its own."""

_ERROR_TYPES = {
    401: "authentication_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


def complaint(fields: Mapping[str, Any], operation: Operation) -> str | None:
    """What the vendor would refuse with a 400, in its words."""
    messages = fields.get("messages")
    if messages is None:
        return "messages: Field required"
    if not isinstance(messages, list) or not messages:
        return "messages: at least one message is required"
    limit = fields.get("max_tokens")
    if operation is Operation.GENERATE and limit is None:
        return "max_tokens: Field required"
    if limit is not None and (type(limit) is not int or limit < 1):
        return "max_tokens: Input should be a valid integer, at least 1"
    return None


def read_turn(fields: Mapping[str, Any], body: bytes) -> ScriptTurn:
    return ScriptTurn(
        user_text=last_user_text(fields),
        tool=_tool_to_call(fields),
        tool_result=_tool_result(fields),
        input_tokens=estimate_tokens(fields, ModelProtocol.ANTHROPIC),
        marks_cache=b'"cache_control"' in body,
    )


def whole(script: Script, turn: ScriptTurn, stamp: Stamp) -> bytes:
    message = _message(script, turn, stamp)
    message["content"] = list(_blocks(script, stamp))
    message["stop_reason"] = _stop_reason(script)
    message["usage"] |= _spent(script)
    return orjson.dumps(message)


def beats(script: Script, turn: ScriptTurn, stamp: Stamp) -> Iterator[bytes]:
    """The stream in the pieces that a vendor would send one after another."""
    start = {"type": "message_start", "message": _message(script, turn, stamp)}
    head = _event("message_start", start) + _event("ping", {"type": "ping"})
    for index, block in enumerate(_blocks(script, stamp)):
        yield head + _event("content_block_start", _block_start(index, block))
        prefix = (
            b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,' % index
        )
        yield from (b"%b%b}\n\n" % (prefix, delta) for delta in _deltas(script, block))
        head = _event("content_block_stop", {"type": "content_block_stop", "index": index})
    ending = {
        "type": "message_delta",
        "delta": {"stop_reason": _stop_reason(script), "stop_sequence": None},
        "usage": _cache_words(turn) | {"input_tokens": turn.input_tokens} | _spent(script),
    }
    yield head + _event("message_delta", ending) + _event("message_stop", {"type": "message_stop"})


def count(turn: ScriptTurn) -> bytes:
    return orjson.dumps({"input_tokens": turn.input_tokens})


def error(status: int, message: str, request_id: str) -> bytes:
    kind = _ERROR_TYPES.get(status, "invalid_request_error")
    return anthropic.error_body(kind, message, request_id)


def _message(script: Script, turn: ScriptTurn, stamp: Stamp) -> dict[str, Any]:
    """As it stands at the beginning: nothing said, nothing spent but the prompt."""
    return {
        "id": f"msg_{stamp.id}",
        "type": "message",
        "role": "assistant",
        "model": stamp.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _cache_words(turn) | {"input_tokens": turn.input_tokens, "output_tokens": 0},
    }


def _spent(script: Script) -> dict[str, Any]:
    spent: dict[str, Any] = {"output_tokens": script.output_tokens}
    if script.thinking:
        spent["output_tokens_details"] = {"thinking_tokens": script.thinking_tokens}
    return spent


def _cache_words(turn: ScriptTurn) -> dict[str, int]:
    """Nothing is cached here. Who marks something for caching is told so; else not a word."""
    if not turn.marks_cache:
        return {}
    return {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}


def _blocks(script: Script, stamp: Stamp) -> Iterator[dict[str, Any]]:
    if script.thinking:
        yield {"type": "thinking", "thinking": script.thinking, "signature": SIGNATURE}
    if script.text:
        yield {"type": "text", "text": script.text}
    if script.tool_call:
        yield {
            "type": "tool_use",
            "id": f"toolu_{stamp.id}",
            "name": script.tool_call.name,
            "input": orjson.loads(script.tool_call.arguments),
        }


def _block_start(index: int, block: dict[str, Any]) -> dict[str, Any]:
    empty = {"text": "", "thinking": "", "signature": "", "input": {}}
    begun = {name: empty.get(name, value) for name, value in block.items() if name != "type"}
    content = {"type": block["type"], **begun}
    return {"type": "content_block_start", "index": index, "content_block": content}


def _deltas(script: Script, block: dict[str, Any]) -> Iterator[bytes]:
    if block["type"] == "text":
        for piece in script.pieces(block["text"]):
            yield b'"delta":{"type":"text_delta","text":%b}' % orjson.dumps(piece)
    elif block["type"] == "thinking":
        for piece in script.pieces(block["thinking"]):
            yield b'"delta":{"type":"thinking_delta","thinking":%b}' % orjson.dumps(piece)
        signature = orjson.dumps(block["signature"])
        yield b'"delta":{"type":"signature_delta","signature":%b}' % signature
    elif script.tool_call:
        # the vendor begins the arguments with an empty piece
        for piece in ("", *script.pieces(script.tool_call.arguments)):
            yield b'"delta":{"type":"input_json_delta","partial_json":%b}' % orjson.dumps(piece)


def _stop_reason(script: Script) -> str:
    return "tool_use" if script.tool_call else "end_turn"


def _event(name: str, payload: Mapping[str, Any]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps(payload))


def _tool_to_call(fields: Mapping[str, Any]) -> OfferedTool | None:
    """Only tools of the client: no hosted ones, and none whose schema is still to be loaded."""
    choice = fields.get("tool_choice")
    wanted = choice if isinstance(choice, dict) else {}
    tools = fields.get("tools")
    for tool in tools if isinstance(tools, list) and wanted.get("type") != "none" else []:
        if not isinstance(tool, dict) or tool.get("type", "custom") != "custom":
            continue
        name, named = tool.get("name"), wanted.get("name")
        if isinstance(name, str) and not tool.get("defer_loading") and named in (None, name):
            return OfferedTool(name=name, schema=tool.get("input_schema"))
    return None


def _tool_result(fields: Mapping[str, Any]) -> str | None:
    results: list[str] = []
    for message in messages_of(fields):
        if message.get("role") == "assistant":
            break
        blocks = message.get("content")
        results += (
            "\n".join(texts_in(block.get("content")))
            for block in (reversed(blocks) if isinstance(blocks, list) else ())
            if isinstance(block, dict) and block.get("type") == "tool_result"
        )
    return "\n".join(reversed(results)) if results else None
