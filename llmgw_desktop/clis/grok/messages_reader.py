"""What the Grok CLI prints as streaming-messages-json: the events of Anthropic's Messages."""

from collections.abc import Iterator

from typing_extensions import override

from llmgw_desktop.clis.grok.reader import CANCELED, SIGN_IN, stopped, without_sign_in
from llmgw_desktop.clis.grok.usage import usage_of
from llmgw_desktop.clis.json_lines import JsonLinesReader, Message
from llmgw_desktop.clis.told import (
    cost_of,
    first_text,
    listed,
    object_of,
    objects_of,
    one_line,
    text_of,
)
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliRequest,
    RunEnded,
    ToolBegan,
    ToolEnded,
    UsageTold,
)


class GrokMessagesReader(JsonLinesReader):
    """It says everything twice, in pieces and then whole; the pieces are what is passed on."""

    def __init__(self, _: CliRequest) -> None:
        super().__init__("Grok", SIGN_IN)
        self._is_in_pieces = False
        self._error = ""

    @override
    def _message(self, message: Message) -> Iterator[CliEvent]:
        yield from self._session_told(text_of(message.get("session_id")))
        match message.get("type"):
            case "system":
                yield from self._model_told(text_of(message.get("model")))
            case "stream_event":
                yield from self._piece(object_of(message.get("event")))
            case "assistant":
                yield from self._whole(object_of(message.get("message")))
            case "user":
                yield from _tool_results(object_of(message.get("message")))
            case "result":
                yield from self._result(message)
            case "error":
                self._error = text_of(message.get("message"))

    @override
    def _unfinished(self, exit_code: int | None, stderr: str) -> RunEnded:
        if self._error:
            return self._failed(self._error)
        return without_sign_in(super()._unfinished(exit_code, stderr), stderr)

    def _piece(self, event: Message) -> Iterator[CliEvent]:
        self._is_in_pieces = True
        delta = object_of(event.get("delta"))
        match delta.get("type"):
            case "text_delta":
                yield from self._said(text_of(delta.get("text")))
            case "thinking_delta":
                yield from self._thought(text_of(delta.get("thinking")))

    def _whole(self, said: Message) -> Iterator[CliEvent]:
        for block in objects_of(said.get("content")):
            match block.get("type"):
                case "tool_use":
                    yield _tool(block)
                case "text" if not self._is_in_pieces:
                    yield from self._said(text_of(block.get("text")))
                case "thinking" if not self._is_in_pieces:
                    yield from self._thought(text_of(block.get("thinking")))
        self._next_message()

    def _result(self, message: Message) -> Iterator[CliEvent]:
        models = list(object_of(message.get("modelUsage")))
        if len(models) == 1:
            yield from self._model_told(models[0])
        usage = usage_of(object_of(message.get("usage")))
        if usage is not None:
            yield UsageTold(usage=usage, cost_usd=cost_of(message.get("total_cost_usd")))
        self._end = self._judged(message)

    def _judged(self, message: Message) -> RunEnded:
        stop = text_of(message.get("stop_reason"))
        text = text_of(message.get("result"))
        if message.get("is_error") is True:
            errors = [each for each in listed(message.get("errors")) if isinstance(each, str)]
            return self._failed("\n".join(errors) or text or "It failed and did not say why.")
        if stop == "cancelled":
            return stopped(CANCELED, stop)
        return RunEnded(ok=True, text=text or None, stop_reason=stop or None)


def _tool(block: Message) -> ToolBegan:
    names = ("command", "path", "file_path", "pattern", "query")
    return ToolBegan(
        call_id=text_of(block.get("id")),
        name=text_of(block.get("name")),
        summary=one_line(first_text(block.get("input"), *names)),
    )


def _tool_results(said: Message) -> Iterator[ToolEnded]:
    for block in objects_of(said.get("content")):
        if block.get("type") == "tool_result":
            ok = block.get("is_error") is not True
            yield ToolEnded(call_id=text_of(block.get("tool_use_id")), ok=ok)
