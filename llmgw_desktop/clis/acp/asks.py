"""What an agent asks a person by the Agent Client Protocol, those that are open, and how they are
answered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from llmgw_desktop.clis.acp.calls import Call, changes_in, written_out
from llmgw_desktop.clis.told import first_text, object_of
from llmgw_desktop.domain.jobs.approval import Ask, FileChange, PermissionKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acp.schema import RequestPermissionRequest

    from llmgw_desktop.clis.acp.calls import Call
    from llmgw_desktop.clis.acp.dialect import AgentDialect
    from llmgw_desktop.clis.acp.messages import Request, RpcId
    from llmgw_desktop.clis.json_lines import Message


_EDITS = ("edit", "delete", "move")
_FOLDER = re.compile(r"\[current working directory ([^\]\n]+)\]")
_FOLDERS = ("cwd", "workdir")
_SAID_ALREADY = frozenset({"description", *_FOLDERS})
_ONCE = ("allow_once", "once", "proceed_once", "allow-once")
"""Where several options would allow once, those that are known to do nothing more."""


@dataclass(slots=True, kw_only=True)
class OpenAsk:
    """It waits for its answer."""

    native_id: str
    rpc_id: RpcId
    asked: RequestPermissionRequest
    call: Call
    params: Message
    raw: str
    shown: Ask | None = None

    def option(self, kind: str) -> str:
        """The id of the one to be chosen; empty: there is none."""
        ids = [each.option_id for each in self.asked.options if each.kind == kind]
        return next((each for each in ids if each in _ONCE), next(iter(ids), ""))


def ask_of(waiting: OpenAsk, dialect: AgentDialect, folder: str) -> Ask:
    """As much as is known of it now."""
    call = waiting.call
    told = _told(waiting, dialect)
    return Ask(
        native_id=waiting.native_id,
        call_id=call.id,
        cwd=_folder(call) or folder,
        agent_words=dialect.agent_words(call),
        raw=waiting.raw,
        **told,
    )


def _told(waiting: OpenAsk, dialect: AgentDialect) -> dict[str, Any]:
    call = waiting.call
    mcp = dialect.mcp_of(call)
    if mcp is not None:
        arguments = _writable(mcp.arguments)
        return {
            "kind": PermissionKind.MCP,
            "server": mcp.server,
            "tool": mcp.tool,
            "arguments": arguments,
        }
    if call.kind == "execute" and (command := dialect.command_of(call)):
        arguments = _writable(_beside(call, command))
        return {"kind": PermissionKind.COMMAND, "command": command, "arguments": arguments}
    if call.kind in _EDITS and (changes := _changes(waiting)):
        return {"kind": PermissionKind.EDIT, "changes": changes, "tool": dialect.tool_of(call)}
    if call.kind == "fetch" and (url := first_text(call.given, "url", "uri")):
        return {"kind": PermissionKind.FETCH, "url": url}
    # Nothing that could be shown as what it is: then all of it.
    everything = call.given or object_of(waiting.params.get("toolCall"))
    return {
        "kind": PermissionKind.OTHER,
        "tool": dialect.tool_of(call),
        "arguments": _writable(everything),
    }


def _changes(waiting: OpenAsk) -> tuple[FileChange, ...]:
    """What comes with the question itself goes before what was told of the call earlier."""
    call = waiting.call
    asked: Any = waiting.asked.tool_call
    own = object_of(asked.raw_input)
    found = changes_in(asked) or tuple(written_out(call, own)) or call.changes
    found = found or tuple(written_out(call, call.given))
    if call.kind == "edit":
        return found
    if call.kind == "delete":  # what may be changed may not be removed: that is asked by itself
        paths = tuple(each.path for each in found) or call.paths
        return tuple(FileChange(path=each, is_gone=True) for each in paths)
    return found or tuple(_moved(call.paths))


def _moved(paths: tuple[str, ...]) -> Iterator[FileChange]:
    """From the first to the last."""
    for each in paths:
        yield FileChange(path=each, is_gone=each == paths[0] and len(paths) > 1)


def _beside(call: Call, command: str) -> dict[str, Any]:
    """What else decides what a command does; not what is only said about it."""
    said: dict[str, object] = {"command": command, "commands": [command]}
    return {
        name: value
        for name, value in call.given.items()
        if name not in _SAID_ALREADY and not (name in said and said[name] == value)
    }


def _folder(call: Call) -> str:
    found = _FOLDER.match(call.words)
    return first_text(call.given, *_FOLDERS) or (found.group(1) if found else "")


def _writable(arguments: Mapping[str, Any]) -> dict[str, object]:
    """What is nested too deep to be written as JSON is shown as text, which has no depth."""
    try:
        orjson.dumps(arguments)
    except TypeError:
        return {"arguments": repr_of(arguments)}
    return dict(arguments)


def repr_of(arguments: Mapping[str, Any]) -> str:
    try:
        return repr(arguments)
    except RecursionError:
        return "It is nested too deep to be shown."


class OpenAsks:
    """Each is answered once."""

    def __init__(self) -> None:
        self._open: dict[str, OpenAsk] = {}
        self._seen: dict[str, str] = {}
        """Ids and their calls, answered ones too."""

    def take(self, request: Request, asked: RequestPermissionRequest, call: Call) -> OpenAsk | None:
        """None: it was answered. The same again is one question; an id that is used again for
        another call is another question."""
        native_id = orjson.dumps(request.rpc_id).decode()
        if self._seen.get(native_id, call.id) != call.id:
            native_id = f"{native_id}#{call.id}"
        waiting = self._open.get(native_id)
        if waiting is not None:
            waiting.asked, waiting.params, waiting.raw = asked, request.params, request.raw
            return waiting
        if native_id in self._seen:
            return None
        self._seen[native_id] = call.id
        waiting = OpenAsk(
            native_id=native_id,
            rpc_id=request.rpc_id,
            asked=asked,
            call=call,
            params=request.params,
            raw=request.raw,
        )
        self._open[native_id] = waiting
        return waiting

    def pop(self, native_id: str) -> OpenAsk | None:
        return self._open.pop(native_id, None)

    def of_call(self, call: Call) -> Iterator[OpenAsk]:
        yield from (each for each in self._open.values() if each.call is call)

    def pop_all(self) -> list[OpenAsk]:
        waiting = list(self._open.values())
        self._open.clear()
        return waiting
