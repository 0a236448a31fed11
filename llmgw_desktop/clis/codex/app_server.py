"""The app server of Codex: what it is asked before a prompt, and what its notices tell."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

import orjson
from typing_extensions import override

from llmgw_desktop.clis.codex.reader import SIGN_IN, as_json, summary_of, went_well
from llmgw_desktop.clis.dialogue import Send
from llmgw_desktop.clis.failures import status_in
from llmgw_desktop.clis.json_lines import JsonLinesReader, Message
from llmgw_desktop.clis.told import listed, object_of, text_of, usage_in
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliRequest,
    ErrorCategory,
    Retrying,
    RunEnded,
    RunUsageTold,
    SessionWish,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.usage import Usage

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


_RULES = "llmgw-rules-"
_CONFIG = "llmgw-config"
_EVERYWHERE = "/etc/codex"
_NOT_THERE = ("No such file", "Not a directory", "os error 2)", "os error 20)", "os error 3)")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_HAS_RULES = (
    "has rules of its own in {folder} that may allow commands unasked: move them away, or let it"
    " run without asking"
)


class Beforehand:
    """Of one run. `problem`: why it cannot be had to ask; `settings`: what the thread is given so
    that it does."""

    def __init__(self, cwd: str) -> None:
        self._cwd = cwd
        self._folders: dict[str, str] = {}
        self._missing: set[str] = set()
        self.problem = ""
        self.settings: dict[str, object] = {}

    @property
    def is_known(self) -> bool:
        return not self._missing

    def begin(self, codex_home: str) -> Iterator[Send]:
        at = PurePath(self._cwd)
        own = [str(each / ".codex") for each in (at, *at.parents)]
        homes = dict.fromkeys([each for each in (codex_home, _EVERYWHERE, *own) if each])
        for number, home in enumerate(homes):
            name, folder = f"{_RULES}{number}", str(PurePath(home) / "rules")
            self._folders[name] = folder
            self._missing.add(name)
            yield Send(key=name, data=request(name, "fs/readDirectory", {"path": folder}))
        self._missing.add(_CONFIG)
        yield Send(key=_CONFIG, data=request(_CONFIG, "config/read", {"cwd": self._cwd}))

    def takes(self, message: Message) -> bool:
        """Whether this was the answer to one of its questions."""
        name = message.get("id")
        if not isinstance(name, str) or name not in self._missing:
            return False
        self._missing.discard(name)
        result = object_of(message.get("result"))
        told = text_of(object_of(message.get("error")).get("message"))
        if name == _CONFIG:
            self._read_config(result, told)
        elif "error" in message and not any(word in told for word in _NOT_THERE):
            self.problem = f"does not say which rules it has in {self._folders[name]}"
        elif any(_is_rule(object_of(each)) for each in listed(result.get("entries"))):
            self.problem = _HAS_RULES.format(folder=self._folders[name])
        return True

    def _read_config(self, result: Message, told: str) -> None:
        config = result.get("config")
        if not isinstance(config, dict):
            self.problem = f"does not tell its settings: {told[:300]}"
            return
        for server, said in object_of(config.get("mcp_servers")).items():
            tools = object_of(object_of(said).get("tools"))
            if not all(_NAME.fullmatch(each) for each in (server, *tools)):
                self.problem = f"has an MCP server or tool of an unusual name: {server[:60]!r}"
                return
            top = f"mcp_servers.{server}"
            self.settings[f"{top}.default_tools_approval_mode"] = "prompt"
            for tool in tools:
                self.settings[f"{top}.tools.{tool}.approval_mode"] = "prompt"


def _is_rule(entry: Message) -> bool:
    return text_of(entry.get("fileName")).endswith(".rules")


_TOOLS = {
    "commandExecution": "command_execution",
    "fileChange": "file_change",
    "mcpToolCall": "mcp_tool_call",
    "dynamicToolCall": "dynamic_tool_call",
    "collabAgentToolCall": "collab_tool_call",
    "webSearch": "web_search",
    "imageView": "image_view",
    "imageGeneration": "image_generation",
}
"""Those that are told of, as `codex exec` calls them."""
_ASKED_FOR = frozenset({"commandExecution", "fileChange"})
_DONE = frozenset({"completed", "failed"})
_STOPPED = "The person stopped this job."


class ServerReader(JsonLinesReader):
    """Notifications of one thread."""

    def __init__(self, request: CliRequest) -> None:
        super().__init__("Codex", SIGN_IN)
        self.thread_id = ""
        self.asked: set[str] = set()
        """Calls that somebody was asked about."""
        self._goes_on = request.session is not SessionWish.NEW
        self._wants_json = request.options.get("outputSchema") is not None
        self._answer = ""
        self._used: Message = {}
        self._begun: set[str] = set()
        self._told: dict[str, str] = {}
        """Of messages that are being said, by their ids: what was passed on."""

    @property
    def has_ended(self) -> bool:
        return self._end is not None

    def began(self, thread_id: str, model: str) -> Iterator[CliEvent]:
        self.thread_id = thread_id
        yield from self._session_told(thread_id)
        yield from self._model_told(model)

    def failed_with(self, told: str) -> None:
        """It says so before any turn."""
        self._end = self._failed(told or "It failed.")

    @override
    def _message(self, message: Message) -> Iterable[CliEvent]:
        params = object_of(message.get("params"))
        if self.has_ended or params.get("threadId") != self.thread_id:
            return
        item = object_of(params.get("item"))
        match message.get("method"):
            case "item/started":
                yield from self._item_began(item)
            case "item/agentMessage/delta":
                yield from self._grew(text_of(params.get("itemId")), text_of(params.get("delta")))
            case "item/completed":
                yield from self._item_done(item)
            case "thread/tokenUsage/updated":
                self._used = object_of(object_of(params.get("tokenUsage")).get("total"))
            case "warning":
                yield Warned(code="codex_notice", message=text_of(params.get("message")))
            case "error":
                yield from self._trouble(params)
            case "turn/completed":
                yield from self._turn_done(object_of(params.get("turn")))

    def _item_began(self, item: Message) -> Iterator[CliEvent]:
        call_id, kind = text_of(item.get("id")), text_of(item.get("type"))
        if kind in _TOOLS and call_id not in self._begun:
            self._begun.add(call_id)
            yield ToolBegan(call_id=call_id, name=_name(item), summary=summary_of(item))

    def _grew(self, item_id: str, delta: str) -> Iterator[CliEvent]:
        if item_id not in self._told:
            self._told[item_id] = ""
            self.next_message()
        self._told[item_id] += delta
        yield from self._said(delta)

    def _item_done(self, item: Message) -> Iterator[CliEvent]:
        call_id, kind = text_of(item.get("id")), text_of(item.get("type"))
        if kind == "agentMessage":
            self._answer = text_of(item.get("text"))
            told = self._told.get(call_id, "")
            if self._answer.startswith(told):
                yield from self._grew(call_id, self._answer[len(told) :])
            self._told.pop(call_id, None)
        elif kind == "reasoning":
            parts = item.get("summary")
            texts = [each for each in parts if isinstance(each, str)] if parts else []
            yield from self._thought("\n\n".join(texts))
        elif kind in _TOOLS:
            yield from self._item_began(item)
            self._begun.discard(call_id)
            yield ToolEnded(call_id=call_id, ok=went_well(item, "exitCode"))
            yield from self._unasked(item)

    def _unasked(self, item: Message) -> Iterator[CliEvent]:
        """A rule among its own settings lets it do some things without a word to anybody."""
        has_run = item.get("status") in _DONE
        if item.get("type") in _ASKED_FOR and has_run and text_of(item.get("id")) not in self.asked:
            what = summary_of(item)
            yield Warned(
                code="ran_unasked",
                message=f"Codex did not ask about this, for its own rules allow it: {what}",
            )

    def _trouble(self, params: Message) -> Iterator[CliEvent]:
        told = text_of(object_of(params.get("error")).get("message"))
        if params.get("willRetry") is True:
            yield Retrying(reason=told, status=status_in(told))
        else:
            self._error = told

    def _turn_done(self, turn: Message) -> Iterator[CliEvent]:
        if self._used:
            yield RunUsageTold(usage=_usage(self._used), is_cumulative=self._goes_on)
        match turn.get("status"):
            case "completed":
                structured = as_json(self._answer) if self._wants_json else None
                self._end = RunEnded(ok=True, text=self._answer, structured=structured)
            case "interrupted":
                self._end = RunEnded(
                    ok=False, error=_STOPPED, category=ErrorCategory.CLI, stop_reason="interrupted"
                )
            case _:
                told = text_of(object_of(turn.get("error")).get("message"))
                self._end = self._failed(told or self._error or "It failed.")


def _name(item: Message) -> str:
    server, tool = text_of(item.get("server")), text_of(item.get("tool"))
    return f"{server}.{tool}" if server and tool else tool or _TOOLS[text_of(item.get("type"))]


def _usage(used: Message) -> Usage:
    """`inputTokens` counts cached ones too."""
    cache = ("cachedInputTokens", "cacheWriteInputTokens")
    return usage_in(
        used, "inputTokens", "outputTokens", cache=cache, thought="reasoningOutputTokens"
    )
