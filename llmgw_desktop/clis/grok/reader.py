"""What the Grok CLI prints in its two formats, and how it says that it tries again."""

from collections.abc import Iterator
from dataclasses import replace

from typing_extensions import override

from llmgw_desktop.clis.cli import RetryWords, SignIn
from llmgw_desktop.clis.failures import status_in
from llmgw_desktop.clis.json_lines import JsonLinesReader, Message, message_in
from llmgw_desktop.clis.told import (
    cost_of,
    count_of,
    first_text,
    if_used,
    listed,
    object_of,
    objects_of,
    one_line,
    plus,
    text_of,
    usage_in,
    with_cache,
)
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliRequest,
    ErrorCategory,
    Retrying,
    RunEnded,
    RunUsageTold,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage


def usage_of(used: Message) -> Usage | None:
    """Its input leaves out what was cached."""
    cache = ("cache_read_input_tokens", "cache_creation_input_tokens")
    told = usage_in(used, "input_tokens", "output_tokens", cache=cache, thought="reasoning_tokens")
    return if_used(with_cache(told))


SIGN_IN = SignIn(
    command=("grok", "login"),
    guidance=(
        "Grok is not signed in, or its key is refused: run `grok login` in a terminal (`grok"
        " login --device-auth` without a browser), or set XAI_API_KEY."
    ),
    files=(".grok/auth.json",),
    variables=("XAI_API_KEY",),
    kept=(".grok/auth.json",),
    homes={"GROK_HOME": ".grok"},
)
CANCELED = (
    "Grok ended its turn because it may not use a tool unasked; allow it (permissionMode, allow"
    " or alwaysApprove), or ask for something else."
)
_NOT_FOUND = "not found locally"
_WENT_WELL = {"completed": True, "failed": False}


class _GrokReader(JsonLinesReader):
    """What both formats share."""

    def __init__(self, _: CliRequest) -> None:
        super().__init__("Grok", SIGN_IN)

    @override
    def _unfinished(self, exit_code: int | None, stderr: str) -> RunEnded:
        return without_sign_in(super()._unfinished(exit_code, stderr), stderr)

    def _whole_usage(self, message: Message) -> Iterator[CliEvent]:
        yield from self._models_told(object_of(message.get("modelUsage")))
        usage = usage_of(object_of(message.get("usage")))
        if usage is not None:
            yield RunUsageTold(usage=usage, cost_usd=cost_of(message.get("total_cost_usd")))


class GrokReader(_GrokReader):
    """Its answer comes in pieces, and is not repeated as a whole."""

    def __init__(self, request: CliRequest) -> None:
        super().__init__(request)
        self._used = UNKNOWN_USAGE
        self._is_out_of_turns = False

    @override
    def _message(self, message: Message) -> Iterator[CliEvent]:
        match message.get("type"):
            case "text":
                yield from self._said(text_of(message.get("data")))
            case "thought":
                yield from self._thought(text_of(message.get("data")))
            case "tool_call":
                self.next_message()
                yield _tool(message)
            case "tool_call_update":
                yield from _tool_result(message)
            case "usage":
                yield from self._call_used(object_of(message.get("usage")))
            case "error":
                told = plain(text_of(message.get("message")))
                self._error = told or "It failed and did not say why."
            case "max_turns_reached":
                self._is_out_of_turns = True
            case "end":
                yield from self._ended(message)

    def _call_used(self, used: Message) -> Iterator[RunUsageTold]:
        """By one call of its model: the run's so far is their sum."""
        usage = usage_of(used)
        if usage is not None:
            self._used = plus(self._used, usage)
            yield RunUsageTold(usage=self._used)

    def _ended(self, message: Message) -> Iterator[CliEvent]:
        yield from self._session_told(text_of(message.get("sessionId")))
        yield from self._whole_usage(message)
        stop = text_of(message.get("stopReason"))
        self._end = self._judged(message, stop)
        if self._end.ok and stop != "end_turn":
            words = f"Grok stopped for another reason than being done: {stop or 'none told'}."
            yield Warned(code="stop_reason", message=words)

    def _judged(self, message: Message, stop: str) -> RunEnded:
        """It exits with 0 where a turn was canceled as well."""
        unfit = text_of(message.get("structuredOutputError"))
        if self._error:
            return self._failed(self._error)
        if self._is_out_of_turns:
            return stopped("Grok reached maxTurns before it was done.", "max_turns")
        if stop == "cancelled":
            return stopped(CANCELED, stop)
        if unfit:
            return stopped(f"Its answer does not fit jsonSchema: {unfit}", stop)
        return RunEnded(
            ok=True, stop_reason=stop or None, structured=message.get("structuredOutput")
        )


def stopped(error: str, stop: str) -> RunEnded:
    return RunEnded(ok=False, error=error, category=ErrorCategory.CLI, stop_reason=stop or None)


def without_sign_in(end: RunEnded, stderr: str) -> RunEnded:
    """A session that is not on this computer it looks for elsewhere, for which it wants a sign-in:
    what is wrong is the session."""
    if _NOT_FOUND not in stderr:
        return end
    error = end.error.removesuffix(SIGN_IN.guidance).rstrip()
    return replace(end, error=error, category=ErrorCategory.CLI)


def plain(told: str) -> str:
    """The first line of its message, which tells its own insides behind that."""
    words = told.removeprefix("Internal error: ").strip().strip('"')
    return words.replace("\\n", "\n").split("\n\n")[0].strip()


def _tool(message: Message) -> ToolBegan:
    names = ("command", "path", "file_path", "target_file", "pattern", "query")
    return ToolBegan(
        call_id=text_of(message.get("toolCallId")),
        name=text_of(message.get("toolName")) or text_of(message.get("title")),
        summary=one_line(first_text(message.get("rawInput"), *names)),
    )


def _tool_result(message: Message) -> Iterator[ToolEnded]:
    ok = _WENT_WELL.get(text_of(message.get("status")))
    if ok is not None:
        exit_code = count_of(object_of(message.get("rawOutput")).get("exit_code"))
        yield ToolEnded(call_id=text_of(message.get("toolCallId")), ok=ok and not exit_code)


_UPDATE = "_x.ai/session/update"


def read(line: bytes) -> Retrying | None:
    if b'"retry_state"' not in line:
        return None
    message = message_in(line)
    if message is None:
        return None
    return retrying(text_of(message.get("method")), object_of(message.get("params")))


def retrying(method: str, params: Message) -> Retrying | None:
    """None: the notice tells something else."""
    if method != _UPDATE:
        return None
    update = object_of(params.get("update"))
    if update.get("sessionUpdate") != "retry_state" or update.get("type") != "retrying":
        return None
    reason = text_of(update.get("reason")) or "refused"
    return Retrying(
        reason=reason, attempt=count_of(update.get("attempt")), status=status_in(reason)
    )


RETRY_WORDS = RetryWords(read=read, path=".grok/sessions/*/{session_id}/updates.jsonl")


class GrokMessagesReader(_GrokReader):
    """It says everything twice, in pieces and then whole; the pieces are what is passed on."""

    def __init__(self, request: CliRequest) -> None:
        super().__init__(request)
        self._is_in_pieces = False

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
                    yield _tool_used(block)
                case "text" if not self._is_in_pieces:
                    yield from self._said(text_of(block.get("text")))
                case "thinking" if not self._is_in_pieces:
                    yield from self._thought(text_of(block.get("thinking")))
        self.next_message()

    def _result(self, message: Message) -> Iterator[CliEvent]:
        yield from self._whole_usage(message)
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


def _tool_used(block: Message) -> ToolBegan:
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
