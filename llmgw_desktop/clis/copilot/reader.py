"""What Copilot prints as JSON lines, and what a run used, out of the file that it keeps of each
session.
"""

from collections.abc import Iterator

from typing_extensions import override

from llmgw_desktop.clis.cli import SignIn
from llmgw_desktop.clis.json_lines import JsonLinesReader, Message, marked_messages
from llmgw_desktop.clis.told import (
    count_of,
    first_text,
    object_of,
    one_line,
    plus,
    text_of,
    usage_in,
)
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliRequest,
    Retrying,
    RunEnded,
    RunUsageTold,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage

PATH = ".copilot/session-state/{session_id}/events.jsonl"
_BEGINS = ("session.start", "session.resume")
_RECORD = "session.usage_record"
_MARKS = tuple(f'"{kind}"'.encode() for kind in (*_BEGINS, _RECORD))


def read_usage(content: bytes) -> RunUsageTold | None:
    """Of the session's last run: one record a model's call, also of a run that was cut off. Its
    last event's figures are those of the whole session and say less."""
    used = UNKNOWN_USAGE
    for event in marked_messages(content, _MARKS):
        if text_of(event.get("type")) in _BEGINS:
            used = UNKNOWN_USAGE
        elif event.get("type") == _RECORD:
            used = plus(used, _usage_of(object_of(object_of(event.get("data")).get("usage"))))
    return None if used == UNKNOWN_USAGE else RunUsageTold(usage=used)


def _usage_of(record: Message) -> Usage:
    cache = ("cacheReadTokens", "cacheWriteTokens")
    return usage_in(record, "inputTokens", "outputTokens", cache=cache, thought="reasoningTokens")


SIGN_IN = SignIn(
    command=("copilot", "login"),
    guidance=(
        "Copilot is not signed in, or its key is refused: run `copilot login` in a terminal, or"
        " set COPILOT_GITHUB_TOKEN."
    ),
    files=(".copilot/config.json",),
    variables=(
        "COPILOT_GITHUB_TOKEN",
        "GH_TOKEN",
        "GITHUB_TOKEN",
        "COPILOT_PROVIDER_API_KEY",
        "COPILOT_PROVIDER_BEARER_TOKEN",
    ),
    kept=(".copilot/config.json",),
    homes={"COPILOT_HOME": ".copilot"},
)


class CopilotReader(JsonLinesReader):
    """Of what subagents do their tools are told; their words are not the answer."""

    def __init__(self, request: CliRequest) -> None:
        super().__init__("Copilot", SIGN_IN)
        self._streamed: set[str] = set()
        """Of this turn: what came in pieces and is not to be said again as a whole."""
        self._speaking = ""
        self._answer = ""
        self._status: int | None = None
        self._attempt: int | None = None
        self._trouble_told = ""

    @override
    def _message(self, message: Message) -> Iterator[CliEvent]:
        kind = text_of(message.get("type"))
        data = object_of(message.get("data"))
        match kind:
            case "session.start":
                yield from self._session_told(text_of(data.get("sessionId")))
            case "result":
                yield from self._session_told(text_of(message.get("sessionId")))
                self._end = self._ended(message.get("exitCode"))
            case "session.error" | "session.warning":
                yield from self._trouble(kind, data)
            case "model.call_failure" | "assistant.turn_retry":
                yield from self._retry(kind, data)
            case _ if kind.startswith("tool."):
                yield from _tool(kind, data)
            case _ if kind.startswith("assistant.") and not data.get("parentToolCallId"):
                yield from self._words(kind, data)

    def _words(self, kind: str, data: Message) -> Iterator[CliEvent]:
        match kind:
            case "assistant.turn_start":
                self._streamed.clear()
            case "assistant.message_delta":
                yield from self._piece(data)
            case "assistant.reasoning_delta":
                self._streamed.add(text_of(data.get("reasoningId")))
                yield from self._thought(text_of(data.get("deltaContent")))
            case "assistant.reasoning" if text_of(data.get("reasoningId")) not in self._streamed:
                yield from self._thought(text_of(data.get("content")))
            case "assistant.message":
                yield from self._model_told(text_of(data.get("model")))
                yield from self._whole(data)

    def _piece(self, data: Message) -> Iterator[CliEvent]:
        message_id = text_of(data.get("messageId"))
        if message_id != self._speaking:
            self._speaking = message_id
            self.next_message()
        self._streamed.add(message_id)
        yield from self._said(text_of(data.get("deltaContent")))

    def _whole(self, data: Message) -> Iterator[CliEvent]:
        content = text_of(data.get("content"))
        if not content:
            return
        self._answer = content
        self._trouble_told, self._status = "", None
        if text_of(data.get("messageId")) not in self._streamed:
            self.next_message()
            yield from self._said(content)

    def _retry(self, kind: str, data: Message) -> Iterator[CliEvent]:
        """A failed call is told with its status, and then whether it is tried again."""
        if kind == "model.call_failure":
            self._status = count_of(data.get("statusCode"))
            self._attempt = count_of(data.get("retryAttempt"))
            return
        reason = text_of(data.get("reason")) or "unknown"
        yield Retrying(
            reason=reason if self._status is None else f"{reason} (HTTP {self._status})",
            attempt=None if self._attempt is None else self._attempt + 1,
            status=self._status,
        )

    def _trouble(self, kind: str, data: Message) -> Iterator[CliEvent]:
        told = text_of(data.get("message"))
        if kind == "session.warning":
            yield Warned(code=text_of(data.get("warningType")) or "copilot_notice", message=told)
            return
        self._trouble_told = told or text_of(data.get("errorType")) or "It failed."
        self._status = count_of(data.get("statusCode")) or self._status

    def _ended(self, exit_code: object) -> RunEnded:
        if exit_code == 0 and not self._trouble_told:
            return RunEnded(ok=True, text=self._answer)
        told = self._trouble_told or f"It ended with exit code {exit_code} and did not say why."
        return self._failed(told, self._status)


def _tool(kind: str, data: Message) -> Iterator[CliEvent]:
    call_id = text_of(data.get("toolCallId"))
    match kind:
        case "tool.execution_start":
            told = first_text(data.get("arguments"), "command", "path", "pattern", "url", "query")
            yield ToolBegan(
                call_id=call_id,
                name=text_of(data.get("toolName")),
                summary=one_line(told or data.get("toolTitle")),
            )
        case "tool.execution_complete":
            yield ToolEnded(call_id=call_id, ok=_went_well(data))


def _went_well(data: Message) -> bool | None:
    """A command that ran is a success to Copilot, however it ended."""
    success = data.get("success")
    exit_code = object_of(data.get("shellExecution")).get("exitCode")
    if success is True and isinstance(exit_code, int):
        return exit_code == 0
    return success if isinstance(success, bool) else None
