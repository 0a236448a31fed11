"""Lines of Codex's app server: JSON-RPC, one message a line."""

from collections.abc import Mapping
from typing import Any

import orjson

Message = Mapping[str, Any]

INITIALIZE = "llmgw-initialize"
THREAD = "llmgw-thread"
TURN = "llmgw-turn"
INTERRUPT = "llmgw-interrupt"
NOTE = "llmgw-note"
_NO_SUCH_METHOD = -32601


def request(request_id: str, method: str, params: Message) -> bytes:
    return _line({"id": request_id, "method": method, "params": params})


def notification(method: str) -> bytes:
    return _line({"method": method, "params": {}})


def result(request_id: object, answer: Message) -> bytes:
    return _line({"id": request_id, "result": answer})


def unknown(request_id: object, method: str) -> bytes:
    """To a request that we have no word for: it is not left waiting, and nothing is allowed."""
    told = {"code": _NO_SUCH_METHOD, "message": f"this client knows no {method[:100]}"}
    return _line({"id": request_id, "error": told})


def text_input(text: str) -> list[dict[str, object]]:
    return [{"type": "text", "text": text}]


def _line(message: Message) -> bytes:
    return orjson.dumps({"jsonrpc": "2.0", **message}) + b"\n"
