"""The Agent Client Protocol as lines: what we send, and what came, with the requests that wait for
an answer.
"""

from __future__ import annotations

import json
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

import orjson

from llmgw_desktop.clis.json_lines import LONGEST_LINE, Lines, Message
from llmgw_desktop.clis.told import object_of, text_of
from llmgw_desktop.domain.values import value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from acp.schema import RequestPermissionRequest
    from pydantic import BaseModel

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
    schema = load()
    capabilities = schema.ClientCapabilities(
        fs=schema.FileSystemCapabilities(read_text_file=False, write_text_file=False),
        terminal=False,
    )
    about = schema.Implementation(name="llmgw-desktop", title="LLM Gateway Desktop", version="1")
    return _request(
        rpc_id,
        "initialize",
        schema.InitializeRequest(
            protocol_version=1, client_capabilities=capabilities, client_info=about
        ),
    )


def new_session(rpc_id: int, folder: str, servers: Servers = ()) -> bytes:
    asked = load().NewSessionRequest(cwd=folder, mcp_servers=[_server(each) for each in servers])
    return _request(rpc_id, "session/new", asked)


def load_session(rpc_id: int, folder: str, session_id: str, servers: Servers = ()) -> bytes:
    asked = load().LoadSessionRequest(
        cwd=folder, mcp_servers=[_server(each) for each in servers], session_id=session_id
    )
    return _request(rpc_id, "session/load", asked)


def prompt(rpc_id: int, session_id: str, text: str) -> bytes:
    schema = load()
    blocks = [schema.TextContentBlock(type="text", text=text)]
    return _request(
        rpc_id, "session/prompt", schema.PromptRequest(session_id=session_id, prompt=blocks)
    )


def cancel(session_id: str) -> bytes:
    params = _plain(load().CancelNotification(session_id=session_id))
    return _line({"method": "session/cancel", "params": params})


def plain_request(rpc_id: int, method: str, params: Message) -> bytes:
    """One of an agent's own."""
    return _line({"id": rpc_id, "method": method, "params": params})


def selected(rpc_id: RpcId, option_id: str, followup: str = "") -> bytes:
    schema = load()
    outcome = schema.AllowedOutcome(outcome="selected", option_id=option_id)
    meta = {"followup_message": followup} if followup else None
    return _result(rpc_id, schema.RequestPermissionResponse(outcome=outcome, field_meta=meta))


def canceled(rpc_id: RpcId) -> bytes:
    schema = load()
    outcome = schema.DeniedOutcome(outcome="cancelled")
    return _result(rpc_id, schema.RequestPermissionResponse(outcome=outcome))


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


def _server(server: GivenServer) -> BaseModel:
    """A program with its variables, or an address with its headers."""
    schema = load()
    if server.url:
        headers = [
            schema.HttpHeader(name=name, value=text) for name, text in server.headers.items()
        ]
        return cast(
            "BaseModel",
            schema.HttpMcpServer(type="http", name=server.name, url=server.url, headers=headers),
        )
    env = [schema.EnvVariable(name=name, value=text) for name, text in server.env.items()]
    return cast(
        "BaseModel",
        schema.McpServerStdio(
            name=server.name, command=server.command, args=list(server.args), env=env
        ),
    )


def _request(rpc_id: int, method: str, params: BaseModel) -> bytes:
    return _line({"id": rpc_id, "method": method, "params": _plain(params)})


def _result(rpc_id: RpcId, result: BaseModel) -> bytes:
    return _line({"id": rpc_id, "result": _plain(result)})


def _plain(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


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
