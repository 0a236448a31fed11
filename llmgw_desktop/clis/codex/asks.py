"""What Codex's app server asks, and how each kind is answered.

Nothing of what it offers beside "this, now" is ever taken: no rule of its own, no grant for its
session. What cannot be shown whole is denied.
"""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from llmgw_desktop.clis.told import listed, object_of, text_of
from llmgw_desktop.domain.jobs.approval import Ask, Decision, FileChange, PermissionKind
from llmgw_desktop.domain.values import value

Message = Mapping[str, Any]

_COMMAND = "item/commandExecution/requestApproval"
_FILES = "item/fileChange/requestApproval"
_TOOL = "mcpServer/elicitation/request"
_PERMISSIONS = "item/permissions/requestApproval"
_INPUT = "item/tool/requestUserInput"
_CALL = "item/tool/call"
_OLD_COMMAND = "execCommandApproval"
_OLD_FILES = "applyPatchApproval"

_NOW = {"allow": "accept", "deny": "decline", "stop": "cancel"}
_OLD = {"allow": "approved", "deny": "denied", "stop": "abort"}
_OLD_METHODS = (_OLD_COMMAND, _OLD_FILES)
_NO_TOOL = {"type": "inputText", "text": "This client has no such tool."}
_WITHOUT_LEAVE: Mapping[str, Message] = {
    _PERMISSIONS: {"permissions": {}, "scope": "turn"},
    _INPUT: {"answers": {}},
    _CALL: {"contentItems": [_NO_TOOL], "success": False},
}
"""What is answered whatever a person says."""
_PROTOCOLS = frozenset({"http", "https"})


@value
class CodexAsk:
    """A request of the server's. `ask`: None where it cannot be shown."""

    method: str
    request_id: object
    thread_id: str = ""
    turn_id: str = ""
    ask: Ask | None = None

    @property
    def native_id(self) -> str:
        return native_id_of(self.request_id)

    def answer(self, decision: Decision) -> Message:
        """The result that says so, and nothing more."""
        word = {Decision.STOP: "stop", Decision.DENY: "deny"}.get(decision, "allow")
        if self.method in _WITHOUT_LEAVE:
            return _WITHOUT_LEAVE[self.method]
        if self.method == _TOOL:
            content: Message = {"content": {}} if word == "allow" else {}
            return {"action": _NOW[word], **content}
        return {"decision": (_OLD if self.method in _OLD_METHODS else _NOW)[word]}


KNOWN = frozenset({_COMMAND, _FILES, _TOOL, _PERMISSIONS, _INPUT, _CALL, _OLD_COMMAND, _OLD_FILES})
APPROVALS = KNOWN - {_INPUT, _CALL}
"""Those that want leave to do something."""


def native_id_of(request_id: object) -> str:
    """Numbers and texts are told apart."""
    return orjson.dumps(request_id).decode()


def read(message: Message, items: Mapping[str, Message], cwd: str) -> CodexAsk:
    """`items`: what is known of the calls that have begun. Of a method in KNOWN."""
    method, params = text_of(message.get("method")), object_of(message.get("params"))
    item_id = text_of(params.get("itemId")) or text_of(params.get("callId"))
    ask = _ask_of(method, params, items.get(item_id, {}))
    if ask is not None:
        ask = {
            "native_id": native_id_of(message.get("id")),
            "call_id": item_id,
            "cwd": text_of(params.get("cwd")) or cwd,
            "reason": text_of(params.get("reason")) or text_of(params.get("message")),
            "raw": orjson.dumps(params).decode(),
        } | ask
    return CodexAsk(
        method=method,
        request_id=message.get("id"),
        thread_id=text_of(params.get("threadId")),
        turn_id=text_of(params.get("turnId")),
        ask=None if ask is None else Ask(**ask),
    )


