"""A POST to the MCP door as what most of them are: a list, a call or a ping without anything odd.

Whatever differs in any way is nobody's here and goes to the SDK, which knows all of the protocol
and words all refusals.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import field
from typing import Any

import orjson

from llmgw_desktop.domain.errors import ClientGone, RequestTooLarge
from llmgw_desktop.domain.mcp_presentation import HANDSHAKE_VERSIONS, STATELESS_VERSIONS
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.mcp.sessions import McpSession, McpSessions, Message, Scope

Id = str | int

MOST_VALUES = 20_000
"""In a message. The SDK looks at each for so long that more would keep everybody waiting."""
LIST, CALL, PING, CANCELED = "tools/list", "tools/call", "ping", "notifications/cancelled"

_META = "io.modelcontextprotocol/"
_WITH_SCHEMAS = HANDSHAKE_VERSIONS[2:]
"""Earlier ones have no structured content: the SDK takes it out of what we say."""
_OF_RETRIES = ("inputResponses", "requestState")
_KNOWN = {
    LIST: frozenset({"_meta"}),
    CALL: frozenset({"_meta", "name", "arguments", *_OF_RETRIES}),
    PING: frozenset({"_meta"}),
}


@value
class PlainRequest:
    """What is wanted, and how it came."""

    id: Id
    method: str
    name: str = ""
    arguments: Mapping[str, Any] | None = None
    progress_token: Id | None = None
    session: McpSession | None = None
    """None in the era in which each request stands alone."""
    capabilities: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """In that era: what the client can be asked."""
    state: str = ""
    """Of the call that this one goes on with; empty: it is a new one."""
    answers: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """To what was asked."""


def read_message(body: bytes) -> dict[str, Any] | None:
    """One JSON-RPC message; anything else is nobody's here. Raises RequestTooLarge."""
    try:
        message = orjson.loads(body)
    except ValueError:
        # The SDK reads more than this, and each value but the first has a comma before it.
        _check_count(body.count(b","))
        return None
    _check_values(message)
    return message if isinstance(message, dict) and message.get("jsonrpc") == "2.0" else None


def _check_values(message: object) -> None:
    count, inside = 0, [message]
    while inside:
        each = inside.pop()
        if isinstance(each, dict | list):
            count += len(each)
            _check_count(count)
            inside += each.values() if isinstance(each, dict) else each


def _check_count(count: int) -> None:
    if count > MOST_VALUES:
        raise RequestTooLarge(f"A message to the MCP door holds at most {MOST_VALUES:,} values.")


def plain_request(
    message: Mapping[str, Any], caller: HttpCaller, sessions: McpSessions, client_id: str
) -> PlainRequest | None:
    known = _KNOWN.get(_text(message, "method"))
    params = message.get("params", {})
    if known is None or not isinstance(params, dict) or not known.issuperset(params):
        return None
    meta = params.get("_meta", {})
    if not _is_id(message.get("id")) or not isinstance(meta, dict) or not _accepts_both(caller):
        return None
    version = caller.header_lines("mcp-protocol-version")
    session = None
    if version and version[0] in STATELESS_VERSIONS:
        if not _stands_alone(caller, message["method"], params, meta):
            return None
    else:
        session = session_of(caller, sessions, client_id)
        is_known = session is not None and session.version in _WITH_SCHEMAS
        if not is_known or any(each in params for each in _OF_RETRIES):
            return None
    return _request(message, params, meta, session)


def session_of(caller: HttpCaller, sessions: McpSessions, client_id: str) -> McpSession | None:
    """Whose id the request names, where it is this client's."""
    ids = caller.header_lines("mcp-session-id")
    versions = caller.header_lines("mcp-protocol-version")
    is_plain = len(ids) == 1 and len(versions) <= 1
    if not is_plain or (versions and versions[0] not in HANDSHAKE_VERSIONS):
        return None
    return sessions.find(ids[0], client_id)


