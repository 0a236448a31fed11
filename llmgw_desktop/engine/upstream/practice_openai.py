"""The practice provider in OpenAI Chat Completions, written as the vendor writes it.

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
from llmgw_desktop.wire import openai_chat
from llmgw_desktop.wire.tokens import estimate_tokens

REQUEST_ID_HEADER = "x-request-id"

_FINGERPRINT = "fp_practice"
_ERRORS: Mapping[int, tuple[str, str | None]] = {
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
    500: ("server_error", None),
    529: ("server_error", "overloaded"),
}


def complaint(fields: Mapping[str, Any], operation: Operation) -> str | None:
    """What the vendor would refuse with a 400, in its words."""
    if operation is Operation.EMBED:
        return "The practice provider makes no embeddings."
    messages = fields.get("messages")
    if messages is None:
        return "Missing required parameter: 'messages'."
    if not isinstance(messages, list) or not messages:
        return "Invalid 'messages': expected an array with at least one message."
    return None


def read_turn(fields: Mapping[str, Any], body: bytes) -> ScriptTurn:
    return ScriptTurn(
        user_text=last_user_text(fields),
        tool=_tool_to_call(fields),
        tool_result=_tool_result(fields),
        input_tokens=estimate_tokens(fields, ModelProtocol.OPENAI_CHAT),
        wants_usage=openai_chat.asks_for_usage(fields),
    )


def whole(script: Script, turn: ScriptTurn, stamp: Stamp) -> bytes:
    message: dict[str, Any] = {
        "role": "assistant",
        "content": script.text or None,
        "refusal": None,
        "annotations": [],
    }
    if script.thinking:
        message["reasoning_content"] = script.thinking
    if script.tool_call:
        called = {"name": script.tool_call.name, "arguments": script.tool_call.arguments}
        message["tool_calls"] = [_tool_call(stamp, called)]
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": _finish_reason(script),
    }
    head = _head("chat.completion", stamp)
    return orjson.dumps(head | {"choices": [choice], "usage": _usage(script, turn)})


def beats(script: Script, turn: ScriptTurn, stamp: Stamp) -> Iterator[bytes]:
    """The stream in the pieces that a vendor would send one after another."""
    head = _head("chat.completion.chunk", stamp)
    before = b'data: %b,"choices":[{"index":0,"delta":' % orjson.dumps(head)[:-1]
    no_usage = b',"usage":null' if turn.wants_usage else b""
    after = b',"logprobs":null,"finish_reason":null}]%b}\n\n' % no_usage
    content = "" if script.text else None
    opening = {"role": "assistant", "content": content, "refusal": None}
    first = b"%b%b%b" % (before, orjson.dumps(opening), after)
    for delta in _deltas(script, stamp):
        yield b"%b%b%b%b" % (first, before, delta, after)
        first = b""
    reason = orjson.dumps(_finish_reason(script))
    last = b'%b%b{},"logprobs":null,"finish_reason":%b}]%b}\n\n' % (first, before, reason, no_usage)
    if turn.wants_usage:
        figures = head | {"choices": [], "usage": _usage(script, turn)}
        last += b"data: %b\n\n" % orjson.dumps(figures)
    yield last + b"data: [DONE]\n\n"


def count(turn: ScriptTurn) -> bytes:
    return orjson.dumps({"input_tokens": turn.input_tokens})


def error(status: int, message: str, request_id: str) -> bytes:
    kind, code = _ERRORS.get(status, ("invalid_request_error", None))
    return openai_chat.error_body(kind, message, code=code)


def _head(kind: str, stamp: Stamp) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{stamp.id}",
        "object": kind,
        "created": stamp.created_s,
        "model": stamp.model,
        "system_fingerprint": _FINGERPRINT,
    }


def _usage(script: Script, turn: ScriptTurn) -> dict[str, Any]:
    """No word on caching: nothing is cached here, and this protocol has no way to ask for it."""
    usage: dict[str, Any] = {
        "prompt_tokens": turn.input_tokens,
        "completion_tokens": script.output_tokens,
        "total_tokens": turn.input_tokens + script.output_tokens,
    }
    if script.thinking:
        usage["completion_tokens_details"] = {"reasoning_tokens": script.thinking_tokens}
    return usage


def _deltas(script: Script, stamp: Stamp) -> Iterator[bytes]:
    for piece in script.pieces(script.thinking):
        yield b'{"reasoning_content":%b}' % orjson.dumps(piece)
    for piece in script.pieces(script.text):
        yield b'{"content":%b}' % orjson.dumps(piece)
    if script.tool_call:
        begun = {"name": script.tool_call.name, "arguments": ""}
        yield orjson.dumps({"tool_calls": [{"index": 0, **_tool_call(stamp, begun)}]})
        for piece in script.pieces(script.tool_call.arguments):
            more = {"index": 0, "function": {"arguments": piece}}
            yield orjson.dumps({"tool_calls": [more]})


def _tool_call(stamp: Stamp, function: dict[str, str]) -> dict[str, Any]:
    return {"id": f"call_{stamp.id}", "type": "function", "function": function}


def _finish_reason(script: Script) -> str:
    return "tool_calls" if script.tool_call else "stop"


def _tool_to_call(fields: Mapping[str, Any]) -> OfferedTool | None:
    choice = fields.get("tool_choice")
    wanted = choice.get("function") if isinstance(choice, dict) else None
    named = wanted.get("name") if isinstance(wanted, dict) else None
    tools = fields.get("tools")
    for tool in tools if isinstance(tools, list) and choice != "none" else []:
        function = tool.get("function") if isinstance(tool, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        if isinstance(function, dict) and isinstance(name, str) and named in (None, name):
            return OfferedTool(name=name, schema=function.get("parameters"))
    return None


def _tool_result(fields: Mapping[str, Any]) -> str | None:
    results: list[str] = []
    for message in messages_of(fields):
        if message.get("role") == "assistant":
            break
        if message.get("role") == "tool":
            results.append("\n".join(texts_in(message.get("content"))))
    return "\n".join(reversed(results)) if results else None
