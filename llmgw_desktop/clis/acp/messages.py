"""What is said over the Agent Client Protocol, by the models of its own library.

They take a second to be made: they are read in when a run of this kind is planned, which happens in
a thread, and never before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import orjson

if TYPE_CHECKING:
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