def _ask_of(method: str, params: Message, item: Message) -> dict[str, Any] | None:
    match method:
        case "item/commandExecution/requestApproval":
            return _command(params, item)
        case "item/fileChange/requestApproval" if params.get("grantRoot") is None:
            return _files(changes_of(item))
        case "mcpServer/elicitation/request":
            return _tool(params)
        case "execCommandApproval":
            return _old_command(listed(params.get("command")))
        case "applyPatchApproval" if params.get("grantRoot") is None:
            changes = object_of(params.get("fileChanges"))
            return _files(tuple(_old_changes(changes)))
        case _:
            return None


def _command(params: Message, item: Message) -> dict[str, Any] | None:
    command = text_of(params.get("command")) or text_of(item.get("command"))
    network = object_of(params.get("networkApprovalContext"))
    kind = text_of(params.get("kind")) or "command"
    if network:
        host, protocol = text_of(network.get("host")), text_of(network.get("protocol"))
        if not host:
            return None
        address = f"{protocol}://{host}" if protocol in _PROTOCOLS else f"{host} ({protocol})"
        told = {"command": command} if command else {}
        return {"kind": PermissionKind.FETCH, "url": address, "arguments": told}
    if kind == "command" and command:
        more = params.get("additionalPermissions")
        arguments = {"additionalPermissions": more} if more else {}
        return {"kind": PermissionKind.COMMAND, "command": command, "arguments": arguments}
    # such as input for a terminal that is open
    return {"kind": PermissionKind.OTHER, "arguments": dict(params)} if command else None


def _old_command(words: list[object]) -> dict[str, Any] | None:
    texts = [each for each in words if isinstance(each, str)]
    is_whole = bool(texts) and len(texts) == len(words)
    return {"kind": PermissionKind.COMMAND, "command": shlex.join(texts)} if is_whole else None


def _files(changes: tuple[FileChange, ...]) -> dict[str, Any] | None:
    return {"kind": PermissionKind.EDIT, "changes": changes} if changes else None


def changes_of(item: Message) -> tuple[FileChange, ...]:
    """Nothing where any of them cannot be read."""
    found = listed(item.get("changes"))
    changes = [each for change in found for each in _changes(object_of(change))]
    return tuple(changes) if _are_whole(changes) else ()


def _changes(change: Message) -> Iterator[FileChange]:
    kind, diff = object_of(change.get("kind")), text_of(change.get("diff"))
    yield from _change(
        text_of(change.get("path")),
        text_of(kind.get("type")),
        content=diff,
        diff=diff,
        moved_to=kind.get("move_path"),
    )


def _old_changes(changes: Message) -> Iterator[FileChange]:
    read = [
        each
        for path, told in changes.items()
        for change in (object_of(told),)
        for each in _change(
            path,
            text_of(change.get("type")),
            content=text_of(change.get("content")),
            diff=text_of(change.get("unified_diff")),
            moved_to=change.get("move_path"),
        )
    ]
    yield from read if _are_whole(read) else ()


def _change(
    path: str, kind: str, *, content: str, diff: str, moved_to: object
) -> Iterator[FileChange]:
    match kind:
        case "add":
            yield FileChange(path=path, new=content)
        case "delete":
            yield FileChange(path=path, old=content, is_gone=True)
        case "update" if isinstance(moved_to, str) and moved_to:
            yield FileChange(path=path, is_gone=True)
            yield FileChange(path=moved_to, diff=diff)
        case "update":
            yield FileChange(path=path, diff=diff)
        case _:
            yield FileChange(path="")


def _are_whole(changes: list[FileChange]) -> bool:
    return all(each.path for each in changes)


def _tool(params: Message) -> dict[str, Any] | None:
    """A server's own questions to its user are none of leave."""
    meta = object_of(params.get("_meta"))
    server, tool = text_of(params.get("serverName")), text_of(meta.get("tool_name"))
    arguments = meta.get("tool_params")
    wants_more = object_of(object_of(params.get("requestedSchema")).get("properties"))
    is_call = meta.get("codex_approval_kind") == "mcp_tool_call" and server and tool
    if not is_call or wants_more or not isinstance(arguments, dict | None):
        return None
    return {
        "kind": PermissionKind.MCP,
        "server": server,
        "tool": tool,
        "arguments": dict(arguments or {}),
    }
