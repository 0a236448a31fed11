"""What the engine says over HTTP, as lines for the client."""

import json
from typing import Any

from llmgw_desktop.app.mcp_stdio.messages import (
    GATEWAY_ERROR,
    REQUEST_CANCELLED,
    Id,
    encoded,
    error,
)

_SHORT = 1000


def line_of(data: bytes) -> bytes:
    """As it came; JSON may hold line ends between its tokens, a line of ours may not."""
    if b"\n" in data or b"\r" in data:
        return encoded(json.loads(data))
    return data


def is_answer(data: bytes) -> bool:
    """To a question of ours, and no notification or question of the server's."""
    told = decoded(data)
    return isinstance(told, dict) and "method" not in told and ("result" in told or "error" in told)


def is_broken_off(answer: bytes) -> bool:
    """An engine that ends answers so what it cancels; a client is not answered that cancels."""
    told = decoded(answer) if len(answer) < _SHORT else None
    wrong = told.get("error") if isinstance(told, dict) else None
    return isinstance(wrong, dict) and wrong.get("code") == REQUEST_CANCELLED


def answer_of(body: bytes, status: int, message_id: Id) -> bytes:
    """The whole body of an answer. Whatever it is, the client gets an answer to its call."""
    told = decoded(body)
    if isinstance(told, dict) and told.get("jsonrpc") == "2.0":
        if told.get("id") == message_id and type(told.get("id")) is type(message_id):
            return line_of(body)
        return encoded({**told, "id": message_id})  # it could not tell whose it was
    return error(message_id, GATEWAY_ERROR, _words(told, status), {"status": status})


def decoded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _words(told: Any, status: int) -> str:
    """Of an error that the gateway told before MCP was reached."""
    said = told.get("error") if isinstance(told, dict) else None
    message = said.get("message") if isinstance(said, dict) else said
    if isinstance(message, str) and message:
        return message
    return f"The gateway answered with HTTP status {status} and nothing of MCP."
