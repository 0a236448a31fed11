"""What Codex's app server tells while a turn goes on, as the events of a run."""

from collections.abc import Iterable, Iterator

import orjson
from typing_extensions import override

from llmgw_desktop.clis.codex.reader import SIGN_IN
from llmgw_desktop.clis.failures import status_in
from llmgw_desktop.clis.json_lines import JsonLinesReader, Message
from llmgw_desktop.clis.told import count_of, first_text, object_of, objects_of, one_line, text_of
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliRequest,
    ErrorCategory,
    Retrying,
    RunEnded,
    SessionWish,
    ToolBegan,
    ToolEnded,
    UsageTold,
    Warned,
)
from llmgw_desktop.domain.usage import Usage

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
        self._error = ""
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
            yield ToolBegan(call_id=call_id, name=_name(item), summary=_summary(item))

    def _grew(self, item_id: str, delta: str) -> Iterator[CliEvent]:
        if item_id not in self._told:
            self._told[item_id] = ""
            self._next_message()
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
            yield ToolEnded(call_id=call_id, ok=_went_well(item))
            yield from self._unasked(item)

    def _unasked(self, item: Message) -> Iterator[CliEvent]:
        """A rule among its own settings lets it do some things without a word to anybody."""
        has_run = item.get("status") in _DONE
        if item.get("type") in _ASKED_FOR and has_run and text_of(item.get("id")) not in self.asked:
            what = _summary(item)
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
            yield UsageTold(usage=_usage(self._used), is_cumulative=self._goes_on)
        match turn.get("status"):
            case "completed":
                structured = _as_json(self._answer) if self._wants_json else None
                self._end = RunEnded(ok=True, text=self._answer, structured=structured)
            case "interrupted":
                self._end = RunEnded(
                    ok=False, error=_STOPPED, category=ErrorCategory.CLI, stop_reason="interrupted"
                )
            case _:
                told = text_of(object_of(turn.get("error")).get("message"))
                self._end = self._failed(told or self._error or "It failed.")

    @override
    def _unfinished(self, exit_code: int | None, stderr: str) -> RunEnded:
        return self._failed(self._error) if self._error else super()._unfinished(exit_code, stderr)


def _name(item: Message) -> str:
    server, tool = text_of(item.get("server")), text_of(item.get("tool"))
    return f"{server}.{tool}" if server and tool else tool or _TOOLS[text_of(item.get("type"))]


def _summary(item: Message) -> str:
    if isinstance(item.get("changes"), list):
        paths = (text_of(each.get("path")) for each in objects_of(item.get("changes")))
        return one_line(", ".join(paths))
    told = first_text(item, "command", "query", "prompt", "path")
    return one_line(told or first_text(item.get("arguments"), "command", "query", "path", "url"))


def _went_well(item: Message) -> bool | None:
    code = item.get("exitCode")
    if isinstance(code, int):
        return code == 0
    status = item.get("status")
    return status == "completed" if isinstance(status, str) else None


def _usage(used: Message) -> Usage:
    """`inputTokens` counts cached ones too."""
    return Usage(
        input_tokens=count_of(used.get("inputTokens")),
        output_tokens=count_of(used.get("outputTokens")),
        cache_read_tokens=count_of(used.get("cachedInputTokens")),
        cache_write_tokens=count_of(used.get("cacheWriteInputTokens")),
        reasoning_tokens=count_of(used.get("reasoningOutputTokens")),
    )


def _as_json(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
