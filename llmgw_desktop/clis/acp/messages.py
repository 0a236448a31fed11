"""The Agent Client Protocol as lines: what we send, and what came, with the requests that wait for
an answer.
"""

from __future__ import annotations

import json
from enum import Enum
from typing import TYPE_CHECKING, Any

import orjson

from llmgw_desktop.clis.json_lines import LONGEST_LINE, Lines, Message
from llmgw_desktop.clis.told import object_of, text_of
from llmgw_desktop.domain.values import value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from acp.schema import RequestPermissionRequest

    from llmgw_desktop.clis.json_lines import Message
    from llmgw_desktop.domain.mcp_server import GivenServer, Servers


RpcId = int | str
METHOD_NOT_FOUND = -32601
AUTH_REQUIRED = -32000
PERMISSION = "session/request_permission"
UPDATE = "session/update"


def load() -> ModuleType:
    """The library's models."""
    import acp.schema

    return acp.schema


def initialize(rpc_id: int) -> bytes:
    """Without files and terminals of ours: an agent uses its own, and asks before."""
    files = {"readTextFile": False, "writeTextFile": False}
    can = {"fs": files, "terminal": False, "auth": {"terminal": False}}
    about = {"name": "llmgw-desktop", "title": "LLM Gateway Desktop", "version": "1"}
    params = {"protocolVersion": 1, "clientCapabilities": can, "clientInfo": about}
    return request(rpc_id, "initialize", params)


def session(rpc_id: int, folder: str, servers: Servers, session_id: str = "") -> bytes:
    """Begins one, or goes on with the one of this id."""
    params = {"cwd": folder, "mcpServers": [_server(each) for each in servers]}
    if not session_id:
        return request(rpc_id, "session/new", params)
    return request(rpc_id, "session/load", {**params, "sessionId": session_id})


def prompt(rpc_id: int, session_id: str, text: str) -> bytes:
    blocks = [{"type": "text", "text": text}]
    return request(rpc_id, "session/prompt", {"sessionId": session_id, "prompt": blocks})


def cancel(session_id: str) -> bytes:
    return _line({"method": "session/cancel", "params": {"sessionId": session_id}})


def request(rpc_id: int, method: str, params: Message) -> bytes:
    return _line({"id": rpc_id, "method": method, "params": params})


def selected(rpc_id: RpcId, option_id: str, followup: str = "") -> bytes:
    answer = {"outcome": {"outcome": "selected", "optionId": option_id}}
    meta = {"_meta": {"followup_message": followup}} if followup else {}
    return _line({"id": rpc_id, "result": {**answer, **meta}})


def canceled(rpc_id: RpcId) -> bytes:
    return _line({"id": rpc_id, "result": {"outcome": {"outcome": "cancelled"}}})


def no_such_method(rpc_id: RpcId) -> bytes:
    error = {"code": METHOD_NOT_FOUND, "message": "Method not found"}
    return _line({"id": rpc_id, "error": error})


def permission_of(params: Message) -> RequestPermissionRequest | None:
    """None: it is not what the protocol says."""
    try:
        asked: RequestPermissionRequest = load().RequestPermissionRequest.model_validate(params)
    except (ValueError, RecursionError):
        return None
    return asked


def update_of(params: Message) -> Any:
    """None: not known."""
    try:
        return load().SessionNotification.model_validate(params).update
    except (ValueError, RecursionError):
        return None


def _server(server: GivenServer) -> dict[str, Any]:
    """A program with its variables, or an address with its headers."""
    if server.url:
        told = {"type": "http", "name": server.name, "url": server.url}
        return {**told, "headers": _pairs(server.headers)}
    told = {"name": server.name, "command": server.command}
    return {**told, "args": list(server.args), "env": _pairs(server.env)}


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": text} for name, text in values.items()]


def _line(message: dict[str, Any]) -> bytes:
    return orjson.dumps({"jsonrpc": "2.0", **message}) + b"\n"


_MARK = b'"jsonrpc"'


@value
class Request:
    """The agent waits for an answer."""

    rpc_id: RpcId
    method: str
    params: Message
    raw: str


@value
class AgentNotice:
    method: str
    params: Message


@value
class Reply:
    """To a request of ours. `error` is None where it went well."""

    rpc_id: RpcId
    result: Message
    error: Message | None = None


class Lost(Enum):
    """Something of the protocol that could not be read: it may have been a question."""

    LINE = "line"


Heard = Request | AgentNotice | Reply | Lost


class Wire:
    """Whole messages out of bytes in any pieces."""

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._lines = Lines(longest)
        self._lost = 0
        self.noise = 0
        """Lines that are none of the protocol's."""

    def feed(self, chunk: bytes) -> Iterator[Heard]:
        for line in self._lines.feed(chunk):
            yield from self._read(line)
        if self._lines.lost > self._lost:
            self._lost = self._lines.lost
            yield Lost.LINE

    def rest(self) -> Iterator[Heard]:
        yield from self._read(self._lines.rest())

    def _read(self, line: bytes) -> Iterator[Heard]:
        if not line.strip():
            return
        message = _object_in(line)
        if message is None:
            if _MARK in line:
                yield Lost.LINE
            else:
                self.noise += 1
            return
        heard = _heard(message, line)
        if heard is None:
            self.noise += 1
        else:
            yield heard


def _heard(message: Message, line: bytes) -> Heard | None:
    rpc_id, method = message.get("id"), message.get("method")
    has_id = isinstance(rpc_id, int | str) and not isinstance(rpc_id, bool)
    params = object_of(message.get("params"))
    if isinstance(method, str):
        if has_id:
            raw = line.decode(errors="replace")
            return Request(rpc_id=rpc_id, method=method, params=params, raw=raw)  # type: ignore[arg-type]
        # A request whose answer could not be told apart from others.
        return Lost.LINE if "id" in message else AgentNotice(method=method, params=params)
    if not has_id or ("result" not in message and "error" not in message):
        return None
    error = object_of(message["error"]) if "error" in message else None
    return Reply(rpc_id=rpc_id, result=object_of(message.get("result")), error=error)  # type: ignore[arg-type]


def _object_in(line: bytes) -> Message | None:
    """Half characters, which some agents write, do not hide what else it says."""
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        message = _mended(line)
    return message if isinstance(message, dict) else None


def _mended(line: bytes) -> object:
    try:
        read = json.loads(line.decode(errors="replace"))
        return orjson.loads(json.dumps(read, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        return None


def words_of(error: Message) -> str:
    """What an error says, with what it tells apart."""
    data = error.get("data")
    inner = object_of(data)
    more = text_of(data) or text_of(inner.get("details")) or text_of(inner.get("message"))
    words = text_of(error.get("message")) or "It failed and did not say why."
    return words if not more or more in words else f"{words}: {more}"