def _request(
    message: Mapping[str, Any],
    params: Mapping[str, Any],
    meta: Mapping[str, Any],
    session: McpSession | None,
) -> PlainRequest | None:
    token = meta.get("progressToken")
    arguments = params.get("arguments")
    if "progressToken" in meta and not _is_id(token):
        return None
    if not isinstance(arguments, dict | None) or ("arguments" in params and arguments is None):
        return None
    if message["method"] == CALL and not isinstance(params.get("name"), str):
        return None
    state, answers = params.get("requestState", ""), params.get("inputResponses", {})
    if not isinstance(state, str) or not _is_table_of_tables(answers):
        return None
    return PlainRequest(
        id=message["id"],
        method=message["method"],
        name=params.get("name", ""),
        arguments=arguments,
        progress_token=token,
        session=session,
        capabilities=meta.get(_META + "clientCapabilities", {}) if session is None else {},
        state=state,
        answers=answers,
    )


def _stands_alone(
    caller: HttpCaller, method: str, params: Mapping[str, Any], meta: Mapping[str, Any]
) -> bool:
    """Whether head and body of a request that belongs to no session say the same."""
    if method == PING:  # that era has none
        return False
    lines = caller.header_lines
    name = (params.get("name"),) if method == CALL else ()
    version = (meta.get(_META + "protocolVersion"),)
    heads = [
        (lines("mcp-protocol-version"), version),
        (lines("mcp-method"), (method,)),
        (lines("mcp-name"), name),
        (lines("mcp-session-id"), ()),
    ]
    return (
        all(tuple(head) == body for head, body in heads)
        and version[0] in STATELESS_VERSIONS
        and _is_table_of_tables(meta.get(_META + "clientCapabilities"))
        and _is_program(meta.get(_META + "clientInfo"))
        and _META + "logLevel" not in meta
        and not any(header.lower().startswith("mcp-param-") for header in caller.headers)
    )


def _accepts_both(caller: HttpCaller) -> bool:
    accepted = caller.headers.get("accept", "")
    return "application/json" in accepted and "text/event-stream" in accepted


def _is_table_of_tables(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, dict) for each in value.values())


def _is_program(value: object) -> bool:
    if not isinstance(value, dict):
        return value is None
    return all(isinstance(value.get(key), str) for key in ("name", "version"))


def _is_id(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _text(message: Mapping[str, Any], key: str) -> str:
    value = message.get(key)
    return value if isinstance(value, str) else ""


_OF_THE_CONNECTION = frozenset(
    {b"connection", b"keep-alive", b"transfer-encoding", b"content-length", b"date", b"server"}
)
_OF_THE_BODY = frozenset({"content-length", "content-encoding", "transfer-encoding"})
"""It is handed over as it was meant."""


class AsgiExchange:
    """`scope`, `receive` and `send` of one request. A whole answer keeps the connection."""

    def __init__(self, caller: HttpCaller, body: bytes) -> None:
        self._caller = caller
        self._body: bytes | None = body
        self._is_gone = False
        self._left = asyncio.Event()
        self._status = 500
        self._headers: list[tuple[str, str]] = []

    def scope(self) -> Scope:
        caller = self._caller
        headers = [
            (name.lower().encode("latin-1"), value.encode("utf-8", "surrogateescape"))
            for name, value in caller.headers.items()
            if name.lower() not in _OF_THE_BODY
        ]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": caller.method,
            "scheme": "http",
            "path": caller.path,
            "raw_path": caller.path.encode(),
            "query_string": caller.query.encode(),
            "root_path": "",
            "headers": headers,
            "client": None,
            "server": None,
        }

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    def client_left(self) -> None:
        self._is_gone = True
        self._left.set()

    async def send(self, message: Message) -> None:
        """What comes after the client has left goes nowhere, as ASGI has it."""
        if not self._is_gone:
            try:
                await self._send(message)
            except ClientGone:
                self._is_gone = True

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message.get("headers", ())
                if name.lower() not in _OF_THE_CONNECTION
            ]
            if any(value.startswith("text/event-stream") for _, value in self._headers):
                await self._caller.begin(self._status, self._headers)
                await self._caller.send_head()
        elif message["type"] == "http.response.body":
            await self._send_body(message.get("body", b""), bool(message.get("more_body")))

    async def _send_body(self, body: bytes, has_more: bool) -> None:
        caller = self._caller
        if not has_more and not caller.has_begun:
            await caller.reply(self._status, self._headers, body)
            return
        if not caller.has_begun:
            await caller.begin(self._status, self._headers)
        if body:
            await caller.write(body)
        if not has_more:
            await caller.end()
